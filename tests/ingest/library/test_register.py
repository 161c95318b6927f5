from dataclasses import replace
from pathlib import Path

import pytest

from ingest.item import Item, Link
from ingest.library.metadata import people_of
from ingest.library.records import Record, episode_ids, feeds, load_record, save_record
from ingest.library.register import register_items
from ingest.library.shows import FeedState

GDS = {"show_title": "Government Digital Service Podcast", "show_link": "https://governmentdigitalservice.podbean.com"}
PAGE = Item(
    "file:5eed", "page.txt", show_title="GDS Podcast", title="GDS Podcast #35: Pay", number=35, notes="A: Hello."
)
PUBLISHED = Item(
    "urn:gds:35",
    "https://feed.example/gds",
    **GDS,
    title="GDS Podcast #35: How our SREs moved GOV.UK Pay",
    number=35,
    published="2021-10-28",
    notes="B: Hello.",
    enclosure=Link("https://cdn.example/35.mp3", "audio/mpeg"),
)


def item(guid="g-1", show="Tea show", link="https://tea.example/", **facts) -> Item:
    return Item(guid, "a feed", show_title=show, show_link=link, **{"title": guid, "notes": "x", **facts})


def stamps(home: Path) -> dict[Path, tuple[int, bytes]]:
    files = [path for path in home.rglob("*") if path.is_file()]
    return {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in files}


def test_a_page_and_the_feed_item_of_its_number_are_one_episode(tmp_path):
    """The page comes first, the feed later: the id stays, guid and facts become the publisher's, both are kept."""
    (first,) = register_items(tmp_path, [PAGE]).episodes
    (second,) = register_items(tmp_path, [PUBLISHED], FeedState("https://feed.example/gds")).episodes
    assert first.guid == "file:5eed"
    assert second.id == first.id
    assert (second.guid, second.title, second.audio_url) == (
        PUBLISHED.guid,
        PUBLISHED.title,
        "https://cdn.example/35.mp3",
    )
    assert load_record(tmp_path, first.id).items == (PAGE, PUBLISHED)
    assert register_items(tmp_path, [PAGE]).episodes == (second,), "the page seen again takes nothing back"


def test_the_catalogue_completes_what_a_source_lacks(tmp_path):
    """Date, page and people of GDS 35 come from the catalogue; what the source says stays."""
    (episode,) = register_items(tmp_path, [PAGE]).episodes
    assert episode.id.startswith("gds-35-")
    assert episode.show.id == "gds"
    assert (episode.published, episode.title) == ("2021-10-28", "GDS Podcast #35: Pay")
    assert episode.page_url.startswith("https://governmentdigitalservice.podbean.com/")
    assert "Kat Stevens" in people_of(load_record(tmp_path, episode.id))


def test_the_catalogue_completes_a_number_by_the_title(tmp_path):
    """Some titles of the show print no number; the title alone leads to it, and so to one episode with its page."""
    untold = replace(PUBLISHED, guid="g-28", title="GDS Podcast: Demystifying GOV.UK PaaS", number=None, published=None)
    page = replace(PAGE, title="GDS Podcast #28", number=28)
    assert [episode.number for episode in register_items(tmp_path, [untold, page]).episodes] == [28]
    other = replace(untold, guid="g-x", title="Never heard of", published="2024-01-01", enclosure=None)
    assert register_items(tmp_path, [other]).episodes[0].number is None


def test_registering_again_touches_no_file(tmp_path):
    """A feed and a folder that say what they said before change no byte and no file's time."""
    feed = FeedState("https://tea.example/feed", '"1"', None)
    items = [item("g-1", number=1), item("g-2", number=2), item("g-1", number=1, title="A second g-1")]
    lone = [item("file:1", show="recordings", link=None)]
    before = (register_items(tmp_path, items, feed).episodes, register_items(tmp_path, lone).episodes)
    files = stamps(tmp_path)
    assert (register_items(tmp_path, items, feed).episodes, register_items(tmp_path, lone).episodes) == before
    assert stamps(tmp_path) == files


