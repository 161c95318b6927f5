import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.text.words import as_title, begins_clip, is_mark, marks, normalise, pieces, without_marks


@pytest.mark.parametrize(
    "bracket",
    [
        "[laughs]",
        "[Laughter]",
        "(laughs)",
        "[Angus laughs]",
        "[inaudible 00:12]",
        "[Audio starts]",
        "[music]",
        "[SFX: a door]",
        "[Music – Tea]",
    ],
)
def test_stage_directions_are_marks(bracket: str) -> None:
    """What nobody says is a mark."""
    assert is_mark(bracket)


@pytest.mark.parametrize(
    "bracket",
    [
        "[TB]",
        "[Tea Works Office]",
        "[Music Streaming Service]",
        "[at]",
        "[episode #49]",
        "(or so)",
        "[12]",
        "[in]",
        "(clip-on)",
        "(music-loving)",
    ],
)
def test_brackets_that_are_said_are_words(bracket: str) -> None:
    """An expanded acronym or an aside is speech, whatever stands around it."""
    assert not is_mark(bracket)


def test_a_clip_begins_and_does_not_end() -> None:
    """Only a mark that announces a recording opens a clip."""
    assert [begins_clip(mark) for mark in ("[Audio starts]", "[Clip]", "[Music]", "[Audio ends]", "[laughs]")] == [
        True,
        True,
        True,
        False,
        False,
    ]


def test_words_of_a_mark_are_not_counted() -> None:
    """Normal form: lower case, borders at every run of other characters, nothing of a mark."""
    assert normalise("Software [laughs] is so broad: it’s GOV.UK!") == "software is so broad it s gov uk".split()


def test_a_piece_is_a_mark_only_if_nothing_in_it_is_said() -> None:
    """A stop after a mark belongs to it; a word glued to a mark is a word."""
    assert [(piece.text, piece.mark) for piece in pieces("So[laughs] yes [laughs]. [Audio starts]")] == [
        ("So[laughs]", False),
        ("yes", False),
        ("[laughs].", True),
        ("[Audio", True),
        ("starts]", True),
    ]


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("apple harvest, cider barrel", "Apple harvest, cider barrel"),
        ("“so it was” in the end", "“So it was” in the end"),
        ("élan of the harbour", "Élan of the harbour"),
        ("ǆungla", "ǅungla"),
        ("iPhone apps, HTML", "iPhone apps, HTML"),
        ("API keys", "API keys"),
        ("3 lamps", "3 lamps"),
        ("ßig", "ßig"),
        ("ლამპა", "ლამპა"),
        ("灯台", "灯台"),
        ("…", "…"),
        ("", ""),
    ],
)
def test_a_title_begins_with_a_capital_and_is_else_as_it_was(text: str, title: str) -> None:
    """Also after a quotation mark; not where a name is written otherwise, or where a letter would become two."""
    assert as_title(text) == title


@given(st.text(max_size=40))
def test_a_title_keeps_all_letters_but_one(text: str) -> None:
    """It is as long as the text, reads alike, and is the title of itself."""
    title = as_title(text)
    assert sum(one != other for one, other in zip(text, title, strict=True)) <= 1
    assert title.casefold() == text.casefold()
    assert as_title(title) == title


@given(st.text(alphabet="ab [](laughs)\n.", max_size=60))
def test_pieces_are_the_text_and_offsets_hold(text: str) -> None:
    """Pieces are the whitespace-separated parts in order, blanking marks moves nothing."""
    found = list(pieces(text))
    assert [piece.text for piece in found] == text.split()
    assert all(text[piece.start : piece.end] == piece.text for piece in found)
    blanked = without_marks(text)
    assert len(blanked) == len(text)
    assert all(not blanked[start:end].strip() for start, end in marks(text))
