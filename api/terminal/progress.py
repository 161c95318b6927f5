"""Progress in a terminal: a bar for the current stage, a line for each finished episode."""

from collections.abc import Callable
from typing import Any, Self

from tqdm import tqdm

_UNITS = {"download": "B", "transcribe": "s", "encode": " texts"}


class Bars:
    """Draws one bar at a time on standard error if that is a terminal; prints lines to standard output."""

    def __init__(self, quiet: bool) -> None:
        self._quiet = quiet
        self._bar: tqdm[Any] | None = None
        self._name = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def line(self, text: str) -> None:
        """Print a line without breaking the bar."""
        self._close()
        tqdm.write(text)

    def stage(self, episode: str) -> Callable[[str, float, float | None], None]:
        """Return a callback for the stages of an episode; it takes (stage, amount done, total or None if unknown)."""
        return lambda name, done, whole: self._show(f"{episode} {name}", _UNITS.get(name, ""), done, whole)

    def encoding(self, done: int, whole: int) -> None:
        """Show how many texts have been encoded."""
        self._show("encode", _UNITS["encode"], done, whole)

    def _show(self, name: str, unit: str, done: float, whole: float | None) -> None:
        if name != self._name:
            self._close()
            self._name = name
            self._bar = tqdm(
                total=whole, desc=name, unit=unit, unit_scale=unit == "B", disable=True if self._quiet else None
            )
        if self._bar is not None:
            self._bar.update(done - self._bar.n)

    def _close(self) -> None:
        if self._bar is not None:
            self._bar.close()
        self._bar, self._name = None, ""
