"""Everything about a question as a table, a document and JSON: known answers, and foreign words that stay words."""

import csv
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from io import StringIO

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from api.answer.gather import Gathered, gather, quoted
from api.answer.gathered_formats import as_csv, as_document, as_json, cited_as, render
from api.answer.hits import OpenedHit, open_hits
from api.answer.question import parse_question
from api.knowledge_base import KnowledgeBase
from ingest.transcript import Episode
from tests.api.commonmark import tokens
from tests.api.lighthouses import LIGHTHOUSES
from tests.hostile.payloads import PAYLOADS

BASE = "https://playback.example"
QUESTION = parse_question("Which council paid for the lighthouse database?")
FORMULAS = tuple("=+-@\uff1d\uff0b\uff0d\uff20")
# What a spreadsheet, a reader of Markdown or a terminal may take for more than text.
PIECES = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\uff1d1",
    "words",
    '"',
    "'",
    ",",
    ";",
    "|",
    "\t",
    "\n",
    " ",
    "# x",
    "<b>",
    "[x](y)",
]
NASTY = st.lists(st.sampled_from([*PIECES, *(text for kind in PAYLOADS.values() for text in kind)]), max_size=6).map(
    "".join
)


def opened(base: KnowledgeBase, gathered: Gathered) -> tuple[OpenedHit, ...]:
    return open_hits(base, quoted(base, gathered, gathered.about))


def rows(text: str, separator: str = ",") -> list[list[str]]:
    return list(csv.reader(StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=separator))


@pytest.fixture
def gathered(served_base: KnowledgeBase) -> Gathered:
    return gather(served_base, QUESTION)


def test_a_table(served_base: KnowledgeBase, gathered: Gathered) -> None:
    """A row for each passage: where and when its best quote was said, how the time is known, and the quote's page."""
    text = render(served_base, gathered, "csv", BASE)
    (one,) = opened(served_base, gathered)
    assert one.quote is not None
    assert text.startswith("\ufeffshow,episode,date,speaker,time,seconds,origin,quote,link,note\r\n")
    assert rows(text)[1:] == [
        [
            "The Harbour Podcast", "Moving the records", "2021-10-28", "Tobias Renn", "0:46", "46", "aligned",
            "The harbour council paid for the lighthouse database from its winter budget.",
            f"{BASE}/quotes/{one.quote.id}", "",
        ]
    ]  # fmt: skip


def test_an_estimated_time_is_said_to_be_one(served_base: KnowledgeBase) -> None:
    """ "about", and its origin."""
    found = gather(served_base, parse_question("Nobody noticed the switch at all"))
    (row,) = rows(render(served_base, found, "csv"))[1:]
    assert (row[4].split()[0], row[6]) == ("about", "estimated")


def test_a_document(served_base: KnowledgeBase, gathered: Gathered) -> None:
    """The question, how many passages, then each episode with its quotes as citations."""
    (one,) = opened(served_base, gathered)
    assert one.quote is not None
    assert render(served_base, gathered, "md", BASE) == (
        "# Passages about “Which council paid for the lighthouse database?”\n\n"
        "1 passage in 1 episode.\n\n"
        "## Moving the records (1 passage)\n\n"
        "The Harbour Podcast, 28 October 2021\n\n"
        "> The harbour council paid for the lighthouse database from its winter budget.\n\n"
        f"Tobias Renn in [Moving the records]({BASE}/quotes/{one.quote.id}), The Harbour Podcast, 28 October 2021, "
        "at 0:46 (aligned)\n"
    )


def test_json_holds_what_the_interface_gives_with_whole_citations(
    served_base: KnowledgeBase, gathered: Gathered
) -> None:
    """Counts, and for each passage about the question its hit, its quote as a citation, and its link."""
    found = json.loads(render(served_base, gathered, "json", BASE))
    assert (found["query"], found["total"], found["episodes"]) == (
        QUESTION.asked, 1, [{"id": "harbour-1-aaaa", "hits": 1}]
    )  # fmt: skip
    (hit,) = found["hits"]
    assert hit["about"]
    assert hit["citation"]["id"] == hit["quote_id"]
    assert hit["citation"]["quote"] in hit["text"]
    assert hit["link"] == f"{BASE}/quotes/{hit['quote_id']}"


