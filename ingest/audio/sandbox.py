"""Sandbox restrictions that the decoder process puts on itself before it reads a recording; standard library only.

None of them needs privileges. A restriction that this kernel lacks is left out and reported as missing.
"""

import contextlib
import ctypes
import os

try:
    import resource
except ImportError:  # not on Unix
    resource = None  # type: ignore[assignment]

MEMORY = 512 * 2**20  # bytes of address space; PyAV alone takes 120 MiB, the longest decoder seen 30 MiB more
CPU_SECONDS = 600  # a day of MP3 takes two to four minutes
# The recording, the pipe to the parent and the null device; FFmpeg cannot open any other file.
_DESCRIPTORS = 3

# From unshare(2), prctl(2) and landlock(7); Landlock's numbers are the same on all Linux architectures but Alpha.
_NEW_USER, _NEW_NET = 0x10000000, 0x40000000
_NO_NEW_PRIVILEGES = 38
_LANDLOCK_CREATE, _LANDLOCK_RESTRICT = 444, 446
_LANDLOCK_VERSION = 1
# The number of file rights in each Landlock version from 1; later versions have the last number.
_FILE_RIGHTS = (13, 14, 15, 15, 16)
_TCP_SINCE, _SCOPES_SINCE = 4, 6


class _Ruleset(ctypes.Structure):
    """struct landlock_ruleset_attr of linux/landlock.h."""

    _fields_ = (("files", ctypes.c_uint64), ("network", ctypes.c_uint64), ("scopes", ctypes.c_uint64))


def leave_network() -> bool:
    """Move into a new network namespace without interfaces, and return whether the kernel allows that.

    Call it while the process has only one thread, because a user namespace requires that.
    """
    with contextlib.suppress(AttributeError, OSError):
        library = ctypes.CDLL(None)
        return any(library.unshare(flags) == 0 for flags in (_NEW_NET, _NEW_USER | _NEW_NET))
    return False


def limit_resources() -> dict[str, bool]:
    """Limit memory, CPU seconds, written files and open files permanently, and return which limits work.

    Call it last: afterwards no file or socket can be opened.
    """
    if resource is None:
        return dict.fromkeys(("memory", "cpu", "writing", "opening"), False)
    wanted = {
        "memory": (resource.RLIMIT_AS, MEMORY),
        "cpu": (resource.RLIMIT_CPU, CPU_SECONDS),
        "writing": (resource.RLIMIT_FSIZE, 0),
        "opening": (resource.RLIMIT_NOFILE, _DESCRIPTORS),
        "dump": (resource.RLIMIT_CORE, 0),
    }
    return {name: _limited(kind, most) for name, (kind, most) in wanted.items()}


def _limited(kind: int, most: int) -> bool:
    _, hard = resource.getrlimit(kind)
    most = most if hard == resource.RLIM_INFINITY else min(most, hard)
    try:
        resource.setrlimit(kind, (most, most))
    except (ValueError, OSError):  # macOS cannot limit memory
        return False
    return True


def close_files() -> int:
    """Give up all access to files and TCP with Landlock (Linux 5.13 and later); return its version, 0 without it.

    Open files stay open. TCP is forbidden from version 4, abstract sockets and signals to other processes from version
    6.
    """
    try:
        library = ctypes.CDLL(None)
        library.syscall.restype = ctypes.c_long
        version = int(library.syscall(_LANDLOCK_CREATE, None, 0, _LANDLOCK_VERSION))
    except (AttributeError, OSError):
        return 0
    if version < 1:
        return 0
    rules = _Ruleset(
        files=(1 << _FILE_RIGHTS[min(version, len(_FILE_RIGHTS)) - 1]) - 1,
        network=0b11 if version >= _TCP_SINCE else 0,
        scopes=0b11 if version >= _SCOPES_SINCE else 0,
    )
    known = 8 if version < _TCP_SINCE else 16 if version < _SCOPES_SINCE else 24
    ruleset = int(library.syscall(_LANDLOCK_CREATE, ctypes.byref(rules), known, 0))
    if ruleset < 0:
        return 0
    library.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    restricted = library.syscall(_LANDLOCK_RESTRICT, ruleset, 0)
    os.close(ruleset)
    return version if restricted == 0 else 0
