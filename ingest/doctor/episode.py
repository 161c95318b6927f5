"""Check the files of one episode, make derived files again, and report the damaged ones that are not derived."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal

from ingest.errors import LibraryError, one_line
from ingest.library.player import NOTE, PLAYER_COPY, note_in
from ingest.library.records import episode_folder, episodes_folder, load_record, recording
from ingest.pipeline import IngestSettings, ingest_episode
from ingest.speech import heard
from ingest.stages.recording import complete_note
from ingest.storage.disk_space import disk_problem
from ingest.storage.documents import entries, exists, remove
from ingest.storage.files import SCHEMA, hash_of, lock, read_bytes, read_if_whole, read_json, sha256_of, write_json
from ingest.transcript import Transcript, from_json

_FROM_BACKUP = "restore it from a backup, or delete it and ingest its source again"
# The fields that a file must at least have; earlier versions wrote files without a checksum.
_FIELDS = {
    "captions.json": {"inputs", "cues", "notes", "problems"},
    "official.json": {"inputs", "text"},
    "heard.json": {"key", "words"},
    "state.json": {"status", "message"},
    NOTE: {"audio_sha256"},
}
# Files made from the episode's other files, without network or Whisper.
_DERIVED = ("official.json", "transcript.json")
# Records of what was done; the next run writes them again.
_NOTES = ("state.json", "heard.partial.json", NOTE)
_ENGINE = ("engine", "model")
_UNDONE = ("waiting", "failed", "quarantined")

FindingKind = Literal["repaired", "note", "person"]


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem at a path: it was `repaired`, is only a `note` (nothing is broken), or needs a `person`."""

    path: str
    problem: str
    outcome: FindingKind


def examine_episode(home: Path, identifier: str) -> Iterator[Finding]:
    """Yield the problems of one episode, lazily; make its official text and transcript again from its other files."""
    folder = episode_folder(home, identifier)
    name = folder.relative_to(home).as_posix()
    with lock(folder, wait=False) as held:
        if not held:
            yield Finding(name, "another process is ingesting it; it was not checked", "note")
            return
        with lock(episodes_folder(home)):  # registering items writes into this folder too
            yield from left_over(home, folder)
        yield from _finished_transcription(home, folder)
        if not entries(folder):
            if folder.is_dir():  # in a database it may have been removed a moment ago
                yield repaired(home, folder, "was an empty folder left by a lease; it was removed", folder.rmdir)
            return
        found = list(_damage(home, identifier))
        yield from (finding for finding in found if finding.outcome != "repaired")
    damaged = [Path(finding.path).name for finding in found if finding.outcome == "repaired"]
    if damaged:
        yield from _remade(home, identifier, damaged, any(finding.outcome == "person" for finding in found))


def _finished_transcription(home: Path, folder: Path) -> Iterator[Finding]:
    """Delete the partial file of a finished transcription, which remains if the run was killed before deleting it."""
    paths = folder / "heard.partial.json", folder / "heard.json"
    if any(not exists(path) or _problem(path, folder.name) is not None for path in paths):
        return
    partial, whole = (read_json(path) for path in paths)
    if whole["key"] == {"audio_sha256": partial.get("audio"), **{name: partial[name] for name in _ENGINE}}:
        yield repaired(home, paths[0], "was left by a finished transcription; it was removed", lambda: remove(paths[0]))


def _damage(home: Path, identifier: str) -> Iterator[Finding]:
    """Yield the problems of an episode's files; `repaired` marks those that are still to be made again."""
    folder = episode_folder(home, identifier)
    name = folder.relative_to(home).as_posix()
    try:
        record = load_record(home, identifier)
    except LibraryError as error:
        missing = not exists(folder / "episode.json")
        problem = f"has no episode.json; {_FROM_BACKUP}" if missing else one_line(error)
        yield Finding(name if missing else f"{name}/episode.json", problem, "person")
        return
    if record.episode.id != identifier:
        yield Finding(f"{name}/episode.json", f"belongs to episode {record.episode.id}; {_FROM_BACKUP}", "person")
        return
    if exists(folder / "removed.json"):
        yield Finding(name, f"its removal was interrupted; run: playback remove {identifier}", "person")
    for path in (folder / name for name in entries(folder) if not name.startswith(".")):
        if path.suffix != ".json":
            if not path.name.startswith("audio.") and path.name != PLAYER_COPY:
                yield Finding(f"{name}/{path.name}", "is not a file of the library", "note")
        elif (wrong := _problem(path, identifier)) is not None:
            derived = path.name in (*_DERIVED, *_NOTES) and not _of_another_version(path)
            yield Finding(f"{name}/{path.name}", wrong, "repaired" if derived else "person")
    for derived_name in _DERIVED if _status(folder) == "ingested" else ():
        if not exists(folder / derived_name):
            yield Finding(f"{name}/{derived_name}", "is missing", "repaired")
    yield from _wrong_recording(home, identifier)
    yield from _player(home, identifier)
    if _status(folder) in _UNDONE:
        state = read_json(folder / "state.json")
        outcome: FindingKind = "person" if state["status"] == "quarantined" else "note"
        yield Finding(name, f"{state['status']}: {state['message']}", outcome)


def _problem(path: Path, identifier: str) -> str | None:
    """Return the problem of an episode's JSON file, None if it has none."""
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
    """Return whether a file is intact but has another version's schema, so that it must not be overwritten."""
    try:
        data = json.loads(read_bytes(path))
    except ValueError:
        return False
    return isinstance(data, dict) and isinstance(data.get("schema"), int) and data["schema"] != SCHEMA


