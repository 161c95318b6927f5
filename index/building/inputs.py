"""The inputs of a generation: which transcripts there are, of what content, and which of them can be read."""

import logging
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from index.manifest import Manifest
from ingest.errors import LibraryError
from ingest.library.records import episode_folder, episodes_folder, load_record, load_transcript
from ingest.storage.documents import stamp, stamps
from ingest.storage.files import hash_of, sha256_of
from ingest.transcript import Transcript, with_episode

logger = logging.getLogger(__name__)

# Fixed size of what is written besides texts and vectors: empty tables, and the sums over the vectors of both fields.
_FIXED_BYTES = 2 * 2**20
# A file written this recently may be written again with the same size and time, which some disks keep in steps of 2 s.
_FRESH = 2 * 10**9


@dataclass(frozen=True, slots=True)
class Source:
    """An episode of the library: SHA-256 of its transcript and of its facts, and sizes and times of the two files.

    `stamp` is () if the files are so new that they might change unnoticed.
    """

    transcript: str
    facts: str
    stamp: tuple[int, ...]


def look(home: Path, known: Mapping[str, Source]) -> dict[str, Source]:
    """Return the episodes of the library that have a transcript, by id in order; reads only files that may be new.

    `known` are the episodes as they were found before: one whose files have the sizes and times of then is not read.
    Takes two stat calls for each episode.
    """
    found = {}
    for identifier, written in sorted(_stamps(home)):
        before = known.get(identifier)
        if before is not None and before.stamp == written:
            found[identifier] = before
            continue
        try:
            transcript = sha256_of(episode_folder(home, identifier) / "transcript.json")
            found[identifier] = Source(transcript, _facts(home, identifier), _settled(written))
        except FileNotFoundError:
            continue  # removed a moment ago
    return found


def inputs_of(made_by: str, sources: Mapping[str, Source]) -> str:
    """Return a hash of `made_by` and of every transcript and episode in the index.

    Only an episode's metadata counts, not its sources: editing the show notes around a transcript changes nothing.
    """
    return hash_of([made_by, [[name, source.transcript, source.facts] for name, source in sources.items()]])


def expected_bytes(home: Path, identifiers: Collection[str]) -> int:
    """Estimate the bytes to write for episodes: three times their transcripts (60 interviews measured) and a margin."""
    total = _FIXED_BYTES
    for identifier in identifiers:
        found = stamp(episode_folder(home, identifier) / "transcript.json")
        total += 0 if found is None else 4 * found.size  # it may have been removed a moment ago
    return total


def readable(home: Path, identifiers: Sequence[str]) -> tuple[list[Transcript], dict[str, str]]:
    """Return the transcripts of these episodes, and a dict from the ids of unreadable ones to the reason."""
    transcripts: list[Transcript] = []
    left_out: dict[str, str] = {}
    for identifier in identifiers:
        found = _read(home, identifier)
        if isinstance(found, Transcript):
            transcripts.append(found)
        elif found is not None:
            logger.warning("%s was left out of the index: %s", identifier, found)
            left_out[identifier] = found
    return transcripts, left_out


def is_current(home: Path, manifest: Manifest, inputs: str) -> bool:
    """Say whether a generation was made of these inputs and every episode it left out is still unreadable."""
    return manifest.inputs == inputs and all(isinstance(_read(home, name), str) for name in manifest.left_out)


def _stamps(home: Path) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Yield the id of every episode that has a transcript, with sizes and modification times (ns) of its files."""
    transcripts, facts = (stamps(episodes_folder(home), name) for name in ("transcript.json", "episode.json"))
    for identifier in transcripts.keys() & facts.keys():
        files = transcripts[identifier], facts[identifier]
        yield identifier, tuple(number for file in files for number in (file.size, file.changed))


def _settled(stamp: tuple[int, ...]) -> tuple[int, ...]:
    return stamp if time.time_ns() - max(stamp[1::2]) > _FRESH else ()


def _read(home: Path, identifier: str) -> Transcript | str | None:
    """Return an episode's transcript with its current metadata, or why it cannot be read; None if it was removed."""
    try:
        transcript = load_transcript(home, identifier)
        return None if transcript is None else with_episode(transcript, load_record(home, identifier).episode)
    except (LibraryError, ValueError) as error:
        return " ".join(str(error).split())


def _facts(home: Path, identifier: str) -> str:
    """Return the hash of an episode's metadata, or of its whole file if that is damaged."""
    try:
        return hash_of(load_record(home, identifier).episode)
    except LibraryError:
        return sha256_of(episode_folder(home, identifier) / "episode.json")
