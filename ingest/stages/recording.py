"""Copy an episode's recording into the library, and replace it when it is published again."""

import logging
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ingest.audio.decoder_messages import PLAYED_BITS
from ingest.audio.load import Seeking, encoded, probe, seeking_of
from ingest.audio.player_copy import is_one_track, write_player_copy
from ingest.errors import AudioError, LibraryError, ModelMissing, SourceError
from ingest.fetch.client import Downloaded, download, is_unchanged, open_client
from ingest.item import Item
from ingest.library.player import EXACT, NOTE, PLAYER_COPY, note_in, player_copy
from ingest.library.records import Record, episode_folder, recording
from ingest.storage.disk_space import require_space
from ingest.storage.documents import stamp, touch
from ingest.storage.files import make_folder, sha256_of, sync_folder, write_json
from ingest.text.urls import is_remote

logger = logging.getLogger(__name__)

_COPY_BYTES = 2**20
_FOR_PLAYERS = ("seek_error", "player")

# Progress for the user: stage, amount done, total (None if unknown), in the stage's own unit.
StageProgress = Callable[[str, float, float | None], None]


def recording_of(
    home: Path,
    record: Record,
    progress: StageProgress | None,
    allow: frozenset[str] = frozenset(),
    again: bool = False,
) -> Path | None:
    """Return the library's copy of the recording, making it if it is missing; None if no source has a recording.

    A recording that was published again (a different address, stated duration or date, or a local file with different
    bytes) replaces the copy once it has arrived. If it cannot be fetched, the copy stays and a warning is logged. If
    the address is the same, the server is first asked whether the file changed; `again` does this in any case.
    """
    present = recording(home, record.episode.id)
    item = next((item for item in reversed(record.items) if item.enclosure is not None), None)
    if item is None or (present is not None and not again and not _published_again(present, item)):
        if present is not None:
            complete_note(present)
        return present
    try:
        return _imported(item, present, episode_folder(home, record.episode.id), progress, allow)
    except SourceError as error:
        if present is None:
            raise
        logger.warning("%s: its earlier recording is kept: %s", record.episode.id, error)
        return present


def has_recording(record: Record) -> bool:
    """Return whether any source names a recording."""
    return any(item.enclosure is not None for item in record.items)


def measured_duration(audio: Path) -> float | None:
    """Return the duration in seconds that was measured when the library's copy was made, None if unknown."""
    note = _read_note(audio)
    return None if note is None else note["duration"]


def duration_of(audio: Path) -> float:
    """Return the recording's duration in seconds; raises AudioError if it cannot be decoded."""
    return probe(audio).duration


def _published_again(present: Path, item: Item) -> bool:
    """Return whether a source's recording may differ from the one that the library's copy was made from.

    Hosts change an address's query at any time, and its size when they insert advertisements, so neither counts. A copy
    without a note (from an earlier version or an interrupted run) counts as a copy of what is published now.
    """
    assert item.enclosure is not None
    note = _read_note(present) or _write_note(present, item, Downloaded(sha256_of(present)))
    if is_remote(item.enclosure.url):
        # A note from an earlier version may lack some of these facts.
        return any(note.get(name, value) != value for name, value in _published_as(item).items())
    local = Path(item.enclosure.url)
    if not local.exists():
        return False
    other_bytes = item.audio_sha256 is not None and note["audio_sha256"] != item.audio_sha256
    return other_bytes or present.stat().st_size != local.stat().st_size


def _imported(
    item: Item, present: Path | None, folder: Path, progress: StageProgress | None, allow: frozenset[str]
) -> Path:
    """Import a source's recording into the library, replacing any earlier one; raises SourceError if it is unusable."""
    assert item.enclosure is not None
    url = item.enclosure.url
    suffix = (Path(url.split("?")[0]) if is_remote(url) else Path(url)).suffix.lower()
    target = folder / f"audio{suffix if suffix[1:].isalnum() and len(suffix) < 6 else '.bin'}"
    if is_remote(url):
        report = None if progress is None else _download_progress(progress)
        with open_client(allow) as client:
            known = None if present is None else _known(present, item)
            if present is not None and known is not None and is_unchanged(url, known, client):
                _write_note(present, item, known)
                return present
            # Checked before it replaces anything: a host that lost a file may send something else under its name.
            imported = download(url, target, client=client, progress=report, check=probe)
    else:
        probe(Path(url))
        _copy(Path(url), target)
        imported = Downloaded(sha256_of(target))
    for other in folder.glob("audio.*"):
        if other != target:
            other.unlink()
    _write_note(target, item, imported)
    return target


def _known(present: Path, item: Item) -> Downloaded | None:
    """Return the copy's hash and validators if it came from the item's address, else None."""
    note = _read_note(present)
    if note is None or note["address"] != _published_as(item)["address"]:
        return None
    return Downloaded(note["audio_sha256"], note.get("etag"), note.get("last_modified"))


