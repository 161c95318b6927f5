"""Open a generation from the files of its folder."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from index import vectors
from index.generation import Generation
from index.keywords import open_postings
from index.manifest import Manifest
from index.mined import overview
from index.mined.overview import OVERVIEW, Overview
from index.segments.files import (
    DATABASE,
    FILES,
    KEYWORDS,
    QUESTIONS,
    SegmentEntry,
    TermField,
    VectorField,
    read_basis,
    read_episodes,
)
from index.segments.postings import Postings
from index.segments.segment import Segment
from index.segments.tables import FileTables
from index.vectors import FileVectors


def open_files(folder: Path, manifest: Manifest) -> Generation:
    """Open a generation whose files were verified; raises IndexBroken or sqlite3.DatabaseError."""
    return Generation(manifest, _Files(folder, manifest))


@dataclass(frozen=True, slots=True)
class _Files:
    """A generation's folder, in which each segment has a folder of its own."""

    folder: Path
    manifest: Manifest

    def segment(self, entry: SegmentEntry) -> Segment:
        folder = self.folder / entry.name
        return Segment(entry, read_episodes(folder), FileTables(folder / DATABASE), read_basis(folder))

    def vectors(self, name: VectorField | Literal["questions"], rows: Sequence[int]) -> FileVectors:
        file, dimension = QUESTIONS if name == "questions" else FILES[name], self.manifest.dimension
        pairs = zip(self.manifest.segments, rows, strict=True)
        return FileVectors(tuple(vectors.read(self.folder / one.name / file, count, dimension) for one, count in pairs))

    def postings(self, entry: SegmentEntry, name: TermField) -> Postings:
        return open_postings(self.folder / entry.name / KEYWORDS[name])

    def overview(self) -> Overview:
        return overview.read(self.folder / OVERVIEW)
