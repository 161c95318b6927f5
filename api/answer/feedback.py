"""Readers' feedback on answers, one JSON line each in `<home>/feedback.jsonl`, with no personal data."""

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Literal, get_args

from api.answer.question import parse_question, replace_surrogates
from api.errors import FeedbackError, FeedbackFull
from api.quotes.citation import MOST_CITATIONS
from api.quotes.quote import MOST_ID_LETTERS
from ingest.library.records import FEEDBACK
from ingest.storage.documents import append_line

Verdict = Literal["useful", "not useful"]

SCHEMA = 1
MOST_COMMENT_BYTES = 1_000
# Anyone who can reach the pages can send feedback; it must not fill the library's disk.
MOST_STORED_BYTES = 20_000_000
_writing = Lock()


@dataclass(frozen=True, slots=True)
class Feedback:
    """A verdict on an answer: the question, the ids of the quotes, the verdict and a comment, which may be empty."""

    question: str
    quotes: tuple[str, ...]
    verdict: Verdict
    comment: str


def feedback_of(question: str, quotes: str, verdict: str, comment: str) -> Feedback:
    """Parse the fields of the feedback form; `quotes` holds quote ids separated by spaces.

    Raises FeedbackError for an unknown verdict, a comment that is too long, or too many or too long ids; QuestionError
    for an invalid question.
    """
    known = next((name for name in get_args(Verdict) if name == verdict), None)
    if known is None:
        raise FeedbackError("choose whether the answer was useful or not")
    text = replace_surrogates(comment).replace("\r\n", "\n").strip()
    if len(text.encode()) > MOST_COMMENT_BYTES:
        raise FeedbackError(f"the comment is too long; it can have at most {MOST_COMMENT_BYTES:,} bytes")
    ids = tuple(quotes.split())
    if len(ids) > MOST_CITATIONS or any(len(identifier) > MOST_ID_LETTERS for identifier in ids):
        raise FeedbackError("these quote ids were not made by this service")
    return Feedback(parse_question(question).text, ids, known, text)


def append_feedback(home: Path, feedback: Feedback, now: datetime | None = None) -> None:
    """Append one line and fsync it; it records only the day (UTC), so that it identifies nobody.

    Raises FeedbackFull if the file would exceed 20 MB.
    """
    day = (now or datetime.now(UTC)).date().isoformat()
    line = json.dumps({"schema": SCHEMA, "day": day, **asdict(feedback)}, ensure_ascii=False).encode() + b"\n"
    with _writing:
        if not append_line(home / FEEDBACK, line, MOST_STORED_BYTES):
            raise FeedbackFull("feedback storage is full")
