"""What can go wrong with an index; each message is one line that a person can act on.

PlaybackError (ingest.errors)
├── IndexMissing    nothing was published yet
├── IndexBroken     a generation's files are not what its manifest says
└── EncoderError    the encoder is missing, of other weights than recorded, or unusable
"""

from ingest.errors import PlaybackError


class IndexMissing(PlaybackError):
    """No generation was published yet."""


class IndexBroken(PlaybackError):
    """A generation's files are not what its manifest says, or of a schema this version does not know."""


class EncoderError(PlaybackError):
    """The encoder is missing, of other weights than recorded, or unusable."""
