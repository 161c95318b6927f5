"""What a browser plays of an episode: an exact copy or the recording itself, and how far off it may land (Law 16)."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingest.errors import LibraryError
from ingest.library.records import episode_folder, recording
from ingest.storage.documents import stamp
from ingest.storage.files import read_if_whole

# Beside a recording: how it was published, the SHA-256 of its bytes, its duration in seconds, its server's validators,
# `seek_error` (seconds, null unknown), and `player`: SHA-256 and size of the copy that is played, null where none is.
NOTE = "recording.json"
# The recording's frames in a container that lists where each second is; never the source of times.
PLAYER_COPY = "player.mp4"
# Seconds that a browser may be off before a copy is made.
EXACT = 0.15


@dataclass(frozen=True, slots=True)
class Playable:
    """The library's file to play (None without one), and how many seconds off a browser may be, None if unknown.

    `own_error` is for that file, `published_error` for the recording as published, which may be known without the file.
    `duration` is the measured one.
    """

    path: Path | None
    own_error: float | None
    published_error: float | None
    duration: float | None


def playable_of(home: Path, identifier: str) -> Playable:
    """Return what to play for an episode."""
    audio = recording(home, identifier)
    try:
        note = note_in(episode_folder(home, identifier), audio) or {}
    except LibraryError:  # of another version
        note = {}
    published, duration = _seconds(note, "seek_error"), _seconds(note, "duration")
    copy = None if audio is None else player_copy(audio, note)
    if copy is not None:
        from ingest.audio.load import EXACT_SEEK  # which loads what reads recordings

        return Playable(copy, EXACT_SEEK, published, duration)
    return Playable(audio, published if audio else None, published, duration)


def player_copy(audio: Path, note: dict[str, Any]) -> Path | None:
    """Return the copy that a recording's note describes, None if it is missing or has another size."""
    copy, told = audio.with_name(PLAYER_COPY), note.get("player")
    if not isinstance(told, dict) or not copy.is_file() or copy.stat().st_size != told.get("bytes"):
        return None
    return copy


def note_in(folder: Path, audio: Path | None) -> dict[str, Any] | None:
    """Read the note on a recording, None if it is missing, damaged or about an earlier recording.

    A note is written after its recording; an older note remains if a run was interrupted between the two.
    """
    written = None if audio is None else stamp(folder / NOTE)
    if audio is not None and written is not None and written.changed < audio.stat().st_mtime_ns:
        return None
    return read_if_whole(folder / NOTE)


def _seconds(note: dict[str, Any], name: str) -> float | None:
    value = note.get(name)
    return float(value) if isinstance(value, int | float) else None
