"""Find speaker labels in the text of captions: "Ann Lee: …", ">> ANN: …", "- Ann: …", "[Ann Lee] …"."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Literal

from ingest.speakers.label_shape import LabelKind, label_shape
from ingest.text.words import is_mark

Bracket = Literal["[", "(", ""]

_BRACKETS: dict[str, Bracket] = {"[": "[", "(": "("}
_SIGN = re.compile(r"\s*(>>>?|[-–—](?=[\s\w\[(]))\s*")
_COLON = re.compile(r"([^:：<>?!;\n]{1,90})(?::(?=\s|$)|：)\s*")
_BRACKET = re.compile(r"([\[(])([^\[\]()\n]{1,60}?)(?:\s*:)?[\])](\s*(?::(?=\s|$)|：))?\s*")
# Inside a line a new speaker begins at ">>", and in a line that begins with a dash at a dash behind a sentence.
_ARROWS = re.compile(r"(?<=\s)(?=>>)")
_BOXED = re.compile(r"(?<=[.?!…]\s)(?=[\[(][^\[\]()\n]{1,60}[\])]\s*:\s)")
_DASHES = re.compile(r"[.?!…][\"”’)]*\s+(?=[-–—]\s?[^\W_])")
_PHONE = re.compile(r"(?=(?:\D*\d){6})\+?[\d\s*().x-]{7,20}", re.IGNORECASE)  # of a caller, often masked
_ADDITION = re.compile(r"\S [(\[][^()\[\]]+[)\]]$")  # "jbrown (Tea Board)"
_JOIN = re.compile(r"\s+(?:&|and)\s+")
_MOST_WORDS = 6
_ENOUGH_CUES = 20
_FEWEST_DASHES = 3
_MOST_LOWER = 0.2
_NEARLY_ALL = 0.9
_MOST_NAMES = 200  # whose labels are looked for inside lines
_FEWEST_TEXTS = 3
_MOST_SENTENCES = 0.9
# Names in brackets stand in at least this share of a file's lines. In films they only name those who cannot be seen, in
# 4 % of the lines, and the lines between are other people's.
_LEAST_BRACKETS = 0.08
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

    `kind` is that of the name's shape (`ingest.speakers.label_shape`), "odd" for any other few words before a colon;
    `bracket` is the one before a name without a colon.
    """

    sign: Literal[">>", "-", ""]
    name: str | None
    text: str
    pieces: int
    kind: LabelKind | Literal["odd"] | None = None
    bracket: Bracket = ""


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
    kind: LabelKind | Literal["odd"] | None = None,
    bracket: Bracket = "",
) -> CueLabel:
    text = line[end:].strip()
    # A sign may touch the first word, which then is one piece with it.
    touches = bool(text) and end > 0 and not line[end - 1].isspace()
    pieces = len(line[:end].split()) - touches if text else len(line.split())
    mark: Literal[">>", "-", ""] = "" if sign is None else ">>" if sign[1].startswith(">") else "-"
    # The space or line break behind a part stays, so that texts can be joined again.
    behind = "\n" if line.endswith("\n") else " " if line[-1:].isspace() else ""
    return CueLabel(mark, name, text and text + behind, pieces, kind, bracket)


def parts_of(line: str, dashes: bool = False, inner: re.Pattern[str] | None = None) -> Iterator[str]:
    """Yield the parts of a caption line that each may begin with a sign of a new speaker.

    A dash in a line is one if the line begins with a dash, or the whole file has `dashes`; so is what `inner` finds.
    """
    cuts = {found.end() for found in _ARROWS.finditer(line)}
    if boxed := [found.end() for found in _BOXED.finditer(line)]:
        own = label_of(line)
        name = own.name if own is not None and own.name and own.kind != "odd" else ""
        cuts |= {cut for cut in boxed if cut > line.find(name) + len(name)}  # "Otto T. (crew): …" is one label
    if inner is not None:
        cuts |= {found.start("name") for found in inner.finditer(line)}
    if dashes or ((sign := _SIGN.match(line)) and not sign[1].startswith(">")):
        cuts |= {found.end() for found in _DASHES.finditer(line)}
    edges = [0, *sorted(cuts), len(line)]
    for first, last in pairwise(edges):
        if line[first:last].strip():
            yield line[first:last]


