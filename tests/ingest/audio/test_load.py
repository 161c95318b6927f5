"""Recordings of every kind become 16 kHz mono samples, or one clear line."""

import importlib.metadata
import logging
import os
import struct
import wave
from pathlib import Path

import numpy as np
import pytest

from ingest.audio.load import SAMPLE_RATE, blocks, probe
from ingest.errors import AudioError, ModelMissing
from tests.ingest.conftest import write_headerless_mp3

av = pytest.importorskip("av")

SHARED = Path(__file__).parents[3].parent / "shared" / "audio"


def tone(seconds, rate=SAMPLE_RATE, hertz=440.0, level=0.25):
    return (level * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)).astype(np.float32)


def decoded(path, seconds=30.0):
    return np.concatenate(list(blocks(path, seconds)))


def loudest_hertz(samples):
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(np.argmax(spectrum)) * SAMPLE_RATE / len(samples)


@pytest.mark.parametrize(
    ("name", "codec", "rate", "channels"),
    [
        ("a.mp3", "libmp3lame", 16_000, 1),
        ("a.mp3", "libmp3lame", 8_000, 1),
        ("a.mp3", "libmp3lame", 48_000, 2),
        ("a.m4a", "aac", 44_100, 2),
        ("a.flac", "flac", 48_000, 2),
        ("a.wav", "pcm_s16le", 8_000, 1),
        ("a.ogg", "libopus", 48_000, 1),
    ],
)
def test_any_rate_and_container_becomes_sixteen_kilohertz_mono(tmp_path, record, name, codec, rate, channels):
    """The length, the pitch and the loudness of a tone survive decoding."""
    sound = tone(4.0, rate)
    path = record(tmp_path / name, np.stack([sound] * channels), rate, codec)
    samples = decoded(path)
    assert samples.dtype == np.float32
    assert len(samples) / SAMPLE_RATE == pytest.approx(4.0, abs=0.1)
    assert loudest_hertz(samples[SAMPLE_RATE : 3 * SAMPLE_RATE]) == pytest.approx(440, abs=2)
    assert np.abs(samples[SAMPLE_RATE : 3 * SAMPLE_RATE]).max() == pytest.approx(0.25, abs=0.03)
    info = probe(path)
    assert info.duration == pytest.approx(4.0, abs=0.1)
    assert (info.sample_rate, info.channels, info.bytes) == (rate, channels, path.stat().st_size)


def test_samples_are_those_that_the_wave_module_reads(tmp_path, record):
    """A 16 kHz mono WAV is handed on bit by bit (an independent reader agrees)."""
    path = record(tmp_path / "noise.wav", np.random.default_rng(0).uniform(-1, 1, 50_000), codec="pcm_s16le")
    with wave.open(str(path)) as reader:
        expected = np.frombuffer(reader.readframes(50_000), "<i2") / np.float32(32768)
    assert np.array_equal(decoded(path), expected)


@pytest.mark.parametrize("seconds", [0.5, 1.0, 7.3, 100.0])
def test_blocks_are_full_but_for_the_last_and_join_to_the_same_samples(tmp_path, record, seconds):
    """The size of blocks changes nothing but the cuts."""
    path = record(tmp_path / "tone.flac", tone(10.0), codec="flac")
    parts = list(blocks(path, seconds))
    assert all(len(part) == round(seconds * SAMPLE_RATE) for part in parts[:-1])
    assert 0 < len(parts[-1]) <= round(seconds * SAMPLE_RATE)
    assert np.array_equal(np.concatenate(parts), decoded(path))


def test_nothing_happens_before_the_first_block_is_asked_for(tmp_path):
    """The iterator is lazy: a missing file fails when it is read."""
    missing = blocks(tmp_path / "nowhere.mp3")
    with pytest.raises(AudioError, match=r"nowhere\.mp3: no such file"):
        next(missing)


def test_silence_is_sound_of_no_level(tmp_path, record):
    """Silence is a recording like any other."""
    samples = decoded(record(tmp_path / "silence.mp3", np.zeros(5 * SAMPLE_RATE)))
    assert len(samples) == pytest.approx(5 * SAMPLE_RATE, abs=2000)
    assert np.abs(samples).max() < 1e-3


def test_variable_bit_rate_is_timed_by_its_packets_not_by_its_size(tmp_path, record):
    """A quiet half and a loud half: without its Xing header, FFmpeg would guess the length from the first bytes."""
    sound = np.concatenate([np.zeros(20 * SAMPLE_RATE), np.random.default_rng(1).uniform(-0.9, 0.9, 20 * SAMPLE_RATE)])
    path = tmp_path / "vbr.mp3"
    write_headerless_mp3(path, sound, SAMPLE_RATE)
    assert b"Xing" not in path.read_bytes()[:500]
    with av.open(str(path)) as container:
        guess = container.duration / av.time_base
    assert abs(guess - 40) > 2, "the header was not misleading, so this test shows nothing"
    assert probe(path).duration == pytest.approx(40, abs=0.3)
    assert len(decoded(path)) / SAMPLE_RATE == pytest.approx(40, abs=0.3)


