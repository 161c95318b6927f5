"""Measure what one typo in each question costs, and what the nearest words of the library give back.

    python benchmarks/typos.py HOME QUESTIONS.jsonl [--seeds 3]

In each question a letter of one word is dropped, doubled, replaced or swapped with the next: a word of at least five
letters that has a meaning of its own. Which word, letter and change are random, with a fixed seed. Recall is over the
answerable questions, by the contract's definitions. `answered` is the share of them whose confidence reaches the bound
of an answer, `answered wrongly` that of the unanswerable ones. Figures of questions with a typo are means over seeds.
"""

import random
import string
from collections.abc import Sequence
from dataclasses import replace
from statistics import mean

from api.answer.compose import WEIGHED_HITS
from api.answer.confidence import CONFIDENT, confidence
from api.answer.evidence import evidence_of
from api.answer.question import parse_question, query_of
from api.evaluation.evaluate import HIT_WORDS, HITS
from api.evaluation.questions import Question, read_questions
from api.knowledge_base import KnowledgeBase, open_base
from api.settings import Settings
from benchmarks.figures import arguments, machine, table, today
from benchmarks.retrieval import right_for
from index.function_words import is_function_word
from index.search import Query, search
from index.sentences import WORD

FEWEST_LETTERS = 5
HEADS = ("questions", "recall@1", "recall@5", "recall@20", "answered", "answered wrongly", "words added")
Figures = tuple[float, ...]


def main() -> None:
    """Parse the command line, measure and print."""
    parser = arguments(__doc__)
    parser.add_argument("--seeds", type=int, default=3)
    options = parser.parse_args()
    print(f"{today()}, {machine()}")
    rows = measured(open_base(Settings(home=options.home)), read_questions(options.questions), options.seeds)
    print(table(HEADS, rows))


def measured(base: KnowledgeBase, questions: Sequence[Question], seeds: int = 3) -> list[tuple[object, ...]]:
    """Return the rows of the table HEADS: as written, and with a typo, each without and with the nearest words."""
    written = [question.question for question in questions]
    mistyped = [[with_typo(text, seed) for text in written] for seed in range(seeds)]
    return [
        ("as written, without the nearest words", *_figures(base, questions, written, corrects=False)),
        ("as written", *_figures(base, questions, written, corrects=True)),
        ("one typo, without the nearest words", *_mean(base, questions, mistyped, corrects=False)),
        ("one typo", *_mean(base, questions, mistyped, corrects=True)),
    ]


def with_typo(text: str, seed: int) -> str:
    """Return a question with one letter of one of its words mistyped; unchanged if it has no word for that."""
    chance = random.Random(f"{seed} {text}")  # noqa: S311 - the same typos every time
    words = [found for found in WORD.finditer(text) if _may_be_mistyped(found.group())]
    if not words:
        return text
    chosen = chance.choice(words)
    typo = chosen.group()
    while typo == chosen.group():
        typo = _mistyped(chance, chosen.group())
    return text[: chosen.start()] + typo + text[chosen.end() :]


def _may_be_mistyped(word: str) -> bool:
    return len(word) >= FEWEST_LETTERS and word.isalpha() and not is_function_word(word)


def _mistyped(chance: random.Random, word: str) -> str:
    at = chance.randrange(len(word))
    before, letter, after = word[:at], word[at], word[at + 1 :]
    return chance.choice(
        (
            before + after,
            before + letter * 2 + after,
            before + chance.choice(string.ascii_lowercase) + after,
            before + after[:1] + letter + after[1:],
        )
    )


def _mean(base: KnowledgeBase, questions: Sequence[Question], runs: Sequence[Sequence[str]], corrects: bool) -> Figures:
    figures = [_figures(base, questions, texts, corrects) for texts in runs]
    return tuple(mean(values) for values in zip(*figures, strict=True))


def _figures(base: KnowledgeBase, questions: Sequence[Question], texts: Sequence[str], corrects: bool) -> Figures:
    """Return recall@1, @5 and @20, both shares of answered questions, and the share of questions with words added."""
    ranks: list[int] = []
    answered: dict[bool, list[bool]] = {True: [], False: []}
    added = 0
    for question, text in zip(questions, texts, strict=True):
        query = _query(base, text, corrects)
        hits = search(base.generation, query, HITS)
        added += bool(query.also)
        evidence = evidence_of(base, query, hits[:WEIGHED_HITS], ())
        answered[question.answerable].append(CONFIDENT * confidence(query, evidence) >= base.fitted.touches)
        if question.answerable:
            right = (hit.rank for hit in hits if right_for(question, hit.episode.guid, hit.passage.text, HIT_WORDS))
            ranks.append(next(right, HITS + 1))
    recalls = [mean(rank <= most for rank in ranks) for most in (1, 5, HITS)]
    return (*recalls, mean(answered[True]), mean(answered[False]), added / len(questions))


def _query(base: KnowledgeBase, text: str, corrects: bool) -> Query:
    query = query_of(base, parse_question(text))
    if corrects or not query.also:
        return query
    return replace(
        query,
        text=query.typed,
        vector=base.encoder.encode_query(query.typed),
        terms=tuple(base.generation.terms(query.typed)),
        also=(),
    )


if __name__ == "__main__":
    main()
