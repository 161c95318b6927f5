"""Progress: in a terminal a bar with the time left, elsewhere a line a minute, and a line for each finished episode."""

import sys
import time
from collections.abc import Callable, Mapping
from typing import Any, Self

from tqdm import tqdm

from api.terminal.time_left import Hearing, advanced, in_words, time_left

_UNITS = {"download": "B", "encode": " texts"}
_INTERVAL = 60.0  # seconds between lines where no bar is drawn
_TRANSCRIBE, _SOUND = "transcribe", "s"
# A bar of tqdm's own would state the time left as if it were exact, and that of one recording as if it were all.
_SOUND_BAR = "{desc} {percentage:3.0f}%|{bar}| {n:.0f} of {total:.0f} s{postfix}"


class Bars:
    """Draws one bar at a time on standard error if that is a terminal, else says there once a minute how far it is.

    Lines about episodes go to standard output. `quiet` leaves out all but those. `clock` returns seconds.
    """

    def __init__(self, quiet: bool, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self.quiet = quiet
        self._draws = not quiet and sys.stderr.isatty()
        self._stage: Hearing | None = None  # how far the current stage is, whatever it counts
        self._said = clock()  # when a line about it was written last
        self._bar: tqdm[Any] | None = None
        self._name = ""
        self._waiting: dict[str, float | None] = {}  # seconds of sound of the episodes whose turn is still to come
        self._hearings: dict[str, Hearing] = {}
        self._at_work: dict[str, None] = {}  # episodes that are being transcribed, in order

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def expect(self, sound: Mapping[str, float | None]) -> None:
        """Take the seconds of sound that the run will transcribe, by episode; None if unknown."""
        self._waiting = dict(sound)

    def line(self, text: str) -> None:
        """Print a line without breaking the bar."""
        self._close()
        tqdm.write(text)

    def remark(self, text: str) -> None:
        """Say on standard error what a person may wait for, without breaking the bar."""
        if not self.quiet:
            self._close()
            tqdm.write(f"playback: {text}", file=sys.stderr)

    def ended(self, episode: str) -> None:
        """Stop counting on an episode, whether or not it was transcribed."""
        self._waiting.pop(episode, None)
        self._at_work.pop(episode, None)
        if (hearing := self._hearings.get(episode)) is not None:
            self._hearings[episode] = advanced(hearing, hearing.now, hearing.done, hearing.done)

    def stage(self, episode: str) -> Callable[[str, float, float | None], None]:
        """Return a callback for the stages of an episode; it takes (stage, amount done, total or None if unknown)."""

        def show(name: str, done: float, whole: float | None) -> None:
            if name == _TRANSCRIBE and whole is not None:
                self._heard(episode, done, whole)
                self._show(f"{episode} {name}", _SOUND, done, whole)
            else:
                self._show(f"{episode} {name}", _UNITS.get(name, ""), done, whole)

        return show

    def together(self, episode: str, done: float, whole: float) -> None:
        """Show how far a run with several workers is: one of its episodes is at `done` of `whole` seconds of sound."""
        self._heard(episode, done, whole)
        parts = self._hearings.values()
        waiting = sum(seconds or 0.0 for seconds in self._waiting.values())
        self._show(_TRANSCRIBE, _SOUND, sum(part.done for part in parts), sum(part.whole for part in parts) + waiting)

    def _heard(self, episode: str, done: float, whole: float) -> None:
        self._waiting.pop(episode, None)
        self._at_work[episode] = None
        self._hearings[episode] = advanced(self._hearings.get(episode), self._clock(), done, whole)

    def encoding(self, done: int, whole: int) -> None:
        """Show how many texts have been encoded."""
        self._show("encode", _UNITS["encode"], done, whole)

    def _show(self, name: str, unit: str, done: float, whole: float | None) -> None:
        if name != self._name:
            self._close()
            self._name, self._stage = name, None
            self._bar = tqdm(
                total=whole,
                desc=name,
                unit=unit,
                unit_scale=unit == "B",
                bar_format=_SOUND_BAR if unit == _SOUND else None,
                disable=not self._draws,
            )
        if whole is not None and not self.quiet and not self._draws:
            self._say(name, unit, done, whole)
        if self._bar is None:
            return
        if unit == _SOUND:
            self._bar.n, self._bar.total = done, whole
            self._bar.set_postfix_str(self._time_left())  # draws the bar
        else:
            self._bar.update(done - self._bar.n)

    def _say(self, name: str, unit: str, done: float, whole: float) -> None:
        """Write a line about a stage that has gone on for a minute, and every minute after that."""
        now = self._clock()
        if self._stage is None:
            self._said = now
        self._stage = advanced(self._stage, now, done, whole)
        if now - self._said >= _INTERVAL:
            self._said = now
            left = time_left([self._stage])
            parts = [f"{done:,.0f} of {whole:,.0f} {unit.strip()}".strip(), *([in_words(left)] if left else [])]
            tqdm.write(f"playback: {name}: {', '.join(parts)}", file=sys.stderr)

    def _time_left(self) -> str:
        """Return the time left of each episode at work and of the run, "" while the speed is unknown."""
        is_alone = len(self._at_work) == 1
        parts = [
            in_words(left) if is_alone else f"{name} {in_words(left)}"
            for name in self._at_work
            if (left := time_left([self._hearings[name]]))
        ]
        if self._waiting or not is_alone:
            known = [seconds for seconds in self._waiting.values() if seconds is not None]
            left = time_left(self._hearings.values(), sum(known))
            if left:
                parts.append(f"{in_words(left, is_least=len(known) < len(self._waiting))} in all")
        return ", ".join(parts)

    def _close(self) -> None:
        if self._bar is not None:
            self._bar.close()
        self._bar, self._name = None, ""
