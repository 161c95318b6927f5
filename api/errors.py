"""What a door refuses; each message is one line that a person can act on.

PlaybackError (ingest.errors)
├── QuestionError    a question is empty or too long
├── FilterError      a filter names nothing, or more than one thing
├── EpisodeUnknown   no episode of this library has that id or number
├── QuoteUnknown     an id that no quote of this library has or had
├── EpisodeGone      an episode that was taken out of the library
├── QuoteGone        a quote that was given out and is no longer said
├── FeedbackError    feedback on an answer that says nothing, or too much
├── FeedbackFull     so much feedback is stored that no more is
├── SettingError     a variable of the environment that means nothing
├── Busy             so much is being asked that no more is taken on now
└── ReaderLeft       whoever asked did not wait for the answer
"""

from ingest.errors import PlaybackError


class QuestionError(PlaybackError):
    """A question is empty or too long."""


class FilterError(PlaybackError):
    """A filter is malformed, or names more than one thing."""


class EpisodeUnknown(PlaybackError):
    """No episode of this library has that id or number."""


class EpisodeGone(PlaybackError):
    """An episode that was taken out of the library; the message says when and why."""


class QuoteUnknown(PlaybackError):
    """An id that no quote of this library has or had."""


class QuoteGone(PlaybackError):
    """A quote that was given out and is no longer in today's transcript; the message says why."""


class FeedbackError(PlaybackError):
    """Feedback on an answer that says nothing, or too much."""


class FeedbackFull(PlaybackError):
    """So much feedback is stored that no more is."""


class SettingError(PlaybackError):
    """A variable of the environment that means nothing."""


class Busy(PlaybackError):
    """So much is being asked that no more is taken on now; the same question can be asked again soon."""


class ReaderLeft(PlaybackError):
    """Whoever asked did not wait for the answer, so that nothing needs to be done for them any more."""
