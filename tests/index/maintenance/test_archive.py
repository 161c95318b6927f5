"""One file for many: whole or not at all, verified before use, and no way out of its folder."""

import gzip
import hashlib
import io
import json
import os
import random
import tarfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from index.maintenance import archive
from index.maintenance.archive import CHECKSUMS, held, unpacked, writing
from ingest.errors import LibraryError, SourceError
from ingest.storage import disk_space

FILES = {
    "library/a/one.json": b'{"schema":1}',
    "library/a/two": random.Random(1).randbytes(3000),
    "feedback.jsonl": b"",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with three files."""
    for name, data in FILES.items():
        (tmp_path / "home" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "home" / name).write_bytes(data)
    return tmp_path / "home"


@pytest.fixture
def packed(folder: Path, tmp_path: Path) -> Path:
    """An archive of that folder."""
    return pack(folder, tmp_path / "all.tar.gz")


def pack(folder: Path, target: Path) -> Path:
    with writing(target) as writer, held(folder, folder) as files:
        for kept in files:
            writer.add(kept)
    return target


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def made_of(target: Path, *members: tuple[tarfile.TarInfo, bytes], listed: dict[str, str] | None = None) -> Path:
    """An archive that somebody else wrote, with a list of checksums that fits."""
    sums = {member.name: hashlib.sha256(data).hexdigest() for member, data in members}
    whole = json.dumps({"schema": 1, "files": sums if listed is None else listed}).encode()
    with tarfile.open(target, "w:gz") as tar:
        for member, data in (*members, (tarfile.TarInfo(CHECKSUMS), whole)):
            member.size = len(data) if member.isreg() else 0
            tar.addfile(member, io.BytesIO(data))
    return target


def member(name: str, kind: bytes = tarfile.REGTYPE, link: str = "") -> tarfile.TarInfo:
    found = tarfile.TarInfo(name)
    found.type, found.linkname = kind, link
    return found


def test_what_goes_in_comes_out(folder: Path, packed: Path, tmp_path: Path) -> None:
    """Every byte, and when each file was written, to the microsecond; the checksums are those of the files."""
    sums = unpacked(packed, tmp_path / "out")
    assert contents(tmp_path / "out") == FILES
    assert sums == {name: hashlib.sha256(data).hexdigest() for name, data in FILES.items()}
    for name in FILES:
        assert (tmp_path / "out" / name).stat().st_mtime == pytest.approx((folder / name).stat().st_mtime, abs=1e-6)


def test_tar_and_gzip_read_it_too(packed: Path, tmp_path: Path) -> None:
    """A backup is of use without Playback: it is a plain .tar.gz that only its owner may read."""
    with tarfile.open(packed) as tar:
        tar.extractall(tmp_path / "plain", filter="data")
    assert {name: data for name, data in contents(tmp_path / "plain").items() if name != CHECKSUMS} == FILES
    assert packed.stat().st_mode & 0o777 == 0o600


def test_any_damage_is_found(packed: Path) -> None:
    """A bit flipped or the end cut off anywhere is refused, unless gzip itself reads the same bytes out of it."""
    whole = packed.read_bytes()
    same = gzip.decompress(whole)
    for place in range(0, len(whole), 29):
        packed.write_bytes(whole[:place])
        with pytest.raises(SourceError):
            unpacked(packed)
        packed.write_bytes(whole[:place] + bytes([whole[place] ^ (1 << place % 8)]) + whole[place + 1 :])
        try:
            unpacked(packed)
        except SourceError:
            continue
        assert gzip.decompress(packed.read_bytes()) == same


@pytest.mark.parametrize(
    "name",
    [
        "/etc/passwd",
        "../up",
        "library/../../up",
        "./x",
        "library//x",
        "library/.",
        "a\\b",
        "new\nline",
        "x" * 1001,
        "é\0",
    ],
)
def test_a_name_that_leads_out_is_refused(name: str, tmp_path: Path) -> None:
    """No file is written outside the folder, whatever an archive calls it (tar-slip)."""
    source = made_of(tmp_path / "evil.tar.gz", (member("library/good"), b"x"), (member(name), b"evil"))
    with pytest.raises(SourceError, match=r"(is not allowed|not a backup|does not match its checksum)"):
        unpacked(source, tmp_path / "in" / "out")
    assert {path.name for path in tmp_path.iterdir()} == {"evil.tar.gz", "in"}
    assert {path.name for path in (tmp_path / "in").iterdir()} == {"out"}


@pytest.mark.parametrize(
    "kind",
    [
        tarfile.SYMTYPE,
        tarfile.LNKTYPE,
        tarfile.CHRTYPE,
        tarfile.BLKTYPE,
        tarfile.FIFOTYPE,
        tarfile.DIRTYPE,
        tarfile.CONTTYPE,
        tarfile.GNUTYPE_SPARSE,
    ],
)
def test_whatever_is_no_plain_file_is_refused(kind: bytes, tmp_path: Path) -> None:
    """Links, devices, pipes, folders and sparse files are in no backup of ours."""
    source = made_of(tmp_path / "evil.tar.gz", (member("library/x", kind, "/etc/passwd"), b""))
    with pytest.raises(SourceError):
        unpacked(source, tmp_path / "out")
    assert not (tmp_path / "out" / "library" / "x").is_symlink()
    assert contents(tmp_path) == {"evil.tar.gz": source.read_bytes()}


def test_a_link_cannot_be_written_through(tmp_path: Path) -> None:
    """The second half of the classic attack: a file below a link that came before it."""
    evil = (member("library", tarfile.SYMTYPE, str(tmp_path / "elsewhere")), b""), (member("library/x"), b"evil")
    (tmp_path / "elsewhere").mkdir()
    with pytest.raises(SourceError, match="is not a regular file"):
        unpacked(made_of(tmp_path / "evil.tar.gz", *evil), tmp_path / "out")
    assert list((tmp_path / "elsewhere").iterdir()) == []


@pytest.mark.parametrize(
    "listed", [{}, {"library/x": "0" * 64}, {"library/x": hashlib.sha256(b"x").hexdigest(), "y": ""}]
)
def test_a_list_that_does_not_fit_is_refused(listed: dict[str, str], tmp_path: Path) -> None:
    """Files that are not listed, listed and missing, or others than listed."""
    source = made_of(tmp_path / "x.tar.gz", (member("library/x"), b"x"), listed=listed)
    with pytest.raises(SourceError, match="does not match its checksum; use another backup"):
        unpacked(source)


def test_two_files_of_one_name_are_refused(tmp_path: Path) -> None:
    """Which of the two was meant nobody can tell."""
    source = made_of(tmp_path / "x.tar.gz", (member("library/x"), b"x"), (member("library/x"), b"x"))
    with pytest.raises(SourceError, match="must not be there"):
        unpacked(source, tmp_path / "out")


@pytest.mark.parametrize(
    "data", [b"", b"hello", gzip.compress(b"hello", mtime=0), gzip.compress(b"\0" * 10_240, mtime=0)]
)
def test_what_is_no_archive_is_one_line(data: bytes, tmp_path: Path) -> None:
    """Any other file is refused in a line that names it."""
    (tmp_path / "x").write_bytes(data)
    with pytest.raises(SourceError, match=r"x: is (damaged, truncated or not a backup|truncated)"):
        unpacked(tmp_path / "x")


def test_a_file_larger_than_the_disk_is_not_begun(
    packed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A header that promises more than there is room for stops the restore before it fills the disk."""
    monkeypatch.setattr(disk_space, "free_space", lambda folder: 1000)
    with pytest.raises(LibraryError, match="free some space"):
        unpacked(packed, tmp_path / "out")


def test_an_archive_is_there_whole_or_not_at_all(folder: Path, packed: Path) -> None:
    """When writing fails the archive of before stays, and no temporary file is left."""
    before = packed.read_bytes()
    with pytest.raises(OSError, match="no more"), writing(packed) as writer, held(folder, folder) as files:
        writer.add(files[0])
        raise OSError("no more")
    assert packed.read_bytes() == before
    assert sorted(path.name for path in packed.parent.iterdir()) == ["all.tar.gz", "home"]


def test_what_cannot_be_read_back_is_not_kept(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that gives back other bytes than were written is found out before the archive has its name."""
    monkeypatch.setattr(archive, "unpacked", lambda source: {"library/a/one.json": "0" * 64})
    with pytest.raises(LibraryError, match="does not match its checksums"):
        pack(folder, tmp_path / "all.tar.gz")
    assert [path.name for path in tmp_path.iterdir()] == ["home"]


def test_only_one_writes_a_file(folder: Path, tmp_path: Path) -> None:
    """A second process at the same archive is told so; what a killed one left is written over."""
    (tmp_path / ".all.tar.gz.part").write_bytes(b"left by a killed run" * 1000)
    with writing(tmp_path / "all.tar.gz") as writer:
        with pytest.raises(SourceError, match="is being written by another process"), writing(tmp_path / "all.tar.gz"):
            pass
        with held(folder, folder) as files:
            writer.add(files[0])
    assert len(unpacked(tmp_path / "all.tar.gz")) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["all.tar.gz", "home"]


@pytest.mark.parametrize("target", ["home", "missing/all.tar.gz", "pipe"])
def test_a_name_that_cannot_be_a_file_is_refused(target: str, folder: Path, tmp_path: Path) -> None:
    """A folder, a device or a pipe is never replaced by an archive."""
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(SourceError, match=r"(is not a file|is not a folder)"), writing(tmp_path / target):
        pass


def test_files_that_are_replaced_meanwhile_belong_together(tmp_path: Path) -> None:
    """While a writer replaces two files one after the other, no copy ever holds the second without the first."""
    names = [tmp_path / "a", tmp_path / "b"]
    for path in names:
        path.write_bytes(b"0")
    ended = threading.Event()

    def write() -> None:
        for number in range(1, 4000):
            for path in names:
                fresh = path.with_name(f".{path.name}.part")
                fresh.write_bytes(str(number).encode())
                fresh.replace(path)
            if ended.is_set():
                return

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for _ in range(60):
            try:
                with held(tmp_path, tmp_path) as files:
                    first, second = (int(kept.file.read()) for kept in files)
            except LibraryError:
                continue  # never at rest while it was looked at
            assert first - second in (0, 1)
    finally:
        ended.set()
        writer.join()


def test_a_file_replaced_between_two_openings_is_opened_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An old first file is never kept with a new second one."""
    first, second = tmp_path / "a", tmp_path / "b"
    for path in (first, second):
        path.write_bytes(b"old")
    kept = archive._files

    def replaced_meanwhile(folder: Path) -> Iterator[Path]:
        monkeypatch.setattr(archive, "_files", kept)
        yield first
        for path in (first, second):
            (tmp_path / ".x.part").write_bytes(b"new")
            (tmp_path / ".x.part").replace(path)
        yield second

    monkeypatch.setattr(archive, "_files", replaced_meanwhile)
    with held(tmp_path, tmp_path) as files:
        assert [(kept.name, kept.file.read()) for kept in files] == [("a", b"new"), ("b", b"new")]


def test_a_folder_that_went_away_is_said(tmp_path: Path) -> None:
    """Whoever asked decides what it means: an episode may have been removed."""
    with pytest.raises(FileNotFoundError), held(tmp_path / "gone", tmp_path):
        pass
