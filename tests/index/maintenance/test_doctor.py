"""The doctor of the index: all of it is derived, so what is damaged is built again, from the vectors that are known."""

import os
import random
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from index.building.build import build
from index.errors import EncoderError
from index.generations.manifests import current_number, index_folder, manifest_of
from index.maintenance import doctor
from index.maintenance.doctor import examine_index
from index.models.compiled_files import folder_of
from index.store import open_generation
from ingest.doctor.library import Finding
from ingest.library.records import episode_folder
from ingest.storage.files import lock
from ingest.transcript import Transcript

Talk = Callable[..., Transcript]


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory, transcript_of: Talk, save: Any, new_encoder: type[Any]) -> Path:
    """A home with three generations of three episodes; tests that break it work on a copy."""
    home = tmp_path_factory.mktemp("published")
    for name in ("mast", "rope", "sail"):
        save(
            home, transcript_of(f"a-{name}", ("Ada", f"The {name} of the harbour was mended. Who paid for the {name}?"))
        )
        build(home, new_encoder())
    return home


@pytest.fixture
def encoder(new_encoder: type[Any], monkeypatch: pytest.MonkeyPatch) -> Any:
    """The encoder that the doctor loads, which remembers what it was asked to encode."""
    there = new_encoder()
    monkeypatch.setattr(doctor, "encoder_to_build_with", lambda *_: there)
    monkeypatch.setattr(doctor, "weights_and_form", lambda *_: (there.weights, there.form))
    return there


@pytest.fixture
def home(published: Path, tmp_path: Path, encoder: Any) -> Path:
    return Path(shutil.copytree(published, tmp_path / "home"))


def examined(home: Path) -> list[Finding]:
    return list(examine_index(home, "hashed-stems"))


def test_a_healthy_index_is_left_as_it_is(home: Path) -> None:
    """Nothing is found and nothing is written."""
    before = {path: path.stat().st_mtime_ns for path in home.rglob("*")}
    assert examined(home) == []
    assert {path: path.stat().st_mtime_ns for path in home.rglob("*")} == before


def test_any_damaged_file_of_the_live_generation_is_made_good(home: Path, published: Path, encoder: Any) -> None:
    """Whichever file is cut off, a new generation answers as before; only texts of that file's segment are encoded."""
    names = sorted(
        path.relative_to(home).as_posix() for path in (index_folder(home) / "3").rglob("*") if path.is_file()
    )
    for name in [*names, "index/current"]:
        path = home / name
        path.write_bytes(path.read_bytes()[:-2] or b"x")
        found, *others = examined(home)
        assert (found.outcome, found.path) == ("repaired", "index")
        assert [finding.path for finding in others] == ([] if name == "index/current" else ["index/3"])
        assert found.problem.endswith("was published")
        assert "run:" not in found.problem
        generation = open_generation(home)
        assert len(generation.episodes()) == 3
        generation.close()
        assert examined(home) == []
        shutil.rmtree(index_folder(home))
        shutil.copytree(index_folder(published), index_folder(home))
    # The other two episodes are in a segment of which the generation before has a copy.
    assert {text for text in encoder.encoded if "sail" not in text} == {"Boats. Ada."}


def test_a_damaged_segment_of_all_generations_is_made_again(
    tmp_path: Path, transcript_of: Talk, save: Any, encoder: Any
) -> None:
    """Generations share files, so damage is in all of them: the episodes of that segment are cut again.

    Vectors that an earlier generation still has, in a segment from before a merge, are not made again.
    """
    for name in ("mast", "rope", "sail", "keel", "deck"):
        save(tmp_path, transcript_of(f"a-{name}", ("Ada", f"The {name} of the harbour was mended.")))
        build(tmp_path, encoder)
    first, *others = manifest_of(tmp_path, 5).segments
    assert others
    path = index_folder(tmp_path) / "5" / first.name / "passages.sqlite"
    assert path.stat().st_nlink > 1
    with path.open("rb+") as file:
        file.seek(100)
        file.write(b"damage")
    encoder.encoded.clear()
    found = examined(tmp_path)
    assert {finding.outcome for finding in found} == {"repaired"}
    assert [finding.path for finding in found] == ["index", "index/4", "index/5"]
    assert first.episodes == 4
    assert encoder.encoded == ["The keel of the harbour was mended."]
    generation = open_generation(tmp_path)
    assert len(generation.episodes()) == 5
    generation.close()
    assert examined(tmp_path) == []


