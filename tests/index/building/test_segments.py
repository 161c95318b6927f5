"""Segments: what did not change is linked and not read, what changed is written, what was purged is nowhere."""

import math
import os
import random
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from index import store
from index.building import inputs
from index.building.build import build, up_to_date
from index.building.merging import Kept, Merging, to_merge
from index.building.purging import drop_others
from index.errors import IndexBroken
from index.generations.manifests import index_folder, live_manifest, manifest_of
from index.manifest import Manifest
from index.mined.overview import OVERVIEW
from index.segments.files import HeldEpisode, SegmentEntry
from index.store import open_generation
from ingest.library.records import episode_folder
from ingest.transcript import Transcript

Talk = Callable[..., Transcript]
_SUBJECTS = "mast rope sail anchor keel deck galley hull bell chart".split()


def text_of(subject: str, sentences: int = 4) -> str:
    return " ".join(f"The {subject} of the harbour was mended in winter {number}." for number in range(sentences))


@pytest.fixture
def home(tmp_path: Path, transcript_of: Talk, save: Any, encoder: Any) -> Path:
    """A home with one generation of ten episodes in one segment, whose files are no longer new."""
    home = tmp_path / "home"
    save(home, *(transcript_of(f"a-{subject}", ("Ada", text_of(subject))) for subject in _SUBJECTS))
    age(home)
    build(home, encoder)
    age(index_folder(home))
    return home


def age(folder: Path) -> None:
    """Let every file be written a minute ago."""
    for path in folder.rglob("*"):
        if path.is_file():
            written = path.stat().st_mtime_ns - 60 * 10**9
            os.utime(path, ns=(written, written))


def names(manifest: Manifest) -> list[str]:
    return [entry.name for entry in manifest.segments]


