"""Open the generation that is published in PostgreSQL; it answers from its tables."""

import json
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from index.errors import IndexBroken
from index.generation import Generation
from index.generations.manifests import manifest_from
from index.generations.published import mount_index
from index.keywords import check_stems
from index.manifest import SCHEMA, Manifest
from index.mined import overview
from index.mined.overview import Overview
from index.postgres.connections import IndexConnections
from index.postgres.postings import SchemaPostings
from index.postgres.publish import drop_generations, publish_generation
from index.postgres.schema import check_schema
from index.postgres.tables import SchemaTables
from index.postgres.vectors import INDEXED_FROM, SEARCH_OPTIONS, SchemaPart, SchemaVectors
from index.segments.files import SegmentEntry, TermField, VectorField, episodes_from
from index.segments.segment import Segment
from index.store import KEPT_GENERATIONS
from index.time_limits import unlimited
from ingest.errors import StoreError
from ingest.library.postgres.connection import Connections, connect, shown

# Seconds for which the number of the published generation is not asked for again.
_LOOK = 0.5


def mount_database(home: Path, url: str) -> None:
    """Answer for a data folder from what is published in a database; raises StoreError if it is not ready for that."""
    with connect(url) as connection:
        check_schema(connection)
    mount_index(home, DatabaseIndex(home, url))


class DatabaseIndex:
    """The index that a database holds (see `index.generations.published`)."""

    def __init__(self, home: Path, url: str) -> None:
        """Keep the data folder, whose index is published there, and the address; nothing is asked yet."""
        self._home = home
        self._url = url
        options = " ".join(filter(None, (str(conninfo_to_dict(url).get("options") or ""), SEARCH_OPTIONS)))
        self._connections = IndexConnections(make_conninfo(url, options=options))
        self._looking = threading.Lock()
        # What was found at the last look, and until when it holds (monotonic seconds).
        self._found: tuple[int, str] | StoreError | None = None
        self._until = 0.0

    def stamp(self) -> tuple[int, str] | None:
        """Return the number and content of the published generation, at most half a second old; None without one.

        The number alone is not enough: numbers begin anew after `drop`. Also an error holds so long: requests do not
        wait one after the other for a server that is gone.
        """
        away = self._found
        # Who looks may wait seconds for a server that is gone; the others know that it was gone a moment ago.
        if not self._looking.acquire(timeout=_LOOK if isinstance(away, StoreError) else -1):
            assert isinstance(away, StoreError)
            raise StoreError(*away.args)
        try:
            if time.monotonic() >= self._until:
                self._found = self._look()
                self._until = time.monotonic() + _LOOK
            if isinstance(self._found, StoreError):
                raise StoreError(*self._found.args)
            return self._found
        finally:
            self._looking.release()

    def _look(self) -> tuple[int, str] | StoreError | None:
        try:
            with self._connections.connection() as connection:
                return connection.execute(
                    "SELECT number, content FROM playback.generations ORDER BY number DESC LIMIT 1"
                ).fetchone()
        except StoreError as error:
            return error

    def manifest(self) -> Manifest | None:
        """Return the manifest of the published generation; None if nothing was published."""
        with self._connections.connection() as connection:
            row = connection.execute(
                "SELECT manifest FROM playback.generations ORDER BY number DESC LIMIT 1"
            ).fetchone()
        return None if row is None else self._manifest(row[0])

    @unlimited()
    def generation(self) -> Generation | None:
        """Open the published generation; None if nothing was published. Raises IndexBroken and StoreError.

        If it is removed meanwhile, opens the one that is published then.
        """
        while True:
            manifest = self.manifest()
            if manifest is None:
                return None
            try:
                return Generation(manifest, _Database(self._connections, manifest))
            except (IndexBroken, StoreError):
                now = self.manifest()
                if now is None or now.generation == manifest.generation:
                    raise

    def publish(self, keep: int = KEPT_GENERATIONS) -> Manifest:
        """Publish the live generation of the data folder (see `index.postgres.publish`)."""
        return publish_generation(self._home, self._url, keep)

    def drop(self) -> None:
        """Remove every generation."""
        drop_generations(self._url)
        self._until = 0.0

    def close(self) -> None:
        """Close the connections that nobody uses; one that is needed is opened again."""
        self._connections.close()

    def _manifest(self, text: str) -> Manifest:
        data = json.loads(text)
        if data.get("schema") != SCHEMA:
            where = shown(self._connections.url)
            raise IndexBroken(f"{where}: was published with schema {data.get('schema')}; run: playback index")
        return manifest_from(data)


@dataclass(frozen=True, slots=True)
class _Database:
    """Where the parts of a generation are: a schema for each segment."""

    connections: Connections
    manifest: Manifest

    def segment(self, entry: SegmentEntry) -> Segment:
        query = "SELECT held, basis, width, tested FROM playback.segments WHERE name = %s"
        with self.connections.connection() as connection:
            row = connection.execute(query, (entry.name,)).fetchone()
        if row is None:
            raise IndexBroken(f"{shown(self.connections.url)}: {entry.name} is gone; run: playback index --rebuild")
        held, basis, width, tested = row
        check_stems(tested)
        tables = SchemaTables(self.connections, entry.name)
        return Segment(entry, episodes_from(held), tables, np.frombuffer(basis, "<f4").reshape(-1, width))

    def vectors(self, name: VectorField | Literal["questions"], rows: Sequence[int]) -> SchemaVectors:
        pairs = zip(self.manifest.segments, rows, strict=True)
        parts = [SchemaPart(f"{entry.name}.{name}_vectors", count, count >= INDEXED_FROM) for entry, count in pairs]
        return SchemaVectors(self.connections, parts, self.manifest.dimension)

    def postings(self, entry: SegmentEntry, name: TermField) -> SchemaPostings:
        return SchemaPostings(self.connections, entry.name, name)

    def overview(self) -> Overview:
        query = "SELECT overview FROM playback.generations WHERE number = %s"
        with self.connections.connection() as connection:
            row = connection.execute(query, (self.manifest.generation,)).fetchone()
        if row is None:
            raise IndexBroken(f"generation {self.manifest.generation} was removed; ask again")
        return overview.parsed(row[0], shown(self.connections.url))
