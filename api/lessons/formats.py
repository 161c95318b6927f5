"""Write lessons as a document (Markdown), a table (CSV), JSON or an Atom feed.

`address` is this server's URL without a slash at the end, "" for links that begin with a slash. Titles, words, names
and notes are untrusted, so each format does its own escaping.
"""

import csv
import json
from collections.abc import Sequence
from io import StringIO
from typing import Literal, NamedTuple, get_args
from xml.sax.saxutils import escape, quoteattr

from api.formatting import cell, counted, urn_of, when
from api.lessons.contract_json import lessons_json
from api.lessons.register import Entry, Register
from api.quotes.citation import Citation
from api.quotes.citation_formats import as_markdown, name_of, one_line, plain_markdown

LessonFormat = Literal["md", "csv", "json", "atom"]
LESSON_FORMATS: tuple[LessonFormat, ...] = get_args(LessonFormat)
MEDIA_TYPES: dict[LessonFormat, str] = {
    "md": "text/markdown; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "atom": "application/atom+xml",
}

_COLUMNS = (
    "title", "kind", "state", "themes", "score", "show", "episode", "date", "speaker", "role", "time", "seconds",
    "origin", "quote", "link", "changed", "notes",
)  # fmt: skip
# Readers of feeds fetch all of it again and again.
_MOST_IN_FEED = 100
# An Atom feed needs a date even if no episode has one.
_NO_DATE = "1970-01-01"


class Listed(NamedTuple):
    """Lessons to write, with what they have in common ("Lessons on moving platforms") and the page that lists them.

    `left_out` is how many more there are.
    """

    register: Register
    entries: Sequence[Entry]
    title: str
    page: str
    left_out: int = 0


def render(listed: Listed, form: LessonFormat, address: str) -> str:
    """Return lessons in a format; those whose quotes cannot be shown are left out, except from JSON if withdrawn."""
    if form == "json":
        return json.dumps(lessons_json(listed.register, listed.entries), indent=2) + "\n"
    register = listed.register
    found = [(register.as_shown(entry), cited) for entry in listed.entries if (cited := register.whole(entry))]
    if form == "csv":
        return _as_csv(found, address)
    return _as_document(listed, found, address) if form == "md" else _as_feed(listed, found, address)


def _as_document(listed: Listed, found: Sequence[tuple[Entry, list[Citation]]], address: str) -> str:
    """Return a document with a heading for each lesson; untrusted text cannot add links, markup or HTML."""
    more = f" {listed.left_out:,} more with lower scores left out." if listed.left_out else ""
    lines = [f"# {plain_markdown(one_line(listed.title))}", f"{counted(len(found), 'lesson')}.{more}"]
    for entry, cited in found:
        lines.append(f"## {plain_markdown(one_line(entry.title))}")
        lines.append(plain_markdown(one_line(_facts(entry))))
        lines += [as_markdown(one, address) + (f" ({one.timing})" if one.timing else "") for one in cited]
        lines += [plain_markdown(one_line(f"Note of {note.by}, {note.at[:10]}: {note.text}")) for note in entry.notes]
    return "\n\n".join(lines) + "\n"


def _as_csv(found: Sequence[tuple[Entry, list[Citation]]], address: str) -> str:
    """Return a table with a row for each quote of a lesson; begins with a byte order mark, which Excel needs."""
    table = StringIO()
    rows = csv.writer(table, lineterminator="\r\n")  # RFC 4180
    rows.writerow(_COLUMNS)
    for entry, cited in found:
        for one in cited:
            rows.writerow(map(cell, _row(entry, one, address)))
    return f"\ufeff{table.getvalue()}"


def _row(entry: Entry, cited: Citation, address: str) -> tuple[str, ...]:
    notes = (f"{note.by}, {note.at[:10]}: {note.text}" for note in entry.notes)
    return (
        one_line(entry.title),
        entry.kind,
        entry.state,
        "; ".join(map(one_line, entry.themes)),
        f"{entry.score:.3f}",
        one_line(cited.episode.show.title),
        name_of(cited.episode),
        cited.episode.published or "",
        one_line(cited.speaker or ""),
        one_line(cited.role or ""),
        when(cited.start, cited.timing) or "",
        "" if cited.start is None else f"{cited.start:g}",
        cited.timing or "",
        "\n".join(map(one_line, cited.quote.split("\n"))),
        address + cited.url,
        "words changed, check" if entry.changed else "",
        "\n".join(map(one_line, notes)),
    )


def _as_feed(listed: Listed, found: Sequence[tuple[Entry, list[Citation]]], address: str) -> str:
    """Return an Atom feed (RFC 4287) of the newest hundred; dates are those of publication or of a decision.

    Ids do not depend on the server's address.
    """
    dated = sorted(((_updated(entry, cited[0]), entry, cited) for entry, cited in found), key=lambda one: one[0])
    dated = dated[-_MOST_IN_FEED:]
    own = listed.page.replace("/lessons", "/lessons.atom", 1)
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        '<feed xmlns="http://www.w3.org/2005/Atom">',
        f"<title>{_xml(listed.title)}</title>",
        f"<id>{urn_of(own)}</id>",
        f'<link rel="self" type="application/atom+xml" href={quoteattr(address + own)}/>',
        f'<link rel="alternate" type="text/html" href={quoteattr(address + listed.page)}/>',
        f"<updated>{dated[-1][0] if dated else f'{_NO_DATE}T00:00:00Z'}</updated>",
        "<author><name>Playback</name></author>",
    ]
    for updated, entry, cited in reversed(dated):
        page = f"{address}/lessons/{entry.id}"
        said = "\n\n".join(f"“{one.quote}” {_who(one)}" for one in cited)
        lines += [
            "<entry>",
            f"<title>{_xml(entry.title)}</title>",
            f"<id>{urn_of(f'/lessons/{entry.id}')}</id>",
            f'<link rel="alternate" type="text/html" href={quoteattr(page)}/>',
            f"<updated>{updated}</updated>",
            *(f"<category term={quoteattr(one_line(theme))}/>" for theme in (entry.kind, *entry.themes)),
            f'<content type="text">{_xml_lines(said)}</content>',
            "</entry>",
        ]
    return "\n".join([*lines, "</feed>"]) + "\n"


def _updated(entry: Entry, cited: Citation) -> str:
    """Return when a lesson last changed, as RFC 3339: its newest decision, else the day of its episode."""
    if entry.history:
        return _xml(entry.history[-1].at)
    published = cited.episode.published or _NO_DATE
    return f"{_xml(published[:10])}T00:00:00Z"


def _facts(entry: Entry) -> str:
    themes = f"; about {', '.join(entry.themes)}" if entry.themes else ""
    changed = "; words changed, check" if entry.changed else ""
    return f"{entry.kind.capitalize()}, {entry.state}{themes}{changed}"


def _who(cited: Citation) -> str:
    parts = (cited.speaker, cited.role, name_of(cited.episode))
    return ", ".join(one_line(part) for part in parts if part)


def _xml(text: str) -> str:
    return escape(one_line(text))


def _xml_lines(text: str) -> str:
    return "\n".join(_xml(line) for line in text.split("\n"))
