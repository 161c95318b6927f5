"""The commands on a library in PostgreSQL, as a person types them; nothing but recordings lies in the data folder."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from api import cli
from index.generations.published import mount_index
from index.manifest import Manifest
from index.postgres.opening import DatabaseIndex
from ingest.storage.mounts import unmount
from tests.index.conftest import HashedStems

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

    def ran(*arguments: str, where: str = "home") -> tuple[int, str]:
        home = tmp_path / where
        try:
            code = cli.main(["--home", str(home), *arguments])
        finally:
            unmount(home)
            mount_index(home, None)
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


@pytest.fixture
def stems(monkeypatch: pytest.MonkeyPatch) -> None:
    """Build indexes with an encoder that costs nothing."""
    encoder = HashedStems()
    monkeypatch.setenv("PLAYBACK_ENCODER", encoder.name)
    monkeypatch.setattr("index.models.encoders.encoder_to_build_with", lambda *_: encoder)
    monkeypatch.setattr("index.models.encoders.weights_and_form", lambda *_: (encoder.weights, encoder.form))


@pytest.mark.usefixtures("stems")
def test_what_a_machine_without_files_removes_is_removed_for_all(
    playback: Callable[..., tuple[int, str]], tmp_path: Path, database: str
) -> None:
    """The words go from the database at once, and the machine that built the index brings none of them back."""
    for number, question in ((1, "Who paid for the foremast?"), (2, "Who paid for the halyard?")):
        (tmp_path / f"talk{number}.txt").write_text(TALK.format(question))
        code, said = playback("ingest", "--quiet", str(tmp_path / f"talk{number}.txt"))
        assert (code, f"the database serves generation {number}" in said) == (0, True), said
    ids = [episode["id"] for episode in json.loads(playback("status", "--json")[1])["episodes"]]
    first, second = sorted(ids, key=lambda one: "halyard" in playback("export", one, "--format", "txt")[1])
    code, said = playback("remove", first, "--purge", "--quiet", where="elsewhere")
    assert (code, "the database serves generation 3" in said) == (0, True), said
    assert playback("index", "--quiet")[0] == 0
    with psycopg.connect(database) as connection:
        for (name,) in connection.execute("SELECT name FROM playback.segments").fetchall():
            rows: Any = f"SELECT text FROM {name}.sentences"
            assert "foremast" not in str(connection.execute(rows).fetchall())
    code, said = playback("remove", second, "--purge", where="a third")
    assert (code, "the index was removed" in said) == (0, True), said
    with psycopg.connect(database) as connection:
        assert connection.execute("SELECT count(*) FROM playback.segments").fetchone() == (0,)


@pytest.mark.usefixtures("stems")
def test_a_purge_publishes_once(playback: Callable[..., tuple[int, str]], tmp_path: Path, database: str) -> None:
    """Also where segments still hold what was only removed."""
    for number in range(1, 12):
        (tmp_path / f"talk{number}.txt").write_text(TALK.format(f"Who paid for rope {number}?"))
    names = [str(tmp_path / f"talk{number}.txt") for number in range(1, 12)]
    assert playback("ingest", "--quiet", *names[:10])[0] == 0
    held = {episode["id"] for episode in json.loads(playback("status", "--json")[1])["episodes"]}
    assert playback("ingest", "--quiet", "--no-index", names[10])[0] == 0
    (new,) = {episode["id"] for episode in json.loads(playback("status", "--json")[1])["episodes"]} - held
    code, said = playback("remove", sorted(held)[0])
    assert (code, "serves generation 2" in said) == (0, True), said
    assert playback("remove", new)[0] == 0
    code, said = playback("remove", new, "--purge")
    assert (code, said.count("the database serves generation 4")) == (0, 1), said
    with psycopg.connect(database) as connection:
        assert connection.execute("SELECT number FROM playback.generations").fetchall() == [(4,)]
    code, said = playback("index")
    assert (code, "serves generation 4" in said) == (0, True), said


@pytest.mark.usefixtures("stems")
def test_a_slower_builder_looks_again(
    playback: Callable[..., tuple[int, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What another machine stored and published between the build and the publication here is in the index then."""
    (tmp_path / "talk1.txt").write_text(TALK.format("Who paid for the foremast?"))
    (tmp_path / "talk2.txt").write_text(TALK.format("Who paid for the halyard?"))
    publish = DatabaseIndex.publish

    def slowly(index: DatabaseIndex, keep: int) -> Manifest:
        if index._home.name == "home" and not (tmp_path / "elsewhere").exists():
            arguments = ["ingest", "--quiet", str(tmp_path / "talk2.txt")]
            assert cli.main(["--home", str(tmp_path / "elsewhere"), *arguments]) == 0
        return publish(index, keep)

    monkeypatch.setattr(DatabaseIndex, "publish", slowly)
    code, said = playback("ingest", "--quiet", str(tmp_path / "talk1.txt"))
    unmount(tmp_path / "elsewhere")
    mount_index(tmp_path / "elsewhere", None)
    assert (code, "the library has changed meanwhile" in said) == (0, True), said
    status = json.loads(playback("status", "--json")[1])
    assert status["generation"]["episodes"] == 2
