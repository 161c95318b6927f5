"""The copy that is played: made once beside a recording that browsers play wrong, checked, and made again."""

import json
import os
import shutil
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.cli import main
from api.settings import Settings
from ingest.audio.load import EXACT_SEEK
from ingest.doctor.library import examine_library
from ingest.errors import LibraryError
from ingest.library.player import NOTE, PLAYER_COPY, playable_of
from ingest.library.records import episode_folder, episode_ids, recording
from ingest.stages import recording as recordings
from ingest.storage.disk_space import megabytes
from ingest.storage.files import read_json, sha256_of, write_json
from tests.api.conftest import HashedStems
from tests.tones import KINDS, tone_show

pytest.importorskip("av")

SECONDS = 12
WRONG, RIGHT = "variable-bare.mp3", "tables.m4a"

COUNT = ("episodes", "note")  # how the doctor names the number of copies


class Library:
    """A library of one episode whose recording is of some kind, and the feed it comes from; made if it is not there."""

    def __init__(self, root: Path, kind: str) -> None:
        self.source, self.home = root / "source", root / "home"
        self.feed = self.source / "feed.xml"
        if not self.feed.exists():
            self.source.mkdir(parents=True)
            tone_show(self.source, [kind], SECONDS)
            self.ingest()
        (self.id,) = episode_ids(self.home)
        self.folder = episode_folder(self.home, self.id)
        self.copy = self.folder / PLAYER_COPY
        found = recording(self.home, self.id)
        assert found is not None
        self.audio = found

    def ingest(self) -> None:
        assert main(["--home", str(self.home), "ingest", str(self.feed), "--no-index", "--quiet"]) == 0

    def note(self) -> dict[str, object]:
        return read_json(self.folder / NOTE)

    def change_note(self, **fields: object) -> None:
        write_json(self.folder / NOTE, {**self.note(), **fields})

    def doctor(self) -> list[tuple[str, str]]:
        found = [(Path(found.path).name, found.outcome) for found in examine_library(self.home)]
        return [finding for finding in found if finding != COUNT]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the library of each test stands, for its feed is known by its path; beside it the one that is copied."""
    folder = tmp_path_factory.mktemp("played")
    Library(folder / "used", WRONG)
    (folder / "used").rename(folder / "kept")
    return folder / "used"


@pytest.fixture
def library(place: Path) -> Library:
    shutil.rmtree(place, ignore_errors=True)
    return Library(Path(shutil.copytree(place.with_name("kept"), place)), WRONG)


def test_it_is_made_once_and_its_facts_are_noted(library: Library) -> None:
    """SHA-256 and size beside how far off the recording is; the recording and its hash stay."""
    note = library.note()
    assert note["player"] == {"sha256": sha256_of(library.copy), "bytes": library.copy.stat().st_size}
    assert isinstance(note["seek_error"], float)
    assert note["seek_error"] > 1
    assert library.audio.read_bytes() == (library.source / WRONG).read_bytes()
    stamp = library.copy.stat().st_mtime_ns
    library.ingest()
    assert library.copy.stat().st_mtime_ns == stamp
    assert library.doctor() == []
    found = playable_of(library.home, library.id)
    assert (found.path, found.own_error, found.published_error) == (library.copy, EXACT_SEEK, note["seek_error"])


def test_what_is_exact_has_none(tmp_path: Path) -> None:
    """A recording in a container with time stamps is played as it is."""
    library = Library(tmp_path, RIGHT)
    assert not library.copy.exists()
    assert (library.note()["seek_error"], library.note()["player"]) == (EXACT_SEEK, None)
    found = playable_of(library.home, library.id)
    assert (found.path, found.own_error) == (library.audio, EXACT_SEEK)


def test_it_is_served_in_ranges(library: Library) -> None:
    """By the address of the recording, as MP4."""
    with TestClient(create_app(Settings(home=library.home), HashedStems())) as client:
        whole = client.get(f"/api/episodes/{library.id}/audio")
        part = client.get(f"/api/episodes/{library.id}/audio", headers={"Range": "bytes=100-199"})
    assert whole.content == library.copy.read_bytes()
    assert whole.headers["content-type"] == "audio/mp4"
    assert (part.status_code, part.content) == (206, whole.content[100:200])


def test_an_earlier_version_knew_nothing_of_it(library: Library) -> None:
    """Its note lacks the fields: the next run adds them and makes the copy, and no transcript."""
    write_json(library.folder / NOTE, {k: v for k, v in library.note().items() if k not in ("seek_error", "player")})
    library.copy.unlink()
    transcript = (library.folder / "transcript.json").stat().st_mtime_ns
    assert playable_of(library.home, library.id).own_error is None
    library.ingest()
    assert library.copy.exists()
    assert library.note()["player"] is not None
    assert (library.folder / "transcript.json").stat().st_mtime_ns == transcript


def test_another_recording_gets_its_own(library: Library) -> None:
    """What is published anew replaces recording and copy; until then nothing stale is played."""
    KINDS[RIGHT](library.source / "new.m4a", SECONDS)
    library.audio.write_bytes(library.audio.read_bytes() + bytes(8))  # a run that was killed before it noted anything
    found = playable_of(library.home, library.id)
    assert (found.path, found.own_error) == (library.audio, None)
    feed = library.feed.read_text().replace(f'enclosure url="{WRONG}"', 'enclosure url="new.m4a"')
    library.feed.write_text(feed)
    library.ingest()
    assert recording(library.home, library.id) == library.folder / "audio.m4a"
    assert not library.copy.exists()
    assert library.note()["player"] is None


def test_without_room_the_recording_itself_is_played(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The episode is ingested, how far off it is played is known, and the next run makes the copy."""
    asked: list[str] = []

    def full(folder: Path, needed: int, what: str) -> None:
        asked.append(what)
        if what.startswith("a copy"):
            raise LibraryError(f"{what} needs {needed} bytes")

    with monkeypatch.context() as patch:
        patch.setattr(recordings, "require_space", full)
        library = Library(tmp_path, WRONG)
    assert len(asked) == 2
    assert "no copy to play was made" in caplog.text
    assert not library.copy.exists()
    found = playable_of(library.home, library.id)
    assert found.path == library.audio
    assert found.own_error == found.published_error == library.note()["seek_error"]
    library.ingest()
    assert playable_of(library.home, library.id).path == library.copy


