"""Check free disk space before work starts, and explain disk errors, each in one line that the user can act on."""

import errno
import os
import shutil
from pathlib import Path

from ingest.errors import LibraryError

# Bytes kept free on top of each request, for the small files that any run writes.
RESERVE = 4 * 2**20
GO_ON = "then run the same command again; finished work is kept"

_REASONS = {
    errno.ENOSPC: f"no space is left on the disk; free some, {GO_ON}",
    errno.EDQUOT: f"the quota of the disk is used up; free some space, {GO_ON}",
    errno.EFBIG: f"the file would exceed the file size limit; raise it (ulimit -f), {GO_ON}",
    errno.EROFS: f"the file system is read-only; make it writable, {GO_ON}",
    errno.EACCES: f"permission denied; give this user read and write access, {GO_ON}",
    errno.EPERM: f"permission denied; give this user read and write access, {GO_ON}",
    errno.EIO: f"the disk failed to read or write; check the disk, {GO_ON}",
    errno.EMFILE: f"too many files are open; raise the limit (ulimit -n), {GO_ON}",
}


def require_space(folder: Path, needed: int, what: str) -> None:
    """Raise LibraryError if the disk has fewer than `needed` bytes free, plus the reserve.

    The folder need not exist yet.
    """
    free = free_space(folder)
    if free < needed + RESERVE:
        raise LibraryError(
            f"{what} needs about {megabytes(needed + RESERVE)}, but only {megabytes(free)} are free "
            f"on the disk of {folder}; free some space, {GO_ON}"
        )


def free_space(folder: Path) -> int:
    """Return the free bytes on the disk of a folder, which need not exist yet."""
    existing = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
    return shutil.disk_usage(existing).free


def disk_problem(error: OSError) -> str | None:
    """Return one line on a disk error and what to do about it; None for an error of another kind."""
    reason = _REASONS.get(error.errno or 0)
    if reason is None:
        return None
    return f"{error.filename}: {reason}" if error.filename else reason[0].upper() + reason[1:]


def disk_error_in(error: Exception) -> OSError | None:
    """Return what an error says of the disk; None for an error of another kind.

    Libraries in Rust (safetensors, tokenizers) raise classes of their own, with the system's words.
    """
    if isinstance(error, OSError) and error.errno in _REASONS:
        return OSError(error.errno, error.strerror, error.filename)
    return next((OSError(code, os.strerror(code)) for code in _REASONS if os.strerror(code) in str(error)), None)


def megabytes(count: int) -> str:
    """Return a number of bytes as text in MB (a million bytes)."""
    return f"{count / 1e6:,.1f} MB" if count < 10**9 else f"{count / 1e6:,.0f} MB"
