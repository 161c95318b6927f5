"""Provide an episode's heard words: transcribed once per recording, engine and model, then read from disk."""

from pathlib import Path
from typing import Any

from ingest.errors import AudioError, ModelMissing
from ingest.library.player import NOTE, note_in
from ingest.library.records import Record, episode_folder, episodes_folder, recording
from ingest.speech.heard import Heard, TranscriptionOptions, from_json, to_json
from ingest.speech.transcribe import transcribe
from ingest.stages.recording import StageProgress, duration_of, has_recording
from ingest.storage.documents import exists, holding, remove
from ingest.storage.files import read_if_whole, refuse_damaged, sha256_of, write_json
from ingest.text.urls import is_remote


def heard_of(
    home: Path,
    record: Record,
    audio: Path,
    listening: TranscriptionOptions,
    progress: StageProgress | None,
    again: bool = False,
) -> Heard:
    """Transcribe the recording once per audio, engine and model; a new vocabulary alone does not repeat it.

    With `again` it is transcribed again; the earlier heard words are kept until that is done.
    """
    folder = episode_folder(home, record.episode.id)
    key = {"audio_sha256": sha256_of(audio), "engine": listening.engine, "model": listening.model}
    path = folder / "heard.json"
    stored = read_if_whole(path)
    if stored is not None and stored.get("key") == key and not again:
        return from_json(stored)
    if again:
        remove(folder / "heard.partial.json")
    if not again and (twin := _heard_elsewhere(home, record.episode.id, key)) is not None:
        write_json(path, twin)
        return from_json(twin)
    heard = transcribe(
        audio,
        listening,
        progress=None if progress is None else lambda done, whole: progress("transcribe", done, whole),
        resume=folder / "heard.partial.json",
    )
    write_json(path, {**to_json(heard), "key": key})
    remove(folder / "heard.partial.json")
    return heard


def heard_already(home: Path, record: Record) -> Heard | None:
    """Return the words an earlier run heard in the episode's present recording, else None.

    Raises LibraryError if their file is damaged, because a transcript without them would lose its times.
    """
    path = episode_folder(home, record.episode.id) / "heard.json"
    data = read_if_whole(path)
    if data is None:
        refuse_damaged(path)
        return None
    audio = recording(home, record.episode.id)
    other = audio is not None and data["key"]["audio_sha256"] != sha256_of(audio)
    return None if other else from_json(data)


def kept_heard(home: Path, identifier: str) -> Heard | None:
    """Return the words that an earlier run heard in the episode's present recording, None if there are none.

    Unlike `heard_already`, trusts the recording's note instead of reading the recording, and takes a damaged file for a
    missing one.
    """
    data = read_if_whole(episode_folder(home, identifier) / "heard.json")
    note = note_in(episode_folder(home, identifier), recording(home, identifier))
    if data is None or (note is not None and note["audio_sha256"] != data["key"]["audio_sha256"]):
        return None
    return from_json(data)


def sound_to_hear(home: Path, record: Record, transcribe: bool, again: bool) -> float | None:
    """Return how many seconds of sound a run will probably transcribe for an episode, None if unknown.

    `transcribe` and `again` are the settings of the run. Opens a local recording whose length no source states; makes
    no request, so captions that are linked count as usable.
    """
    has_captions = any(item.transcripts for item in record.items)
    is_heard = exists(episode_folder(home, record.episode.id) / "heard.json")
    if not has_recording(record) or (has_captions and not transcribe) or (is_heard and not again):
        return 0.0
    if record.episode.duration:
        return record.episode.duration
    url = next(item.enclosure.url for item in reversed(record.items) if item.enclosure)
    try:
        return None if is_remote(url) else duration_of(Path(url))
    except (AudioError, ModelMissing):
        return None


def _heard_elsewhere(home: Path, identifier: str, key: dict[str, str]) -> dict[str, Any] | None:
    """Return the words that the same engine and model heard in the same recording of another episode, else None."""
    for other in holding(episodes_folder(home), NOTE):
        found = read_if_whole(episode_folder(home, other) / NOTE)
        if other != identifier and found is not None and found["audio_sha256"] == key["audio_sha256"]:
            heard = read_if_whole(episode_folder(home, other) / "heard.json")
            if heard is not None and heard.get("key") == key:
                return heard
    return None
