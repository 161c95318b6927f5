"""Feeds made to cost time, memory or secrets, each through the real reader in a process of its own that is measured."""

import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.errors import SourceError
from ingest.feed.parse import parse_feed
from tests.hostile.xml_files import hostile_files

ROOT = Path(__file__).parents[2]
# Of the CPU that an ordinary feed of a hundred items takes; those that take most take 200.
TIMES, MEGABYTES = 600, 512
FILES = hostile_files("127.0.0.1:9")
MUST_REFUSE = [
    name for name in FILES if re.search(r"laughs|entity|identifier|doctype (without|behind|in UTF)|51 Mi", name)
]
LARGE = re.compile(r"\d,000,000|500,000|of 49 MB|of 20 MB|CDATA never")


@pytest.fixture(scope="module")
def reader() -> Iterator["subprocess.Popen[str]"]:
    with subprocess.Popen(
        [sys.executable, "-m", "tests.hostile.xml_reader"],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield process
        process.kill()


@pytest.mark.skipif(sys.platform != "linux", reason="reads the peak of memory from /proc")
@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.long if LARGE.search(name) else ()) for name in FILES]
)
def test_a_hostile_feed_costs_little_and_reaches_nobody(tmp_path, reader, name):
    """It costs as little as an ordinary feed of a megabyte, 512 MB, no word of a local file, and no visit.

    Nobody comes to the address that it names. `python -m benchmarks.hostile_xml` prints the seconds.
    """
    path = tmp_path / "feed.xml"
    with socket.create_server(("127.0.0.1", 0)) as canary:
        canary.settimeout(0)
        host = f"127.0.0.1:{canary.getsockname()[1]}"
        path.write_bytes(hostile_files(host)[name]())
        reader.stdin.write(f"{path}\n")
        reader.stdin.flush()
        found = json.loads(reader.stdout.readline())
        with pytest.raises(BlockingIOError):
            canary.accept()
    path.unlink()
    assert "died" not in found
    assert found["times"] <= TIMES, found
    assert found["megabytes"] <= MEGABYTES, found
    assert "root:" not in found["said"]
    if name in MUST_REFUSE:
        assert found["said"].startswith("https://feeds.example/x: ")


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
