"""What a sentence has of a question, worked out once for all candidates that it is part of."""

from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from api.answer.sentence_figures import AskedWords, figures_of, information_of, only_repeats, speakers_figures
from api.knowledge_base import KnowledgeBase
from index.function_words import subject_words
from index.keywords import stems
from ingest.text.words import normalise, without_marks

MakeBase = Callable[..., KnowledgeBase]

WORDS = (
    "the Tide TIDES don't turned ship-to-shore — ... [laughs] [Tea Board] (a [music] b) word[laughs] İstanbul _ é ⅔ ?!"
)
PIECE = st.sampled_from(WORDS.split()) | st.text(alphabet="ab[]()—. \n", max_size=6)
TEXT = st.lists(PIECE, max_size=8).map(" ".join)


def asked(question: str, *information: str) -> AskedWords:
    return AskedWords(frozenset(normalise(question)), frozenset(stems(question)), dict.fromkeys(information, 0.5))


@given(TEXT)
@example("(a [music] b)")
def test_pieces_count_as_words_if_they_say_one(text: str) -> None:
    """Marks, dashes and dots are pieces and no words; a mark that hides inside brackets of speech is none either."""
    figures = figures_of(text, asked(""))
    assert figures.pieces == len(text.split())
    assert figures.pieces_with_words == sum(bool(normalise(piece)) for piece in without_marks(text).split())


@given(st.lists(TEXT, min_size=1, max_size=3), TEXT)
@example(["the", "Tide"], "tide")
@example(["the", "an"], "the tide")
def test_sentences_repeat_a_question_together(texts: list[str], question: str) -> None:
    """What several sentences add is what their joined text adds: its subject words, else all its words."""
    words = asked(question)
    new = {*stems(" ".join(subject_words(" ".join(texts))))} - words.stems
    assert only_repeats([figures_of(text, words) for text in texts]) == (not new)


def test_a_sentence_covers_the_information_it_says() -> None:
    """In any form of a word; and not the words that the question has beside its information."""
    words = asked("Did the tide turn by the moon?", "tide", "moon")
    assert figures_of("Tides turned.", words).covered == {"tide"}
    assert figures_of("It turned.", words).covered == frozenset()


@pytest.mark.parametrize(
    ("name", "covered", "named"), [("Kat Tide", {"tide"}, True), ("Bo", set(), False), ("", set(), False)]
)
def test_a_speaker_is_named_by_any_word_of_the_name(
    base_of: MakeBase, name: str, covered: set[str], named: bool
) -> None:
    """A question names a person by a word of the name that the library writes with a capital."""
    base = base_of({"a-1-aaaa": [("Kat Tide", "So then Kat went to see the old tide.")]})
    found = speakers_figures(base.generation, {name, "Al"}, asked("what did kat say of the tide", "tide"))[name]
    assert (found.covered, found.is_named) == (covered, named)
    assert information_of(base.generation, ["tide"]) == {"tide": 1}
