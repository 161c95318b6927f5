"""Find where an episode's text begins and ends on a page: markers, rows of dashes and a directory page's own parts."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ingest.shownotes.label_candidates import label_at_start
from ingest.shownotes.lines import Line, cut
from ingest.speakers.names import is_ordinary

_RULE = re.compile(r"[-–—_=*~]{3,}|(?:[-*_] ){2,}[-*_]")
_OF_EPISODE = (
    r"(?:\s+(?:of|for|to)(?:\s+(?:the|this|our|that|today['’]s))?(?:\s+[\w.#’'-]+){0,4}?"
    r"\s+(?:episode|show|podcast|interview|conversation|discussion|recording|programme|program|chat|talk|audio)"
    r"(?:\s+#?\d+)?)?"
)
# With "follows" it is a marker anywhere; without it, it must be alone on its line.
_MARKER = re.compile(
    r"(?:\b(?:here\s+is|below\s+is)\s+)?(?:\b(?:the|an?|this|our)\s+)?"
    r"(?:\b(?:full|complete|edited|written|episode|podcast)\s+){0,3}"
    rf"\btranscript(?:ion)?{_OF_EPISODE}\s+(?:follows(?:\s+below|\s+here)?|is\s+below|below|starts\s+here)\b\s*[:.]?",
    re.IGNORECASE,
)
_WEAK_MARKER = re.compile(
    r"(?:(?:the|a|an|here\s+is|read)\s+){0,2}(?:(?:full|complete|edited|episode|podcast|interview|show)\s+){0,3}"
    r"transcript(?:ion)?"
    rf"{_OF_EPISODE}\s*[:.]?",
    re.IGNORECASE,
)
# The same word in other languages, alone on its line but for a few words: "Transkript zur Folge 4:". With a full
# stop it is a sentence about a transcript that stands elsewhere.
_FOREIGN = (
    r"transkript(?:ion|ioner|et|sjon|io)?|transcripci[oó]n|transcri[cç][aã]o|trascrizione|transcript(?:ie)|transcrit"
    r"|avskrift|utskrift|udskrift|litterering|расшифровка|транскрипт|транскрипция|стенограмма|стенограма|transkrypcja|přepis"
    r"|文字起こし|書き起こし|文字稿|逐字稿|文字实录|대본|녹취록|전사"
)
_FOREIGN_MARKER = re.compile(rf"(?:[^\W\d_]+\s+){{0,2}}(?:{_FOREIGN})(?:\s+[\w'’#-]+){{0,5}}\s*[:：]?", re.IGNORECASE)
_OPENS = re.compile(rf"{_WEAK_MARKER.pattern}(?=\s+\S)", re.IGNORECASE)
_LEADING_RULE = re.compile(r"\s*[-–—_=*~]{3,}\s*")
_TRAILING_RULE = re.compile(r"\s*[-–—_=*~]{3,}\s*$")

_MINUTES = re.compile(
    r"(?:(?P<hours>\d{1,2})\s?(?:hours?|hrs?|h|std|t|godz|ore|horas?|heures?)\.?,?\s*(?:and\s+)?)?"
    r"(?P<minutes>\d{1,3})\s?(?:minutes?|minuten|minutos|minuti|mins?|m)\.?"
    r"(?:\s*(?P<seconds>\d{1,2})\s?(?:s|secs?|seconds?)\.?)?",
    re.IGNORECASE,
)
_CLOCK = re.compile(r"(?:(?P<hours>\d{1,2}):)?(?P<minutes>\d{1,3}):(?P<seconds>\d{2})")
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_MONTH = r"(?P<month>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?"
_WEEKDAY = r"(?P<weekday>(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6},?\s+)?"
_DATES = (
    re.compile(r"(?:\w+:\s*)?(?P<year>\d{4})-(?P<number>\d{2})-(?P<day>\d{2})"),
    re.compile(
        rf"(?:\w+:\s*)?{_WEEKDAY}{_MONTH}\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>\d{{4}})", re.IGNORECASE
    ),
    re.compile(
        rf"(?:\w+:\s*)?{_WEEKDAY}(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+{_MONTH},?\s+(?P<year>\d{{4}})", re.IGNORECASE
    ),
)
_COUNTS = re.compile(
    r"[•·*-]?\s*(?:\d+ episodes?|\d[.,]\d,? .{0,3}\d[\d,.]* ratings?)|(?=.*\d{6}).{0,20}\d{6,}.{0,20}", re.IGNORECASE
)
_NUMBERED = re.compile(r"#\s?\d+|\b(?:episode|ep|folge|episodio|épisode|odcinek)\.?\s?\d+", re.IGNORECASE)
_BULLET = re.compile(r"[•·◦]")
_SENTENCE_END = re.compile(r"[.?!…][\"”’')\]]*$")
_FIRST_SENTENCE = re.compile(r"[^.?!…]{12,}?[.?!…]")
_SHOW_WORDS = frozenset({"podcast", "podcasts", "show", "radio", "pod"})


@dataclass(frozen=True, slots=True)
class PageHeader:
    """The header of a directory page before an episode's notes, which begin at line `start` (0: no such page)."""

    title: str | None = None
    duration: float | None = None
    published: str | None = None
    start: int = 0


