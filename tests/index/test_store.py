"""Generations on disk: whole or not at all, verified before they are parsed."""

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import faiss
import numpy as np
import pytest
import tantivy

from index import store
from index.bm25 import Keywords
from index.building.build import build
from index.building.purging import drop_others
from index.chunk import PassageShape
from index.errors import IndexBroken, IndexMissing
from index.generation import Generation
from index.generations import manifests
from index.generations.manifests import current_number, index_folder, manifest_of
from index.keywords import open_postings
from index.manifest import Manifest
from index.passage import Filters
from index.store import drop_index, next_folder, open_generation
from ingest.storage.files import sha256_of
from ingest.transcript import Transcript

_NOBODY = 65534
Talk = Callable[..., Transcript]


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory, transcript_of: Talk, save: Any, new_encoder: type[Any]) -> Path:
    """A home with one generation of two episodes; tests that break it work on a copy."""
    home = tmp_path_factory.mktemp("published")
    lines = [
        f"The {word} of the harbour was mended in the winter by {word} people." for word in "mast rope sail".split()
    ]
    save(
        home,
        transcript_of(
            "a-1-aaaa", ("Ada", " ".join(lines)), ("Bo", "Who paid for the lighthouse?"), published="2021-01-01"
        ),
        transcript_of("a-2-bbbb", ("Ada", "Nobody paid for the lighthouse at all.")),
    )
    build(home, new_encoder(), shape=PassageShape(20, 1))
    return home


@pytest.fixture
def home(published: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(published, tmp_path / "home"))


