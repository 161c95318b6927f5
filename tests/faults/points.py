"""The points at which a run changes the disk, known by wrapping the functions through which Python changes it."""

import builtins
import io
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

CHANGES = ("replace", "rename", "fsync", "unlink", "rmdir", "mkdir")


class Points:
    """The points at which a run changes the disk, below its place; `at` is told each one's number, from 1, and name."""

    def __init__(self, place: Path, at: Callable[[int, str], None]) -> None:
        self.place, self.at, self.count = str(place), at, 0

    def wrap(self, files: bool = False) -> None:
        """Wrap the functions that change names or make them durable, with `files` those that open and write too."""
        for name in CHANGES:
            setattr(os, name, self._wrapped(name, getattr(os, name)))
        os.remove = os.unlink
        shutil.rmtree = self._wrapped("rmtree", shutil.rmtree)
        if files:
            os.open = self._wrapped("open", os.open)
            builtins.open = io.open = self._opening(io.open)

    def passed(self, name: str, path: Any, folder: int | None = None) -> None:
        """Count a point if it lies below the place; `path` may be a descriptor, or relative to that of `folder`."""
        where = Path(f"/proc/self/fd/{path}").readlink() if isinstance(path, int) else Path(path)
        if folder is not None:
            where = Path(f"/proc/self/fd/{folder}").readlink() / where
        if where.is_relative_to(self.place):
            self.count += 1
            self.at(self.count, f"{name} {_plain(where.relative_to(self.place).as_posix())}")

    def _wrapped(self, name: str, kept: Callable[..., Any]) -> Callable[..., Any]:
        def wrapper(path: Any, *rest: Any, **named: Any) -> Any:
            self.passed(name, path, named.get("dir_fd"))
            return kept(path, *rest, **named)

        return wrapper

    def _opening(self, kept: Callable[..., Any]) -> Callable[..., Any]:
        def wrapper(path: Any, mode: str = "r", *rest: Any, **named: Any) -> Any:
            self.passed(f"open-{mode}", path)
            file = kept(path, mode, *rest, **named)
            return _Written(file, self, path) if set(mode) & set("wax+") else file

        return wrapper


class _Written:
    """An opened file whose writes are points too; a short write leaves half of the bytes before it fails."""

    def __init__(self, file: Any, points: Points, path: object) -> None:
        self._file, self._points, self._path = file, points, path

    def write(self, data: Any) -> Any:
        try:
            self._points.passed("write", self._path)
        except OSError:
            self._file.write(data[: len(data) // 2])
            self._file.flush()
            raise
        return self._file.write(data)

    def __enter__(self) -> "_Written":
        return self

    def __exit__(self, *rest: object) -> None:
        self._file.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


def _plain(name: str) -> str:
    """A name without what differs from run to run."""
    return re.sub(r"\.[a-z0-9_]{8}\.part$", ".*.part", name)
