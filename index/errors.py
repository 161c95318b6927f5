"""Errors of the index; each message is one line that a person can act on.

PlaybackError (ingest.errors)
├── IndexMissing    no generation has been published yet
├── IndexBroken     a generation's files do not match its manifest
│   └── IndexOutdated   an earlier version of this program published the generation
└── EncoderError    the encoder is unusable, or has other weights than recorded
    └── EncoderMissing    the encoder is not on this machine
"""

from ingest.errors import PlaybackError


class IndexMissing(PlaybackError):
    """No generation has been published yet."""


class IndexBroken(PlaybackError):
    """A generation's files do not match its manifest, or have a schema this version does not know."""


class IndexOutdated(IndexBroken):
    """An earlier version of this program published the generation; `playback index` publishes a new one."""


class EncoderError(PlaybackError):
    """The encoder is missing, unusable, or has other weights than recorded."""


class EncoderMissing(EncoderError):
    """The encoder is not on this machine."""
