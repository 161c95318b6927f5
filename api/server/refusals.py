"""Map every error to its HTTP status in one table, and write all errors in the one shape."""

import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from time import monotonic

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from api.errors import (
    Busy,
    EpisodeGone,
    EpisodeUnknown,
    FeedbackError,
    FeedbackFull,
    FeedUnknown,
    FilterError,
    LessonUnknown,
    NoClip,
    PersonUnknown,
    QuestionError,
    QuoteGone,
    QuoteUnknown,
    ReaderLeft,
    SettingError,
    TermUnknown,
    TopicUnknown,
    WordsChanged,
)
from api.pages.render import page
from api.server.security_headers import HEADERS
from index.errors import EncoderError, EncoderMissing, IndexBroken, IndexMissing, IndexOutdated
from ingest.errors import (
    AudioError,
    ClusterError,
    DecisionError,
    DecisionsFull,
    LibraryError,
    ModelMissing,
    PlaybackError,
    SourceError,
    StoreError,
)
from ingest.text.urls import printable

logger = logging.getLogger(__name__)

# Seconds between lines about the database in the log, and when the last one was written (monotonic).
_LOG_AGAIN = 5.0
_logged_at = -_LOG_AGAIN

INVALID = "ValidationError"


@dataclass(frozen=True, slots=True)
class Refusal:
    """How an error is sent: its status, its name for programs, and a sentence that replaces its own message.

    Server errors (500 and above) always have such a sentence, because their own messages name files on this machine.
    `retry_after` is in seconds, for transient errors. `see` is the page that a reader opens where the message names a
    command.
    """

    status: int
    name: str
    sentence: str | None = None
    retry_after: int | None = None
    see: str | None = None


REFUSALS: dict[type[PlaybackError], Refusal] = {
    QuestionError: Refusal(422, INVALID),
    FilterError: Refusal(422, INVALID),
    SourceError: Refusal(422, INVALID),  # in the server: only the export of a transcript without times to vtt or srt
    EpisodeUnknown: Refusal(404, "EpisodeUnknown", see="/episodes"),
    QuoteUnknown: Refusal(404, "QuoteUnknown"),
    LessonUnknown: Refusal(404, "LessonUnknown", see="/lessons"),
    WordsChanged: Refusal(409, "WordsChanged"),
    TopicUnknown: Refusal(404, "TopicUnknown", see="/topics"),
    PersonUnknown: Refusal(404, "PersonUnknown", see="/people"),
    TermUnknown: Refusal(404, "TermUnknown", see="/terms"),
    FeedUnknown: Refusal(404, "FeedUnknown"),
    NoClip: Refusal(404, "NoClip"),
    EpisodeGone: Refusal(410, "EpisodeGone"),
    QuoteGone: Refusal(410, "QuoteGone"),
    FeedbackError: Refusal(422, INVALID),
    DecisionError: Refusal(422, INVALID),
    DecisionsFull: Refusal(
        503, "DecisionsFull", "The file of decisions is full. The person who runs this service must move it elsewhere."
    ),
    FeedbackFull: Refusal(
        503, "FeedbackFull", "Feedback storage is full. The person who runs this service must move feedback.jsonl."
    ),
    Busy: Refusal(503, "Busy", "Too many people are asking questions. Try again in a few seconds.", retry_after=2),
    ReaderLeft: Refusal(499, "ReaderLeft"),  # nobody reads it; nginx's status, for the access log
    IndexMissing: Refusal(
        503, "IndexMissing", "There is no index yet. The person who runs this service must run: playback ingest SOURCE"
    ),
    IndexBroken: Refusal(
        503,
        "IndexBroken",
        "The index cannot be read. The person who runs this service must run: playback index --rebuild",
    ),
    IndexOutdated: Refusal(
        503,
        "IndexBroken",
        "The index is of an earlier version. The person who runs this service must run: playback index",
    ),
    EncoderError: Refusal(
        503,
        "EncoderError",
        "The index and its encoder do not match. The person who runs this service must run: playback index",
    ),
    EncoderMissing: Refusal(
        503, "EncoderError", "The encoder is missing on this server. Its log says how to install it."
    ),
    ModelMissing: Refusal(503, "ModelMissing", "A model is missing on this server. Its log says which one."),
    LibraryError: Refusal(
        500, "LibraryError", "A file of the library cannot be read. The server's log says which one."
    ),
    StoreError: Refusal(
        503, "StoreError", "The database cannot be used just now. The server's log says why.", retry_after=5
    ),
    AudioError: Refusal(500, "AudioError", "A recording cannot be read. The server's log says which one."),
    ClusterError: Refusal(500, "InternalError", "A cluster cannot be used. The log of this server says why."),
    SettingError: Refusal(500, "InternalError", "This server is not configured correctly. Its log says why."),
    PlaybackError: Refusal(500, "InternalError", "Something went wrong on this server. Its log says what."),
}

