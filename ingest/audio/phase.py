"""Find stereo whose two channels cancel each other when mixed to mono; pure, standard library only.

One lead with two swapped wires is enough: ears hear the voice on both sides, but the sum of both channels is silence.
"""

from collections.abc import Sequence
from operator import mul
from typing import Any

Channel = Any  # a memoryview of integers or of real numbers

_CODES = {"s16": "h", "s32": "i", "flt": "f", "dbl": "d"}  # FFmpeg's sample formats as `memoryview.cast` names them
_STEP = 31  # every so many samples one is looked at; prime, so that hardly any tone hides between them
_KEPT = 0.1  # how much of what was measured still counts a second later
_LEAST = 0.05  # share of the louder channel's power that a mix must keep; beside a silent channel it keeps a quarter


def stereo(planes: Sequence[Any], kind: str, samples: int) -> tuple[Channel, Channel] | None:
    """Return the left and the right channel in FFmpeg's sample format `kind`, None if its numbers are unsigned.

    `planes` are memoryviews, of which only so many samples count.
    """
    code = _CODES.get(kind.removesuffix("p"))
    if code is None:
        return None
    if kind.endswith("p"):  # planar
        left, right = (plane.cast("B").cast(code)[:samples] for plane in planes)
        return left, right
    both = planes[0].cast("B").cast(code)[: 2 * samples]
    return both[::2], both[1::2]


class Phase:
    """The power of two channels and of their product in the last seconds of a recording."""

    def __init__(self) -> None:
        self._left = self._right = self._product = 0.0

    def cancels(self, left: Channel, right: Channel, seconds: float) -> bool:
        """Return whether a mix would lose the sound, after listening to so many more seconds of it."""
        kept = _KEPT**seconds
        left, right = left[::_STEP], right[::_STEP]
        self._left = kept * self._left + sum(map(mul, left, left))
        self._right = kept * self._right + sum(map(mul, right, right))
        self._product = kept * self._product + sum(map(mul, left, right))
        mixed = (self._left + 2 * self._product + self._right) / 4
        return mixed < _LEAST * max(self._left, self._right)
