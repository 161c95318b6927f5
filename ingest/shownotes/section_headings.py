"""Find the headings of sections in a transcript, which nobody says, by how they are printed; pure."""

import re
from collections import Counter
from collections.abc import Sequence

from ingest.shownotes.label_candidates import LabelCandidate, is_time, label_at_start
from ingest.shownotes.label_signs import label_by_sign
from ingest.shownotes.lines import Line
from ingest.shownotes.page import is_rule
from ingest.speakers.names import fold, is_ordinary
from ingest.text.words import without_marks

_HEADING_WORDS = 14
_BOLD_WORDS = 8
_FEWEST_LABELS = 3
_MOST_FINISHED = 0.8  # share of turns that end with a full stop or the like

_FINISHED = re.compile(r"[.?!…\])][\"”’')\]]*$")


def speaker_label(line: Line) -> LabelCandidate | None:
    """Return the label at the start of a line if it may be a speaker's; a line that is only a name is none."""
    label = label_by_sign(0, line) if line.signed else label_at_start(0, line)
    if label is None or is_ordinary(label.name):
        return None
    has_text = label.end < len(line.text)
    return label if label.form != "bare" or label.time is not None or (label.bold and has_text) else None


def section_headings(body: Sequence[Line]) -> set[int]:
    """Return the numbers of the lines that head a section, in a text whose labels are printed otherwise."""
    printed = {
        number: line
        for number, line in enumerate(body)
        if (is_printed_as_heading(line) and not _is_timed_label(line)) or _is_in_capitals(body, number)
    }
    if not printed:
        return _plain_headings(body)
    texts = Counter(fold(line.text) for line in printed.values())
    labels = [label for number, line in enumerate(body) if number not in printed and (label := speaker_label(line))]
    keys = {label.key for label in labels}
    again = [line for line in printed.values() if texts[fold(line.text)] > 1]
    levels = {line.heading for line in again}
    # Names that come back as headings are labels, and so is a name that is printed like them.
    others = len(labels) < 2 or len(labels) <= len(again)
    return {
        number
        for number, line in printed.items()
        if texts[fold(line.text)] == 1
        and fold(line.text) not in keys
        and ((label := speaker_label(line)) is None or label.key not in keys)
        and (not others or (levels and line.heading not in levels))
    }


def is_printed_as_heading(line: Line) -> bool:
    """Return whether a line is marked up as a heading, or is short and all of it bold; a time is none."""
    if is_time(line.text):
        return False
    if line.heading:
        return not line.text.endswith((".", ":")) and len(line.text.split()) <= _HEADING_WORDS
    alone = line.bold_start == 0 and line.bold_end == len(line.text) > 0
    return (
        alone and line.text[0].isalnum() and line.text[-1] not in '.?!…:,;"”' and len(line.text.split()) <= _BOLD_WORDS
    )


def _is_timed_label(line: Line) -> bool:
    """Return whether a bold line is a label with its time: each of them is printed once."""
    label = None if line.heading else speaker_label(line)
    return label is not None and label.time is not None


def _is_in_capitals(body: Sequence[Line], number: int) -> bool:
    """Return whether a line is a few words in capitals between a sentence and a label, so that nobody says them."""
    text = body[number].text
    return (
        text.isupper()
        and text[-1].isalnum()
        and len(text.split()) <= _BOLD_WORDS
        and (number == 0 or _FINISHED.search(body[number - 1].text[-5:]) is not None)
        and speaker_label(body[number]) is None
        and number + 1 < len(body)
        and speaker_label(body[number + 1]) is not None
    )


def _plain_headings(body: Sequence[Line]) -> set[int]:
    """Return the numbers of the short lines before labels, if no other line lacks a label and speech has full stops."""
    others = {number for number, line in enumerate(body) if _has_no_colon(line)}
    if not others or not all(number + 1 < len(body) and _is_title(body[number].text) for number in others):
        return set()
    labels = {number: label for number, line in enumerate(body) if (label := speaker_label(line))}
    if len(labels) < _FEWEST_LABELS or any(label.form != "inline" for label in labels.values()):
        return set()
    finished = sum(_FINISHED.search(body[number].text[-5:]) is not None for number in labels)
    before_labels = all(number + 1 in labels for number in others)
    return others if before_labels and finished >= _MOST_FINISHED * len(labels) else set()


def _has_no_colon(line: Line) -> bool:
    """Return whether a line of words has no colon in its beginning."""
    start = line.text[:100]
    return not (":" in start or "：" in start or is_rule(line)) and bool(without_marks(start).strip())


def _is_title(text: str) -> bool:
    return text[-1].isalnum() and (text[0].isupper() or text[0].isdigit()) and len(text.split()) <= _BOLD_WORDS