def test_every_passage_about_it_is_in_every_format(base_of: Callable[..., KnowledgeBase]) -> None:
    """As many as are counted, whatever a page shows."""
    base = base_of(LIGHTHOUSES)
    found = gather(base, parse_question("lighthouse"))
    assert len(found.about) == 6
    assert len(rows(render(base, found, "csv"))) == 1 + 6
    assert render(base, found, "md").count("\n> ") == 6
    assert len(json.loads(render(base, found, "json"))["hits"]) == 6


def test_nothing_about_it_gives_an_empty_table(served_base: KnowledgeBase) -> None:
    """Its headings alone; and the other formats say 0."""
    found = gather(served_base, parse_question("volcanoes"))
    assert len(rows(render(served_base, found, "csv"))) == 1
    assert "0 passages in 0 episodes." in render(served_base, found, "md")
    assert json.loads(render(served_base, found, "json"))["hits"] == []


def test_a_passage_that_cannot_be_quoted_stands_for_itself(served_base: KnowledgeBase, gathered: Gathered) -> None:
    """With its place in the transcript instead of a quote's page."""
    (one,) = opened(served_base, gathered)
    cited = cited_as(replace(one, quote=None))
    assert cited.quote == one.hit.passage.text
    assert cited.url == f"/episodes/harbour-1-aaaa#turn-{one.turn}"
    found = json.loads(as_json(gathered, (replace(one, quote=None),), BASE))["hits"][0]
    assert (found["citation"], found["link"]) == (None, BASE + cited.url)


def disguised(base: KnowledgeBase, gathered: Gathered, text: str) -> Sequence[OpenedHit]:
    """The hits with a foreign text wherever one may stand."""
    (one,) = opened(base, gathered)
    assert one.quote is not None
    show = replace(one.hit.episode.show, title=text)
    episode: Episode = replace(one.hit.episode, title=text, show=show)
    quote = replace(one.quote, text=text or "x", speaker=text, role=text, episode=episode)
    return (replace(one, hit=replace(one.hit, episode=episode), quote=quote),)


@given(text=NASTY)
@example("words;=1+1")
@example("words | +1")
@example("words\n=1+1")
@example('words";"=1+1')
def test_no_cell_is_a_formula(served_base: KnowledgeBase, text: str) -> None:
    """Not even for a spreadsheet that expects another separator; the rows stay as they are."""
    gathered = gather(served_base, QUESTION)
    query = replace(gathered.query, phrases=(text,))
    found = as_csv(replace(gathered, query=query), disguised(served_base, gathered, text), BASE)
    assert [len(row) for row in rows(found)] == [10, 10]
    for separator in ",;|\t":
        for row in rows(found, separator):
            assert not [cell for cell in row if cell.strip().startswith(FORMULAS)], (separator, row)


@given(text=NASTY)
def test_a_document_has_only_our_markup(served_base: KnowledgeBase, text: str) -> None:
    """No HTML, and links only to quotes of this server."""
    gathered = gather(served_base, QUESTION)
    question = replace(gathered.question, asked=text)
    noted = replace(gathered, question=question, query=replace(gathered.query, phrases=(text,)))
    found = tokens(as_document(noted, disguised(served_base, gathered, text), BASE))
    assert [token.type for token in found if token.type in ("heading_open", "blockquote_open")] == [
        "heading_open", "heading_open", "blockquote_open"
    ]  # fmt: skip
    assert not {token.type for token in found} & {
        "html_block",
        "html_inline",
        "image",
        "code_inline",
        "fence",
        "em_open",
    }
    links = [str(token.attrs["href"]) for token in found if token.type == "link_open"]
    assert len(links) == 1 and links[0].startswith(f"{BASE}/quotes/")
