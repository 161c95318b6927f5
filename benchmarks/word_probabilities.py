"""Measure how often a word that Whisper heard is right, by the probability that Whisper gives it.

    python benchmarks/word_probabilities.py --shared ../shared [--model tiny.en]

The recordings are meetings with human transcripts, short clips, and spoken variants of a known text. A heard word is
right if it is in the longest runs of words that heard and spoken words share, in order; case and punctuation do not
count. The first table compares words with their probability, the second compares stretches of 15 words, as long as a
usual quote, with their `heard_confidence`. Takes about a minute of CPU time for ten minutes of sound.
"""

import argparse
import json
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from itertools import pairwise
from pathlib import Path
from statistics import mean
from typing import Any, NamedTuple

from api.quotes.heard_confidence import WEAK, WEAK_WORD, heard_confidence
from benchmarks.figures import table
from ingest.speech.heard import TranscriptionOptions
from ingest.speech.transcribe import transcribe
from ingest.speech.weights import PACKAGED
from ingest.text.words import normalise
from ingest.transcript import HeardWord, Turn, Word

WORD_BINS = (0.0, 0.2, 0.4, WEAK_WORD, 0.6, 0.7, 0.8, 0.9, 0.99, 1.0)
QUOTE_BINS = (0.0, 0.7, 0.8, 0.85, WEAK, 0.95, 1.0)
QUOTE_WORDS = 15


class Recording(NamedTuple):
    """A recording and the normalised words that are said in it, in order."""

    path: Path
    said: Sequence[str]


class Judged(NamedTuple):
    """A probability of being right, 0 to 1, and the share that is right: of a word (0 or 1) or of a stretch."""

    stated: float
    right: float


def main() -> None:
    """Hear every recording and print both tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=Path("../shared"), help="folder with audio/")
    parser.add_argument("--model", default=PACKAGED, help="Whisper model (default: the packaged one)")
    options = parser.parse_args()
    words: list[Judged] = []
    quotes: list[Judged] = []
    for recording in recordings(options.shared):
        heard = transcribe(recording.path, TranscriptionOptions(model=options.model)).words
        right = are_right(heard, recording.said)
        words += [Judged(word.probability or 0.0, is_right) for word, is_right in zip(heard, right, strict=True)]
        quotes += stretches(heard, right)
    print(reliability("words", words, WORD_BINS))
    print()
    print(reliability(f"stretches of {QUOTE_WORDS} words", quotes, QUOTE_BINS))


def recordings(shared: Path) -> Iterator[Recording]:
    """Yield the recordings whose words are known."""
    audio = shared / "audio"
    for line in (audio / "clips.jsonl").read_text("utf-8").splitlines():
        clip = json.loads(line)
        yield Recording(audio / clip["path"], normalise(clip["text"]))
    meetings = audio / "ami-medley"
    turns = json.loads((meetings / "ami-medley.json").read_text("utf-8"))["turns"]
    timed = sorted((word["start"], word["w"]) for turn in turns for word in turn["words"])
    yield Recording(meetings / "ami-medley.mp3", normalise(" ".join(word for _, word in timed)))
    for path in sorted((audio / "spoken").glob("*/*.mp3")):
        truth = json.loads((audio / "spoken" / f"{path.stem}.truth.json").read_text("utf-8"))
        yield Recording(path, normalise(" ".join(text for _, text in sorted(_spoken(truth)))))


def _spoken(truth: Mapping[str, Any]) -> Iterator[tuple[float, str]]:
    """Yield each sentence that is said, and each text that was inserted, with its start in seconds."""
    for turn in truth["turns"]:
        yield from ((sentence["start"], sentence["text"]) for sentence in turn["sentences"])
    yield from ((inserted["start"], inserted["text"]) for inserted in truth["inserted"])


def are_right(heard: Sequence[HeardWord], said: Sequence[str]) -> list[bool]:
    """Say of each heard word whether all of its normalised words were said in this place."""
    owners = [(number, word) for number, item in enumerate(heard) for word in normalise(item.text)]
    shared = SequenceMatcher(None, [word for _, word in owners], said, autojunk=False).get_matching_blocks()
    matched = {place for block in shared for place in range(block.a, block.a + block.size)}
    wrong = {number for place, (number, _) in enumerate(owners) if place not in matched}
    return [number not in wrong for number in range(len(heard))]


def stretches(heard: Sequence[HeardWord], right: Sequence[bool]) -> Iterator[Judged]:
    """Yield the `heard_confidence` of each whole stretch of words, with the share of its words that is right."""
    for first in range(0, len(heard) - QUOTE_WORDS + 1, QUOTE_WORDS):
        words = [
            Word(piece, probability=word.probability)
            for word in heard[first : first + QUOTE_WORDS]
            for piece in word.text.split()
        ]
        text = " ".join(word.text for word in words)
        turn = Turn(None, text, timing="heard", words=tuple(words))
        yield Judged(heard_confidence(turn, 0, len(text)) or 0.0, mean(right[first : first + QUOTE_WORDS]))


def reliability(of: str, judged: Sequence[Judged], bins: Sequence[float]) -> str:
    """Return a table of stated against true shares, by ranges of the stated one, the last range and all included."""
    rows = []
    for low, high in pairwise(bins):
        inside = [one for one in judged if low <= one.stated < high or (one.stated == high == bins[-1])]
        if inside:
            rows.append((f"{low:g} to {high:g}", len(inside), *_means(inside)))
    return table(("probability", of, "mean probability", "share right"), [*rows, ("all", len(judged), *_means(judged))])


def _means(judged: Sequence[Judged]) -> tuple[float, float]:
    return mean(one.stated for one in judged), mean(one.right for one in judged)


if __name__ == "__main__":
    main()
