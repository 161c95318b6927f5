"""Recordings with damage as a stranger would do it: cut, bits turned, lengths raised, headers exchanged."""

import struct
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random

SAMPLE = Path(__file__).parents[2] / "data" / "sample"
_LENGTHS = (0, 1, 0x7F, 0xFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)


def mutated(sources: Sequence[bytes], count: int, seed: int) -> Iterator[bytes]:
    """Yield so many damaged files, the same for the same seed."""
    random = Random(seed)
    for number in range(count):
        data = bytearray(random.choice(sources))
        damage = _DAMAGES[number % len(_DAMAGES)]
        yield bytes(damage(data, random, sources))


def _cut(data: bytearray, random: Random, _: Sequence[bytes]) -> bytes:
    return data[: random.choice((random.randrange(100), random.randrange(len(data))))]


def _beheaded(data: bytearray, random: Random, _: Sequence[bytes]) -> bytes:
    return data[random.randrange(1, min(len(data), 5_000)) :]


def _bits(data: bytearray, random: Random, _: Sequence[bytes]) -> bytes:
    """Turn bits anywhere, and most of them where headers are."""
    for _ in range(random.choice((1, 8, 64))):
        data[random.randrange(min(len(data), random.choice((64, 1024, len(data)))))] ^= 1 << random.randrange(8)
    return data


def _numbers(data: bytearray, random: Random, _: Sequence[bytes]) -> bytes:
    """Put the numbers in which bounds go wrong where lengths and counts stand."""
    for _ in range(random.randrange(1, 6)):
        at = random.randrange(min(len(data) - 8, random.choice((64, 512, 4096))))
        order, size = random.choice((("<", "I"), (">", "I"), ("<", "H"), (">", "H")))
        value = random.choice(_LENGTHS)
        struct.pack_into(order + size, data, at, value & (0xFFFF if size == "H" else 0xFFFFFFFF))
    return data


def _swapped(data: bytearray, random: Random, sources: Sequence[bytes]) -> bytes:
    """Give a file the beginning of another kind."""
    length = random.choice((4, 12, 64, 512))
    return random.choice(sources)[:length] + data[length:]


def _spliced(data: bytearray, random: Random, sources: Sequence[bytes]) -> bytes:
    other, at = random.choice(sources), random.randrange(len(data))
    return data[:at] + other[random.randrange(len(other)) :]


def _noise(data: bytearray, random: Random, _: Sequence[bytes]) -> bytes:
    start = random.randrange(len(data))
    size = random.randrange(1, 4_000)
    data[start : start + size] = random.randbytes(size)
    return data


def _repeated(data: bytearray, random: Random, _: Sequence[bytes]) -> bytes:
    """Repeat a piece of a header, so that boxes and pages hold themselves."""
    start = random.randrange(min(len(data), 2_000))
    piece = data[start : start + random.randrange(4, 200)]
    return data[:start] + piece * random.randrange(2, 60) + data[start:]


_DAMAGES = (_cut, _beheaded, _bits, _numbers, _swapped, _spliced, _noise, _repeated)


