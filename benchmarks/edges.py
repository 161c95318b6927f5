"""Measure how near turns and sentences start to their first sound: sample show, AMI's meetings, and CPU time.

python benchmarks/edges.py [--shared ../shared] [--json]

"Before" means the times of the aligned text. Heard words and captions are the true ones, blurred with a fixed seed.
"""

import argparse
import json
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.alignment_cases import Meeting, meeting
from benchmarks.figures import print_figures
from benchmarks.measure import measured
from ingest.alignment.align import align
from ingest.audio.load import SAMPLE_RATE, blocks
from ingest.captions.turns import read_captions
from ingest.feed.parse import parse_feed
from ingest.shownotes.parse import parse_notes
from ingest.speech.heard import Heard
from ingest.stages.assemble import assemble
from ingest.timing.edges import begins_sentence, refine_edges
from ingest.timing.pauses import envelope, pauses
from ingest.transcript import Episode, HeardWord, Show, Turn

SAMPLE = Path(__file__).resolve().parents[1] / "data" / "sample"
EARLY, LATE = 0.15, 0.03  # a start is right up to this many seconds before or after the first word
CUE = 5.0  # longest caption, in seconds, made from AMI's words
Span = tuple[float, float]


@dataclass(frozen=True)
class Case:
    """Turns as aligned, the true span of each (turn, word) in seconds, and the energy of their recording."""

    kind: str
    turns: tuple[Turn, ...]
    true: dict[tuple[int, int], Span]
    energy: NDArray[np.float32]
    alone: frozenset[tuple[int, int]] | None = None


def sample_cases() -> Iterator[Case]:
    """Yield the sample show's episodes with captions, blurred captions, noise, and blurred heard words."""
    chance = random.Random(0)  # noqa: S311 (a repeatable blur, nothing secret)
    feed = parse_feed((SAMPLE / "feed.xml").read_bytes(), str(SAMPLE / "feed.xml"), "sample")
    for item in feed.items:
        assert item.enclosure is not None
        name = Path(item.enclosure.url).stem
        words = [HeardWord(**_without_turn(word)) for word in json.loads((SAMPLE / f"{name}.words.json").read_text())]
        cues = read_captions((SAMPLE / f"{name}.vtt").read_bytes(), name)
        blurred = [
            replace(cue, start=cue.start + shift, end=cue.end + shift)
            for cue in cues
            for shift in [max(chance.gauss(0, 0.3), -cue.start)]
        ]
        samples = np.concatenate(list(blocks(SAMPLE / f"{name}.mp3")))
        noise = np.random.default_rng(1).normal(0, np.sqrt(np.mean(samples**2)) / 10, len(samples))
        clean, noisy = envelope([samples]), envelope([(samples + noise).astype(np.float32)])
        episode = Episode(name, name, Show("sample", "Sample"), duration=item.duration)
        official = parse_notes(item.notes or "", ())
        for kind, used, energy in (
            ("sample: captions", cues, clean),
            ("sample: captions ±0.3 s", blurred, clean),
            ("sample: captions ±0.3 s, noise -20 dB", blurred, noisy),
        ):
            turns = assemble(episode, official, used, None).turns
            yield Case(kind, turns, _true(turns, words), energy)
        for spread in (0.1, 0.3):
            said = Heard(tuple(_jittered(words, spread, chance)), "en", "none", "none", item.duration or 0.0)
            turns = assemble(episode, official, (), said).turns
            yield Case(f"sample: heard words ±{spread} s", turns, _true(turns, words), clean)


def meeting_cases(shared: Path) -> Iterator[Case]:
    """Yield AMI's meetings with heard words and with captions, both made from the true words."""
    chance = random.Random(0)  # noqa: S311 (a repeatable blur, nothing secret)
    data = meeting(shared)
    energy = envelope(blocks(shared / "audio" / "ami-medley" / "ami-medley.mp3"))
    words = sorted(_words(data), key=lambda word: (word.start, word.end))
    true = {
        (index, place): span
        for index, spans in enumerate(zip(data.starts, data.ends, strict=True))
        for place, span in enumerate(zip(*spans, strict=True))
    }
    for kind, heard, precision in (
        ("AMI: heard words ±0.1 s", _jittered(words, 0.1, chance), 0.1),
        ("AMI: heard words ±0.3 s", _jittered(words, 0.3, chance), 0.1),
        ("AMI: captions ±0.3 s", list(_captioned(words, 0.3, chance)), 0.5),
    ):
        turns, _ = align(data.turns, heard, data.duration, precision)
        yield Case(kind, turns, true, energy)
        yield Case(f"{kind}, nobody else within 0.5 s", turns, true, energy, data.alone)


def figures_of(shared: Path) -> dict[str, Any]:
    """Return the figures of the sample show, and of AMI's meetings if the folder holds them."""
    cases = list(sample_cases())
    if (shared / "audio" / "ami-medley").is_dir():
        cases += meeting_cases(shared)
    return figures(cases)


