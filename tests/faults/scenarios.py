"""The commands that change a data folder: what is there before each, how it is called, what must hold half-way.

A place is a folder of one run's own, in which everything that it changes lies: the data folder `home`, and a backup.
"""

import contextlib
import io
import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sample import RETOLD, TOLD, write_feed, write_recording  # beside this file
from web import MOVED, asked

from api.cli import main
from index.generations.manifests import current_number, index_folder, numbers
from index.store import open_generation
from ingest.library.records import episode_folder, episode_ids, episodes_folder
from ingest.library.removal import removal_of

BACKUP = "kept.tar.gz"
_PART = ".audio.wav.part"


@dataclass(frozen=True, slots=True)
class Sample:
    """What all runs share: a local feed, what the web server at `host` serves, and a place where the feed was ingested.

    `ids` are the ids of the feed's episodes by their guids.
    """

    feed: Path
    web: Path
    host: str
    base: Path
    ids: dict[str, str]


# Looks at a place and yields what is not as it must be.
Look = Callable[[Sample, Path], Iterator[str]]


def _sound(sample: Sample, place: Path) -> Iterator[str]:
    """Find nothing wrong."""
    return iter(())


@dataclass(frozen=True, slots=True)
class Scenario:
    """A command that changes a data folder.

    `prepare` makes a place, `arguments` is the command line. `torn` yields what is not as it must be after a fault,
    before the command runs again, and `left` what is not after that. All the while a search finds something, unless it
    may be `silent`. Where `steps` is set, each write is a point at which a run is killed, too.
    """

    prepare: Callable[[Sample, Path], None]
    arguments: Callable[[Sample, Path], list[str]]
    torn: Look = _sound
    left: Look = _sound
    silent: bool = False
    steps: bool = False


def run(place: Path, *arguments: str) -> int:
    """Run a command on the data folder of a place."""
    return main(["--home", str(place / "home"), *arguments])


def ingested(sample: Sample, place: Path) -> None:
    """Copy the place where the feed was ingested, times of files included: they tell which transcript is the newest."""
    shutil.copytree(sample.base, place)


def nothing(sample: Sample, place: Path) -> None:
    """Make an empty place."""
    place.mkdir()


def unreadable(place: Path, silent: bool) -> Iterator[str]:
    """Yield why a data folder cannot be read: status must answer, and so must a search unless it may be `silent`.

    What a search shows is in the library, whatever the index still holds.
    """
    if code := run(place, "status"):
        yield f"status ended with {code}"
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        code = run(place, "search", "who paid for it", "--json")
    found = {hit["episode"]["id"] for hit in json.loads(said.getvalue())["hits"]} if code == 0 else set()
    if not found and not silent:
        yield f"a search ended with {code}"
    if strangers := found - set(episode_ids(place / "home")):
        yield f"a search shows {strangers}, which the library does not hold"


# --- remove


def _half_removed(sample: Sample, place: Path) -> Iterator[str]:
    """An episode is in the library with every file, or it is not, and then it is noted when and why."""
    home = place / "home"
    for identifier in sample.ids.values():
        if identifier in episode_ids(home):
            before = _files(episode_folder(sample.base / "home", identifier))
            now = _files(episode_folder(home, identifier))
            if {name: now.get(name) for name in before} != before:
                yield f"{identifier} is in the library, but not whole"
        elif removal_of(home, identifier) is None:
            yield f"{identifier} is neither in the library nor removed"


def _purged(sample: Sample, place: Path) -> Iterator[str]:
    """Nothing that the episode says or is called stands in any file, nor its words in the index."""
    home = place / "home"
    for path in (path for path in place.rglob("*") if path.is_file()):
        data = path.read_bytes().lower()
        if any(told in data for told in (b"halyard", b"episode 2", b'"g2"', b"2.vtt")):
            yield f"{path.relative_to(place)} tells of what was purged"
    if numbers(home) != [current_number(home)]:
        yield "another generation than the live one is kept"
    generation = open_generation(home)
    if generation.frequency("halyard") or not generation.frequency("capstan"):
        yield "the index holds other words than it must"
    generation.close()


def _without_index(sample: Sample, place: Path) -> Iterator[str]:
    """No generation is left of a show of which nothing is."""
    if found := numbers(place / "home"):
        yield f"generations {found} are kept of no episode"


def _files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


# --- refresh and downloads


