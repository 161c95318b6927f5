"""How words are written inside sentences: the first word of each says nothing, because it has a capital anyway."""

from hypothesis import given
from hypothesis import strategies as st

from index.sentences import WORD, count_capitals

SENTENCES = st.lists(
    st.lists(st.sampled_from("Kat kat GOV.UK Pay pay 2021 O'Neil — I".split()), max_size=8).map(" ".join)
)


def counted(*sentences: str) -> dict[str, tuple[int, int]]:
    return {word: (capital, small) for word, capital, small in count_capitals(sentences)}


def test_words_are_counted_by_their_first_letter() -> None:
    """A word is known in lower case, with how often it has a capital and how often not."""
    assert counted("We asked Kat to pay Pay.", "Did you pay Kat?") == {
        "asked": (0, 1), "kat": (2, 0), "to": (0, 1), "pay": (1, 2), "you": (0, 1)
    }  # fmt: skip


def test_the_first_word_of_a_sentence_is_left_out() -> None:
    """Its capital is the sentence's; a sentence of one word says nothing."""
    assert counted("Serverless is cheap.", "Serverless!", "“Serverless works.”", "") == {
        "is": (0, 1), "cheap": (0, 1), "works": (0, 1)
    }  # fmt: skip


def test_a_word_holds_what_joins_its_parts() -> None:
    """Stops, apostrophes and hyphens inside a word belong to it, those at its ends do not; a digit is no capital."""
    assert counted("we like GOV.UK, O'Neil’s co-Tech and 5G.") == {
        "like": (0, 1), "gov.uk": (1, 0), "o'neil’s": (1, 0), "co-tech": (0, 1), "and": (0, 1), "5g": (0, 1)
    }  # fmt: skip


@given(SENTENCES)
def test_every_other_word_is_counted_once(sentences: list[str]) -> None:
    """Counts add up to all words but one of each sentence that has any; each word comes once."""
    words = [len(WORD.findall(sentence)) for sentence in sentences]
    found = list(count_capitals(sentences))
    assert sum(capital + small for _, capital, small in found) == sum(words) - sum(number > 0 for number in words)
    assert len({word for word, _, _ in found}) == len(found)


def test_capitals_are_counted_in_the_order_of_the_words() -> None:
    """The order of a set of words differs between processes, and published bytes would."""
    said = [f"So {word} and {word.upper()} met." for word in "tide rope mast boat sail harbour pilot anchor".split()]
    words = [word for word, _, _ in count_capitals(said)]
    assert words == sorted(words)
    assert len(words) == 10
