"""Sounds in which nobody speaks, made with numpy: each function takes seconds and returns 16 kHz samples."""

import numpy as np
from numpy.typing import NDArray

from ingest.audio.load import SAMPLE_RATE

Sound = NDArray[np.floating]


def times(seconds: float) -> Sound:
    return np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE


def silence(seconds: float) -> Sound:
    return 0 * times(seconds)


def tone(seconds: float, hertz: float = 440) -> Sound:
    return 0.3 * np.sin(2 * np.pi * hertz * times(seconds))


def hum(seconds: float) -> Sound:
    """The mains, with ten overtones."""
    return np.sum([tone(seconds, 50 * part) / part for part in range(1, 12)], axis=0) / 3


def ringing(seconds: float) -> Sound:
    """A telephone that rings for two seconds of every four."""
    return np.where(times(seconds) % 4 < 2, tone(seconds, 440) + tone(seconds, 480), 0) / 2


def noise(seconds: float, level: float = 0.1) -> Sound:
    return np.random.default_rng(0).normal(0, level, len(times(seconds)))


def swell(seconds: float) -> Sound:
    """Noise that comes and goes, like waves."""
    return noise(seconds) * (1 + np.sin(2 * times(seconds)))


def applause(seconds: float) -> Sound:
    """Seventy-five claps a second."""
    random = np.random.default_rng(5)
    claps = silence(seconds)
    decay = np.exp(-np.arange(400) / 80)
    for start in random.integers(0, len(claps) - 400, round(75 * seconds)):
        claps[start : start + 400] += random.normal(0, 0.1, 400) * decay
    return claps


def music(seconds: float) -> Sound:
    """Plucked chords, two a second, each with a drum."""
    random = np.random.default_rng(3)
    beat = times(0.5)
    drum = np.where(beat < 0.05, np.exp(-100 * beat), 0)
    played = []
    for _ in range(round(2 * seconds) + 1):
        root = 220 * 2 ** (random.choice([0, 3, 5, 7, 10]) / 12)
        tones = [np.sin(2 * np.pi * root * note * part * beat) / part for note in (1, 1.26, 1.5) for part in (1, 2, 3)]
        played.append(0.08 * np.sum(tones, axis=0) * np.exp(-3 * beat) + 0.2 * drum * random.normal(0, 1, len(beat)))
    return np.concatenate(played)[: len(times(seconds))]


def melody(seconds: float) -> Sound:
    """A sawtooth with the vibrato of a singer or a violin."""
    notes = np.resize(np.repeat([220, 247, 262, 294, 330, 294, 262, 247], SAMPLE_RATE), len(times(seconds)))
    pitch = notes * (1 + 0.02 * np.sin(2 * np.pi * 5 * times(seconds)))
    return 0.3 * (2 * (np.cumsum(pitch) / SAMPLE_RATE % 1) - 1)


def telephone(sound: Sound) -> Sound:
    """The sound's 300 to 3400 Hz, at 8000 samples a second."""
    spectrum = np.fft.rfft(sound)
    hertz = np.fft.rfftfreq(len(sound), 1 / SAMPLE_RATE)
    return np.fft.irfft(np.where((hertz > 300) & (hertz < 3400), spectrum, 0), len(sound))[::2]
