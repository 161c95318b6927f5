"""The commands on a library in PostgreSQL, as a person types them; nothing but recordings lies in the data folder."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from api import cli
from ingest.storage.mounts import unmount

TALK = (
    "Ann: Hello and welcome to the show.\n\nBob: Thank you, it is good to be here today.\n\n"
    "Ann: {0}\n\nBob: Nobody did, and that is what surprised me.\n"
)


@pytest.fixture
def playback(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Callable[..., tuple[int, str]]]:
    """Run a command with PLAYBACK_STORE set, mounted anew each time; return its exit code and what it printed."""
    monkeypatch.setenv("PLAYBACK_STORE", database)

    def ran(*arguments: str) -> tuple[int, str]:
        try:
            code = cli.main(["--home", str(tmp_path / "home"), *arguments])
        finally:
            unmount(tmp_path / "home")
        printed = capsys.readouterr()
        return code, printed.out + printed.err

    yield ran


def test_the_life_of_a_library(playback: Callable[..., tuple[int, str]], tmp_path: Path) -> None:
    """Ingest, look, export, back up, remove, bring back and purge; each run begins with the database alone."""
    for number, question in ((1, "Who paid for the foremast?"), (2, "Who paid for the halyard?")):
        (tmp_path / f"talk{number}.txt").write_text(TALK.format(question))
        code, said = playback("ingest", "--no-index", "--quiet", str(tmp_path / f"talk{number}.txt"))
        assert (code, "ingested: 4 turns" in said) == (0, True), said
    assert "no index yet; run: playback index" in playback("status")[1]
    report = json.loads(playback("status", "--json")[1])
    assert report["counts"] == {"ingested": 2}
    first, second = (episode["id"] for episode in report["episodes"])
    assert "foremast" in playback("export", first, "--format", "txt")[1]
    assert playback("show", first)[0] == 0
    code, said = playback("backup", str(tmp_path / "kept.tar.gz"))
    assert (code, "2 episodes" in said) == (0, True)
    code, said = playback("restore", str(tmp_path / "kept.tar.gz"))
    assert (code, "PLAYBACK_STORE keeps the library" in said and said.count("\n") == 1) == (1, True)
    assert playback("remove", first, "--reason", "by law")[0] == 0
    assert "removed on" in playback("status")[1]
    assert "unchanged: nothing to do" in playback("ingest", "--no-index", "--quiet", first)[1]
    assert json.loads(playback("status", "--json")[1])["counts"] == {"ingested": 2}
    code, said = playback("remove", second, "--purge")
    assert (code, "nothing of it is kept" in said) == (0, True)
    home = tmp_path / "home"
    assert [path for path in (home / "library").rglob("*") if path.is_file()] == []