def test_the_order_of_the_items_is_kept_and_each_episode_named_once(tmp_path):
    """The door prints episodes in the feed's order, an item listed twice once."""
    episodes = register_items(
        tmp_path, [item("b"), item("a"), item("b")], FeedState("https://tea.example/feed")
    ).episodes
    assert [episode.guid for episode in episodes] == ["b", "a"]


def test_two_shows_with_the_same_guids_stay_two(tmp_path):
    """Guids are the publisher's own: "1" of one show is not "1" of another, whatever else is alike."""
    one = [item("1", "Tea show", None, title="Pilot", number=1), item("2", "Tea show", None, title="Next", number=2)]
    two = [replace(entry, show_title="Coffee show") for entry in one]
    first = register_items(tmp_path, one, FeedState("https://tea.example/feed")).episodes
    second = register_items(tmp_path, two, FeedState("https://coffee.example/feed")).episodes
    assert len({episode.id for episode in (*first, *second)}) == 4
    assert {episode.show.id for episode in first} == {"tea-show"}
    assert {episode.show.id for episode in second} == {"coffee-show"}
    assert len(episode_ids(tmp_path)) == 4


def test_two_feeds_of_one_title_with_different_pages_are_two_shows(tmp_path):
    """The second "Tea show" is tea-show-2, now and at its next visit."""
    tea, other = item(), item(link="https://other.example/")
    feed = FeedState("https://other.example/feed")
    assert register_items(tmp_path, [tea], FeedState("https://tea.example/feed")).episodes[0].show.id == "tea-show"
    assert register_items(tmp_path, [other], feed).episodes[0].show.id == "tea-show-2"
    assert (
        register_items(tmp_path, [item("g-9", link="https://other.example")], feed).episodes[0].show.id == "tea-show-2"
    )
    assert [show.url for show in feeds(tmp_path)] == ["https://other.example/feed", "https://tea.example/feed"]


def test_a_show_met_in_a_folder_learns_its_page_from_its_feed(tmp_path):
    """Files first, then the feed, are one show; a second feed of that title with another page is not."""
    register_items(tmp_path, [item("file:1", link=None)])
    assert (
        register_items(tmp_path, [item("g-1")], FeedState("https://tea.example/feed")).episodes[0].show.id == "tea-show"
    )
    assert feeds(tmp_path)[0].show.page_url == "https://tea.example/"
    assert register_items(tmp_path, [item("g-1", link="https://other.example/")]).episodes[0].show.id == "tea-show-2"


def test_a_show_that_renames_itself_stays_the_same_show(tmp_path):
    """The feed's address tells who it is."""
    old = item(feed_url="https://tea.example/feed")
    first = register_items(tmp_path, [old], FeedState("https://tea.example/feed")).episodes
    assert (
        register_items(tmp_path, [replace(old, show_title="Teatime")], FeedState("https://tea.example/feed"))
        .episodes[0]
        .id
        == first[0].id
    )


def test_an_id_of_the_catalogue_is_never_given_to_a_stranger(tmp_path):
    """A show that calls itself "GDS" is not the show that the catalogue calls gds."""
    assert register_items(tmp_path, [item(show="GDS")]).episodes[0].show.id == "gds-2"
    assert register_items(tmp_path, [PAGE]).episodes[0].show.id == "gds"


def test_a_weekly_news_never_becomes_one_episode(tmp_path):
    """Titles alike, dates different: each week is its own episode, from one feed or from several runs."""
    weeks = [item(f"g-{day}", title="News", published=f"2024-01-{day:02}") for day in (1, 8, 15)]
    assert len(register_items(tmp_path, weeks[:2], FeedState("https://tea.example/feed")).episodes) == 2
    assert len(register_items(tmp_path, weeks, FeedState("https://tea.example/feed")).episodes) == 3
    assert len(episode_ids(tmp_path)) == 3


