"""Find the pauses of a recording: compute its energy 100 times a second, and find where it is near the local floor."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ingest.audio.load import SAMPLE_RATE

RATE = 100  # values a second
_FRAME = SAMPLE_RATE // RATE  # samples a value
# Pre-emphasis, the usual first step of speech processing: subtract most of the previous sample. Rumble and hum are loud
# and low, while the "s" and "t" that begin words are faint and high.
_PREEMPHASIS = 0.9
# Hiss is high too, and raised it hides speech. Where raised speech stands out by less than this, in dB, and plain
# speech by more, the plain energy is used.
_HISSING = 15.0
_SILENCE = 1e-10  # added to the mean square, so that digital silence is -100 dB and not minus infinity

# Speech and silence are distinguished by the energy around them, in seconds and dB.
_AROUND, _HOP = 20.0, 2.0
_FLOOR, _SPEECH = 10.0, 90.0  # percentiles of the energy around
_DEEPEST = 45.0  # dB below speech; the floor is never lower, or a breath would seem loud beside digital silence
_SHALLOWEST = 9.0  # dB; music or a crowd that never falls this far below speech hides every pause
# The next three are shares of the way from the floor to speech.
_QUIET = 0.3  # below this, nobody speaks
_FAINT = 0.12  # a word that begins or ends with a faint sound ("h", "f") does so where this is passed
_BEGINS, _FADES = 0.08, 0.15  # seconds by which the faint sound may precede or follow the loud; more is a breath
_LOUD = 0.5  # a word is this loud soon after it begins, a breath before it is not
_SOON, _BREATH = 0.07, 0.5  # seconds until a word is loud, and of the longest breath
_SHORTEST = 0.08  # seconds; the closures of "p", "t" and "k" are shorter than a pause
_CLICK = 0.03  # seconds; a loud moment this short is not a word


@dataclass(frozen=True, slots=True)
class Pause:
    """A stretch without speech; times in seconds."""

    start: float
    end: float


def envelope(blocks: Iterable[NDArray[np.float32]]) -> NDArray[np.float32]:
    """Return the energy of 16 kHz mono samples in dB, one value every 10 ms, high frequencies raised except in hiss.

    Blocks may have any length and are read one at a time, so memory grows by only 800 bytes per second of sound. Errors
    of the iterator are passed on.
    """
    raised: list[NDArray[np.float32]] = []
    plain: list[NDArray[np.float32]] = []
    rest, last = np.zeros(0, np.float32), np.float32(0)
    for block in blocks:
        if not len(block):
            continue
        samples = np.concatenate((rest, block))
        whole = len(samples) - len(samples) % _FRAME
        raised.append(_power(samples - _PREEMPHASIS * np.concatenate(([last], samples[:-1])), whole))
        plain.append(_power(samples, whole))
        last = samples[whole - 1] if whole else last
        rest = samples[whole:]
    energy = _decibels(raised)
    hissing = len(energy) > 0 and _contrast(energy) < _HISSING
    return max(energy, _decibels(plain), key=_contrast) if hissing else energy


def _power(samples: NDArray[np.float32], whole: int) -> NDArray[np.float32]:
    frames = samples[:whole].reshape(-1, _FRAME).astype(np.float32, copy=False)
    power: NDArray[np.float32] = np.einsum("ij,ij->i", frames, frames) / _FRAME
    return power


def _decibels(parts: list[NDArray[np.float32]]) -> NDArray[np.float32]:
    power = np.concatenate(parts) if parts else np.zeros(0, np.float32)
    energy: NDArray[np.float32] = (10.0 * np.log10(power + _SILENCE)).astype(np.float32)
    return energy


def _contrast(energy: NDArray[np.float32]) -> float:
    """Return how far speech stands out from the floor in dB, in the median of the recording's stretches."""
    around = round(_AROUND * RATE)
    levels = [
        np.percentile(energy[first : first + around], (_FLOOR, _SPEECH)) for first in range(0, len(energy), around)
    ]
    return float(np.median([speech - floor for floor, speech in levels]))


def pauses(energy: NDArray[np.float32]) -> tuple[Pause, ...]:
    """Return the pauses of a recording in order, from its `envelope`; the surrounding 20 s decide what is quiet."""
    if not len(energy):
        return ()
    floor, speech = _levels(energy)
    floor = np.maximum(floor, speech - _DEEPEST)
    quiet = (energy < floor + _QUIET * (speech - floor)) & (speech - floor >= _SHALLOWEST)
    faint = _smooth(energy, 5) >= floor + _FAINT * (speech - floor)
    edges = np.flatnonzero(np.diff(quiet, prepend=False, append=False))
    runs: list[tuple[int, int]] = []
    for first, last in edges.reshape(-1, 2).tolist():
        if runs and first - runs[-1][1] <= round(_CLICK * RATE):
            first = runs.pop()[0]
        runs.append((first, last))
    found = [run for run in runs if run[1] - run[0] >= round(_SHORTEST * RATE)]
    loud = _smooth(energy, 3) >= floor + _LOUD * (speech - floor)
    return tuple(
        Pause(
            (first + _sounding(faint[first:last][::-1], _FADES)) / RATE,
            max(last - _sounding(faint[first:last], _BEGINS), _word_after(loud, last)) / RATE,
        )
        for first, last in found
    )


def _word_after(loud: NDArray[np.bool_], last: int) -> int:
    """Return the index of the first value after a pause that may belong to a word, skipping a breath."""
    after = np.flatnonzero(loud[last : last + round(_BREATH * RATE)])
    return last + int(after[0]) - round(_SOON * RATE) if len(after) else 0


def _smooth(energy: NDArray[np.float32], values: int) -> NDArray[np.float64]:
    return np.convolve(energy, np.full(values, 1 / values), mode="same")


def _sounding(faint: NDArray[np.bool_], longest: float) -> int:
    """Return how many values at the end of a pause already belong to the next word, at most nearly half of them."""
    most = min(round(longest * RATE), (len(faint) - 1) // 2)
    silent = np.flatnonzero(~faint[len(faint) - most :][::-1])
    return int(silent[0]) if len(silent) else most


def _levels(energy: NDArray[np.float32]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the floor and the speech level around each value, in dB."""
    around, hop = round(_AROUND * RATE), round(_HOP * RATE)
    middles = np.arange(0, len(energy) + hop, hop)
    found = [
        np.percentile(energy[max(0, middle - around // 2) : middle + around // 2], (_FLOOR, _SPEECH))
        for middle in middles.tolist()
        if middle - around // 2 < len(energy)
    ]
    levels = np.array(found)
    places = np.arange(len(energy))
    return np.interp(places, middles[: len(found)], levels[:, 0]), np.interp(
        places, middles[: len(found)], levels[:, 1]
    )
