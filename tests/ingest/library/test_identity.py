from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.feed.numbers import number_in
from ingest.item import Item, Link
from ingest.library.identity import (
    are_different_episodes,
    episode_id,
    same_episode,
    same_show,
    show_id,
    slug,
    title_core,
    with_distinct_guids,
)
from ingest.transcript import Show

TEA = Show("tea-show", "Tea show", "https://tea.example/")
GUID = "https://governmentdigitalservice.podbean.com/e/35"


def item(guid="g-1", **facts) -> Item:
    return Item(guid, "a feed", **facts)


def found(new: Item, *known: Item, names=("Tea show",), listed=False, beside=()):
    return same_episode(new, [("the-one", known)], names, listed, beside)


@pytest.mark.parametrize(
    ("show", "facts", "expected"),
    [
        (Show("gds", "GDS Podcast"), {"guid": GUID, "number": 35, "published": "2021-10-28"}, "gds-35-fljw"),
        (TEA, {"guid": "abc-1", "published": "2021-10-29"}, "tea-show-2021-10-29-zf7e"),
        (TEA, {"guid": "abc-1"}, "tea-show-zf7ewdft"),
        (TEA, {"guid": "abc-1", "number": 0}, "tea-show-0-zf7e"),
    ],
)
def test_an_episode_id_stays_what_it_is_for_ever(show, facts, expected):
    """Ids are handed out in quotes and links: the same show and guid give these very ids in every version."""
    assert episode_id(show, item(**facts), ()) == expected


def test_a_taken_id_gets_more_characters():
    """Two guids whose first characters agree still get two ids, each a longer piece of its own hash."""
    assert episode_id(TEA, item("abc-1"), {"tea-show-zf7ewdft"}).startswith("tea-show-zf7ewdft")
    assert len(episode_id(TEA, item("abc-1"), {"tea-show-zf7ewdft"})) == len("tea-show-zf7ewdft") + 1


@given(st.text(), st.text(min_size=1), st.none() | st.integers(0, 99_999))
def test_ids_are_short_and_fit_into_a_url_and_a_path(title, guid, number):
    """Whatever a feed calls its show and its episodes, ids hold lower-case letters, digits and hyphens."""
    show = show_id(title, ())
    identifier = episode_id(Show(show, title), item(guid, number=number), ())
    assert identifier.replace("-", "").isalnum()
    assert identifier.isascii()
    assert identifier == identifier.lower()
    assert len(show) <= 20
    assert len(identifier) <= 32


def test_a_show_id_is_the_slug_of_the_title_cut_at_a_word():
    """Titles become readable ids; an id that another show has gets a number."""
    assert show_id("Tea & Biscuits", ()) == "tea-biscuits"
    assert show_id("A very long name of a show indeed", ()) == "a-very-long-name-of"
    assert show_id("Unbelievablylongsinglewordtitle", ()) == "unbelievablylongsing"
    assert show_id("Tea", {"tea"}) == "tea-2"
    assert show_id("Tea", {"tea", "tea-2"}) == "tea-3"
    assert show_id("お茶の時間", ()) != show_id("茶道", ()), "titles without a Latin letter get different ids"


def test_a_slug_is_plain_ascii():
    """Accents fall away, everything else that is no letter or digit becomes one hyphen."""
    assert slug("  Café – Crème!  ") == "cafe-creme"


@pytest.mark.parametrize(
    ("title", "number"),
    [
        ("Government Digital Service Podcast #35: GOV.UK Pay", 35),
        ("Government Digital Service Podcast Episode #6 - an interview", 6),
        ("GDS Podcast #24:Celebrating", 24),
        ("Episode 7", 7),
        ("Ep. 12 – Kettles", 12),
        ("#3 Kettles", 3),
        ("Kettles #4", 4),
        ("The #1 mistake of our time", None),
        ("Why we need 100 kettles", None),
        ("Depisode 9", None),
        ("", None),
        (None, None),
    ],
)
def test_a_number_is_read_only_where_a_title_numbers_itself(title, number):
    """ "#35:" and "Episode 7" number an episode; a number in the middle of a sentence does not."""
    assert number_in(title) == number


