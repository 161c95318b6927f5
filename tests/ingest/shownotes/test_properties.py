"""No text lost, none invented, order kept: generated transcripts are rendered in every layout, parsed and compared."""

import html
from collections.abc import Callable, Sequence

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ingest.shownotes.parse import OfficialText, best_of, parse_notes
from ingest.transcript import OfficialTurn
from tests.growth import LINEAR, growth

Turns = Sequence[tuple[str, list[str]]]  # speaker and paragraphs
Render = Callable[[Turns], str]

_MARKER = "The transcript of the episode follows:"
_PEOPLE = (
    "Mara Lindqvist",
    "Tom Okafor",
    "Dr Jane O'Neil-Smith",
    "Audun Fauchald Strand",
    "Björn Rabenstein",
    "Jean-Luc de la Tour",
    "Siân Wyn-Jones",
    "José María Núñez",
    "Ludwig van der Berg",
    "Ana Fletcher",
)
_WORDS = (
    "the lamp turns and a keeper counts every ship that passes before dawn while we oil gears in fog with care it is "
    "not easy café naïve 24/7 £5 keeper's GOV.UK re-lit [TB] today"
).split()

# Speech that looks like a label, a mark, a list or a time and is none.
_TRAPS = (
    "Today: Mara Lindqvist and her lamps.",
    "The aims are:",
    "So the question is: why?",
    "Note: it is wet.",
    "- A lamp is a lamp.",
    "It is [laughs] wet [TB] here.",
    "[laughs] It is.",
    "Lamps---and in the end---",
    "At 10:30 we oil the gears: all of them.",
    "One more thing: oil.",
    "Thanks, Tom Okafor.",
)


@st.composite
def sentences(draw: st.DrawFn) -> str:
    if draw(st.integers(0, 5)) == 0:
        return draw(st.sampled_from(_TRAPS))
    words = draw(st.lists(st.sampled_from(_WORDS), min_size=2, max_size=12))
    words[0] = draw(st.sampled_from(["We", "The", "It", "And", "Yes, but", "So today", "Lamps", "Bo, you"]))
    return " ".join(words) + draw(st.sampled_from([".", "?", "!", "..."]))


@st.composite
def transcripts(draw: st.DrawFn) -> list[tuple[str, list[str]]]:
    people = draw(st.lists(st.sampled_from(_PEOPLE), min_size=2, max_size=4, unique=True))
    speakers = [*people, *draw(st.lists(st.sampled_from(people), min_size=1, max_size=6))]
    paragraphs = st.lists(sentences(), min_size=1, max_size=3)
    return [(speaker, draw(paragraphs)) for speaker in speakers]


def _inline(turns: Turns, between: str = "\n") -> str:
    return between.join(f"{name}: {between.join(paragraphs)}" for name, paragraphs in turns)


def _own_line(turns: Turns, after: str = "", between: str = "\n \n") -> str:
    return between.join(f"{name}:{after}\n" + between.join(paragraphs) for name, paragraphs in turns)


def _paragraphs(turns: Turns, label: str = "<p><strong>{}:</strong>&nbsp;</p>\n") -> str:
    return "<p>&nbsp;</p>\n".join(
        label.format(html.escape(name)) + "".join(f"<p>{html.escape(text)}</p>\n" for text in paragraphs)
        for name, paragraphs in turns
    )


def _broken_lines(turns: Turns) -> str:
    blocks = ["<br>".join([f"<b>{html.escape(name)}</b>:", *map(html.escape, texts)]) for name, texts in turns]
    return "<div>" + "<br/><br/>".join(blocks) + "</div>"


def _mixed(turns: Turns) -> str:
    half = len(turns) // 2
    return _own_line(turns[:half]) + "\n\n" + _inline(turns[half:], "\n\n")


def _in_exchange(turns: Turns) -> Turns:
    """Return the turns as an exchange, which a text without a clear marker must be: people ask, and come back."""
    asking = [(name, [*paragraphs, "What do you think?"]) for name, paragraphs in turns]
    return [*asking, (turns[0][0], ["I asked first, and you?"]), (turns[1][0], ["Then I will think about it."])]


LAYOUTS: dict[str, Render] = {
    "own line": lambda turns: f"{_MARKER}\n{_own_line(turns)}",
    "own line, blank after the label": lambda turns: f"{_MARKER}\n-----\n{_own_line(turns, chr(0xA0))}",
    "inline": lambda turns: f"{_MARKER} -----\n{_inline(turns)}",
    "inline, blank lines": lambda turns: f"{_MARKER}\n\n\n{_inline(turns, chr(10) * 3)}",
    "no marker": lambda turns: _own_line(turns, " ", "\n\n"),
    "CRLF": lambda turns: f"{_MARKER}\n{_own_line(turns)}".replace("\n", "\r\n"),
    "indented": lambda turns: "\n".join("    " + line for line in f"{_MARKER}\n{_own_line(turns)}".split("\n")),
    "paragraphs": lambda turns: f"<p>{_MARKER}</p>{_paragraphs(turns)}",
    "paragraphs, no bold": lambda turns: f"<p>{_MARKER}</p>{_paragraphs(turns, '<p>{}:</p>')}",
    "paragraphs, colon outside": lambda turns: f"<p>{_MARKER}</p>{_paragraphs(turns, '<p><b>{}</b>: </p>')}",
    "paragraphs, no colon": lambda turns: f"<p>{_MARKER}</p>{_paragraphs(turns, '<p><b>{}</b></p>')}",
    "headings": lambda turns: f"<h3>Transcript</h3>{_paragraphs(turns, '<h4>{}</h4>')}",
    "unclosed tags": lambda turns: f"<p>{_MARKER}{_paragraphs(turns, '<p><strong>{}:')}".replace("</p>", ""),
    "line breaks": lambda turns: f"<p>{_MARKER}</p>{_broken_lines(turns)}",
    "Markdown": lambda turns: (
        "## Transcript\n\n" + "\n\n".join(f"**{name}:** " + "\n\n".join(paragraphs) for name, paragraphs in turns)
    ),
    "mixed": lambda turns: f"{_MARKER}\n{_mixed(turns)}",
}


