"""Find the lines that open like a label nobody accepted, so that their words are not given to the speaker before.

"An answer: yes." and "danu brown: yes." have the same shape. What tells them apart is the habit of the whole text: how
its other labels are printed, whether every paragraph carries one, and whether the name comes back between others.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from ingest.shownotes.label_candidates import LabelCandidate, LabelForm, is_time, text_after
from ingest.shownotes.lines import Line
from ingest.speakers.names import is_heading, is_ordinary, name_words
from ingest.text.words import normalise, without_marks

_LEAST_FORM = 0.1  # share of labels from which a form is usual
_FEWEST_LABELS = 2  # with fewer, a text has no habit
# Paragraphs without a label, for each with one, up to which every paragraph is a turn.
_MOST_CONTINUED = 0.1


def unknown_labels(
    lines: Sequence[Line],
    starts: Mapping[int, LabelCandidate],
    accepted: Sequence[LabelCandidate],
) -> Iterator[LabelCandidate]:
    """Yield the candidates that open a turn although their names are not accepted, in groups of one name.

    `accepted` are the labels at the start of lines. A label is `unread` if nothing but its place speaks for it.
    """
    known = {label.key for label in accepted}
    if len(accepted) < _FEWEST_LABELS:
        return
    prints = Counter(label.bold for label in accepted)
    bold = {is_bold for is_bold, count in prints.items() if count >= _LEAST_FORM * len(accepted)}
    counts = Counter(label.form for label in accepted)
    forms = {form for form, count in counts.items() if count >= _LEAST_FORM * len(accepted)}
    capitals = all(_is_in_capitals(label.name) for label in accepted)
    groups: dict[str, list[LabelCandidate]] = defaultdict(list)
    for label in starts.values():
        is_alike = _is_printed_alike(label, forms, bold)
        is_alike = is_alike and (_is_in_capitals(label.name) or not capitals or label.time is not None)
        if label.key not in known and is_alike:
            groups[label.key].append(label)
    likely = [*accepted, *(label for group in groups.values() for label in group)]
    places = {label.line for label in likely}
    dense = _is_dense(lines, likely, len(accepted))
    for group in groups.values():
        first = group[0]
        # Speech whose paragraphs break off may go on at the next one.
        apart = [
            label for label in group if first.bold or first.time is not None or ends_sentence(lines, label.line - 1)
        ]
        # What these texts print like this is a label; elsewhere a single word before a colon may be speech.
        is_clear = first.bold or dense or first.time is not None or (first.form == "own" and first.kind != "open")
        is_clear = is_clear or (capitals and first.kind != "open")
        returns = _returns(apart, places, lines)
        begins = text_after(first, lines)[:1].isupper()
        if is_clear or returns or (first.kind == "name" and (begins or name_words(first.base) > 1)):
            is_read = returns or (is_clear and first.kind != "open")
            yield from (replace(label, unread=not is_read) for label in (group if returns else apart))


def unknown_within(
    within: Sequence[LabelCandidate], accepted: Sequence[LabelCandidate], lines: Sequence[Line]
) -> Iterator[LabelCandidate]:
    """Yield the candidates within the lines of a text without line breaks that open a turn without an accepted name.

    Such a name comes back after another label, or is a name before a new sentence; then it is `unread`.
    """
    known = {label.key for label in accepted}
    places = {(label.line, label.start) for label in accepted}
    groups: dict[str, list[LabelCandidate]] = defaultdict(list)
    for label in within:
        words = label.key.split()
        is_known = any(" ".join(words[skipped:]) in known for skipped in range(len(words)))
        if label.after_border and not is_known and (label.kind == "part" or not is_ordinary(label.base)):
            groups[label.key].append(label)
    for group in groups.values():
        first, last = group[0], group[-1]
        texts = {lines[label.line].text[label.end : label.end + 40].strip() for label in group}
        returns = len(texts) > 1 and any(
            (first.line, first.start) < place < (last.line, last.start) for place in places
        )
        if returns or (first.kind == "name" and all(text[:1].isupper() for text in texts)):
            yield from (replace(label, unread=not returns) for label in group)


def ends_sentence(lines: Sequence[Line], number: int) -> bool:
    """Return whether line `number` ends a sentence, so that something new may begin after it."""
    while number >= 0 and is_time(lines[number].text):
        number -= 1
    return number < 0 or without_marks(lines[number].text).rstrip(" \"”’')]")[-1:] in ".?!…"


def _is_in_capitals(name: str) -> bool:
    """Return whether a name has no small letter, as names in scripts without them."""
    return name == name.upper()


def _is_printed_alike(label: LabelCandidate, forms: Collection[LabelForm], bold: Collection[bool]) -> bool:
    """Return whether a candidate is printed as the text's labels are, and is no heading."""
    if label.form not in forms or label.bold not in bold:
        return False
    if label.form == "bare" and label.time is None and not label.bold:
        return False
    return label.kind == "part" or not (is_heading if label.bold else is_ordinary)(label.base)


def _is_dense(lines: Sequence[Line], labels: Sequence[LabelCandidate], accepted: int) -> bool:
    """Return whether nearly every paragraph after the first label carries a label, so that each is a turn."""
    places = {label.line for label in labels}
    first = min(places)
    alone = {label.line for label in labels if label.form != "inline"}
    continued = sum(
        number not in places
        and number - 1 not in alone
        and not is_time(lines[number].text)
        and bool(normalise(line.text))
        for number, line in enumerate(lines[first:], first)
    )
    return continued <= _MOST_CONTINUED * accepted


def _returns(group: Sequence[LabelCandidate], places: set[int], lines: Sequence[Line]) -> bool:
    """Return whether a name comes back with other words, and another label stands between."""
    if len({text_after(label, lines) for label in group}) < 2:
        return False
    own = {label.line for label in group}
    between = range(group[0].line, group[-1].line)
    return any(number in places and number not in own for number in between)
