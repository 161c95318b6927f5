"""Find the speaker labels in the lines of a transcript, by scoring the candidates on the whole text.

No single sign decides. Bold print, a separate line, repetition, known names, the shape of a name and a place right
after the marker count for a label. Words that begin sentences or headings, and the text after them, count against it.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from ingest.shownotes.doubtful_labels import with_doubt
from ingest.shownotes.label_candidates import (
    LabelCandidate,
    LabelForm,
    labels_within,
    text_after,
)
from ingest.shownotes.label_starts import returning, starts_of
from ingest.shownotes.lines import Line
from ingest.shownotes.unknown_labels import ends_sentence, unknown_labels, unknown_within
from ingest.speakers.names import first_name, fold, is_ordinary, is_title, name_words

_CONTINUES = re.compile(r"[a-zà-ÿ;,]")
_LIST_ITEM = re.compile(r"[a-zà-ÿ;,]|[-•*–·◦]\s")
_SENTENCE = re.compile(r"[.?!…]")

_ACCEPTED = 4  # points that a name with a colon needs to be a label
_ACCEPTED_BARE = 5  # the same without a colon
_LEAST_IN_LOWER_CASE = 0.6  # share of paragraphs that begin with a label
_FEWEST_OTHERS = 3  # labels beside that of a title
_TITLE_WORDS = 8
_LEAST_FINISHED = 0.8  # share of turns that end with a sentence
_NEARLY_ALL = 0.8  # share of the characters in one line; a footer may stand in others
# Limits far above any episode that keep the time for hostile input linear: candidates within lines, names looked up in
# the text, and characters searched.
_WITHIN_LIMIT = 20_000
_NAMES_LIMIT = 200
_PROSE_LIMIT = 300_000


@dataclass(frozen=True, slots=True)
class _Evidence:
    """The facts that a name's score depends on, besides its own candidates."""

    lines: Sequence[Line]
    starts: Mapping[int, LabelCandidate]
    opening: LabelCandidate | None
    usual: LabelForm
    bold: bool
    single: bool
    known: Collection[str]
    prose: str


def find_labels(lines: Sequence[Line], names: Collection[str], preface: str, opened: bool) -> list[LabelCandidate]:
    """Return the labels in a transcript's lines, in order of position.

    `names` are people known from elsewhere, `preface` is the text before the transcript, `opened` says that a marker
    precedes the first line. Linear in the length of the text.
    """
    opening = starts_of(lines)
    starts = {number: label for number, label in opening.items() if not label.unread}
    places = (label for number, line in enumerate(lines) for label in labels_within(number, line, starts.get(number)))
    within = list(islice(places, _WITHIN_LIMIT))
    flat = _is_flat(lines, starts, within)
    text = _text(lines, starts, [label for label in within if flat], names, preface, opened)
    by_name: dict[str, list[LabelCandidate]] = defaultdict(list)
    for label in [*starts.values(), *(label for label in within if flat and label.after_border)]:
        if label.form != "bare" and label.kind != "open":
            by_name[label.key].append(label)
    by_name = _without_glued(by_name)
    accepted = _accept(by_name, text, _ACCEPTED)
    bare: defaultdict[str, list[LabelCandidate]] = defaultdict(list)
    for label in starts.values():
        is_plain = label.time is None and not label.bold
        if label.form == "bare" and not (label.kind == "open" or label.key in accepted or (label.role and is_plain)):
            bare[label.key].append(label)
    accepted |= _accept(bare, text, _ACCEPTED_BARE)
    first_names = {first_name(name) for name in [*accepted, *names]} - {""}
    accepted |= {name for name in by_name if name in first_names}
    accepted |= {name for name in bare if name in first_names and bare[name][0].time is not None}
    found = [label for label in starts.values() if label.key in accepted and _counts(label, text, set(bare))]
    found = found or _in_lower_case(starts, lines)
    signposts = _signposts(found, lines)
    found = [replace(label, unread=True) if label.key in signposts else label for label in found]
    found += unknown_labels(lines, starts, found)
    found += _accepted_within(within, lines, accepted, flat)
    if flat:
        found += unknown_within(within, found, lines)
    if found:
        found += [label for label in opening.values() if label.unread]
    found = with_doubt(sorted(found, key=lambda label: (label.line, label.start)), lines, names)
    return found[1:] if not opened and _is_title(found, lines) else found


