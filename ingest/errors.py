"""What can go wrong while ingesting; each message is one line that a person can act on.

PlaybackError
├── SourceError        a feed, file or address cannot be used
│   └── AudioError     a recording cannot be decoded
├── ModelMissing       weights or a package are not on this machine
└── LibraryError       files of the library are unreadable or of another schema
"""


class PlaybackError(Exception):
    """Base of every error whose message is meant for the person at the door."""


class SourceError(PlaybackError):
    """A feed, file or address cannot be used."""


class AudioError(SourceError):
    """A recording cannot be decoded."""


class ModelMissing(PlaybackError):
    """Weights or a package are not on this machine; the message says which file to put where."""


class LibraryError(PlaybackError):
    """A file of the library is unreadable or of a schema this version does not know."""


class TransientError(Exception):
    """A failure that may pass; `wait` is what the server asked for, in seconds."""

    def __init__(self, message: str, wait: float | None = None) -> None:
        super().__init__(message)
        self.wait = wait


def one_line(error: Exception) -> str:
    """Return what an error says, in one line."""
    return " ".join(str(error).split()) or type(error).__name__
