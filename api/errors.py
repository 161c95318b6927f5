"""Errors of the CLI and the HTTP interface; each message is one line that a person can act on.

PlaybackError (ingest.errors)
├── QuestionError    a question is empty or too long
├── FilterError      a filter is malformed or ambiguous
├── EpisodeUnknown   no episode of this library has that id or number
├── TopicUnknown     no topic of this library has that id
├── QuoteUnknown     no quote of this library has or had that id
├── LessonUnknown    no lesson of the register has that id
├── WordsChanged     a lesson has other words than those that somebody decides about
├── PersonUnknown    nobody who speaks has that id or name
├── TermUnknown      no term has that id or spelling
├── FeedUnknown      no show has a feed that can be published under that id
├── NoClip           a quote cannot be heard on its own
├── EpisodeGone      the episode was removed from the library
├── QuoteGone        the quote existed but is no longer in the transcript
├── FeedbackError    feedback on an answer is invalid or too long
├── FeedbackFull     the feedback file has reached its size limit
├── SettingError     an environment variable has an invalid value
├── Busy             too many requests are waiting
└── ReaderLeft       the client disconnected before its answer was ready
"""

from ingest.errors import PlaybackError


class QuestionError(PlaybackError):
    """A question is empty or too long."""


class FilterError(PlaybackError):
    """A filter is malformed or ambiguous."""


class EpisodeUnknown(PlaybackError):
    """No episode of this library has that id or number."""


class PersonUnknown(PlaybackError):
    """Nobody who speaks in this library has that id or name."""


class TermUnknown(PlaybackError):
    """No term of this library has that id or spelling."""


class FeedUnknown(PlaybackError):
    """No show of this library has a feed that can be published under that id; the message says why."""


class NoClip(PlaybackError):
    """A quote cannot be heard on its own; the message says why."""


class EpisodeGone(PlaybackError):
    """The episode was removed from the library; the message says when and why."""


class TopicUnknown(PlaybackError):
    """No topic of this library has that id."""


class QuoteUnknown(PlaybackError):
    """No quote of this library has or had that id."""


class LessonUnknown(PlaybackError):
    """No lesson of the register has that id."""


class WordsChanged(PlaybackError):
    """A lesson has other words today than those that somebody read and decides about."""


class QuoteGone(PlaybackError):
    """The quote existed but is no longer in today's transcript; the message says why."""


class FeedbackError(PlaybackError):
    """Feedback on an answer is invalid or too long."""


class FeedbackFull(PlaybackError):
    """The feedback file has reached its size limit."""


class SettingError(PlaybackError):
    """An environment variable has an invalid value."""


class Busy(PlaybackError):
    """Too many requests are waiting; the client can retry soon."""


class ReaderLeft(PlaybackError):
    """The client disconnected before its answer was ready, so the work is not needed any more."""