def playlists(address: str) -> dict[str, bytes]:
    """Return files, by name, that ask whoever reads them to open an address."""
    url = f"http://{address}"
    hls = f"#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{url}/a.ts\n#EXT-X-ENDLIST\n"
    mpd = (
        '<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" mediaPresentationDuration="PT9S"><Period>'
        f'<AdaptationSet mimeType="audio/mp4"><Representation id="a" bandwidth="1"><BaseURL>{url}/a.mp4</BaseURL>'
        "</Representation></AdaptationSet></Period></MPD>"
    )
    sdp = f"v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 {address.split(':')[0]}\nm=audio 5004 RTP/AVP 0\n"
    id3 = b"ID3\x04\x00\x00\x00\x00\x00\x00"
    texts = {
        "hls.m3u8": hls,
        "hls.mp3": hls,
        "hls.mp4": hls,
        "byte-order-mark.mp3": "\ufeff" + hls,
        "m3u.mp3": f"#EXTM3U\n{url}/a.mp3\n",
        "bare.m3u": f"{url}/a.mp3\n",
        "key.mp3": hls.replace("#EXTINF", f'#EXT-X-KEY:METHOD=AES-128,URI="{url}/key"\n#EXTINF', 1),
        "pls.mp3": f"[playlist]\nFile1={url}/a.mp3\nNumberOfEntries=1\n",
        "reference.mp3": f"[Reference]\nRef1={url}/a.mp3\n",
        "ffconcat.mp3": f"ffconcat version 1.0\nfile '{url}/a.mp3'\n",
        "ffconcat-option.ogg": f"ffconcat version 1.0\nfile {url}/a\noption protocol_whitelist file,http,tcp\n",
        "concat.wav": f"file '{url}/a.mp3'\n",
        "dash.mp4": mpd,
        "dash.mp3": f'<?xml version="1.0"?>{mpd}',
        "asx.wma": f"<ASX version='3'><ENTRY><REF HREF='{url}/a.mp3'/></ENTRY></ASX>",
        "xspf.mp3": f'<?xml version="1.0"?><playlist version="1"><location>{url}/a.mp3</location></playlist>',
        "smil.mp3": f"<smil><body><audio src='{url}/a.mp3'/></body></smil>",
        "sdp.mp3": sdp,
        "real.mp3": f"{url}/a.mp3",
        "smooth.mp4": f'<SmoothStreamingMedia Url="{url}/Manifest"></SmoothStreamingMedia>',
        "imf.mp4": f'<?xml version="1.0"?><CompositionPlaylist><Path>{url}</Path></CompositionPlaylist>',
        "cue.wav": f'FILE "{url}/a.wav" WAVE\n  TRACK 01 AUDIO\n',
    }
    files = {name: text.encode() for name, text in texts.items()}
    return files | {
        "tagged-hls.mp3": id3 + hls.encode(),
        "tagged-ffconcat.mp3": id3 + texts["ffconcat.mp3"].encode(),
        "reference-movie.mp4": _box(b"ftyp", b"qt  ") + _box(b"moov", _box(b"rmra", _box(b"rmda", _rdrf(url)))),
        "external-data.mp4": _external(url.encode()),
        "riff-hls.wav": b"RIFF" + struct.pack("<I", len(hls) + 4) + b"WAVE" + hls.encode(),
        "ogg-hls.ogg": b"OggS" + hls.encode(),
    }


def _box(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body) + 8) + kind + body


def _rdrf(url: str) -> bytes:
    address = url.encode() + b"/a.mov\0"
    return _box(b"rdrf", bytes(4) + b"url " + struct.pack(">I", len(address)) + address)


def _external(url: bytes) -> bytes:
    """A movie whose one track has its sound elsewhere: a data reference of type url."""
    dref = _box(b"dref", struct.pack(">II", 0, 1) + _box(b"url ", bytes(4) + url + b"/a.mp4\0"))
    entry = bytes(6) + struct.pack(">HHIHHHHI", 1, 0, 0, 1, 16, 0, 0, 16_000 << 16)
    stbl = (
        _box(b"stsd", struct.pack(">II", 0, 1) + _box(b"sowt", entry))
        + _box(b"stts", struct.pack(">IIII", 0, 1, 16_000, 1))
        + _box(b"stsc", struct.pack(">IIIII", 0, 1, 1, 16_000, 1))
        + _box(b"stsz", struct.pack(">III", 0, 2, 16_000))
        + _box(b"stco", struct.pack(">III", 0, 1, 0))
    )
    minf = _box(b"smhd", bytes(8)) + _box(b"dinf", dref) + _box(b"stbl", stbl)
    mdhd = _box(b"mdhd", struct.pack(">IIIIIHH", 0, 0, 0, 16_000, 16_000, 0, 0))
    hdlr = _box(b"hdlr", bytes(4) + b"mhlrsoun" + bytes(13))
    tkhd = _box(b"tkhd", struct.pack(">IIIIII", 1, 0, 0, 1, 0, 1000) + bytes(60))
    mvhd = _box(b"mvhd", struct.pack(">IIIII", 0, 0, 0, 1000, 1000) + bytes(80))
    return _box(b"ftyp", b"qt  " + bytes(4)) + _box(
        b"moov", mvhd + _box(b"trak", tkhd + _box(b"mdia", mdhd + hdlr + _box(b"minf", minf)))
    )