def _is_title(labels: Sequence[LabelCandidate], lines: Sequence[Line]) -> bool:
    """Return whether the first label is that of a title in the first line ("Tea Show, part 4: The pot").

    It never comes back, and what follows is no sentence, in a text whose speech has full stops.
    """
    if len(labels) <= _FEWEST_OTHERS:
        return False
    first, others = labels[0], labels[1:]
    is_plain = first.line == 0 and first.form == "inline" and not first.bold and first.time is None
    if not is_plain or ends_sentence(lines, 0) or any(label.key == first.key for label in others):
        return False
    is_short = len(lines[0].text[first.end :].split()) <= _TITLE_WORDS
    last = [*(label.line - 1 for label in others[1:]), len(lines) - 1]
    finished = sum(ends_sentence(lines, number) for number in last)
    return is_short and finished >= _LEAST_FINISHED * len(others)


def _in_lower_case(starts: Mapping[int, LabelCandidate], lines: Sequence[Line]) -> list[LabelCandidate]:
    """Return the candidates that are no names ("ann: Hello."), if most paragraphs after the first begin with one.

    Two or more must come back after another.
    """
    likely = [label for label in starts.values() if label.kind == "open" and (label.bold or label.form != "bare")]
    counts = Counter(label.key for label in likely)
    labels = [label for label in likely if counts[label.key] > 1]
    if returning(labels) < 2:
        return []
    alone = sum(label.form != "inline" for label in labels)
    return labels if len(labels) >= _LEAST_IN_LOWER_CASE * (len(lines) - labels[0].line - alone) else []


def _signposts(labels: Sequence[LabelCandidate], lines: Sequence[Line]) -> set[str]:
    """Return the names that stand before nothing but a time, among labels before speech: "Video: [4:06]"."""
    alone = Counter(label.key for label in labels if label.form == "own" and label.end < len(lines[label.line].text))
    all_of = Counter(label.key for label in labels)
    speech = sum(label.form == "inline" for label in labels)
    return {key for key, count in alone.items() if count == all_of[key] and 2 * speech > len(labels)}


def _without_glued(by_name: Mapping[str, list[LabelCandidate]]) -> dict[str, list[LabelCandidate]]:
    """Leave out names that are a more frequent name joined to the last words of a turn, as happens in a flat text."""
    kept = dict(by_name)
    for name, labels in by_name.items():
        words = name.split()
        for skipped in range(1, len(words) - 1):
            other = by_name.get(" ".join(words[skipped:]), ())
            if len(other) > len(labels) and not all(is_title(word) for word in words[:skipped]):
                del kept[name]
                break
    return kept


def _counts(label: LabelCandidate, text: _Evidence, bare: Collection[str]) -> bool:
    """Return whether a candidate with an accepted name opens a turn; a single name without a colon may be speech."""
    if label.form != "bare" or label.key in bare:
        return True
    return name_words(label.name) > 1 or label.bold or label.time is not None or text.usual == "own"


def _accepted_within(
    within: Sequence[LabelCandidate], lines: Sequence[Line], accepted: Collection[str], flat: bool
) -> Iterator[LabelCandidate]:
    """Yield the candidates within lines that end with an accepted name, cut to that name."""
    for label in within:
        words = label.name.split()
        for skipped in range(len(words)):
            name = " ".join(words[skipped:])
            if fold(name) not in accepted:
                continue
            start = label.start if skipped == 0 else lines[label.line].text.rindex(name, label.start, label.end)
            border = label.after_border if skipped == 0 else False
            several = len(words) - skipped > 1
            if (border and (flat or several)) or (flat and several):
                yield label if skipped == 0 else replace(label, start=start, name=name, base=name, kind="name")
            break


def _is_flat(lines: Sequence[Line], starts: Mapping[int, LabelCandidate], within: Sequence[LabelCandidate]) -> bool:
    """Return whether a transcript lost its line breaks: one line has nearly all, or most names are within lines."""
    lengths = [len(line.text) for line in lines]
    if max(lengths, default=0) >= _NEARLY_ALL * sum(lengths):
        return True
    names = sum(label.after_border and name_words(label.name) > 1 for label in within)
    return names >= 3 and names >= sum(label.form != "bare" for label in starts.values())


