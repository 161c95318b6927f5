"""Read everything that the library stores of one episode, also of one without a transcript."""

from dataclasses import dataclass
from pathlib import Path

from api.episodes.library import episode_of
from ingest.library.outcome import State, load_state
from ingest.library.player import playable_of
from ingest.library.records import Record, load_record, load_transcript, recording
from ingest.shownotes.parse import OfficialText
from ingest.speech.heard import Heard
from ingest.stages.captions import Captions, kept_captions
from ingest.stages.heard_words import kept_heard
from ingest.stages.official_text import Copy, kept_copies, kept_official_text
from ingest.transcript import Transcript


@dataclass(frozen=True, slots=True)
class Stored:
    """What the library stores of an episode; None for a file that it does not have.

    `copies` are the copies of the publisher's words that `official` was chosen from. `measured` is the duration of the
    recording in seconds, which may be known without the recording.
    """

    record: Record
    state: State | None = None
    official: OfficialText | None = None
    copies: tuple[Copy, ...] = ()
    captions: Captions | None = None
    heard: Heard | None = None
    transcript: Transcript | None = None
    has_recording: bool = False
    measured: float | None = None


def stored_of(home: Path, identifier: str) -> Stored:
    """Read an episode's files.

    Raises EpisodeGone if it was removed, EpisodeUnknown if the library never had this id, LibraryError if a file is
    broken.
    """
    episode_of(home, identifier)
    return Stored(
        record=load_record(home, identifier),
        state=load_state(home, identifier),
        official=kept_official_text(home, identifier),
        copies=kept_copies(home, identifier),
        captions=kept_captions(home, identifier),
        heard=kept_heard(home, identifier),
        transcript=load_transcript(home, identifier),
        has_recording=recording(home, identifier) is not None,
        measured=playable_of(home, identifier).duration,
    )
