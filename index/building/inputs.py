"""The inputs of a generation: readable transcripts, and a hash that tells a later build whether they changed."""

import contextlib
import logging
from collections.abc import Sequence
from pathlib import Path

from index.generation import Manifest
from ingest.errors import LibraryError
from ingest.library.records import episode_folder, load_record, load_transcript, transcript_ids
from ingest.storage.files import hash_of, sha256_of
from ingest.transcript import Transcript, with_episode

logger = logging.getLogger(__name__)

# Fixed size of a generation besides its texts: the covariances of both fields and empty tables.
_FIXED_BYTES = 2 * 2**20


def expected_bytes(home: Path) -> int:
    """Estimate a generation's size in bytes: three times the transcripts (measured on 60 interviews) plus a margin."""
    total = _FIXED_BYTES
    for identifier in transcript_ids(home):
        with contextlib.suppress(FileNotFoundError):  # removed a moment ago
            total += 4 * (episode_folder(home, identifier) / "transcript.json").stat().st_size
    return total


def readable(home: Path) -> tuple[list[Transcript], dict[str, str]]:
    """Return the transcripts for the index, and a dict from the ids of unreadable episodes to the reason."""
    transcripts: list[Transcript] = []
    left_out: dict[str, str] = {}
    for identifier in transcript_ids(home):
        found = _read(home, identifier)
        if isinstance(found, Transcript):
            transcripts.append(found)
        elif found is not None:
            logger.warning("%s was left out of the index: %s", identifier, found)
            left_out[identifier] = found
    return transcripts, left_out


def _read(home: Path, identifier: str) -> Transcript | str | None:
    """Return an episode's transcript with its current metadata, or why it cannot be read; None if it was removed."""
    try:
        transcript = load_transcript(home, identifier)
        return None if transcript is None else with_episode(transcript, load_record(home, identifier).episode)
    except (LibraryError, ValueError) as error:
        return " ".join(str(error).split())


def is_current(home: Path, manifest: Manifest, inputs: str) -> bool:
    """Say whether a generation was made of these inputs and every episode it left out is still unreadable."""
    return manifest.inputs == inputs and all(isinstance(_read(home, name), str) for name in manifest.left_out)


def inputs_of(home: Path, made_by: Sequence[object]) -> str:
    """Return a hash of `made_by` and of every transcript and episode in the index.

    Only an episode's metadata counts, not its sources: editing the show notes around a transcript changes nothing.
    """
    files = []
    for identifier in transcript_ids(home):
        folder = episode_folder(home, identifier)
        with contextlib.suppress(FileNotFoundError):  # removed a moment ago
            files.append([identifier, sha256_of(folder / "transcript.json"), _facts(home, identifier)])
    return hash_of([*made_by, files])


def _facts(home: Path, identifier: str) -> str:
    """Return the hash of an episode's metadata, or of its whole file if that is damaged."""
    try:
        return hash_of(load_record(home, identifier).episode)
    except LibraryError:
        return sha256_of(episode_folder(home, identifier) / "episode.json")
