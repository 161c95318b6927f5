"""Measure the cost of reading a feed and of registering its items as episodes, for the first time and again.

    python -m benchmarks.feeds

Each measurement has its own process and gives CPU seconds and peak memory. The items have a title, a guid, a date, a
recording and notes of 25 words; the largest feed is at the size limit.
"""

import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

from benchmarks.measure import measured
from ingest.feed.parse import parse_feed
from ingest.library.register import register_items
from ingest.library.shows import FeedState

SIZES = (100, 1_000, 10_000, 99_999)
# A library keeps one folder per episode, so registering the largest feed would measure the disk.
MOST_REGISTERED = 10_000
ADDRESS = "https://feeds.example/feed.xml"
_NOTES = "<p><b>Ann Lee:</b> Hello and welcome to the harbour.</p><p><b>Bo Long:</b> The mast was mended in winter.</p>"


def document(count: int) -> bytes:
    """Return a feed with this many items."""
    items = (
        f"<item><title>Episode {n}: The mast</title><guid>g-{n}</guid><pubDate>01 Jan 2024 08:00:00 GMT</pubDate>"
        f'<enclosure url="https://cdn.example/{n}.mp3" type="audio/mpeg" length="1"/>'
        f"<description><![CDATA[{_NOTES}]]></description></item>"
        for n in range(1, count + 1)
    )
    head = "<title>Harbour</title><link>https://harbour.example/</link>"
    return f'<rss version="2.0"><channel>{head}{"".join(items)}</channel></rss>'.encode()


def speed() -> dict[str, dict[str, float]]:
    """Return CPU seconds and memory in megabytes by operation."""
    found = {}
    for count in SIZES:
        data = document(count)
        found[f"reading a feed of {count:,} items"] = measured(partial(_reading, data))
        for known in (False, True) if count <= MOST_REGISTERED else ():
            name = f"registering {count:,} {'known' if known else 'new'} items"
            with tempfile.TemporaryDirectory(prefix="feeds-") as folder:
                found[name] = measured(partial(_registering, data, folder, known))
    return found


def _reading(data: bytes) -> Callable[[], object]:
    parse_feed(document(1), ADDRESS)  # what is loaded once is not counted
    return lambda: parse_feed(data, ADDRESS)


def _registering(data: bytes, folder: str, known: bool) -> Callable[[], object]:
    items = parse_feed(data, ADDRESS).items
    if known:
        register_items(Path(folder), items, FeedState(ADDRESS))
    return lambda: register_items(Path(folder), items, FeedState(ADDRESS)).episodes


def _main() -> None:
    for name, cost in speed().items():
        print(f"{name:<34} {cost['cpu_s']:7.2f} s CPU   {cost['peak_mb']:5.0f} MB, {cost['peak_mb_before']:.0f} before")


if __name__ == "__main__":
    _main()