def test_shows_are_the_same_by_title_unless_their_pages_differ():
    """One title with two pages is two shows; a page that is not known separates nothing."""
    assert same_show(TEA, "TEA  Show!", "http://www.tea.example")
    assert same_show(TEA, "Tea show", None)
    assert same_show(replace(TEA, page_url=None), "Tea show", "https://other.example/")
    assert not same_show(TEA, "Tea show", "https://other.example/")
    assert not same_show(TEA, "Coffee show", "https://tea.example/")
    assert not same_show(TEA, None, "https://tea.example/")


def test_titles_in_other_scripts_tell_shows_apart():
    """A title without a Latin letter is compared as it is, not by the nothing that its slug holds."""
    assert not same_show(Show("a", "お茶の時間"), "茶道", None)
    assert same_show(Show("a", "お茶の時間"), "お茶の時間 ", None)
    assert not same_show(Show("a", "!!!"), "???", None)


def test_the_same_guid_is_the_same_episode():
    """Within a show the guid decides, whatever else the publisher changed."""
    assert found(item("g-1", title="New title", number=9), item("g-1", title="Old", number=8)) == "the-one"
    assert found(item("g-2"), item("g-1")) is None


def test_the_same_enclosure_is_the_same_episode():
    """A new guid with the recording's old address is a re-published episode; a query may name another recording."""
    old = item("g-1", enclosure=Link("http://cdn.example/a.mp3?id=1"))
    assert found(item("g-2", enclosure=Link("https://cdn.example/a.mp3?id=1")), old) == "the-one"
    assert found(item("g-2", enclosure=Link("https://cdn.example/a.mp3?id=2")), old) is None
    assert (
        found(item("g-2", enclosure=Link("recordings/a.mp3")), item("g-1", enclosure=Link("recordings/a.mp3"))) is None
    )


def test_the_same_recording_is_the_same_episode():
    """A file under another name is known by its bytes."""
    assert found(item("file:1", audio_sha256="f00d"), item("g-1", audio_sha256="f00d")) == "the-one"
    assert found(item("file:1", audio_sha256="f00d"), item("g-1", audio_sha256="beef")) is None


def test_a_number_alone_is_enough_only_where_the_catalogue_lists_the_show():
    """GDS 35 is one episode whatever its title; "35" of an unknown show may be of any season or kind."""
    page, feed = item("file:1", number=35, title="Page"), item("g-1", number=35, title="Something else")
    assert found(feed, page, listed=True) == "the-one"
    assert found(feed, page) is None
    assert found(item("g-1"), item("g-2"), listed=True) is None, "two unknown numbers are not the same number"


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ({"title": "Tea show #3: Kettles", "number": 3}, {"title": "Episode 3 – kettles", "number": 3}, True),
        ({"title": "Kettles", "number": 3}, {"title": "Pots", "number": 3}, False),
        ({"title": "Kettles", "number": 3}, {"title": "Kettles", "number": 4}, False),
        ({"title": "Kettles", "number": 3, "season": 1}, {"title": "Kettles", "number": 3, "season": 2}, False),
        ({"title": "Episode 3", "number": 3}, {"title": "Tea show Podcast #3", "number": 3}, True),
        ({"title": "News", "published": "2024-01-01"}, {"title": "News", "published": "2024-01-08"}, False),
        ({"title": "News", "published": "2024-01-01"}, {"title": "News", "published": "2024-01-01"}, True),
        ({"title": "News"}, {"title": "News"}, False),
        ({"title": "News", "number": 1}, {"title": "News", "published": "2024-01-01"}, False),
        ({"published": "2024-01-01"}, {"published": "2024-01-01"}, False),
        ({"title": "Tea show", "published": "2024-01-01"}, {"title": "Podcast", "published": "2024-01-01"}, False),
    ],
)
def test_titles_decide_only_together_with_number_or_date(old, new, same):
    """Season, number and title core make an episode; without a number the dates must agree; no core decides nothing."""
    assert (found(item("g-2", **new), item("g-1", **old)) == "the-one") is same


