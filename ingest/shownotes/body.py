"""Find where the transcript begins in show notes: after a marker that one follows, or at the first label of one."""

from collections.abc import Collection, Sequence
from itertools import islice
from typing import NamedTuple

from ingest.shownotes.conversation import is_conversation, is_speech
from ingest.shownotes.label_candidates import LabelCandidate, label_at_start
from ingest.shownotes.label_times import first_timed_line
from ingest.shownotes.labels import find_labels
from ingest.shownotes.lines import Line
from ingest.shownotes.page import is_marker, is_rule, is_weak_marker

UNLABELLED_WORDS = 50  # after a marker, fewer words without any label are not a transcript
_FEWEST_ENTRIES = 3  # of a list with names
_MARKERS_LIMIT = 5  # markers that are tried, which keeps the time for hostile input linear


class Place(NamedTuple):
    """The transcript begins at line `start`; the lines before it end at `head_end`, before its marker if it has one.

    Without a transcript both are the number of lines. `labels` are those found after a marker. `marked`: there is a
    marker. `refused`: there are labels, but they are not a conversation.
    """

    head_end: int
    start: int
    labels: Sequence[LabelCandidate] | None = None
    marked: bool = False
    refused: bool = False


def find_body(lines: Sequence[Line], names: Collection[str], stated: bool) -> Place:
    """Return the place of the transcript: after the first marker that one follows, else at the first label."""
    refused = False
    markers = list(islice((number for number, line in enumerate(lines) if is_marker(line)), _MARKERS_LIMIT))
    # A link called "Transcript" leads elsewhere, unless no other marker is better.
    for number in sorted(markers, key=lambda marker: lines[marker].linked):
        start = number + 1
        while start < len(lines) and (is_rule(lines[start]) or is_marker(lines[start])):
            start += 1
        rest = lines[start:]
        labels = find_labels(rest, names, "\n".join(before.text for before in lines[:number]), opened=True)
        weak = is_weak_marker(lines[number])
        if labels and (not weak or is_conversation(labels, rest, "none" if lines[number].linked else "heading")):
            return Place(number, start, labels, marked=True)
        if not labels and not weak and sum(len(line.text.split()) for line in rest) >= UNLABELLED_WORDS:
            return Place(number, start, marked=True)
        if not labels and weak and not lines[number].linked and is_speech(rest):
            return Place(number, start)  # not sure enough to win over what is heard
        refused = refused or len(labels) > 1
    labels = find_labels(lines, names, "", opened=False)
    if labels and is_conversation(labels, lines, "document" if stated else "none"):
        start = first_timed_line(lines, labels)
        return Place(start, start)
    refused = refused or len(labels) > 1 or sum(_names_entry(line) for line in lines) >= _FEWEST_ENTRIES
    return Place(len(lines), len(lines), refused=refused)


def _names_entry(line: Line) -> bool:
    """Return whether a line begins like an entry of a list with names: "Guest: Jo Brown"."""
    label = label_at_start(0, line)
    return label is not None and label.form == "inline"
