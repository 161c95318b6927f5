"""Put the frames of an MP3 into an MP4 file, whose tables say where each second is; nothing is decoded or encoded.

In an MP3 a browser guesses where a second is, from a table of a hundred positions or from the bit rate. An MP4 file
(ISO 14496-12) lists the size of every frame, so a browser plays the same frames from the requested second.
"""

import mmap
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np

from ingest.audio.container import SAMPLE_RATES
from ingest.audio.load import Seeking

# A frame may need bytes of earlier frames (the "bit reservoir"), so the first frames after a seek can be silent. A seek
# goes to a frame marked as a sync sample: in each second, the one that needs the fewest earlier bytes. The player
# decodes and skips what comes before the requested second.
_BEGIN_SECONDS = 1.0
_CHUNK = 64  # frames; the tables list the place of each chunk
_MATRIX = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
_BRANDS = b"isom\0\0\2\0isomiso2mp41"


def is_one_track(recording: Path, seeking: Seeking) -> bool:
    """Return whether all frames are MP3 (layer III) with the same sample rate and number of channels.

    A browser stops where these change, as they may at a spliced advert.
    """
    if not len(seeking.packets):
        return False
    with recording.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        kinds = [_kind(data[place : place + 4]) for place in seeking.packets[:, 0].tolist()]
    return kinds[0] is not None and set(kinds) <= {kinds[0], None}  # None: a damaged frame


def write_player_copy(recording: Path, seeking: Seeking, target: BinaryIO) -> None:
    """Write the frames of an MP3 that is one track as MP4; raises OSError."""
    with recording.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        head = data[seeking.packets[0, 0] : seeking.packets[0, 0] + 4]
        for part in _file(data, head, seeking):
            target.write(part)


def _kind(head: bytes) -> tuple[int, int, bool] | None:
    """Return what may not change within a track (version, sample rate, mono), None if this is not an MP3 frame."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE6 != 0xE2 or (head[2] >> 2) & 3 == 3 or head[1] & 0x18 == 8:
        return None
    version = (head[1] >> 3) & 3
    return version, SAMPLE_RATES[version][(head[2] >> 2) & 3], head[3] >> 6 == 3


def _file(data: mmap.mmap, head: bytes, seeking: Seeking) -> Iterator[bytes]:
    """Yield the file in parts: its type, the tables, the frames."""
    kind = _kind(head)
    assert kind is not None
    version, rate, is_mono = kind
    length = 1152 if version == 3 else 576  # samples of a frame
    brands = _box(b"ftyp", _BRANDS)
    sizes = seeking.packets[:, 1]
    syncs = _sync_samples(data, seeking, max(1, round(_BEGIN_SECONDS * rate / length)))
    chunks = np.concatenate(([0], np.cumsum(sizes)))[:-1:_CHUNK]
    track = (rate, length, 1 if is_mono else 2, round(seeking.skipped * rate))
    # The tables hold the positions of frames that follow them; the tables' size does not depend on these values.
    before = len(brands) + len(_tables(track, sizes, syncs, chunks)) + 16
    yield brands
    yield _tables(track, sizes, syncs, chunks + before)
    yield struct.pack(">I4sQ", 1, b"mdat", 16 + int(sizes.sum()))
    for place, size in seeking.packets.tolist():
        yield data[place : place + size]


def _sync_samples(data: mmap.mmap, seeking: Seeking, group: int) -> list[int]:
    """Return the numbers, from 1, of the sync samples: in each group the frame that needs the fewest earlier bytes."""
    reservoir = np.array([_reservoir_bytes(data[place : place + 8]) for place in seeking.packets[:, 0].tolist()])
    rest = range(group, len(reservoir), group)
    return [1, *(start + int(reservoir[start : start + group].argmin()) + 1 for start in rest)]


def _reservoir_bytes(head: bytes) -> int:
    """Return how many bytes of earlier frames a frame needs (ISO 11172-3, main_data_begin)."""
    side = head[4 if head[1] & 1 else 6 :] if len(head) == 8 else b""
    if len(side) < 2:
        return 2**9
    return side[0] << 1 | side[1] >> 7 if head[1] & 0x18 == 0x18 else side[0]


def _tables(track: tuple[int, int, int, int], sizes: np.ndarray, syncs: list[int], chunks: np.ndarray) -> bytes:
    rate, length, channels, skipped = track
    count = len(sizes)
    duration = count * length
    last = count - (count - 1) // _CHUNK * _CHUNK
    spread = [(1, _CHUNK, 1)] if count > _CHUNK else []
    spread += [(len(chunks), last, 1)] if last != _CHUNK or not spread else []
    # The object type for MPEG-1 audio, or MPEG-2 audio at lower sample rates; FFmpeg also decides by the rate.
    decoder = struct.pack(">BBI", 0x6B if rate > 24_000 else 0x69, 0x15, 0) + bytes(7)
    stream = b"\x03" + bytes([3 + 2 + len(decoder) + 3]) + bytes(3) + b"\x04" + bytes([len(decoder)]) + decoder
    sound = bytes(6) + struct.pack(">HQHHIHH", 1, 0, channels, 16, 0, rate, 0)
    entry = _box(b"mp4a", sound + _full(b"esds", stream + b"\x06\x01\x02"))
    tables = (
        _full(b"stsd", struct.pack(">I", 1) + entry),
        _full(b"stts", struct.pack(">III", 1, count, length)),
        _full(b"stss", struct.pack(">I", len(syncs)) + np.array(syncs, ">u4").tobytes()),
        _full(b"stsc", struct.pack(">I", len(spread)) + np.array(spread, ">u4").tobytes()),
        _full(b"stsz", struct.pack(">II", 0, count) + sizes.astype(">u4").tobytes()),
        _full(b"co64", struct.pack(">I", len(chunks)) + chunks.astype(">u8").tobytes()),
    )
    here = _box(b"dinf", _full(b"dref", struct.pack(">I", 1) + _full(b"url ", b"", flags=1)))
    media = _box(b"minf", _full(b"smhd", bytes(4)) + here + _box(b"stbl", b"".join(tables)))
    about = _full(b"mdhd", struct.pack(">QQIQHH", 0, 0, rate, duration, 0x55C4, 0), version=1)
    handler = _full(b"hdlr", bytes(4) + b"soun" + bytes(12) + b"\0")
    # Leave out what a decoder leaves out at the start of the MP3, so that every second stays the same.
    edit = _full(b"elst", struct.pack(">IQqI", 1, duration - skipped, skipped, 0x10000), version=1)
    shown = struct.pack(">QQIIQ8xHHHH", 0, 0, 1, 0, duration - skipped, 0, 0, 0x100, 0) + _MATRIX + bytes(8)
    header = _full(b"tkhd", shown, version=1, flags=3)
    whole = struct.pack(">QQIQIH10x", 0, 0, rate, duration - skipped, 0x10000, 0x100) + _MATRIX + bytes(24)
    track_box = _box(b"trak", header + _box(b"edts", edit) + _box(b"mdia", about + handler + media))
    return _box(b"moov", _full(b"mvhd", whole + struct.pack(">I", 2), version=1) + track_box)


def _box(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(body), name) + body


def _full(name: bytes, body: bytes, version: int = 0, flags: int = 0) -> bytes:
    return _box(name, struct.pack(">I", version << 24 | flags) + body)
