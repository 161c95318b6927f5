"""A data folder in one file and back: also while others write, never over what is there, verified before it counts."""

import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from index.building.build import build
from index.generations.manifests import current_number, index_folder
from index.maintenance import backup as archives
from index.maintenance.backup import backup, end_restore, restore
from index.store import open_generation
from ingest.errors import SourceError
from ingest.library.records import earlier_transcripts, episode_folder, episode_ids, load_transcript
from ingest.library.removal import removal_of, remove_episode
from ingest.storage.files import lock
from ingest.transcript import Transcript

Talk = Callable[..., Transcript]


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory, transcript_of: Talk, save: Any, new_encoder: type[Any]) -> Path:
    """A home with three episodes, one of them with earlier transcripts, one removed, and two generations."""
    home = tmp_path_factory.mktemp("prepared")
    encoder = new_encoder()
    save(home, transcript_of("a-keel", ("Ada", "The keel was mended.")))
    for text in ("was lost", "was found", "was mended"):
        save(home, transcript_of("a-mast", ("Ada", f"The mast {text}.")))
    save(home, transcript_of("a-rope", ("Ada", "The rope was mended.")))
    build(home, encoder)
    remove_episode(home, "a-keel", "asked to", purge=False)
    build(home, encoder)
    (home / "feedback.jsonl").write_text('{"helpful": true}\n{"helpful": fa')
    return home


@pytest.fixture
def home(prepared: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(prepared, tmp_path / "home"))


def contents(home: Path) -> dict[str, bytes]:
    return {path.relative_to(home).as_posix(): path.read_bytes() for path in home.rglob("*") if path.is_file()}


def test_everything_that_counts_comes_back(home: Path, tmp_path: Path, encoder: Any) -> None:
    """The library byte by byte, removed episodes, whole lines of feedback, the live generation; nothing else."""
    (episode_folder(home, "a-rope") / ".x.part").write_bytes(b"half")
    done = backup(home, tmp_path / "all.tar.gz")
    assert (done.episodes, done.generation, done.problems) == (2, 2, ())
    back = restore(tmp_path / "all.tar.gz", tmp_path / "new")
    assert back == done
    expected = {name: data for name, data in contents(home).items() if not name.startswith("index/1/")}
    del expected["library/episodes/a-rope/.x.part"]
    expected["feedback.jsonl"] = b'{"helpful": true}\n'
    assert contents(tmp_path / "new") == expected
    generation = open_generation(tmp_path / "new")
    assert sorted(episode.id for episode in generation.episodes()) == ["a-mast", "a-rope"]
    generation.close()
    assert index_folder(tmp_path / "new").stat().st_mode & 0o777 == 0o700
    assert build(tmp_path / "new", encoder).generation == 2  # it is up to date: nothing is built, nothing encoded
    removal = removal_of(tmp_path / "new", "a-keel")
    assert removal is not None
    assert removal.removed.reason == "asked to"


def test_earlier_transcripts_keep_their_order(home: Path, tmp_path: Path) -> None:
    """The newest first, as before; their order is when they were written, which a backup must not lose."""
    backup(home, tmp_path / "all.tar.gz")
    restore(tmp_path / "all.tar.gz", tmp_path / "new")
    assert earlier_transcripts(tmp_path / "new", "a-mast") == earlier_transcripts(home, "a-mast")
    assert len(earlier_transcripts(home, "a-mast")) == 2


def test_a_home_that_holds_anything_is_refused(home: Path, tmp_path: Path) -> None:
    """No file that is there is ever replaced; folders that a lease or a server made are no files."""
    backup(home, tmp_path / "all.tar.gz")
    before = contents(home)
    with pytest.raises(SourceError, match="library already exists; restore into an empty folder"):
        restore(tmp_path / "all.tar.gz", home)
    assert contents(home) == before
    for name in ("library/feeds/x.json", "index/current", "feedback.jsonl"):
        full = tmp_path / name.replace("/", "-")
        (full / name).parent.mkdir(parents=True, exist_ok=True)
        (full / name).write_text("mine")
        with pytest.raises(SourceError, match="already exists"):
            restore(tmp_path / "all.tar.gz", full)
        assert contents(full) == {name: b"mine"}
    (tmp_path / "new" / "library" / "episodes").mkdir(parents=True)
    (tmp_path / "new" / "README.md").write_text("not ours")
    assert restore(tmp_path / "all.tar.gz", tmp_path / "new").episodes == 2
    assert (tmp_path / "new" / "README.md").read_text() == "not ours"


def test_a_restore_of_what_is_there_already_is_done(home: Path, tmp_path: Path) -> None:
    """Who cannot know whether a killed restore had ended runs it again; one byte of another library is refused."""
    backup(home, tmp_path / "all.tar.gz")
    done = restore(tmp_path / "all.tar.gz", tmp_path / "new")
    assert restore(tmp_path / "all.tar.gz", tmp_path / "new") == done
    (tmp_path / "new" / "feedback.jsonl").write_text('{"helpful": null}\n')
    with pytest.raises(SourceError, match="library already exists"):
        restore(tmp_path / "all.tar.gz", tmp_path / "new")


def test_a_damaged_backup_leaves_the_home_empty(home: Path, tmp_path: Path) -> None:
    """One byte changed or the end cut off: one line, and nothing was brought back."""
    path = tmp_path / "all.tar.gz"
    backup(home, path)
    whole = path.read_bytes()
    for data in (whole[:-1], whole[:-8] + bytes([whole[-8] ^ 1]) + whole[-7:], b""):
        path.write_bytes(data)
        with pytest.raises(SourceError, match=r"all\.tar\.gz: "):
            restore(path, tmp_path / "new")
        assert list((tmp_path / "new").iterdir()) == []


