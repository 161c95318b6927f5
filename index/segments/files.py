"""The files in the folder of a segment, which episodes it holds, and its basis.

`episodes.json` lists the episodes, `passages.sqlite` has their tables, `vectors.faiss`, `turns.faiss` and
`questions.faiss` vectors, `basis.npy` the basis of the word pieces, and two sets of postings the words.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from index.errors import IndexBroken

Floats = NDArray[np.float32]
# A passage's own vector, or the mean of its turns' vectors weighted by words (see index.building.build).
VectorField = Literal["passage", "turns"]
FILES: dict[VectorField, str] = {"passage": "vectors.faiss", "turns": "turns.faiss"}
# The words of a passage, or of its whole episode including title and speakers.
TermField = Literal["passage", "episode"]
KEYWORDS: dict[TermField, str] = {"passage": "keywords.postings", "episode": "episodes.postings"}
# The vectors of the questions that somebody asks in an episode (see index.exchanges).
QUESTIONS = "questions.faiss"
DATABASE, EPISODES, BASIS = "passages.sqlite", "episodes.json", "basis.npy"


@dataclass(frozen=True, slots=True)
class HeldEpisode:
    """An episode in a segment: the SHA-256 of its transcript and of its facts, and how many rows it takes.

    `stamp` holds sizes and modification times of the files it was read from, () if they may change unnoticed. `heard`
    is the id of its show if its words were only heard; `repeated` are the numbers of the sentences that are in no
    passage then.
    """

    id: str
    transcript: str
    facts: str
    stamp: tuple[int, ...]
    passages: int
    sentences: int
    heard: str | None = None
    repeated: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class SegmentEntry:
    """A segment as a generation's manifest names it: its folder, all of its rows, and the episodes to leave out."""

    name: str
    episodes: int
    passages: int
    dropped: tuple[str, ...] = ()


def read_basis(folder: Path) -> Floats:
    """Return the basis of a segment's word pieces (see index.models.basis), shape (dimension, width)."""
    basis: Floats = np.load(folder / BASIS, allow_pickle=False)
    return basis


def write_basis(folder: Path, basis: Floats) -> None:
    """Write the basis of a segment's word pieces."""
    np.save(folder / BASIS, basis, allow_pickle=False)


def read_episodes(folder: Path) -> tuple[HeldEpisode, ...]:
    """Read which episodes a segment holds, in the order of rows; raises IndexBroken if the file is of another form."""
    path = folder / EPISODES
    try:
        return episodes_from(path.read_bytes())
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise IndexBroken(f"{path} cannot be read: {error}; run: playback index --rebuild") from error


def episodes_from(text: bytes | str) -> tuple[HeldEpisode, ...]:
    """Return the episodes of a list as `write_episodes` writes it; raises ValueError, TypeError or KeyError."""
    return tuple(
        HeldEpisode(**{**one, "stamp": tuple(one["stamp"]), "repeated": tuple(one["repeated"])})
        for one in json.loads(text)
    )


def write_episodes(folder: Path, held: Iterable[HeldEpisode]) -> None:
    """Write which episodes a segment holds, one to a line."""
    lines = ",\n".join(json.dumps(asdict(one), separators=(",", ":")) for one in held)
    (folder / EPISODES).write_text(f"[{lines}]\n")
