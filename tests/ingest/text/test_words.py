import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.text.words import begins_clip, is_mark, marks, normalise, pieces, without_marks


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


@given(st.text(alphabet="ab [](laughs)\n.", max_size=60))
def test_pieces_are_the_text_and_offsets_hold(text: str) -> None:
    """Pieces are the whitespace-separated parts in order, blanking marks moves nothing."""
    found = list(pieces(text))
    assert [piece.text for piece in found] == text.split()
    assert all(text[piece.start : piece.end] == piece.text for piece in found)
    blanked = without_marks(text)
    assert len(blanked) == len(text)
    assert all(not blanked[start:end].strip() for start, end in marks(text))
