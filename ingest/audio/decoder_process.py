"""Run the sandboxed decoder process, and read its messages.

A recording is the most dangerous untrusted input, because FFmpeg parses it with a million lines of C. So this process
never parses one. A child process does (`ingest.audio.decoder`), with one open file, no network, and limits on memory
and time (`ingest.audio.sandbox`). It returns only samples, four facts and lines of text, each of limited size.
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

# A child that sends no message for this many seconds counts as hung; a probe sends its only message at the end.
SILENCE = 120.0
_MOST_LINE = 300  # characters of a warning or an error that are shown


def run_decoder(task: str, kind: str, recording: BinaryIO | int) -> Iterator[tuple[bytes, bytes]]:
    """Run a task of `ingest.audio.decoder` in the decoder sandbox and yield its messages (kind, body), lazily.

    The child is killed when the iterator ends. Raises AudioError, without the recording's name, if the child crashes,
    hangs, exceeds a limit or sends something that is not a message.
    """
    command = [sys.executable, "-P", "-m", "ingest.audio.decoder", task, kind]
    # Our own interpreter with our own arguments: no shell and no untrusted name.
    with subprocess.Popen(  # noqa: S603
        command, stdin=recording, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=_environment()
    ) as child:
        assert child.stdout is not None
        pipe = child.stdout.fileno()
        try:
            while head := _read(pipe, HEADER.size):
                name, size = HEADER.unpack(head)
                if size > MOST.get(name, -1):
                    raise AudioError("its decoder sent an invalid message, so it was stopped")
                yield name, _read(pipe, size)
            code = child.wait(SILENCE)
        except subprocess.TimeoutExpired as error:
            raise AudioError("its decoder did not exit, so it was stopped; download the recording again") from error
        finally:
            child.kill()
    if code:
        raise AudioError(_ending(code))


def line_in(body: bytes) -> str:
    """Return a message's text as one printable line of at most 300 characters."""
    text = body.decode(errors="replace")
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())[:_MOST_LINE]


def facts_in(body: bytes) -> dict[str, Any]:
    """Return a message's JSON object, or an empty one if it is invalid; the caller must check the values."""
    try:
        facts = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return facts if isinstance(facts, dict) else {}


def sandbox_limits() -> dict[str, str]:
    """Start a decoder sandbox and return which restrictions work on this machine, by name, for `doctor`.

    Raises AudioError if the decoder process cannot be started.
    """
    with Path(os.devnull).open("rb") as empty:
        messages = run_decoder("restrictions", "none", empty)
        restrictions = next((facts_in(body) for name, body in messages if name == INFO), {})
    landlock = restrictions.get("landlock")
    version = landlock if isinstance(landlock, int) else 0
    networks = [
        name
        for name, holds in (
            ("no interfaces (a network namespace of its own)", restrictions.get("network")),
            ("no TCP (Landlock)", version >= 4),
            ("no socket can be opened (file limit)", restrictions.get("opening")),
        )
        if holds
    ]
    files = [
        name
        for name, holds in (
            ("none can be opened (file limit)", restrictions.get("opening")),
            (f"no access to any (Landlock {version})", version),
            ("none can be written (size limit)", restrictions.get("writing")),
        )
        if holds
    ]
    return {
        "process": "its own",
        "memory": f"{MEMORY // 2**20} MiB" if restrictions.get("memory") else "not limited by this system",
        "time": f"{CPU_SECONDS} s of CPU" if restrictions.get("cpu") else f"{SILENCE:.0f} s without a message",
        "files": "; ".join(files) or "not limited by this system",
        "network": "; ".join(networks) or "not limited by this system",
    }


def _read(pipe: int, size: int) -> bytes:
    """Return `size` bytes from the pipe, or nothing at its end; raises AudioError if the child is silent too long."""
    data = bytearray()
    poller = select.poll()
    poller.register(pipe, select.POLLIN)
    deadline = time.monotonic() + SILENCE
    while len(data) < size:
        if not poller.poll(max(0.0, deadline - time.monotonic()) * 1000):
            raise AudioError(
                f"its decoder was silent for {SILENCE:.0f} s, so it was stopped; download the recording again"
            )
        block = os.read(pipe, size - len(data))
        if not block:
            return b""
        data += block
    return bytes(data)


def _environment() -> dict[str, str]:
    """Return the child's environment: the path of the packages, and none of this process's secrets and settings."""
    kept = {name: os.environ[name] for name in ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH") if name in os.environ}
    here, folders = str(Path(__file__).parents[2]), list(filter(None, sys.path))
    folders = folders if here in folders else [here, *folders]
    return kept | {"PYTHONPATH": os.pathsep.join(folders), "LC_ALL": "C.UTF-8"}


def _ending(code: int) -> str:
    if code == -signal.SIGXCPU:
        return f"takes more than {CPU_SECONDS} s of CPU to decode, so it was stopped; download the recording again"
    how = signal.strsignal(-code) if code < 0 else f"status {code}"
    return f"its decoder stopped ({how or code}); download the recording again, or convert it to MP3"