def files_of(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def parts(folder: Path) -> list[str]:
    """The files of a generation by a name that does not depend on tantivy's random one."""
    return [name for name in files_of(folder) if name != "manifest.json" and not name.endswith(".lock")]


def test_the_manifest_says_what_is_there(published: Path) -> None:
    """Every file of the generation stands in the manifest with its SHA-256, beside encoder, dimension and counts."""
    folder = index_folder(published) / "1"
    manifest = manifest_of(published, 1)
    assert manifest.files == {name: sha256_of(folder / name) for name in parts(folder)}
    assert {f"1/{name}" for name in ("episodes.json", "passages.sqlite", "vectors.faiss", "keywords.postings")} <= set(
        manifest.files
    )
    assert manifest.sizes == {name: (folder / name).stat().st_size for name in parts(folder)}
    assert (manifest.encoder, manifest.weights, manifest.dimension) == ("hashed-stems", "0" * 64, 48)
    assert (manifest.generation, manifest.episodes, manifest.sentences) == (1, 2, 5)


def test_nothing_published_is_said_with_what_to_run(tmp_path: Path) -> None:
    """A home without an index is no error of the index."""
    assert current_number(tmp_path) is None
    with pytest.raises(IndexMissing, match="holds no index yet; run: playback ingest SOURCE"):
        open_generation(tmp_path)


def test_a_flipped_byte_in_any_file_is_found_before_parsing(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whichever file is damaged, wherever in it, it is named; no library sees it."""

    def parse(*arguments: object) -> None:
        raise AssertionError("a damaged generation was parsed")

    monkeypatch.setattr(store, "open_files", parse)
    folder = index_folder(home) / "1"
    for name in parts(folder):
        whole = (folder / name).read_bytes()
        for place in {0, len(whole) // 2, len(whole) - 1} if whole else ():
            (folder / name).write_bytes(whole[:place] + bytes([whole[place] ^ 4]) + whole[place + 1 :])
            with pytest.raises(IndexBroken, match=f"{name} has changed since it was published; run: playback index"):
                open_generation(home)
        (folder / name).write_bytes(whole[:-1] if whole else b"x")
        with pytest.raises(IndexBroken, match=name):
            open_generation(home)
        (folder / name).unlink()
        with pytest.raises(IndexBroken, match=f"{name} cannot be read: No such file"):
            open_generation(home)
        (folder / name).write_bytes(whole)


def test_swapped_files_are_found(home: Path) -> None:
    """Two good files under each other's names are not the generation that was published."""
    folder = index_folder(home) / "1"
    (folder / "1" / "vectors.faiss").rename(folder / "other")
    (folder / "1" / "turns.faiss").rename(folder / "1" / "vectors.faiss")
    (folder / "other").rename(folder / "1" / "turns.faiss")
    with pytest.raises(IndexBroken, match="has changed since it was published"):
        open_generation(home)


@pytest.mark.parametrize("name", ["1/manifest.json", "current"])
def test_any_damage_to_manifest_or_pointer_is_found(name: str, home: Path) -> None:
    """With one bit flipped, or cut off anywhere, neither is taken for what was published."""
    path = index_folder(home) / name
    whole = path.read_bytes()
    for place in range(0, len(whole), 1 if name == "current" else 23):
        for bit in range(8):
            path.write_bytes(whole[:place] + bytes([whole[place] ^ (1 << bit)]) + whole[place + 1 :])
            with pytest.raises(IndexBroken, match="run: playback index --rebuild"):
                open_generation(home)
    for place in {0, 2, 9, len(whole) - 9}:
        path.write_bytes(whole[:place])
        with pytest.raises(IndexBroken, match="run: playback index --rebuild"):
            open_generation(home)


def test_the_pointer_of_an_earlier_version_is_read(home: Path) -> None:
    """A bare number names the live generation, as versions wrote it that kept no checksum of the manifest."""
    for text in ("1", "1\n"):
        (index_folder(home) / "current").write_text(text)
        assert current_number(home) == 1
        open_generation(home).close()


def test_a_file_that_the_manifest_does_not_list_is_refused(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever lies in a generation and was not published with it, the generation is refused before it is parsed."""
    monkeypatch.setattr(store, "open_files", None)
    folder = index_folder(home) / "1"
    for name in (
        "surplus",
        "deeper/surplus.postings",
        "deeper/.hidden",
        "deeper/down/surplus",
        "1/passages.sqlite-wal",
    ):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"x")
        with pytest.raises(IndexBroken, match=f"{name} does not belong to this generation; run: playback index"):
            open_generation(home)
        (folder / name).unlink()
    (folder / "link").symlink_to(folder / "1" / "vectors.faiss")
    with pytest.raises(IndexBroken, match="link does not belong to this generation"):
        open_generation(home)


@pytest.mark.parametrize("whole_folder", [True, False])
def test_a_generation_in_place_of_another_is_refused(whole_folder: bool, home: Path, encoder: Any) -> None:
    """An earlier generation under the live one's number, whole or its manifest alone, is not what was published."""
    build(home, encoder, shape=PassageShape(21, 1))
    root = index_folder(home)
    if whole_folder:
        shutil.rmtree(root / "2")
        shutil.copytree(root / "1", root / "2")
    else:
        shutil.copyfile(root / "1" / "manifest.json", root / "2" / "manifest.json")
    with pytest.raises(IndexBroken, match="has changed since it was published; run: playback index --rebuild"):
        open_generation(home)
    (root / "current").write_text("2")
    with pytest.raises(IndexBroken, match="holds generation 1, not 2; run: playback index --rebuild"):
        open_generation(home)


def state_of(folder: Path) -> dict[str, tuple[int, int]]:
    """Every path with its size and when it was written: a file made and removed changes its folder's time."""
    paths = [folder, *folder.rglob("*")]
    return {str(path): (path.stat().st_size, path.stat().st_mtime_ns) for path in paths}


def test_opening_and_asking_write_nothing(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No file of the index is made, changed or removed by a reader, who needs no temporary files either."""
    monkeypatch.setattr(tempfile, "tempdir", str(home / "missing"))
    before = state_of(index_folder(home))
    generation = open_generation(home)
    generation.matching("passage", generation.terms("who paid for the lighthouse"), 5)
    generation.nearest("turns", np.ones(48, np.float32), 5, Filters(speaker="Ada"))
    generation.close()
    assert state_of(index_folder(home)) == before


def test_an_index_that_may_only_be_read_answers(published: Path) -> None:
    """Without the right to write anything of the index, a reader opens it and is answered."""
    with tempfile.TemporaryDirectory() as open_to_others:
        Path(open_to_others).chmod(0o755)
        home = Path(shutil.copytree(published, Path(open_to_others) / "home"))
        paths = [home, index_folder(home), *index_folder(home).rglob("*")]
        for path in paths:
            path.chmod(0o555 if path.is_dir() else 0o444)
        with as_another_user():
            with pytest.raises(PermissionError):
                (index_folder(home) / "1" / "1" / "new").touch()
            generation = open_generation(home)
            assert generation.matching("passage", ["lighthous"], 9)[0].ids
            generation.close()
        for path in paths:
            path.chmod(0o755 if path.is_dir() else 0o644)


@contextmanager
def as_another_user() -> Iterator[None]:
    """Root may write anywhere, so a test that root runs is somebody else for a moment."""
    if os.geteuid() != 0:
        yield
        return
    os.setegid(_NOBODY)
    os.seteuid(_NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)


def test_a_reader_outrun_by_publications_opens_the_newest(
    home: Path, encoder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A generation that is removed while it is verified, because three others were published, costs no request."""
    kept = store.manifest_of

    def outrun(home: Path, number: int, expected: str | None = None) -> Manifest:
        monkeypatch.setattr(store, "manifest_of", kept)
        for words in (21, 22, 23):
            build(home, encoder, shape=PassageShape(words, 1))
        assert number == 1
        return kept(home, number, expected)

    monkeypatch.setattr(store, "manifest_of", outrun)
    generation = open_generation(home)
    assert generation.manifest.generation == 4
    generation.close()


def test_dropping_leaves_the_live_generation_alone(home: Path, encoder: Any) -> None:
    """Of what was purged no other generation and no interrupted build keeps a copy; then the index as a whole goes."""
    build(home, encoder, shape=PassageShape(21, 1))
    (index_folder(home) / ".building-3").mkdir()
    drop_others(home)
    assert sorted(path.name for path in index_folder(home).iterdir()) == ["2", "current"]
    open_generation(home).close()
    drop_index(home)
    assert list(index_folder(home).iterdir()) == []
    with pytest.raises(IndexMissing):
        open_generation(home)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"schema": 99}, "has schema 99; this version reads "),
        ({"generation": 2}, "holds generation 2, not 1"),
        ({"segments": [{"name": "1", "episodes": 2, "passages": 9, "dropped": []}]}, "does not fit the manifest"),
        ({"dimension": 47}, "holds . vectors of 48, not . of 47"),
        ({"surplus": 1}, "manifest.json cannot be read"),
        ({"files": ["vectors.faiss"]}, "manifest.json cannot be read"),
        ({"files": None}, "manifest.json cannot be read"),
        ({"files": {}}, "manifest.json does not list every file"),
        ({"segments": []}, "manifest.json does not list every file"),
        ({"segments": None}, "manifest.json cannot be read"),
    ],
)
def test_a_manifest_of_something_else_is_refused(changed: dict[str, Any], message: str, home: Path) -> None:
    """Another schema, other counts or other fields than this version writes are named."""
    (index_folder(home) / "current").write_text("1")  # whoever replaced the manifest has no checksum to be found by
    path = index_folder(home) / "1" / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changed}))
    with pytest.raises(IndexBroken, match=f"{message}.*run: playback index --rebuild"):
        open_generation(home)


