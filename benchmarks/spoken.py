"""Measure official text against real hearing: the spoken variants of the seed, heard by the packaged Whisper.

    python benchmarks/spoken.py [--shared ../shared] [--home HOME] [--json]

Each variant's recording and text are ingested as a user's folder is. HOME keeps what was heard, so that a second run
only aligns; hearing takes about a minute of CPU for nine of sound. A folder of the same form, with NAME/ and
NAME.truth.json, is measured with --variants.
"""

import argparse
import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from benchmarks.figures import machine, paragraph, print_figures, table, today
from ingest.alignment.gaps import gaps_of, placed
from ingest.errors import PlaybackError
from ingest.library.records import load_transcript
from ingest.pipeline import IngestSettings, ingest_episode
from ingest.sources import register_source
from ingest.speech.weights import PACKAGED
from ingest.transcript import Transcript, Turn

SHORT = 3.0  # seconds; a shorter turn is a short one
NAMED = 1.0  # seconds within which an inserted or missing stretch is named
Truth = Mapping[str, Any]
Figures = dict[str, Any]


@dataclass(frozen=True)
class Judged:
    """A turn's errors at start and end and its timing error, in seconds; `is_short`: it takes less than 3 s."""

    start: float
    end: float
    stated: float
    is_short: bool

    @property
    def is_covered(self) -> bool:
        """Whether both ends lie within the stated error."""
        return max(abs(self.start), abs(self.end)) <= self.stated


def measured(variants: Path, home: Path | None = None) -> dict[str, Figures]:
    """Return the figures of each variant in the folder, by its name."""
    names = sorted(path.name.removesuffix(".truth.json") for path in variants.glob("*.truth.json"))
    with tempfile.TemporaryDirectory() as folder:
        kept = home or Path(folder)
        return {name: figures(heard(variants / name, kept / name), truth_of(variants, name)) for name in names}


def truth_of(variants: Path, name: str) -> Truth:
    """Return what is known of a variant."""
    truth: Truth = json.loads((variants / f"{name}.truth.json").read_text("utf-8"))
    return truth


def heard(variant: Path, home: Path) -> Transcript:
    """Return the transcript of a folder with a recording and its text, ingested with the packaged Whisper."""
    (episode,) = register_source(str(variant), home).episodes
    outcome = ingest_episode(episode, home, IngestSettings(transcribe=True, fallback=PACKAGED))
    transcript = load_transcript(home, episode.id)
    if transcript is None:
        raise PlaybackError(f"{variant.name}: {outcome.message}")
    return transcript


def figures(transcript: Transcript, truth: Truth) -> Figures:
    """Return errors in seconds, shares, and counts of one variant."""
    said = [turn for turn in zip(transcript.turns, truth["turns"], strict=True) if turn[1]["start"] is not None]
    judged = list(_judged(said))
    short = [one for one in judged if one.is_short]
    inserted, missing = list(_inserted_named(transcript, truth)), list(_missing_named(transcript, truth))
    return {
        "turns": len(said),
        "without a time": len(said) - len(judged),
        "start": _errors([one.start for one in judged]),
        "end": _errors([one.end for one in judged]),
        "within timing_error": _share(judged),
        "short turns": len(short),
        "short within timing_error": _share(short),
        "median timing_error": median(one.stated for one in judged),
        "inserted": len(inserted),
        "inserted named": sum(inserted),
        "unspoken": len(missing),
        "unspoken named": sum(missing),
        "turns with inserted words": sum(_has_inserted(turn, truth) for turn in transcript.turns),
    }


def _judged(said: Sequence[tuple[Turn, Truth]]) -> Iterator[Judged]:
    for turn, true in said:
        if turn.start is not None and turn.end is not None and turn.timing_error is not None:
            is_short = true["end"] - true["start"] < SHORT
            yield Judged(turn.start - true["start"], turn.end - true["end"], turn.timing_error, is_short)


def _errors(errors: Sequence[float]) -> dict[str, float]:
    sizes = [abs(error) for error in errors]
    return {"median": median(sizes), "95 %": float(np.quantile(sizes, 0.95)), "most": max(sizes)}


def _share(judged: Sequence[Judged]) -> float | None:
    return sum(one.is_covered for one in judged) / len(judged) if judged else None