def test_no_vector_is_taken_from_a_damaged_database(home: Path, encoder: Any) -> None:
    """Vectors that were changed on the disk are not carried into the generation that replaces theirs."""
    for path in index_folder(home).rglob("passages.sqlite"):
        database = sqlite3.connect(path)
        database.execute("UPDATE vectors SET vector = zeroblob(length(vector))")
        database.commit()
        database.close()
    assert {finding.outcome for finding in examined(home)} == {"repaired"}
    generation = open_generation(home)
    (passage,) = generation.passages(generation.nearest("passage", encoder.encode_query("the mast"), 1).ids)
    assert "mast" in passage.text
    assert all(
        np.linalg.norm(sentence.vector) == pytest.approx(1, abs=1e-2) for sentence in generation.sentences(passage)
    )
    generation.close()


def test_an_index_that_is_gone_is_built(home: Path) -> None:
    """Without any generation the library is enough."""
    shutil.rmtree(index_folder(home))
    assert [finding.problem for finding in examined(home)] == ["nothing was published; generation 1 was published"]
    assert current_number(home) == 1
    assert index_folder(home).stat().st_mode & 0o777 == 0o700


def test_an_index_behind_the_library_is_brought_up_to_it(home: Path, transcript_of: Talk, save: Any) -> None:
    """What was ingested with --no-index, or before a crash, is published."""
    save(home, transcript_of("a-keel", ("Ada", "The keel of the harbour was mended.")))
    assert [finding.outcome for finding in examined(home)] == ["repaired"]
    generation = open_generation(home)
    assert len(generation.episodes()) == 4
    generation.close()


def test_damaged_and_unfinished_generations_are_removed(home: Path) -> None:
    """Old generations that are damaged, builds that did not end and temporary files go; the live one is not touched."""
    root = index_folder(home)
    (root / "2" / "2" / "vectors.faiss").write_bytes(b"")
    shutil.copytree(root / "3", root / "4")
    (root / ".building-5").mkdir()
    (root / ".x.part").write_bytes(b"")
    stamp = (root / "current").stat().st_mtime_ns
    found = examined(home)
    assert sorted(finding.path for finding in found) == ["index/.building-5", "index/.x.part", "index/2", "index/4"]
    assert {finding.outcome for finding in found} == {"repaired"}
    assert sorted(path.name for path in root.iterdir()) == ["1", "3", "current"]
    assert (root / "current").stat().st_mtime_ns == stamp


def test_an_encoder_that_nothing_uses_is_removed(home: Path, encoder: Any) -> None:
    """It is named; that of the live generation stays. Publishing removes such encoders, too."""
    unused, used = folder_of(home, "f" * 64), folder_of(home, encoder.weights)
    for folder in (unused, used):
        folder.mkdir(parents=True)
        os.utime(folder, (0, 0))
    findings = [finding for finding in examined(home) if finding.path == unused.relative_to(home).as_posix()]
    assert [finding.outcome for finding in findings] == ["repaired"]
    assert (unused.exists(), used.exists()) == (False, True)
    unused.mkdir()
    os.utime(unused, (0, 0))
    build(home, encoder, rebuild=True)
    assert (unused.exists(), used.exists()) == (False, True)


def test_an_index_that_others_may_read_is_closed(home: Path) -> None:
    """Whole transcripts lie in it, of episodes that may be withdrawn one day."""
    index_folder(home).chmod(0o755)
    (found,) = examined(home)
    assert (found.outcome, found.problem) == ("repaired", "others could read it (mode 755); changed to 700")
    assert index_folder(home).stat().st_mode & 0o777 == 0o700


