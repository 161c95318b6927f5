"""A library is copied from store to store: byte for byte, in either direction, and again after an interruption."""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from api import cli
from api.answer.feedback import Feedback, append_feedback
from ingest.doctor.library import examine_library
from ingest.item import Item
from ingest.library import copying
from ingest.library.decisions import append_decision, decision_of
from ingest.library.records import earlier_paths, load_record, save_transcript
from ingest.library.register import register_items
from ingest.library.removal import remove_episode
from ingest.library.store import mount_store
from ingest.storage.documents import entries, stamp, tree
from ingest.storage.mounts import unmount
from ingest.transcript import OfficialTurn, Transcript, untimed
from tests.postgres import fresh_database


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A library in a folder: two episodes, one with two earlier transcripts and a recording, decisions, feedback."""
    home = tmp_path / "source"
    items = [Item(f"g-{n}", "f", title=f"Talk {n}", show_title="Tea show", number=n) for n in (1, 2)]
    first, _ = (episode.id for episode in register_items(home, items).episodes)
    for words in ("One.", "Two.", "Three."):
        said = Transcript(load_record(home, first).episode, (untimed(OfficialTurn("Ann", words)),))
        save_transcript(home, said, words)
    (home / "library" / "episodes" / first / "audio.mp3").write_bytes(b"sound")
    decided = replace(decision_of("accept", "tea-show-1.0.5.0123456789", "Ann"), words="words")
    append_decision(home, "tea-show", decided)
    return home


@pytest.fixture
def other(server: Any, prepared: str) -> Iterator[str]:
    """A second database with the tables of an empty library."""
    with fresh_database(server, prepared) as url:
        yield url


def documents_of(home: Path) -> dict[str, tuple[bytes, int]]:
    """Every document of a folder by name: its bytes and, in microseconds, when it changed."""
    found = {}
    for path in tree(home / "library"):
        written = stamp(path)
        assert written is not None
        found[path.relative_to(home).as_posix()] = (path.read_bytes(), written.changed // 1000)
    return found


def test_there_and_back_is_the_same_library(
    source: Path, database: str, other: str, tmp_path: Path, capsys: Any
) -> None:
    """Folder to database to database to folder: every byte and time, and so the order of earlier transcripts."""
    append_feedback(source, Feedback("Why?", (), "useful", ""))
    for begin, end in ((str(source), database), (database, other), (other, str(tmp_path / "back"))):
        assert cli.main(["store", "copy", begin, end]) == 0
        printed = capsys.readouterr().out
        assert "8 documents, 2 episodes (8 written)" in printed
        assert "recordings are files and were not copied" in printed
    assert documents_of(tmp_path / "back") == documents_of(source)
    assert (tmp_path / "back" / "feedback.jsonl").read_bytes() == (source / "feedback.jsonl").read_bytes()
    [first, _] = sorted(path.name for path in (source / "library" / "episodes").iterdir())
    names = [path.name for path in earlier_paths(source, first)]
    assert [path.name for path in earlier_paths(tmp_path / "back", first)] == names
    assert len(names) == 2


def test_an_interrupted_copy_goes_on(source: Path, database: str, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    """What is there and equal is not written again, and a run after the last one writes nothing."""
    written: list[Path] = []
    whole = copying.write_bytes

    def stopping(path: Path, data: bytes) -> None:
        if len(written) == 3:
            raise KeyboardInterrupt
        written.append(path)
        whole(path, data)

    with monkeypatch.context() as patch:
        patch.setattr(copying, "write_bytes", stopping)
        assert cli.main(["store", "copy", str(source), database]) == cli.INTERRUPTED
    capsys.readouterr()
    for count in (4, 0):
        assert cli.main(["store", "copy", str(source), database]) == 0
        assert f"7 documents, 2 episodes ({count} written" in capsys.readouterr().out


def test_another_library_is_not_overwritten(source: Path, database: str, tmp_path: Path, capsys: Any) -> None:
    """A target with an episode that the source does not have is refused, and so are an empty source and no address."""
    assert cli.main(["store", "copy", str(source), database]) == 0
    register_items(tmp_path / "third", [Item("g-9", "f", title="Other", show_title="Sea show")])
    capsys.readouterr()
    for begin, words in (
        (str(tmp_path / "third"), "which the source does not: it is another library"),
        (str(tmp_path / "nothing"), "holds no library; there is nothing to copy"),
        ("mysql://host/x", "name a data folder, or an address that begins with postgresql://"),
    ):
        assert cli.main(["store", "copy", begin, database]) == 1
        assert words in capsys.readouterr().err


def test_a_name_that_is_no_text_is_said_in_one_line(source: Path, database: str, capsys: Any) -> None:
    """Names of files are any bytes, those in a database are UTF-8: nothing is copied before that is said."""
    [first, _] = (source / "library" / "episodes").iterdir()
    Path(os.fsdecode(os.fsencode(first / "x") + b"\xff.json")).write_bytes(b"{}")
    assert cli.main(["store", "copy", str(source), database]) == 1
    assert "has a name that is not UTF-8; rename it" in capsys.readouterr().err


def test_a_purge_reaches_what_was_copied(source: Path, database: str, capsys: Any) -> None:
    """A folder that was copied into a database keeps its files: the purged episode's go, doctor counts the rest."""
    first, second = sorted(path.name for path in (source / "library" / "episodes").iterdir())
    (source / "library" / "episodes" / first / "old").mkdir()
    (source / "library" / "episodes" / first / "old" / "words.json").write_bytes(b"{}")
    assert cli.main(["store", "copy", str(source), database]) == 0
    mount_store(source, database)
    try:
        remove_episode(source, first, "by law", purge=True)
        removed = source / "library" / "removed" / first
        assert entries(removed) == [path.name for path in tree(removed)] == ["removed.json"]
        assert [path for path in source.rglob("*") if first in str(path) and path.is_file()] == []
        said = [one.problem for one in examine_library(source) if "copied into the database" in one.problem]
        assert [one.split()[0] for one in said] == ["3"]
    finally:
        unmount(source)
    assert (source / "library" / "episodes" / second / "episode.json").is_file()
