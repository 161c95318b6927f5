"""Room on the disk, and what a disk refuses, in a line that says what to do."""

import errno
import os
from pathlib import Path

import pytest

from ingest.errors import LibraryError
from ingest.storage import disk_space
from ingest.storage.disk_space import disk_problem, free_space, require_space


def test_free_space_is_what_the_kernel_says(tmp_path: Path) -> None:
    """Also of a folder that is not there yet; other programs may write between the two questions."""
    known = os.statvfs(tmp_path)
    there = free_space(tmp_path / "not" / "yet")
    assert there == pytest.approx(known.f_bavail * known.f_frsize, rel=0.05)


def test_room_is_asked_for_before_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Four megabytes beyond the work itself must be free; the line says how much is needed and what to do."""
    monkeypatch.setattr(disk_space, "free_space", lambda folder: 10 * 2**20)
    require_space(tmp_path, 6 * 2**20, "a copy")
    with pytest.raises(LibraryError) as caught:
        require_space(tmp_path, 6 * 2**20 + 1, "a copy")
    assert str(caught.value) == (
        f"a copy needs about 10.5 MB, but only 10.5 MB are free on the disk of {tmp_path}; "
        "free some space, then run the same command again; finished work is kept"
    )


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (errno.ENOSPC, "no space is left on the disk; free some,"),
        (errno.EDQUOT, "the quota of the disk is used up;"),
        (errno.EFBIG, "the file would exceed the file size limit;"),
        (errno.EROFS, "the file system is read-only;"),
        (errno.EACCES, "permission denied; give this user read and write access"),
        (errno.EPERM, "permission denied; give this user read and write access"),
        (errno.EIO, "the disk failed to read or write;"),
        (errno.EMFILE, "too many files are open;"),
    ],
)
def test_what_a_disk_refuses_is_said_plainly(number: int, said: str) -> None:
    """Each refusal is one line that names the file, where that is known, and ends with what to run."""
    named = disk_problem(OSError(number, os.strerror(number), "library/x.json"))
    assert named is not None
    assert named.startswith(f"library/x.json: {said}")
    assert named.endswith("then run the same command again; finished work is kept")
    assert "\n" not in named
    assert (disk_problem(OSError(number, "x")) or "").startswith(said.capitalize())


def test_other_errors_are_no_business_of_the_disk() -> None:
    """A refused connection or a missing file is left to whoever knows what it means."""
    assert disk_problem(ConnectionRefusedError(errno.ECONNREFUSED, "refused")) is None
    assert disk_problem(FileNotFoundError(errno.ENOENT, "missing", "x")) is None
    assert disk_problem(OSError("no number")) is None
