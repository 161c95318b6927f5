"""Feeds made to cost time, memory or secrets, each through the real reader in a process of its own that is measured."""

import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from ingest.errors import SourceError
from ingest.feed.parse import parse_feed
from tests.hostile.xml_files import hostile_files

ROOT = Path(__file__).parents[2]
SECONDS, MEGABYTES = 5.0, 512
# Reads the feed in a process with a limit on its memory, and says how it went: seconds of CPU, peak MB, result.
READ = """
import resource, sys, time
resource.setrlimit(resource.RLIMIT_AS, (1024 * 2**20,) * 2)
from pathlib import Path
from ingest.errors import SourceError
from ingest.feed.parse import parse_feed
data = Path(sys.argv[1]).read_bytes()
began = time.process_time()
try:
    feed = parse_feed(data, "https://feeds.example/x")
    said = f"{len(feed.items)} items " + " ".join(feed.problems)[:500]
except SourceError as error:
    said = str(error)
peak = next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM:"))
print(f"{time.process_time() - began:.2f} {int(peak) / 1024:.0f} {said!r}")
"""
FILES = hostile_files("127.0.0.1:9")
MUST_REFUSE = [
    name for name in FILES if re.search(r"laughs|entity|identifier|doctype (without|behind|in UTF)|51 Mi", name)
]


@pytest.mark.skipif(sys.platform != "linux", reason="reads the peak of memory from /proc")
@pytest.mark.parametrize("name", FILES)
def test_a_hostile_feed_costs_little_and_reaches_nobody(tmp_path, name):
    """At most 5 s and 512 MB, no word of a local file, no visitor at the address that it names."""
    path = tmp_path / "feed.xml"
    with socket.create_server(("127.0.0.1", 0)) as canary:
        canary.settimeout(0)
        host = f"127.0.0.1:{canary.getsockname()[1]}"
        path.write_bytes(hostile_files(host)[name]())
        done = subprocess.run(
            [sys.executable, "-c", READ, str(path)],
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            timeout=120,
        )
        with pytest.raises(BlockingIOError):
            canary.accept()
    assert done.returncode == 0, done.stderr[-500:]
    seconds, megabytes, said = done.stdout.split(maxsplit=2)
    assert float(seconds) <= SECONDS, done.stdout
    assert int(megabytes) <= MEGABYTES, done.stdout
    assert "root:" not in said
    assert "Traceback" not in done.stderr
    if name in MUST_REFUSE:
        assert said.startswith("'https://feeds.example/x: ")


def test_there_are_forty_of_them():
    """The issue asks for forty hostile files."""
    assert len(FILES) >= 40
    assert len(MUST_REFUSE) >= 8


@pytest.mark.parametrize(
    ("inner", "what"),
    [
        ("<item/>" * 100_001, "100,000 items"),
        ("<item " + " ".join(f'a{n}="x"' for n in range(101)) + "/>", "100 attributes of one element"),
        (f'<item a="{"x" * 70_000}"/>', "65,536 characters in one tag"),
        ("".join(f'<p{n}:x xmlns:p{n}="u{n}"/>' for n in range(1_001)), "1,000 XML namespaces"),
        ("&" * 5_000_001, "5,000,000 character references"),
    ],
)
def test_each_bound_is_named(inner, what):
    """One line says which bound the feed passes."""
    data = f'<rss version="2.0"><channel><title>x</title>{inner}</channel></rss>'.encode()
    with pytest.raises(SourceError, match=f"feed: holds more than {what}"):
        parse_feed(data, "https://feeds.example/feed")


def test_comments_and_instructions_hide_nothing_and_cost_nothing():
    """They are left out before the feed is parsed; in CDATA, where they are text, they stay."""
    inner = "<item><!-- a --><guid>g</guid><?x y?><title>T<!-- b -->itle</title><description>"
    inner += "<![CDATA[Ann: Hello. <!-- kept --> Ben: Hi.]]></description></item>"
    feed = parse_feed(f'<rss version="2.0"><channel><title>x</title>{inner}</channel></rss>'.encode(), "feed.xml")
    (item,) = feed.items
    assert (item.guid, item.title) == ("g", "Title")
    assert "<!-- kept -->" in (item.notes or "")
