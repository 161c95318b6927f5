"""Measure how many names and terms are corrected in heard words, and how many of these corrections are right.

python benchmarks/spellings.py --shared ../shared [--json]

Heard words are what tiny.en hears in the three spoken variants of the seed, and the captions of the six recordings of
the alignment corpus. Each is corrected three times:

own       with what its own sources would spell: its people, and as notes its title or its first three turns
whole     with its people and every term of its whole text: many terms, most of them said
foreign   with the people and titles of another show (the spoken seed: of the catalogue without its own episode)

A correction is right if the official text has the shown words at that place: between the heard words before and after
it that are in the official text, or one word beside them.
"""

import argparse
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from pathlib import Path

from benchmarks.alignment_cases import cases
from benchmarks.figures import print_figures
from ingest.reference.catalogue import known_show
from ingest.speech.corrections import corrected
from ingest.speech.heard import TranscriptionOptions
from ingest.speech.own_terms import core_of, own_terms
from ingest.speech.transcribe import transcribe
from ingest.speech.weights import PACKAGED
from ingest.transcript import HeardWord, OfficialTurn, Word

SEED = 35  # the episode of the catalogue that the spoken seed is
SEED_TITLE = "How our Site Reliability Engineers migrated GOV.UK Pay"


def recordings(shared: Path) -> Iterator[tuple[str, str, Sequence[OfficialTurn], Sequence[HeardWord]]]:
    """Yield name, title or notes, official turns and heard words of each recording."""
    for path in sorted((shared / "audio" / "spoken").glob("*.truth.json")):
        truth = json.loads(path.read_text("utf-8"))
        turns = [OfficialTurn(turn["speaker"], turn["text"]) for turn in truth["turns"]]
        name = path.name.split(".")[0]
        heard = transcribe(path.parent / name / f"{name}.mp3", TranscriptionOptions(model=PACKAGED))
        yield f"spoken {name}", SEED_TITLE, turns, heard.words
    for case in cases(shared):
        yield case.name, "\n".join(turn.text for turn in case.turns[:3]), case.turns, case.heard


def judged(heard: Sequence[HeardWord], terms: Sequence[str], official: Sequence[str]) -> Iterator[tuple[bool, str]]:
    """Yield for each correction whether it is right, and "heard -> shown"."""
    words = [Word(piece, word.start, word.end, word.probability) for word in heard for piece in word.text.split()]
    matcher = SequenceMatcher(None, [_key(word.text) for word in words], [_key(word) for word in official], False)
    places = {a + n: b + n for a, b, size in matcher.get_matching_blocks() for n in range(size)}
    found = corrected(words, terms)
    at = 0
    for number, word in enumerate(found):
        count = len((word.text if word.heard is None else word.heard).split())
        if word.heard:
            following = range(at + count, len(words) + 1)
            before = next((places[n] for n in range(at - 1, -1, -1) if n in places), 0)
            after = next((places[n] for n in following if n in places), len(official))
            more = number + 1
            while more < len(found) and found[more].heard == "":
                more += 1
            shown = [core_of(part.text) for part in found[number:more]]
            yield set(shown) <= set(official[max(before - 1, 0) : after + 2]), f"{word.heard} -> {' '.join(shown)}"
        at += count


def _key(word: str) -> str:
    return "".join(filter(str.isalnum, word.casefold()))


def main() -> None:
    """Print for each recording and each list how many corrections were right, and those that were wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, required=True)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    gds = known_show("gds")
    assert gds is not None
    others = [episode for episode in gds.episodes if episode.number != SEED]
    foreign = own_terms([name for episode in others for name in episode.people], *(e.title for e in others))
    figures: dict[str, dict[str, object]] = {}
    totals: dict[str, Counter[bool]] = {"own": Counter(), "whole": Counter(), "foreign": Counter()}
    for name, notes, turns, heard in recordings(arguments.shared):
        people = list(dict.fromkeys(turn.speaker for turn in turns if turn.speaker))
        text = "\n".join(turn.text for turn in turns)
        official = [core_of(word) for word in text.split()]
        figures[name] = {"words": len(heard)}
        for kind, terms in (
            ("own", own_terms(people, notes)),
            ("whole", own_terms(people, text)),
            ("foreign", foreign),
        ):
            results = list(judged(heard, terms, official))
            totals[kind].update(right for right, _ in results)
            wrong = Counter(pair for right, pair in results if not right)
            figures[name][kind] = {"right": sum(right for right, _ in results), "wrong": dict(wrong)}
    figures["all"] = {kind: {"right": count[True], "wrong": count[False]} for kind, count in totals.items()}
    print_figures(figures, arguments.json)


if __name__ == "__main__":
    main()
