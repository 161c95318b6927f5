"""Find candidates for labels that other signs than a colon mark: a dash, brackets, capitals with a full stop; pure."""

import re
from dataclasses import replace

from ingest.shownotes.label_candidates import (
    BOX,
    BRACKETS,
    NAME,
    START_CHARACTERS,
    LabelCandidate,
    LabelForm,
    in_odd_brackets,
    read_brackets,
    seconds_printed,
    shape_of,
)
from ingest.shownotes.lines import Line
from ingest.speakers.label_shape import label_shape
from ingest.speakers.names import fold, is_role, is_title
from ingest.text.clock import TIME, TIME_RANGE
from ingest.text.words import is_mark

_BEFORE = rf"(?:[\[(]?(?P<before>{TIME_RANGE}|{TIME})[\])]?\s*(?:[-–—|]\s*)?)?"
# "NAME – text" (the dash stands apart, or is a long one), "NAME | text", "NAME -> text", "[NAME] text", "{NAME} text".
_SIGN = re.compile(
    rf"{_BEFORE}(?:(?P<bracket>(?=[\[({{<])){BOX}\s*(?:[\[(](?P<after>{TIME})[\])]\s*)?(?=[^\s:：]|$)"
    rf"|(?P<name>{NAME})(?P<brackets>{BRACKETS})(?:\s+(?:[-–—=]?[>→»]|[-–—|])\s+|\s?—\s?)(?=\S))"
)
# What stands around a name in capitals before its full stop: "0:09 ANN LEE (laughing). Text".
_TIME_FIRST = re.compile(_BEFORE)
_STOP = re.compile(r"\.(?=[\s.(\[]|$)")
_WORD_BEHIND = re.compile(r"\s*\S+")
_PART = r"[\w\s.,'’\"“”&/|·-]*"
_SIGN_BESIDE = r"[^\w\s.()\[\]]{1,2}"
_NAME_IN_CAPITALS = re.compile(
    rf"(?P<name>(?:{_SIGN_BESIDE}\s?)?\w{_PART}(?:\([^()]{{1,30}}\)\s*\w{_PART})?(?:\s?{_SIGN_BESIDE})?)"
    rf"(?P<brackets>{BRACKETS})"
)
_AFTER_STOP = re.compile(rf"(?P<brackets>{BRACKETS})(?:\s+|$)")
_DASH = re.compile(r"[-–—|=>→»]")
_LETTERS = re.compile(r"[^\W\d_]+")
_IN_BRACKETS = re.compile(r"\([^()]*\)")
_JOINS = ("&", "+", "/")
_MOST_NAME = 60
_SHOWN = 80  # characters of the text, in which there is a letter that is not a capital
# What people say alone, and what is printed in capitals without being a name.
_EXCLAIMED = frozenset("ah hey hi no oh ok okay right sure wow yeah yes yep".split())


def label_by_sign(number: int, line: Line) -> LabelCandidate | None:
    """Return the candidate that another sign than a colon marks: "Ann Lee – Good.", "{Ann} Good.", "ANN LEE. Good."."""
    found = label_and_sign(number, line)
    return None if found is None else found[0]


def label_and_sign(number: int, line: Line) -> tuple[LabelCandidate, str] | None:
    """Return that candidate and its sign: "-" for a dash, the bracket that opens it, "." or "*" for bold print."""
    head = line.text[:START_CHARACTERS]
    # "ANN IN LEEDS. The lamp – the big one – fell": the first sign counts.
    found = [one for one in (_before_sign(number, line, head), _before_stop(number, line, head)) if one]
    return min(found, key=lambda one: one[0].end, default=None) or _in_bold(number, line)


