"""Publish a generation from a data folder into PostgreSQL: one commit makes it the one that servers answer from."""

import hashlib
import json
import logging
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from psycopg import Connection, errors

from index.building.purging import drop_purged
from index.errors import IndexMissing
from index.generations.manifests import index_folder, live_manifest, manifest_from
from index.manifest import Manifest
from index.mined.overview import OVERVIEW
from index.postgres.schema import PUBLISHING, check_schema
from index.postgres.segments import copy_segment
from index.segments.files import SegmentEntry
from index.store import KEPT_GENERATIONS, verified
from ingest.errors import StoreError
from ingest.library.postgres.connection import connect, shown, translated
from ingest.library.removal import removals
from ingest.storage.files import lock

logger = logging.getLogger(__name__)

_HASH_DIGITS = 20
# A dump may have been restored without the schemas of segments.
_KNOWN = "SELECT name FROM playback.segments WHERE to_regnamespace(name) IS NOT NULL"
_IN_USE = (
    "{}: old generations of the index are still there, because another process reads them, such as pg_dump, or "
    "publishes; run the same command again when it has ended"
)


def publish_generation(home: Path, url: str, keep: int = KEPT_GENERATIONS) -> Manifest:
    """Publish the live generation of a data folder's files, and return the manifest that servers see.

    Copies only segments that the database does not have. Changes nothing if the published generation has the same
    content, or if another builder made it later of the same library; with fewer than usual to keep, the latter does not
    count. Then removes all but the newest `keep` generations, with the segments that none of these has; all but one
    while an older one holds what was purged. Several may publish at once: one waits for the other. Old generations that
    somebody reads are left to the next publication, but where fewer than usual may stay that is an error. Raises
    IndexMissing if the folder has no index, IndexBroken if a file is damaged, StoreError for what the server refuses;
    the generation that is published then stays so.
    """
    drop_purged(home)  # another machine may have purged what the files here still hold
    purged = [removal.id for removal in removals(home) if removal.purged]
    with lock(index_folder(home)):
        live = live_manifest(home)
        if live is None:
            raise IndexMissing(f"{home} holds no index yet; run: playback ingest SOURCE")
        with connect(url) as connection, translated(url):
            check_schema(connection)
            if _holds_any(connection, purged):
                keep = 1
            manifest = _published(connection, home, live, keep)
            try:
                _remove_old(connection, keep)
            except errors.LockNotAvailable:
                if keep < KEPT_GENERATIONS:
                    raise StoreError(_IN_USE.format(shown(url))) from None
                logger.info("old generations are in use; the next publication removes them")
    return manifest


def drop_generations(url: str) -> None:
    """Remove every generation from the database, or nothing; raises StoreError."""
    with connect(url) as connection, translated(url):
        check_schema(connection)
        try:
            _remove_old(connection, 0)
        except errors.LockNotAvailable:
            raise StoreError(_IN_USE.format(shown(url))) from None


def _holds_any(connection: Connection, episode_ids: Sequence[str]) -> bool:
    """Say whether a segment in the database holds one of these episodes, be it dropped or not."""
    row = connection.execute(
        "SELECT EXISTS (SELECT 1 FROM playback.segments, jsonb_array_elements(held::jsonb) one "
        "WHERE one ->> 'id' = ANY(%s))",
        ([*episode_ids],),
    ).fetchone()
    return row is not None and bool(row[0])


