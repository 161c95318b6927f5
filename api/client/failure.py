"""What went wrong with a request, as one exception."""

import json

from ingest.text.urls import printable

_MOST_SHOWN = 5


class RequestFailed(Exception):
    """A request got no answer, or another one than it should; the message is one line that a person can act on.

    `status` is that of HTTP, None if the server was not reached. `name` is the server's own for the error
    ("QuoteGone"), None without one.
    """

    def __init__(self, message: str, status: int | None = None, name: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.name = name


def failure_of(status: int, content: bytes) -> RequestFailed:
    """Return the failure that a response tells, in the one shape of errors or in any other."""
    try:
        errors = json.loads(content)["errors"][:_MOST_SHOWN]
        message = "; ".join(printable(str(error["message"])) for error in errors)
        name = str(errors[0]["error"])
    except (ValueError, LookupError, TypeError, RecursionError):  # not Playback's: a proxy's, or another server's
        return RequestFailed(f"the server replied with status {status}", status)
    return RequestFailed(message, status, name)
