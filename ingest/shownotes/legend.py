"""Find the lines at the top of a transcript that say whom its short labels stand for: "AL: Ann Lee"; pure."""

import re
from collections.abc import Sequence
from itertools import takewhile

from ingest.shownotes.lines import Line
from ingest.speakers.names import fold, is_role, name_words

_TOP = 3  # lines of a transcript, such as a heading, before which the explanation begins
_FEWEST = 2  # names that an explanation has; a single line may be an answer ("AL: Ann Lee")
_MOST_CHARACTERS = 400
_SHORT = r"(?P<short>[^\W\d_a-z]{2,4})"
_LABEL = r"(?P<short>[^\W\d_][\w’'-]{0,19}(?: \d)?)"
_ENTRY = re.compile(
    rf"(?:[-•*]\s+)?{_LABEL}\s*(?:[:=]|[-–—]{{1,2}}|->|→)\s*(?P<name>[^:=–—()\[\],]{{3,60}}?)"
    r"(?:\s*[(\[,].{0,60}(?<![.?!…]))?"  # "AL: Ann Lee, from the Tea Board." is a sentence, which AL says
)
_BRACKETED = re.compile(rf"(?P<name>[^:=–—()\[\],]{{3,60}}?)\s*[(\[]{_SHORT}[)\]]")
# "Speakers: Ann Lee (AL), Jo Brown (JB)".
_HEAD = re.compile(r"\A[^\W\d_]+(?: [^\W\d_]+){0,2}:\s*")
_JOIN = re.compile(r"\s*(?:,? and|[,;])\s+")


def legend_of(lines: Sequence[Line]) -> dict[str, str]:
    """Return the names that lines explain, by the label that stands for each."""
    return dict(entry for line in lines for entry in _entries(line.text))


def initials_of(lines: Sequence[Line]) -> list[str]:
    """Return the names whose initials lines explain, each as "Ann Lee (AL)"."""
    return [f"{name} ({short})" for short, name in legend_of(lines).items() if short in _initials(name)]


def legend_lines(body: Sequence[Line]) -> range:
    """Return the numbers of the lines at the top of a transcript that do nothing but explain its labels."""
    start = next((number for number, line in enumerate(body[: _TOP + 1]) if _entries(line.text)), 0)
    explaining = list(takewhile(bool, (_entries(line.text) for line in body[start:])))
    return range(start, start + len(explaining) if sum(map(len, explaining)) >= _FEWEST else start)


def _entries(text: str) -> list[tuple[str, str]]:
    """Return the names that a line explains; none if it says anything else."""
    if len(text) > _MOST_CHARACTERS:
        return []
    found = _ENTRY.fullmatch(text)
    if found and _fits(found):
        return [(found["short"], found["name"])]
    listed = [_BRACKETED.fullmatch(part) for part in _JOIN.split(_HEAD.sub("", text, count=1))]
    entries = [entry for entry in listed if entry and _fits(entry)]
    if len(entries) < len(listed):
        return []
    return [(entry["short"], entry["name"]) for entry in entries]


def _fits(entry: re.Match[str]) -> bool:
    """Return whether a label stands for a name: its initials, one of its words, a part ("Host") or a single letter."""
    short, name = entry["short"], entry["name"]
    words = fold(name).split()
    stands = short in _initials(name) or fold(short) in words or is_role(short) or (len(short) == 1 and short.isupper())
    return name_words(name) > 1 and stands


def _initials(name: str) -> tuple[str, str]:
    """Return the initials of a name without its small words and with them: Ann van Berg is AB or AVB."""
    first = [word[0] for word in name.replace("-", " ").split()]
    return "".join(filter(str.isupper, first)), "".join(first).upper()