def inner_labels(habit: Habit) -> re.Pattern[str] | None:
    """Return what finds the file's names with a colon behind a sentence inside a line; None if it names nobody."""
    names = sorted(habit.names, key=lambda name: (-len(name), name))[:_MOST_NAMES]
    known = "|".join(map(re.escape, names))
    return re.compile(rf"(?:(?<=\w\w)\.|[?!…])[\"”’)\]]?\s(?P<name>(?:{known}):)(?=\s)") if names else None


def habit_of(cues: Sequence[Sequence[CueLabel | None]]) -> Habit:
    """Return how a file names its speakers, given the labels of the spoken lines of each cue in order.

    Its labels name them if one follows ">>", if the first line and another have one, if half of the lines have one, or
    if two names occur three times each. So a single "Python:" creates no speaker called Python. A label in lower case
    is one if it comes back. If every cue begins with a few words and a colon, as in exports of video meetings, they are
    names, whatever they look like, if they come back or if there are many cues.
    """
    lines = [label for cue in cues for label in cue]
    if lines and lines[0] and _is_title_line(lines[0], lines[1:]):
        return habit_of([own for own in (cues[0][1:], *cues[1:]) if own])
    begins = [cue[0] for cue in cues if cue and cue[0] and cue[0].name and not cue[0].bracket]
    often = Counter(label.name for label in begins)
    if len(begins) == len(cues) > 1:
        names = {
            label.name
            for label in begins
            if label.name
            and (
                label.kind not in ("open", "odd")
                or often[label.name] > 1
                or len(cues) >= _ENOUGH_CUES
                or _ADDITION.search(label.name)
            )
        }
        inside = Counter(label.name for label in lines if label and label.name and label.kind in ("name", "part"))
        signed = {label.name for label in lines if label and label.sign and label.kind != "odd"}
        names |= {
            name for name, count in inside.items() if name and (count > 1 or name in signed or is_number_label(name))
        }
        return Habit(frozenset(names) | _bracketed(lines), closes=True)
    back = {name for name, count in Counter(label.name for label in lines if label).items() if count > 1}
    labels = [
        label
        for label in lines
        if label and label.name and not label.bracket and (label.kind != "odd" or _is_title(label.name, back))
    ]
    sure = Counter(label.name for label in labels if label.kind not in ("open", "odd"))
    every = Counter(label.name for label in labels)
    is_first = bool(lines) and lines[0] is not None and lines[0] in labels
    has_signs = any(label.sign == ">>" for label in labels if label.kind not in ("open", "odd"))
    alternates = sum(count > 2 for count in sure.values()) > 1
    most = len(labels) > 1 and 2 * len(labels) >= len(lines)
    names = {name for name, count in every.items() if name and (name in sure or count > 1)}
    if len(begins) >= _NEARLY_ALL * len(cues):
        names |= {name for name, count in often.items() if name and count > 2}
    if has_signs or alternates or most or (is_first and len(labels) > 1 and bool(names)):
        once = {name for name in names if every[name] == 1}
        return Habit(frozenset(names) | _bracketed(lines), frozenset(once), closes=True)
    bracketed = _bracketed(lines)
    return Habit(bracketed, closes=bool(bracketed))


def _is_title_line(first: CueLabel, others: Sequence[CueLabel | None]) -> bool:
    """Return whether the first line is a title with a colon ("Harbour Talk: the show on boats"), not somebody's words.

    Its label never returns, and what follows is no sentence, where others' words behind labels nearly always are.
    """
    texts = [label.text.strip() for label in others if label and label.name]
    if not first.name or first.sign or len(texts) < _FEWEST_TEXTS or any(o and o.name == first.name for o in others):
        return False
    text, words = first.text.strip(), first.text.split()
    is_heading = not text[:1].isupper() or 2 * sum(word[:1].isupper() for word in words) > len(words)
    is_title = bool(words) and is_heading and text[-1].isalnum()
    return is_title and sum(map(_is_sentence, texts)) >= _MOST_SENTENCES * len(texts)


def _is_sentence(text: str) -> bool:
    return not text[:1].islower() and text.endswith((".", "?", "!", "…", '"', "”", "’", ")", "]"))


