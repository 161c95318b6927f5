"""Reads feeds, each in a process of its own that is measured: `python -m` this file, with a path on each line of input.

For each it prints a line of JSON: how many times the CPU of an ordinary feed it took, the most memory in MB, and the
number of items with what is said of them, or the one line of the error. `died` is in place of all that if the process
was ended.
"""

import json
import os
import resource
import signal
import sys
from pathlib import Path

from ingest.errors import SourceError
from ingest.feed.parse import parse_feed
from tests.growth import cost
from tests.hostile.xml_files import ordinary

ADDRESS_SPACE = 1024 * 2**20
SAFETY = 300  # seconds after which a process that hangs is ended


def main() -> None:
    """The parser is loaded once; each process that reads is forked from here."""
    reference = ordinary(100)
    parse_feed(reference, "x")
    for line in sys.stdin:
        if (child := os.fork()) == 0:
            _read(Path(line.rstrip("\n")), reference)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if status:
            _say(died=os.waitstatus_to_exitcode(status))


def _read(path: Path, reference: bytes) -> None:
    signal.alarm(SAFETY)
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
    usual = cost(lambda: parse_feed(reference, "x"))
    data, said = path.read_bytes(), ""

    def read() -> None:
        nonlocal said
        try:
            feed = parse_feed(data, "https://feeds.example/x")
            said = f"{len(feed.items)} items " + " ".join(feed.problems)[:500]
        except SourceError as error:
            said = str(error)

    times = cost(read) / usual
    status = Path("/proc/self/status").read_text("ascii")
    peak = int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:")))
    _say(times=times, megabytes=peak / 1024, said=said)


def _say(**found: object) -> None:
    sys.stdout.write(f"{json.dumps(found)}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
