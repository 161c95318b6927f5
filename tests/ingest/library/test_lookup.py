"""Finding an item's episode by keys finds what comparing it with every episode finds."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.item import Item, Link
from ingest.library.identity import same_episode, with_distinct_guids
from ingest.library.lookup import EpisodeLookup, add, find, find_recording
from ingest.library.records import Record
from ingest.library.register import register_items
from ingest.library.shows import FeedState
from ingest.reference.catalogue import names_of
from ingest.transcript import Episode, Show

SHOWS = (Show("tea", "Tea show"), Show("gds", "Government Digital Service Podcast"))
TITLES = (None, "News", "Tea show: News", "Episode 1: News", "Kettles")


def link(name: str | None) -> Link | None:
    return None if name is None else Link(f"https://tea.example/{name}.mp3")


ITEMS = st.builds(
    Item,
    guid=st.sampled_from(["a", "b", "c", "file:1", "file:2"]),
    origin=st.just("here"),
    title=st.sampled_from(TITLES),
    number=st.sampled_from([None, 1, 2]),
    season=st.sampled_from([None, 1]),
    published=st.sampled_from([None, "2024-01-01", "2024-01-08"]),
    enclosure=st.sampled_from([None, "1", "2", "3"]).map(link),
    audio_sha256=st.sampled_from([None, "1", "2"]),
)
# Episodes as (number of the show, items); what a later one of the list says replaces or joins nothing.
EPISODES = st.lists(st.tuples(st.sampled_from([0, 1]), st.lists(ITEMS, min_size=1, max_size=3)), max_size=6)


def known_of(episodes: list[tuple[int, list[Item]]], beside: frozenset[str]) -> EpisodeLookup:
    known = EpisodeLookup(beside)
    for number, (show, items) in enumerate(episodes):
        add(known, Record(Episode(f"e-{number}", items[0].guid, SHOWS[show]), tuple(items)))
    return known


@given(EPISODES, ITEMS, st.sampled_from([0, 1]), st.frozensets(st.sampled_from(["a", "b", "c"])))
def test_keys_find_what_looking_at_every_episode_finds(episodes, item, show, beside):
    """The rules of `same_episode` over all episodes of the show are the reference; keys only spare comparisons."""
    beside = beside | {item.guid} if beside else beside
    names, listed = names_of(SHOWS[show])
    everything = [(f"e-{number}", items) for number, (other, items) in enumerate(episodes) if other == show]
    expected = same_episode(item, everything, names, listed, beside)
    found = find(known_of(episodes, beside), item, SHOWS[show])
    assert (found is None) == (expected is None)
    if expected is not None:
        # Where several episodes share what decides, either order of looking may come first.
        assert same_episode(item, [pair for pair in everything if pair[0] == found], names, listed, beside) == found


@given(EPISODES, ITEMS, EPISODES)
def test_what_is_replaced_is_found_no_more(episodes, item, others):
    """An episode that says other things now is known by those alone, as if it had never said the first."""
    again = [pair for pair, _ in zip(others, episodes, strict=False)]
    known = known_of(episodes, frozenset())
    for number, (_, items) in enumerate(again):
        episode = known.records[f"e-{number}"].episode
        add(known, Record(episode, tuple(items)))
    now = [(show, again[n][1] if n < len(again) else items) for n, (show, items) in enumerate(episodes)]
    fresh = known_of(now, frozenset())
    for show in SHOWS:
        assert (find(known, item, show) is None) == (find(fresh, item, show) is None)
    assert (find_recording(known, item) is None) == (find_recording(fresh, item) is None)


@pytest.mark.parametrize("alike", [False, True])
def test_registering_compares_an_item_with_few_others(tmp_path, monkeypatch, alike):
    """Twice the items are twice the comparisons, also in a feed whose items are all called the same on one day."""
    asked = []
    monkeypatch.setattr(
        "ingest.library.lookup.same_episode",
        lambda item, known, *rest: asked.append(len(known)) or same_episode(item, known, *rest),
    )

    def items(count: int) -> list[Item]:
        whole = Item("", "feed", show_title="Tea", title="News", published="2024-01-01", notes="x")
        return [replace(whole, guid=f"g-{n}", title="News" if alike else f"News of day {n}") for n in range(count)]

    counts = []
    for count in (50, 100):
        asked.clear()
        register_items(tmp_path / f"{count}-{alike}", items(count), FeedState("https://tea.example/feed"))
        register_items(tmp_path / f"{count}-{alike}", items(count), FeedState("https://tea.example/feed"))
        counts.append(sum(asked))
    assert counts[1] <= 2 * counts[0] <= 200


def test_one_guid_for_two_recordings_under_two_titles_is_two_episodes(tmp_path):
    """A publisher who copies an item and forgets its guid loses no episode; the older one keeps guid and id."""
    old = Item("g", "f", show_title="Tea", title="Old", number=1, enclosure=link("1"), feed_url="https://tea.example/f")
    new = replace(old, title="New", number=2, enclosure=link("2"))
    feed = FeedState("https://tea.example/f")
    (first,) = register_items(tmp_path, with_distinct_guids([old]), feed).episodes
    second, again = register_items(tmp_path, with_distinct_guids([new, old]), feed).episodes
    assert (again.id, again.title) == (first.id, "Old")
    assert (second.title, second.number) == ("New", 2)
    assert {episode.id for episode in register_items(tmp_path, with_distinct_guids([new, old]), feed).episodes} == {
        first.id,
        second.id,
    }
    mended, _ = register_items(tmp_path, with_distinct_guids([replace(new, guid="h"), old]), feed).episodes
    assert (mended.id, mended.guid) == (second.id, "h"), "with a guid of its own it is the same episode"


@pytest.mark.parametrize("change", [{"title": "Other"}, {"enclosure": link("2")}, {}])
def test_one_episode_that_is_listed_twice_stays_one(change):
    """The same recording, or the same title, under one guid is one episode that was listed twice."""
    item = Item("g", "f", title="One", enclosure=link("1"))
    assert {found.guid for found in with_distinct_guids([replace(item, **change), item])} == {"g"}
