"""The errors of ingestion; each message is one line that the user can act on.

PlaybackError
├── SourceError        a feed, file or address cannot be used
│   └── AudioError     a recording cannot be decoded
├── ModelMissing       weights or a package are not on this machine
├── ClusterError       a Ray cluster cannot be used
├── DecisionError      what somebody decides about a lesson is not allowed
├── DecisionsFull      the file of decisions has reached its size limit
├── StoreError         the database that keeps the library refuses, or cannot be reached
└── LibraryError       files of the library are unreadable or have an unknown schema

TransientError stands apart: it never reaches the user, because the retry turns it into a SourceError.
"""


class PlaybackError(Exception):
    """Base of every error whose message is shown to the user."""


class SourceError(PlaybackError):
    """A feed, file or address cannot be used; `status` is that of a server's refusal, if it was one."""

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class AudioError(SourceError):
    """A recording cannot be decoded."""


class ModelMissing(PlaybackError):
    """Weights or a package are not on this machine; the message says which file to put where."""


class ClusterError(PlaybackError):
    """A Ray cluster cannot be used, or was lost."""


class DecisionError(PlaybackError):
    """What somebody decides about a lesson is not allowed; the message says why."""


class DecisionsFull(PlaybackError):
    """The file of decisions has reached its size limit."""


class LibraryError(PlaybackError):
    """A file of the library is unreadable or has a schema this version does not know."""


class StoreError(PlaybackError):
    """The database that keeps the library refuses, or cannot be reached; the message holds no password."""


class TransientError(Exception):
    """A failure that a retry may cure; `wait` is the delay the server asked for, in seconds."""

    def __init__(self, message: str, wait: float | None = None) -> None:
        super().__init__(message)
        self.wait = wait


def one_line(error: Exception) -> str:
    """Return an error's message on one line, or its type's name if it has no message."""
    return " ".join(str(error).split()) or type(error).__name__
