"""How many gold quotes of lessons, reasons and ways the proposed lessons meet, beside a choice by chance.

    python -m benchmarks.lessons HOME QUESTIONS.jsonl [--kinds lesson why how] [--signs] [--draw N --seed S]
    python -m benchmarks.lessons HOME second --kinds lesson reason how

HOME is a data folder with the interviews and an index of them, whose vectors are taken; with --signs none are. A gold
quote is met if at least a third of the shorter's word trigrams are also in one of the first 20, 40 or 80 proposals of
its episode (the contract's rule), and a question if one of its gold quotes is. By chance: as many stretches of as many
whole sentences of people who do not ask, drawn in each episode, the mean of ten seeds. With --draw, so many proposals
drawn by chance are printed instead, to be judged by a reader. CPU time is that of the miner alone, in this process.
"""

import random
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from api.evaluation.metrics import is_right, normalise
from api.evaluation.questions import Question, read_questions
from benchmarks.figures import arguments, machine, table, today
from benchmarks.second_set import second_set
from index.building.tables import askers
from index.exchanges import exchanges_of
from index.generation import Generation
from index.mined.episode import Lesson
from index.mining.lessons import find
from index.mining.lessons.model import SIGNS, SentenceVectors
from index.mining.terms import find_terms
from index.passage import Exchange, Sentence
from index.sentences import sentences_of
from index.store import open_generation
from ingest.library.records import load_transcript, records
from ingest.transcript import Transcript

MOST = (20, 40, 80)
SEEDS = 10
Stretch = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Read:
    """An episode, read."""

    transcript: Transcript
    sentences: Sequence[Sentence]
    exchanges: Sequence[Exchange]
    askers: frozenset[str]
    vectors: SentenceVectors


def main() -> None:
    """Parse the command line, mine, and print."""
    parser = arguments(__doc__)
    parser.add_argument("--kinds", nargs="+", default=["lesson", "why", "how"])
    parser.add_argument("--draw", type=int)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--signs", action="store_true")
    options = parser.parse_args()
    generation = open_generation(options.home)
    episodes = [read(transcript, generation) for transcript in _transcripts(options.home)]
    if options.signs:
        episodes = [replace(one, vectors=one.vectors._replace(weights=SIGNS)) for one in episodes]
    if options.draw is not None:
        print(drawn(episodes, options.draw, options.seed))
        return
    given = second_set(options.home) if str(options.questions) == "second" else read_questions(options.questions)
    questions = [question for question in given if question.answerable and question.kind in options.kinds]
    print(f"{today()}, {machine()}\n")
    print(measured(episodes, questions))


def read(transcript: Transcript, generation: Generation) -> Read:
    """Read an episode as building an index does, with the vectors that the index holds."""
    sentences = sentences_of(transcript)
    found = generation.stretch(transcript.episode.id, 0, len(sentences))
    vectors = SentenceVectors(np.array([one.vector for one in found]), generation.manifest.weights)
    return Read(transcript, sentences, exchanges_of(transcript, sentences), askers(transcript), vectors)


def mined(episode: Read) -> tuple[Lesson, ...]:
    """Return the proposals of an episode."""
    terms = find_terms(episode.transcript, episode.sentences)
    return find.find_lessons(
        episode.transcript, episode.sentences, episode.exchanges, episode.askers, terms, episode.vectors
    )


def measured(episodes: Sequence[Read], questions: Sequence[Question]) -> str:
    """Return a table of the shares met, and what the proposals are."""
    cpu = time.process_time()
    proposed = {one.transcript.episode.guid: _stretches(one, mined(one)) for one in episodes}
    cpu = time.process_time() - cpu
    find.MOST_LESSONS = max(MOST)
    more = {one.transcript.episode.guid: _stretches(one, mined(one)) for one in episodes}
    by_guid = {one.transcript.episode.guid: one for one in episodes}
    rows = []
    for most in MOST:
        ours = shares(questions, by_guid, {guid: found[:most] for guid, found in more.items()})
        chance = [
            shares(
                questions,
                by_guid,
                {guid: _by_chance(by_guid[guid], found[:most], seed) for guid, found in more.items()},
            )
            for seed in range(SEEDS)
        ]
        rows.append((most, *ours, *(sum(values) / SEEDS for values in zip(*chance, strict=True))))
    heads = ("proposals", "questions", "quotes", "questions by chance", "quotes by chance")
    counts = [len(found) for found in proposed.values()]
    words = [_words(by_guid[guid], stretch) for guid, found in proposed.items() for stretch in found]
    golds = sum(len(question.gold) for question in questions)
    return (
        f"{len(questions)} questions with {golds} gold quotes, {_by_askers(questions, by_guid)} of them by askers\n\n"
        f"{table(heads, rows)}\n\n"
        f"{sum(counts)} proposals of {len(counts)} episodes ({min(counts)} to {max(counts)}), "
        f"{sum(words) / max(len(words), 1):.0f} words on average; {cpu:.1f} CPU s for mining"
    )


