"""What readers say of an answer, kept without anything about them: one JSON line each in `<home>/feedback.jsonl`."""

import json
import os
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Literal, get_args

from api.answer.question import parse_question, replace_surrogates
from api.errors import FeedbackError, FeedbackFull
from api.quotes.citation import MOST_CITATIONS
from api.quotes.quote import MOST_ID_LETTERS
from ingest.storage.files import sync_folder

Verdict = Literal["useful", "not useful"]

SCHEMA = 1
MOST_COMMENT_BYTES = 1_000
# Anybody who reaches the pages may write; the disk is the library's.
MOST_STORED_BYTES = 20_000_000
_writing = Lock()


@dataclass(frozen=True, slots=True)
class Feedback:
    """A verdict on an answer: its question, the ids of its quotes, and a comment, which may be empty."""

    question: str
    quotes: tuple[str, ...]
    verdict: Verdict
    comment: str


def feedback_of(question: str, quotes: str, verdict: str, comment: str) -> Feedback:
    """Return what a form says; `quotes` are ids with blanks between them.

    Raises FeedbackError for another verdict, too long a comment or ids that are none; QuestionError for the question.
    """
    known = next((name for name in get_args(Verdict) if name == verdict), None)
    if known is None:
        raise FeedbackError("choose whether the answer was useful or not")
    text = replace_surrogates(comment).replace("\r\n", "\n").strip()
    if len(text.encode()) > MOST_COMMENT_BYTES:
        raise FeedbackError(f"the comment is too long; at most {MOST_COMMENT_BYTES:,} bytes of it are kept")
    ids = tuple(quotes.split())
    if len(ids) > MOST_CITATIONS or any(len(identifier) > MOST_ID_LETTERS for identifier in ids):
        raise FeedbackError("the ids of the quotes are none of this service")
    return Feedback(parse_question(question).text, ids, known, text)


def append_feedback(home: Path, feedback: Feedback, now: datetime | None = None) -> None:
    """Append one line and have it on disk; of the time only the day (UTC) is kept, so that it names nobody.

    Raises FeedbackFull if 20 MB are stored.
    """
    day = (now or datetime.now(UTC)).date().isoformat()
    line = json.dumps({"schema": SCHEMA, "day": day, **asdict(feedback)}, ensure_ascii=False).encode() + b"\n"
    path = home / "feedback.jsonl"
    with _writing:
        is_new = not path.exists()
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            if os.fstat(descriptor).st_size + len(line) > MOST_STORED_BYTES:
                raise FeedbackFull("no more feedback is stored")
            os.write(descriptor, line)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        if is_new:
            sync_folder(home)
