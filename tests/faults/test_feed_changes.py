"""Every way in which feeds are known to change, one by one: nothing doubled, nothing lost, every quote answered for."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from api.knowledge_base import open_base
from api.quotes.claimed_quote import verify
from api.settings import Settings
from index.building.build import build
from tests.api.conftest import HashedStems
from tests.faults import changes
from tests.faults.changes import Change
from tests.faults.promises import given_out, ids_of, kept_words, stamps, verdicts, visited, words_now
from tests.faults.publisher import site
from tests.parts import one_in

LEAST_CASES = 25
# Turns, and so quotes given out: five of what somebody wrote down, and one of what was heard in a recording alone.
SAID = {"mast": 5, "rope": 5, "sail": 5, "bell": 1}


@dataclass(frozen=True)
class Case:
    """A change and what must come of it.

    `episodes` are those in the library afterwards; each that was there keeps its id. `quotes` says what becomes of the
    quotes that were given out, of all others "same". `heard` is how many recordings are listened to. `says` stands in
    what is printed.
    """

    name: str
    change: Change
    who: str
    episodes: int = 4
    quotes: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    heard: int = 0
    says: str = ""


def at(who: str, **counts: int) -> dict[str, dict[str, int]]:
    return {who: counts}


CASES = (
    # Words: the quote of an edited turn is marked as changed, one whose words went says so.
    Case("a word added", changes.word_added, "mast", quotes=at("mast", same=4, changed=1)),
    Case("a word removed", changes.word_removed, "rope", quotes=at("rope", same=4, changed=1)),
    Case("a paragraph moved", changes.paragraph_moved, "mast"),
    Case("a paragraph removed", changes.paragraph_removed, "rope", quotes=at("rope", same=4, gone=1)),
    Case("a speaker renamed", changes.speaker_renamed, "mast"),
    Case("all words replaced", changes.words_replaced, "sail", quotes=at("sail", gone=5)),
    Case("notes emptied", changes.words_emptied, "sail", says="its earlier transcript is kept"),
    # Facts identify an episode only where nothing better does.
    Case("title edited", changes.title_edited, "sail"),
    Case("number changed", changes.number_changed, "mast"),
    Case("number missing", changes.number_missing, "sail"),
    Case("publication date changed", changes.date_changed, "rope"),
    Case("stated duration changed", changes.duration_changed, "sail"),
    # Guids
    Case("guid changed", changes.guid_changed, "mast"),
    Case("guid changed, no recording", changes.guid_changed, "sail"),
    Case("guid missing", changes.guid_missing, "rope"),
    Case("guid missing, no recording", changes.guid_missing, "sail"),
    Case("all guids missing", changes.guids_missing, "mast"),
    Case("guids swapped", changes.guids_swapped, "mast"),
    Case("guid copied to a new episode", changes.guid_doubled, "mast", episodes=5, heard=1),
    Case("guid copied from an episode without recording", changes.guid_doubled, "sail", episodes=5, heard=1),
    # Recordings: listened to only if the bytes changed.
    Case("recording at another address", changes.recording_moved, "rope"),
    Case("recording's address signed anew", changes.recording_signed, "bell"),
    Case(
        "recording published again",
        changes.recording_published_again,
        "bell",
        quotes=at("bell", same=1),
        heard=1,
    ),
    Case("recording replaced at its address", changes.recording_replaced, "rope", heard=1),
    Case("recording missing", changes.recording_missing, "rope"),
    Case("the only source missing", changes.recording_missing, "bell"),
    Case("recording out of reach", changes.recording_dead, "bell"),
    Case("one recording under two items", changes.recording_shared, "mast"),
    Case("the same bytes under two addresses", changes.recording_copied, "rope", episodes=5),
    # Captions
    Case("captions added", changes.captions_added, "sail"),
    Case("captions removed", changes.captions_removed, "mast"),
    Case("captions edited at their address", changes.captions_edited, "mast"),
    Case("captions out of reach", changes.captions_dead, "mast"),
    # What is listed
    Case("a new episode", changes.published, "mast", episodes=5, heard=1),
    Case("an episode withdrawn", changes.withdrawn, "rope"),
    Case("order reversed", changes.order_reversed, "mast"),
    Case("an item twice, with another title", changes.item_doubled, "rope"),
    Case("an episode in two parts", changes.split_in_two, "rope", 5, at("rope", same=2, gone=3), heard=1),
    Case("a trailer with an episode's title", changes.trailer_published, "mast", episodes=5, heard=1),
    # The feed
    Case("feed moved, 301", changes.moved_for_good, "mast"),
    Case("feed moved, itunes:new-feed-url", changes.says_it_moved, "mast"),
    Case("show renamed", changes.show_renamed, "mast"),
    Case("feed emptied", changes.feed_emptied, "mast", says="no episode can be read from this feed"),
    Case("feed broken in the middle", changes.feed_broken, "rope", says="is broken; it was left out"),
)


def test_there_are_enough_of_them():
    """The issue asks for 25 different changes."""
    assert len({case.name for case in CASES}) == len(CASES) >= LEAST_CASES


@pytest.mark.parametrize("case", one_in(3, CASES), ids=lambda case: case.name)
def test_a_feed_that_changes(case, home, publisher, engine):
    """One episode for each true one, ids kept, all earlier words kept, quotes answered for; a second visit is quiet."""
    ids, given, words = ids_of(home), given_out(home), kept_words(home)
    assert {who: len(quotes) for who, quotes in given.items()} == SAID
    publisher.site = case.change(site(), case.who, 7)
    outcomes, said = visited(publisher, home)
    assert case.says in said
    assert all(outcome.ok for outcome in outcomes), said
    now = ids_of(home)
    assert len(now) == case.episodes
    assert {who: now[who] for who in ids} == ids
    for identifier, texts in words.items():
        assert texts <= kept_words(home)[identifier]
    expected = {who: Counter(case.quotes.get(who, {"same": count})) for who, count in SAID.items()}
    assert {who: verdicts(home, quotes) for who, quotes in given.items()} == expected
    assert len(engine.heard) == case.heard
    before = stamps(home)
    visited(publisher, home)
    assert stamps(home) == before, "the second visit finds nothing new"
    assert len(engine.heard) == case.heard
    build(home, HashedStems())
    base = open_base(Settings(home=home), HashedStems())
    for who, identifier in now.items():
        for text in words_now(home, identifier) or ():
            found = verify(base, text)
            assert found.result == "exact"
            assert identifier in {citation.episode.id for citation in found.citations}, who
    base.generation.close()
