"""Measure what reading the hostile feeds of the tests takes.

    python -m benchmarks.hostile_xml

Prints a table: for each feed the CPU seconds and the most memory of a process of its own, the dearest first. The tests
compare with an ordinary feed instead, because seconds are those of one machine.
"""

import sys
from collections.abc import Callable
from contextlib import suppress

from benchmarks.figures import table
from benchmarks.measure import measured
from ingest.errors import SourceError
from ingest.feed.parse import parse_feed
from tests.hostile.xml_files import hostile_files, ordinary

HEADS = ("feed", "MB", "CPU", "most memory")


def rows() -> list[tuple[str, str, str, str]]:
    """Return the figures of each feed; takes half a minute."""
    files = {"an ordinary feed of 10,000 items": lambda: ordinary(10_000), **hostile_files("127.0.0.1:9")}
    found = []
    for name, make in files.items():
        data = make()
        found.append((name, len(data), measured(lambda data=data: _reading(data))))
    found.sort(key=lambda row: -row[2]["cpu_s"])
    return [
        (name, f"{size / 1e6:.1f}", f"{figures['cpu_s']:.2f} s", f"{figures['peak_mb']:.0f} MB")
        for name, size, figures in found
    ]


def _reading(data: bytes) -> Callable[[], None]:
    def read() -> None:
        with suppress(SourceError):
            parse_feed(data, "https://feeds.example/x")

    return read


if __name__ == "__main__":
    sys.stdout.write(f"{table(HEADS, rows())}\n")