def is_rule(line: Line) -> bool:
    """Return whether a line is a row of dashes."""
    return _RULE.fullmatch(line.text) is not None


def is_marker(line: Line) -> bool:
    """Return whether a line only announces the transcript."""
    if "transcript" not in line.text[:200].casefold():
        return is_weak_marker(line)
    return _MARKER.fullmatch(line.text[:200]) is not None or is_weak_marker(line)


def is_weak_marker(line: Line) -> bool:
    """Return whether a line is only a heading ("Full transcript"), which may also be the text of a link."""
    if len(line.text) >= 120:
        return False
    return _WEAK_MARKER.fullmatch(line.text) is not None or _FOREIGN_MARKER.fullmatch(line.text) is not None


def with_markers_apart(lines: Sequence[Line]) -> list[Line]:
    """Return the lines with every marker, and any row of dashes beside it, split off into lines of their own."""
    apart: list[Line] = []
    for line in lines:
        rest = line
        if "transcript" not in rest.text.casefold():
            apart.append(rest)
            continue
        if (opens := _OPENS.match(rest.text)) is not None and _opens_label(rest.text[opens.end() :]):
            apart.append(Line(opens[0].strip()))
            rest = cut(rest, opens.end(), len(rest.text))
        while (found := _MARKER.search(rest.text)) is not None and _announces(found, rest.text):
            before = rest.text[: found.start()]
            ruled = _TRAILING_RULE.search(before[-100:])
            apart.append(cut(rest, 0, found.start() - (len(ruled[0]) if ruled else 0)))
            apart.append(Line(found[0].strip()))
            rule = _LEADING_RULE.match(rest.text, found.end())
            rest = cut(rest, rule.end() if rule else found.end(), len(rest.text))
        apart.append(rest)
    return [line for line in apart if line.text]


def _opens_label(text: str) -> bool:
    """Return whether the text after a marker on the same line begins with a label: "Transcript: Ann Lee: Hello."."""
    label = label_at_start(0, Line(text.strip()))
    return label is not None and label.form == "inline" and label.kind != "open" and not is_ordinary(label.base)


def _announces(found: re.Match[str], text: str) -> bool:
    """Return whether a marker within a line is between sentences and not part of one."""
    before = text[max(0, found.start() - 3) : found.start()].rstrip()
    after = text[found.end() : found.end() + 3].lstrip()
    begins = not before or before[-1] in '.?!…:-–—=_*~"”’)]'
    return begins and (not after or found[0].endswith(":") or after[0] in "-–—=_*~")


def read_page(head: Sequence[Line]) -> PageHeader:
    """Return the directory page's header from the lines before a transcript, and where the notes begin in them."""
    durations = {number: length for number, line in enumerate(head) if (length := _duration(line.text)) is not None}
    dates = {number: day for number, line in enumerate(head) if (day := _date(line.text)) is not None}
    facts = set(durations) | set(dates) | {n for n, line in enumerate(head) if _COUNTS.fullmatch(line.text[:200])}
    repeated = _repeated(head)
    title = _title_line(head, facts, repeated)
    published = next(iter(dates.values()), None)
    duration = next(iter(durations.values()), None)
    chrome = facts | repeated | ({title} if title is not None else set())
    if not chrome or len(chrome) < 2 or not (facts or title is not None):
        return PageHeader(None, duration, published, 0)
    start = _after_chrome(head, max(chrome))
    if start == len(head):
        # A page may print the notes as a summary too; the second copy is then the description.
        last = max(chrome)
        if last in repeated - facts - {title} and last == start - 1 and _SENTENCE_END.search(head[last].text):
            start = last
    return PageHeader(None if title is None else _without_show(title, head), duration, published, start)