def _is_title(name: str, back: AbstractSet[str | None]) -> bool:
    """Return whether a label is a part written as a name ("The Chair") that comes back."""
    words = name.split()
    is_title = len(words) > 1 and all(word[:1].isupper() for word in words)
    return name in back and is_title and words[0].casefold() not in _NO_NAMES


def is_number_label(speaker: str) -> bool:
    """Return whether a label only distinguishes voices ("Speaker 1", "SPEAKER_00", "B", "Unknown") without a name."""
    return _NUMBERED.fullmatch(speaker.strip()) is not None


def _name_at(line: str, begin: int) -> tuple[str | None, LabelKind | Literal["odd"] | None, int, Bracket]:
    """Return the name that may stand at a place of a line, its kind, where the words begin, and whether in brackets."""
    if found := _BRACKET.match(line, begin):
        printed = " ".join(found[2].split())
        kind = None if is_mark(found[1] + found[2] + ("]" if found[1] == "[" else ")")) else _kind(printed)
        is_open = kind == "open" and found[1] == "[" and found[3] is not None
        is_name = (is_open or kind in ("name", "part")) and not printed.endswith("?")
        if is_name and (found[3] or not _is_manner(printed)):
            return printed, kind, found.end(), "" if found[3] else _BRACKETS[found[1]]
        if found[3]:
            is_titled = kind is None and printed[:1].isupper() and not is_mark(f"[{printed}]")
            return (printed, "odd", found.end(), "") if is_titled else (None, None, begin, "")
    if found := _COLON.match(line, begin):
        printed = " ".join(found[1].split())
        found_kind = _kind(printed)
        if found_kind or 0 < len(printed.split()) <= _MOST_WORDS:
            return printed, found_kind or "odd", found.end(), ""
    return None, None, begin, ""


def dashes_open(lines: Sequence[CueLabel | None]) -> bool:
    """Return whether dashes begin the words of another speaker in a file, given the labels of its lines.

    They do if several lines have one and hardly any goes on in lower case, as a sentence does behind a dash.
    """
    dashed = [label.text for label in lines if label is not None and label.sign == "-"]
    lower = sum(text[:1].islower() for text in dashed)
    return len(dashed) >= _FEWEST_DASHES and lower <= _MOST_LOWER * len(dashed)


@lru_cache(maxsize=4096)
def _kind(printed: str) -> LabelKind | None:
    if is_number_label(printed):
        return "part"
    if _PHONE.fullmatch(printed):
        return "open"
    first = printed.split()[0].casefold() if printed.split() else ""
    shape = label_shape(printed)
    if shape is None and len(people := _JOIN.split(printed)) == 2 and all(_kind(name) == "name" for name in people):
        return "name"
    if shape is None and len(names := printed.split(", ")) == 2 and all(_kind(name) == "open" for name in names):
        return "open"  # "moss, ida"
    if shape is None or (first in _NO_NAMES and shape.kind != "part"):
        return None
    return "open" if first in ("question", "answer") else shape.kind


def _is_manner(printed: str) -> bool:
    words = {word.casefold() for word in printed.split()}
    return _MANNER.fullmatch(printed) is not None or not _SOUNDS.isdisjoint(words)


def _bracketed(lines: Sequence[CueLabel | None]) -> frozenset[str]:
    """Return the names in brackets that are speakers.

    They are if two or more stand before words, and one comes back or begins the file in full, or if most lines have
    one. Sounds and remarks in brackets are many and mostly stand alone.
    """
    labels = [label for label in lines if label is not None and label.bracket]
    # The first label has the whole name, those after it often only the first one.
    before_words = Counter(label.name.split()[0].casefold() for label in labels if label.name and label.text)
    comes_back = [name for name, count in before_words.items() if count > 1]
    total = before_words.total()
    is_first = bool(labels) and labels[0] is lines[0] and " " in (labels[0].name or "")
    alternates = len(before_words) > 1 and (bool(comes_back) or is_first) and 2 * total > len(labels)
    is_common = total >= _LEAST_BRACKETS * len(lines)
    is_most = len(labels) > 1 and 2 * len(labels) >= len(lines)
    if is_most or (alternates and is_common and len(before_words) <= max(6, total // 2)):
        return frozenset(label.name for label in labels if label.name)
    return frozenset()
