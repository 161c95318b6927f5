"""Whatever a stranger calls a thing, its files lie in the data folder under names of our own."""

import os
import re
import socket
import sys
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path
from typing import Any

import pytest

from index.building.build import build
from ingest.pipeline import IngestSettings, ingest_episode
from ingest.sources import register_source
from tests.api.conftest import HashedStems
from tests.parts import one_in
from tests.safety.names import NAMES
from tests.safety.network import Network

_NOTES = (
    "<p>Mina Calder:</p><p>These are words that go on for a while, so that they are worth reading.</p>"
    "<p>Tobias Renn:</p><p>I answer them and then some more, and that is all there is to it.</p>"
)
# What may stand in the data folder; a show or an episode is letters, digits and hyphens.
_OURS = re.compile(
    r"library(/episodes(/[a-z0-9-]{1,60}(/(episode|official|captions|transcript|state)\.json)?)?|/feeds(/[a-z0-9-]{1,40}\.(json|xml))?)?"
    r"|index(/.*)?"
)
_CHANGES = {
    "os.rename": (0, 1),
    "os.remove": (0,),
    "os.mkdir": (0,),
    "os.rmdir": (0,),
    "os.link": (0, 1),
    "os.symlink": (0, 1),
    "os.truncate": (0,),
    "os.chmod": (0,),
    "os.chown": (0,),
    "os.utime": (0,),
    "shutil.copyfile": (1,),
    "sqlite3.connect": (0,),
}
_COMMANDS = (
    "os.system",
    "os.exec",
    "os.posix_spawn",
    "os.fork",
    "subprocess.Popen",
    "socket.connect",
)

_seen: list[tuple[str, tuple[Any, ...]]] | None = None


def _listen(event: str, arguments: tuple[Any, ...]) -> None:
    if _seen is not None and (event == "open" or event in _CHANGES or event in _COMMANDS):
        _seen.append((event, arguments))


@pytest.fixture(scope="module")
def audited() -> Iterator[list[tuple[str, tuple[Any, ...]]]]:
    """Every file that Python opens or changes and every command and connection while the test runs."""
    global _seen
    sys.addaudithook(_listen)  # which can never be removed, so it goes deaf at the end
    _seen = []
    yield _seen
    _seen = None


def written(events: list[tuple[str, tuple[Any, ...]]]) -> Iterator[Path]:
    """The paths that were written, changed or removed; those of compiled modules are Python's own."""
    for event, arguments in events:
        if event == "open":
            path, _, flags = arguments
            if not isinstance(path, int) and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
                yield Path(os.fsdecode(path))
        else:
            for place in _CHANGES.get(event, ()):
                # SQLite takes addresses of files.
                yield Path(os.fsdecode(arguments[place]).removeprefix("file:").partition("?")[0])


def read(events: list[tuple[str, tuple[Any, ...]]]) -> set[str]:
    """The paths that were opened, however."""
    return {
        os.fsdecode(arguments[0])
        for event, arguments in events
        if event == "open" and not isinstance(arguments[0], int)
    }


def in_xml(text: str) -> str:
    return escape("".join(letter for letter in text if letter in "\t\n\r" or letter >= " "))


def item_of(number: int, name: str) -> str:
    said = in_xml(name)
    return (
        f"<item><guid>{said}{number if number % 2 else ''}</guid><title>{said}</title><link>{said}</link>"
        f"<itunes:episode>{said}</itunes:episode><itunes:season>{said}</itunes:season><pubDate>{said}</pubDate>"
        f'<enclosure url="{said}" type="{said}"/><podcast:transcript url="{said}" type="{said}" language="{said}"/>'
        f"<description>{escape(_NOTES)}</description></item>"
    )


def ingested(source: Path, home: Path) -> int:
    found = register_source(str(source), home)
    for episode in found.episodes:
        ingest_episode(episode, home, IngestSettings())
    return len(found.episodes)


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in, with the data folder deep inside it and a secret beside every way out of it."""
    monkeypatch.setattr("ingest.pipeline.weights_available", lambda *args, **options: None)
    monkeypatch.setattr(socket, "getaddrinfo", Network(0).resolve)  # some of the names are addresses
    work = tmp_path / "a" / "b" / "work"
    work.mkdir(parents=True)
    for folder in (tmp_path, tmp_path / "a", tmp_path / "a" / "b"):
        (folder / "secret.txt").write_text("canary-secret", "utf-8")
    monkeypatch.chdir(work)
    return tmp_path


def test_there_are_enough_names() -> None:
    """Three hundred, no two alike."""
    assert len(set(NAMES)) >= 300


@pytest.mark.parametrize("names", one_in(2, [NAMES[::5], NAMES]), ids=["some", "all"])
@pytest.mark.parametrize("kind", ["feed", "folder"])
def test_every_file_lies_in_the_data_folder(
    world: Path, kind: str, names: Sequence[str], audited: list[tuple[str, tuple[Any, ...]]]
) -> None:
    """Titles, GUIDs, numbers, addresses and file names go through ingest and index: only names of ours are written."""
    work = world / "a" / "b" / "work"
    home = work / "home"
    if kind == "feed":
        source = work / "feed.xml"
        items = "".join(item_of(number, name) for number, name in enumerate(names))
        source.write_text(
            '<rss version="2.0" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" '
            'xmlns:podcast="https://podcastindex.org/namespace/1.0"><channel><title>../../../tmp/canary</title>'
            f"<link>file:///etc/passwd</link>{items}</channel></rss>",
            "utf-8",
        )
    else:
        source = work / "given"
        source.mkdir()
        for number, name in enumerate(names):
            base = name.replace("/", "\u2215").replace("\x00", "")[:60]
            (source / f"{base}{number}.txt").write_text(f"{_NOTES}<p>{number}</p>", "utf-8")
    before = set(world.rglob("*"))
    audited.clear()
    count = ingested(source, home)
    build(home, HashedStems())
    events = list(audited)
    assert count > 0.68 * len(names)
    added = set(world.rglob("*")) - before
    assert added
    for path in added:
        inside = path.relative_to(home).as_posix() if path != home else "library"
        assert _OURS.fullmatch(inside), inside
    outside = {
        path for path in written(events) if not path.absolute().is_relative_to(home) and "__pycache__" not in path.parts
    }
    assert outside - {Path("/dev/null")} == set()
    assert [event for event, _ in events if event in _COMMANDS] == []
    secrets = {str(folder / "secret.txt") for folder in work.parents if folder.is_relative_to(world)} | {"/etc/passwd"}
    assert secrets.isdisjoint(os.path.normpath(work / path) for path in read(events))
    assert not [path for path in home.rglob("*.json") if "canary-secret" in path.read_text("utf-8")]