@pytest.mark.parametrize("damage", ["flipped", "shorter", "gone"])
def test_the_doctor_makes_it_again(library: Library, damage: str) -> None:
    """A copy that is not what was written, or is gone, comes back the same; a second look finds nothing."""
    data = library.copy.read_bytes()
    if damage == "gone":
        library.copy.unlink()
    else:
        library.copy.write_bytes(data[:-9] + (bytes(9) if damage == "flipped" else b""))
    assert library.doctor() == [(PLAYER_COPY, "repaired")]
    assert library.copy.read_bytes() == data
    assert library.doctor() == []


def test_the_doctor_counts_the_copies(library: Library) -> None:
    """With their size, because they take about as much room as the recordings."""
    problems = [found.problem for found in examine_library(library.home) if found.outcome == "note"]
    assert problems == [f"1 copy of recordings for players, {megabytes(library.copy.stat().st_size)}"]
    library.copy.unlink()
    library.change_note(player=None, seek_error=EXACT_SEEK)
    assert [found for found in examine_library(library.home) if found.outcome == "note"] == []


def test_a_copy_that_nothing_tells_of_is_removed(library: Library) -> None:
    """As a run leaves it that was killed before the note was written and whose recording was exact."""
    library.change_note(player=None, seek_error=EXACT_SEEK)
    assert library.doctor() == [(PLAYER_COPY, "repaired")]
    assert not library.copy.exists()


def test_nothing_is_copied_from_a_damaged_recording(library: Library) -> None:
    """It is for a person to mend first."""
    library.audio.write_bytes(library.audio.read_bytes()[:-1] + b"?")
    stamp = (library.folder / NOTE).stat().st_mtime_ns
    os.utime(library.audio, ns=(stamp, stamp))
    library.copy.unlink()
    assert sorted(library.doctor()) == sorted([(library.audio.name, "person"), (PLAYER_COPY, "person")])


def test_what_was_known_of_a_recording_that_is_gone_is_still_said(library: Library) -> None:
    """Where a person took the recording away, the publisher's is as far off as before."""
    error = library.note()["seek_error"]
    library.audio.unlink()
    found = playable_of(library.home, library.id)
    assert (found.path, found.own_error, found.published_error) == (None, None, error)


def test_a_damaged_note_costs_only_what_it_tells(library: Library) -> None:
    """Fields of another type are unknown ones."""
    library.change_note(seek_error="far", player=[1], duration=None)
    found = playable_of(library.home, library.id)
    assert (found.path, found.own_error, found.duration) == (library.audio, None, None)
    assert json.loads((library.folder / NOTE).read_text("utf-8"))["player"] == [1]