def _inserted_named(transcript: Transcript, truth: Truth) -> Iterator[bool]:
    """Yield for each inserted stretch whether its ends are stated: of heard words, or of a gap without any."""
    assert transcript.divergence is not None
    unwritten = transcript.divergence.unwritten
    gaps = gaps_of(transcript.turns, transcript.divergence, truth["duration"])
    for stretch in truth["inserted"]:
        true = (stretch["start"], stretch["end"])
        named = [(one.start, one.end) for one in (unwritten if stretch["text"] else gaps)]
        yield any(_near(found, true) for found in named)


def _missing_named(transcript: Transcript, truth: Truth) -> Iterator[bool]:
    """Yield for each paragraph that was not spoken whether it is named, with the place where it is missing."""
    assert transcript.divergence is not None
    unheard = [placed(one, transcript.turns) for one in transcript.divergence.unheard]
    for number, turn in enumerate(truth["turns"]):
        for text in turn.get("unspoken", ()):
            place = _place_of(truth["turns"], number, turn["text"].index(text))
            named = [one for one in unheard if one.turn == number and _is_alike(one.text, text)]
            yield any(_near((one.start, one.end), place) for one in named)


def _place_of(turns: Sequence[Truth], number: int, offset: int) -> tuple[float, float]:
    """Return when the last sentence before this character of a turn ends and the next begins, in seconds."""
    spoken = [
        ((place, turn["text"].index(sentence["text"])), sentence)
        for place, turn in enumerate(turns)
        for sentence in turn["sentences"]
    ]
    before = max((sentence["end"] for place, sentence in spoken if place < (number, offset)), default=0.0)
    after = min(sentence["start"] for place, sentence in spoken if place > (number, offset))
    return before, after


def _is_alike(found: str, missing: str) -> bool:
    """Return whether one text is most of the other."""
    here, there = set(found.split()), set(missing.split())
    return len(here & there) >= 0.8 * len(here | there)


def _near(found: tuple[float | None, float | None], true: tuple[float, float]) -> bool:
    return all(here is not None and abs(here - there) <= NAMED for here, there in zip(found, true, strict=True))


def _has_inserted(turn: Turn, truth: Truth) -> bool:
    """Return whether a word of the turn is placed in an inserted stretch."""
    return any(
        stretch["start"] < (word.start + word.end) / 2 < stretch["end"]
        for stretch in truth["inserted"]
        for word in turn.words
        if word.start is not None and word.end is not None
    )


def section(variants: Path) -> Iterator[str]:
    """Yield the figures as a part of docs/evaluation.md, lazily."""
    yield "### Heard by Whisper"
    yield paragraph(
        f"`python benchmarks/spoken.py --shared ../shared`, on {today()}, on {machine()}: the opening of an episode, "
        "spoken by a synthetic voice, is heard by the packaged Whisper, and its text is aligned to what was heard. One "
        "variant is plain, one has music in front and an advert inside, one lacks two paragraphs of the text. Errors "
        "are seconds, in the median, at the 95th percentile and at most. The next two columns say how many turns begin "
        f"and end within their `timing_error`, of all and of those under {SHORT:.0f} s, then comes its median. An "
        f"inserted or missing stretch counts as named if both its ends are stated within {NAMED:.0f} s."
    )
    found = measured(variants)
    heads = ("variant", "turns", "start", "end", "within it", "short turns within it", "its median", "named")
    yield table(heads, [_row(name, one) for name, one in found.items()])
    inside = sum(one["turns with inserted words"] for one in found.values())
    yield f"Turns with words placed in an advert or in music: {inside}."


def _row(name: str, found: Figures) -> tuple[object, ...]:
    start, end = (" / ".join(f"{value:.2f}" for value in found[side].values()) for side in ("start", "end"))
    named = f"{found['inserted named'] + found['unspoken named']} of {found['inserted'] + found['unspoken']}"
    short = f"{found['short within timing_error']:.3f} of {found['short turns']}"
    return name, found["turns"], start, end, found["within timing_error"], short, found["median timing_error"], named


def main() -> None:
    """Print the figures, as JSON with --json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=Path("../shared"), help="folder with audio/spoken")
    parser.add_argument("--variants", type=Path, help="another folder of variants")
    parser.add_argument("--home", type=Path, help="folder that keeps what was heard")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    print_figures(measured(options.variants or options.shared / "audio" / "spoken", options.home), options.json)


if __name__ == "__main__":
    main()