def test_a_build_at_work_is_left_alone(home: Path) -> None:
    """What looks like the left-overs of a build may be a build."""
    (index_folder(home) / ".building-4").mkdir()
    with lock(index_folder(home)):
        assert [finding.outcome for finding in examined(home)] == ["note"]
        assert (index_folder(home) / ".building-4").exists()


def test_a_missing_encoder_is_for_a_person(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the encoder nothing can be asked or built, and no file is at fault."""

    def missing(home: Path, name: str) -> str:
        raise EncoderError(f"{name} is not on this machine")

    monkeypatch.setattr(doctor, "weights_and_form", missing)
    assert [(finding.path, finding.outcome) for finding in examined(home)] == [("encoder", "person")]


def test_a_damaged_compiled_encoder_is_compiled_anew_or_for_a_person(
    home: Path, encoder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is wrong with it is said, and the index stays; tests/api/test_without_torch.py has it with a real one."""
    encoder.form = "ctranslate2-int8"
    build(home, encoder)
    live = current_number(home)
    problem = "model.bin has changed since it was compiled"
    monkeypatch.setattr(doctor, "compiled_problem", lambda *_: f"{problem}; run: playback doctor")
    assert examined(home) == [Finding("encoder", f"{problem}; it was compiled anew", "repaired")]

    def missing(home: Path, name: str) -> Any:
        raise EncoderError(f"{name} is not on this machine")

    monkeypatch.setattr(doctor, "encoder_to_build_with", missing)
    (found,) = examined(home)
    assert found.outcome == "person"
    assert found.problem == f"{problem}; it could not be compiled anew: hashed-stems is not on this machine"
    assert current_number(home) == live


def test_other_weights_of_the_encoder_lead_to_a_new_generation(home: Path, encoder: Any) -> None:
    """Vectors of other weights mean nothing to the encoder that is here, so all are made again."""
    encoder.weights = "1" * 64
    assert [finding.problem for finding in examined(home)] == [
        "it was made with other weights of hashed-stems; generation 4 was published"
    ]
    assert len(encoder.encoded) == 4  # three windows and a header


def test_an_episode_that_cannot_be_indexed_is_for_a_person(home: Path) -> None:
    """The others are published, and the one that is missing is named each time until it is mended."""
    (episode_folder(home, "a-rope") / "transcript.json").write_bytes(b"{")
    assert [finding.outcome for finding in examined(home)] == ["repaired", "person"]
    assert ["a-rope was left out" in finding.problem for finding in examined(home)] == [True]


def test_nothing_to_index_is_no_fault(tmp_path: Path, encoder: Any) -> None:
    """A library of episodes that all wait has no index."""
    assert [finding.outcome for finding in examined(tmp_path)] == ["note"]


def test_two_hundred_mutations_are_all_found_and_made_good(home: Path) -> None:
    """Bits flipped, ends cut off, files swapped between generations or taken away: none is read as if it were whole."""
    chance = random.Random(200)
    root = index_folder(home)
    for _ in range(200):
        name = chance.choice(sorted(_files(root / "3")) + ["current"] * 2)
        path = root / "3" / name if name != "current" else root / name
        whole = path.read_bytes()
        path.write_bytes(_mutated(whole, chance, root / "2" / name))
        if path.read_bytes() == whole:
            path.unlink()
        with pytest.raises(doctor.IndexBroken):
            open_generation(home).close()
        path.write_bytes(whole)
    open_generation(home).close()


def _files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def _mutated(whole: bytes, chance: random.Random, other: Path) -> bytes:
    kind = chance.choice(["flip", "cut", "swap", "grow"])
    if kind == "flip" and whole:
        place = chance.randrange(len(whole))
        return whole[:place] + bytes([whole[place] ^ (1 << chance.randrange(8))]) + whole[place + 1 :]
    if kind == "cut" and len(whole) > 1:
        return whole[: chance.randrange(1, len(whole))] if b" " not in whole[:3] else whole[:-2]
    if kind == "swap" and other.is_file():
        return other.read_bytes()
    return whole + b"\0"
