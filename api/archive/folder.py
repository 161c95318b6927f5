"""The folder of an archive: what changed is written, what went is deleted, and a manifest lists the rest.

<folder>/manifest.json   the generation, and SHA-256 and size of every file
<folder>/.unfinished     names of files that an interrupted run has added, so that the next one knows them
"""

import contextlib
import hashlib
import json
import re
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ingest.errors import SourceError
from ingest.storage.files import sha256_of

SCHEMA = 1
MANIFEST, UNFINISHED = "manifest.json", ".unfinished"
_NAME = re.compile(r"[A-Za-z0-9_-][\w.-]*(?:/[A-Za-z0-9_-][\w.-]*)*")


@dataclass(slots=True)
class ArchiveFolder:
    """A folder that is being brought up to date: files of the last run, those of this one, and how many were written.

    Only files that an archive wrote are ever deleted; others, such as a web host's settings, stay.
    """

    path: Path
    before: dict[str, dict[str, Any]]
    now: dict[str, dict[str, Any]] = field(default_factory=dict)
    written: int = 0
    deleted: int = 0

    def put(self, name: str, body: bytes) -> None:
        """Write a file unless it has these bytes already."""
        path = self.path / name
        self.now[name] = {"sha256": hashlib.sha256(body).hexdigest(), "bytes": len(body)}
        if not (path.is_file() and path.stat().st_size == len(body) and path.read_bytes() == body):
            self._begin(name).write_bytes(body)
            self._end(name)

    def put_copy(self, name: str, source: Path) -> None:
        """Copy a large file unless the last run did and both have kept their sizes and times."""
        path, found = self.path / name, source.stat()
        known = self.before.get(name)
        if (
            known
            and path.is_file()
            and (path.stat().st_size, path.stat().st_mtime_ns)
            == (
                found.st_size,
                found.st_mtime_ns,
            )
        ):
            self.now[name] = known
            return
        shutil.copy2(source, self._begin(name))
        self._end(name)
        path.chmod(0o644)
        self.now[name] = {"sha256": sha256_of(path), "bytes": found.st_size}

    def finish(self, facts: dict[str, Any]) -> None:
        """Delete the files that the archive no longer has, and write the manifest with these facts."""
        for name in self.before.keys() - self.now.keys():
            self._delete(name)
        manifest = {"schema": SCHEMA, **facts, "files": dict(sorted(self.now.items()))}
        body = (json.dumps(manifest, ensure_ascii=False, indent=1) + "\n").encode()
        path = self.path / MANIFEST
        if not path.is_file() or path.read_bytes() != body:
            self._begin(MANIFEST).write_bytes(body)
            _part(path).replace(path)
        (self.path / UNFINISHED).unlink(missing_ok=True)

    def _begin(self, name: str) -> Path:
        """Return the temporary file for a file to be written."""
        path = self.path / name
        if name not in self.before and name != MANIFEST:
            with (self.path / UNFINISHED).open("a", encoding="utf-8") as journal:
                journal.write(f"{name}\n")
        path.parent.mkdir(parents=True, exist_ok=True)
        return _part(path)

    def _end(self, name: str) -> None:
        _part(self.path / name).replace(self.path / name)
        self.written += 1

    def _delete(self, name: str) -> None:
        path = self.path / name
        path.unlink(missing_ok=True)
        _part(path).unlink(missing_ok=True)
        self.deleted += 1
        with contextlib.suppress(OSError):  # until a folder that still holds something
            for parent in path.relative_to(self.path).parents:
                (self.path / parent).rmdir()


def open_folder(path: Path) -> ArchiveFolder:
    """Return an archive's folder, a new one if it is empty; the caller must hold its lock.

    Raises SourceError if it holds something else, or a manifest that cannot be read, and writes nothing there then.
    """
    manifest, journal = path / MANIFEST, path / UNFINISHED
    if not manifest.exists() and not journal.exists() and any(path.iterdir()):
        raise SourceError(f"{path} holds other files and no archive; name an empty or a new folder")
    before = {} if not manifest.exists() else _files_of(manifest)
    names = journal.read_text("utf-8").splitlines() if journal.exists() else []
    added: dict[str, dict[str, Any]] = {name: {} for name in names if _NAME.fullmatch(name)}
    return ArchiveFolder(path, {**added, **before})


def _files_of(manifest: Path) -> dict[str, dict[str, Any]]:
    try:
        data = json.loads(manifest.read_bytes())
        schema, files = data["schema"], data["files"]
        known = all(_NAME.fullmatch(name) and isinstance(one, dict) for name, one in files.items())
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise SourceError(f"{manifest} is not the manifest of an archive; name another folder") from error
    if schema != SCHEMA or not known:
        raise SourceError(f"{manifest} is of another version or was changed; name another folder")
    return dict(files)


def _part(path: Path) -> Path:
    return path.with_name(f".{path.name[:100]}.part")