@pytest.mark.parametrize("text", ["", "one", "\udcff", "9"])
def test_a_broken_pointer_is_refused(text: str, home: Path) -> None:
    """The file that names the live generation is empty, no number, no text, or names one that is not there."""
    (index_folder(home) / "current").write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(IndexBroken, match=r"cannot be read.*; run: playback index --rebuild"):
        open_generation(home)


def test_the_last_three_generations_stay(home: Path, encoder: Any) -> None:
    """Each publication takes the next number; a server that still reads the one before last finds its files."""
    old = open_generation(home)
    ids = [passage.id for passage in old.passages(old.matching("passage", ["lighthous"], 9)[0].ids)]
    for words in (21, 22, 23):
        build(home, encoder, shape=PassageShape(words, 1))
    assert sorted(path.name for path in index_folder(home).iterdir()) == ["2", "3", "4", "current"]
    assert current_number(home) == 4
    assert [passage.id for passage in old.passages(old.matching("passage", ["lighthous"], 9)[0].ids)] == ids


def test_publication_is_one_rename(home: Path, encoder: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Until `current` is replaced the generation before answers; what an interrupted build left the next removes."""
    kept = manifests.write_bytes

    def killed(path: Path, data: bytes) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(manifests, "write_bytes", killed)
    for _ in range(4):
        with pytest.raises(KeyboardInterrupt):
            build(home, encoder, shape=PassageShape(25, 1))
        assert current_number(home) == 1
        open_generation(home).close()
    monkeypatch.setattr(manifests, "write_bytes", kept)
    assert build(home, encoder, shape=PassageShape(25, 1)).generation == 2
    assert current_number(home) == 2
    assert sorted(path.name for path in index_folder(home).iterdir()) == ["1", "2", "current"]


def test_what_an_interrupted_build_left_is_removed(home: Path) -> None:
    """A new build starts in an empty hidden folder of its own number."""
    left = index_folder(home) / ".building-2" / "segment"
    left.mkdir(parents=True)
    (left / "half").write_bytes(b"x")
    number, working = next_folder(home)
    assert (number, list(working.iterdir())) == (2, [])
    assert [path.name for path in index_folder(home).glob(".building-*")] == [working.name]


def test_vectors_can_be_made_again_from_the_database(published: Path) -> None:
    """The passages' rows hold exactly the vectors of both faiss files, in order."""
    import sqlite3

    folder = index_folder(published) / "1" / "1"
    database = sqlite3.connect(f"file:{folder / 'passages.sqlite'}?immutable=1", uri=True)
    rows = database.execute("SELECT vector, turns FROM passages ORDER BY row").fetchall()
    database.close()
    for column, name in enumerate(("vectors.faiss", "turns.faiss")):
        index = faiss.read_index(str(folder / name))
        stored = np.stack([np.frombuffer(row[column], np.float32) for row in rows])
        np.testing.assert_array_equal(index.reconstruct_n(0, index.ntotal), stored)


def test_many_threads_read_the_same(published: Path, new_encoder: type[Any]) -> None:
    """One opened generation, asked by eight threads at once, gives every one what it gives one alone."""
    generation = open_generation(published)
    query = new_encoder().encode_query("who mended the mast")

    def asked(_: int) -> object:
        nearest = generation.nearest("passage", query, 5)
        filtered = generation.nearest("turns", query, 5, Filters(speaker="Ada"))
        matching, scores = generation.matching("passage", generation.terms("who paid for the lighthouse"), 5)
        passages = generation.passages(nearest.ids)
        sentences = [(item.text, item.speaker) for passage in passages for item in generation.sentences(passage)]
        return nearest, filtered, matching, scores.tolist(), passages, sentences, generation.episodes()

    alone = asked(0)
    with ThreadPoolExecutor(8) as pool:
        assert all(answer == alone for answer in pool.map(asked, range(200)))
    generation.close()


def test_a_generation_of_verified_files_that_are_no_index_is_one_line(home: Path) -> None:
    """Checksums that fit files of another kind still give IndexBroken, not a library's own error."""
    (index_folder(home) / "current").write_text("1")
    path = index_folder(home) / "1" / "manifest.json"
    for name in ("1/episodes.json", "1/passages.sqlite", "1/vectors.faiss", "1/keywords.postings"):
        whole = (path.parent / name).read_bytes()
        (path.parent / name).write_bytes(b"something else")
        data = json.loads(path.read_text())
        data["files"][name] = sha256_of(path.parent / name)
        path.write_text(json.dumps(data))
        with pytest.raises(IndexBroken, match=r"cannot be read.*run: playback index --rebuild"):
            open_generation(home)
        (path.parent / name).write_bytes(whole)
        data["files"][name] = sha256_of(path.parent / name)
        path.write_text(json.dumps(data))
    assert isinstance(open_generation(home), Generation)
    assert Keywords([open_postings(path.parent / "1" / "keywords.postings")], manifest_of(home, 1).passages)


def test_postings_of_another_stemmer_are_refused(home: Path, encoder: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stems change with versions of tantivy; an index that would not find such words is not opened, and says so."""
    unstemmed = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple()).filter(tantivy.Filter.lowercase()).build()
    with monkeypatch.context() as other:
        other.setattr("index.keywords.analyser", lambda: unstemmed)
        other.setattr("index.keywords.stems", unstemmed.analyze)
        build(home, encoder, rebuild=True)
    with pytest.raises(IndexBroken, match=r"other word stems .* run: playback index --rebuild"):
        open_generation(home)
    build(home, encoder, rebuild=True)
    open_generation(home).close()
