"""Changes of a feed that follow one another, where the second meets what the first left."""

import os
from collections import Counter
from dataclasses import replace

import pytest

from ingest.library.records import feeds
from ingest.sources import refresh_feed, register_source
from tests.faults import changes
from tests.faults.promises import given_out, ids_of, ingested, stamps, verdicts, visited
from tests.faults.publisher import site


def test_an_episode_that_comes_back_is_the_one_it_was(home, publisher, engine):
    """Withdrawn and listed again, also with a mended word: since when it is missing is known while it is."""
    ids, given = ids_of(home), given_out(home)
    publisher.site = changes.withdrawn(site(), "rope", 7)
    visited(publisher, home)
    assert list(feeds(home)[0].unlisted) == [ids["rope"]]
    publisher.site = changes.word_added(site(), "rope", 7)
    visited(publisher, home)
    assert feeds(home)[0].unlisted == {}
    assert ids_of(home) == ids
    assert verdicts(home, given["rope"]) == Counter(same=4, changed=1)


def test_a_feed_at_two_addresses_is_one_show(home, publisher, engine):
    """Read at one, then at the other and again, it gives nothing twice and changes no word."""
    ids, given = ids_of(home), given_out(home)
    publisher.site = replace(site(), feeds=("/feed.xml", "/copy.xml"))
    for path in ("/copy.xml", "/feed.xml", "/copy.xml"):
        visited(publisher, home, path)
        assert ids_of(home) == ids
        assert len(feeds(home)) == 1
    assert all(verdicts(home, quotes) == Counter(same=len(quotes)) for quotes in given.values())


def test_two_shows_of_one_title_stay_two(home, publisher, engine):
    """The same guids, titles and numbers under another page are other episodes; each show keeps its own words."""
    ids, given = ids_of(home), given_out(home)
    other = {entry.who: replace(entry, who=f"other {entry.who}", recording=None) for entry in site().entries}
    publisher.site = replace(
        site(), entries=tuple(other.values()), link="https://other.example/", feeds=("/other.xml",)
    )
    publisher.site = changes.word_added(publisher.site, "other mast", 7)
    visited(publisher, home, "/other.xml")
    now = ids_of(home)
    assert {who: now[who] for who in ids} == ids
    assert len(now) == 8
    assert sorted(feed.show.id for feed in feeds(home)) == ["harbour", "harbour-2"]
    assert all(verdicts(home, quotes) == Counter(same=len(quotes)) for quotes in given.values())


@pytest.mark.parametrize("then", ["reversed", "withdrawn", "mended"])
def test_a_guid_that_two_items_have_had_leads_nobody_astray(home, publisher, engine, then):
    """A new item copied with its guid is its own episode, also when the feed is sorted or the older one falls out."""
    ids = ids_of(home)
    doubled = changes.guid_doubled(site(), "mast", 7)
    publisher.site = doubled
    visited(publisher, home)
    both = ids_of(home)
    given = given_out(home)
    publisher.site = {
        "reversed": changes.order_reversed(doubled, "mast", 8),
        "withdrawn": changes.withdrawn(doubled, "mast", 8),
        "mended": changes.guid_changed(doubled, "thing7", 8),
    }[then]
    for _ in range(2):
        visited(publisher, home)
        assert ids_of(home) == both
    assert both.keys() == {*ids, "thing7"}
    assert all(verdicts(home, quotes) == Counter(same=len(quotes)) for quotes in given.values())
    publisher.site = changes.word_added(publisher.site, "thing7", 9)
    visited(publisher, home)
    assert verdicts(home, given["thing7"]) == Counter(same=2, changed=1), "and its edits are seen"


def test_guids_that_are_exchanged_and_then_new_recordings(home, publisher, engine):
    """What an episode is known by follows the exchange, so that the next change finds it too."""
    ids = ids_of(home)
    publisher.site = changes.guids_swapped(site(), "mast", 7)
    visited(publisher, home)
    for token, who in enumerate(("mast", "rope"), 8):
        publisher.site = changes.recording_moved(publisher.site, who, token)
        visited(publisher, home)
        assert ids_of(home) == ids


@pytest.mark.parametrize("newest_first", [True, False])
def test_a_new_item_with_the_recording_of_another_is_parted_when_that_is_mended(home, publisher, engine, newest_first):
    """A publisher copies an item and forgets the recording: with its own recording it becomes its own episode."""
    ids, given = ids_of(home), given_out(home)
    mended = changes.published(site(), "mast", 7)
    mistaken = mended.changed("thing7", recording="/mast.mp3", turns=mended.entry("thing7").turns[:1])
    for step in (mistaken, mended):
        publisher.site = step if newest_first else changes.order_reversed(step, "mast", 8)
        visited(publisher, home)
    now = ids_of(home)
    assert now.keys() == {*ids, "thing7"}
    assert {who: now[who] for who in ids} == ids
    assert all(verdicts(home, quotes) == Counter(same=len(quotes)) for quotes in given.values())
    before = stamps(home)
    visited(publisher, home)
    assert stamps(home) == before


def test_a_feed_that_moved_twice_and_was_renamed_is_known_by_its_first_address(home, publisher, engine):
    """Subscribed to at one address, moved to a second and a third with another title: still one show."""
    ids = ids_of(home)
    publisher.site = changes.moved_for_good(site(), "mast", 7)
    visited(publisher, home)
    publisher.site = changes.show_renamed(changes.moved_for_good(publisher.site, "mast", 8), "mast", 9)
    publisher.site = replace(publisher.site, moved={"/feed.xml": "/feed-8.xml"})
    visited(publisher, home)
    assert ids_of(home) == ids
    assert len(feeds(home)) == 1


def test_what_a_feed_that_did_not_change_costs(home, publisher, engine):
    """A refresh asks for the feed alone, with its validator, and writes nothing."""
    visited(publisher, home)
    before = stamps(home)
    publisher.asked.clear()
    found = refresh_feed(feeds(home)[0], home, frozenset({publisher.host}))
    assert {outcome.status for outcome in ingested(found, home, publisher.host)} == {"unchanged"}
    assert publisher.asked == [("/feed.xml", 304)]
    assert stamps(home) == before


@pytest.mark.parametrize("again", [False, True])
def test_captions_edited_at_their_address_are_read_within_a_day(home, publisher, engine, again):
    """A plain visit asks for them once a day, and --again at once."""
    publisher.site = site().changed("mast", turns=())
    visited(publisher, home)
    given = given_out(home)["mast"]
    publisher.site = changes.captions_edited(publisher.site, "mast", 7)
    visited(publisher, home)
    assert verdicts(home, given) == Counter(same=1)
    if not again:
        kept = next(home.glob("library/episodes/*/captions.json"))
        os.utime(kept, (0, 0))
    found = register_source(publisher.feed(), home, frozenset({publisher.host}), again=again)
    ingested(found, home, publisher.host, again=again)
    assert verdicts(home, given) == Counter(gone=1)


def test_a_recording_replaced_in_silence_is_fetched_with_again(home, publisher, engine):
    """Other bytes at the same address and of the same stated duration: --again repeats every stage, this one too."""
    publisher.site = changes.recording_replaced(site(), "bell", 7).changed("bell", seconds=60)
    found = register_source(publisher.feed(), home, frozenset({publisher.host}), again=True)
    ingested(found, home, publisher.host, again=True)
    assert any(b"take 7" in data for _, data in engine.heard)