def test_cover_art_is_not_sound(tmp_path, record):
    """A picture beside the sound is left alone."""
    plain = record(tmp_path / "plain.mp3", tone(3.0))
    picture = b"\x89PNG\r\n\x1a\n" + os.urandom(5000)
    frame = b"\x00image/png\x00\x03\x00" + picture
    tag = b"APIC" + struct.pack(">I", len(frame)) + b"\x00\x00" + frame
    size = bytes((len(tag) >> shift) & 0x7F for shift in (21, 14, 7, 0))
    covered = tmp_path / "covered.mp3"
    sound = plain.read_bytes()
    old = 10 + sum(byte << shift for byte, shift in zip(sound[6:10], (21, 14, 7, 0), strict=True))
    covered.write_bytes(b"ID3\x03\x00\x00" + size + tag + sound[old if sound[:3] == b"ID3" else 0 :])
    with av.open(str(covered)) as container:
        assert {stream.type for stream in container.streams} == {"audio", "video"}
    assert np.array_equal(decoded(covered), decoded(plain))
    assert probe(covered).duration == pytest.approx(3.0, abs=0.1)


@pytest.mark.parametrize(("name", "codec"), [("cut.mp3", "libmp3lame"), ("cut.wav", "pcm_s16le"), ("cut.flac", "flac")])
def test_a_cut_recording_gives_what_is_there_and_says_what_is_missing(tmp_path, record, caplog, name, codec):
    """Half of a file: the first half is heard, and a warning names the rest."""
    path = record(tmp_path / name, np.random.default_rng(2).uniform(-0.5, 0.5, 20 * SAMPLE_RATE), codec=codec)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert probe(path).duration == pytest.approx(10, abs=0.7)
    with caplog.at_level(logging.WARNING):
        assert len(decoded(path)) / SAMPLE_RATE == pytest.approx(10, abs=0.7)
    assert any(name in line and "missing" in line for line in caplog.messages)


def test_a_whole_recording_causes_no_warning(tmp_path, record, caplog):
    """What the codec trims at the ends is not missing."""
    for name, codec in (("a.mp3", "libmp3lame"), ("a.m4a", "aac"), ("a.flac", "flac"), ("a.wav", "pcm_s16le")):
        decoded(record(tmp_path / name, tone(5.0), codec=codec))
    assert caplog.messages == []


@pytest.mark.parametrize("promised", [10, 3_000_000_000])
def test_a_wrong_length_in_the_header_is_not_believed(tmp_path, record, promised):
    """The measured length counts, whether the header of a WAV says too little or too much."""
    path = record(tmp_path / "wrong.wav", tone(5.0), codec="pcm_s16le")
    data = bytearray(path.read_bytes())
    at = data.index(b"data") + 4
    data[at : at + 4] = struct.pack("<I", promised)
    data[4:8] = struct.pack("<I", min(promised + at, 0xFFFFFFFF))
    path.write_bytes(data)
    if promised > 1000:
        assert probe(path).duration == pytest.approx(5.0, abs=0.1)
        assert len(decoded(path)) == 5 * SAMPLE_RATE
    else:
        assert probe(path).duration == pytest.approx(len(decoded(path)) / SAMPLE_RATE, abs=0.1)