def _text(
    lines: Sequence[Line],
    starts: Mapping[int, LabelCandidate],
    within: Sequence[LabelCandidate],
    names: Collection[str],
    preface: str,
    opened: bool,
) -> _Evidence:
    likely = [label for label in starts.values() if label.kind != "open" and not is_ordinary(label.base)]
    # A single capitalised line is speech as often as a label, unless bold print or a time distinguishes it.
    printed = [label for label in likely if label.form != "bare" or label.bold or label.time is not None] or likely
    forms = Counter(label.form for label in [*printed, *within])
    opening = starts.get(0) if opened else None
    usual: LabelForm = opening.form if opening is not None else "own"
    if forms:
        usual = max(forms, key=lambda form: (forms[form], form == usual))
    bold = sum(label.bold for label in printed)
    speech = (line.text[starts[number].end if number in starts else 0 :] for number, line in enumerate(lines))
    return _Evidence(
        lines,
        starts,
        opening,
        usual,
        bold=bold >= 3 and 2 * bold >= len(printed),
        single=2 * sum(_is_single(label) for label in printed) >= len(printed),
        known={fold(name) for name in names} | {first_name(name) for name in names} - {""},
        prose="\n".join([preface, *speech])[:_PROSE_LIMIT],
    )


def _accept(by_name: Mapping[str, Sequence[LabelCandidate]], text: _Evidence, points: int) -> set[str]:
    scores = {name: _print_score(labels, text) for name, labels in by_name.items()}
    near = sorted((name for name in scores if scores[name] >= points - 2), key=lambda name: -scores[name])
    for name in near[:_NAMES_LIMIT]:
        scores[name] += _mention_score(by_name[name][0], text)
    return {name for name, score in scores.items() if score >= points}


def _print_score(labels: Sequence[LabelCandidate], text: _Evidence) -> int:
    """Score how the candidates of one name are printed."""
    bold = any(label.bold for label in labels)
    known = labels[0].key in text.known
    score = 3 * bold + 3 * known + 3 * (text.opening is not None and labels[0].key == text.opening.key)
    score += 3 if not _is_single(labels[0]) else 2 * text.single
    score += 2 * any(label.form in ("own", text.usual) for label in labels)
    score += 2 * any(label.time is not None for label in labels)
    score += min(len({text_after(label, text.lines) for label in labels}) - 1, 3)
    score -= 5 * (labels[0].kind != "part" and is_ordinary(labels[0].base))
    if text.bold and not bold:
        score -= 3
    if labels[0].form == "bare" and text.usual != "bare":
        score -= 3
    if not known and len({text_after(label, text.lines) for label in labels}) == 1:
        score += _once_score(labels[0], text)
    return score


def _once_score(label: LabelCandidate, text: _Evidence) -> int:
    """Score the context of a name that is printed once, or always before the same words."""
    after = text_after(label, text.lines)
    previous = text.starts.get(label.line - 1)
    score = 0
    if _begins_list(label, text.lines):
        score -= 2
    if label.form == "inline" and name_words(after) > 1 and _SENTENCE.search(after) is None:
        score -= 3  # "Host: Ada Brewer" lists a participant; "Tea Show: Kettles" is a title
    if previous is not None and previous.form == "own" and label.line + 1 not in text.starts and label.start == 0:
        score -= 2  # otherwise the previous label would have no text
    elif label.form != "bare" and after[:1].isupper() and ends_sentence(text.lines, label.line - 1):
        score += 1
    return score


def _begins_list(label: LabelCandidate, lines: Sequence[Line]) -> bool:
    """Return whether an apparent label continues in lower case, or starts a list of at least two lines."""
    if label.form == "inline":
        return _CONTINUES.match(text_after(label, lines)) is not None
    items = lines[label.line + 1 : label.line + 3]
    return len(items) == 2 and all(_LIST_ITEM.match(line.text) is not None for line in items)


def _is_single(label: LabelCandidate) -> bool:
    return label.kind != "part" and (name_words(label.name) == 1 or (label.name.isupper() and " " not in label.name))


def _mention_score(label: LabelCandidate, text: _Evidence) -> int:
    """Score how the rest of the text mentions a name."""
    if label.kind == "part":
        return 0
    name = label.base
    word = re.escape(name)
    score = int(re.search(rf"\b{word}\b(?!\s*:)", text.prose) is not None)
    if re.search(rf"\b(?:[Tt]he|[Aa]n?) {word}\b", text.prose) is not None:
        score -= 2
    if name != name.lower() and re.search(rf"\b{re.escape(name.lower())}\b", text.prose) is not None:
        score -= 2
    return score
