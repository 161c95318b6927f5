"""Questions with gold quotes that are kept as places, because the texts may not be copied into this repository.

A place is the publisher's guid, the turn, and the characters [start, end) of the turn's text.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from api.evaluation.questions import Gold, Question
from ingest.library.records import load_transcript, records
from ingest.transcript import Transcript


def placed_questions(home: Path, path: Path) -> tuple[Question, ...]:
    """Return the questions of a file with their gold quotes as the library of a data folder has them.

    Raises KeyError if it lacks an interview.
    """
    transcripts = {
        record.episode.guid: transcript
        for record in records(home)
        if (transcript := load_transcript(home, record.episode.id)) is not None
    }
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
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