@pytest.mark.parametrize("layout", LAYOUTS)
@given(turns=transcripts())
def test_no_text_is_lost_or_invented_and_the_order_is_kept(layout: str, turns: Turns) -> None:
    """What was rendered comes back: every turn, its speaker and its paragraphs."""
    # After "The aims are:" a name that is printed once, in another form than most, may be an item of the list; only
    # whole sentences around it tell.
    assume(layout != "mixed" or all(texts[0][0].isupper() and texts[-1][-1] in ".?!" for _, texts in turns))
    if layout in ("no marker", "headings", "Markdown"):
        turns = _in_exchange(turns)
    # Without a marker a text that says everything twice cannot be told from two copies.
    assume(layout != "no marker" or len({tuple(paragraphs) for _, paragraphs in turns}) == len(turns))

    found = parse_notes(LAYOUTS[layout](turns))

    assert [(name, "\n".join(paragraphs)) for name, paragraphs in turns] == [
        (turn.speaker, turn.text) for turn in found.turns
    ]
    assert not found.lossy
    assert not found.truncated
    assert found.description is None


@given(turns=transcripts())
def test_lost_line_breaks_lose_no_words(turns: Turns) -> None:
    """Where all line breaks are gone, names with a colon still divide the text."""
    flat = " ".join(f"We look at lamps. {_MARKER} -----  {_inline(turns)}".split("\n"))

    found = parse_notes(flat)

    assert found.description == "We look at lamps."
    assert [(name, " ".join(paragraphs)) for name, paragraphs in turns] == [
        (turn.speaker, turn.text) for turn in found.turns
    ]


@given(turns=transcripts(), cut=st.integers(min_value=1, max_value=30))
def test_of_two_copies_the_longer_is_read_once(turns: Turns, cut: int) -> None:
    """A text that stands there twice, the second time cut off, gives the turns of the whole copy."""
    whole = f"We look at lamps and at the people who keep them.\n{_MARKER}\n{_own_line(turns)}"

    found = parse_notes(f"{whole}\n\n{whole[: -min(cut, len(turns[-1][1][-1]) - 3)]}")

    assert [name for name, _ in turns] == [turn.speaker for turn in found.turns]
    assert "\n".join(turns[-1][1]) == found.turns[-1].text
    assert any("2 times" in problem for problem in found.problems)


_JUNK = [*"aB:<>/!-&;#[]()*_ \n\r\t\"'=\xa0", "<p>", "</p>", "<b>", "<pre>", "Ada Brewer:", "\nBo:", _MARKER, "[12:34]"]


@settings(max_examples=3 * settings.default.max_examples)
@given(st.lists(st.sampled_from(_JUNK), max_size=60))
def test_any_text_is_read_without_an_error(pieces: list[str]) -> None:
    """Junk gives some text or none, with whole words between single blanks, never an exception."""
    found = parse_notes("".join(pieces))

    for turn in found.turns:
        assert turn.text.split() == turn.text.replace("\n", " ").split(" ")


@pytest.mark.parametrize(
    "unit",
    [
        "<",
        "<a ",
        "<!--",
        "</",
        "<![CDATA[",
        "&",
        "<a b='",
        "<b>",
        "<div>",
        "<ul><li>",
        "A: ",
        "Ada Host: ",
        "**a",
        "\n",
    ],
)
def test_hostile_input_takes_linear_time(unit: str) -> None:
    """Unfinished or nested markup is read in proportion to its size, without recursion."""
    assert growth(lambda size: parse_notes(unit * (size // len(unit))), 4_000) < LINEAR


def test_deep_nesting_keeps_the_text() -> None:
    """Text below 200,000 open tags is still read."""
    assert parse_notes("<div>" * 200_000 + "We look at lamps.").description == "We look at lamps."


def _copy(words: int, *, lossy: bool = False, truncated: bool = False) -> OfficialText:
    turns = (OfficialTurn("Ada Brewer", " ".join(["tea"] * words)),) if words else ()
    return OfficialText(turns=turns, lossy=lossy, truncated=truncated)


@pytest.mark.parametrize(
    ("expected", "copies"),
    [
        (1, [_copy(9, truncated=True), _copy(2)]),
        (1, [_copy(9, lossy=True), _copy(2, truncated=True)]),
        (2, [_copy(3), _copy(2), _copy(5)]),
        (0, [_copy(3), _copy(3)]),
        (1, [_copy(0), _copy(3, lossy=True)]),
    ],
)
def test_the_best_copy_is_whole_then_long(expected: int, copies: list[OfficialText]) -> None:
    """Whole before truncated before lossy before empty, then the most words, then the first."""
    assert expected == best_of(copies)


def test_no_copy_has_no_best() -> None:
    """There is no best of nothing."""
    with pytest.raises(ValueError, match="empty"):
        best_of([])
