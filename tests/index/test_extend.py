"""Extending a passage: whole sentences around it, verbatim, to at most 180 words."""

from itertools import groupby

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from index.extend import extended
from index.passage import FoundSentence, Passage, Sentence

NO_VECTOR = np.zeros(1, np.float32)
NO_PIECES = np.zeros((0, 1), np.int8)


def sentence(number: int, turn: int, words: int, first: int) -> FoundSentence:
    text = " ".join(f"w{number}x{place}" for place in range(words))
    place = Sentence(turn, 0, len(text), first, words)
    return FoundSentence(
        place, f"Speaker {turn}", None, " [laughs] ", text, number, number + 1, "aligned", NO_VECTOR, NO_PIECES
    )


@st.composite
def episodes(draw: st.DrawFn) -> tuple[list[FoundSentence], int, int, frozenset[int]]:
    """Sentences of an episode, a passage [first, last) of them with at most 180 words, and closed ones outside it."""
    lengths = draw(st.lists(st.tuples(st.integers(1, 80), st.booleans()), min_size=1, max_size=30))
    turns = np.cumsum([new for _, new in lengths]).tolist()
    firsts = np.cumsum([0, *(words for words, _ in lengths)]).tolist()
    found = [sentence(n, turns[n], words, firsts[n]) for n, (words, _) in enumerate(lengths)]
    first = draw(st.integers(0, len(found) - 1))
    last = first + 1
    while (
        last < len(found) and draw(st.booleans()) and sum(one.sentence.words for one in found[first : last + 1]) <= 180
    ):
        last += 1
    outside = [n for n in range(len(found)) if not first <= n < last]
    return found, first, last, frozenset(draw(st.sets(st.sampled_from(outside))) if outside else ())


@given(episodes(), st.booleans())
def test_a_passage_grows_as_far_as_it_may(
    drawn: tuple[list[FoundSentence], int, int, frozenset[int]], back: bool
) -> None:
    """It keeps its own sentences, stays within 180 words, crosses no closed sentence, and stops for a reason."""
    around, first, last, closed = drawn
    passage = Passage("p", "e", "", "Header.", (first, last), (), None, None, None)
    whole, sentences = extended(passage, around, 0, closed, back)
    begin, end = whole.sentences
    assert sentences == around[begin:end]
    assert begin <= first < last <= end
    assert back or begin == first
    words = sum(one.sentence.words for one in sentences)
    assert words <= 180
    assert closed.isdisjoint(range(begin, end))
    for number in (end, *([begin - 1] if back else [])):
        if 0 <= number < len(around) and number not in closed:
            assert words + around[number].sentence.words > 180
    # Verbatim, a turn to a line, with what stands between the sentences of a turn.
    groups = [list(group) for _, group in groupby(sentences, key=lambda one: one.sentence.turn)]
    assert whole.text == "\n".join(" [laughs] ".join(one.text for one in group) for group in groups)
    assert (whole.start, whole.end) == (sentences[0].start, sentences[-1].end)
    assert whole.speakers == tuple(dict.fromkeys(one.label for one in sentences))
