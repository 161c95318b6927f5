"""The second set of questions: written by readers of transcripts who had seen neither the code nor its answers.

120 questions on six interviews of `corpora/alignment` and twenty of `corpora/engineering-lessons`: 40 of an engineer,
25 of a newcomer, 25 of a writer, 30 near their topics that nothing answers. The texts may not be copied, so a quote
is kept as its place: the publisher's guid, the turn, and the characters [start, end) of the turn's text.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from api.evaluation.questions import Gold, Question
from ingest.library.records import load_transcript, records
from ingest.transcript import Transcript

QUESTIONS = Path(__file__).with_name("second_questions.jsonl")


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
