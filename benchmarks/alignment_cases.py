"""Alignment data with known times: the corpus, AMI's meetings, and simulated damage to both."""

import json
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ingest.captions.turns import heard_words, read_captions
from ingest.transcript import HeardWord, OfficialTurn, Turn

JITTER = 0.1  # standard deviation of the heard times in seconds
APART = 0.5  # a word counts as alone if every other turn is at least this many seconds away
MISSING, FOREIGN, CUT = 300.0, 180.0, 0.6  # seconds, seconds, share
ANSWER = 30  # a turn counts as an answer from this many words on


@dataclass(frozen=True)
class Case:
    """Official turns, heard words and the true start of each turn in seconds."""

    name: str
    turns: tuple[OfficialTurn, ...]
    heard: tuple[HeardWord, ...]
    starts: tuple[float, ...]
    duration: float


@dataclass(frozen=True)
class Damaged:
    """A damaged case, and each turn's expected start from the undamaged run, None for a damaged turn."""

    kind: str
    turns: tuple[OfficialTurn, ...]
    heard: tuple[HeardWord, ...]
    duration: float
    expected: tuple[float | None, ...]


@dataclass(frozen=True)
class Meeting:
    """Human turns with each word's true start and end in seconds; `alone`: the (turn, word) far from other turns."""

    turns: tuple[OfficialTurn, ...]
    starts: tuple[tuple[float, ...], ...]
    ends: tuple[tuple[float, ...], ...]
    alone: frozenset[tuple[int, int]]
    duration: float


def cases(shared: Path) -> list[Case]:
    """Return the cases of the alignment corpus."""
    folder = shared / "corpora" / "alignment"
    found = []
    for path in sorted((folder / "truth").glob("*.json")):
        truth = json.loads(path.read_text())
        captions = folder / f"{path.stem}.asr.vtt"
        heard = heard_words(read_captions(captions.read_bytes(), captions.name))
        found.append(
            Case(
                path.stem,
                tuple(OfficialTurn(turn["speaker"], turn["text"]) for turn in truth["turns"]),
                tuple(heard),
                tuple(turn["start"] + truth["shift"] for turn in truth["turns"]),
                heard[-1].end,
            )
        )
    return found


def meeting(shared: Path) -> Meeting:
    """Yield AMI's meetings one after the other, lazily."""
    data = json.loads((shared / "audio" / "ami-medley" / "ami-medley.json").read_text())
    turns = data["turns"]
    alone = frozenset(
        (index, place)
        for index, turn in enumerate(turns)
        for place, word in enumerate(turn["words"])
        if not any(
            other["start"] < word["end"] + APART and other["end"] > word["start"] - APART
            for number, other in enumerate(turns)
            if number != index
        )
    )
    return Meeting(
        tuple(OfficialTurn(turn["speaker"], turn["text"]) for turn in turns),
        tuple(tuple(word["start"] for word in turn["words"]) for turn in turns),
        tuple(tuple(word["end"] for word in turn["words"]) for turn in turns),
        alone,
        data["duration_s"],
    )


def corrupted(data: Meeting, share: float, seed: int) -> tuple[list[HeardWord], set[int]]:
    """Return what a bad recogniser hears, and the turns of which it hears at least one word right.

    Of all words, `share` is corrupted: a third each is replaced by another word of the text, deleted, or inserted.
    """
    chance = random.Random(seed)  # noqa: S311 (a repeatable corruption, nothing secret)
    true = sorted(
        (start, end, word, index)
        for index, (turn, starts, ends) in enumerate(zip(data.turns, data.starts, data.ends, strict=True))
        for word, start, end in zip(turn.text.split(), starts, ends, strict=True)
    )
    count = round(len(true) * share / 3)
    vocabulary = sorted({word for _, _, word, _ in true})
    hit = chance.sample(range(len(true)), 2 * count)
    substituted, deleted = set(hit[:count]), set(hit[count:])
    inserted = Counter(chance.randrange(len(true)) for _ in range(count))
    heard: list[HeardWord] = []
    right: set[int] = set()
    for place, (start, end, word, turn) in enumerate(true):
        if place not in deleted:
            if place not in substituted:
                right.add(turn)
            heard.append(_jittered(chance.choice(vocabulary) if place in substituted else word, start, end, chance))
        for _ in range(inserted[place]):
            after = true[place + 1][0] if place + 1 < len(true) else end
            start = min(end, after)
            heard.append(_jittered(chance.choice(vocabulary), start, start + 0.2, chance))
    return heard, right