def test_damage_in_the_middle_costs_only_the_damaged_part(tmp_path, record, caplog):
    """Garbage over a tenth of an MP3 leaves the rest audible."""
    path = record(tmp_path / "damaged.mp3", tone(20.0))
    data = bytearray(path.read_bytes())
    third = len(data) // 3
    data[third : third + len(data) // 10] = np.random.default_rng(3).bytes(len(data) // 10)
    path.write_bytes(data)
    assert 16 < len(decoded(path)) / SAMPLE_RATE <= 20.1


def test_a_hole_in_the_time_stamps_becomes_silence(tmp_path):
    """What follows a hole keeps its time: a tone stamped for second 5 is heard at second 5."""
    path = tmp_path / "hole.mka"
    with av.open(str(path), "w", format="matroska") as container:
        stream = container.add_stream("pcm_s16le", rate=SAMPLE_RATE, layout="mono")
        for start in (0, 5):
            part = (tone(1.0) * 32767).astype(np.int16)[None]
            frame = av.AudioFrame.from_ndarray(part, format="s16", layout="mono")
            frame.sample_rate, frame.pts = SAMPLE_RATE, start * SAMPLE_RATE
            container.mux(stream.encode(frame))
    samples = decoded(path)
    assert len(samples) / SAMPLE_RATE == pytest.approx(6.0, abs=0.05)
    loud = np.flatnonzero(np.abs(samples) > 0.1) / SAMPLE_RATE
    assert loud[(loud > 1.1)].min() == pytest.approx(5.0, abs=0.05)


def test_an_advert_of_another_sample_rate_may_be_glued_in(tmp_path, record):
    """Two MP3 streams in one file, as stations make them, are heard one after the other."""
    first = record(tmp_path / "one.mp3", tone(5.0, 44_100), 44_100).read_bytes()
    second = record(tmp_path / "two.mp3", tone(5.0, 22_050), 22_050).read_bytes()
    glued = tmp_path / "glued.mp3"
    glued.write_bytes(first + second)
    samples = decoded(glued)
    assert len(samples) / SAMPLE_RATE == pytest.approx(10.0, abs=0.4)
    assert loudest_hertz(samples[6 * SAMPLE_RATE : 9 * SAMPLE_RATE]) == pytest.approx(440, abs=2)


def broken(name, path, record):
    if name == "zero.mp3":
        path.write_bytes(b"")
    elif name == "text.mp3":
        path.write_text("These are show notes and no sound at all.\n" * 500)
    elif name == "page.mp3":
        path.write_text("<!DOCTYPE html><html><body>404 Not Found</body></html>")
    elif name == "no-samples.wav":
        with wave.open(str(path), "wb") as writer:
            writer.setnchannels(1)
            writer.setsampwidth(2)
            writer.setframerate(SAMPLE_RATE)
    elif name == "headless.m4a":
        record(path, tone(5.0), codec="aac")
        path.write_bytes(path.read_bytes()[:20_000])
    elif name == "noise.mp3":
        path.write_bytes(np.random.default_rng(4).bytes(100_000))
    elif name == "playlist.mp3":
        record(path.with_name("secret.mp3"), tone(2.0))
        path.write_text("ffconcat version 1.0\nfile secret.mp3\n")
    elif name == "folder.mp3":
        path.mkdir()
    else:
        with av.open(str(path), "w") as container:
            stream = container.add_stream("mpeg4", rate=10)
            stream.width = stream.height = 32
            for _ in range(5):
                container.mux(stream.encode(av.VideoFrame(32, 32, "yuv420p")))
            container.mux(stream.encode(None))
    return path


@pytest.mark.parametrize(
    "name",
    [
        "zero.mp3",
        "text.mp3",
        "page.mp3",
        "no-samples.wav",
        "headless.m4a",
        "noise.mp3",
        "playlist.mp3",
        "folder.mp3",
        "picture.mp4",
        "missing.mp3",
    ],
)
def test_what_holds_no_sound_is_refused_with_one_line_that_names_it(tmp_path, record, name):
    """No traceback of a library, no half-answer; and no playlist makes us open other files."""
    path = tmp_path / name if name == "missing.mp3" else broken(name, tmp_path / name, record)
    for read in (probe, decoded):
        with pytest.raises(AudioError) as caught:
            read(path)
        assert name in str(caught.value)
        assert "\n" not in str(caught.value)


def test_an_old_pyav_is_refused(monkeypatch, tmp_path, record):
    """Below 17.1 a crafted recording is dangerous (CVE-2026-40962)."""
    path = record(tmp_path / "a.mp3", tone(1.0))
    monkeypatch.setattr(importlib.metadata, "version", lambda package: "17.0.2")
    with pytest.raises(ModelMissing, match="CVE-2026-40962"):
        probe(path)


def test_memory_stays_flat_over_a_long_recording(tmp_path, record):
    """Fifty minutes are read in half-minute blocks without keeping them."""
    statm = Path("/proc/self/statm")
    if not statm.exists():
        pytest.skip("reads the size of the process from /proc")
    path = record(tmp_path / "long.wav", np.zeros(50 * 60 * 8_000, np.float32), 8_000, "pcm_s16le")
    sizes = []
    seconds = 0.0
    for block in blocks(path):
        seconds += len(block) / SAMPLE_RATE
        sizes.append(int(statm.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE"))
    assert seconds == pytest.approx(3000, abs=1)
    assert max(sizes) - sizes[2] < 20e6  # the samples alone are 192 MB


@pytest.mark.skipif(not SHARED.is_dir(), reason="needs ../shared/audio")
def test_real_recordings_decode_whole(caplog):
    """Every clip and the medley give as many samples as they last."""
    paths = [*sorted((SHARED / "clips").iterdir()), SHARED / "ami-medley" / "ami-medley.mp3"]
    for path in paths:
        samples = decoded(path)
        assert len(samples) / SAMPLE_RATE == pytest.approx(probe(path).duration, abs=0.1)
        assert 0.05 < np.abs(samples).max() <= 1.0
    assert caplog.messages == []