def test_everything_a_feed_lists_becomes_an_episode(tmp_path):
    """Same day, same title, same number even of a listed show: two guids with two recordings are two episodes."""
    twice = [replace(PUBLISHED, guid=f"g-{n}", enclosure=Link(f"https://cdn.example/{n}.mp3")) for n in (1, 2)]
    assert (
        len({episode.id for episode in register_items(tmp_path, twice, FeedState("https://feed.example/gds")).episodes})
        == 2
    )


def test_a_changed_item_replaces_what_its_feed_said_before(tmp_path):
    """Mended notes take the place of the old ones under the same id."""
    feed = FeedState("https://tea.example/feed")
    (first,) = register_items(tmp_path, [item(notes="Teh.")], feed).episodes
    (second,) = register_items(tmp_path, [item(notes="The.", title="Better")], feed).episodes
    assert (second.id, second.title) == (first.id, "Better")
    assert [kept.notes for kept in load_record(tmp_path, first.id).items] == ["The."]


def test_a_lone_recording_is_known_by_its_bytes_in_any_show(tmp_path):
    """The file of a recording that a feed brought is that episode, though its folder names another show."""
    (known,) = register_items(tmp_path, [item(audio_sha256="f00d")], FeedState("feed.xml")).episodes
    copy = item("file:f00d", show="Downloads", link=None, audio_sha256="f00d")
    assert register_items(tmp_path, [copy]).episodes[0].id == known.id
    assert (
        register_items(tmp_path, [item("file:beef", show="Downloads", link=None, audio_sha256="beef")]).episodes[0].id
        != known.id
    )
    other = item("g-1", show="Coffee show", link="https://coffee.example/", audio_sha256="f00d")
    assert register_items(tmp_path, [other], FeedState("coffee.xml")).episodes[0].id != known.id, (
        "a feed says which show it is"
    )


@pytest.mark.parametrize("first", ["page", "feed"])
def test_the_order_of_sources_does_not_decide_the_facts(tmp_path, first):
    """Whether page or feed comes first, the publisher's facts stand."""
    for source in (PAGE, PUBLISHED) if first == "page" else (PUBLISHED, PAGE):
        (episode,) = register_items(tmp_path, [source]).episodes
    assert (episode.guid, episode.title, episode.published) == (PUBLISHED.guid, PUBLISHED.title, "2021-10-28")


def test_what_only_the_recording_told_stays_known(tmp_path):
    """A duration that was measured survives a new visit of a feed that states none."""
    (episode,) = register_items(tmp_path, [item()], FeedState("https://tea.example/feed")).episodes
    save_record(tmp_path, Record(replace(episode, duration=61.5), load_record(tmp_path, episode.id).items))
    (again,) = register_items(tmp_path, [item(title="Mended")], FeedState("https://tea.example/feed")).episodes
    assert (again.title, again.duration) == ("Mended", 61.5)


@pytest.mark.parametrize(("stated", "duration"), [(3600.0, 61.5), (62.0, 62.0), (None, 61.5)])
def test_a_measured_duration_survives_a_wrong_one(tmp_path, stated, duration):
    """A new visit of a feed that still states an hour does not bring the hour back."""
    source = FeedState("https://tea.example/feed")
    (episode,) = register_items(tmp_path, [item(duration=3600.0)], source).episodes
    save_record(tmp_path, Record(replace(episode, duration=61.5), load_record(tmp_path, episode.id).items))
    (again,) = register_items(tmp_path, [item(title="Mended", duration=stated)], source).episodes
    assert (again.title, again.duration) == ("Mended", duration)


def test_an_address_with_a_password_is_for_fetching_alone(tmp_path):
    """The episode, which is shown to everybody, has no such address; the item that the recording is fetched by has."""
    secret = Link("https://member:pass@cdn.example/35.mp3", "audio/mpeg")
    (episode,) = register_items(tmp_path, [replace(PUBLISHED, enclosure=secret)]).episodes
    assert episode.audio_url is None
    assert load_record(tmp_path, episode.id).items[0].enclosure == secret
    (other,) = register_items(tmp_path, [item(enclosure=Link("https://cdn.example/a@b.mp3"))]).episodes
    assert other.audio_url == "https://cdn.example/a@b.mp3"
