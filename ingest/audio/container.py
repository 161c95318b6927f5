"""Detect a recording's container from its first bytes, before any parser sees it; pure except for reading them."""

from collections.abc import Callable, Iterator
from typing import BinaryIO

# Bytes searched for the first frame of an MP3 or AAC file that begins with something else (part of a frame, zeros).
_SEARCHED = 64 * 2**10
_MOST_TAGS = 8
_FRAMES = 3  # consecutive frames required, because fewer occur by chance in other data

# (offset, bytes at it, FFmpeg's name of the container)
_MAGIC = (
    (0, b"fLaC", "flac"),
    (0, b"OggS", "ogg"),
    (0, b"\x1aE\xdf\xa3", "matroska"),
    *((4, box, "mov") for box in (b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide")),
)
_WAVES = (b"RIFF", b"RF64", b"BW64")
_PLAYLISTS = (b"#extm3u", b"[playlist]", b"ffconcat", b"[reference]", b"<asx", b"<mpd", b"<smil", b"<playlist")
# Layer (III, II, I) to kilobits per second by the index in a frame's header; MPEG 1, then MPEG 2 and 2.5.
_RATES_1 = {
    1: (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    2: (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    3: (32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
}
_LOW = (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
_RATES_2 = {1: _LOW, 2: _LOW, 3: (32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256)}
SAMPLE_RATES = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}


class NotARecording(ValueError):
    """The bytes are not a supported recording; the message completes a sentence that starts with the file's name."""


def container_of(file: BinaryIO) -> str:
    """Return FFmpeg's name for a recording's container, from its magic bytes: mp3, aac, wav, flac, ogg, mov, matroska.

    Reads at most 64 KiB after the tags at the start. Raises NotARecording for any other file.
    """
    head = file.read(16)
    tagged = False
    start = 0
    for _ in range(_MOST_TAGS):
        if head[:3] != b"ID3" or len(head) < 10:
            break
        tagged = True
        size = sum((byte & 0x7F) << shift for byte, shift in zip(head[6:10], (21, 14, 7, 0), strict=True))
        start += 10 + size + (10 if head[5] & 0x10 else 0)
        file.seek(start)
        head = file.read(16)
    if head[:4] in _WAVES and head[8:12] == b"WAVE":
        return "wav"
    for offset, magic, name in _MAGIC:
        if head[offset : offset + len(magic)] == magic:
            return name
    data = head + file.read(_SEARCHED)
    for at in _syncs(data):
        for name, length in (("mp3", _mpeg_length), ("aac", _adts_length)):
            if _follow(data, at, length):
                return name
    if tagged:
        return "mp3"
    raise NotARecording(_refusal(data))


def _refusal(data: bytes) -> str:
    text = data[:512].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if text.startswith(_PLAYLISTS) or (text.startswith(b"<?xml") and any(word in text for word in _PLAYLISTS)):
        return "is a playlist, which only names other files; give the recording itself"
    if text.startswith((b"<!doctype", b"<html")):
        return "is a web page, not a recording; download the recording again"
    return "not a recording in MP3, AAC, MP4, Ogg, FLAC, WAV or WebM; convert it to one of them"


def _syncs(data: bytes) -> Iterator[int]:
    """Yield the offsets where a frame of MPEG audio may begin (11 bits set), lazily."""
    at = data.find(b"\xff")
    while 0 <= at < _SEARCHED:
        if len(data) > at + 1 and data[at + 1] & 0xE0 == 0xE0:
            yield at
        at = data.find(b"\xff", at + 1)


def _follow(data: bytes, at: int, length: Callable[[bytes], int]) -> bool:
    """Return whether consecutive frames start here: three of them, or two that reach the end of the data."""
    for number in range(_FRAMES):
        size = length(data[at : at + 6])
        if not size:
            return number > 1 and at == len(data)
        at += size
    return True


def _adts_length(head: bytes) -> int:
    """Return the bytes of an AAC frame from its header (ISO 13818-7, ADTS), 0 if it is not one."""
    if len(head) < 6 or head[0] != 0xFF or head[1] & 0xF6 != 0xF0 or (head[2] >> 2) & 0xF > 12:
        return 0
    size = (head[3] & 3) << 11 | head[4] << 3 | head[5] >> 5
    return size if size > 7 else 0


def _mpeg_length(head: bytes) -> int:
    """Return the bytes of an MP1, MP2 or MP3 frame from its header (ISO 11172-3), 0 if it is not one."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return 0
    version, layer = (head[1] >> 3) & 3, (head[1] >> 1) & 3  # layer 3 means Layer I, layer 1 means Layer III
    rate, sampling, padding = head[2] >> 4, (head[2] >> 2) & 3, (head[2] >> 1) & 1
    if version == 1 or layer == 0 or rate in (0, 15) or sampling == 3:
        return 0
    bits = (_RATES_1 if version == 3 else _RATES_2)[layer][rate - 1] * 1000
    hertz = SAMPLE_RATES[version][sampling]
    if layer == 3:
        return (12 * bits // hertz + padding) * 4
    return (72 if layer == 1 and version != 3 else 144) * bits // hertz + padding