def _published(connection: Connection, home: Path, live: Manifest, keep: int) -> Manifest:
    schemas = {entry.name: _schema_of(live, entry) for entry in live.segments}
    content = _content_of(live, schemas)
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (PUBLISHING,))
        row = connection.execute(
            "SELECT number, content, manifest FROM playback.generations ORDER BY number DESC LIMIT 1"
        ).fetchone()
        known = {name for (name,) in connection.execute(_KNOWN)}
        before = 0 if row is None else int(row[0])
        same = row is not None and row[1] == content and known.issuperset(schemas.values())
        theirs = None if row is None or same or keep < KEPT_GENERATIONS else _made_later(row, live, content)
        if theirs is not None and known.issuperset(entry.name for entry in theirs.segments):
            _let_read(connection, theirs.segments)
            return theirs
        segments = tuple(replace(entry, name=schemas[entry.name]) for entry in live.segments)
        # The files of a segment are what its name was made of; their names mean nothing to a server.
        manifest = replace(live, generation=before if same else before + 1, segments=segments, files={}, sizes={})
        if same:
            _let_read(connection, segments)
            return manifest
        verified(home, live.generation)
        folder = index_folder(home) / str(live.generation)
        for entry in live.segments:
            if schemas[entry.name] not in known:
                copy_segment(connection, schemas[entry.name], folder / entry.name, live.dimension)
        _let_read(connection, segments)
        overview = (folder / OVERVIEW).read_text("utf-8")
        connection.execute(
            "INSERT INTO playback.generations (number, content, manifest, overview) VALUES (%s, %s, %s, %s)",
            (manifest.generation, content, json.dumps(asdict(manifest)), overview),
        )
        for place, entry in enumerate(segments):
            connection.execute(
                "INSERT INTO playback.generation_segments VALUES (%s, %s, %s)", (manifest.generation, place, entry.name)
            )
    return manifest


def _made_later(row: tuple[int, str, str], live: Manifest, content: str) -> Manifest | None:
    """Return the published manifest if it was made of the same library as `live` and later; else None.

    Two builders may cut a library into different segments. They would publish in turns, and servers would open what
    they have.
    """
    data = json.loads(row[2])
    if data.get("schema") != live.schema:
        return None
    theirs = manifest_from(data)
    is_same = (theirs.inputs, theirs.left_out) == (live.inputs, live.left_out)
    return theirs if is_same and (theirs.built, row[1]) > (live.built, content) else None


def _let_read(connection: Connection, segments: Sequence[SegmentEntry]) -> None:
    """Let those read segments who may use the schema `playback`: servers of a user who only reads go on."""
    readers = connection.execute(
        "SELECT DISTINCT CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END "
        "FROM pg_namespace, aclexplode(nspacl) WHERE nspname = 'playback' AND grantee <> nspowner"
    ).fetchall()
    for (reader,) in readers:
        for entry in segments:
            grants: Any = (
                f"GRANT USAGE ON SCHEMA {entry.name} TO {reader};"
                f"GRANT SELECT ON ALL TABLES IN SCHEMA {entry.name} TO {reader}"
            )
            connection.execute(grants)


def _schema_of(manifest: Manifest, entry: SegmentEntry) -> str:
    """Return the schema of a segment, named for the content of its files."""
    prefix = f"{entry.name}/"
    files = sorted(
        (name.removeprefix(prefix), checksum) for name, checksum in manifest.files.items() if name.startswith(prefix)
    )
    return f"segment_{hashlib.sha256(json.dumps(files).encode()).hexdigest()[:_HASH_DIGITS]}"


def _content_of(manifest: Manifest, schemas: dict[str, str]) -> str:
    """Return a hash of all that servers answer from."""
    segments = [[schemas[entry.name], sorted(entry.dropped)] for entry in manifest.segments]
    whole = [segments, manifest.files[OVERVIEW], manifest.inputs, manifest.made_by, manifest.left_out]
    return hashlib.sha256(json.dumps(whole).encode()).hexdigest()


def _remove_old(connection: Connection, keep: int) -> None:
    """Remove generations beyond the newest `keep`, and unused segments.

    Raises LockNotAvailable, and removes nothing, while another process publishes, or reads one for over five seconds.
    """
    connection.execute("SET lock_timeout = '5s'")
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (PUBLISHING,))
        connection.execute(
            "DELETE FROM playback.generations WHERE number NOT IN "
            "(SELECT number FROM playback.generations ORDER BY number DESC LIMIT %s)",
            (keep,),
        )
        unused = connection.execute(
            "DELETE FROM playback.segments WHERE name NOT IN (SELECT segment FROM playback.generation_segments) "
            "RETURNING name"
        ).fetchall()
        for (name,) in unused:
            connection.execute(f"DROP SCHEMA IF EXISTS {name} CASCADE")