def files_of(home: Path, number: int, segment: str) -> dict[str, Path]:
    return {path.name: path for path in (index_folder(home) / str(number) / segment).iterdir()}


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files whose checksum is worked out, as <segment>/<file> or <episode>/<file>."""
    found: list[str] = []
    kept = store.sha256_of

    def sha256_of(path: Path) -> str:
        found.append(f"{path.parent.name}/{path.name}")
        return kept(path)

    for module in (store, inputs):
        monkeypatch.setattr(module, "sha256_of", sha256_of)
    return found


def test_a_new_episode_is_a_segment_of_its_own(
    home: Path, transcript_of: Talk, save: Any, encoder: Any, read: list[str]
) -> None:
    """The other segment is the same files under another name, with the checksums of before; only its list is read,
    and the overview, from which people keep their ids and the library its topics.
    """
    save(home, transcript_of("a-tiller", ("Bo", text_of("tiller"))))
    manifest = build(home, encoder)
    assert names(manifest) == ["1", "2"]
    before, after = files_of(home, 1, "1"), files_of(home, 2, "1")
    assert {name: path.stat().st_ino for name, path in after.items()} == {
        name: path.stat().st_ino for name, path in before.items()
    }
    of_segments = {(name, checksum) for name, checksum in manifest_of(home, 1).files.items() if name != OVERVIEW}
    assert of_segments <= manifest.files.items()
    assert {name for name in read if name.startswith("1/")} == {"1/basis.npy", "1/episodes.json", f"1/{OVERVIEW}"}
    assert [name for name in read if name.startswith("a-")] == ["a-tiller/transcript.json"]
    assert manifest.episodes == 11


def test_episodes_that_did_not_change_are_not_read(home: Path, encoder: Any, read: list[str]) -> None:
    """Files with the sizes and times of then are as they were; other times lead to a look at the content, not more."""
    assert up_to_date(home, encoder.name, encoder.weights, encoder.form)
    assert [name for name in read if name.startswith("a-")] == []
    transcript = episode_folder(home, "a-mast") / "transcript.json"
    os.utime(transcript)
    assert up_to_date(home, encoder.name, encoder.weights, encoder.form)
    assert [name for name in read if name.startswith("a-")] == ["a-mast/transcript.json"]
    assert build(home, encoder).generation == 1


def test_new_times_are_remembered_by_the_next_generation(
    home: Path, transcript_of: Talk, save: Any, encoder: Any, read: list[str]
) -> None:
    """A data folder that was copied is read once; files so new that they may change unnoticed are read again."""
    age(home / "library")
    save(home, transcript_of("a-tiller", ("Bo", text_of("tiller"))))
    manifest = build(home, encoder)
    assert len([name for name in read if name.startswith("a-")]) == 11
    assert manifest.stamps.keys() == {f"a-{subject}" for subject in _SUBJECTS}
    read.clear()
    assert up_to_date(home, encoder.name, encoder.weights, encoder.form)
    assert [name for name in read if name.startswith("a-")] == ["a-tiller/transcript.json"]


def test_an_edit_within_one_tick_of_the_clock_is_noticed(
    home: Path, transcript_of: Talk, save: Any, encoder: Any
) -> None:
    """A file that had just been written when it was read is read again, so the same size and time hide nothing."""
    save(home, transcript_of("a-tiller", ("Bo", text_of("tiller"))))
    build(home, encoder)
    path = episode_folder(home, "a-tiller") / "transcript.json"
    written = path.stat().st_mtime_ns
    path.write_bytes(path.read_bytes().replace(b"tiller", b"rudder"))
    os.utime(path, ns=(written, written))
    assert not up_to_date(home, encoder.name, encoder.weights, encoder.form)


def test_an_edited_episode_leaves_its_segment(home: Path, transcript_of: Talk, save: Any, encoder: Any) -> None:
    """Its new version is in a new segment, the earlier one no longer counts; so it is with one that was removed."""
    save(home, transcript_of("a-mast", ("Ada", text_of("tiller"))))
    shutil.rmtree(episode_folder(home, "a-rope"))
    manifest = build(home, encoder)
    assert [entry.dropped for entry in manifest.segments] == [("a-mast", "a-rope"), ()]
    assert manifest.episodes == 9
    generation = open_generation(home)
    assert generation.frequency("mast") == generation.frequency("rope") == 0
    assert generation.frequency("tiller") > 0
    generation.close()


def test_a_segment_of_which_most_was_dropped_is_written_again(
    home: Path, transcript_of: Talk, save: Any, encoder: Any
) -> None:
    """Otherwise a library of edited episodes would grow for ever."""
    for subject in _SUBJECTS[:6]:
        shutil.rmtree(episode_folder(home, f"a-{subject}"))
    encoder.encoded.clear()
    manifest = build(home, encoder)
    assert names(manifest) == ["2"]
    assert not manifest.segments[0].dropped
    assert encoder.encoded == []


def test_a_segment_of_which_nothing_counts_is_gone(home: Path, encoder: Any) -> None:
    """An empty library has a generation without segments."""
    for subject in _SUBJECTS:
        shutil.rmtree(episode_folder(home, f"a-{subject}"))
    assert build(home, encoder).segments == ()
    generation = open_generation(home)
    assert generation.episodes() == []
    generation.close()


def test_of_a_purged_episode_no_byte_stays(home: Path, transcript_of: Talk, save: Any, encoder: Any) -> None:
    """Neither words nor vectors, in any segment: the one that held it is written again, and nothing is encoded."""
    save(home, transcript_of("a-tiller", ("Zebedee", text_of("zeppelin")), title="Quagga"))
    build(home, encoder)
    sentences = [part for text in encoder.encoded if "zeppelin" in text for part in re.findall(r"[^.]+\.", text)]
    vectors = [encoder.encode_query(sentence) for sentence in sentences]
    traces = [b"zeppelin", b"quagga", b"zebedee", *(vector.astype("<f2").tobytes() for vector in vectors)]
    save(home, *(transcript_of(f"b-{subject}", ("Cy", text_of(subject, 9))) for subject in _SUBJECTS))
    build(home, encoder, merging=Merging(factor=99))  # merges it with the others
    assert all(any(trace in data for data in contents(home)) for trace in traces)
    shutil.rmtree(episode_folder(home, "a-tiller"))
    build(home, encoder)
    assert any(traces[0] in data for data in contents(home))
    encoder.encoded.clear()
    drop_others(home)
    assert [trace for trace in traces if any(trace in data for data in contents(home))] == []
    assert not any(b"a-tiller" in data for data in contents(home))
    assert encoder.encoded == []
    assert up_to_date(home, encoder.name, encoder.weights, encoder.form)
    generation = open_generation(home)
    assert generation.manifest.episodes == len(generation.episodes()) == 20
    generation.close()


def test_purging_stops_at_a_damaged_segment(home: Path, transcript_of: Talk, save: Any, encoder: Any) -> None:
    """Publishing without it would lose its episodes."""
    save(home, transcript_of("a-tiller", ("Bo", text_of("tiller"))))
    build(home, encoder)
    save(home, *(transcript_of(f"b-{subject}", ("Cy", text_of(subject, 9))) for subject in _SUBJECTS))
    build(home, encoder, merging=Merging(factor=0))
    shutil.rmtree(episode_folder(home, f"b-{_SUBJECTS[0]}"))
    live = build(home, encoder, merging=Merging(factor=0))
    assert len(live.segments) == 3
    (index_folder(home) / str(live.generation) / live.segments[-1].name / "episodes.json").unlink()
    with pytest.raises(IndexBroken, match=r"is damaged; run: playback doctor\Z"):
        drop_others(home)
    assert live_manifest(home) == live


def contents(home: Path) -> list[bytes]:
    return [path.read_bytes().lower() if path.suffix == ".json" else data_of(path) for path in all_files(home)]


def all_files(home: Path) -> list[Path]:
    return [path for path in index_folder(home).rglob("*") if path.is_file()]


def data_of(path: Path) -> bytes:
    data = path.read_bytes()
    return data + data.lower()


def test_segments_are_copied_where_links_fail(
    home: Path, transcript_of: Talk, save: Any, encoder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some disks know no hard links; the copy is compared with its checksum."""

    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    save(home, transcript_of("a-tiller", ("Bo", text_of("tiller"))))
    assert names(build(home, encoder)) == ["1", "2"]
    shutil.rmtree(index_folder(home) / "1")
    open_generation(home).close()


