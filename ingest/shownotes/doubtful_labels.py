"""Find the labels that may be words of speech: acronyms before a full stop, sentences printed in capitals; pure.

Capitals tell a name from speech, but not from other words in capitals, and not in a text that is wholly in capitals.
"""

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace

from ingest.shownotes.label_candidates import LabelCandidate
from ingest.shownotes.lines import Line
from ingest.speakers.label_shape import clause_words
from ingest.speakers.names import fold

_FEW, _LEAST_SHARE = 3, 0.1  # labels of one acronym, or their share of all, up to which they may be speech
_IN_CAPITALS = 0.95  # share of its letters from which a text is wholly in capitals
_AFTER_ARTICLE = re.compile(r"\b(?:[Tt]he|[Aa]n?) (\w{2,20})\b")
# Nobody is called so, and people begin sentences with them.
_ACRONYMS = frozenset(
    "api bbc cia css csv diy dna eu faq fbi gdp gdpr gps html http https nasa nato nhs oecd pdf sql tv uk un url us "
    "usa usb vat vpn xml".split()
)


def with_doubt(labels: Sequence[LabelCandidate], lines: Sequence[Line], names: Collection[str]) -> list[LabelCandidate]:
    """Return the labels; those in doubt are `unread`, and what is hardly a label ends where it begins: it was said.

    `names` are people known from elsewhere. Linear in the length of the text.
    """
    once, acronyms = _words_before_stop(labels, lines, names)
    sentences = _sentences(labels, lines, names)
    return [
        kept_as_speech(label, lines[label.line].text)
        if label.key in sentences or (label.key in acronyms and _is_stopped(label, lines))
        else replace(label, unread=label.unread or label.key in once)
        for label in labels
    ]


def kept_as_speech(label: LabelCandidate, line: str) -> LabelCandidate:
    """Return a label as one whose name is not read and whose words are part of the turn."""
    place = line.find(label.name.split()[0], label.start)
    return replace(label, unread=True, end=place, mark="") if 0 <= place < label.end else replace(label, unread=True)


def _words_before_stop(
    labels: Sequence[LabelCandidate], lines: Sequence[Line], names: Collection[str]
) -> tuple[set[str], set[str]]:
    """Return the single words that stand once before a full stop, and those that are acronyms: "UK. It is far.".

    An acronym comes seldom, and speech has it with an article ("the UK"), or nobody is called so. Initials of a name
    that is known, and parts of one ("MARA." after "MARA LINDQVIST."), are neither.
    """
    words = {
        label.key for label in labels if label.kind == "name" and " " not in label.key and _is_stopped(label, lines)
    }
    if not words:
        return set(), set()
    counts = Counter(label.key for label in labels)  # with other signs, too
    said = {fold(found) for line in lines for found in _AFTER_ARTICLE.findall(line.text) if found.isupper()}
    people = {label.key for label in labels if " " in label.key} | {fold(name) for name in names}
    explained = {word for name in people for word in (*name.split(), _initials(name))}
    seldom = {word for word in words if counts[word] <= _FEW or counts[word] < _LEAST_SHARE * len(labels)}
    return {word for word in words if counts[word] == 1} - explained, (seldom & (said | _ACRONYMS)) - explained


def _sentences(labels: Sequence[LabelCandidate], lines: Sequence[Line], names: Collection[str]) -> set[str]:
    """Return what is a sentence by its words, where capitals do not set a name apart: "THANK YOU SO MUCH: YES."

    Some of these words are names, too ("WILL LEE"): one of them does not count if the name is known or comes back.
    """
    everywhere = _is_in_capitals(lines)
    known = {fold(name) for name in names}
    counts = Counter(label.key for label in labels)
    doubtful: set[str] = set()
    for label in labels:
        if label.kind == "name" and label.key not in known and (everywhere or _is_stopped(label, lines)):
            found = clause_words(label.name) if label.name.isupper() and " " in label.key else 0
            if found > 1 or (found and counts[label.key] == 1):
                doubtful.add(label.key)
    return doubtful


def _is_stopped(label: LabelCandidate, lines: Sequence[Line]) -> bool:
    return lines[label.line].text[: label.end].rstrip().endswith(".")


def _is_in_capitals(lines: Sequence[Line]) -> bool:
    capitals = sum(map(str.isupper, "".join(line.text for line in lines)))
    small = sum(map(str.islower, "".join(line.text for line in lines)))
    return capitals >= _IN_CAPITALS * (capitals + small)


def _initials(name: str) -> str:
    return "".join(word[0] for word in name.split())
