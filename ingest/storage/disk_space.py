"""Room on the disk before work begins, and what a disk refuses, each in one line that a person can act on."""

import errno
import shutil
from pathlib import Path

from ingest.errors import LibraryError

# Bytes beyond what a piece of work asks for: the small files that any run writes.
RESERVE = 4 * 2**20
GO_ON = "then run the same command again; what is done is kept"

_REASONS = {
    errno.ENOSPC: f"no space is left on the disk; free some, {GO_ON}",
    errno.EDQUOT: f"the quota of the disk is used up; free some space, {GO_ON}",
    errno.EFBIG: f"a file may not grow as large as it must; lift the limit (ulimit -f), {GO_ON}",
    errno.EROFS: f"the file system can only be read; make it writable, {GO_ON}",
    errno.EACCES: f"permission denied; give this user the right to read and write there, {GO_ON}",
    errno.EPERM: f"permission denied; give this user the right to read and write there, {GO_ON}",
    errno.EIO: f"the disk failed to read or write; look after it, {GO_ON}",
    errno.EMFILE: f"too many files are open; lift the limit (ulimit -n), {GO_ON}",
}


def require_space(folder: Path, needed: int, what: str) -> None:
    """Raise LibraryError if the disk of a folder, which need not exist yet, has less than `needed` bytes to spare."""
    free = free_space(folder)
    if free < needed + RESERVE:
        raise LibraryError(
            f"{what} needs about {megabytes(needed + RESERVE)}, {megabytes(free)} are free on the disk of {folder}; "
            f"free some space, {GO_ON}"
        )


def free_space(folder: Path) -> int:
    """Return the bytes that may still be written on the disk of a folder, which need not exist yet."""
    there = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
    return shutil.disk_usage(there).free


def disk_problem(error: OSError) -> str | None:
    """Say in a line what the disk refused and what to do; None for an error that has nothing to do with the disk."""
    reason = _REASONS.get(error.errno or 0)
    if reason is None:
        return None
    return f"{error.filename}: {reason}" if error.filename else reason[0].upper() + reason[1:]


def megabytes(count: int) -> str:
    """Return a number of bytes as people read it, in MB of a million bytes."""
    return f"{count / 1e6:,.1f} MB" if count < 10**9 else f"{count / 1e6:,.0f} MB"