def _wrong_transcript(path: Path, transcript: Transcript, identifier: str) -> str | None:
    if transcript.episode.id != identifier:
        return f"belongs to episode {transcript.episode.id}"
    words = hash_of([turn.text for turn in transcript.turns])[:16]
    if path.name != "transcript.json" and path.name != f"transcript-{words}.json":
        return "its words do not match the hash in its name"
    return None


def _remade(home: Path, identifier: str, damaged: list[str], is_source_damaged: bool) -> Iterator[Finding]:
    """Make derived files again; if a file they are made from is damaged, leave them, so that nothing is lost."""
    folder = episode_folder(home, identifier)
    for name in damaged:
        where = (folder / name).relative_to(home).as_posix()
        if name in ("heard.partial.json", NOTE):
            problem = "was damaged; the next ingest writes it again"
            yield repaired(home, folder / name, problem, partial(remove, folder / name))
        elif name == "state.json":
            yield repaired(home, folder / name, "was damaged; it was written again", lambda: _note_state(folder))
        elif name == PLAYER_COPY and not is_source_damaged:
            yield _copied_again(home, folder)
        elif is_source_damaged:
            yield Finding(where, "is damaged, and so is a file it is made from; repair that first", "person")
    wanted = [name for name in damaged if name in _DERIVED]
    if not wanted or is_source_damaged:
        return
    for name in wanted:
        # Ingestion replaces a damaged file, or leaves it for a person if it cannot. But it would take a readable file
        # with wrong contents, which a file without a checksum may be, for a finished stage.
        if _is_whole(folder / name):
            remove(folder / name)
    state = read_if_whole(folder / "state.json")
    settings = IngestSettings(audio=False, allow=None)
    outcome = ingest_episode(load_record(home, identifier).episode, home, settings)
    if not outcome.ok and state is not None:
        _keep_state(folder, state)
    for name in wanted:
        where = (folder / name).relative_to(home).as_posix()
        if outcome.ok and outcome.status not in ("skipped", "busy") and _problem(folder / name, identifier) is None:
            yield Finding(where, "was damaged or missing; it was made again", "repaired")
        else:
            yield Finding(where, f"could not be made again: {outcome.status}: {outcome.message}", "person")


def _keep_state(folder: Path, state: dict[str, Any]) -> None:
    """Write the state from before the failed repair: else the next check takes the missing file for one never made."""
    with lock(folder, wait=False) as held:
        if held:
            write_json(folder / "state.json", state)


def _is_whole(path: Path) -> bool:
    try:
        return read_if_whole(path) is not None
    except LibraryError:
        return True


def _note_state(folder: Path) -> None:
    """Replace a lost state: with a transcript the episode is "ingested", without one it has no state yet."""
    if exists(folder / "transcript.json"):
        message = "its state was lost and written again"
        write_json(folder / "state.json", {"schema": 1, "status": "ingested", "message": message})
    else:
        remove(folder / "state.json")


def _status(folder: Path) -> str | None:
    try:
        status = read_json(folder / "state.json").get("status")
    except LibraryError:
        return None
    return status if isinstance(status, str) else None


def _wrong_recording(home: Path, identifier: str) -> Iterator[Finding]:
    """Compare the recording with the one that was imported; earlier versions stored its hash only with heard words."""
    audio = recording(home, identifier)
    if audio is None:
        return
    note, heard = audio.with_name(NOTE), audio.with_name("heard.json")
    if exists(note):
        known = {read_json(note)["audio_sha256"]} if _problem(note, identifier) is None else set()
    else:
        known = {item.audio_sha256 for item in load_record(home, identifier).items if item.audio_sha256}
        if exists(heard) and _problem(heard, identifier) is None:
            known.add(read_json(heard)["key"]["audio_sha256"])
    if known and sha256_of(audio) not in known:
        yield Finding(
            audio.relative_to(home).as_posix(),
            "is not the recording that was imported; restore it from a backup, or delete it and ingest its source "
            "again",
            "person",
        )


def _player(home: Path, identifier: str) -> Iterator[Finding]:
    """Yield a finding if the copy to play is missing, changed or not in the recording's note."""
    folder, audio = episode_folder(home, identifier), recording(home, identifier)
    copy = folder / PLAYER_COPY
    note = None if audio is None or _problem(folder / NOTE, identifier) is not None else note_in(folder, audio)
    told = None if note is None else note.get("player")
    if copy.exists() if told is None else not copy.exists() or sha256_of(copy) != told["sha256"]:
        yield Finding(copy.relative_to(home).as_posix(), "is not the copy that ingestion made", "repaired")


def _copied_again(home: Path, folder: Path) -> Finding:
    """Make the copy to play again from its recording; until there is one, the recording itself is played."""
    (folder / PLAYER_COPY).unlink(missing_ok=True)
    audio = recording(home, folder.name)
    if audio is not None:
        complete_note(audio)
    made = "it was made again" if (folder / PLAYER_COPY).exists() else "it was removed"
    name = (folder / PLAYER_COPY).relative_to(home).as_posix()
    return Finding(name, f"was missing, or not the copy that ingestion made; {made}", "repaired")


def left_over(home: Path, folder: Path) -> Iterator[Finding]:
    """Delete temporary files, except a partial download that can be resumed because it has its note beside it."""
    for path in sorted(folder.glob(".*.part*")):
        other = path.with_suffix("") if path.suffix == ".json" else path.with_name(f"{path.name}.json")
        if not other.exists():
            yield repaired(home, path, "was left by an interrupted run; it was removed", path.unlink)


def repaired(home: Path, path: Path, problem: str, repair: Callable[[], object]) -> Finding:
    """Run `repair` and return a finding that says whether it succeeded."""
    name = path.relative_to(home).as_posix()
    try:
        repair()
    except OSError as error:
        return Finding(name, f"could not be repaired: {disk_problem(error) or one_line(error)}", "person")
    return Finding(name, problem, "repaired")
