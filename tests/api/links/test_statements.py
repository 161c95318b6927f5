"""Statements: which words are quoted, which link stands beside them, and where the speaker would be named."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.links.blocks import html_blocks, markdown_blocks
from api.links.names import is_same_person, named_after, named_before, names_show, show_names
from api.links.statements import Statement, statements_in
from ingest.errors import SourceError

A, B = "https://q.example/quotes/a-1.0.5.0000000000", "https://q.example/quotes/b-1.0.5.0000000000"

SPEAKERS = ("Ada Moor", "Ben Ash")


def of(text: str, least: int = 3) -> list[tuple[str, str | None]]:
    blocks = html_blocks(text) if text.startswith("<") else markdown_blocks(text)
    return [(one.words, one.target) for one in statements_in(blocks, least)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"“one two three” [x]({A}) and “four five six” [y]({B})", [("one two three", A), ("four five six", B)]),
        (f"[“one two three”]({A})", [("one two three", A)]),
        (f"In [x]({A}) she said \"one two three\".", [("one two three", A)]),
        (f"It's 'one two's three' ({A}).", [("one two's three", A)]),
        (f"> one two three\n\nAda in [x]({A}), a show", [("one two three", A)]),
        (f"> one two three\n>\n> — Ada, [x]({A})", [("one two three", A)]),
        (f"> one two three. [listen]({A})", [("one two three.", A)]),
        (f"> “one two three,” said Ada in [x]({A})", [("one two three,", A)]),
        (f"Ada said in [x]({A}):\n\n> one two three", [("one two three", A)]),
        (f"> one two three\n\nAda in [x]({A})\n\n> four five six\n\nBen in [y]({B})",
         [("one two three", A), ("four five six", B)]),
        (f"<figure><blockquote cite='{A}'>one two three</blockquote><figcaption>Ada</figcaption></figure>",
         [("one two three", A)]),
        (f"<p><q>one <b>two</b> th&shy;ree</q> <a href='{A}'>x</a></p>", [("one two three", A)]),
        (f"<iframe src='{A.replace('quotes', 'embed')}'></iframe>", [("", A.replace("quotes", "embed"))]),
        (f"See {A}. And [again]({A}).", [("", A)]),
        ("“too short” and [a link](https://q.example/episodes/a-1)", []),
        (f"> one two three.\n> Ada, [x]({A})", [("one two three.", A)]),
        (f"> one two three. Four [five]({A}).", [("one two three. Four five.", A)]),
        (f"<p>Ada: <q cite='{A}'>one two three</q></p>", [("one two three", A)]),
        (f"<p><q cite='{A}'>one</q></p>", [("", A)]),
        (f"| Ada | “one two three” | [x]({A}) |\n|--|--|--|\n| Ben | “four five six” | [y]({B}) |\n",
         [("one two three", A), ("four five six", B)]),
        (f"Write `\"one two three\"`:\n\n```\n“one two three” {A}\n```\n", []),
        (f"“one `two` three” [x]({A})", [("one two three", A)]),
        ("---\ntitle: “one two three”\n---\ntext", []),
        (f"<script>{A}</script><textarea>“one two three” {A}</textarea>", []),
    ],
)  # fmt: skip
def test_words_and_links_that_belong_together(text: str, expected: list[tuple[str, str | None]]) -> None:
    """A link stands in the same sentence, in the source of a block quote, or before it with a colon."""
    assert of(text) == expected


def test_lines_are_those_of_the_source() -> None:
    """Counted from 1, in Markdown after its front matter, in HTML where the words begin."""
    markdown = "---\na: b\n---\n\n“one two three”\n\n> four five\n> six\n"
    assert [one.line for one in statements_in(markdown_blocks(markdown), 3)] == [5, 7]
    html = "<h1>Title</h1>\n\n<p>\nHere: “one two three”</p>\n<blockquote>\n<p>four five six</p></blockquote>"
    assert [one.line for one in statements_in(html_blocks(html), 3)] == [4, 6]


@pytest.mark.parametrize(
    ("before", "after", "names"),
    [
        ("", ", said Ada Moor in x", ["Ada Moor"]),
        ("", " (Ada Moor, x)", ["Ada Moor"]),
        ("", ", Ada Moor told us.", ["Ada Moor"]),
        ("As Ada Moor put it: ", "", ["Ada Moor"]),
        ("Then Ada said, ", "", ["Ada"]),
        ("", ", she said.", []),
        ("", " (Transcript)", []),
        ("", ", said Rosa Lindqvist.", ["Rosa Lindqvist"]),
        ("First: ", "", []),
        ("The Kubernetes team likes this: ", "", []),
        ("Ada Moor’s guest put it well: ", "", []),
        ("The harbour was closed. ", " Then Ben left.", []),
    ],
)
def test_who_is_named_beside_words(before: str, after: str, names: list[str]) -> None:
    """After a verb or a dash, or before a verb or a colon; a pronoun names nobody."""
    assert [*named_after(after, False, SPEAKERS), *named_before(before, SPEAKERS)] == names


@pytest.mark.parametrize(
    ("claimed", "name", "same"),
    [
        ("Ada Moor", "Ada Moor", True), ("Ada", "Ada Moor", True), ("Dr Moor", "Ada Moor", True),
        ("Ada Moor", "Ada", True), ("Ben Moor", "Ada Moor", False), ("Ben", "Ada Moor", False),
    ],
)  # fmt: skip
def test_a_name_may_be_a_part(claimed: str, name: str, same: bool) -> None:
    """All of the words of one are in the other, titles aside."""
    assert is_same_person(claimed, [name]) is same


def test_a_show_is_named_by_its_title() -> None:
    """Without "the", and without "podcast" where two words stay."""
    shows = show_names(["The Moving Day podcast", "Tea"])
    assert names_show("on the MOVING DAY podcast!", shows)
    assert names_show("in Moving Day, they", shows)
    assert not names_show("the moving of a day", shows)


@given(st.text(alphabet="ab\"'“”‘’«»<>/[]()&;:.,— \n>*_`#!x", max_size=200))
def test_any_text_is_read(text: str) -> None:
    """Whatever stands there, words of statements are words of the text."""
    for blocks in (markdown_blocks(text), html_blocks(text)):
        for statement in statements_in(blocks, 1):
            assert isinstance(statement, Statement)


@pytest.mark.parametrize(
    "text",
    ["“" * 50_000, "‘a" * 50_000, "> " * 5_000, "<p>" + "“a b c” " * 5_000, "'a b" * 30_000, "[" * 10_000,
     "*a **a " * 5_000, "<p><b>" * 900],
)  # fmt: skip
def test_hostile_texts_are_read(text: str) -> None:
    """Marks without partners, thousands of quotes and unfinished markup take no time that grows with their square."""
    assert list(statements_in(html_blocks(text), 3)) is not None
    assert list(statements_in(markdown_blocks(text), 3)) is not None


@pytest.mark.parametrize("text", ["<blockquote>" * 9_000, "<b>x" * 9_000])
def test_a_page_that_is_nested_too_deep_is_refused(text: str) -> None:
    """It would take a parser minutes."""
    for read in (html_blocks, markdown_blocks):
        with pytest.raises(SourceError, match="nested more than"):
            read(text)
