"""Score how likely an edge of a turn or sentence lies at a pause of the recording; pure."""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log, log1p, pi, sqrt

from ingest.timing.pauses import Pause

WIDER = 0.3  # seconds beyond the stated error that are searched for a pause
# A pause scores higher the nearer and longer it is: its score is a log-likelihood against a pause that is there by
# chance. Fitted by hand to the sample show, the AMI meetings and the spoken variants of the seed.
_LEAST_SPREAD = 0.15  # seconds; least standard deviation assumed for stated times
_RARE = 1.5  # weight of a pause's rarity
_LONGEST, _ALIKE = 0.8, 0.8  # seconds of a pause that count; share of its length from which another counts as equal
_TAIL = 4.0  # degrees of freedom of Student's t, because a few stated times are off by far more than they claim
_SILENCE = 0.3  # share of the seconds within a pause that count: Whisper's words begin and end anywhere in silence
_CLEAR = 2.0  # margin by which a pause must beat all others to be certain


@dataclass(frozen=True, slots=True)
class Found:
    """The pause at an edge, whether it clearly beats all others, and the doubt in seconds.

    The doubt is how far the edge moves, or how far away another likely pause is, if that is more.
    """

    pause: Pause
    clear: bool
    doubt: float


def rarities(pauses: Sequence[Pause]) -> list[float]:
    """Return for each pause the logarithm of the seconds in which one pause of its length is expected."""
    lengths = [min(pause.end - pause.start, _LONGEST) for pause in pauses]
    ordered = sorted(lengths)
    seconds = max(1.0, pauses[-1].end) if pauses else 1.0
    return [log(seconds / (len(ordered) - bisect_left(ordered, _ALIKE * length))) for length in lengths]


def near(time: float, error: float, pauses: Sequence[Pause]) -> range:
    """Return the numbers of the pauses, of all in order, that a time with this error in seconds may belong to."""
    reach = error + WIDER
    return range(
        bisect_left(pauses, time - reach, key=lambda pause: pause.end),
        bisect_right(pauses, time + reach, key=lambda pause: pause.start),
    )


def distance(time: float, edge: float, pause: Pause) -> float:
    """Return how far a time is from an edge of a pause, in seconds; those within the pause count less."""
    first, last = sorted((time, edge))
    silent = max(0.0, min(last, pause.end) - max(first, pause.start))
    return last - first - (1.0 - _SILENCE) * silent


def scores(distances: Mapping[int, float], error: float, rarity: Sequence[float]) -> dict[int, float]:
    """Return the score of each pause at these distances from a time with this error, both in seconds.

    Pauses that are too far away are left out.
    """
    spread = max(_LEAST_SPREAD, error / 2)
    return {
        number: _RARE * rarity[number]
        - log(spread * sqrt(2 * pi))
        - (_TAIL + 1) / 2 * log1p((far / spread) ** 2 / _TAIL)
        for number, far in distances.items()
        if far <= error + WIDER
    }


def found(pause: Pause, taken: int, offered: Mapping[int, float], moves: Mapping[int, float]) -> Found:
    """Return what is known of an edge at pause number `taken`, of those `offered` with their scores.

    `moves` says for each of these by how many seconds it would move the edge, with its sign.
    """
    least = max(0.0, offered[taken] - _CLEAR)
    rivals = [number for number, gain in offered.items() if number != taken and gain > least]
    doubt = max([abs(moves[taken]), *(abs(moves[taken] - moves[number]) for number in rivals)])
    return Found(pause, offered[taken] >= _CLEAR and not rivals, doubt)
