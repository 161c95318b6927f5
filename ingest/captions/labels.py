"""Find speaker labels in the text of captions: "Ann Lee: …", ">> ANN: …", "- Ann: …", "[Ann Lee] …"."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from ingest.speakers.label_shape import LabelKind, label_shape
from ingest.text.words import is_mark

_SIGN = re.compile(r"\s*(>>>?|[-–—](?=[\s\w\[(]))\s*")
_COLON = re.compile(r"([^:：<>?!;\"“”\n]{1,90})[:：](?=\s|$)\s*")
_BRACKET = re.compile(r"([\[(])([^\[\]()\n]{1,60})[\])](\s*[:：](?=\s|$))?\s*")
# Inside a line a new speaker begins at ">>", and in a line that begins with a dash at a dash behind a sentence.
_ARROWS = re.compile(r"(?<=\s)(?=>>)")
_DASHES = re.compile(r"[.?!…][\"”’)]*\s+(?=[-–—]\s?[^\W_])")
_NUMBERED = re.compile(
    r"(unknown|unidentified)([ _-]?(speaker|voice|person))?"
    r"|(speaker|spk|spkr|participant|voice|person|channel|talker|sprecher|sprecherin|hablante|orador|locuteur"
    r"|intervenant|spreker)[ _#-]{0,2}(\d{1,4}|[a-z])?"
    r"|s\d{1,3}|#?\d{1,4}|[a-z]",
    re.IGNORECASE,
)
# Words that people put before a colon in speech; nobody is called so.
_NO_NAMES = frozenset(
    "note notes remember reminder warning example spoiler fact tip hint update disclaimer summary conclusion first "
    "second third fourth finally lastly next then now so and but or because also well yes no ok okay right look listen "
    "here there this that what why how when where who which plus ps meaning translation result episode chapter part "
    "section season step day week lesson rule number point option version title subject topic today tomorrow welcome "
    "sponsor http https www time date music song track lyrics".split()
)
# How something is said, or a sound, in brackets before words; "is_mark" knows the others.
_MANNER = re.compile(r"(in|speaking|speaks|singing|sings)\b.*|(?!.*\bking$)\w+(ing|ly)|voice ?over", re.IGNORECASE)
_SOUNDS = frozenset(
    "door doors phone telephone bell bells dog dogs bird birds engine car cars horn gun gunshot gunshots thunder wind "
    "rain water siren sirens alarm crowd glass footsteps knock knocks knocking beep beeps buzzes rings ringing barks "
    "slams opens closes static echo whoosh click clicks".split()
)


@dataclass(frozen=True, slots=True)
class CueLabel:
    """The start of a line that may be a label: `text` is the rest, `pieces` the number of pieces before it.

    `kind` is that of the name's shape (`ingest.speakers.label_shape`); `bracket` says that the name stands in brackets
    without a colon.
    """

    sign: Literal[">>", "-", ""]
    name: str | None
    text: str
    pieces: int
    kind: LabelKind | None = None
    bracket: bool = False


@dataclass(frozen=True, slots=True)
class Habit:
    """How a file names its speakers: `names` are those it names, of which `once` has those with only one label.

    `closes` says that its labels name speakers, so that a label which names nobody closes a turn.
    """

    names: frozenset[str] = frozenset()
    once: frozenset[str] = frozenset()
    closes: bool = False


def label_of(line: str) -> CueLabel | None:
    """Return the sign and name at the start of a caption line, None if it has neither."""
    sign = _SIGN.match(line)
    name, kind, end, bracket = _name_at(line, sign.end() if sign else 0)
    return _cue_label(line, sign, end, name, kind, bracket) if sign or name else None


def sign_of(line: str) -> CueLabel | None:
    """Return the sign at the start of a caption line as a label without a name, None if it has none."""
    sign = _SIGN.match(line)
    return _cue_label(line, sign, sign.end()) if sign else None


def _cue_label(
    line: str,
    sign: re.Match[str] | None,
    end: int,
    name: str | None = None,
    kind: LabelKind | None = None,
    bracket: bool = False,
) -> CueLabel:
    text = line[end:].strip()
    # A sign may touch the first word, which then is one piece with it.
    touches = bool(text) and end > 0 and not line[end - 1].isspace()
    pieces = len(line[:end].split()) - touches if text else len(line.split())
    mark: Literal[">>", "-", ""] = "" if sign is None else ">>" if sign[1].startswith(">") else "-"
    # The line break behind a line stays, so that texts can be joined again.
    return CueLabel(mark, name, f"{text}\n" if text and line.endswith("\n") else text, pieces, kind, bracket)


def parts_of(line: str) -> Iterator[str]:
    """Yield the parts of a caption line that each may begin with a sign of a new speaker."""
    cuts = {found.end() for found in _ARROWS.finditer(line)}
    if (sign := _SIGN.match(line)) and not sign[1].startswith(">"):
        cuts |= {found.end() for found in _DASHES.finditer(line)}
    edges = [0, *sorted(cuts), len(line)]
    for first, last in pairwise(edges):
        if line[first:last].strip():
            yield line[first:last]


def habit_of(lines: Sequence[CueLabel | None]) -> Habit:
    """Return how a file names its speakers, given the labels of its spoken lines in order.

    Its labels name them if one follows ">>", if the first line and another have one, if most lines have one, or if two
    names occur three times each. So a single "Python:" in captions without names creates no speaker called Python, nor
    does "Music: …" in the first line. A label in lower case ("jbrown:") is one if it comes back.
    """
    labels = [label for label in lines if label is not None and label.name and not label.bracket]
    sure = Counter(label.name for label in labels if label.kind != "open")
    every = Counter(label.name for label in labels)
    is_first = bool(lines) and lines[0] is not None and lines[0] in labels
    has_signs = any(label.sign == ">>" for label in labels if label.kind != "open")
    often = sum(count > 2 for count in sure.values()) > 1
    most = len(labels) > 1 and 2 * len(labels) > len(lines)
    names = {name for name, count in every.items() if name and (name in sure or count > 1)}
    if has_signs or often or most or (is_first and len(labels) > 1 and bool(names)):
        once = {name for name in names if every[name] == 1}
        return Habit(frozenset(names) | _bracketed(lines), frozenset(once), closes=True)
    bracketed = _bracketed(lines)
    return Habit(bracketed, closes=bool(bracketed))


def is_number_label(speaker: str) -> bool:
    """Return whether a label only distinguishes voices ("Speaker 1", "SPEAKER_00", "B", "Unknown") without a name."""
    return _NUMBERED.fullmatch(speaker.strip()) is not None


def _name_at(line: str, begin: int) -> tuple[str | None, LabelKind | None, int, bool]:
    """Return the name that may stand at a place of a line, its kind, where the words begin, and whether in brackets."""
    if found := _BRACKET.match(line, begin):
        printed = " ".join(found[2].split())
        kind = None if is_mark(found[1] + found[2] + ("]" if found[1] == "[" else ")")) else _kind(printed)
        is_name = kind is not None and (found[3] is not None or (kind != "open" and not _is_manner(printed)))
        if is_name:
            return printed, kind, found.end(), found[3] is None
    if found := _COLON.match(line, begin):
        printed = " ".join(found[1].split())
        if (kind := _kind(printed)) is not None:
            return printed, kind, found.end(), False
    return None, None, begin, False


def _kind(printed: str) -> LabelKind | None:
    words = printed.split()
    if is_number_label(printed):
        return "part"
    if not words or words[0].casefold() in _NO_NAMES or (shape := label_shape(printed)) is None:
        return None
    return shape.kind


def _is_manner(printed: str) -> bool:
    words = {word.casefold() for word in printed.split()}
    return _MANNER.fullmatch(printed) is not None or not _SOUNDS.isdisjoint(words)


def _bracketed(lines: Sequence[CueLabel | None]) -> frozenset[str]:
    """Return the names in brackets that are speakers: two or more, with words behind them, of which one comes back.

    Or most lines begin with one. Sounds and remarks in brackets are many and mostly stand alone.
    """
    labels = [label for label in lines if label is not None and label.bracket]
    before_words = Counter(label.name for label in labels if label.name and label.text)
    comes_back = [name for name, count in before_words.items() if count > 1]
    alternates = len(before_words) > 1 and bool(comes_back) and 2 * sum(before_words.values()) > len(labels)
    is_most = len(labels) > 1 and 2 * len(labels) > len(lines)
    if not (alternates and len(before_words) <= max(3, sum(before_words.values()) // 2)) and not is_most:
        return frozenset()
    return frozenset(label.name for label in labels if label.name)
