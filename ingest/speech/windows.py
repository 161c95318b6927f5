"""Cut a long recording for Whisper into windows that fit in memory and clips that fit Whisper's input; pure."""

import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from ingest.audio.load import SAMPLE_RATE

Samples = NDArray[np.float32]
Region = tuple[float, float]  # seconds, start and end

CLIP = 30.0  # seconds of Whisper's input, fixed by its training
FULL = 0.7  # share of a clip that is filled before a long pause may end it: encoding always costs as much as 30 s
LONGEST_PAUSE = 2.4  # seconds of silence that may stay inside a clip; Whisper hallucinates in longer ones
PADDING = 0.2  # seconds around a clip for breath and soft consonants, which the voice detector misses


def windows(
    blocks: Iterable[Samples], done: int, speech: Callable[[Samples], list[Region]], seconds: float
) -> Iterator[tuple[Samples, list[Region]]]:
    """Yield the sound after the first `done` samples in windows of at most `seconds`, with their speech, lazily.

    `speech` returns the regions of speech in some samples. The cuts are at pauses and depend only on the sound after
    `done`, so a run that resumes at the end of a window makes the same cuts.
    """
    size = round(seconds * SAMPLE_RATE)
    buffered = np.empty(0, np.float32)
    passed = 0
    for block in blocks:
        buffered = np.concatenate([buffered, block[max(0, done - passed) :]])
        passed += len(block)
        while len(buffered) > size:
            regions = speech(buffered[:size])
            end = round(cut(regions, seconds) * SAMPLE_RATE)
            until = end / SAMPLE_RATE
            yield buffered[:end], [(start, min(stop, until)) for start, stop in regions if start < until]
            buffered = buffered[end:]
    if len(buffered):
        yield buffered, speech(buffered)


def cut(regions: Sequence[Region], seconds: float) -> float:
    """Return the second at which to cut a stretch: the middle of the longest pause in its last third.

    Without a pause that begins there, it is the end of the stretch.
    """
    borders = [0.0, *(second for region in regions for second in region), seconds]
    pauses = [(start, end) for start, end in zip(borders[::2], borders[1::2], strict=True) if start >= seconds * 2 / 3]
    if not pauses:
        return seconds
    start, end = max(pauses, key=lambda pause: (pause[1] - pause[0], pause[0]))
    return (start + end) / 2


def clips(regions: Sequence[Region], limit: float = CLIP) -> list[Region]:
    """Group regions of speech (ordered, not overlapping) into clips of at most `limit` seconds, cut at long pauses."""
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
            late = [index for index in range(first + 1, end + 1) if regions[index - 1][1] - start >= limit * FULL]
            end = max(late or [end], key=lambda index: (pause[index], index))
        found.append((start, regions[end - 1][1]))
        first = end
    return found


def padded(stretches: Sequence[Region], end: float) -> list[Region]:
    """Return the clips with 0.2 s more on both sides, or half of a shorter pause between two, within 0…`end`."""
    middles = [(before[1] + after[0]) / 2 for before, after in itertools.pairwise(stretches)]
    borders = list(itertools.pairwise([0.0, *middles, end])) if stretches else []
    return [
        (max(start - PADDING, earliest), min(stop + PADDING, latest))
        for (start, stop), (earliest, latest) in zip(stretches, borders, strict=True)
    ]


def _parts(region: Region, limit: float) -> list[Region]:
    start, end = region
    count = max(1, math.ceil((end - start) / limit))
    borders = [start + (end - start) * index / count for index in range(count)]
    return list(itertools.pairwise([*borders, end]))
