"""Find the candidate for a label at the start of each line, by the sign that the whole text uses; pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from ingest.shownotes.label_candidates import LabelCandidate, label_at_start
from ingest.shownotes.label_signs import label_and_sign
from ingest.shownotes.label_times import with_times
from ingest.shownotes.lines import Line
from ingest.speakers.label_shape import people_in
from ingest.speakers.names import fold

_LEAST_SIGN = 0.1  # share of labels by signs from which a sign is usual


def starts_of(lines: Sequence[Line]) -> dict[int, LabelCandidate]:
    """Return the candidate at the start of each line that has one; by another sign than a colon if that is the habit.

    It is if several names with a sign come back, and no names with a colon do.
    """
    colons = {number: label for number, line in enumerate(lines) if (label := label_at_start(number, line)) is not None}
    return dict(with_times(colons | _signs(lines, colons), lines))


def signed(lines: Sequence[Line]) -> list[Line]:
    """Return the lines, each noting whether another sign than a colon makes its beginning a label (`starts_of`)."""
    colons = {number: label for number, line in enumerate(lines) if (label := label_at_start(number, line)) is not None}
    signs = _signs(lines, colons)
    return [replace(line, signed=number in signs) for number, line in enumerate(lines)]


def _signs(lines: Sequence[Line], colons: Mapping[int, LabelCandidate]) -> dict[int, LabelCandidate]:
    if returning(label for label in colons.values() if label.form != "bare" and not label.unread) > 1:
        return {}
    found = {number: sign for number, line in enumerate(lines) if (sign := label_and_sign(number, line))}
    counts = Counter(
        sign for label, sign in found.values() if (label.kind != "open" or label.bold) and not label.unread
    )
    usual = {sign for sign, count in counts.items() if count >= _LEAST_SIGN * len(found)}
    signs = {number: label for number, (label, sign) in found.items() if sign in usual or label.unread}
    again = returning(label for label in signs.values() if (label.kind != "open" or label.bold) and not label.unread)
    return signs if again > 1 or (again and 2 * len(signs) >= len(lines)) else {}


def returning(labels: Iterable[LabelCandidate]) -> int:
    """Return how many names occur again after another name, whole or as a first or last name."""
    returned: set[str] = set()
    seen: dict[str, str] = {}
    previous = ""
    for label in labels:
        together = [fold(person) for person in people_in(label.base)]
        if len(together) > 1:
            returned |= {seen[person] for person in together if person in seen} - {previous}
            previous = label.key
            continue
        # In the order of the label: that of a set would change from run to run.
        words = [label.key] if label.kind == "part" else [label.key, *label.key.split()]
        earlier = next((seen[word] for word in words if word in seen), label.key)
        if label.key in seen or earlier != label.key:
            returned |= {earlier} - {previous}
        seen |= {word: earlier for word in words if len(word) > 2 or not word.isascii() or word == label.key}
        previous = earlier
    return len(returned)
