"""State from where to where a recording has words that its text lacks, by the pauses around them; pure."""

from collections.abc import Sequence
from dataclasses import replace

from ingest.timing.pause_scores import near
from ingest.timing.pauses import Pause
from ingest.transcript import Unwritten

_ERROR = 0.3  # seconds by which heard words may be off
_MOST_SILENCE = 1.0  # seconds of a pause that belong to the words beside it


def widen_to_pauses(unwritten: Sequence[Unwritten], pauses: Sequence[Pause]) -> tuple[Unwritten, ...]:
    """Return the stretches, each from the middle of the pause before it to the middle of the pause after it; seconds.

    What is inserted brings its own silence, which nobody can tell from that of the recording. So a stretch takes half
    of a pause, at most a second of it. Where there is no pause, its time stays.
    """
    return tuple(_widened(stretch, pauses) for stretch in unwritten)


def _widened(stretch: Unwritten, pauses: Sequence[Pause]) -> Unwritten:
    middle = (stretch.start + stretch.end) / 2
    around = [pauses[number] for number in near(stretch.start, _ERROR, pauses)]
    before = _longest([pause for pause in around if pause.end <= middle])
    around = [pauses[number] for number in near(stretch.end, _ERROR, pauses)]
    after = _longest([pause for pause in around if pause.start >= middle])
    return replace(
        stretch,
        start=stretch.start if before is None else max(_middle(before), before.end - _MOST_SILENCE),
        end=stretch.end if after is None else min(_middle(after), after.start + _MOST_SILENCE),
    )


def _longest(pauses: Sequence[Pause]) -> Pause | None:
    return max(pauses, key=lambda pause: pause.end - pause.start, default=None)


def _middle(pause: Pause) -> float:
    return (pause.start + pause.end) / 2
