"""The second set of questions: written by readers of transcripts who had seen neither the code nor its answers.

120 questions on six interviews of `corpora/alignment` and twenty of `corpora/engineering-lessons`: 40 of an engineer,
25 of a newcomer, 25 of a writer, 30 near their topics that nothing answers. The texts may not be copied, so a quote
is kept as its place: the publisher's guid, the turn, and the characters [start, end) of the turn's text.

    python -m benchmarks.second_set HOME

Prints the figures of `playback evaluate` with the constants in use; none is fitted on this set. HOME holds both
corpora. This set was looked at where two choices did equally well on other questions, so it is not unseen either.
"""

import sys
from pathlib import Path
from typing import Any

from api.answer.compose import ask, find
from api.answer.contract_json import answer_json, hits_json
from api.answer.question import parse_question
from api.evaluation.evaluate import evaluate, render
from api.evaluation.questions import Question
from api.knowledge_base import open_base
from api.settings import Settings
from benchmarks.placed_questions import placed_questions
from ingest.library.records import load_transcript
from ingest.transcript import to_json

QUESTIONS = Path(__file__).with_name("second_questions.jsonl")


def report(home: Path) -> dict[str, Any]:
    """Return the report of `playback evaluate` on the second set."""
    base = open_base(Settings(home=home))

    def transcript(identifier: str) -> dict[str, Any] | None:
        found = load_transcript(home, identifier)
        return None if found is None else to_json(found)

    return evaluate(
        second_set(home),
        ask=lambda question: answer_json(ask(base, parse_question(question))),
        find=lambda query, k: hits_json(query, find(base, parse_question(query), k)),
        transcript=transcript,
    )


def second_set(home: Path) -> tuple[Question, ...]:
    """Return the questions; raises KeyError if the library of a data folder lacks an interview."""
    return placed_questions(home, QUESTIONS)


if __name__ == "__main__":
    print(render(report(Path(sys.argv[1]))))
