"""Find speaker labels in the text of captions: "Ann Lee: …", ">> ANN: …", "- Ann: …"."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

_SIGN = re.compile(r"\s*(>>>?|[-–—](?=[\s\w]))\s*")
_NAME = re.compile(r"([^\W\d_][^:：<>?!;\"“”\n]{0,59})[:：](?=\s|$)\s*")
_PARTICLES = frozenset("al and bin da de del den der di du el la le of the van von y & +".split())
_TITLE = re.compile(r"[^\W\d_]{1,4}\.")
_MOST_WORDS = 6
_NUMBERED = re.compile(
    r"(unknown|unidentified)([ _-]?(speaker|voice|person))?"
    r"|(speaker|spk|participant|voice|person|channel)[ _-]?(\d{1,3}|[a-z])?",
    re.IGNORECASE,
)
# Words that people put before a colon in speech; a file with only such words there has no labels.
_NO_NAMES = frozenset(
    "note notes question answer remember reminder warning example spoiler fact tip hint update disclaimer summary "
    "conclusion first second third fourth finally lastly next then now so and but or because also well yes no ok okay "
    "right look listen here there this that what why how when where who which plus ps meaning translation result "
    "episode chapter part section season step day week lesson rule number point option version title subject topic "
    "today tomorrow welcome sponsor http https www time date".split()
)


@dataclass(frozen=True, slots=True)
class CueLabel:
    """The start of a line that may be a label: `text` is the rest, `pieces` the number of pieces before it."""

    sign: Literal[">>", "-", ""]
    name: str | None
    text: str
    pieces: int


def label_of(line: str) -> CueLabel | None:
    """Return the sign and name at the start of a caption line, None if it has neither."""
    sign = _SIGN.match(line)
    found = _NAME.match(line, sign.end() if sign else 0)
    name = " ".join(found[1].split()) if found and _is_name(found[1].split()) else None
    if found is None or name is None:
        if sign is None:
            return None
        end = sign.end()
    else:
        end = found.end()
    kind: Literal[">>", "-", ""] = "" if sign is None else ">>" if sign[1].startswith(">") else "-"
    return CueLabel(
        kind, name, line[end:].strip(), len(line[:end].split()) if line[end:].strip() else len(line.split())
    )


def names_speakers(lines: Sequence[CueLabel | None]) -> bool:
    """Return whether a file's labels name its speakers, given the labels of its spoken lines in order.

    They do if the first line has one, if one follows ">>", or if two names occur three times each. So a single
    "Python:" in captions without names does not create a speaker called Python.
    """
    if lines and lines[0] is not None and lines[0].name:
        return True
    counts = Counter(label.name for label in lines if label is not None and label.name)
    has_signs = any(label is not None and label.name and label.sign == ">>" for label in lines)
    return has_signs or sum(count > 2 for count in counts.values()) > 1


def is_number_label(speaker: str) -> bool:
    """Return whether a label only distinguishes voices ("Speaker 1", "SPEAKER_00", "Unknown") without a name."""
    return _NUMBERED.fullmatch(speaker.strip()) is not None


def _is_name(words: list[str]) -> bool:
    """Return whether words look like a name: few, in lower case only if particles, and no end of a sentence."""
    if not words or len(words) > _MOST_WORDS or words[0].casefold() in _NO_NAMES:
        return False
    return all(
        not word.lstrip("([").startswith(tuple("./,"))
        and not word.endswith(",")
        and (not word.endswith(".") or _TITLE.fullmatch(word) is not None)
        and (word in _PARTICLES or not word.lstrip("([")[:1].islower())
        for word in words
    )
