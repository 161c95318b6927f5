"""The life of a feed: changes, visits, removals and publications in any order, and what must hold after each step."""

import random
import re
import tempfile
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, note, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

import index.maintenance.doctor
from api.answer.compose import ask, find
from api.answer.question import parse_question
from api.errors import QuoteGone
from api.knowledge_base import open_base
from api.quotes.claimed_quote import verify
from api.quotes.resolve import resolve
from api.settings import Settings
from api.terminal.maintenance import examine
from index.building.build import build
from index.building.purging import drop_others
from index.chunk import PassageShape
from index.generations.manifests import current_number_or_zero
from index.store import drop_index
from ingest.errors import SourceError
from ingest.library.records import feeds, transcript_ids
from ingest.library.removal import removal_of, remove_episode
from ingest.sources import Source, refresh_feed, register_source
from ingest.text.words import normalise
from tests.api.conftest import HashedStems
from tests.faults import changes
from tests.faults.changes import Change
from tests.faults.promises import Engine, Given, hear_with, ingested, kept_words, quotes_of, verdict, whose, words_now
from tests.faults.publisher import Entry, Publisher, Site, site
from tests.parts import one_in

QUICK_STEPS, LONG_STEPS = 60, 2_000
# Of the quick form: chosen among a few so that it finds lost transcripts, wrong marks and doubled episodes.
SEED = 1
MOST_GIVEN = 200  # quotes that one life remembers
MOST_ENTRIES = 8
MOST_MOVES = 5  # so many redirects are followed from the address that was subscribed to (ingest.fetch.client)

WORDS = (
    changes.word_added,
    changes.word_removed,
    changes.paragraph_moved,
    changes.paragraph_removed,
    changes.speaker_renamed,
    changes.words_replaced,
    changes.words_emptied,
    changes.words_back,
)
FACTS = (
    changes.title_edited,
    changes.number_changed,
    changes.number_missing,
    changes.date_changed,
    changes.duration_changed,
)
GUIDS = (changes.guid_changed, changes.guid_missing, changes.guids_missing, changes.guids_swapped, changes.guid_doubled)
FILES = (
    changes.recording_moved,
    changes.recording_signed,
    changes.recording_published_again,
    changes.recording_replaced,
    changes.recording_missing,
    changes.recording_dead,
    changes.recording_copied,
    changes.captions_added,
    changes.captions_removed,
    changes.captions_edited,
    changes.captions_dead,
)
LISTING = (
    changes.published,
    changes.withdrawn,
    changes.order_reversed,
    changes.item_doubled,
    changes.split_in_two,
)
FEED = (changes.moved_for_good, changes.says_it_moved, changes.show_renamed)
SPOILED = (changes.feed_emptied, changes.feed_broken)

Key = tuple[object, ...]
WHICH = st.integers(0, 9)  # of those that there are, counted round
CHANGES = WORDS + FACTS + GUIDS + FILES + LISTING + FEED
CHOSEN = st.lists(st.tuples(st.sampled_from(CHANGES), WHICH), min_size=2, max_size=6)


class Lives:
    """What the lives of a run share: the publisher, the engine, and how many steps were made."""

    publisher: Publisher
    engine: Engine
    steps: Counter[str]


def keys_of(entry: Entry) -> frozenset[Key]:
    """What identifies an item by Law 5 of the design, written down again: guid, recording, number or date and title."""
    guid = entry.guid or f"of {entry.recording or (entry.title, entry.day)}"
    printed = re.search(r"Episode (\d+): ", entry.title)
    number = entry.number or (int(printed.group(1)) if printed else None)
    title = (entry.title.replace(f"Episode {number}: ", ""), number or f"day {entry.day}")
    recording: set[Key] = {("recording", entry.recording)} if entry.recording else set()
    return frozenset({("guid", guid), ("title", *title)} | recording)


