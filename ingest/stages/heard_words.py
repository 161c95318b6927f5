"""The heard words of an episode: transcribed once for each recording, engine and model, then read from disk."""

from pathlib import Path
from typing import Any

from ingest.library.records import Record, episode_folder, episodes_folder, recording
from ingest.speech.heard import Heard, TranscriptionOptions, from_json, to_json
from ingest.speech.transcribe import transcribe
from ingest.stages.recording import NOTE, StageProgress
from ingest.storage.files import read_if_whole, refuse_damaged, sha256_of, write_json


def heard_of(
    home: Path,
    record: Record,
    audio: Path,
    listening: TranscriptionOptions,
    progress: StageProgress | None,
    again: bool = False,
) -> Heard:
    """Transcribe the recording, once for each audio, engine and model; vocabulary alone never makes it again.

    With `again` it is transcribed anew; what was heard before is kept until that is done.
    """
    folder = episode_folder(home, record.episode.id)
    key = {"audio_sha256": sha256_of(audio), "engine": listening.engine, "model": listening.model}
    path = folder / "heard.json"
    kept = read_if_whole(path)
    if kept is not None and kept.get("key") == key and not again:
        return from_json(kept)
    if again:
        (folder / "heard.partial.json").unlink(missing_ok=True)
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
    (folder / "heard.partial.json").unlink(missing_ok=True)
    return heard


def heard_already(home: Path, record: Record) -> Heard | None:
    """Return what an earlier run heard in the episode's recording, None if nothing, or if it was another recording.

    Raises LibraryError if its file is damaged: without it a transcript would lose its times.
    """
    path = episode_folder(home, record.episode.id) / "heard.json"
    data = read_if_whole(path)
    if data is None:
        refuse_damaged(path)
        return None
    audio = recording(home, record.episode.id)
    other = audio is not None and data["key"]["audio_sha256"] != sha256_of(audio)
    return None if other else from_json(data)


def _heard_elsewhere(home: Path, identifier: str, key: dict[str, str]) -> dict[str, Any] | None:
    """Return what was heard in the same recording of another episode, by the same engine and model, None if nothing."""
    for note in sorted(episodes_folder(home).glob(f"*/{NOTE}")):
        found = read_if_whole(note)
        if note.parent.name != identifier and found is not None and found["audio_sha256"] == key["audio_sha256"]:
            heard = read_if_whole(note.parent / "heard.json")
            if heard is not None and heard.get("key") == key:
                return heard
    return None
