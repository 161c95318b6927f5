"""Measure how recall falls when words are misheard: ten interviews with clean and with corrupted words.

python benchmarks/misheard.py --shared ../shared [--share 0.2] [--seeds 3] [--json]

The ten interviews of the engineering lessons with the most answerable questions are ingested twice: as published, and
with a share of their words corrupted. A third of the corrupted words each is deleted, preceded by an inserted word of
the ten interviews, or replaced by one of their words that sounds alike (same Soundex code). Punctuation stays with its
word, and speakers stay. Each library is indexed with the real encoder and asked the questions whose gold quotes are all
in these interviews.

A hit in corrupted text is right if the clean words of the same part of the recording are right (contract, "Right").
Every corrupted word records its clean word (an inserted word records the one it precedes), and a hit is judged by the
clean words from the first to the last of these, including deleted ones between them. So this measures whether the place
is found, not whether its text is spelt correctly.
"""

import argparse
import random
import re
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from pathlib import Path
from statistics import mean
from typing import Any

from api.answer.compose import find
from api.answer.contract_json import hits_json
from api.answer.question import parse_question
from api.episodes.transcripts import place_words
from api.evaluation.evaluate import evaluate
from api.evaluation.questions import Question, read_questions
from api.knowledge_base import open_base
from api.settings import Settings
from benchmarks.figures import print_figures
from index.building.build import build
from index.models.encoder import Encoder
from index.models.uncompiled import load_encoder
from ingest.library.records import load_record, load_transcript, save_record, save_transcript
from ingest.pipeline import IngestSettings, ingest_episode
from ingest.sources import register_source
from ingest.text.words import Piece, pieces
from ingest.transcript import OfficialTurn, Transcript, untimed

INTERVIEWS = 10
CLOSEST = 3  # a word is replaced by one of this many most similar words with the same Soundex code
FIGURES = ("recall@1", "recall@5", "recall@20", "mrr")
# Soundex: letters with the same digit sound alike; a vowel between two of them separates them, h and w do not.
_CODES = {letter: digit for digit, letters in enumerate("bfpv cgjkqsxz dt l mn r".split(), 1) for letter in letters}
_LETTERS = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")

# The clean piece that a piece of corrupted text stands for: (turn, number of the piece in it).
Origin = tuple[int, int]
Find = Callable[[str, int], Mapping[str, Any]]


@dataclass(frozen=True)
class Corrupted:
    """A transcript with misheard words, and the origin of each piece of each turn."""

    transcript: Transcript
    origins: tuple[tuple[Origin, ...], ...]


def soundex(word: str) -> str:
    """Return the Soundex code of a word: its first letter and three digits (US National Archives' rules)."""
    letters = [letter for letter in word.lower() if letter.isascii() and letter.isalpha()]
    code, before = "", 0
    for letter in letters:
        digit = _CODES.get(letter, 0)
        if digit and digit != before:
            code += str(digit)
        if letter not in "hw":
            before = digit
    if not letters:
        return ""
    rest = code[1:] if letters[0] in _CODES else code
    return f"{letters[0]}{rest:0<3.3}"


def sound_alikes(transcripts: Sequence[Transcript]) -> dict[str, list[str]]:
    """Return for each word of the transcripts, in lower case, the words that sound alike, most similar first.

    The list of a word may be empty.
    """
    vocabulary = Counter(word for transcript in transcripts for word in _words(transcript))
    groups: dict[str, list[str]] = defaultdict(list)
    for word in sorted(vocabulary):
        groups[soundex(word)].append(word)
    alike: dict[str, list[str]] = {}
    for group in groups.values():
        for word in group:
            others = [other for other in group if other != word]
            others.sort(key=lambda other, word=word: -SequenceMatcher(None, word, other).ratio())  # type: ignore[misc]
            alike[word] = others[:CLOSEST]
    return alike


def corrupted(clean: Transcript, share: float, alike: Mapping[str, Sequence[str]], seed: int) -> Corrupted:
    """Return the transcript with this share of its words misheard, the same for the same seed and episode."""
    dice = random.Random(f"{clean.episode.guid} {seed}")  # noqa: S311 - seeded damage, not a secret
    vocabulary = list(alike)
    turns, origins = [], []
    for number, turn in enumerate(clean.turns):
        texts: list[str] = []
        places: list[Origin] = []
        for place, piece in enumerate(pieces(turn.text)):
            said = (
                _misheard(piece, dice, alike, vocabulary) if not piece.mark and dice.random() < share else [piece.text]
            )
            texts += said
            places += [(number, place)] * len(said)
        if not texts:  # every turn keeps a word, so that the turns stay the same
            texts, places = [turn.text.split()[0]], [(number, 0)]
        turns.append(untimed(OfficialTurn(turn.speaker, " ".join(texts))))
        origins.append(tuple(places))
    return Corrupted(replace(clean, turns=tuple(turns)), tuple(origins))


def clean_text(clean: Transcript, origins: Sequence[Origin]) -> str:
    """Return the clean words from the first to the last origin, turns joined by a line break."""
    (first, start), (last, end) = origins[0], origins[-1]
    lines = []
    for number in range(first, last + 1):
        words = clean.turns[number].text.split()
        lines.append(" ".join(words[start if number == first else 0 : end + 1 if number == last else len(words)]))
    return "\n".join(lines)