_NAMES = {
    400: "BadRequest",
    403: "Forbidden",
    404: "NotFound",
    405: "MethodNotAllowed",
    413: "ContentTooLarge",
    416: "RangeNotSatisfiable",
    500: "InternalError",
}
# Paths of pages; their errors are pages too unless the client asks for another format.
_PAGES = (
    *("/episodes", "/quotes", "/search", "/lessons", "/people", "/terms", "/topics", "/start"),
    *("/verify", "/embed", "/feedback", "/docs"),
)
# Feeds and downloads beside the pages; programs read their errors. A term may end in ".md" too.
_FILES = ("/search.", "/lessons.")
_MOST_PROBLEMS = 20
_COMMAND = re.compile(r"; (?:run:? )?playback [^;]*$")


def register(app: FastAPI) -> None:
    """Make the app answer every error in the one JSON shape, or with a page if a person reads it."""
    app.add_exception_handler(PlaybackError, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unexpected)


def error_body(status: int, problems: Sequence[tuple[str, str]]) -> dict[str, object]:
    """Return the contract's error object for (name, message) pairs."""
    return {"status_code": status, "errors": [{"error": name, "message": message} for name, message in problems]}


def error_response(
    request: Request, status: int, problems: Sequence[tuple[str, str]], headers: Mapping[str, str] | None = None
) -> Response:
    """Return (name, message) pairs as the contract's JSON, or as a page if a person reads it."""
    response: Response
    if _wants_page(request):
        messages = [message for _, message in problems]
        response = page(request, "error.html", status=status, code=status, messages=messages)
    else:
        response = JSONResponse(error_body(status, problems), status)
    response.headers.update(headers or {})
    return response


def refusal_of(error: PlaybackError) -> Refusal:
    """Return how an error is sent: the entry of its class; a test checks that every class has one."""
    return REFUSALS.get(type(error), REFUSALS[PlaybackError])


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, PlaybackError)
    refusal = refusal_of(error)
    # Transient refusals are not logged: they are no fault, and many of them must not fill the log. A lost database
    # is one, and every request fails then.
    is_fault = refusal.retry_after is None or (isinstance(error, StoreError) and _is_time_to_log())
    if refusal.status >= HTTPStatus.INTERNAL_SERVER_ERROR and is_fault:
        logger.warning("%s %s: %s", request.method, _path(request), error)
    headers = {} if refusal.retry_after is None else {"Retry-After": str(refusal.retry_after)}
    problem = (refusal.name, refusal.sentence or _for_readers(" ".join(str(error).split()), refusal))
    return error_response(request, refusal.status, [problem], headers)


def _is_time_to_log() -> bool:
    """Return whether no line about the database was written for some seconds, and count this one as written."""
    global _logged_at
    if monotonic() < _logged_at + _LOG_AGAIN:
        return False
    _logged_at = monotonic()
    return True


def without_command(message: str) -> str:
    """Return a message without the command with which it ends, for those who run none."""
    return _COMMAND.sub("", message)


def _for_readers(message: str, refusal: Refusal) -> str:
    said = without_command(message)
    return f"{said}; see {refusal.see}" if refusal.see and said != message else said


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    problems = []
    for found in error.errors()[:_MOST_PROBLEMS]:
        # Say which field is invalid and why, but do not repeat its value.
        where = ".".join(str(part) for part in found["loc"] if part not in ("body", "query", "path"))
        problems.append((INVALID, f"{where[:100]}: {found['msg']}" if where else str(found["msg"])))
    return error_response(request, 422, problems)


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    status = error.status_code
    message = error.detail
    if message == HTTPStatus(status).phrase:
        message = {
            404: "There is nothing at this address.",
            405: f"This address does not accept {request.method}.",
        }.get(status, message)
    return error_response(request, status, [(_NAMES.get(status, "HttpError"), message)], error.headers)


async def _unexpected(request: Request, error: Exception) -> Response:
    logger.error("%s %s failed", request.method, _path(request), exc_info=error)
    # Starlette sends this response outside the guard, so the security headers are added here.
    return error_response(request, 500, [("InternalError", str(REFUSALS[PlaybackError].sentence))], HEADERS)


def _path(request: Request) -> str:
    """Return the path for the log, without line breaks or terminal control characters from a client."""
    return printable(request.scope["path"])


def _wants_page(request: Request) -> bool:
    path, accepted = request.url.path, request.headers.get("accept", "")
    if path.startswith("/api/") or path == "/healthcheck" or path.startswith(_FILES):
        return False
    if "text/html" in accepted:
        return True
    return "application/json" not in accepted and (path == "/" or path.startswith(_PAGES))
