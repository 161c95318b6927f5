"""The outcome of ingesting an episode, kept in its state.json; three failures put the episode in quarantine."""

import logging
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from ingest.errors import LibraryError, ModelMissing, StoreError, TransientError
from ingest.library.records import Record, episode_folder
from ingest.storage.documents import remove
from ingest.storage.files import hash_of, read_if_whole, sha256_of, write_json
from ingest.text.urls import is_remote
from ingest.transcript import Episode

logger = logging.getLogger(__name__)

OutcomeStatus = Literal["ingested", "unchanged", "waiting", "skipped", "failed", "quarantined", "busy"]

MOST_ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of ingesting one episode: a status and a line for the user.

    `passing` marks a transient failure, whose cause is not the episode: an unreachable server, a full disk.
    """

    episode: Episode
    status: OutcomeStatus
    message: str
    passing: bool = False

    @property
    def ok(self) -> bool:
        """Whether nothing is left to do; a later run tries an episode that waits or failed again."""
        return self.status not in ("waiting", "failed", "quarantined")


@dataclass(frozen=True, slots=True)
class State:
    """The stored last outcome of an episode, and its time (UTC, ISO).

    `attempts` counts failures in a row; `source` is the hash of the source that they were made on.
    """

    status: str
    message: str
    at: str | None = None
    attempts: int = 0
    source: str | None = None


def load_state(home: Path, identifier: str) -> State | None:
    """Return an episode's state, None if it is missing or damaged; raises LibraryError for an unknown schema."""
    data = read_if_whole(_path(home, identifier))
    if data is None:
        return None
    try:
        return State(**{key: value for key, value in data.items() if key != "schema"})
    except TypeError as error:
        raise LibraryError(f"{_path(home, identifier)} is not a state of schema 1: {error}") from error


def quarantine_outcome(home: Path, record: Record) -> Outcome | None:
    """Return the outcome of an episode in quarantine; None if it may be tried, for example after its source changed."""
    state = load_state(home, record.episode.id)
    if state is None or state.status != "quarantined" or state.source != source_of(record):
        return None
    return Outcome(record.episode, "quarantined", state.message)


def record_outcome(home: Path, record: Record, outcome: Outcome) -> Outcome:
    """Store the outcome and return it, as "quarantined" if it is the third failure on the same source.

    "unchanged" is stored as "ingested", and not written again if it is already stored. A state that cannot be written
    is logged.
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
        logger.warning("%s: its state could not be written: %s", record.episode.id, error)
        return outcome
    return replace(outcome, status="quarantined", message=state.message) if state.status == "quarantined" else outcome


def release(home: Path, identifier: str) -> None:
    """Release an episode from quarantine, so that the next run tries it."""
    state = load_state(home, identifier)
    if state is not None and state.status == "quarantined":
        remove(_path(home, identifier))


def source_of(record: Record) -> str:
    """Return a hash of everything that sources say about an episode, including their local files."""
    links = [link for item in record.items for link in (*item.transcripts, item.enclosure) if link is not None]
    files = [Path(link.url) for link in links if not is_remote(link.url)]
    return hash_of([record.items, [sha256_of(path) if path.is_file() else None for path in files]])


def is_transient(error: Exception) -> bool:
    """Return whether a failure's cause is the machine or the network, not the episode."""
    of_this_machine = (OSError, ModelMissing, LibraryError, StoreError)
    return isinstance(error, of_this_machine) or isinstance(error.__cause__, (OSError, TransientError))


def _failed(state: State, before: State | None, record: Record, passing: bool) -> State:
    """Count a failure; a transient one does not change the count."""
    if passing:
        return state if before is None else replace(state, attempts=before.attempts, source=before.source)
    source = source_of(record)
    attempts = 1 + (before.attempts if before is not None and before.source == source else 0)
    if attempts < MOST_ATTEMPTS:
        return replace(state, attempts=attempts, source=source)
    advice = f"failed {attempts} times; it is tried again with --again, or when its source changes"
    return State("quarantined", f"{state.message}; {advice}", state.at, attempts, source)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _path(home: Path, identifier: str) -> Path:
    return episode_folder(home, identifier) / "state.json"
