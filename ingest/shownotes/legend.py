"""Find the lines at the top of a transcript that say whom its short labels stand for: "AL: Ann Lee"; pure."""

import re
from collections.abc import Sequence
from itertools import takewhile

from ingest.shownotes.lines import Line
from ingest.speakers.names import name_words

_TOP = 3  # lines of a transcript, such as a heading, before which the explanation begins
_FEWEST = 2  # names that an explanation has; a single line may be an answer ("AL: Ann Lee")
_MOST_CHARACTERS = 400
_SHORT = r"(?P<short>[^\W\d_a-z]{2,4})"
_ENTRY = re.compile(
    rf"(?:[-•*]\s+)?{_SHORT}\s*(?:[:=]|[-–—]{{1,2}}|->|→)\s*(?P<name>[^:=–—()\[\],]{{3,60}}?)(?:\s*[(\[,].{{0,60}})?"
)
_BRACKETED = re.compile(rf"(?P<name>[^:=–—()\[\],]{{3,60}}?)\s*[(\[]{_SHORT}[)\]]")
# "Speakers: Ann Lee (AL), Jo Brown (JB)".
_HEAD = re.compile(r"[^\W\d_]+(?: [^\W\d_]+){0,2}:\s*")
_JOIN = re.compile(r"\s*(?:,? and|[,;])\s+")


def legend_of(lines: Sequence[Line]) -> list[str]:
    """Return the names that lines explain, each as "Ann Lee (AL)"."""
    return [entry for line in lines for entry in _entries(line.text)]


def legend_lines(body: Sequence[Line]) -> range:
    """Return the numbers of the lines at the top of a transcript that do nothing but explain its labels."""
    start = next((number for number, line in enumerate(body[: _TOP + 1]) if _entries(line.text)), 0)
    explaining = list(takewhile(bool, (_entries(line.text) for line in body[start:])))
    return range(start, start + len(explaining) if sum(map(len, explaining)) >= _FEWEST else start)


def _entries(text: str) -> list[str]:
    """Return the names that a line explains; none if it says anything else."""
    if len(text) > _MOST_CHARACTERS:
        return []
    found = _ENTRY.fullmatch(text)
    listed = [_BRACKETED.fullmatch(part) for part in _JOIN.split(_HEAD.sub("", text, count=1))]
    entries = [found] if found else [part for part in listed if part]
    if not entries or (not found and len(entries) < len(listed)) or not all(map(_fits, entries)):
        return []
    return [f"{entry['name']} ({entry['short']})" for entry in entries]


def _fits(entry: re.Match[str]) -> bool:
    initials = "".join(word[0] for word in entry["name"].replace("-", " ").split() if word[0].isupper())
    return name_words(entry["name"]) > 1 and initials == entry["short"]
