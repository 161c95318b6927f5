"""Recognise Markdown in lines of text, and take its markup away; pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from ingest.shownotes.html_blocks import place_of
from ingest.shownotes.label_times import in_brackets
from ingest.shownotes.lines import Line
from ingest.shownotes.tables import turns_in_table
from ingest.text.clock import TIME, TIME_RANGE

_HEADING = re.compile(r"(#{1,6}) +(\S.*?)(?: +#+)?$")
_LABEL = re.compile(
    rf"(?P<time>[\[(]?(?:{TIME_RANGE}|{TIME})[\])]?\s+)?"
    r"(?P<sign>\*\*\*|\*\*|__|\*|_)(?=\S)(?P<inside>(?:[^*]|(?<=\w)\\?\*(?=:)){1,90}?)(?P=sign)(?P<colon> ?:)?"
)
_LINK = re.compile(r"\[((?:[^\[\]\\]|\\.|\[[^\[\]]{0,80}\]){1,200})\]\((https?://[^\s()]{1,2000})\)")
_BOLD = re.compile(r"\*\*(?=\S)([^*]{1,2000}?)(?<=\S)\*\*")
_TIME_EMPHASIS = re.compile(rf"(?<![\w*_`])([*_`])([\[(]?(?:{TIME_RANGE}|{TIME})[\])]?)\1(?![\w*_`])")
_ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+\-.!>~|])")
_QUOTE = re.compile(r"(?:> ?)+")
_TABLE_RULE = re.compile(r"\|?(?:\s*:?-+:?\s*\|)+(?:\s*:?-+:?\s*)?")
_BOLD_SIGNS = ("***", "**", "__")
_LOWEST_HEADING = 6
_CELL_BORDER = re.compile(r"(?<!\\)\|")


def is_markdown(line: Line) -> bool:
    """Return whether a line has markup that no plain text has: a heading, a bold beginning, a table."""
    text = _QUOTE.sub("", line.text, count=1)
    found = _LABEL.match(text)
    is_label = found is not None and (found["sign"] in _BOLD_SIGNS or _has_colon(found))
    return is_label or _HEADING.match(line.text) is not None or _is_rule(line)


def has_link(line: Line) -> bool:
    """Return whether a line has a link of Markdown, which somebody may also have said in an HTML text."""
    return _LINK.search(line.text) is not None


def _is_rule(line: Line) -> bool:
    return "|" in line.text and _TABLE_RULE.fullmatch(line.text) is not None


def without_tables(lines: Sequence[Line]) -> Iterator[Line]:
    """Yield the lines with each table of turns as a line for each time, name and text, lazily.

    The first row of any other table is a heading.
    """
    number = 0
    while number < len(lines):
        end = number
        if number + 1 < len(lines) and _is_rule(lines[number + 1]):
            while end < len(lines) and "|" in lines[end].text:
                end += 1
        rows = [_cells(line) for line in lines[number:end] if not _is_rule(line)]
        turns = turns_in_table(rows) if rows else None
        if turns is not None:
            for turn, row in zip(turns, rows[1:], strict=True):
                yield from (Line(text) for text in (turn.time, turn.label, *(row[column] for column in turn.words)))
        elif rows:
            yield replace(lines[number], heading=_LOWEST_HEADING)
            yield from lines[number + 2 : end]
        else:
            yield lines[number]
        number = max(end, number + 1)


def _cells(line: Line) -> list[str]:
    return [cell.strip() for cell in _CELL_BORDER.split(line.text.strip().removeprefix("|").removesuffix("|"))]


def without_markdown(line: Line, targets: list[str]) -> Line:
    """Return the line without Markdown markup; the targets of its links are appended to `targets`."""
    start, end = line.bold_start, line.bold_end
    text = _QUOTE.sub("", line.text, count=1) if line.text.startswith(">") and end == 0 else line.text
    text = text.removesuffix("\\")  # a line break in Markdown
    end = min(end, len(text))
    level, time = line.heading, line.time
    linked = line.linked or _LINK.fullmatch(text.strip("-*• ")) is not None
    if time is None and (first := _LINK.match(text)) is not None:
        time = place_of(first[2])

    def link(found: re.Match[str]) -> str:
        targets.append(found[2])
        is_place = found.start() > 0 and place_of(found[2]) is not None
        return in_brackets(found[1], found.string[: found.start()]) if is_place else found[1]

    first_part = _LINK.sub(link, text[:end])
    text, end = first_part + _LINK.sub(link, text[end:]), len(first_part)
    if heading := _HEADING.match(text):
        level, text = len(heading[1]), heading[2]
        start, end = 0, len(text)
    elif (label := _LABEL.match(text)) and _delimits(label, text):
        name = label["inside"] + (label["colon"] or "")
        before = label["time"] or ""
        text = before + name + text[label.end() :]
        start, end = len(before), len(before + name)
    text = text[:end] + _TIME_EMPHASIS.sub(r"\2", _BOLD.sub(r"\1", text[end:]))
    text = _ESCAPE.sub(r"\1", text).strip()
    return replace(
        line, text=text, bold_start=start, bold_end=min(end, len(text)), heading=level, linked=linked, time=time
    )


def _delimits(label: re.Match[str], text: str) -> bool:
    """Return whether emphasis at the start of a line marks a label and not the first words of a sentence."""
    return _has_colon(label) or label.end() == len(text) or label["sign"] in _BOLD_SIGNS


def _has_colon(label: re.Match[str]) -> bool:
    return label["colon"] is not None or label["inside"].endswith(":")