class LifeOfAFeed(RuleBasedStateMachine):
    """A publisher who changes a feed, and a library that follows it."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory(prefix="life-")
        self.home = Path(self.folder.name) / "home"
        self.publisher = Lives.publisher
        self.publisher.site = site()
        self.encoder = HashedStems()
        self.token = 0
        self.withdrawn: dict[str, Entry] = {}
        self.keys: dict[str, frozenset[Key]] = {}  # by true episode, as the library last read it
        self.ids: dict[str, str] = {}
        self.said: dict[str, set[tuple[str, ...]]] = {}  # by id: every text that was ever ingested and not purged
        self.given: dict[str, Given] = {}
        self.removed: set[str] = set()
        self.purged: set[str] = set()  # ids that were purged once
        self.heard: dict[str, bytes] = {}  # by id: the recording that was listened to last
        self.touched = False
        self._visit(again=False)
        self._give_all()

    def teardown(self) -> None:
        self.folder.cleanup()

    # --- what the publisher does

    @rule(chosen=CHOSEN)
    def feed_changes(self, chosen: list[tuple[Change, int]]) -> None:
        """The publisher changes a few things, and nobody looks."""
        self._count()
        for change, which in chosen:
            self._change(change, which)

    @rule(chosen=CHOSEN)
    def feed_changes_and_is_read(self, chosen: list[tuple[Change, int]]) -> None:
        """The publisher changes a few things, and all known feeds are read again."""
        self._count()
        for change, which in chosen:
            self._change(change, which)
        self._refresh()

    @rule(change=st.sampled_from(SPOILED), which=WHICH)
    def feed_is_spoiled(self, change: Change, which: int) -> None:
        """The library visits a feed that is broken or empty, and is mended after that."""
        self._count()
        there = self.publisher.site
        if there.entries:
            self.publisher.site = change(there, there.entries[which % len(there.entries)].who, 0)
            self._visit(again=False)
            self.publisher.site = there

    @precondition(lambda self: self.withdrawn)
    @rule()
    def listed_again(self) -> None:
        """What was withdrawn comes back as it was."""
        self._count()
        who = min(self.withdrawn)
        there = self.publisher.site
        changed = replace(there, entries=(*there.entries, self.withdrawn[who]))
        if self._is_plain(changed):
            del self.withdrawn[who]
            self.publisher.site = changed

    # --- what is done with the library

    @rule()
    def visit(self) -> None:
        """Ingest the feed."""
        self._count()
        self._visit(again=False)

    @rule()
    def refresh(self) -> None:
        """Read all known feeds again, with conditional requests."""
        self._count()
        self._refresh()

    @rule()
    def visit_again(self) -> None:
        """Ingest the feed with --again, which brings back what was removed."""
        self._count()
        self._visit(again=True)

    @rule()
    def publish(self) -> None:
        """Publish the index."""
        self._count()
        self._publish()

    @rule(words=st.integers(20, 60), overlap=st.integers(0, 2))
    def publish_in_other_passages(self, words: int, overlap: int) -> None:
        """Rebuild the index with passages of another size."""
        self._count()
        build(self.home, self.encoder, rebuild=True, shape=PassageShape(words, overlap))

    @rule(question=st.sampled_from(("Who paid for the rope?", "Why was the mast mended?", "What did seagulls do?")))
    def ask(self, question: str) -> None:
        """Ask, and keep the ids of the quotes; each must be one of today's words."""
        self._count()
        if not current_number_or_zero(self.home):
            return
        base = open_base(Settings(home=self.home), self.encoder)
        with closing(base.generation):
            ids = [quote for _, quote in find(base, parse_question(question), 5) if quote is not None]
            ids += [citation.id for citation in ask(base, parse_question(question)).citations]
        for identifier in ids:
            try:
                quote = resolve(self.home, identifier).quote
            except QuoteGone:  # the index was not published since
                continue
            self._give(Given(quote.id, quote.episode.id, tuple(normalise(quote.text))))

    @rule()
    def quote(self) -> None:
        """Give out a quote of each turn there is."""
        self._count()
        self._give_all()

    @rule(which=WHICH, purge=st.booleans())
    def remove(self, which: int, purge: bool) -> None:
        """Take an episode out of the library, or for good."""
        self._count()
        identifier = sorted(self.ids.values())[which % len(self.ids)]
        if removal_of(self.home, identifier) is None and identifier not in whose(self.home):
            return
        if self._guids_are_shared():
            return
        remove_episode(self.home, identifier, f"asked for, number {self.token}", purge)
        self.removed.add(identifier)
        if purge:
            self.purged.add(identifier)
            self.said.pop(identifier, None)
            self.heard.pop(identifier, None)
        if current_number_or_zero(self.home):
            if transcript_ids(self.home):
                self._publish()
                drop_others(self.home)
            else:
                drop_index(self.home)
        self.touched = True

    @precondition(lambda self: self.removed)
    @rule(which=WHICH)
    def bring_back(self, which: int) -> None:
        """Ingest an episode by its id; one that was purged says that nothing of it was kept."""
        self._count()
        identifier = sorted(self.removed)[which % len(self.removed)]
        removal = removal_of(self.home, identifier)
        assert removal is not None
        try:
            found = register_source(identifier, self.home)
        except SourceError as error:
            assert removal.purged
            assert "nothing of it was kept" in str(error)
        else:
            assert not removal.purged
            self.removed.discard(identifier)
            self._ingest(found, again=False)

    @rule()
    def doctor(self) -> None:
        """Nothing in the data folder needs a person, whatever happened."""
        self._count()
        for finding in examine(Settings(home=self.home)):
            # An episode whose notes and captions are gone waits for a person, as it should.
            assert finding.outcome != "person" or finding.problem.startswith("quarantined: "), finding
        self.touched = True

    # --- what must hold

    @invariant()
    def each_true_episode_is_one(self) -> None:
        """No episode is there twice, none is two in one, and none ever changes its id."""
        if not self.touched:
            return
        for identifier, true in whose(self.home).items():
            assert len(true) == 1, f"{identifier} holds {true}"
            (who,) = true
            assert self.ids.setdefault(who, identifier) == identifier, f"{who} is {self.ids[who]} and {identifier}"
            assert identifier not in self.removed, f"{identifier} was removed and is back"
        assert len(set(self.ids.values())) == len(self.ids)

    @invariant()
    def no_transcript_is_lost(self) -> None:
        """Every text that was ever ingested is in a transcript that is kept, today's or an earlier one."""
        if self.touched:
            kept = kept_words(self.home)
            for identifier, texts in self.said.items():
                assert texts <= kept.get(identifier, set()), identifier
            for identifier, texts in kept.items():
                self.said.setdefault(identifier, set()).update(texts)

    @invariant()
    def every_quote_is_answered_for(self) -> None:
        """It says the words, or others and that they changed, or why it says nothing."""
        if not self.touched:
            return
        for given in self.given.values():
            found = verdict(self.home, given, forgotten=given.episode in self.purged)
            assert (found == "removed") == (given.episode in self.removed), given
            Lives.steps[f"quotes {found}"] += 1
        self.touched = False

    # --- how

    def _count(self) -> None:
        Lives.steps["steps"] += 1

    def _change(self, change: Change, which: int) -> None:
        """Change the feed, if that means anything now."""
        there = self.publisher.site
        listed = list(dict.fromkeys(entry.who for entry in there.entries))
        if not listed:
            return
        self.token += 1
        who = listed[which % len(listed)]
        if not _applies(change, there, who):
            return
        changed = change(there, who, self.token)
        if len(changed.entries) > MOST_ENTRIES or not self._is_plain(changed):
            return
        if change is changes.withdrawn:
            self.withdrawn[who] = there.entry(who)
        note(f"{change.__name__} {who}")
        Lives.steps[change.__name__] += 1
        self.publisher.site = changed

    def _is_plain(self, after: Site) -> bool:
        """Whether who looks at the feed can still tell which episode each item is, by what was last read of it.

        Nothing could where guid, recording and title are other than before, or another's.
        """
        told = [(entry, keys_of(entry)) for entry in after.entries]
        for entry, keys in told:
            known = self.keys.get(entry.who)
            if known is not None and not keys & known:
                return False
            # By Law 5 a title alone makes no episode of one whose guid the feed lists beside it.
            beside = {key for other, found in told if other.who != entry.who for key in found if key[0] == "guid"}
            if known is not None and {key[0] for key in keys & known} == {"title"} and beside & known:
                return False
            others = [(who, other) for who, other in self.keys.items() if who != entry.who]
            others += [(other.who, found) for other, found in told if other.who != entry.who]
            shared = {key for _, other in others for key in other & keys}
            if not shared:
                continue
            # A guid that two have is told by the rest: recording and title of an episode that is known, or, where it
            # is new, of the one that it was copied from, which is listed after it.
            rest = {key for key in keys if key[0] != "guid"}
            if shared & rest or entry.recording is None or (known is not None and not rest <= known):
                return False
            last = [other.who for other, found in told if shared & found][-1]
            if known is None and last == entry.who:
                return False
            if self.removed:  # of which only hashes are kept, one by one
                return False
        return True

    def _guids_are_shared(self) -> bool:
        """Whether a guid is, or was when the library last read it, that of two episodes."""
        told = {(who, key) for who, keys in self.keys.items() for key in keys}
        told |= {(entry.who, key) for entry in self.publisher.site.entries for key in keys_of(entry)}
        owners = Counter(key for who, key in told if key[0] == "guid")
        return max(owners.values(), default=0) > 1

    def _refresh(self) -> None:
        for feed in feeds(self.home):
            self._read(partial(refresh_feed, feed, self.home, frozenset({self.publisher.host})))

    def _visit(self, again: bool) -> None:
        address = self.publisher.feed()  # which was subscribed to; it leads to wherever the feed is
        self._read(lambda: register_source(address, self.home, frozenset({self.publisher.host}), again), again)

    def _read(self, read: Callable[[], Source], again: bool = False) -> None:
        there = self.publisher.site
        self.touched = True
        try:
            found = read()
        except SourceError as error:
            assert not there.entries or (there.broken is not None and len(there.entries) == 1), error
            return
        self._ingest(found, again)
        readable = [entry for place, entry in enumerate(there.entries) if place != there.broken]
        for entry in readable:
            if again:
                self.removed.discard(self.ids.get(entry.who, ""))
            if self.ids.get(entry.who) not in self.removed:  # what was removed is known by what it was then
                self.keys[entry.who] = keys_of(entry)  # of two items with one guid the last is what the feed says

    def _ingest(self, found: Source, again: bool) -> None:
        before = len(Lives.engine.heard)
        outcomes = ingested(found, self.home, self.publisher.host, again)
        there = self.publisher.site
        links = {link for entry in there.entries for link in (entry.recording, entry.captions) if link}
        fine = {"ingested", "unchanged", "skipped"} | (
            set() if links <= there.files.keys() else {"failed", "quarantined"}
        )
        assert {outcome.status for outcome in outcomes} <= fine, outcomes
        for identifier, data in Lives.engine.heard[before:]:
            assert again or self.heard.get(identifier) != data, f"{identifier}: the same recording was heard twice"
            self.heard[identifier] = data
        self.touched = True

    def _publish(self) -> None:
        build(self.home, self.encoder)
        base = open_base(Settings(home=self.home), self.encoder)
        with closing(base.generation):
            for identifier in transcript_ids(self.home):
                for text in (words_now(self.home, identifier) or ())[:2]:
                    found = verify(base, text)
                    assert found.result == "exact", text
                    assert identifier in {citation.episode.id for citation in found.citations}

    def _give_all(self) -> None:
        for identifier in transcript_ids(self.home):
            for given in quotes_of(self.home, identifier):
                self._give(given)

    def _give(self, given: Given) -> None:
        if len(self.given) < MOST_GIVEN:
            self.given[given.id] = given