def figures(cases: Sequence[Case]) -> dict[str, Any]:
    """Return start errors in seconds and shares, before and after moving starts, of turns and of their sentences."""
    result: dict[str, Any] = {}
    for kind in dict.fromkeys(case.kind for case in cases):
        same = [case for case in cases if case.kind == kind]
        moved = [refine_edges(case.turns, pauses(case.energy)) for case in same]
        for label, all_turns in (("before", [case.turns for case in same]), ("after", moved)):
            pairs = list(zip(same, all_turns, strict=True))
            turn_errors = [error for case, turns in pairs for error in _errors(case, turns, inside=False)]
            result[f"{kind}, {label}"] = {
                "turns": _summary(turn_errors),
                "sentences": _summary([error for case, turns in pairs for error in _errors(case, turns, inside=True)]),
                "within_timing_error": _share([abs(error) <= bound + 1e-6 for error, bound in turn_errors]),
                "median_timing_error": median(bound for _, bound in turn_errors),
            }
    return result


def speed() -> dict[str, Any]:
    """Return CPU seconds and memory of finding envelope and pauses in one and three hours, without decoding."""
    return {label: measured(partial(_listen, count)) for label, count in (("1 h", 120), ("3 h", 360))}


def _listen(count: int) -> Callable[[], object]:
    noise = np.random.default_rng(0).normal(0, 0.1, 30 * SAMPLE_RATE).astype(np.float32)
    return lambda: pauses(envelope(noise for _ in range(count)))


def _errors(case: Case, turns: Sequence[Turn], inside: bool) -> Iterator[tuple[float, float]]:
    """Yield start error and timing error, in seconds, of the turns, or of the sentences inside them."""
    for index, turn in enumerate(turns):
        for place, word in enumerate(turn.words):
            is_edge = begins_sentence(turn, place) if inside else place == 0
            judged = (index, place) in case.true and (case.alone is None or (index, place) in case.alone)
            if is_edge and judged and word.start is not None and turn.timing_error is not None:
                yield word.start - case.true[index, place][0], turn.timing_error


def _summary(errors: Sequence[tuple[float, float]]) -> dict[str, float]:
    starts = [error for error, _ in errors]
    return {
        "count": len(starts),
        "median_error": median(map(abs, starts)) if starts else 0.0,
        "just_before": _share([-EARLY <= error <= LATE for error in starts]),
        "mid_word": _share([error > LATE for error in starts]),
    }


def _share(flags: Sequence[bool]) -> float:
    return sum(flags) / len(flags) if flags else 0.0


def _without_turn(word: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in word.items() if name != "turn"}


def _true(turns: Sequence[Turn], words: Sequence[HeardWord]) -> dict[tuple[int, int], Span]:
    places = [(index, place) for index, turn in enumerate(turns) for place in range(len(turn.words))]
    texts = [turns[index].words[place].text for index, place in places]
    blocks_alike = SequenceMatcher(None, texts, [word.text for word in words], autojunk=False).get_matching_blocks()
    return {
        places[first + n]: (words[second + n].start, words[second + n].end)
        for first, second, size in blocks_alike
        for n in range(size)
    }


def _words(data: Meeting) -> Iterator[HeardWord]:
    for turn, starts, ends in zip(data.turns, data.starts, data.ends, strict=True):
        for text, start, end in zip(turn.text.split(), starts, ends, strict=True):
            yield HeardWord(text, start, end)


def _jittered(words: Sequence[HeardWord], spread: float, chance: random.Random) -> list[HeardWord]:
    shifts = [max(chance.gauss(0, spread), -word.start) for word in words]
    return [
        replace(word, start=word.start + shift, end=word.end + shift) for word, shift in zip(words, shifts, strict=True)
    ]


def _captioned(words: Sequence[HeardWord], spread: float, chance: random.Random) -> Iterator[HeardWord]:
    """Yield the words spread evenly over captions of up to 5 s whose start and end times are blurred."""
    cue: list[HeardWord] = []
    for number, word in enumerate(words):
        cue.append(word)
        after = words[number + 1] if number + 1 < len(words) else None
        if after is not None and after.end - cue[0].start <= CUE and after.start - word.end <= 1.0:
            continue
        start = max(0.0, cue[0].start + chance.gauss(0, spread))
        end = max(start + 0.3, word.end + chance.gauss(0, spread))
        edges = start + (end - start) * np.cumsum([0, *(len(one.text) + 1 for one in cue)]) / sum(
            len(one.text) + 1 for one in cue
        )
        for one, first, last in zip(cue, edges, edges[1:], strict=False):
            yield replace(one, start=float(first), end=float(last))
        cue = []


def main() -> None:
    """Print the figures, as JSON with --json; AMI's only if --shared holds the meetings."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=Path("../shared"), help="folder with audio/ami-medley")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    found = {**figures_of(options.shared), **{f"speed, {label}": value for label, value in speed().items()}}
    print_figures(found, options.json)


if __name__ == "__main__":
    main()