def drawn(episodes: Sequence[Read], number: int, seed: int) -> str:
    """Return so many proposals drawn by chance, for a reader, the best first, each with its rank in all of them."""
    every = sorted(((lesson, one) for one in episodes for lesson in mined(one)), key=lambda pair: -pair[0].score)
    places = sorted(random.Random(seed).sample(range(len(every)), min(number, len(every))))  # noqa: S311 - no secret
    return "\n\n".join(_shown(place, len(every), *every[place]) for place in places)


def _shown(place: int, of: int, lesson: Lesson, episode: Read) -> str:
    first = lesson.span.first_word
    text = _text(episode, lesson.span.first_word, lesson.span.words)
    question = "-" if lesson.question is None else _text(episode, *lesson.question)
    return (
        f"{place + 1}/{of} {lesson.score:.2f} {lesson.kind} | {episode.transcript.episode.title} | {lesson.speaker} "
        f"| {lesson.title}\n  Q: {question}\n  {text} [{first}] {', '.join(lesson.terms)}"
    )


def _text(episode: Read, first_word: int, words: int) -> str:
    inside = [one for one in episode.sentences if first_word <= one.first_word < first_word + words]
    return episode.transcript.turns[inside[0].turn].text[inside[0].start : inside[-1].end]


def _transcripts(home: Path) -> list[Transcript]:
    found = (load_transcript(home, record.episode.id) for record in records(home))
    return [transcript for transcript in found if transcript is not None]


def _stretches(episode: Read, found: Sequence[Lesson]) -> list[Stretch]:
    """Return the sentences [first, last) of lessons."""
    places = {one.first_word: number for number, one in enumerate(episode.sentences)}
    ends = {one.first_word + one.words: number + 1 for number, one in enumerate(episode.sentences)}
    return [(places[one.span.first_word], ends[one.span.first_word + one.span.words]) for one in found]


def _by_chance(episode: Read, like: Sequence[Stretch], seed: int) -> list[Stretch]:
    """Return other stretches that do not overlap, each of as many sentences and about as many words as one of these."""
    dice = random.Random(seed)  # noqa: S311 - no secret
    taken: set[int] = set()
    found = []
    for first, last in like:
        wanted = _words(episode, (first, last))
        near: Callable[[Stretch], int] = lambda one, wanted=wanted: abs(_words(episode, one) - wanted)  # noqa: E731
        tries = [_candidate(episode, dice, last - first, taken) for _ in range(8)]
        free = [one for one in tries if one is not None]
        if free:
            chosen = min(free, key=near)
            taken.update(range(*chosen))
            found.append(chosen)
    return found


def _candidate(episode: Read, dice: random.Random, size: int, taken: set[int]) -> Stretch | None:
    for _ in range(50):
        first = dice.randrange(len(episode.sentences))
        inside = episode.sentences[first : first + size]
        speaker = episode.transcript.turns[inside[0].turn].speaker
        if (
            speaker not in episode.askers
            and len(inside) == size
            and inside[0].turn == inside[-1].turn
            and taken.isdisjoint(range(first, first + size))
        ):
            return first, first + size
    return None


def _words(episode: Read, stretch: Stretch) -> int:
    return sum(one.words for one in episode.sentences[slice(*stretch)])


def shares(
    questions: Sequence[Question], episodes: Mapping[str, Read], chosen: Mapping[str, Sequence[Stretch]]
) -> tuple[float, float]:
    """Return the share of questions with a gold quote that is met, and that of gold quotes.

    Raises KeyError for a question about an episode of which nothing is chosen.
    """
    words = {guid: [normalise(_quoted(episodes[guid], one)) for one in found] for guid, found in chosen.items()}
    met = [
        [any(is_right(one, normalise(gold.quote)) for one in words[gold.episode]) for gold in question.gold]
        for question in questions
    ]
    quotes = [one for question in met for one in question]
    return sum(map(any, met)) / len(met), sum(quotes) / len(quotes)


def _quoted(episode: Read, stretch: Stretch) -> str:
    inside = episode.sentences[slice(*stretch)]
    return episode.transcript.turns[inside[0].turn].text[inside[0].start : inside[-1].end]


def _by_askers(questions: Sequence[Question], episodes: Mapping[str, Read]) -> int:
    golds = [gold for question in questions for gold in question.gold]
    return sum(gold.speaker in episodes[gold.episode].askers for gold in golds)


if __name__ == "__main__":
    sys.exit(main())
