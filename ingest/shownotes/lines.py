"""One line of show notes, with what its markup said about it."""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text with single spaces; characters [bold_start, bold_end) are its first bold run (may be empty).

    `heading` is the level of a heading (1 to 6), 0 for other lines. `linked` says that all of it is the text of links.
    `time` has the seconds of the place in the recording that a link at its beginning leads to ("…?t=75").
    `signed` says that another sign than a colon marks the label at its beginning ("ANN LEE. Good morning").
    """

    text: str
    bold_start: int = 0
    bold_end: int = 0
    heading: int = 0
    linked: bool = False
    time: float | None = None
    signed: bool = False


def cut(line: Line, start: int, end: int) -> Line:
    """Return the characters [start, end) of a line as a line, without blanks around them."""
    text = line.text[start:end]
    skipped = start + len(text) - len(text.lstrip())
    stripped = text.strip()
    bold_start, bold_end = (min(max(edge - skipped, 0), len(stripped)) for edge in (line.bold_start, line.bold_end))
    return replace(line, text=stripped, bold_start=bold_start, bold_end=bold_end)
