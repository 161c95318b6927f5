"""Model, index and database files that run code or take all memory when they are read carelessly."""

import io
import json
import os
import pickle
import shutil
import sqlite3
import struct
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any


class Bomb:
    """An object whose pickle makes a folder when it is read; every way to call something is one."""

    def __init__(self, mark: Path, call: Callable[..., Any] = os.mkdir) -> None:
        self._mark, self._call = mark, call

    def __reduce__(self) -> tuple[Any, ...]:
        return {
            os.mkdir: (os.mkdir, (str(self._mark),)),
            os.system: (os.system, (f"mkdir {self._mark}",)),
            eval: (eval, (f"__import__('os').mkdir({str(self._mark)!r})",)),
            exec: (exec, (f"import os\nos.mkdir({str(self._mark)!r})",)),
        }[self._call]


def weights(mark: Path) -> dict[str, bytes]:
    """Return checkpoints in every form that torch.load reads or once read, by a name that says which."""
    checkpoint = {"dims": {}, "model_state_dict": {"a": Bomb(mark)}}
    return {
        "pickle": pickle.dumps(checkpoint),
        "pickle of protocol 0": pickle.dumps(checkpoint, 0),
        "system": pickle.dumps({"dims": Bomb(mark, os.system)}),
        "eval": pickle.dumps(Bomb(mark, eval)),
        "exec": pickle.dumps([Bomb(mark, exec)]),
        "torch's zip": _zipped(checkpoint),
        "torch's old file": b"".join(pickle.dumps(part, 2) for part in (0x1950A86A20F9469CFC6C, 1001, {}, checkpoint)),
        "torch's oldest tar": _tarred(checkpoint),
        "TorchScript": _zipped(
            checkpoint, {"a/code/x.py": b"import os\n", "a/constants.pkl": pickle.dumps(Bomb(mark))}
        ),
        "a zip with a path": _zipped(checkpoint, {"../../escaped": b"x"}),
        "numpy with objects": _numpy(mark),
        "safetensors of an absurd size": struct.pack("<Q", 2**62) + b"{}",
        "safetensors beyond its end": _safetensors(
            {"a": {"dtype": "F32", "shape": [2**40], "data_offsets": [0, 2**42]}}
        ),
        "deep JSON in safetensors": struct.pack("<Q", 100_000) + b"[" * 100_000,
    }


def _zipped(checkpoint: object, more: dict[str, bytes] | None = None) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in ({"a/data.pkl": pickle.dumps(checkpoint, 2), "a/version": b"3\n"} | (more or {})).items():
            archive.writestr(name, data)
    return file.getvalue()


def _tarred(checkpoint: object) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        for name in ("sys_info", "pickle", "storages", "tensors"):
            data = pickle.dumps(checkpoint, 2)
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return file.getvalue()


def _numpy(mark: Path) -> bytes:
    header = b"{'descr': '|O', 'fortran_order': False, 'shape': (1,), }"
    header += b" " * (118 - len(header)) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + pickle.dumps([Bomb(mark)])


def _safetensors(header: dict[str, object]) -> bytes:
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text


def index_changes(mark: Path) -> dict[str, Callable[[Path], None]]:
    """Return, by name, what a stranger who can write files does to the folder of a segment."""
    return {
        "faiss of 2^62 vectors": lambda folder: _faiss(folder / "vectors.faiss", 384, 2**62),
        "faiss of 2^31 dimensions": lambda folder: _faiss(folder / "turns.faiss", 2**31 - 1, 1),
        "faiss of another kind": lambda folder: _put(folder / "vectors.faiss", b"IxPT" + bytes(200)),
        "faiss that is a pickle": lambda folder: _put(folder / "vectors.faiss", pickle.dumps(Bomb(mark))),
        "faiss cut off": lambda folder: _put(folder / "turns.faiss", (folder / "turns.faiss").read_bytes()[:30]),
        "faiss turned into a link": lambda folder: _linked(folder / "vectors.faiss", Path("/etc/passwd")),
        "database with a trigger": lambda folder: _sql(
            folder, "CREATE TRIGGER t AFTER INSERT ON episodes BEGIN DELETE FROM passages; END"
        ),
        "database whose table is a view": lambda folder: _sql(
            folder,
            "ALTER TABLE moments RENAME TO m; CREATE VIEW moments AS SELECT field, zeroblob(900000000) AS sums FROM m",
        ),
        "database with a virtual table": lambda folder: _sql(folder, "CREATE VIRTUAL TABLE v USING fts5(x)"),
        "database with an endless view": lambda folder: _sql(
            folder,
            "ALTER TABLE letters RENAME TO l; CREATE VIEW letters AS WITH RECURSIVE n(x) AS "
            "(SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x AS word, x AS capital, x AS small FROM n",
        ),
        "database that is a pickle": lambda folder: _put(folder / "passages.sqlite", pickle.dumps(Bomb(mark))),
        "database with a write-ahead log": lambda folder: _put(folder / "passages.sqlite", _with_wal(folder)),
        "postings of another kind": lambda folder: _put(folder / "keywords.postings", b"[" * 1_000_000),
        "postings that are a pickle": lambda folder: _put(folder / "episodes.postings", pickle.dumps(Bomb(mark))),
        "postings of 2^62 texts": lambda folder: _postings(folder / "keywords.postings", 8, 2**62),
        "postings of 2^31 columns": lambda folder: _postings(folder / "keywords.postings", 32, 2**31),
        "postings cut off": lambda folder: _put(
            folder / "episodes.postings", (folder / "episodes.postings").read_bytes()[:-8]
        ),
        "a file taken away": lambda folder: (folder / "turns.faiss").unlink(),
    }


def _put(path: Path, data: bytes) -> None:
    path.unlink()
    path.write_bytes(data)


def _linked(path: Path, target: Path) -> None:
    path.unlink()
    path.symlink_to(target)


def _faiss(path: Path, dimension: int, count: int) -> None:
    """A flat inner-product index whose header promises more than there is."""
    head = b"IxFI" + struct.pack("<iqqqBi", dimension, count, 1 << 20, 1 << 20, 1, 0)
    _put(path, head + struct.pack("<Q", (dimension * count) % 2**63) + bytes(64))


def _sql(folder: Path, script: str) -> None:
    with sqlite3.connect(folder / "passages.sqlite") as database:
        database.executescript(script)
    database.close()


def _with_wal(folder: Path) -> bytes:
    data = bytearray((folder / "passages.sqlite").read_bytes())
    data[18:20] = b"\x02\x02"  # read and write by way of a log beside it
    shutil.copy(folder / "passages.sqlite", folder / "passages.sqlite-wal")
    return bytes(data)


def _postings(path: Path, place: int, size: int) -> None:
    """Postings whose header promises more than there is."""
    data = bytearray(path.read_bytes())
    struct.pack_into("<Q", data, place, size)
    _put(path, bytes(data))
