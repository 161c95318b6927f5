"""Measure what a small, real language model makes of the sample show's questions: Gemma 3 270M, by xllamacpp.

    python -m benchmarks.language_model [--questions 12] [--most-tokens 64] [--seconds 60] [--show]

`make test-llm` makes the environment. Each question is answered from the sample show, and its quotes are sent as
Playback sends them; the reply is read and checked as Playback does. Once with the chat template that the server chooses
for these weights, which have none, and once with two worked examples before the question
(`tests/language_model/worked_examples.jinja`). Sentences are counted as the check splits a reply.

- numbered: with the number of a quote that was sent
- kept: sentences that the quotes they cite support
- kept with any number: sentences that some quote would support, had the model written its number
- answers: those with a sentence that is kept
- seconds, CPU seconds: medians for a whole reply, the latter of the server, which has one thread
"""

import argparse
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from threading import Event
from time import perf_counter

from api.answer.compose import Answer
from api.answer.conversation import Asking, ask
from api.answer.question import parse_question
from api.knowledge_base import KnowledgeBase, open_base
from api.llm.grounding import sentences_of, supported_statements
from api.llm.reply import RewriteFailed
from api.llm.rewrite import Model, messages_of, reply_of
from api.settings import Settings
from benchmarks.figures import machine, table, today
from tests.language_model.served_model import (
    EXAMPLES,
    NAME,
    ServedModel,
    sample_library,
    sample_questions,
    served_model,
)

HEADS = (
    "template",
    "questions",
    "no reply",
    "sentences",
    "numbered",
    "kept",
    "kept with any number",
    "answers",
    "seconds",
    "CPU seconds",
)


@dataclass(frozen=True, slots=True)
class Written:
    """A question, the sentences of the reply and those that are kept, and what the reply took (seconds)."""

    question: str
    sentences: tuple[str, ...]
    numbered: int
    kept: tuple[str, ...]
    kept_with_any_number: int
    seconds: float
    cpu_seconds: float


def main() -> None:
    """Parse the command line, measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--questions", type=int, default=12)
    parser.add_argument("--most-tokens", type=int, default=64, help="the server's limit of a reply, -1 for none")
    parser.add_argument("--seconds", type=float, default=60, help="how long a reply may take (Playback: 20)")
    parser.add_argument("--show", action="store_true", help="print every sentence, not only some")
    options = parser.parse_args()
    print(f"{today()}, {machine()}, at most {options.most_tokens} tokens and {options.seconds:g} s a reply")
    with tempfile.TemporaryDirectory() as folder:
        sample_library(Path(folder))
        answers = list(_answers(open_base(Settings(home=Path(folder))), sample_questions(options.questions)))
    rows, written = [], []
    for name, template in (("the server's", None), ("worked examples", EXAMPLES)):
        with served_model(template, most_tokens=options.most_tokens) as served:
            written = [_written(served, answer, options.seconds) for answer in answers]
        rows.append(_row(name, written))
        _print_sentences(name, written if options.show else written[:4])
    print(table(HEADS, rows))


def _answers(base: KnowledgeBase, questions: Sequence[str]) -> Iterator[Answer]:
    for question in questions:
        answer = ask(base, Asking(parse_question(question)))
        if answer.citations:
            yield answer


def _written(served: ServedModel, answer: Answer, seconds: float) -> Written:
    begun, cpu_begun = perf_counter(), served.cpu_seconds()
    try:
        reply = reply_of(Model(served.url, NAME, timeout=seconds), messages_of(answer), Event())
    except RewriteFailed:
        reply = ""
    spent, cpu_spent = perf_counter() - begun, served.cpu_seconds() - cpu_begun
    sentences = sentences_of(reply)
    marks = [f"[{number}]" for number in range(1, len(answer.citations) + 1)]
    kept = [statement.text for one in sentences for statement in supported_statements(one, answer.citations)]
    any_number = [
        one for one in sentences if any(supported_statements(f"{one} {mark}", answer.citations) for mark in marks)
    ]
    return Written(
        answer.question,
        tuple(sentences),
        sum(any(mark in one for mark in marks) for one in sentences),
        tuple(kept),
        len(any_number),
        spent,
        cpu_spent,
    )


def _row(name: str, written: Sequence[Written]) -> tuple[object, ...]:
    return (
        name,
        len(written),
        sum(not one.sentences for one in written),
        sum(len(one.sentences) for one in written),
        sum(one.numbered for one in written),
        sum(len(one.kept) for one in written),
        sum(one.kept_with_any_number for one in written),
        sum(bool(one.kept) for one in written),
        f"{median(one.seconds for one in written):.1f}",
        f"{median(one.cpu_seconds for one in written):.1f}",
    )


def _print_sentences(name: str, written: Sequence[Written]) -> None:
    for one in written:
        print(f"\n{name}: {one.question} ({one.seconds:.1f} s)")
        for sentence in one.sentences:
            print(f"  wrote {sentence!r}")
        for sentence in one.kept:
            print(f"  kept  {sentence!r}")
    print()


if __name__ == "__main__":
    main()