def _read_note(audio: Path) -> dict[str, Any] | None:
    return note_in(audio.parent, audio)


def _write_note(audio: Path, item: Item, imported: Downloaded) -> dict[str, Any]:
    """Write and return the note on a recording; if the disk fails now, the next run writes it."""
    note = {
        "schema": 1,
        **_published_as(item),
        "audio_sha256": imported.sha256,
        "duration": None,
        "etag": imported.etag,
        "last_modified": imported.last_modified,
    }
    try:
        note["duration"] = round(probe(audio).duration, 3)
    except (AudioError, ModelMissing) as error:  # a stage that needs the sound will report the error
        if isinstance(error.__cause__, OSError):
            return note
    before = _read_note(audio)
    if before is not None and before["audio_sha256"] == note["audio_sha256"]:
        note |= {name: before[name] for name in _FOR_PLAYERS if name in before}
    note |= _for_players(audio, note)
    _keep_note(audio, note)
    return note


def complete_note(audio: Path) -> None:
    """Add the seek error to a recording's note and make the copy to play, if either is missing.

    They are missing after an earlier version, without room for the copy, or if the copy was deleted.
    """
    note = _read_note(audio)
    if note is not None and (found := _for_players(audio, note)):
        _keep_note(audio, {**note, **found})


def _keep_note(audio: Path, note: dict[str, Any]) -> None:
    """Write the note, never older than its recording: a database's clock may be behind that of the recording's disk."""
    path, made = audio.parent / NOTE, audio.stat().st_mtime_ns
    write_json(path, note)
    written = stamp(path)
    if written is not None and written.changed < made:
        touch(path, made + 999)  # databases keep microseconds


def _for_players(audio: Path, note: dict[str, Any]) -> dict[str, Any]:
    """Return `seek_error` and `player` if the note lacks them; without `player` the next run tries again."""
    told = note.get("player", {})
    if "seek_error" in note and (told is None or player_copy(audio, note)):
        return {}
    try:
        seeking = seeking_of(audio)
    except ModelMissing:
        return {}
    except AudioError:  # a stage that needs the sound will report the error
        return {"seek_error": None, "player": None}
    try:
        return {"seek_error": seeking.error, "player": _written_copy(audio, seeking, note.get("duration"))}
    except (AudioError, LibraryError, OSError) as error:
        logger.warning("%s: no copy to play was made: %s", audio.parent.name, error)
        return {"seek_error": seeking.error}


def _written_copy(audio: Path, seeking: Seeking, duration: float | None) -> dict[str, Any] | None:
    """Write the copy to play and return its note, None if no copy is needed or can be made.

    A recording whose frames do not fit in one track is re-encoded.
    """
    target = audio.with_name(PLAYER_COPY)
    is_exact = seeking.error is not None and seeking.error <= EXACT
    is_whole = is_one_track(audio, seeking)
    if not len(seeking.packets) or (is_exact and is_whole):
        target.unlink(missing_ok=True)
        return None
    # Twice the bytes at this bit rate, as it is written once as MP3 and once as MP4.
    frames = audio.stat().st_size if is_whole else int(2 * PLAYED_BITS / 8 * (duration or 0.0))
    needed = frames + 16 * len(seeking.packets)
    require_space(target.parent, needed, f"a copy of {audio} to play")
    partial, between = target.with_name(f".{target.name}.part"), target.with_name(f".{target.stem}.mp3.part")
    try:
        if not is_whole:
            with between.open("wb") as file:
                file.writelines(encoded(audio, frames))
            audio, seeking = between, seeking_of(between)
        with partial.open("wb") as file:
            write_player_copy(audio, seeking, file)
            file.flush()
            os.fsync(file.fileno())
        told = {"sha256": sha256_of(partial), "bytes": partial.stat().st_size}
        partial.replace(target)
        sync_folder(target.parent)
        return told
    finally:
        partial.unlink(missing_ok=True)
        between.unlink(missing_ok=True)


def _published_as(item: Item) -> dict[str, str | float | None]:
    """Return a recording's address without its query, and the duration (seconds) and date that its source states."""
    assert item.enclosure is not None
    return {"address": item.enclosure.url.partition("?")[0], "stated": item.duration, "published": item.published}


def _copy(source: Path, target: Path) -> None:
    require_space(target.parent, source.stat().st_size, f"copying {source} into the library")
    make_folder(target.parent)
    partial = target.with_name(f".{target.name}.part")
    try:
        with source.open("rb") as original, partial.open("wb") as copy:
            shutil.copyfileobj(original, copy, _COPY_BYTES)
            copy.flush()
            os.fsync(copy.fileno())
        partial.replace(target)
        sync_folder(target.parent)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise SourceError(f"{source}: cannot be copied into the library: {error.strerror}") from error


def _download_progress(progress: StageProgress) -> Callable[[int, int | None], None]:
    return lambda done, whole: progress("download", done, whole)
