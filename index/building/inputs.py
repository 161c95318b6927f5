"""What a generation is made of: the transcripts that can be read, and a hash by which a later build knows them."""

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

# What a generation holds besides texts: the covariances of both fields and empty tables.
_FIXED_BYTES = 2 * 2**20


def expected_bytes(home: Path) -> int:
    """Estimate a generation's bytes: three times the transcripts (measured with 60 interviews), a margin, tables."""
    total = _FIXED_BYTES
    for identifier in transcript_ids(home):
        with contextlib.suppress(FileNotFoundError):  # removed a moment ago
            total += 4 * (episode_folder(home, identifier) / "transcript.json").stat().st_size
    return total


def readable(home: Path) -> tuple[list[Transcript], dict[str, str]]:
    """Return the transcripts that belong in the index, and the ids of episodes that cannot be read with the reason."""
    told: list[Transcript] = []
    left_out: dict[str, str] = {}
    for identifier in transcript_ids(home):
        found = _read(home, identifier)
        if isinstance(found, Transcript):
            told.append(found)
        elif found is not None:
            logger.warning("%s is left out of the index: %s", identifier, found)
            left_out[identifier] = found
    return told, left_out


def _read(home: Path, identifier: str) -> Transcript | str | None:
    """Return an episode's transcript under its present facts, or why it cannot be read; None if it was removed."""
    try:
        transcript = load_transcript(home, identifier)
        return None if transcript is None else with_episode(transcript, load_record(home, identifier).episode)
    except (LibraryError, ValueError) as error:
        return " ".join(str(error).split())


def is_current(home: Path, manifest: Manifest, inputs: str) -> bool:
    """Say whether a generation was made of these inputs; one left out because a disk failed may be readable by now."""
    return manifest.inputs == inputs and all(isinstance(_read(home, name), str) for name in manifest.left_out)


def inputs_of(home: Path, made_by: Sequence[object]) -> str:
    """Return the hash of every transcript and episode that belong in the index and of what makes a generation of them.

    Of an episode its facts count, not what its sources say: notes that were edited around a transcript change nothing.
    """
    files = []
    for identifier in transcript_ids(home):
        folder = episode_folder(home, identifier)
        with contextlib.suppress(FileNotFoundError):  # removed a moment ago
            files.append([identifier, sha256_of(folder / "transcript.json"), _facts(home, identifier)])
    return hash_of([*made_by, files])


def _facts(home: Path, identifier: str) -> str:
    """Return the hash of an episode's facts, that of its file where it is damaged."""
    try:
        return hash_of(load_record(home, identifier).episode)
    except LibraryError:
        return sha256_of(episode_folder(home, identifier) / "episode.json")