def end_of_episode(body: Sequence[Line], head: Sequence[Line]) -> int:
    """Return the line of `body` where the page moves on to other content: a date, or a fact also printed above."""
    above = {line.text for line in head if _duration(line.text) is not None or _COUNTS.fullmatch(line.text[:200])}
    formats = {_date_format(line.text) for line in head} - {None}
    dates = Counter(line.text for line in body if _date(line.text) is not None)
    for number, line in enumerate(body):
        if line.text in above:
            return number
        form = _date_format(line.text)
        speech = number > 0 and body[number - 1].text.endswith(":")
        if form is not None and not speech and (form in formats or form.endswith("weekday") or dates[line.text] > 1):
            return number
    return len(body)


def _duration(text: str) -> float | None:
    found = _MINUTES.fullmatch(text[:60]) or _CLOCK.fullmatch(text[:60])
    if found is None or len(text) > 60:
        return None
    return int(found["hours"] or 0) * 3600.0 + int(found["minutes"]) * 60 + int(found["seconds"] or 0)


def _date(text: str) -> str | None:
    for pattern in _DATES:
        match = pattern.fullmatch(text) if len(text) <= 60 else None
        if match is None:
            continue
        parts = match.groupdict()
        month = int(parts["number"]) if "number" in parts else _MONTHS.index(parts["month"][:3].lower()) + 1
        try:
            return date(int(parts["year"]), month, int(parts["day"])).isoformat()
        except ValueError:
            return None
    return None


def _date_format(text: str) -> str | None:
    """Return a name for the format of a date line, None for any other line."""
    if _date(text) is None:
        return None
    for number, pattern in enumerate(_DATES):
        if (found := pattern.fullmatch(text)) is not None:
            return f"{number} weekday" if found.groupdict().get("weekday") else f"{number}"
    return None


def _repeated(head: Sequence[Line]) -> set[int]:
    """Return the numbers of the lines whose text or first sentence repeats an earlier line's."""
    seen: set[str] = set()
    repeated: set[int] = set()
    for number, line in enumerate(head):
        first = _FIRST_SENTENCE.match(line.text)
        parts = {line.text, first[0] if first else line.text}
        if not parts.isdisjoint(seen) and not is_rule(line):
            repeated.add(number)
        seen |= parts
    return repeated


def _title_line(head: Sequence[Line], facts: set[int], repeated: set[int]) -> int | None:
    """Return the number of the line that looks most like the episode's title (the last of equals), else None."""
    texts = Counter(line.text for line in head)
    best: tuple[int, int] | None = None
    for number, line in enumerate(head):
        if number in facts or is_rule(line) or len(line.text) > 250 or _BULLET.match(line.text):
            continue
        score = 2 * (_NUMBERED.search(line.text) is not None) + min(texts[line.text] - 1, 2)
        score += (number - 1 in facts or number + 1 in facts) + (_SENTENCE_END.search(line.text) is None)
        score -= 3 * (_SENTENCE_END.search(line.text) is not None) + 2 * (len(line.text.split()) < 2)
        score -= 1 if number not in repeated and texts[line.text] == 1 and not facts else 0
        if score >= 2 and (best is None or score >= best[0]):
            best = (score, number)
    return None if best is None else best[1]


def _after_chrome(head: Sequence[Line], last: int) -> int:
    """Return the first line after the page's own parts, skipping bullets and short lines that follow them."""
    start = last + 1
    while start < len(head) and (
        _BULLET.match(head[start].text)
        or (
            len(head[start].text.split()) <= 2
            and _SENTENCE_END.search(head[start].text) is None
            and not is_rule(head[start])
        )
    ):
        start += 1
    return start


def _without_show(number: int, head: Sequence[Line]) -> str:
    """Return a title line without the show's name, which some pages append to it."""
    words = head[number].text.split()
    others = {line.text for line in head}
    for place in range(2, len(words) - 1):
        suffix = words[place:]
        opening = [word.strip("#:,.-–").casefold() for word in words[: len(suffix)]]
        folded = [word.casefold() for word in suffix]
        named = [word for word in folded if word not in _SHOW_WORDS]
        if not named or not suffix[0][0].isupper():
            continue
        # "Tea Show #7: Kettles Tea Show Podcast", or "GDS Podcast #7: … Government Digital Service Podcast".
        again = opening[: len(named)] == named and place >= len(named)
        initials = len(named) > 1 and "".join(word[0] for word in named) == opening[0]
        if " ".join(suffix) in others or (len(named) < len(folded) and (again or initials)):
            return " ".join(words[:place])
    return head[number].text
