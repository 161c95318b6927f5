"""What became of an episode, kept in its state.json; after three failed attempts it is left alone."""

import logging
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from ingest.errors import LibraryError, ModelMissing, TransientError
from ingest.library.records import Record, episode_folder
from ingest.storage.files import hash_of, read_if_whole, sha256_of, write_json
from ingest.text.urls import is_remote
from ingest.transcript import Episode

logger = logging.getLogger(__name__)

OutcomeStatus = Literal["ingested", "unchanged", "waiting", "skipped", "failed", "quarantined", "busy"]

MOST_ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one episode, in a word and a line for people.

    `passing` says of a failure that it is none of the episode's own: a server out of reach, a full disk.
    """

    episode: Episode
    status: OutcomeStatus
    message: str
    passing: bool = False

    @property
    def ok(self) -> bool:
        """Whether nothing is left to do; an episode that waits or failed is done by a later run."""
        return self.status not in ("waiting", "failed", "quarantined")


@dataclass(frozen=True, slots=True)
class State:
    """The last outcome of an episode as it is kept, and when that was (UTC, ISO).

    `attempts` counts failures in a row, `source` is the hash of what they were made on.
    """

    status: str
    message: str
    at: str | None = None
    attempts: int = 0
    source: str | None = None


def load_state(home: Path, identifier: str) -> State | None:
    """Return an episode's state, None if there is none or it is damaged; raises LibraryError for another schema."""
    data = read_if_whole(_path(home, identifier))
    if data is None:
        return None
    try:
        return State(**{key: value for key, value in data.items() if key != "schema"})
    except TypeError as error:
        raise LibraryError(f"{_path(home, identifier)} is not a state of schema 1: {error}") from error


def quarantine_outcome(home: Path, record: Record) -> Outcome | None:
    """Return the outcome of an episode that is not to be tried; None if it may be, as when its source changed."""
    state = load_state(home, record.episode.id)
    if state is None or state.status != "quarantined" or state.source != source_of(record):
        return None
    return Outcome(record.episode, "quarantined", state.message)


def record_outcome(home: Path, record: Record, outcome: Outcome) -> Outcome:
    """Keep the outcome and return it, as "quarantined" if it is the third failure on the same source.

    That nothing was to do says of an episode that it is ingested, which may be noted already. A state that cannot be
    written is logged.
    """
    status: OutcomeStatus = "ingested" if outcome.status == "unchanged" else outcome.status
    try:
        before = load_state(home, record.episode.id)
        if outcome.status == "unchanged" and before is not None and before.status == status:
            return outcome
        state = State(status, outcome.message, _now())
        if status == "failed":
            state = _failed(state, before, record, outcome.passing)
        write_json(_path(home, record.episode.id), {"schema": 1, **asdict(state)})
    except (LibraryError, OSError) as error:
        logger.warning("%s: its state was not written: %s", record.episode.id, error)
        return outcome
    return replace(outcome, status="quarantined", message=state.message) if state.status == "quarantined" else outcome


def release(home: Path, identifier: str) -> None:
    """Let an episode out of quarantine, so that the next run tries it."""
    state = load_state(home, identifier)
    if state is not None and state.status == "quarantined":
        _path(home, identifier).unlink()


def source_of(record: Record) -> str:
    """Return a hash of all that sources say of an episode, their local files included."""
    links = [link for item in record.items for link in (*item.transcripts, item.enclosure) if link is not None]
    files = [Path(link.url) for link in links if not is_remote(link.url)]
    return hash_of([record.items, [sha256_of(path) if path.is_file() else None for path in files]])


def is_transient(error: Exception) -> bool:
    """Say whether a failure is the machine's or the network's, so that it says nothing of the episode."""
    mine = (OSError, ModelMissing, LibraryError)
    return isinstance(error, mine) or isinstance(error.__cause__, (OSError, TransientError))


def _failed(state: State, before: State | None, record: Record, passing: bool) -> State:
    """Count a failure; one that may pass leaves the count as it was."""
    if passing:
        return state if before is None else replace(state, attempts=before.attempts, source=before.source)
    source = source_of(record)
    attempts = 1 + (before.attempts if before is not None and before.source == source else 0)
    if attempts < MOST_ATTEMPTS:
        return replace(state, attempts=attempts, source=source)
    advice = f"failed {attempts} times; tried again with --again, or when its source changes"
    return State("quarantined", f"{state.message}; {advice}", state.at, attempts, source)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _path(home: Path, identifier: str) -> Path:
    return episode_folder(home, identifier) / "state.json"