@pytest.mark.parametrize("count", range(8))
def test_a_restore_that_was_killed_can_be_run_again(
    count: int, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whichever rename or removal was the last, the next restore ends with everything in its place, once."""
    backup(home, tmp_path / "all.tar.gz")
    restore(tmp_path / "all.tar.gz", tmp_path / "undisturbed")
    new = tmp_path / "new"
    steps = 0

    def killed_at(kept: Callable[..., object]) -> Callable[..., object]:
        def step(*arguments: object) -> object:
            nonlocal steps
            steps += 1
            if steps > count:
                raise KeyboardInterrupt
            return kept(*arguments)

        return step

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", killed_at(Path.rename))
        patch.setattr(Path, "rmdir", killed_at(Path.rmdir))
        # A killed process tidies nothing away.
        patch.setattr(archives.shutil, "rmtree", lambda path, ignore_errors=False: None)
        try:
            restore(tmp_path / "all.tar.gz", new)
        except KeyboardInterrupt:
            pass
        else:
            assert count >= 5
    if count % 2:  # the doctor ends it too
        end_restore(new)
    assert restore(tmp_path / "all.tar.gz", new).generation == 2
    assert contents(new) == contents(tmp_path / "undisturbed")
    assert sorted(path.name for path in new.iterdir()) == ["feedback.jsonl", "index", "library"]


def test_a_damaged_index_is_left_out_and_said(home: Path, tmp_path: Path) -> None:
    """The index can be built again, so its damage spoils no backup."""
    (index_folder(home) / "2" / "vectors.faiss").write_bytes(b"")
    done = backup(home, tmp_path / "all.tar.gz")
    assert done.generation is None
    assert "the index was left out: " in done.problems[0]
    assert restore(tmp_path / "all.tar.gz", tmp_path / "new").generation is None
    assert current_number(tmp_path / "new") is None
    assert episode_ids(tmp_path / "new") == ["a-mast", "a-rope"]


def test_a_damaged_file_of_the_library_is_kept_and_said(home: Path, tmp_path: Path) -> None:
    """It may be the only copy, so it is backed up as it is; whoever makes the backup is told."""
    path = episode_folder(home, "a-rope") / "transcript.json"
    path.write_bytes(path.read_bytes().replace(b"rope", b"ripe"))
    done = backup(home, tmp_path / "all.tar.gz")
    assert ["a-rope/transcript.json cannot be read" in problem for problem in done.problems] == [True]
    restore(tmp_path / "all.tar.gz", tmp_path / "new")
    assert (episode_folder(tmp_path / "new", "a-rope") / "transcript.json").read_bytes() == path.read_bytes()


def test_a_home_without_episodes_is_not_backed_up(tmp_path: Path) -> None:
    """A wrong --home must not replace last night's backup by nothing."""
    (tmp_path / "all.tar.gz").write_bytes(b"last night's")
    with pytest.raises(SourceError, match="holds no episodes; there is nothing to back up"):
        backup(tmp_path / "other", tmp_path / "all.tar.gz")
    assert (tmp_path / "all.tar.gz").read_bytes() == b"last night's"


def test_a_backup_takes_no_lease_and_waits_for_none(home: Path, tmp_path: Path) -> None:
    """An ingest that holds an episode or the list goes on, and so does the backup."""
    with lock(episode_folder(home, "a-rope")), lock(home / "library" / "episodes"), lock(index_folder(home)):
        assert backup(home, tmp_path / "all.tar.gz").episodes == 2


def test_a_backup_while_others_write_is_whole(
    home: Path, tmp_path: Path, transcript_of: Talk, save: Any, encoder: Any
) -> None:
    """While transcripts change and generations are published, every backup restores to a library and an index that fit.

    Each episode is as it was at one moment: no earlier transcript, on which quotes rest, is missing from any.
    """
    ended = threading.Event()

    def work() -> None:
        number = 0
        while not ended.is_set():
            number += 1
            save(home, transcript_of("a-mast", ("Ada", f"The mast was mended {number} times.")))
            save(home, transcript_of(f"b-{number % 7}", ("Bo", f"New episode {number}.")))
            if number % 3 == 0:
                build(home, encoder)

    worker = threading.Thread(target=work)
    worker.start()
    try:
        for number in range(5):
            done = backup(home, tmp_path / "all.tar.gz")
            assert done.problems == ()
            new = tmp_path / f"new-{number}"
            restore(tmp_path / "all.tar.gz", new)
            open_generation(new).close()
            transcripts = [load_transcript(new, identifier) for identifier in episode_ids(new)]
            assert len(transcripts) >= 2
            now = load_transcript(new, "a-mast")
            assert now is not None
            count = int(now.turns[0].text.split()[4]) if "times" in now.turns[0].text else 0
            # The words of today are kept a moment before those of tomorrow take their place.
            assert len(earlier_transcripts(new, "a-mast")) - count in (2, 3)
    finally:
        ended.set()
        worker.join()


def test_a_generation_removed_meanwhile_is_in_the_backup_or_a_newer_one(
    home: Path, tmp_path: Path, encoder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three publications after the live generation was verified remove it; the backup then holds the newest, whole."""
    kept = archives.verified_live

    def outrun(home: Path) -> Any:
        manifest = kept(home)
        monkeypatch.setattr(archives, "verified_live", kept)
        for _ in range(3):
            build(home, encoder, rebuild=True)
        return manifest

    monkeypatch.setattr(archives, "_index_bytes", lambda home: 0)
    monkeypatch.setattr(archives, "verified_live", outrun)
    assert backup(home, tmp_path / "all.tar.gz").generation == 5
    restore(tmp_path / "all.tar.gz", tmp_path / "new")
    open_generation(tmp_path / "new").close()
