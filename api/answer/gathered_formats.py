"""Write all hits that are about a question as a table (CSV), a document (Markdown) or JSON, each with its best quote.

`address` is this server's URL without a slash at the end, "" for links that begin with a slash. Words, names and titles
are untrusted, so each format does its own escaping.
"""

import csv
import json
from collections.abc import Sequence
from dataclasses import asdict
from io import StringIO
from typing import Literal, get_args

from api.answer.contract_json import gathered_json
from api.answer.gather import Gathered, by_episode, quoted
from api.answer.hits import OpenedHit, open_hits
from api.answer.question import replace_surrogates
from api.formatting import cell, counted, day, search_notes, when
from api.knowledge_base import KnowledgeBase
from api.quotes.citation import Citation, citation_of
from api.quotes.citation_formats import as_markdown, name_of, one_line, plain_markdown

ExportFormat = Literal["csv", "md", "json"]
EXPORT_FORMATS: tuple[ExportFormat, ...] = get_args(ExportFormat)

_COLUMNS = ("show", "episode", "date", "speaker", "time", "seconds", "origin", "quote", "link", "note")


def render(base: KnowledgeBase, gathered: Gathered, form: ExportFormat, address: str = "") -> str:
    """Return every hit that is about the question, with its best quote, in a format."""
    found = open_hits(base, quoted(base, gathered, gathered.about))
    if form == "csv":
        return as_csv(gathered, found, address)
    return as_document(gathered, found, address) if form == "md" else as_json(gathered, found, address)


def as_csv(gathered: Gathered, found: Sequence[OpenedHit], address: str) -> str:
    """Return a table with a row for each hit, the best first, that no spreadsheet takes for formulas.

    What is to be said about the search stands in each row, because a table has no other place for it. The table begins
    with a byte order mark, because Excel reads other letters than ASCII wrongly without one.
    """
    table, note = StringIO(), "; ".join(_notes(gathered))
    rows = csv.writer(table, lineterminator="\r\n")  # RFC 4180
    rows.writerow(_COLUMNS)
    for cited in map(cited_as, found):
        episode = cited.episode
        rows.writerow(
            cell(value)
            for value in (
                one_line(episode.show.title),
                name_of(episode),
                episode.published or "",
                one_line(cited.speaker or ""),
                when(cited.start, cited.timing) or "",
                "" if cited.start is None else f"{cited.start:g}",
                cited.timing or "",
                "\n".join(map(one_line, cited.quote.split("\n"))),
                address + cited.url,
                note,
            )
        )
    return f"\ufeff{table.getvalue()}"


def as_document(gathered: Gathered, found: Sequence[OpenedHit], address: str) -> str:
    """Return a document in Markdown: each episode with its quotes; untrusted text cannot add links, markup or HTML."""
    groups = by_episode([one.hit for one in found])
    citations = {one.hit.passage.id: cited_as(one) for one in found}
    lines = [
        f"# Passages about “{plain_markdown(one_line(gathered.question.asked))}”",
        f"{counted(len(found), 'passage')} in {counted(len(groups), 'episode')}.",
        *map(plain_markdown, _notes(gathered)),
    ]
    for group in groups:
        lines.append(f"## {plain_markdown(name_of(group.episode))} ({counted(group.total, 'passage')})")
        facts = (one_line(group.episode.show.title), day(group.episode.published))
        lines.append(plain_markdown(", ".join(fact for fact in facts if fact)))
        for hit in group.hits:
            cited = citations[hit.passage.id]
            lines.append(as_markdown(cited, address) + (f" ({cited.timing})" if cited.timing else ""))
    return "\n\n".join(lines) + "\n"


def as_json(gathered: Gathered, found: Sequence[OpenedHit], address: str) -> str:
    """Return the contract's JSON of all hits, each with its best quote as a citation (null without) and its link."""
    about = [one for one in gathered.hits[: gathered.counted] if one.relevance.is_about]
    result = gathered_json(gathered, about, [one.quote.id if one.quote else None for one in found])
    for written, one in zip(result["hits"], found, strict=True):
        written["citation"] = asdict(citation_of(one.quote)) if one.quote else None
        written["link"] = address + cited_as(one).url
    return replace_surrogates(json.dumps(result, ensure_ascii=False, indent=2)) + "\n"


def cited_as(one: OpenedHit) -> Citation:
    """Return a hit's best quote as a citation; without one, the hit itself with its place in the transcript."""
    if one.quote is not None:
        return citation_of(one.quote)
    passage = one.hit.passage
    return Citation(
        id="",
        quote=passage.text,
        speaker=", ".join(passage.speakers) or None,
        role=None,
        episode=one.hit.episode,
        turn=one.turn,
        start=passage.start,
        end=passage.end,
        timing=passage.timing,
        timing_error=None,
        url=f"/episodes/{one.hit.episode.id}#turn-{one.turn}",
        listen_url=None,
        score=0.0,
        in_reply_to=None,
    )


def _notes(gathered: Gathered) -> list[str]:
    return [one_line(note) for note in search_notes(gathered.also_searched_for, gathered.not_held)]
