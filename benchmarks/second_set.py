"""The second set of questions: written by readers of transcripts who had seen neither the code nor its answers.

120 questions on six interviews of `corpora/alignment` and twenty of `corpora/engineering-lessons`: 40 of an engineer,
25 of a newcomer, 25 of a writer, 30 near their topics that nothing answers. The texts may not be copied, so a quote
is kept as its place: the publisher's guid, the turn, and the characters [start, end) of the turn's text.

    python -m benchmarks.second_set HOME

Prints the figures of `playback evaluate` with the constants in use, which were fitted on the development questions.
HOME holds both corpora. This set was looked at where two choices did equally well on the development questions, so it
is not unseen either.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from api.answer.compose import ask, find
from api.answer.contract_json import answer_json, hits_json
from api.answer.question import parse_question
from api.evaluation.evaluate import evaluate, render
from api.evaluation.questions import Gold, Question
from api.knowledge_base import open_base
from api.settings import Settings
from ingest.library.records import load_transcript, records
from ingest.transcript import Transcript, to_json

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
    """Return the questions with their gold quotes as the library of a data folder has them.

    Raises KeyError if it lacks an interview.
    """
    transcripts = {
        record.episode.guid: transcript
        for record in records(home)
        if (transcript := load_transcript(home, record.episode.id)) is not None
    }
    rows = [json.loads(line) for line in QUESTIONS.read_text("utf-8").splitlines()]
    return tuple(
        Question(
            **{name: row[name] for name in ("id", "question", "answerable", "kind", "persona")},
            gold=_golds(transcripts, row["gold"]),
            also=_golds(transcripts, row["also"]),
        )
        for row in rows
    )


def _golds(transcripts: Mapping[str, Transcript], places: Sequence[Mapping[str, Any]]) -> tuple[Gold, ...]:
    return tuple(
        Gold(place["episode"], place["turn"], turn.speaker, turn.text[place["start"] : place["end"]])
        for place in places
        for turn in (transcripts[place["episode"]].turns[place["turn"]],)
    )


if __name__ == "__main__":
    print(render(report(Path(sys.argv[1]))))