def test_a_damaged_segment_is_not_merged(home: Path, transcript_of: Talk, save: Any, encoder: Any) -> None:
    """Bits that turned on the disk are found before rows are copied; its episodes are cut and encoded again."""
    path = index_folder(home) / "1" / "1" / "passages.sqlite"
    data = path.read_bytes()
    path.write_bytes(data[:-3] + bytes([data[-3] ^ 1]) + data[-2:])
    save(home, transcript_of("a-tiller", ("Bo", text_of("tiller"))))
    encoder.encoded.clear()
    manifest = build(home, encoder, merging=Merging(factor=99))
    assert (names(manifest), manifest.episodes) == (["2"], 11)
    assert any("mast" in text for text in encoder.encoded)
    generation = open_generation(home)
    assert generation.frequency("mast") and generation.frequency("tiller")
    generation.close()


def test_a_server_verifies_only_what_is_new(
    home: Path, transcript_of: Talk, save: Any, encoder: Any, read: list[str]
) -> None:
    """A file that this process has read is not read again under its name in the next generation; unless it is new."""
    open_generation(home).close()
    save(home, transcript_of("a-tiller", ("Bo", text_of("tiller"))))
    build(home, encoder)
    read.clear()
    open_generation(home).close()
    assert {name.split("/")[0] for name in read} == {"2"}
    assert len(read) == 9
    read.clear()
    open_generation(home).close()
    assert len(read) == 9


@pytest.mark.parametrize("seed", range(4))
def test_few_segments_and_few_copies(seed: int) -> None:
    """Of n passages that come in pieces there are at most log2(n) segments, and each is written log2(n) times or so."""
    chance = random.Random(seed)
    kept: list[Kept] = []
    written = whole = most = 0
    for number in range(1500):
        fresh = chance.choice((1, 2, 3, 3, 4, 60))
        together, alone = to_merge(kept, fresh, Merging())
        assert alone == []
        size = fresh + sum(one.size() for one in together)
        kept = [one for one in kept if one not in together] + [kept_of(number, size)]
        written += size
        whole += fresh
        most = max(most, len(kept))
    assert sum(one.size() for one in kept) == whole
    assert most <= math.log2(whole)
    assert written <= whole * math.log2(whole)


def test_no_segment_grows_without_end() -> None:
    """Two that would be larger together than the largest allowed stay apart, however alike they are."""
    merging = Merging(factor=2.0, most=100)
    assert to_merge([kept_of(1, 60)], 41, merging) == ([], [])
    assert to_merge([kept_of(1, 60)], 40, merging) == ([kept_of(1, 60)], [])


def kept_of(number: int, size: int) -> Kept:
    """A segment of so many passages and episodes, as far as merging is concerned."""
    held = (HeldEpisode(f"e-{number}", "", "", (), size - 1, size),)
    return Kept(Path(str(number)), SegmentEntry(str(number), 1, size - 1), held)


def test_a_large_segment_keeps_the_codes_of_its_vectors(
    home: Path, transcript_of: Talk, save: Any, encoder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are files of it like others: listed, linked into the next generation, and verified."""
    monkeypatch.setattr("index.vectors.CODED_FROM", 8)
    codes = {"vectors.coarse", "vectors.fine", "turns.coarse", "turns.fine"}
    build(home, encoder, rebuild=True)
    assert codes <= files_of(home, 2, "2").keys()
    save(home, transcript_of("b-mast", ("Cy", text_of("mast"))))
    assert len(build(home, encoder).segments) == 2
    assert all(path.stat().st_nlink == 2 for name, path in files_of(home, 3, "2").items() if name in codes)
    generation = open_generation(home)
    found = generation.nearest("passage", encoder.encode_query("the keel"), 1)
    assert found.ids[0].startswith("a-keel")
    generation.close()
    build(home, encoder, rebuild=True)
    assert codes <= files_of(home, 4, "4").keys()
    files_of(home, 4, "4")["turns.fine"].write_bytes(b"")
    with pytest.raises(IndexBroken, match=r"turns\.fine has changed"):
        open_generation(home)
