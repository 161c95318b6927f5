"""What a recording is, is told by its bytes and not by its name."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.audio.container import NotARecording, container_of

SILENT_AAC = b"\xff\xf1\x60\x40\x01\x7f\xfc" + bytes(4)  # an ADTS frame of 11 bytes


def kind(data: bytes) -> str:
    return container_of(io.BytesIO(data))


def tag(size: int) -> bytes:
    """An ID3v2 tag with so many bytes behind its header."""
    return b"ID3\x04\x00\x00" + bytes((size >> shift) & 0x7F for shift in (21, 14, 7, 0)) + bytes(size)


@pytest.mark.parametrize(
    ("name", "codec", "expected"),
    [
        ("a.mp3", "libmp3lame", "mp3"),
        ("a.m4a", "aac", "mov"),
        ("a.aac", "aac", "aac"),
        ("a.flac", "flac", "flac"),
        ("a.wav", "pcm_s16le", "wav"),
        ("a.ogg", "libopus", "ogg"),
        ("a.webm", "libopus", "matroska"),
    ],
)
def test_what_podcasts_use_is_recognised_whatever_its_name(tmp_path, record, voice, name, codec, expected):
    """Files that FFmpeg itself wrote; an ID3 tag before them changes nothing where players put one."""
    data = record(tmp_path / name, voice(2), 48_000 if codec == "libopus" else 16_000, codec).read_bytes()
    assert kind(data) == expected
    if expected in ("mp3", "aac", "flac"):
        assert kind(tag(5_000) + data) == expected
        assert kind(tag(3) + tag(300_000) + data) == expected


def test_an_mp3_may_begin_amid_a_frame(tmp_path, record, voice):
    """A stream that was cut anywhere still holds frames that follow one another."""
    data = record(tmp_path / "a.mp3", voice(3)).read_bytes()
    assert {kind(data[cut:]) for cut in range(700, 1500, 97)} == {"mp3"}


@pytest.mark.parametrize(
    "text",
    [
        "#EXTM3U\n#EXT-X-TARGETDURATION:10\nhttp://127.0.0.1/a.ts\n",
        "\ufeff#EXTM3U\n/etc/passwd\n",
        "[playlist]\nFile1=http://127.0.0.1/a.mp3\n",
        "ffconcat version 1.0\nfile /etc/passwd\n",
        "FFCONCAT version 1.0\nfile 'http://127.0.0.1/'\n",
        '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011"></MPD>',
        "<ASX version='3'><ENTRY><REF HREF='http://127.0.0.1/'/></ENTRY></ASX>",
        '<?xml version="1.0"?>\n<playlist version="1"><trackList/></playlist>',
        "<smil><body/></smil>",
    ],
)
def test_a_playlist_is_refused_as_one(text):
    """It names other files, which nobody may make us open."""
    with pytest.raises(NotARecording, match="playlist"):
        kind(text.encode())


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"x",
        b"ID3",
        b"RIFF\x10\x00\x00\x00AVI LIST",
        b"FORM\x00\x00\x00\x20AIFFCOMM",
        b"caff\x00\x01\x00\x00desc",
        b"0&\xb2u\x8ef\xcf\x11\xa6\xd9\x00\xaa\x00b\xcel",  # ASF
        b"FLV\x01\x05\x00\x00\x00\x09",
        b"\x00\x00\x01\xba" + bytes(200),  # MPEG programme stream
        (b"\x47" + bytes(187)) * 20,  # MPEG transport stream
        b"#!AMR\n",
        b".snd\x00\x00\x00\x18",
        b"\x0b\x77" * 50,  # AC-3
        b"\x7fELF",
        b"PK\x03\x04",
        b"%PDF-1.4",
        b"ADIF",
        b"file '/etc/passwd'\n",
    ],
)
def test_other_containers_are_refused(data):
    """FFmpeg would read most of them; a podcast has no need of them."""
    with pytest.raises(NotARecording, match="not a recording"):
        kind(data)


def test_a_web_page_is_named_as_one():
    """What servers send instead of a recording."""
    with pytest.raises(NotARecording, match="web page"):
        kind(b"\n <!DOCTYPE html><html><body>404</body></html>")


def test_frames_must_follow_one_another():
    """One frame's header is found in any data; three that end where the next begins are not."""
    frame = b"\xff\xf3\x18\xc4" + bytes(32)
    assert kind(frame * 3 + b"x" * 100) == "mp3"
    assert kind(frame * 2) == "mp3"
    assert kind(SILENT_AAC * 3) == "aac"
    for data in (frame + b"x" * 100, frame + b"x" + frame, SILENT_AAC + b"x" * 50):
        with pytest.raises(NotARecording):
            kind(data)


@given(st.binary(max_size=300), st.sampled_from([b"", b"ID3\x04\x00\x10\x7f\x7f\x7f\x7f", b"\xff\xfb", tag(20)]))
def test_any_bytes_give_a_known_kind_or_a_refusal(data, before):
    """Whatever the bytes are, nothing else is raised."""
    try:
        assert kind(before + data) in {"mp3", "aac", "wav", "flac", "ogg", "mov", "matroska"}
    except NotARecording as refusal:
        assert str(refusal).startswith(("not a recording", "is a playlist"))
