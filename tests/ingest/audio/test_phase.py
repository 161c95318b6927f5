"""Stereo whose channels cancel each other is heard, and all other stereo is mixed as before."""

import numpy as np
import pytest

from ingest.audio.load import SAMPLE_RATE, blocks
from ingest.audio.phase import Phase, stereo

RATE = 48_000


def sound(seconds=4.0, seed=0):
    """A tone in noise that comes and goes, as speech does."""
    times = np.arange(round(seconds * RATE)) / RATE
    wave = np.sin(2 * np.pi * (150 + 37 * seed) * times) + np.random.default_rng(seed).normal(0, 0.2, len(times))
    return 0.2 * wave * np.sin(2 * np.pi * 1.5 * times) ** 2


def loudness(path):
    samples = np.concatenate(list(blocks(path)))
    return float(np.sqrt(np.mean(samples[SAMPLE_RATE // 2 :] ** 2)))


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("a.mp3", "libmp3lame"),
        ("a.m4a", "aac"),
        ("a.flac", "flac"),
        ("a.wav", "pcm_s24le"),
        ("a.wav", "pcm_f32le"),
    ],
)
def test_channels_of_opposite_phase_are_heard(tmp_path, record, name, codec):
    """A lead with swapped wires does not silence a recording, whatever its codec: one channel is as loud as alone."""
    one = record(tmp_path / f"mono-{name}", sound(), RATE, codec)
    opposite = record(tmp_path / name, np.stack([sound(), -sound()]), RATE, codec)
    assert loudness(opposite) == pytest.approx(loudness(one), rel=0.05)


def test_a_recording_may_change_its_phase(tmp_path, record):
    """Opposite in its second half alone: both halves are heard, at their time, and nothing is lost between them."""
    half = sound()
    path = record(tmp_path / "a.flac", np.stack([np.append(half, half), np.append(half, -half)]), RATE, "flac")
    samples = np.concatenate(list(blocks(path)))
    assert len(samples) == pytest.approx(8 * SAMPLE_RATE, abs=10)
    first, second = samples[: 4 * SAMPLE_RATE], samples[4 * SAMPLE_RATE :]
    late = slice(2 * SAMPLE_RATE, 3 * SAMPLE_RATE)  # by then the change has been noticed
    assert np.corrcoef(first[late], second[late])[0, 1] > 0.99


@pytest.mark.parametrize("right", [sound(), sound(seed=1), 0 * sound(), -0.4 * sound()])
def test_other_stereo_is_mixed(tmp_path, record, right):
    """The same sound, another, none, or the opposite one much softer: half of the sum, as FFmpeg makes it."""
    path = record(tmp_path / "a.wav", np.stack([sound(), right]), RATE, "pcm_s16le")
    mix = record(tmp_path / "mix.wav", (sound() + right) / 2, RATE, "pcm_s16le")
    samples, expected = (np.concatenate(list(blocks(one))) for one in (path, mix))
    assert np.abs(samples - expected).max() < 2e-4


def test_it_is_judged_by_the_last_seconds():
    """One frame of echo does not turn the mix off; seconds of it do, and silence changes nothing."""
    voice = memoryview(sound(1.0).astype(np.float32))
    opposite = memoryview(-sound(1.0).astype(np.float32))
    phase = Phase()
    assert not any(phase.cancels(voice, voice, 1.0) for _ in range(5))
    assert not phase.cancels(voice, opposite, 1.0)
    assert [phase.cancels(voice, opposite, 1.0) for _ in range(8)][-1]
    assert not Phase().cancels(memoryview(bytes(400)).cast("f"), memoryview(bytes(400)).cast("f"), 1.0)


def test_formats_are_read_as_ffmpeg_stores_them():
    """Planar and packed samples give the same two channels, without what pads the buffers; bytes are left alone."""
    left, right = np.arange(5, dtype=np.int16), -np.arange(5, dtype=np.int16)
    padding = np.ones(3, np.int16)
    planar = stereo([memoryview(np.append(one, padding)) for one in (left, right)], "s16p", 5)
    packed = stereo([memoryview(np.append(np.stack([left, right], 1).ravel(), padding))], "s16", 5)
    assert planar is not None
    assert packed is not None
    assert [list(one) for one in planar] == [list(one) for one in packed] == [list(left), list(right)]
    assert stereo([memoryview(bytes(10))], "u8", 5) is None
