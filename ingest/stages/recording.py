"""The library's copy of an episode's recording: brought in, kept, and replaced when it is published again."""

import logging
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ingest.audio.load import probe
from ingest.errors import AudioError, ModelMissing, SourceError
from ingest.fetch.client import Downloaded, download, is_unchanged, open_client
from ingest.item import Item
from ingest.library.records import Record, episode_folder, recording
from ingest.storage.disk_space import require_space
from ingest.storage.files import read_if_whole, sha256_of, sync_folder, write_json
from ingest.text.urls import is_remote

logger = logging.getLogger(__name__)

# Beside a recording: how it was published, the SHA-256 of its bytes, its duration in seconds, its server's validators.
NOTE = "recording.json"
_COPY_BYTES = 2**20

# What a door shows while it works: stage, done, all (None if unknown), in the stage's own unit.
StageProgress = Callable[[str, float, float | None], None]


def recording_of(
    home: Path,
    record: Record,
    progress: StageProgress | None,
    allow: frozenset[str] = frozenset(),
    again: bool = False,
) -> Path | None:
    """Return the library's copy of the recording, made if it is not there yet; None if no source has one.

    A recording that was published again (another address, another stated duration or date, a local file with other
    bytes) takes the place of the copy as soon as it is here; where it cannot be had, the copy stays and a warning says
    why. Where the address is the same, and with `again`, a server is asked whether its bytes are.
    """
    present = recording(home, record.episode.id)
    item = next((item for item in reversed(record.items) if item.enclosure is not None), None)
    if item is None or (present is not None and not again and not _published_again(present, item)):
        return present
    try:
        return _brought(item, present, episode_folder(home, record.episode.id), progress, allow)
    except SourceError as error:
        if present is None:
            raise
        logger.warning("%s: its recording of before stays: %s", record.episode.id, error)
        return present


def has_recording(record: Record) -> bool:
    """Say whether any source names a recording."""
    return any(item.enclosure is not None for item in record.items)


def measured_duration(audio: Path) -> float | None:
    """Return the duration in seconds that was measured when the library's copy was made, None if it was not."""
    note = _noted(audio)
    return None if note is None else note["duration"]


def duration_of(audio: Path) -> float:
    """Return the recording's duration in seconds; raises AudioError if it cannot be decoded."""
    return probe(audio).duration


def _published_again(present: Path, item: Item) -> bool:
    """Whether a source's recording may be another one than the library's copy was made of.

    Hosts change the query of an address at will, and those that insert advertisements its size, so that neither tells
    anything. Of a copy without a note, of an earlier version or a run that was stopped, it is not known where it came
    from: it counts as made of what is published now.
    """
    assert item.enclosure is not None
    note = _noted(present) or _note(present, item, Downloaded(sha256_of(present)))
    if is_remote(item.enclosure.url):
        # A note of an earlier version does not tell all of it.
        return any(note.get(name, value) != value for name, value in _published_as(item).items())
    local = Path(item.enclosure.url)
    if not local.exists():
        return False
    other_bytes = item.audio_sha256 is not None and note["audio_sha256"] != item.audio_sha256
    return other_bytes or present.stat().st_size != local.stat().st_size


def _brought(
    item: Item, present: Path | None, folder: Path, progress: StageProgress | None, allow: frozenset[str]
) -> Path:
    """Bring a source's recording into the library, in the place of any other; raises SourceError for what is none."""
    assert item.enclosure is not None
    url = item.enclosure.url
    suffix = (Path(url.split("?")[0]) if is_remote(url) else Path(url)).suffix.lower()
    target = folder / f"audio{suffix if suffix[1:].isalnum() and len(suffix) < 6 else '.bin'}"
    if is_remote(url):
        report = None if progress is None else _download_progress(progress)
        with open_client(allow) as client:
            known = None if present is None else _known(present, item)
            if present is not None and known is not None and is_unchanged(url, known, client):
                _note(present, item, known)
                return present
            # Checked before it takes any place: a host that lost a file may send anything under its name.
            brought = download(url, target, client=client, progress=report, check=probe)
    else:
        probe(Path(url))
        _copy(Path(url), target)
        brought = Downloaded(sha256_of(target))
    for other in folder.glob("audio.*"):
        if other != target:
            other.unlink()
    _note(target, item, brought)
    return target


def _known(present: Path, item: Item) -> Downloaded | None:
    """What is known of the copy if it came from the item's address, None if it did not."""
    note = _noted(present)
    if note is None or note["address"] != _published_as(item)["address"]:
        return None
    return Downloaded(note["audio_sha256"], note.get("etag"), note.get("last_modified"))


def _noted(audio: Path) -> dict[str, Any] | None:
    """Read what is noted of a recording, None if nothing is, or only of the one before it.

    A note is written after its recording; one that is older was left by a run that was stopped between the two.
    """
    note = audio.parent / NOTE
    if note.exists() and note.stat().st_mtime_ns < audio.stat().st_mtime_ns:
        return None
    return read_if_whole(note)


def _note(audio: Path, item: Item, brought: Downloaded) -> dict[str, Any]:
    """Write and return how a recording was published and what it is; the next run writes it if the disk fails now."""
    note = {
        "schema": 1,
        **_published_as(item),
        "audio_sha256": brought.sha256,
        "duration": None,
        "etag": brought.etag,
        "last_modified": brought.last_modified,
    }
    try:
        note["duration"] = round(probe(audio).duration, 3)
    except (AudioError, ModelMissing) as error:  # who needs the sound will say what is wrong with it
        if isinstance(error.__cause__, OSError):
            return note
    write_json(audio.parent / NOTE, note)
    return note


def _published_as(item: Item) -> dict[str, str | float | None]:
    """The address of a recording without its query, and the duration in seconds and the date that its source states."""
    assert item.enclosure is not None
    return {"address": item.enclosure.url.partition("?")[0], "stated": item.duration, "published": item.published}


def _copy(source: Path, target: Path) -> None:
    require_space(target.parent, source.stat().st_size, f"copying {source} into the library")
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