def _jittered(word: str, start: float, end: float, chance: random.Random) -> HeardWord:
    shift = max(chance.gauss(0.0, JITTER), -start)
    return HeardWord(word, start + shift, end + shift)


def damaged(case: Case, other: Case, whole: Sequence[Turn]) -> Iterator[Damaged]:
    """Yield the case with each of the five kinds of damage; `whole` are its turns aligned without damage."""
    middle = case.duration / 2
    yield _missing(case, whole, middle - MISSING / 2, middle + MISSING / 2)
    yield _foreign(case, other, whole, middle)
    yield _swapped(case, whole)
    end = CUT * case.duration
    yield replace(_missing(case, whole, end, case.duration + 1), kind="cut at 60 %", duration=end)
    yield Damaged("another recording", case.turns, other.heard, other.duration, (None,) * len(case.turns))


def _missing(case: Case, whole: Sequence[Turn], first: float, last: float) -> Damaged:
    heard = tuple(word for word in case.heard if word.end <= first or word.start >= last)
    expected = tuple(
        turn.start
        if turn.start is not None and turn.end is not None and (turn.end <= first or turn.start >= last)
        else None
        for turn in whole
    )
    return Damaged("five minutes missing", case.turns, heard, case.duration, expected)


def _foreign(case: Case, other: Case, whole: Sequence[Turn], at: float) -> Damaged:
    def moved(word: HeardWord, by: float) -> HeardWord:
        return replace(word, start=word.start + by, end=word.end + by)

    begin = other.duration / 2
    foreign = [word for word in other.heard if begin <= word.start and word.end <= begin + FOREIGN]
    before = [word for word in case.heard if word.start < at]
    after = [word for word in case.heard if word.start >= at]
    heard = [*before, *(moved(word, at - begin) for word in foreign), *(moved(word, FOREIGN) for word in after)]
    expected: list[float | None] = []
    for turn in whole:
        if turn.start is None or turn.end is None or turn.start < at < turn.end:
            expected.append(None)
        else:
            expected.append(turn.start + (FOREIGN if turn.start >= at else 0.0))
    return Damaged("foreign speech", case.turns, tuple(heard), case.duration + FOREIGN, tuple(expected))


def _swapped(case: Case, whole: Sequence[Turn]) -> Damaged:
    answers = [index for index, turn in enumerate(case.turns) if len(turn.text.split()) >= ANSWER]
    first, second = answers[len(answers) // 3], answers[len(answers) // 2]
    order = list(range(len(case.turns)))
    order[first], order[second] = second, first
    expected = tuple(None if index in (first, second) else whole[index].start for index in order)
    return Damaged(
        "two answers swapped", tuple(case.turns[index] for index in order), case.heard, case.duration, expected
    )


def repeated(all_cases: Sequence[Case], seconds: float) -> Case:
    """Join the cases to one of this length, cutting it off or repeating it with changed words.

    A repeated word gets the number of its repetition, so that ten hours are not the same hour ten times.
    """
    turns: list[OfficialTurn] = []
    heard: list[HeardWord] = []
    offset = 0.0
    number = 0
    while offset < seconds:
        case = all_cases[number % len(all_cases)]
        mark = chr(ord("a") + number // len(all_cases)) * (number // len(all_cases))
        left = seconds - offset
        turns += [
            replace(turn, text=" ".join(f"{word}{mark}" for word in turn.text.split()))
            for turn, start in zip(case.turns, case.starts, strict=True)
            if start < left
        ]
        heard += [
            HeardWord(f"{word.text}{mark}", word.start + offset, word.end + offset)
            for word in case.heard
            if word.start < left
        ]
        offset += case.duration
        number += 1
    return Case(f"{seconds:.0f} s", tuple(turns), tuple(heard), (), seconds)
