"""Prints by how many MiB this process grew while servers sent it what takes most memory: `python -m` this file."""

import contextlib
import re
import sys
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from ingest.errors import SourceError
from ingest.fetch.client import FetchLimits, download, fetch, open_client
from tests.safety.lying import LIES, bomb, endless, lying, whole

QUICK = FetchLimits(seconds=20.0, attempts=1)
FULL = 50 * 2**20
ALLOWED = endless(f"Content-Length: {FULL}")
NAMES = (
    "endless without a length",
    "endless in chunks",
    "a head of endless lines",
    "a head of one endless line",
    "a bomb of empty blocks",
    "a size of a chunk that never ends",
)


def grown() -> float:
    """The most memory that this process has held, in MiB."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text("ascii"))
    assert found is not None
    return int(found.group(1)) / 1024


def main() -> None:
    """The servers run in this process too; what they hold is small, except the one honest reply of 50 MiB."""
    with TemporaryDirectory() as folder, open_client(frozenset({"127.0.0.1"})) as client:
        with lying(whole()) as server:
            fetch(f"http://127.0.0.1:{server.port}/", client=client, limits=QUICK)
        before = grown()
        bombs = {"a bomb": whole("Content-Encoding: gzip", body=bomb(200))}
        for name, lie in {**{name: LIES[name][0] for name in NAMES}, **bombs, "all that is allowed": ALLOWED}.items():
            with lying(lie) as server, contextlib.suppress(SourceError):
                address = f"http://127.0.0.1:{server.port}/"
                fetch(address, client=client, limits=QUICK)
            with lying(lie) as server, contextlib.suppress(SourceError):
                address = f"http://127.0.0.1:{server.port}/"
                download(address, Path(folder) / "x", client=client, limits=replace(QUICK, size=FULL))
            sys.stdout.write(f"{name}: {grown() - before:.0f}\n")
        sys.stdout.write(f"{grown() - before:.0f}\n")


if __name__ == "__main__":
    main()
