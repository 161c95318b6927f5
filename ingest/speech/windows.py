"""How a long recording is cut for Whisper: windows that fit into memory, clips that fit into one hearing. Pure."""

import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from ingest.audio.load import SAMPLE_RATE

Samples = NDArray[np.float32]
Region = tuple[float, float]  # seconds, start and end

CLIP = 30.0  # seconds that Whisper hears at once, fixed by its training
LONGEST_PAUSE = 2.0  # seconds of silence that may stay inside a clip; Whisper invents text in longer ones


def windows(
    blocks: Iterable[Samples], done: int, speech: Callable[[Samples], list[Region]], seconds: float
) -> Iterator[tuple[Samples, list[Region]]]:
    """Yield what follows the first `done` samples in windows of at most `seconds`, each with the speech in it, lazily.

    `speech` says where somebody speaks. Windows are cut at pauses that depend on the sound after `done` alone, so a run
    that goes on from the end of a window makes the same cuts.
    """
    size = round(seconds * SAMPLE_RATE)
    held = np.empty(0, np.float32)
    passed = 0
    for block in blocks:
        held = np.concatenate([held, block[max(0, done - passed) :]])
        passed += len(block)
        while len(held) > size:
            regions = speech(held[:size])
            end = round(cut(regions, seconds) * SAMPLE_RATE)
            until = end / SAMPLE_RATE
            yield held[:end], [(start, min(stop, until)) for start, stop in regions if start < until]
            held = held[end:]
    if len(held):
        yield held, speech(held)


def cut(regions: Sequence[Region], seconds: float) -> float:
    """Return the second in the last third of a stretch at which to cut it: the middle of the longest pause there.

    Without any border of speech there, it is the end of the stretch.
    """
    borders = [0.0, *(second for region in regions for second in region), seconds]
    pauses = [(start, end) for start, end in zip(borders[::2], borders[1::2], strict=True) if start >= seconds * 2 / 3]
    if not pauses:
        return seconds
    start, end = max(pauses, key=lambda pause: (pause[1] - pause[0], pause[0]))
    return (start + end) / 2


def clips(regions: Sequence[Region], limit: float = CLIP) -> list[Region]:
    """Group regions of speech (in order, apart) into stretches of at most `limit` seconds, cut at long pauses."""
    regions = [part for region in regions for part in _parts(region, limit)]
    pause = [0.0, *(after[0] - before[1] for before, after in itertools.pairwise(regions))]
    found: list[Region] = []
    first = 0
    while first < len(regions):
        start = regions[first][0]
        end = first + 1
        while end < len(regions) and regions[end][1] - start <= limit and pause[end] <= LONGEST_PAUSE:
            end += 1
        if end < len(regions) and pause[end] <= LONGEST_PAUSE:
            late = [index for index in range(first + 1, end + 1) if regions[index - 1][1] - start >= limit / 2]
            end = max(late or [end], key=lambda index: (pause[index], index))
        found.append((start, regions[end - 1][1]))
        first = end
    return found


def _parts(region: Region, limit: float) -> list[Region]:
    start, end = region
    count = max(1, math.ceil((end - start) / limit))
    borders = [start + (end - start) * index / count for index in range(count)]
    return list(itertools.pairwise([*borders, end]))
