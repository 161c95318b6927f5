"""Find candidates for speaker labels in the lines of a transcript, with the times, roles and marks beside them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from ingest.shownotes.lines import Line
from ingest.speakers.label_shape import LabelKind, LabelShape, label_shape
from ingest.speakers.names import fold, name_words
from ingest.text.clock import TIME, TIME_RANGE, range_of, seconds_of
from ingest.text.words import is_mark

# A label alone on its line, before its text on the same line, or alone without a colon.
LabelForm = Literal["own", "inline", "bare"]

# A label within brackets of any kind, with the time that stands inside them: "[Ann Lee, 0:09]", "<0:09 Ann Lee>".
_INSIDE = r"[^\s:：\[\](){}<>][^:：\[\](){}<>]{0,79}?"
BOX = (
    rf"(?P<opening>[\[({{<])\s*(?:(?P<first>{TIME_RANGE}|{TIME})(?:\s*[,;|–—-]\s*|\s+))?(?P<boxed>{_INSIDE})"
    rf"(?P<inside>\s*\([^()]{{1,40}}\))?(?:(?:\s*[,;|–—-]\s*|\s+)(?P<last>{TIME_RANGE}|{TIME}))?\s*(?P<closing>[\])}}>])"
)
_CLOSING = {"[": "]", "(": ")", "{": "}", "<": ">"}
BRACKETS = r"(?:\s*[\[(][^\[\]()]{1,60}[\])]){0,3}"
_PLAIN = r"[^\s:：\[\]()][^:：\[\]()]{0,79}?"
NAME = rf"{_PLAIN}(?:\([^:：\[\]()]{{1,30}}\)\s*{_PLAIN})?"
_START = re.compile(
    rf"(?:(?:[-*•]\s+)?[\[(]?(?P<before>{TIME_RANGE}|{TIME})[\])]?\s*(?:[-–—|]\s*)?){{0,2}}"
    rf"(?:{BOX}(?=\s*[:：])"
    rf"|(?P<aside>[\[(][^\[\]():：]{{1,40}}[\])]\s+(?=[^\W\d_a-z]))?(?P<name>{NAME}))"
    rf"(?P<brackets>{BRACKETS})\s*(?:(?:[-–—|,]\s*)?(?P<after>{TIME_RANGE}|{TIME})|[-–—|])?\s*"
    r"(?:(?P<colon>[:：]{1,2}-?)(?!//|\d\d)|$)"
)
START_CHARACTERS = 200
_BOLD_WORDS = 3
_BARE_CHARACTERS = 120  # a longer line without a colon has no label, unless its beginning is bold
_BOLD = re.compile(rf"(?P<name>{NAME})(?P<brackets>{BRACKETS})\s*(?P<dash>[-–—])?")
_DASH_FIRST = re.compile(r"\s*(?:(?P<dash>[-–—])\s+)?(?=\S)")
_COLON = re.compile(r"(?<=[^\s:：])[ ]?[:：](?=\s|$)")
_SIGN_BEHIND = re.compile(r"[^\w\s.)\]”’\"'?]+\s*$")
_LAST_BRACKETS = re.compile(rf"{BRACKETS}\s*$")
_WINDOW_CHARACTERS = 140  # characters before a colon that may contain a label
_TIME_BEFORE = re.compile(rf"[\[(](?P<before>{TIME})[\])]\s*$")
_BRACKET = re.compile(r"[\[(][^\[\]()]*[\])]")
_TIME_ONLY = re.compile(rf"{TIME_RANGE}|{TIME}")
_WORD = re.compile(r"\S+")
_BORDER = re.compile(r"(?:[.?!…:;)\]\"”’*]|[-–—]{2,}|[–—])$")
_SENTENCE_BORDER = re.compile(r"(?<=[.?!…:;)\]\"”’*])\s+")


@dataclass(frozen=True, slots=True)
class LabelCandidate:
    """A possible label: characters [start, end) of line `line`, including colon, brackets and times.

    `name` is the label without them; `role` is a bracket about the speaker ("(GDS)"), `mark` a bracket about a sound
    ("(laughing)"), `time` the seconds if the label prints a time. `kind` and `base` are those of its `LabelShape`.
    `unread`: it opens a turn, but whose turn cannot be read from it. What may be speech ends where it begins.
    """

    line: int
    start: int
    end: int
    name: str
    form: LabelForm
    bold: bool = False
    time: float | None = None
    role: str = ""
    mark: str = ""
    after_border: bool = True
    kind: LabelKind = "name"
    base: str = ""
    unread: bool = False

    @property
    def key(self) -> str:
        """The name in the form used for comparison."""
        return fold(self.name)


def label_at_start(number: int, line: Line) -> LabelCandidate | None:
    """Return the candidate at the start of line `number`, None if the start does not look like a label."""
    bold_name = _bold_without_colon(number, line)
    head = line.text[:START_CHARACTERS]
    if len(head) > _BARE_CHARACTERS and ":" not in head and "：" not in head:
        return bold_name
    found = None if is_time(head) else _START.match(head)
    if found is None or (found["colon"] is None and len(line.text) > START_CHARACTERS):
        return bold_name
    name = (found["name"] or found["boxed"]).strip()
    start = found.start("name") if found["name"] else found.start("boxed")
    bold = line.bold_start <= start and start + len(name) <= line.bold_end <= found.end() + 1
    shape = shape_of(name) or (LabelShape(name, name, "open") if bold and _is_short(name) else None)
    if shape is None or (line.heading and "|" in line.text):
        return bold_name
    time, role, mark = read_brackets((found["aside"] or "") + (found["inside"] or "") + found["brackets"])
    printed = found["before"] or found["first"] or found["last"] or found["after"]
    time = seconds_printed(printed) if printed else time
    rest = line.text[found.end() :].strip()
    is_open = name_words(name) == 0
    if line.heading and found["colon"] is not None and rest:
        return None  # "Moderator: Ann Lee" as a heading
    if found["aside"] and found["colon"] is None:
        return bold_name  # "[Archive] Ann Lee" alone is a remark
    if found["colon"] is None:
        form: LabelForm = "bare"
    else:
        form = "inline" if rest and not is_time(rest) else "own"
        is_glued = found["colon"][-1] != "：" and not line.text[found.end() : found.end() + 1].isspace()
        if rest and is_glued and line.bold_end == 0 and name_words(name) < 2:
            return None
    unread = in_odd_brackets(found)
    return LabelCandidate(
        number,
        0,
        found.start("opening") if unread else found.end(),
        shape.name if is_open else name,
        form,
        bold=bold,
        time=time,
        role=role,
        mark="" if unread else mark,
        kind=shape.kind,
        base=shape.base,
        unread=unread,
    )


def in_odd_brackets(found: re.Match[str]) -> bool:
    """Return whether a match of `BOX` has brackets that do not belong together: "[Ann}"."""
    return found["opening"] is not None and _CLOSING[found["opening"]] != found["closing"]


def _is_short(name: str) -> bool:
    """Return whether bold words may be a label, whatever they are: few, and no sentence."""
    return len(name.split()) <= _BOLD_WORDS and name[-1] not in ".?!…"


def shape_of(name: str) -> LabelShape | None:
    """Return a label's shape; a heading that is written like a name ("Useful Links") counts as one, for its context."""
    return label_shape(name) or (LabelShape(name, name, "name") if name_words(name) else None)


