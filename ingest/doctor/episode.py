"""Check the files of one episode, make again what is derived from others, and name what is not."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ingest.errors import LibraryError, one_line
from ingest.library.records import episode_folder, episodes_folder, load_record, recording
from ingest.pipeline import IngestSettings, ingest_episode
from ingest.speech import heard
from ingest.stages.recording import NOTE
from ingest.storage.disk_space import disk_problem
from ingest.storage.files import SCHEMA, hash_of, lock, read_if_whole, read_json, sha256_of, write_json
from ingest.transcript import Transcript, from_json

_FROM_BACKUP = "restore it from a backup, or delete it and ingest its source again"
# The fields that a file without a checksum, as earlier versions wrote it, must at least have.
_FIELDS = {
    "captions.json": {"inputs", "cues", "notes", "problems"},
    "official.json": {"inputs", "text"},
    "heard.json": {"key", "words"},
    "state.json": {"status", "message"},
    NOTE: {"audio_sha256"},
}
# Made from the other files of their episode, without network or Whisper.
_DERIVED = ("official.json", "transcript.json")
# Notes of what was done, which the next run does or notes again.
_NOTES = ("state.json", "heard.partial.json", NOTE)
_ENGINE = ("engine", "model")
_UNDONE = ("waiting", "failed", "quarantined")

FindingKind = Literal["repaired", "note", "person"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found at a path: `repaired`, a `note` (nothing is broken), or something that a `person` must do."""

    path: str
    problem: str
    outcome: FindingKind


def examine_episode(home: Path, identifier: str) -> Iterator[Finding]:
    """Yield what is wrong with one episode, remaking official text and transcript from its other files; lazily."""
    folder = episode_folder(home, identifier)
    name = folder.relative_to(home).as_posix()
    with lock(folder, wait=False) as held:
        if not held:
            yield Finding(name, "another process is ingesting it; it was not checked", "note")
            return
        with lock(episodes_folder(home)):  # whoever registers writes into this folder too
            yield from left_over(home, folder)
        yield from _ended_transcription(home, folder)
        if not any(folder.iterdir()):
            yield repaired(home, folder, "an empty folder, which a lease left, was removed", folder.rmdir)
            return
        found = list(_damage(home, identifier))
        yield from (finding for finding in found if finding.outcome != "repaired")
    damaged = [Path(finding.path).name for finding in found if finding.outcome == "repaired"]
    if damaged:
        yield from _remade(home, identifier, damaged, any(finding.outcome == "person" for finding in found))


def _ended_transcription(home: Path, folder: Path) -> Iterator[Finding]:
    """Remove what a transcription was to be gone on with, if a run was killed between its end and that removal."""
    paths = folder / "heard.partial.json", folder / "heard.json"
    if any(not path.exists() or _problem(path, folder.name) is not None for path in paths):
        return
    partial, whole = (read_json(path) for path in paths)
    if whole["key"] == {"audio_sha256": partial.get("audio"), **{name: partial[name] for name in _ENGINE}}:
        yield repaired(home, paths[0], "was left by a transcription that had ended; it was removed", paths[0].unlink)


def _damage(home: Path, identifier: str) -> Iterator[Finding]:
    """Yield what is wrong with an episode's files; `repaired` marks what is to be made again, not yet done."""
    folder = episode_folder(home, identifier)
    name = folder.relative_to(home).as_posix()
    try:
        record = load_record(home, identifier)
    except LibraryError as error:
        missing = not (folder / "episode.json").exists()
        problem = f"has no episode.json; {_FROM_BACKUP}" if missing else one_line(error)
        yield Finding(name if missing else f"{name}/episode.json", problem, "person")
        return
    if record.episode.id != identifier:
        yield Finding(f"{name}/episode.json", f"is of the episode {record.episode.id}; {_FROM_BACKUP}", "person")
        return
    if (folder / "removed.json").exists():
        yield Finding(name, f"its removal was begun and not ended; run: playback remove {identifier}", "person")
    for path in sorted(folder.glob("[!.]*")):
        if path.suffix != ".json":
            if not path.name.startswith("audio."):
                yield Finding(f"{name}/{path.name}", "is no file of the library", "note")
        elif (wrong := _problem(path, identifier)) is not None:
            derived = path.name in (*_DERIVED, *_NOTES) and not _of_another_version(path)
            yield Finding(f"{name}/{path.name}", wrong, "repaired" if derived else "person")
    for derived_name in _DERIVED if _status(folder) == "ingested" else ():
        if not (folder / derived_name).exists():
            yield Finding(f"{name}/{derived_name}", "is missing", "repaired")
    yield from _sound(home, identifier)
    if _status(folder) in _UNDONE:
        state = read_json(folder / "state.json")
        outcome: FindingKind = "person" if state["status"] == "quarantined" else "note"
        yield Finding(name, f"{state['status']}: {state['message']}", outcome)


