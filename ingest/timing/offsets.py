"""Find where a recording has something that its captions lack (an advert), so that all later times are off; pure.

Captions say where sentences begin, the recording says where pauses end. If both fit, most sentences begin where a pause
ends. After an advert they do so only when they are moved by its length.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ingest.timing.edges import begins_sentence
from ingest.timing.pauses import Pause
from ingest.transcript import Turn

MOST_OFFSET = 240.0  # seconds; adverts are shorter
LEAST_OFFSET = 2.0  # seconds; smaller differences are within the reach of `refine_edges`
_STEP = 0.2  # seconds between the offsets that are tried
_SPREAD = 0.3  # seconds; standard deviation of a caption's time
_FITS = 0.6  # share of sentences that begin at a pause
_CHANGE = 12.0  # log-likelihood that a change of the offset costs
_CERTAIN = 18.0  # log-likelihood by which the offsets must be better than none, and a long stretch than chance
_EACH = 0.5  # the same for each sentence of a short stretch
_FEWEST, _MOST = 12, 20_000  # sentences; more than in 20 hours are no speech, and would fill the memory
_LEAST_PAUSE = 0.25  # seconds; shorter ones are within sentences too
_NEAR = 12  # sentences around a change in which it may be
_LIKELY = 0.05  # probability from which a sentence may be on the other side of the change
_SAME = 0.001  # seconds; times are rounded to milliseconds
_STATED = frozenset({"published", "aligned"})
_ERROR = 1.0  # error bound in seconds of times that were moved, before `refine_edges`


def moved_to_recording(turns: Sequence[Turn], pauses: Sequence[Pause]) -> tuple[Turn, ...]:
    """Return the turns with the times of their recording, if its pauses clearly contradict the stated ones.

    In doubt nothing moves. Near-linear in the length.
    """
    times = np.array(sorted(_beginnings(turns)))
    ends = np.array([pause.end for pause in pauses if pause.end - pause.start >= _LEAST_PAUSE])
    if not _FEWEST <= len(times) <= _MOST or len(ends) < _FEWEST:
        return tuple(turns)
    offsets = _offsets(times, ends)
    if not np.any(np.abs(offsets) >= LEAST_OFFSET):
        return tuple(turns)
    doubts = _doubts(times, ends, offsets)

    def by(time: float) -> tuple[float, float]:
        place = max(int(np.searchsorted(times, time + _SAME, side="right")) - 1, 0)
        return float(offsets[place]), float(doubts[place])

    return tuple(_moved(turn, by) if turn.timing in _STATED else turn for turn in turns)


def moved_by(before: Sequence[Turn], after: Sequence[Turn]) -> str | None:
    """Return a line if turns were moved to where their recording has them, by how many seconds."""
    moves = [
        later.start - turn.start
        for turn, later in zip(before, after, strict=True)
        if turn.start is not None and later.start is not None and abs(later.start - turn.start) >= LEAST_OFFSET
    ]
    if not moves:
        return None
    far = f"{min(moves, key=abs):+.0f}" if max(moves) - min(moves) < 1 else f"{min(moves):+.0f} to {max(moves):+.0f}"
    return f"its captions are of another edit than its recording: {len(moves)} turns were moved by {far} s"


def _beginnings(turns: Sequence[Turn]) -> list[float]:
    """Return the starts of the words that begin a turn or a sentence, in seconds."""
    return [
        word.start
        for turn in turns
        if turn.timing in _STATED
        for place, word in enumerate(turn.words)
        if word.start is not None and (place == 0 or begins_sentence(turn, place))
    ]


def _offsets(times: NDArray[np.float64], ends: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the most likely offset of each time.

    All are 0 if that is not clearly better than no offset at all, or if a stretch that would move is hardly likelier
    than chance: of so many offsets, one always fits careless times a little.
    """
    stated = _gains(times, ends)
    if np.convolve(stated, np.ones(_FEWEST), mode="valid").min() > 0.0:
        return np.zeros(len(times))  # they fit everywhere
    tried = np.arange(-MOST_OFFSET, MOST_OFFSET + _STEP / 2, _STEP)
    best = np.zeros(len(tried))
    came = np.empty((len(times), len(tried)), dtype=np.int16)
    for number, time in enumerate(times):
        if number:
            top = int(np.argmax(best))
            jumps = best[top] - _CHANGE > best
            came[number] = np.where(jumps, top, np.arange(len(tried)))
            best = np.where(jumps, best[top] - _CHANGE, best)
        best = best + _gains(time + tried, ends)
    place = int(np.argmax(best))
    if best[place] - stated.sum() < _CERTAIN or best[place] <= 0.0:
        return np.zeros(len(times))
    path = np.empty(len(times))
    for number in range(len(times) - 1, -1, -1):
        path[number] = tried[place]
        place = int(came[number][place]) if number else place
    begins = np.flatnonzero(np.diff(path, prepend=np.nan))
    fits = np.add.reduceat(_gains(times + path, ends), begins)
    needs = np.minimum(_CERTAIN, _EACH * np.diff(begins, append=len(times)))
    if np.any((np.abs(path[begins]) >= LEAST_OFFSET) & (fits <= needs)):
        return np.zeros(len(times))
    return np.where(np.abs(path) < LEAST_OFFSET, 0.0, path)


