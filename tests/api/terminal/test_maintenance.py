"""The commands that look after a data folder, at the door: what they print, and with which code they end."""

import json
import shutil
from importlib import metadata
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from typing import Any

import pytest

from api.cli import main
from api.terminal import maintenance
from index.maintenance import doctor as index_doctor
from ingest.library.records import episode_folder, episode_ids


@pytest.fixture(autouse=True)
def _models(monkeypatch: pytest.MonkeyPatch, encoder: Any) -> None:
    """The encoder of these tests is found by name, and nothing is said of Whisper's weights."""
    monkeypatch.setattr(index_doctor, "weights_and_form", lambda *_: (encoder.weights, encoder.form))
    monkeypatch.setattr(index_doctor, "encoder_to_build_with", lambda *_: encoder)
    monkeypatch.setattr(maintenance, "weights_available", lambda listening: None)


@pytest.fixture
def home(served_home: Path, tmp_path: Path) -> Path:
    """A copy of the library of these tests, to break; the doctor has been over it."""
    copy = Path(shutil.copytree(served_home, tmp_path / "home"))
    assert main(["--home", str(copy), "doctor"]) == 0
    return copy


def test_a_healthy_home_is_said_to_be_so(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 0, the walls behind which recordings are read, and one line that all is well."""
    capsys.readouterr()
    assert main(["--home", str(home), "doctor"]) == 0
    walls, well = capsys.readouterr().out.splitlines()
    assert walls.startswith("note: decoder: recordings are decoded in a sandboxed process: process: ")
    assert well == "0 repaired, 0 for a person, 1 for information: all is well"


def test_recordings_that_this_install_cannot_read_are_a_note(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without PyAV, as in the base install, the line names the extra and nobody must act."""

    def missing(package: str) -> str:
        raise PackageNotFoundError(package)

    capsys.readouterr()
    monkeypatch.setattr(metadata, "version", missing)
    assert main(["--home", str(home), "doctor"]) == 0
    note, _ = capsys.readouterr().out.splitlines()
    assert note.startswith("note: decoder: recordings need PyAV: pip install 'gds-playback[transcribe]'")


def test_what_was_repaired_ends_well(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A damaged index is built again, said in a line, and the command ends with 0; then there is nothing to say."""
    number = (home / "index" / "current").read_text().split()[0]
    (home / "index" / number / "1" / "vectors.faiss").write_bytes(b"")
    capsys.readouterr()
    assert main(["--home", str(home), "doctor"]) == 0
    assert "repaired: index: " in capsys.readouterr().out
    assert main(["--home", str(home), "doctor", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["home"], report["well"]) == (str(home), True)
    assert [finding["path"] for finding in report["findings"]] == ["decoder"]


def test_what_needs_a_person_ends_with_one(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Facts of an episode cannot be made again: path and advice are printed, as text and as JSON."""
    path = episode_folder(home, episode_ids(home)[0]) / "episode.json"
    path.write_bytes(path.read_bytes()[:-5])
    capsys.readouterr()
    assert main(["--home", str(home), "doctor"]) == 1
    out = capsys.readouterr().out
    assert f"person: {path.relative_to(home)}: " in out
    assert out.splitlines()[-1].endswith("the lines above say what a person must do")
    assert main(["--home", str(home), "doctor", "--json"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert report["well"] is False
    assert str(path.relative_to(home)) in {finding["path"] for finding in report["findings"]}


def test_missing_weights_are_noted(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whisper is needed by episodes without text alone, so its weights are no fault of the library."""

    def missing(listening: object) -> None:
        raise maintenance.ModelMissing("no weights for 'small.en'")

    monkeypatch.setattr(maintenance, "weights_available", missing)
    capsys.readouterr()
    assert main(["--home", str(home), "doctor"]) == 0
    assert (
        "\nnote: Whisper: no weights for 'small.en'; until then the packaged tiny.en is used" in capsys.readouterr().out
    )
    monkeypatch.setattr(maintenance, "packaged_folder", lambda: None)
    assert main(["--home", str(home), "doctor"]) == 0
    assert "\nnote: Whisper: no weights for 'small.en'; episodes with official" in capsys.readouterr().out


def test_a_home_that_is_no_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file in its place needs a person; a home that is not there yet does not."""
    (tmp_path / "file").write_text("x")
    assert main(["--home", str(tmp_path / "file"), "doctor"]) == 1
    assert "is not a folder" in capsys.readouterr().out
    assert main(["--home", str(tmp_path / "none"), "doctor"]) == 0
    assert not (tmp_path / "none").exists()


def test_there_and_back(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A backup restored elsewhere answers at once, and the doctor finds nothing."""
    capsys.readouterr()
    assert main(["--home", str(home), "backup", str(tmp_path / "all.tar.gz")]) == 0
    assert capsys.readouterr().out.endswith("; written and verified\n")
    assert main(["--home", str(tmp_path / "new"), "restore", str(tmp_path / "all.tar.gz")]) == 0
    assert capsys.readouterr().out.endswith("; verified and restored\n")
    assert main(["--home", str(tmp_path / "new"), "doctor"]) == 0
    assert capsys.readouterr().out.endswith("\n0 repaired, 0 for a person, 1 for information: all is well\n")


def test_refusals_are_one_line(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A full home, a file that is no backup, a home without episodes, a folder that is missing: exit 1, in one line."""
    (tmp_path / "hello").write_text("hello")
    capsys.readouterr()
    for arguments in (
        ["--home", str(home), "restore", str(tmp_path / "hello")],
        ["--home", str(tmp_path / "new"), "restore", str(tmp_path / "hello")],
        ["--home", str(tmp_path / "new"), "restore", str(tmp_path / "missing")],
        ["--home", str(tmp_path / "new"), "backup", str(tmp_path / "all.tar.gz")],
        ["--home", str(home), "backup", str(tmp_path / "missing" / "all.tar.gz")],
    ):
        assert main(arguments) == 1
        said = capsys.readouterr()
        assert said.out == ""
        assert said.err.startswith("playback: ")
        assert said.err.count("\n") == 1
        assert "PLAYBACK_LOG" not in said.err


def test_a_damaged_file_in_a_backup_is_said(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The backup is written, and whoever reads the exit code of a nightly run is warned."""
    path = episode_folder(home, episode_ids(home)[0]) / "transcript.json"
    path.write_bytes(b"{")
    assert main(["--home", str(home), "backup", str(tmp_path / "all.tar.gz")]) == 1
    assert "transcript.json cannot be read" in capsys.readouterr().err
    assert (tmp_path / "all.tar.gz").is_file()
