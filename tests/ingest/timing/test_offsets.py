"""Captions of another edit than the recording are moved to where it has their pauses; all others stay."""

import random
from collections.abc import Sequence
from dataclasses import replace

import pytest

from ingest.timing.offsets import moved_by, moved_to_recording
from ingest.timing.pauses import Pause
from ingest.transcript import Turn, Word
from tests.growth import LINEAR, growth


def talk(turns: int, seed: int = 0, timing: str = "published") -> tuple[list[Turn], list[Pause]]:
    """Turns of three sentences each and the pauses of their recording: one before each sentence, and some within."""
    chance = random.Random(seed)
    clock, found, pauses = 1.0, [], [Pause(0.0, 1.0)]
    for number in range(turns):
        words = []
        for _ in range(3):
            for place in range(count := chance.randint(4, 12)):
                words.append(Word("tea." if place == count - 1 else "tea", round(clock, 3), round(clock + 0.3, 3)))
                clock += 0.3
                if chance.random() < 0.1 and place < count - 1:
                    pauses.append(Pause(clock, clock + 0.28))
                    clock += 0.28
            pauses.append(Pause(clock, clock + (pause := chance.uniform(0.3, 0.9))))
            clock += pause
        text = " ".join(word.text for word in words)
        ends = words[-1].end
        found.append(Turn("AB"[number % 2], text, words[0].start, ends, timing, 0.5, None, tuple(words)))
    return found, pauses


def blurred(turns: Sequence[Turn], seed: int = 1) -> list[Turn]:
    """The same turns with word times that are off by up to 0.4 s, as those of captions are."""
    chance = random.Random(seed)
    return [
        Turn(
            turn.speaker, turn.text, turn.start, turn.end, turn.timing, 0.5, None,
            tuple(Word(w.text, w.start + chance.uniform(-0.4, 0.4), w.end) for w in turn.words),
        )
        for turn in turns
    ]  # fmt: skip


def later(pauses: Sequence[Pause], at: float, seconds: float, seed: int = 5) -> list[Pause]:
    """The pauses with an advert of some seconds at a time, which has pauses of its own."""
    chance = random.Random(seed)
    own, clock = [], at + 1.0
    while clock < at + seconds - 1.0:
        own.append(Pause(clock, clock + 0.4))
        clock += chance.uniform(1.0, 4.0)
    before = [pause for pause in pauses if pause.end <= at]
    after = [Pause(pause.start + seconds, pause.end + seconds) for pause in pauses if pause.end > at]
    return [*before, *own, *after]


@pytest.mark.parametrize("seconds", [15.0, 31.4, 90.0])
@pytest.mark.parametrize("first", [0, 10])
@pytest.mark.parametrize("timing", ["published", "aligned"])
def test_after_an_advert_all_times_are_later(seconds: float, first: int, timing: str) -> None:
    """Turns after it are where they are heard, to a second; those before stay; beside it the stated error says more."""
    turns, pauses = talk(30, timing=timing)
    at = 0.0 if first == 0 else (turns[first].start or 0.0) - 0.01
    stated = blurred(turns)

    found = moved_to_recording(stated, later(pauses, at, seconds))

    near = 0
    for number, (turn, before) in enumerate(zip(found, turns, strict=True)):
        true = (before.start or 0.0) + (seconds if number >= first else 0.0)
        length = (before.end or 0.0) - (before.start or 0.0)
        far = max(abs((turn.start or 0.0) - true), abs((turn.end or 0.0) - true - length))
        assert far <= (turn.timing_error or 0.0)
        near += far < 1.0 and (turn.timing_error or 0.0) < 2.0
    assert near >= len(turns) - 6
    line = moved_by(stated, found)
    assert line is not None
    assert f"{seconds:+.0f} s" in line


def test_what_fits_stays() -> None:
    """Captions of this edit keep their times, whatever lies between their sentences."""
    turns, pauses = talk(30)
    stated = tuple(blurred(turns))

    assert moved_to_recording(stated, pauses) == stated
    assert moved_by(stated, stated) is None


@pytest.mark.parametrize("seed", range(10))
def test_in_doubt_nothing_moves(seed: int) -> None:
    """Pauses of another recording, of music, or too few of them prove nothing."""
    turns, _ = talk(20, seed)
    _, others = talk(20, seed + 100)
    stated = tuple(turns)

    assert moved_to_recording(stated, others) == stated
    assert moved_to_recording(stated, others[:5]) == stated
    assert moved_to_recording(stated[:2], others) == stated[:2]
    assert moved_to_recording((), others) == ()


@pytest.mark.parametrize("amount", [2.0, 4.0])
def test_careless_times_stay(amount: float) -> None:
    """Where half of the captions fit and the others are seconds off at random, no advert explains these."""
    chance = random.Random(3)
    turns, pauses = talk(300)
    stated = tuple(
        replace(turn, words=tuple(replace(word, start=(word.start or 0.0) + far) for word in turn.words))
        for number, turn in enumerate(blurred(turns))
        for far in [chance.uniform(-amount, amount) if number >= 150 else 0.0]
    )

    assert moved_to_recording(stated, pauses) == stated


def test_two_adverts() -> None:
    """Each stretch between them is moved by what it lacks."""
    turns, pauses = talk(90)
    starts = [turns[number].start or 0.0 for number in (30, 60)]
    with_two = later(later(pauses, starts[1] - 0.01, 20.0), starts[0] - 0.01, 31.0)

    found = moved_to_recording(blurred(turns), with_two)

    for number, far in ((15, 0.0), (45, 31.0), (75, 51.0)):
        assert (found[number].start or 0.0) - (turns[number].start or 0.0) == pytest.approx(far, abs=1.0)


def test_more_sentences_than_are_spoken(monkeypatch: pytest.MonkeyPatch) -> None:
    """No memory is filled with offsets for them."""
    turns, pauses = talk(30)
    monkeypatch.setattr("ingest.timing.offsets._MOST", 89)

    assert moved_to_recording(turns, later(pauses, 0.0, 30.0)) == tuple(turns)
    assert moved_to_recording(turns[1:], later(pauses, 0.0, 30.0)) != tuple(turns[1:])


def test_times_that_nothing_states_stay() -> None:
    """An estimate has no edit, and a turn without a time gets none."""
    turns, pauses = talk(30, timing="estimated")
    stated = (*turns, Turn("A", "Tea."))

    assert moved_to_recording(stated, later(pauses, 0.0, 30.0)) == stated


def test_long_recordings() -> None:
    """The search grows with the length, not with its square."""

    def moved(size: int) -> None:
        turns, pauses = talk(size)
        moved_to_recording(turns, later(pauses, 0.0, 30.0))

    assert growth(moved, 6) < LINEAR