def main() -> None:
    """Print recall on clean and on corrupted words and the drop, as JSON with --json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=Path("../shared"), help="folder with corpora/")
    parser.add_argument("--share", type=float, default=0.2, help="of the words that are misheard (default: 0.2)")
    parser.add_argument("--seeds", type=int, default=3, help="corruptions over which figures are the mean (default: 3)")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    print_figures(measured(options.shared, options.share, options.seeds), options.json)


def measured(shared: Path, share: float = 0.2, seeds: int = 3) -> dict[str, dict[str, Any]]:
    """Return the figures on clean words, their mean over seeds on misheard words, and the drop; takes minutes."""
    corpus = shared / "corpora" / "engineering-lessons"
    guids, questions = _chosen(read_questions(corpus / "questions.jsonl"))
    encoder = load_encoder()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "clean"
        transcripts = ingested(corpus / "feed.xml", home, guids)
        alike = sound_alikes(list(transcripts.values()))
        clean = _figures(_find(home, encoder), questions)
        runs = []
        for seed in range(seeds):
            noisy = {name: corrupted(transcript, share, alike, seed) for name, transcript in transcripts.items()}
            runs.append(_figures(_find_clean(home, Path(folder) / str(seed), noisy, encoder), questions))
    return {
        "of": {"questions": len(questions), "interviews": len(guids), "share": share, "seeds": seeds},
        "clean": clean,
        "misheard": {name: mean(run[name] for run in runs) for name in FIGURES},
        "drop": {name: clean[name] - mean(run[name] for run in runs) for name in FIGURES},
        "drop by seed": {name: [round(clean[name] - run[name], 3) for run in runs] for name in FIGURES},
    }


def ingested(feed: Path, home: Path, guids: set[str] | None = None) -> dict[str, Transcript]:
    """Ingest a feed's episodes, or only the chosen ones, without audio; return their transcripts by episode id."""
    found = {}
    for episode in register_source(str(feed), home).episodes:
        if guids is None or episode.guid in guids:
            ingest_episode(episode, home, IngestSettings(audio=False))
            transcript = load_transcript(home, episode.id)
            assert transcript is not None, f"{episode.id} gave no transcript"
            found[episode.id] = transcript
    return found


def _words(transcript: Transcript) -> list[str]:
    found = (_LETTERS.search(piece.text) for turn in transcript.turns for piece in pieces(turn.text) if not piece.mark)
    return [match[0].lower() for match in found if match is not None]


def _misheard(
    piece: Piece, dice: random.Random, alike: Mapping[str, Sequence[str]], vocabulary: Sequence[str]
) -> list[str]:
    """Return what is heard instead of a word: nothing, an extra word before it, or another word that sounds alike."""
    kind = dice.choice(("deletion", "insertion", "substitution"))
    if kind == "deletion":
        return []
    if kind == "insertion":
        return [dice.choice(vocabulary), piece.text]
    found = _LETTERS.search(piece.text)
    if found is None:  # a number
        return [dice.choice(vocabulary)]
    heard = dice.choice(alike[found[0].lower()] or vocabulary)
    heard = heard.capitalize() if found[0][0].isupper() else heard
    return [piece.text[: found.start()] + heard + piece.text[found.end() :]]


def _chosen(questions: Sequence[Question]) -> tuple[set[str], list[Question]]:
    """Return the guids of the interviews with the most answerable questions, and the questions only about these."""
    answerable = [(question, {gold.episode for gold in question.gold}) for question in questions if question.answerable]
    counts = Counter(guid for _, guids in answerable for guid in guids)
    chosen = set(sorted(counts, key=lambda guid: (-counts[guid], guid))[:INTERVIEWS])
    return chosen, [question for question, guids in answerable if guids <= chosen]


def _find(home: Path, encoder: Encoder) -> Find:
    build(home, encoder)
    base = open_base(Settings(home=home), encoder)
    return lambda query, k: hits_json(query, find(base, parse_question(query), k))


def _find_clean(clean_home: Path, home: Path, noisy: Mapping[str, Corrupted], encoder: Encoder) -> Find:
    """Return a search of the corrupted library whose hits have the clean words of the same place."""
    clean, origins = {}, {}
    for name, damaged in noisy.items():
        clean[name] = load_transcript(clean_home, name)
        save_record(home, load_record(clean_home, name))
        save_transcript(home, damaged.transcript, "corrupted")
        origins[name] = _word_origins(damaged)
    build(home, encoder)
    base = open_base(Settings(home=home), encoder)

    def search(query: str, k: int) -> Mapping[str, Any]:
        found = find(base, parse_question(query), k)
        shown = hits_json(query, found)
        for (hit, _), entry in zip(found, shown["hits"], strict=True):
            # A passage's id contains the range of its normalised words.
            name, first, count, _ = hit.passage.id.rsplit(".", 3)
            transcript = clean[name]
            assert transcript is not None
            entry["text"] = clean_text(transcript, origins[name][int(first) : int(first) + int(count)])
        return shown

    return search


def _word_origins(damaged: Corrupted) -> list[Origin]:
    """Return the origin of each normalised word of a corrupted transcript, in order."""
    spans = [list(pieces(turn.text)) for turn in damaged.transcript.turns]
    found: list[Origin] = []
    turn = piece = 0
    for place in place_words(damaged.transcript).places:
        if place.turn != turn:
            turn, piece = place.turn, 0
        while spans[turn][piece].end <= place.start:
            piece += 1
        found.append(damaged.origins[turn][piece])
    return found


def _figures(search: Find, questions: Sequence[Question]) -> dict[str, Any]:
    """Return the figures of hits only, without composing answers."""
    silent = {"status": "unanswerable", "confidence": 0.0, "citations": []}
    report = evaluate(questions, ask=lambda _: silent, find=search, transcript=lambda _: None)
    return {name: report[name] for name in FIGURES}


if __name__ == "__main__":
    main()
