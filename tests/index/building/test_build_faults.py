"""A build on a disk that refuses: one clear line, nothing lost, and the generation before goes on answering."""

import resource
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from index import keywords, vectors
from index.building import inputs
from index.building.build import build, up_to_date
from index.generations.manifests import current_number, encoded_folder, index_folder, manifest_of
from index.store import open_generation
from ingest.errors import LibraryError
from ingest.library.records import episode_folder
from ingest.storage import disk_space
from ingest.transcript import Transcript

Talk = Callable[..., Transcript]


@pytest.fixture
def home(tmp_path: Path, transcript_of: Talk, save: Any, encoder: Any) -> Path:
    """A home with three episodes and one generation of them."""
    save(
        tmp_path,
        *(
            transcript_of(f"a-{name}", ("Ada", f"The {name} of the harbour was mended. Who paid for the {name}?"))
            for name in ("mast", "rope", "sail")
        ),
    )
    build(tmp_path, encoder)
    return tmp_path


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """The kernel refuses to let any file of this process grow beyond `size` bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def names(home: Path) -> list[str]:
    """What is in the index, but for what is kept so that the next build need not encode it again."""
    return sorted(path.name for path in index_folder(home).iterdir() if path != encoded_folder(home))


@pytest.mark.parametrize("size", [0, 10, 700, 5_000, 40_000])
def test_a_file_that_may_not_grow_is_one_line(size: int, home: Path, encoder: Any) -> None:
    """Whichever file of the generation is cut off, the build says so, leaves nothing behind and is done by the next."""
    with files_of_at_most(size), pytest.raises((LibraryError, OSError)) as caught:
        build(home, encoder, rebuild=True)
    if isinstance(caught.value, OSError):
        assert disk_space.disk_problem(caught.value) is not None
    else:
        assert "then run the same command again" in str(caught.value)
    assert names(home) == ["1", "current"]
    open_generation(home).close()
    assert build(home, encoder, rebuild=True).generation == 2
    open_generation(home).close()


def test_a_build_without_room_does_not_begin(home: Path, encoder: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the disk has less room than a generation takes, nothing is written and the line says how much is needed."""
    monkeypatch.setattr(disk_space, "free_space", lambda folder: 5_000_000)
    with pytest.raises(
        LibraryError, match=r"building the index needs about 6\.\d MB, but only 5\.0 MB are free on the disk of"
    ):
        build(home, encoder, rebuild=True)
    assert names(home) == ["1", "current"]


def test_the_estimate_covers_what_is_written(home: Path, encoder: Any) -> None:
    """A generation takes no more bytes than were asked for before it was begun."""
    taken = sum(path.stat().st_size for path in (index_folder(home) / "1").rglob("*") if path.is_file())
    assert taken <= inputs.expected_bytes(home, ["a-mast", "a-rope", "a-sail"])


def test_an_episode_that_cannot_be_read_is_left_out_and_named(home: Path, encoder: Any) -> None:
    """One damaged transcript stops nobody: the others are published, the manifest says which is missing and why."""
    path = episode_folder(home, "a-rope") / "transcript.json"
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    manifest = build(home, encoder)
    assert (manifest.generation, manifest.episodes) == (2, 2)
    assert list(manifest.left_out) == ["a-rope"]
    assert "transcript.json cannot be read" in manifest.left_out["a-rope"]
    assert manifest_of(home, 2).left_out == manifest.left_out
    generation = open_generation(home)
    assert sorted(episode.id for episode in generation.episodes()) == ["a-mast", "a-sail"]
    generation.close()
    assert up_to_date(home, encoder.name, encoder.weights, encoder.form)
    path.write_bytes(whole)
    assert not up_to_date(home, encoder.name, encoder.weights, encoder.form)
    assert build(home, encoder).left_out == {}


def test_an_episode_that_a_failing_disk_hid_comes_back(
    home: Path, encoder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A read that failed once leaves an episode out of one generation; the next build takes it."""

    def refuse(home: Path, identifier: str) -> Transcript | None:
        raise LibraryError("transcript.json cannot be read: Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(inputs, "load_transcript", refuse)
        assert len(build(home, encoder, rebuild=True).left_out) == 3
        assert up_to_date(home, encoder.name, encoder.weights, encoder.form)
    assert not up_to_date(home, encoder.name, encoder.weights, encoder.form)
    manifest = build(home, encoder)
    assert (manifest.left_out, manifest.episodes) == ({}, 3)
    assert up_to_date(home, encoder.name, encoder.weights, encoder.form)


def test_an_episode_without_its_facts_is_left_out(home: Path, encoder: Any) -> None:
    """A transcript whose episode.json is damaged is of no known episode, so it is not published."""
    (episode_folder(home, "a-sail") / "episode.json").write_text("{")
    assert list(build(home, encoder).left_out) == ["a-sail"]


def test_an_old_generation_that_cannot_be_removed_costs_no_publication(
    home: Path, encoder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is left of an old generation is removed by a later publication; the new one is live either way."""
    for _ in range(2):
        build(home, encoder, rebuild=True)
    kept = shutil.rmtree

    def refuse(path: Path | str, **rest: Any) -> None:
        if not Path(path).is_relative_to(home):
            return kept(path, **rest)
        raise OSError(5, "Input/output error", str(path))

    monkeypatch.setattr(shutil, "rmtree", refuse)
    build(home, encoder, rebuild=True)
    assert current_number(home) == 4
    assert names(home) == ["1", "2", "3", "4", "current"]
    monkeypatch.setattr(shutil, "rmtree", kept)
    build(home, encoder, rebuild=True)
    assert names(home) == ["3", "4", "5", "current"]


def test_no_file_is_cut_off_in_silence(tmp_path: Path) -> None:
    """A limit anywhere in vectors or postings is an error; faiss's own writer took the end of a file for written."""
    for size in (1, 1500, 2000):
        with files_of_at_most(size), pytest.raises(OSError, match="File too large"):
            vectors.write(tmp_path / "vectors.faiss", np.eye(24, dtype=np.float32))
        with files_of_at_most(size), pytest.raises(OSError, match="File too large"):
            keywords.write(tmp_path / "keywords.postings", ["mast", "rope"] * 500)
