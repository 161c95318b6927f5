"""Open an episode's transcript with the place of each word; cached in memory while its files are unchanged."""

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from api.episodes.player import seek_error_of
from ingest.library.player import NOTE
from ingest.library.records import episode_folder, load_record, load_transcript
from ingest.text.words import normalise, without_marks
from ingest.transcript import Transcript, with_episode

_WORD = re.compile(r"\w+")
_KEPT_TRANSCRIPTS = 64


class Place(NamedTuple):
    """A normalised word of an episode: its text, its turn, and its characters [start, end) in that turn."""

    word: str
    turn: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class OpenedTranscript:
    """A transcript with the place of each of its normalised words, in order, and the seek error of its recording."""

    transcript: Transcript
    places: tuple[Place, ...]
    seek_error: float | None = None

    def words(self, first: int, count: int) -> list[str]:
        """Return `count` normalised words starting with word number `first`."""
        return [place.word for place in self.places[first : first + count]]


def open_transcript(home: Path, episode_id: str) -> OpenedTranscript | None:
    """Return an episode's transcript with its words placed, None if it has none; cached until its files change."""
    folder = episode_folder(home, episode_id)
    try:
        stamps = tuple((folder / name).stat().st_mtime_ns for name in ("transcript.json", "episode.json"))
    except FileNotFoundError:
        return None
    note = folder / NOTE
    return _opened(home, episode_id, (*stamps, note.stat().st_mtime_ns if note.exists() else 0))


@lru_cache(maxsize=_KEPT_TRANSCRIPTS)
def _opened(home: Path, episode_id: str, stamps: tuple[int, ...]) -> OpenedTranscript | None:
    del stamps  # only part of the cache key
    transcript = load_transcript(home, episode_id)
    if transcript is None:
        return None
    episode = load_record(home, episode_id).episode
    return replace(place_words(with_episode(transcript, episode)), seek_error=seek_error_of(home, episode))


def place_words(transcript: Transcript) -> OpenedTranscript:
    """Return the transcript with the place of each of its normalised words."""
    return OpenedTranscript(
        transcript,
        tuple(
            Place(word, number, *found.span())
            for number, turn in enumerate(transcript.turns)
            for found in _WORD.finditer(without_marks(turn.text))
            # Normalising can give two words, where a capital has no single small letter (İ); the index counts them so.
            for word in normalise(found.group())
        ),
    )