def _known(sample: Sample, place: Path) -> None:
    """Ingest the feed from the web server, then let it change: one edited, one new, one withdrawn, and it moved."""
    (sample.web / MOVED).unlink(missing_ok=True)
    address = f"http://{sample.host}/"
    write_feed(sample.web, address, TOLD)
    place.mkdir()
    assert run(place, "ingest", f"{address}feed.xml", "--allow-host", sample.host, "--quiet") == 0
    write_feed(sample.web, address, RETOLD).rename(sample.web / "moved.xml")
    (sample.web / MOVED).write_text(json.dumps({"/feed.xml": "/moved.xml"}))


def _kept(sample: Sample, place: Path) -> Iterator[str]:
    """No episode of before is gone, the withdrawn one neither."""
    if lost := set(sample.ids.values()) - set(episode_ids(place / "home")):
        yield f"{lost} were lost"


def _offered(sample: Sample, place: Path) -> None:
    """Let the web server offer a feed with one recording of a megabyte, of which nothing is here yet."""
    write_feed(sample.web, f"http://{sample.host}/", {})
    write_recording(sample.web / "4.wav", seconds=60)
    (sample.web / MOVED).unlink(missing_ok=True)
    place.mkdir()


def awaited(place: Path) -> int | None:
    """Return the first byte of a recording that the next run must ask for, None if it must ask for nothing."""
    folder = next(episodes_folder(place / "home").glob("*/"), None)
    if folder is None or not (folder / "episode.json").exists():
        return 0
    if (folder / "audio.wav").exists():
        return None
    try:
        json.loads((folder / f"{_PART}.json").read_text())
        return (folder / _PART).stat().st_size
    except (FileNotFoundError, ValueError):
        return 0


def asked_for(sample: Sample) -> list[int]:
    """Return the first byte of each request for a recording so far."""
    return [first for path, first in asked(sample.web) if path.endswith(".wav")]


# --- doctor, backup, restore


def _damaged(sample: Sample, place: Path) -> None:
    """Damage all that is derived, and leave what interrupted runs leave."""
    ingested(sample, place)
    home = place / "home"
    first, second, third, fourth = (episode_folder(home, sample.ids[f"g{number}"]) for number in (1, 2, 3, 4))
    (first / "transcript.json").unlink()
    _cut(second / "official.json")
    _cut(third / "state.json")
    (third / ".x.part").write_text("half")
    _cut(fourth / "recording.json")
    (episodes_folder(home) / "harbour-ghost").mkdir()
    live = current_number(home)
    assert live is not None and live > 1
    _cut(next((index_folder(home) / str(live)).glob("*/vectors.faiss")))
    _cut(index_folder(home) / str(live - 1) / "manifest.json")
    (index_folder(home) / ".building-9").mkdir()
    (index_folder(home) / ".building-9" / "passages.sqlite").write_text("half")


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-20])


def _backed_up(sample: Sample, place: Path) -> None:
    """Put a backup of the sample into an empty place."""
    place.mkdir()
    assert run(sample.base, "backup", str(place / BACKUP)) == 0


def _removing(name: str, *options: str, left: Look = _sound, silent: bool = False) -> Scenario:
    """Remove an episode by its guid, or a show by its id."""
    return Scenario(
        ingested,
        lambda sample, place: ["remove", sample.ids.get(name, name), "--quiet", *options],
        _half_removed,
        left,
        silent,
    )


SCENARIOS = {
    "ingest": Scenario(nothing, lambda sample, place: ["ingest", str(sample.feed), "--quiet"], silent=True),
    "remove": _removing("g2"),
    "purge": _removing("g2", "--purge", left=_purged),
    "show": _removing("harbour", left=_without_index, silent=True),
    "refresh": Scenario(_known, lambda sample, place: ["refresh", "--allow-host", sample.host, "--quiet"], torn=_kept),
    "download": Scenario(
        _offered,
        lambda sample, place: ["ingest", f"http://{sample.host}/feed.xml", "--allow-host", sample.host, "--quiet"],
        silent=True,
        steps=True,
    ),
    "restore": Scenario(_backed_up, lambda sample, place: ["restore", str(place / BACKUP)], silent=True),
    "doctor": Scenario(_damaged, lambda sample, place: ["doctor"], silent=True),
    "backup": Scenario(ingested, lambda sample, place: ["backup", str(place / BACKUP)]),
}