def _before_sign(number: int, line: Line, head: str) -> tuple[LabelCandidate, str] | None:
    """Return the candidate before a dash or within brackets."""
    found = _SIGN.match(head)
    if found is None:
        return None
    name = (found["name"] or found["boxed"]).strip()
    shape = shape_of(name)
    if shape is None or (found["boxed"] and is_mark(f"[{name}]")):
        return None
    bracket = head[found.start("bracket")] if found["boxed"] else ""
    is_clear = bracket in ("{", "<") or found["first"] or found["last"]
    # An aside may stand in other brackets; "<B>" is markup that was escaped.
    if (shape.kind == "open" and not is_clear) or (bracket == "<" and len(name) < 2):
        return None
    time, role, mark = read_brackets((found["inside"] or "") + (found["brackets"] or ""))
    printed = found["before"] or found["first"] or found["last"] or found["after"]
    time = seconds_printed(printed) if printed else time
    end = max(found.end("name"), found.end("boxed"))
    # Such brackets set a label apart as bold print does.
    bold = bool(is_clear) or 0 < end <= line.bold_end <= found.end()
    form: LabelForm = "inline" if found.end() < len(line.text) else "own"
    label = LabelCandidate(
        number, 0, found.end(), shape.name, form, bold, time, role, mark, kind=shape.kind, base=shape.base
    )
    if in_odd_brackets(found):
        label = replace(label, end=found.start("opening"), mark="", unread=True)
    return label, bracket or "-"


def _in_bold(number: int, line: Line) -> tuple[LabelCandidate, str] | None:
    """Return the candidate that is a single word in bold print before a sentence: "**Ann** Good morning."."""
    name, text = line.text[: line.bold_end].strip(), line.text[line.bold_end :].lstrip()
    shape = label_shape(name) if line.bold_start == 0 and " " not in name else None
    if shape is None or shape.kind == "open" or line.heading or not text[:1].isupper() or name[-1] in ".,;:：":
        return None
    label = LabelCandidate(
        number, 0, len(line.text) - len(text), shape.name, "inline", True, kind=shape.kind, base=shape.base
    )
    return label, "*"


def _before_stop(number: int, line: Line, head: str) -> tuple[LabelCandidate, str] | None:
    """Return the candidate in capitals that ends with a full stop, before a text that is not in capitals."""
    before = _TIME_FIRST.match(head)
    begin = before.end() if before else 0
    stop = _first_stop(head[: begin + _MOST_NAME], begin)
    stop = stop + 1 if stop is not None and head[stop + 1 : stop + 2] == "." else stop  # "ANN LEE JR.. Text"
    found = None if stop is None else _NAME_IN_CAPITALS.fullmatch(head[begin:stop])
    after = None if stop is None else _AFTER_STOP.match(head, stop + 1)
    if before is None or found is None or after is None:
        return None
    name, text = found["name"].strip(), line.text[after.end() : after.end() + _SHOWN]
    has_case = any(map(str.islower, text))
    letters = _LETTERS.findall(_IN_BRACKETS.sub("", name))
    if not letters or not all(_is_in_capitals(word, has_case) for word in letters) or (text and not has_case):
        return None
    shape = shape_of(name)
    is_word = any(len(word) > 1 for word in letters) or is_role(name)
    # In "KOFI MENSAH JR. – Good morning." the dash is the sign.
    if shape is None or shape.kind == "open" or not is_word or fold(name) in _EXCLAIMED or _DASH.match(text):
        return None
    time, role, mark = read_brackets(found["brackets"] + after["brackets"])
    time = seconds_printed(before["before"]) if before["before"] else time
    bold = 0 < stop <= line.bold_end <= after.end() if stop else False
    form: LabelForm = "inline" if text else "own"
    label = LabelCandidate(
        number, 0, after.end(), shape.name, form, bold, time, role, mark, kind=shape.kind, base=shape.base
    )
    return label, "."


def _first_stop(text: str, begin: int) -> int | None:
    """Return where the first full stop is that does not belong to a title or an initial before another name."""
    for stop in _STOP.finditer(text, begin):
        name = text[begin : stop.start()]
        last = re.split(r"[\s.]+", name)[-1]
        following = _WORD_BEHIND.match(text, stop.end())
        goes_on = following is not None and (following[0].isupper() or following[0].strip() in _JOINS)
        if not (goes_on and not is_role(name) and (is_title(last) or (len(last) == 1 and last.isalpha()))):
            return stop.start()
    return None


def _is_in_capitals(word: str, cased: bool) -> bool:
    """Return whether a word is in capitals; in a script without them it is beside a text that has small letters."""
    is_mixed = word.startswith(("Mc", "Mac")) and word[-2:].isupper()
    return is_mixed or word.isupper() or (cased and word == word.upper())
