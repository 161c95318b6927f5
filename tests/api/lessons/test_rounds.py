"""What people decided outlasts many rounds of edits, other passages, another miner, removals and purges."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import pytest

from api.knowledge_base import KnowledgeBase, open_base
from api.lessons.decide import decide
from api.lessons.register import Entry, Register, register_of
from api.settings import Settings
from index.building.build import build
from index.chunk import PassageShape
from ingest.library.decisions import decision_of, episode_of_quote
from ingest.library.records import load_transcript
from ingest.library.removal import remove_episode
from ingest.text.words import normalise
from tests.api.conftest import HashedStems
from tests.api.lessons.scripted import miner_of, reword, save

EPISODES, TURNS, SENTENCES, WORDS = 12, 14, 3, 11


@dataclass
class Expected:
    """What was decided about a lesson, and the words that somebody looked at last."""

    words: list[str]
    state: str = "proposed"
    title: str | None = None
    tags: set[str] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)


def library_of(home: Path) -> None:
    """Every sentence has words that no other has, and some that all have."""
    for episode in range(EPISODES):
        turns: list[tuple[str | None, str]] = []
        for turn in range(TURNS):
            told = (
                " ".join(["The", *(f"w{episode}x{turn}y{number}z{word}" for word in range(WORDS - 2)), "moved"])
                for number in range(SENTENCES)
            )
            turns += [("Ann Asker", "So why did you do that?"), ("Bo Guest", ". ".join(told) + ".")]
        save(home, f"harbour-{episode}-aaaa", turns)


def published(home: Path, luck: Random) -> KnowledgeBase:
    """A new generation with other passages and lessons of other lengths."""
    encoder = HashedStems()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("index.mining.mine.find_lessons", miner_of(luck.choice((1, 1, 2, 3))))
        build(home, encoder, rebuild=True, shape=PassageShape(luck.choice((60, 90, 135)), luck.choice((0, 1, 2))))
    return open_base(Settings(home=home), encoder)


def edited(text: str, luck: Random) -> str:
    """A text with some words replaced, and now and then a sentence before it."""
    words = [f"typo{luck.randrange(10**9)}" if luck.random() < 0.005 else word for word in text.split(" ")]
    before = "Let me say first what comes first here. " if luck.random() < 0.1 else ""
    return before + " ".join(words)


def decides(base: KnowledgeBase, entry: Entry, expected: Expected, luck: Random) -> None:
    """One decision of some kind, and what it is expected to leave."""
    action = luck.choice(("accept", "accept", "reject", "retitle", "tag", "note"))
    value = None if action in ("accept", "reject") else f"{action} {luck.randrange(10**6)}"
    read = register_of(base.home, base.generation).read_as(entry)
    decide(base.home, base.generation, read, decision_of(action, read, "Ann", value))
    if action in ("accept", "reject"):
        expected.state = f"{action}ed"
    elif action == "retitle":
        expected.title = value
    elif action == "tag":
        expected.tags.add(str(value))
    else:
        expected.notes.append(str(value))


def words_of(register: Register, entry: Entry) -> list[str]:
    return [word for one in register.citations(entry) for word in normalise(one.quote)]


@pytest.mark.parametrize(("rounds", "decisions"), [pytest.param(3, 40), pytest.param(20, 200, marks=pytest.mark.long)])
def test_nothing_decided_is_lost(tmp_path: Path, rounds: int, decisions: int) -> None:
    """Of all decisions none is lost, none stands at other words, and what changed is marked."""
    luck = Random(17)
    library_of(tmp_path)
    base = published(tmp_path, luck)
    decided: dict[str, Expected] = {}
    gone: dict[str, str] = {}
    counts: Counter[str] = Counter()
    for number in range(rounds):
        register = register_of(tmp_path, base.generation)
        fresh = [one for one in register.entries if one.state == "proposed" and one.id not in decided]
        for entry in luck.sample(fresh, min(len(fresh), -(-decisions // rounds))):
            decided[entry.id] = Expected(words_of(register, entry))
            decides(base, entry, decided[entry.id], luck)
            if decided[entry.id].state == "proposed" and register.as_shown(entry).changed:
                decided[entry.id].words += ["edited"]  # nobody judged these words: they stay marked
        kept = [name for name in decided if episode_of_quote(name) not in gone]
        for name in luck.sample(kept, len(kept) // 8):  # somebody decides about them again
            entry = register_of(tmp_path, base.generation).entry(name)
            before = decided[name].state
            decides(base, entry, decided[name], luck)
            if decided[name].state != before or (entry.changed and before == decided[name].state != "proposed"):
                looked = register_of(tmp_path, base.generation)
                if not looked.entry(name).changed:
                    decided[name].words = words_of(looked, looked.entry(name))
        living = [name for name in base.generation.episode_ids() if name not in gone]
        for name in luck.sample(living, len(living) // 2):
            reword(tmp_path, name, lambda text: edited(text, luck))
        if number % 7 == 3:
            name = luck.choice(living)
            gone[name] = f"reason {number}"
            remove_episode(tmp_path, name, gone[name], purge=number % 2 == 1)
        if number % 3 != 1:  # else the generation is older than the transcripts
            base = published(tmp_path, luck)
        counts += _checked(register_of(tmp_path, base.generation), decided, gone)
    print(f"{len(decided)} decided lessons in {rounds} rounds: {dict(counts)}")  # noqa: T201 - read with -s
    assert len(decided) >= decisions
    assert not [name for name in ("lost", "moved", "wrongly marked", "other", "doubled") if counts[name]], counts
    assert counts["changed"] > 0
    assert load_transcript(tmp_path, living[0]) is not None


def _checked(register: Register, decided: dict[str, Expected], gone: dict[str, str]) -> Counter[str]:
    """Count what has become of the decided lessons."""
    counts: Counter[str] = Counter()
    for name, expected in decided.items():
        entry = register.by_id.get(name)
        if entry is None:
            counts["lost"] += 1
        elif (reason := gone.get(episode_of_quote(name))) is not None:
            counts["withdrawn"] += 1
            counts["other"] += entry.state != "withdrawn" or reason not in (entry.reason or "")
        else:
            words = words_of(register, entry)
            same = sum((Counter(words) & Counter(expected.words)).values())
            counts["moved"] += 2 * same < len(expected.words)
            counts["changed"] += entry.changed
            counts["wrongly marked"] += entry.changed != (words != expected.words)
            is_same = (
                entry.state == expected.state
                and (expected.title is None or entry.title == expected.title)
                and set(entry.tags) == expected.tags
                and [note.text for note in entry.notes] == expected.notes
            )
            counts["other"] += not is_same
    # No proposal stands beside a decided lesson with mostly its words.
    counts["doubled"] = len(register.entries) - len({one.id for one in register.entries})
    return counts