def _bold_without_colon(number: int, line: Line) -> LabelCandidate | None:
    """Return a bold name before text as a candidate: the bold print replaces the colon, also before a dash."""
    found = _BOLD.fullmatch(line.text[: line.bold_end].strip()) if 0 == line.bold_start < line.bold_end else None
    after = _DASH_FIRST.match(line.text[line.bold_end :]) if found is not None else None
    if found is None or after is None:
        return None
    name, rest = found["name"].strip(), line.text[line.bold_end + after.end() :]
    shape = shape_of(name)
    dash = bool(found["dash"] or after["dash"])
    is_clear = dash or bool(found["brackets"]) or name_words(name) > 1
    if shape is None or not is_clear or not (dash or (shape.kind != "open" and rest[:1].isupper())):
        return None
    time, role, mark = read_brackets(found["brackets"])
    form: LabelForm = "inline" if dash else "bare"
    end = line.bold_end + after.end()
    return LabelCandidate(number, 0, end, name, form, True, time, role, mark, kind=shape.kind, base=shape.base)


def labels_within(number: int, line: Line, start: LabelCandidate | None) -> Iterator[LabelCandidate]:
    """Yield candidates in the middle of a line, for texts whose line breaks were lost."""
    begin = 0 if start is None else start.end
    for colon in _COLON.finditer(line.text, begin):
        offset = max(begin, colon.start() - _WINDOW_CHARACTERS)
        window = line.text[offset : colon.start()]
        brackets = ""
        if window.rstrip().endswith((")", "]")) and (found := _LAST_BRACKETS.search(window)) is not None:
            brackets = found[0]
            window = window[: found.start()]
        window = _SIGN_BEHIND.sub("", window)
        run, shape = _label_at_end(window)
        name_start = offset + len(window) - len(run)
        if not run or (name_start == 0 and start is None):
            continue
        time, role, mark = read_brackets(brackets)
        before = _TIME_BEFORE.search(line.text[max(begin, name_start - 20) : name_start])
        yield LabelCandidate(
            number,
            name_start - (len(before[0]) if before else 0),
            colon.end(),
            run.strip(),
            "inline",
            time=seconds_of(before["before"]) if before else time,
            role=role,
            mark=mark,
            after_border=_BORDER.search(line.text[max(0, name_start - 20) : name_start].rstrip()) is not None,
            kind=shape.kind,
            base=shape.base,
        )


