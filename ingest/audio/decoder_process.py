"""The cell: a child process in which recordings are decoded, and what its parent takes from it.

A recording is the most dangerous thing that a stranger hands us, because FFmpeg reads it with a million lines of C. So
this process never parses one: a child does (`ingest.audio.decoder`), which has one open file, no network, and bounds on
memory and time (`ingest.audio.sandbox`). What comes out of the cell is samples, four facts and lines of
text, each bounded.
"""

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from ingest.audio.decoder_messages import HEADER, INFO, MOST
from ingest.audio.sandbox import CPU_SECONDS, MEMORY
from ingest.errors import AudioError

# Seconds without a message after which the child counts as hung; a probe sends one at its end only.
SILENCE = 120.0
_MOST_LINE = 300  # characters of a warning or an error that are shown


def run_decoder(task: str, kind: str, recording: BinaryIO | int) -> Iterator[tuple[bytes, bytes]]:
    """Run a task of `ingest.audio.decoder` in a cell and yield its messages (kind, body) as they come, lazily.

    The child is ended when the iterator is. Raises AudioError, without the recording's name, where the child crashes,
    hangs, passes a limit or sends what no message is.
    """
    command = [sys.executable, "-P", "-m", "ingest.audio.decoder", task, kind]
    # Our own interpreter with words of ours: no shell, and no name that a stranger gave.
    with subprocess.Popen(  # noqa: S603
        command, stdin=recording, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=_environment()
    ) as child:
        assert child.stdout is not None
        pipe = child.stdout.fileno()
        try:
            while head := _read(pipe, HEADER.size):
                name, size = HEADER.unpack(head)
                if size > MOST.get(name, -1):
                    raise AudioError("its decoder sends what was not asked for, so it was stopped")
                yield name, _read(pipe, size)
            code = child.wait(SILENCE)
        except subprocess.TimeoutExpired as error:
            raise AudioError("its decoder does not end, so it was stopped; get the recording again") from error
        finally:
            child.kill()
    if code:
        raise AudioError(_ending(code))


def line_in(body: bytes) -> str:
    """Return a message's text as one printable line of at most 300 characters."""
    text = body.decode(errors="replace")
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())[:_MOST_LINE]


def facts_in(body: bytes) -> dict[str, Any]:
    """Return the JSON object of a message, an empty one if it is none; its values are still to be checked."""
    try:
        facts = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return facts if isinstance(facts, dict) else {}


def sandbox_limits() -> dict[str, str]:
    """Put up a cell and say which of its walls this machine has: names of limits with what holds, for `doctor`.

    Raises AudioError if no cell can be started.
    """
    with Path(os.devnull).open("rb") as nothing:
        walls = next((facts_in(body) for name, body in run_decoder("walls", "none", nothing) if name == INFO), {})
    landlock = walls.get("landlock")
    version = landlock if isinstance(landlock, int) else 0
    networks = [
        name
        for name, holds in (
            ("no interfaces (a network namespace of its own)", walls.get("network")),
            ("no TCP (Landlock)", version >= 4),
            ("no socket can be opened (file limit)", walls.get("opening")),
        )
        if holds
    ]
    files = [
        name
        for name, holds in (
            ("none can be opened (file limit)", walls.get("opening")),
            (f"no right to any (Landlock {version})", version),
            ("none can be written (size limit)", walls.get("writing")),
        )
        if holds
    ]
    return {
        "process": "its own",
        "memory": f"{MEMORY // 2**20} MiB" if walls.get("memory") else "not limited by this system",
        "time": f"{CPU_SECONDS} s of CPU" if walls.get("cpu") else f"{SILENCE:.0f} s without a sound",
        "files": "; ".join(files) or "not limited by this system",
        "network": "; ".join(networks) or "not limited by this system",
    }


def _read(pipe: int, size: int) -> bytes:
    """Return so many bytes of the pipe, nothing at its end; raises AudioError if the child is silent for too long."""
    data = bytearray()
    waiting = select.poll()
    waiting.register(pipe, select.POLLIN)
    deadline = time.monotonic() + SILENCE
    while len(data) < size:
        if not waiting.poll(max(0.0, deadline - time.monotonic()) * 1000):
            raise AudioError(f"its decoder was silent for {SILENCE:.0f} s, so it was stopped; get the recording again")
        block = os.read(pipe, size - len(data))
        if not block:
            return b""
        data += block
    return bytes(data)


def _environment() -> dict[str, str]:
    """Return what the child may know: where the packages are, and nothing of this process's keys and settings."""
    kept = {name: os.environ[name] for name in ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH") if name in os.environ}
    here, folders = str(Path(__file__).parents[2]), list(filter(None, sys.path))
    folders = folders if here in folders else [here, *folders]
    return kept | {"PYTHONPATH": os.pathsep.join(folders), "LC_ALL": "C.UTF-8"}


def _ending(code: int) -> str:
    if code == -signal.SIGXCPU:
        return f"takes more than {CPU_SECONDS} s of CPU to decode, so it was stopped; get the recording again"
    how = signal.strsignal(-code) if code < 0 else f"status {code}"
    return f"its decoder stopped ({how or code}); get the recording again, or convert it to MP3"