def _applies(change: Change, there: Site, who: str) -> bool:
    """Whether a change means anything for an episode as it is now."""
    entry = there.entry(who)
    needs_words = change in (*WORDS[:5], changes.split_in_two)
    if needs_words and len(entry.turns) < 3:
        return False
    if change in FILES[:7] and entry.recording not in there.files:
        return False
    if change is changes.captions_edited and entry.captions is None:
        return False
    if change is changes.moved_for_good and len(there.moved) == MOST_MOVES:
        return False
    if change is changes.words_back and who not in ("mast", "rope", "sail"):
        return False
    return not (change is changes.item_doubled and sum(other.who == who for other in there.entries) > 1)


@pytest.fixture
def lives(publisher, monkeypatch) -> type[Lives]:
    Lives.publisher, Lives.engine, Lives.steps = publisher, Engine(), Counter()
    hear_with(Lives.engine, monkeypatch)
    monkeypatch.setattr(index.maintenance.doctor, "encoder_to_build_with", lambda home, name: HashedStems())
    made = HashedStems.weights, HashedStems.form
    monkeypatch.setattr(index.maintenance.doctor, "weights_and_form", lambda home, name: made)
    return Lives


def lived(lives: type[Lives], steps: int, each: int, chance: int) -> None:
    """Live lives of `each` steps by chance of this seed until so many were made; a failure is shown as it came."""
    while (left := steps - lives.steps["steps"]) > 0:
        chosen = settings(
            max_examples=max(1, left // each),
            stateful_step_count=each,
            phases=(Phase.generate,),
            deadline=None,
            database=None,
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        )
        run_state_machine_as_test(seed(chance + lives.steps["steps"])(LifeOfAFeed), settings=chosen)


@pytest.mark.parametrize("steps", one_in(2, [QUICK_STEPS // 2, QUICK_STEPS]))
def test_a_feed_lives(lives, steps):
    """A short life, the same each time."""
    lived(lives, steps, 30, SEED)
    assert lives.steps["steps"] >= steps


@pytest.mark.torture
def test_a_feed_lives_long(lives):
    """2,000 steps, others each time: 0 episodes doubled, 0 transcripts lost, every quote answered for."""
    chance = random.SystemRandom().randrange(2**32)
    print(f"seed {chance}")  # noqa: T201 - by which a failure can be had again
    lived(lives, LONG_STEPS, 50, chance)
    print(dict(lives.steps.most_common()))  # noqa: T201 - what the run was made of, for docs/reliability.md
    assert lives.steps["steps"] >= LONG_STEPS
