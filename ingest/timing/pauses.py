"""Where a recording pauses: its energy 100 times a second, and the stretches in which it is near the local floor."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ingest.audio.load import SAMPLE_RATE

RATE = 100  # values a second
_FRAME = SAMPLE_RATE // RATE  # samples a value
# Rumble and hum are loud and low, the "s" and "t" that begin words faint and high: each sample less most of the one
# before it, the usual first step of speech processing.
_PREEMPHASIS = 0.9
_SILENCE = 1e-10  # added to the mean square, so that digital silence is -100 dB and not minus infinity

# Speech and silence are told apart by what is heard around, in seconds and dB.
_AROUND, _HOP = 20.0, 2.0
_FLOOR, _SPEECH = 10.0, 90.0  # percentiles of the energy around
_DEEPEST = 45.0  # below speech nothing is heard, so that digital silence makes no breath loud
_SHALLOWEST = 9.0  # music or a crowd that never falls by so much hides every pause
_QUIET = 0.3  # of the way from the floor to speech
_FAINT = 0.12  # of the same way: a word that begins with a breath of sound ("h", "f") begins where this is passed
_FAINTEST = 0.08  # seconds by which that may come before the loud part; what is longer is a breath
_LOUD = 0.5  # of the same way: a word is as loud as that soon after it begins, a breath before it is not
_SOON, _BREATH = 0.07, 0.5  # seconds; the longest breath that is looked through
_SHORTEST = 0.08  # seconds; the closures of "p", "t" and "k" are shorter
_CLICK = 0.03  # seconds; a louder moment that short is no word


@dataclass(frozen=True, slots=True)
class Pause:
    """A stretch in which nobody is heard to speak: seconds."""

    start: float
    end: float


def envelope(blocks: Iterable[NDArray[np.float32]]) -> NDArray[np.float32]:
    """Return the energy of 16 kHz mono samples in dB, one value every 10 ms, high frequencies raised.

    Blocks may be of any length and are read one at a time, so memory grows by 400 bytes a second only; an error of
    their iterator comes through.
    """
    parts: list[NDArray[np.float32]] = []
    rest, last = np.zeros(0, np.float32), np.float32(0)
    for block in blocks:
        if not len(block):
            continue
        samples = np.concatenate((rest, block - _PREEMPHASIS * np.concatenate(([last], block[:-1]))), dtype=np.float32)
        last = block[-1]
        whole = len(samples) - len(samples) % _FRAME
        frames = samples[:whole].reshape(-1, _FRAME)
        parts.append(np.einsum("ij,ij->i", frames, frames) / _FRAME)
        rest = samples[whole:]
    power = np.concatenate(parts) if parts else np.zeros(0, np.float32)
    energy: NDArray[np.float32] = (10.0 * np.log10(power + _SILENCE)).astype(np.float32)
    return energy


def pauses(energy: NDArray[np.float32]) -> tuple[Pause, ...]:
    """Return the pauses of a recording in order, from its `envelope`; quiet is judged by the 20 s around."""
    if not len(energy):
        return ()
    floor, speech = _levels(energy)
    floor = np.maximum(floor, speech - _DEEPEST)
    quiet = (energy < floor + _QUIET * (speech - floor)) & (speech - floor >= _SHALLOWEST)
    smooth = np.convolve(energy, np.full(3, 1 / 3), mode="same")
    faint = smooth >= floor + _FAINT * (speech - floor)
    edges = np.flatnonzero(np.diff(quiet, prepend=False, append=False))
    runs: list[tuple[int, int]] = []
    for first, last in edges.reshape(-1, 2).tolist():
        if runs and first - runs[-1][1] <= round(_CLICK * RATE):
            first = runs.pop()[0]
        runs.append((first, last))
    found = [run for run in runs if run[1] - run[0] >= round(_SHORTEST * RATE)]
    loud = smooth >= floor + _LOUD * (speech - floor)
    return tuple(
        Pause(first / RATE, max(last - _leading(faint[first:last]), _word_after(loud, last)) / RATE)
        for first, last in found
    )


def _word_after(loud: NDArray[np.bool_], last: int) -> int:
    """Return the first value after a pause that may belong to a word, where a breath comes before that."""
    after = np.flatnonzero(loud[last : last + round(_BREATH * RATE)])
    return last + int(after[0]) - round(_SOON * RATE) if len(after) else 0


def _leading(faint: NDArray[np.bool_]) -> int:
    """Return how many values at the end of a pause belong to the word after it already."""
    most = min(round(_FAINTEST * RATE), len(faint) - 1)
    silent = np.flatnonzero(~faint[len(faint) - most :][::-1])
    return int(silent[0]) if len(silent) else most


def _levels(energy: NDArray[np.float32]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the floor and the level of speech around each value, in dB."""
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
