"""Generations on disk (Law 7): an immutable folder with a manifest, published by replacing one small file.

<home>/index/current            the number of the live generation
<home>/index/<n>/manifest.json  schema, encoder and its weights' SHA-256, dimension, counts, SHA-256 of every file
<home>/index/<n>/passages.sqlite vectors.faiss turns.faiss keywords/ episodes/
"""

import json
import os
import shutil
import sqlite3
from dataclasses import asdict, replace
from pathlib import Path

from index.errors import IndexBroken, IndexMissing
from index.generation import FILES, SCHEMA, Generation, Manifest
from ingest.library import sha256_of, sync_folder, write_bytes

KEPT_GENERATIONS = 3


def index_folder(home: Path) -> Path:
    """Return the folder of the generations."""
    return home / "index"


def current_number(home: Path) -> int | None:
    """Return the number of the live generation, None if nothing was published."""
    try:
        return int((index_folder(home) / "current").read_text())
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise IndexBroken(f"{index_folder(home) / 'current'} cannot be read; run: playback index --rebuild") from error


def open_generation(home: Path) -> Generation:
    """Open the live generation after verifying every file's checksum.

    Raises IndexMissing if nothing was published, IndexBroken if a file is not what the manifest says.
    """
    number = current_number(home)
    if number is None:
        raise IndexMissing(f"{home} holds no index yet; run: playback ingest SOURCE")
    folder = index_folder(home) / str(number)
    manifest = manifest_of(home, number)
    for name, expected in manifest.files.items():
        try:
            actual = sha256_of(folder / name)
        except OSError as error:
            raise IndexBroken(
                f"{folder / name} cannot be read: {error.strerror}; run: playback index --rebuild"
            ) from error
        if actual != expected:
            raise IndexBroken(f"{folder / name} is not the file that was published; run: playback index --rebuild")
    try:
        return Generation(folder, manifest)
    except (sqlite3.DatabaseError, TypeError) as error:
        raise IndexBroken(
            f"{folder / 'passages.sqlite'} cannot be read: {error}; run: playback index --rebuild"
        ) from error


def next_folder(home: Path) -> tuple[int, Path]:
    """Return number and hidden working folder of the next generation; what an interrupted build left is removed."""
    root = index_folder(home)
    root.mkdir(parents=True, exist_ok=True)
    root.chmod(0o700)
    for left in root.glob(".building-*"):
        shutil.rmtree(left)
    numbers = [int(path.name) for path in root.iterdir() if path.name.isdigit()]
    number = max([*numbers, current_number_or_zero(home)]) + 1
    working = root / f".building-{number}"
    working.mkdir()
    return number, working


def current_number_or_zero(home: Path) -> int:
    """Return the live generation's number, 0 if there is none or the file that names it is broken."""
    try:
        return current_number(home) or 0
    except IndexBroken:
        return 0


def publish(home: Path, working: Path, manifest: Manifest) -> None:
    """Write the manifest last, give the folder its number and make it live in one rename; the last three stay."""
    files = sorted(path for path in working.rglob("*") if path.is_file())
    for path in files:
        with path.open("rb+") as file:
            os.fsync(file.fileno())
    names = {path.relative_to(working).as_posix(): sha256_of(path) for path in files}
    whole = replace(manifest, files=names)
    write_bytes(working / "manifest.json", json.dumps(asdict(whole), indent=1).encode())
    root = index_folder(home)
    for path in working.rglob("*"):
        if path.is_dir():
            sync_folder(path)
    working.rename(root / str(manifest.generation))
    sync_folder(root)
    write_bytes(root / "current", str(manifest.generation).encode())
    for old in sorted((int(path.name) for path in root.iterdir() if path.name.isdigit()), reverse=True)[
        KEPT_GENERATIONS:
    ]:
        shutil.rmtree(root / str(old))


def manifest_of(home: Path, number: int) -> Manifest:
    """Read a generation's manifest; raises IndexBroken if it is missing, broken or of another schema."""
    folder = index_folder(home) / str(number)
    try:
        data = json.loads((folder / "manifest.json").read_bytes())
        manifest = Manifest(**{**data, "files": dict(data["files"])})
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise IndexBroken(f"{folder / 'manifest.json'} cannot be read; run: playback index --rebuild") from error
    if manifest.schema != SCHEMA:
        raise IndexBroken(
            f"{folder} has schema {manifest.schema}; this version reads {SCHEMA}; run: playback index --rebuild"
        )
    # What no checksum stands for would be parsed unverified.
    if not {"passages.sqlite", *FILES.values()} <= manifest.files.keys():
        raise IndexBroken(f"{folder / 'manifest.json'} does not list every file; run: playback index --rebuild")
    return manifest
