"""Parse show notes into official turns: the publisher's own transcript from a feed or a directory page."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ingest.item import Link
from ingest.shownotes.body import UNLABELLED_WORDS, find_body
from ingest.shownotes.copies import copies_of
from ingest.shownotes.label_candidates import LabelCandidate, is_time, seconds_printed
from ingest.shownotes.label_starts import signed
from ingest.shownotes.label_times import bracketed_time, with_bracketed_times, with_times_behind, without_numbers
from ingest.shownotes.labels import find_labels
from ingest.shownotes.legend import initials_of, legend_lines, legend_of
from ingest.shownotes.lines import Line
from ingest.shownotes.markup import read_lines
from ingest.shownotes.page import (
    PageHeader,
    end_of_episode,
    is_rule,
    read_page,
    with_markers_apart,
)
from ingest.shownotes.surroundings import without_surroundings
from ingest.speakers.aliases import find_aliases, full_names, role_aliases, short_names, speaker_of
from ingest.text.clock import TIME, TIME_RANGE
from ingest.text.words import begins_clip, without_marks
from ingest.transcript import OfficialTurn

_TIME_IN_TEXT = re.compile(rf" ?(?:\[(?:{TIME_RANGE}|{TIME})\]|\((?:{TIME_RANGE}|{TIME})\))")
_TIME_FIRST = re.compile(rf"(?:[*+•-] )?[\[(]\s*({TIME_RANGE}|{TIME})\s*[\])]\s*[-–—]?\s*")
# An estimated time in our own Markdown export; it must not be read back as a published time.
_GUESS_FIRST = re.compile(rf"\A\[about {TIME}\]\s*")
_READ_MORE = re.compile(
    r"\s*(?:(?:…|\.\.\.)\s*\[?(?:(?:read|show|see|view|load) )?more\]?|\[?(?:read|show|see|view|load) more\]?)"
    r"[\s.…»›>]*$",
    re.IGNORECASE,
)
_FINISHED = re.compile(r"(?:[.?!…:]|[-–—]{2}|[–—])[\s\"”’')\]*]*$")
_SENTENCE = re.compile(r"[.?!…](?:\s|$)")

LIST_WITH_NAMES = "its notes look like a list with names, not a transcript"


@dataclass(frozen=True, slots=True)
class OfficialText:
    """The content of one episode's show notes: the turns of its transcript and the facts around them.

    `aliases` maps a label as printed to the name in the introduction. `lossy`: at least half of the labels have no
    text. `truncated`: the text is cut off. `title`, `duration` (seconds) and `published` (ISO date) come from a
    directory page. `links` are the http(s) targets in the notes. `problems` has one line for each doubt. `marked`: a
    line before the text says that a transcript follows. `left_out` are the first words of lines that are not speech.
    `unread_labels` are the labels as printed whose name could not be read, once for each turn.
    """

    turns: tuple[OfficialTurn, ...] = ()
    description: str | None = None
    aliases: Mapping[str, str] = field(default_factory=dict)
    lossy: bool = False
    truncated: bool = False
    title: str | None = None
    duration: float | None = None
    published: str | None = None
    links: tuple[Link, ...] = ()
    problems: tuple[str, ...] = ()
    marked: bool = False
    left_out: tuple[str, ...] = ()
    unread_labels: tuple[str, ...] = ()


def parse_notes(notes: str, names: Collection[str] = (), *, stated: bool = False) -> OfficialText:
    """Return the official text in show notes: HTML, Markdown, plain text, or a directory page saved as text.

    `names` are people known from elsewhere, who help to tell labels from speech. `stated` says that the publisher calls
    the whole document a transcript. Notes without a transcript give no turns; `problems` tells it if they have labels.
    If the notes hold the text twice, the better copy is used. Linear in the length; never raises.
    """
    lines, links = read_lines(notes)
    printed = with_markers_apart(lines)
    lines = without_numbers(printed)
    place = find_body(lines, names, stated)
    head, body = lines[: place.head_end], lines[place.start :]
    page = read_page(head)
    doubts = (LIST_WITH_NAMES,) if place.refused else ()
    if not body:
        return _around(OfficialText(description=_description(printed[page.start :])), page, links, doubts)
    body = body[: end_of_episode(body, head)]
    found = copies_of(head[page.start :], body, place.marked)
    is_whole = page.start == 0 and len(found) == 1 and len(found[0][1]) == len(lines) - place.start
    labels = place.labels if is_whole else None
    copies = [_read_copy(preface, copy, names, place.marked, labels) for preface, copy in found]
    if not any(copy.turns for copy in copies) and not any(copy.lossy for copy in copies):
        return _around(OfficialText(description=_description(printed[page.start :])), page, links, doubts)
    best = replace(copies[best_of(copies)], marked=place.marked or stated)
    doubts = (f"the text occurs {len(copies)} times; the best copy was used",) if len(copies) > 1 else ()
    return _around(best, page, links, doubts)


def best_of(copies: Sequence[OfficialText]) -> int:
    """Return the index of the best copy: complete, then truncated, lossy, empty; within these, the most words.

    Of equal copies the first wins. Raises ValueError if there are no copies.
    """

    def rank(index: int) -> tuple[int, int]:
        copy = copies[index]
        state = 3 if not copy.turns else 2 if copy.lossy else 1 if copy.truncated else 0
        return state, -sum(len(turn.text.split()) for turn in copy.turns)

    return min(range(len(copies)), key=rank)


def _around(text: OfficialText, page: PageHeader, links: Sequence[Link], doubts: tuple[str, ...]) -> OfficialText:
    return replace(
        text,
        title=page.title,
        duration=page.duration,
        published=page.published,
        links=tuple(links),
        problems=doubts + text.problems,
    )


def _read_copy(
    preface: Sequence[Line],
    whole: Sequence[Line],
    names: Collection[str],
    marked: bool,
    labels: Sequence[LabelCandidate] | None,
) -> OfficialText:
    """Read one copy of a transcript; `labels` are those of all its lines, None if they were not found yet."""
    whole = signed(whole)
    legend = legend_lines(whole)
    explained = legend_of(whole[legend.start : legend.stop])
    body, left_out = without_surroundings([line for number, line in enumerate(whole) if number not in legend])
    left_out = (*(whole[number].text for number in legend), *left_out)
    body = with_bracketed_times([line for line in body if not is_rule(line)])
    marked_more = False
    if body and (more := _READ_MORE.search(body[-1].text[-40:])) is not None:
        text = body[-1].text[: len(body[-1].text) - len(more[0])]
        body[-1:] = [Line(text, min(body[-1].bold_start, len(text)), min(body[-1].bold_end, len(text)))] if text else []
        marked_more = True
    if labels is None or body != whole:
        labels = find_labels(body, names, _joined(preface), marked)
    labels = with_times_behind(labels, body)
    body, cut_label = _without_cut_label(body, labels)
    if not labels and sum(len(line.text.split()) for line in body) < UNLABELLED_WORDS:
        return OfficialText()
    prose = "\n".join([_joined(preface), *initials_of([*preface, *whole]), *_speech(body, labels)])
    printed = list(dict.fromkeys(label.name for label in labels if not label.unread))
    people = {label.base: label.name for label in labels if label.base and not label.unread}
    full = {name: people.get(found, found) for name, found in full_names([*printed, *people], names, prose).items()}
    spans = _spans(body, labels)
    turns: list[OfficialTurn] = []
    problems: list[str] = []
    empty = 0
    for label, parts in spans:
        start, text = _timed_text(parts, label)
        if text:
            turns.append(OfficialTurn(_speaker(label, full), text, start))
        elif label is not None:
            empty += 1
            problems.append(f"label without text: {label.name!r}")
    lossy = bool(labels) and 2 * empty >= len(labels)
    truncated = marked_more or cut_label or _is_cut(turns)
    if spans[0][0] is None and turns and turns[0].speaker is None and not begins_clip(body[0].text):
        problems.append("text before the first label: its speaker is unknown")
    if lossy:
        problems.append(f"lossy: {empty} of {len(labels)} labels have no text")
    if truncated:
        problems.append("truncated: the text was cut off")
    others = [name for name in printed if name not in full]
    bases = {label.name: full.get(label.base, label.base) for label in labels if label.base not in ("", label.name)}
    bases |= {short: label.name for label in labels if (short := label.role.strip("()[]")) in printed}
    roles = role_aliases([(full.get(label.name, label.name), label.role) for label in labels])
    shortened = short_names(others, [*people, *(name for name in printed if name not in bases)], names, prose)
    known = {**find_aliases(others, names, prose), **bases, **roles}
    known |= {name: explained[name] for name in others if name in explained}
    return OfficialText(
        turns=tuple(turns),
        description=_description(preface),
        aliases={**{label: known.get(name, name) for label, name in shortened.items()}, **known},
        lossy=lossy,
        truncated=truncated,
        problems=tuple(problems),
        left_out=left_out,
        unread_labels=tuple(label.name for label in labels if label.unread),
    )


def _speaker(label: LabelCandidate | None, full: Mapping[str, str]) -> str | None:
    return None if label is None or label.unread else speaker_of(label.name, label.role, full)


# A label (None for a clip or text before any label) and the pieces of lines that follow it.
_Span = tuple[LabelCandidate | None, list[str]]


def _spans(body: Sequence[Line], labels: Sequence[LabelCandidate]) -> list[_Span]:
    """Assign every piece of the text to the label or clip before it."""
    spans: list[_Span] = [(None, [])]
    pending = list(reversed(labels))
    for number, line in enumerate(body):
        position = 0
        if not line.text or begins_clip(line.text):  # without text: an advert or a break was here
            spans.append((None, []))
            continue
        while pending and pending[-1].line == number:
            label = pending.pop()
            spans[-1][1].append(line.text[position : label.start])
            spans.append((label, [label.mark]))
            position = label.end
        spans[-1][1].append(bracketed_time(line, position))
    return spans


def _timed_text(parts: Sequence[str], label: LabelCandidate | None) -> tuple[float | None, str]:
    """Return the seconds of the first time printed in a turn, if any, and the text without its printed times."""
    start = None if label is None else label.time
    kept: list[str] = []
    for part in (part.strip() for part in parts):
        if not kept:
            part = _GUESS_FIRST.sub("", part)
        first = _TIME_FIRST.match(part)
        if is_time(part):
            start = seconds_printed(part) if start is None and not any(kept) else start
            continue
        if first is not None:
            if start is None and not kept:
                start = seconds_printed(first[1])
            part = part[first.end() :]
        part = _TIME_IN_TEXT.sub("", part).strip()
        if part:
            kept.append(part)
    if label is not None and label.mark and len(kept) > 1:
        kept[:2] = [f"{kept[0]} {kept[1]}"]
    return start, "\n".join(kept)


def _without_cut_label(body: list[Line], labels: Sequence[LabelCandidate]) -> tuple[list[Line], bool]:
    """Drop a last line that is the beginning of a known label, because the text was cut off within it."""
    if not body or not labels or labels[-1].line == len(body) - 1:
        return body, False
    last = body[-1].text
    cut = " " in last and any(label.name.startswith(last) and label.name != last for label in labels)
    return (body[:-1], True) if cut else (body, False)


def _is_cut(turns: Sequence[OfficialTurn]) -> bool:
    """Return whether the last turn breaks off although the text's other paragraphs end with punctuation."""
    if not turns:
        return False
    *others, last = [
        text for turn in turns for line in turn.text.split("\n") if (text := without_marks(line).strip())
    ] or [""]
    if not last or _FINISHED.search(last[-20:]) is not None:
        return False
    if not others:
        return _SENTENCE.search(last) is not None
    return sum(_FINISHED.search(text[-20:]) is not None for text in others) >= 0.8 * len(others)


def _speech(body: Sequence[Line], labels: Sequence[LabelCandidate]) -> list[str]:
    ends = {label.line: label.end for label in labels}
    return [line.text[ends.get(number, 0) :] for number, line in enumerate(body)]


def _joined(lines: Sequence[Line]) -> str:
    return "\n".join(line.text for line in lines)


def _description(lines: Sequence[Line]) -> str | None:
    """Return lines as one text without rows of dashes at its start and end; None if it is empty."""
    kept = list(lines)
    while kept and is_rule(kept[-1]):
        kept.pop()
    while kept and is_rule(kept[0]):
        kept.pop(0)
    return _joined(kept) or None