def _doubts(times: NDArray[np.float64], ends: NDArray[np.float64], offsets: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return by how many seconds each offset may be wrong, because the next change may be some sentences away."""
    doubts = np.zeros(len(times))
    changes = np.flatnonzero(np.diff(offsets)) + 1
    bounds = [0, *changes.tolist(), len(times)]
    for first, place, last in zip(bounds, bounds[1:], bounds[2:], strict=False):
        near = slice(max(first, place - _NEAR), min(last, place + _NEAR))
        before, after = float(offsets[place - 1]), float(offsets[place])
        kept, gone = (_gains(times[near] + far, ends) for far in (before, after))
        # The likelihood that the change is before each of these sentences, or behind the last of them.
        likely = np.concatenate(([0.0], np.cumsum(kept))) - np.concatenate(([0.0], np.cumsum(gone)))
        share = np.exp(likely - likely.max())
        changed = np.cumsum(share / share.sum())[:-1]
        is_changed = np.arange(near.start, near.stop) >= place
        wrong = np.where(is_changed, 1.0 - changed, changed)
        doubts[near] = np.where(wrong > _LIKELY, abs(after - before), doubts[near])
    return doubts


def _gains(at: NDArray[np.float64], ends: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how much likelier it is that a sentence begins at each time than that the pauses there are chance."""
    density = len(ends) / max(ends[-1], 1.0)
    place = np.searchsorted(ends, at)
    before = np.abs(at - ends[np.clip(place - 1, 0, len(ends) - 1)])
    after = np.abs(at - ends[np.clip(place, 0, len(ends) - 1)])
    far = np.minimum(before, after)
    peak = np.exp(-0.5 * (far / _SPREAD) ** 2) / (_SPREAD * np.sqrt(2 * np.pi))
    gains: NDArray[np.float64] = np.log(1.0 - _FITS + _FITS * peak / density)
    return gains


def _moved(turn: Turn, by: Callable[[float], tuple[float, float]]) -> Turn:
    """Return a turn with each word moved by the offset of its time; its edges move with its outer words.

    `by` returns an offset and by how much it may be wrong, which counts to the error.
    """
    timed = [word.start for word in turn.words if word.start is not None]
    if turn.start is None or turn.end is None or not timed:
        return turn
    words = []
    for word in turn.words:
        if word.start is not None and word.end is not None:
            far = by(word.start)[0]
            word = replace(word, start=_plus(word.start, far), end=_plus(word.end, far))
        words.append(word)
    start = _plus(turn.start, by(timed[0])[0])
    return replace(
        turn,
        start=start,
        end=max(start, _plus(turn.end, by(timed[-1])[0])),
        timing_error=max(turn.timing_error or 0.0, _ERROR) + max(by(time)[1] for time in timed),
        words=tuple(words),
    )


def _plus(time: float, far: float) -> float:
    return max(0.0, round(time + far, 3))