def _problem(path: Path, identifier: str) -> str | None:
    """Say what is wrong with a JSON file of an episode, None if nothing is."""
    try:
        data = read_json(path)
        if missing := _FIELDS.get(path.name, set()) - data.keys():
            return f"lacks {', '.join(sorted(missing))}"
        if path.name.startswith("heard."):
            heard.from_json(data)
        if path.name.startswith("transcript"):
            return _wrong_transcript(path, from_json(data), identifier)
    except (LibraryError, ValueError) as error:
        return one_line(error)
    return None


def _of_another_version(path: Path) -> bool:
    """Say whether a file is whole and of a schema that another version of Playback reads, which is not to be lost."""
    try:
        data = json.loads(path.read_bytes())
    except ValueError:
        return False
    return isinstance(data, dict) and isinstance(data.get("schema"), int) and data["schema"] != SCHEMA


def _wrong_transcript(path: Path, transcript: Transcript, identifier: str) -> str | None:
    if transcript.episode.id != identifier:
        return f"is of the episode {transcript.episode.id}"
    words = hash_of([turn.text for turn in transcript.turns])[:16]
    if path.name != "transcript.json" and path.name != f"transcript-{words}.json":
        return "its words are not those that its name stands for"
    return None


def _remade(home: Path, identifier: str, damaged: list[str], hurt: bool) -> Iterator[Finding]:
    """Make again what is derived; while a file that it is made from is damaged, nothing is replaced by less."""
    folder = episode_folder(home, identifier)
    for name in damaged:
        where = (folder / name).relative_to(home).as_posix()
        if name in ("heard.partial.json", NOTE):
            yield repaired(home, folder / name, "was damaged; the next ingest writes it again", (folder / name).unlink)
        elif name == "state.json":
            yield repaired(home, folder / name, "was damaged; it was written again", lambda: _note_state(folder))
        elif hurt:
            yield Finding(where, "is damaged, and so is what it is made from; mend that first", "person")
    wanted = [name for name in damaged if name in _DERIVED]
    if not wanted or hurt:
        return
    for name in wanted:
        # What is damaged is made again by itself, and stays for a person where it cannot be. What is whole and wrong,
        # as a file without a checksum may be, would be taken for done.
        if _is_whole(folder / name):
            (folder / name).unlink()
    state = read_if_whole(folder / "state.json")
    settings = IngestSettings(audio=False, allow=None)
    outcome = ingest_episode(load_record(home, identifier).episode, home, settings)
    if not outcome.ok and state is not None:
        with lock(folder):  # or the next examination would take what is missing for what was never made
            write_json(folder / "state.json", state)
    for name in wanted:
        where = (folder / name).relative_to(home).as_posix()
        if outcome.ok and outcome.status not in ("skipped", "busy") and _problem(folder / name, identifier) is None:
            yield Finding(where, "was damaged or missing; it was made again", "repaired")
        else:
            yield Finding(where, f"could not be made again: {outcome.status}: {outcome.message}", "person")


def _is_whole(path: Path) -> bool:
    try:
        return read_if_whole(path) is not None
    except LibraryError:
        return True


def _note_state(folder: Path) -> None:
    """Write what can be told without the lost file: with a transcript the episode is ingested, without it is new."""
    if (folder / "transcript.json").exists():
        message = "its state was lost and written again"
        write_json(folder / "state.json", {"schema": 1, "status": "ingested", "message": message})
    else:
        (folder / "state.json").unlink()


def _status(folder: Path) -> str | None:
    try:
        status = read_json(folder / "state.json").get("status")
    except LibraryError:
        return None
    return status if isinstance(status, str) else None


def _sound(home: Path, identifier: str) -> Iterator[Finding]:
    """Compare the recording with the one that was brought in; earlier versions noted only what was heard in it."""
    audio = recording(home, identifier)
    if audio is None:
        return
    note, heard = audio.with_name(NOTE), audio.with_name("heard.json")
    if note.exists():
        known = {read_json(note)["audio_sha256"]} if _problem(note, identifier) is None else set()
    else:
        known = {item.audio_sha256 for item in load_record(home, identifier).items if item.audio_sha256}
        if heard.exists() and _problem(heard, identifier) is None:
            known.add(read_json(heard)["key"]["audio_sha256"])
    if known and sha256_of(audio) not in known:
        yield Finding(
            audio.relative_to(home).as_posix(),
            "is not the recording that was brought in; restore it from a backup, or delete it and ingest its source "
            "again",
            "person",
        )


def left_over(home: Path, folder: Path) -> Iterator[Finding]:
    """Remove temporary files; a partial download that can be continued, which has a note beside it, stays."""
    for path in sorted(folder.glob(".*.part*")):
        other = path.with_suffix("") if path.suffix == ".json" else path.with_name(f"{path.name}.json")
        if not other.exists():
            yield repaired(home, path, "was left by an interrupted run; it was removed", path.unlink)


def repaired(home: Path, path: Path, problem: str, repair: Callable[[], object]) -> Finding:
    """Repair, and say whether that went well."""
    name = path.relative_to(home).as_posix()
    try:
        repair()
    except OSError as error:
        return Finding(name, f"could not be repaired: {disk_problem(error) or one_line(error)}", "person")
    return Finding(name, problem, "repaired")
