"""Give labels the times that stand beside them, on lines of their own or in links; pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from ingest.shownotes.label_candidates import LabelCandidate, is_time, seconds_printed
from ingest.shownotes.lines import Line, cut
from ingest.text.clock import TIME, TIME_RANGE, clock

# What a link to a place in the recording shows: its time, or a sign such as a triangle.
_LINK_TEXT = re.compile(rf"\s*(?:[\[(]?{TIME}[\])]?|[^\w\s\"“”'‘(\[]{{1,2}})(?=\s|$)")

# In "explained at 40:40" the time is a word.
_BEFORE_A_TIME = (".", "?", "!", "…", ":", "：", "”", ")", "]", '"')
_TIMED = re.compile(rf"({TIME_RANGE}|{TIME})\s+(?=\S)")
_FEWEST_TIMED = 3
_TIME_CHARACTERS = 60
_LEAST_BEHIND = 0.8
_NUMBERED = re.compile(r"(\d{1,4})[.)]\s+(?=\S)")
_FEWEST_NUMBERED = 4
_LEAST_NUMBERED, _COUNTED = 0.6, 0.9  # shares of lines with a number, and of numbers that are one more than the last


def with_times(starts: Mapping[int, LabelCandidate], lines: Sequence[Line]) -> Iterator[tuple[int, LabelCandidate]]:
    """Yield the candidates by line, each with its printed time, or the one on the line beside it.

    The whole text says on which side: "Ann Lee", "0:05", text; or "0:05", "Ann Lee", text.
    """
    times = [number for number, line in enumerate(lines) if is_time(line.text)]
    below = sum(number - 1 in starts and starts[number - 1].form != "inline" for number in times)
    above = sum(number + 1 in starts for number in times)
    beside = 1 if below >= above else -1
    stands = frozenset(times)
    for number, label in starts.items():
        if label.time is None and number + beside in stands and (beside < 0 or label.form != "inline"):
            label = replace(label, time=seconds_printed(lines[number + beside].text))
        if label.time is None:
            label = replace(label, time=lines[number].time)
        yield number, label


def with_times_behind(labels: Sequence[LabelCandidate], lines: Sequence[Line]) -> list[LabelCandidate]:
    """Return the labels with the bare times behind them ("Ann Lee: 0:09 Good."), if nearly all have one."""
    found = [_TIMED.match(lines[label.line].text[label.end :].lstrip()[:_TIME_CHARACTERS]) for label in labels]
    if sum(map(bool, found)) < max(_FEWEST_TIMED, _LEAST_BEHIND * len(labels)):
        return list(labels)
    return [
        label
        if time is None
        else replace(
            label, time=seconds_printed(time[1]), end=lines[label.line].text.index(time[1], label.end) + len(time[1])
        )
        for label, time in zip(labels, found, strict=True)
    ]


def bracketed_time(line: Line, position: int) -> str:
    """Return a line's text from a position on; if it begins with a link to a time, with that time in brackets."""
    text = line.text[position:]
    if line.time is None:
        return text
    shown = _LINK_TEXT.match(text)
    return f"[{clock(line.time)}] {text[shown.end() :].lstrip()}" if shown else text


def in_brackets(shown: str, before: str) -> str:
    """Return what a link to a place shows, in brackets if it is a bare time: within a line it is not spoken."""
    is_bare = is_time(shown) and shown.strip()[0].isdigit() and (not before or before.rstrip().endswith(_BEFORE_A_TIME))
    return shown.replace(shown.strip(), f"[{shown.strip()}]") if is_bare else shown


def first_timed_line(lines: Sequence[Line], labels: Sequence[LabelCandidate]) -> int:
    """Return where a transcript with these labels begins: at the first label, or at a time on a line before it.

    A time with text below it is a turn whose label is missing, if most other turns have a time too.
    """
    first = labels[0].line
    timed = [label.time for label in labels if label.time is not None]
    if 2 * len(timed) < len(labels):
        return first
    above = [number for number in range(first) if is_time(lines[number].text)]
    fits = (number for number in above if (seconds_printed(lines[number].text) or 0.0) <= timed[0])
    return next(fits, first)


def without_numbers(lines: Sequence[Line]) -> list[Line]:
    """Return the lines without the numbers that begin them ("12. Ann: Hello."), if most are counted so, one by one."""
    found = [_NUMBERED.match(line.text) for line in lines]
    numbers = [int(number[1]) for number in found if number]
    steps = sum(after == before + 1 for before, after in pairwise(numbers))
    if len(numbers) < max(_FEWEST_NUMBERED, _LEAST_NUMBERED * len(lines)) or steps < _COUNTED * (len(numbers) - 1):
        return list(lines)
    return [
        line if number is None else cut(line, number.end(), len(line.text))
        for line, number in zip(lines, found, strict=True)
    ]


def with_bracketed_times(lines: Sequence[Line]) -> list[Line]:
    """Return the lines with the times that begin them in brackets, if most begin with one: they are not spoken."""
    found = [None if is_time(line.text) else _TIMED.match(line.text) for line in lines]
    if sum(map(bool, found)) < max(_FEWEST_TIMED, len(lines) / 2):
        return list(lines)
    return [
        line if time is None else replace(line, text=f"[{time[1]}] {line.text[time.end() :]}", bold_start=0, bold_end=0)
        for line, time in zip(lines, found, strict=True)
    ]