def test_what_a_feed_lists_as_two_stays_two():
    """Morning and evening "News" of one day have two guids in one feed: they are two unless the recording is one."""
    morning = item("g-1", title="News", published="2024-01-01", enclosure=Link("https://cdn.example/1.mp3"))
    evening = item("g-2", title="News", published="2024-01-01", enclosure=Link("https://cdn.example/2.mp3"))
    both = {"g-1", "g-2"}
    assert found(evening, morning, beside=both) is None
    assert found(replace(evening, number=1), replace(morning, number=1), listed=True, beside=both) is None
    assert found(replace(evening, enclosure=morning.enclosure), morning, beside=both) == "the-one"
    assert found(evening, morning, beside={"g-2"}) == "the-one", "g-1 has left the feed: it got a new guid"


def test_the_first_rule_that_finds_an_episode_decides():
    """A guid that is known wins over a recording that another episode has, in whichever order they are kept."""
    by_sound = ("by-sound", [item("g-1", enclosure=Link("https://cdn.example/a.mp3"))])
    by_guid = ("by-guid", [item("g-2")])
    new = item("g-2", enclosure=Link("https://cdn.example/a.mp3"))
    for known in ([by_sound, by_guid], [by_guid, by_sound]):
        assert same_episode(new, known, (), False) == "by-guid"


def test_a_title_core_leaves_what_is_particular():
    """The show's names, "podcast", "episode" and the number go; letters and digits of any script stay."""
    names = ("GDS Podcast", "Government Digital Service Podcast")
    long, short = "Government Digital Service Podcast Episode #6 – Maps!", "GDS Podcast #06: maps"
    assert title_core(item(title=long, number=6), names) == title_core(item(title=short, number=6), names) == "maps"
    assert title_core(item(title="Kettles of 2016", number=6), ()) == "kettlesof2016"
    assert title_core(item(title="お茶 #1", number=1), ()) == "お茶"
    assert title_core(item(), names) == ""


def test_a_guid_yields_to_recording_and_title_together():
    """Guids that were exchanged mislead nobody; where the title does not speak for the recording, the guid decides."""
    one = item("a", title="One", number=1, enclosure=Link("https://cdn.example/1.mp3"))
    two = item("b", title="Two", number=2, enclosure=Link("https://cdn.example/2.mp3"))
    known = [("first", [one]), ("second", [two])]
    assert same_episode(replace(two, guid="a"), known, ("Tea show",), False) == "second"
    assert same_episode(replace(one, enclosure=two.enclosure), known, ("Tea show",), False) == "first"
    assert same_episode(replace(two, guid="a", title="Three"), known, ("Tea show",), False) == "first"


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"title": "Two", "enclosure": Link("https://cdn.example/2.mp3")}, True),
        ({"title": "Two"}, False),
        ({"enclosure": Link("https://cdn.example/2.mp3")}, False),
        ({"title": "Two", "enclosure": None}, False),
        ({"title": "Two", "enclosure": None, "number": 2}, True),
    ],
)
def test_two_items_with_one_guid_are_two_episodes_only_if_they_look_it(facts, expected):
    """Another title and another recording; without a recording, another title and another number or day."""
    one = item("a", title="One", number=1, enclosure=Link("https://cdn.example/1.mp3"))
    other = replace(one, **facts)
    assert are_different_episodes(one, other) is are_different_episodes(other, one) is expected
    assert len({entry.guid for entry in with_distinct_guids((other, one))}) == 1 + expected