def _label_at_end(text: str) -> tuple[str, LabelShape]:
    """Return what looks like a label at the end of a text, with trailing spaces, and its shape; "" if nothing does.

    That is all of the last sentence, or the longest run of words that looks like a name.
    """
    parts = _SENTENCE_BORDER.split(text.rstrip())
    if len(parts) > 1 and name_words(parts[-1]) == 0 and (shape := label_shape(parts[-1])) is not None:
        return text[len(text.rstrip()) - len(parts[-1]) :], shape
    run = ""
    for word in reversed(list(_WORD.finditer(text))[-7:]):
        if name_words(text[word.start() :]) > 0:
            run = text[word.start() :]
    return run, shape_of(run.strip()) or LabelShape("", "", "name")


def text_after(label: LabelCandidate, lines: Sequence[Line]) -> str:
    """Return the first words after a label, from its line or the next one; at most 120 characters."""
    rest = lines[label.line].text[label.end : label.end + 120].strip()
    if rest or label.line + 1 >= len(lines):
        return rest
    return lines[label.line + 1].text[:120]


def read_brackets(brackets: str) -> tuple[float | None, str, str]:
    """Return the time, the role and the marks in a label's brackets."""
    time: float | None = None
    roles: list[str] = []
    marks: list[str] = []
    for bracket in _BRACKET.findall(brackets):
        if is_time(bracket):
            time = seconds_printed(bracket)
        else:
            (marks if is_mark(bracket) else roles).append(bracket)
    return time, " ".join(roles), " ".join(marks)


def is_time(text: str) -> bool:
    """Return whether a text is only a printed time or a range of two, also in brackets."""
    return _TIME_ONLY.fullmatch(text.strip("[](){}<>|` ")) is not None


def seconds_printed(text: str) -> float | None:
    """Return the seconds of a printed time, or of the start of a range."""
    printed = text.strip("[](){}<>|` ")
    span = range_of(printed)
    return seconds_of(printed) if span is None else span[0]
