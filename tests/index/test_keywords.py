"""Keyword scores equal an independent BM25."""

import math
import random
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import keywords
from index.errors import IndexBroken
from index.keywords import Keywords, stems

K1, B = 1.2, 0.75  # tantivy's, as Lucene's


def bm25(documents: Sequence[Sequence[str]], terms: Sequence[str]) -> list[float]:
    """BM25 (Robertson and Zaragoza 2009, with Lucene's idf) written down plainly, over documents of stems."""
    average = sum(map(len, documents)) / len(documents)
    scores = []
    for document in documents:
        counts, score = Counter(document), 0.0
        for term in terms:
            holding = sum(term in other for other in documents)
            idf = math.log(1 + (len(documents) - holding + 0.5) / (holding + 0.5))
            weight = counts[term] * (K1 + 1) / (counts[term] + K1 * (1 - B + B * len(document) / average))
            score += idf * weight
        scores.append(score)
    return scores


def texts_of(count: int, shortest: int, longest: int, seed: int = 3) -> list[str]:
    chance = random.Random(seed)
    words = [f"word{chr(97 + number % 26)}{chr(97 + number // 26)}" for number in range(60)]
    weights = [1 / (rank + 1) for rank in range(len(words))]
    return [" ".join(chance.choices(words, weights, k=chance.randint(shortest, longest))) for _ in range(count)]


def opened(folder: Path, texts: Sequence[str]) -> Keywords:
    keywords.write(folder / "keywords", texts)
    return Keywords(folder / "keywords", len(texts))


@pytest.mark.parametrize(
    ("shortest", "longest", "tolerance"),
    [
        (1, 40, 1e-5),  # tantivy keeps lengths up to 40 as they are
        (90, 150, 0.04),  # and longer ones in one byte, at most 12 % too short
    ],
)
def test_scores_equal_an_independent_bm25(shortest: int, longest: int, tolerance: float, tmp_path: Path) -> None:
    """Every passage's score is the plain formula's, within what one byte for a length allows; 0 without the words."""
    texts = texts_of(120, shortest, longest)
    index = opened(tmp_path, texts)
    documents = [stems(text) for text in texts]
    for terms in (["wordaa"], ["worda", "wordzb"], stems(texts[5])[:6], ["wordhc", "wordaa", "nowhere"]):
        terms = list(dict.fromkeys(terms))
        expected = bm25(documents, terms)
        np.testing.assert_allclose(index.scores(terms), expected, rtol=tolerance, atol=1e-6)


def test_the_order_is_bm25s_where_scores_differ_clearly(tmp_path: Path) -> None:
    """Passages whose scores differ by more than the rounding of lengths are in the order of the plain formula."""
    texts = texts_of(150, 60, 200, seed=11)
    index = opened(tmp_path, texts)
    terms = stems("wordaa wordka wordcb")
    expected, found = np.array(bm25([stems(text) for text in texts], terms)), index.scores(terms)
    for place, score in enumerate(expected):
        clearly_less = expected < 0.85 * score
        assert np.all(found[clearly_less] < found[place])


def test_words_are_found_in_any_form_and_marks_not_at_all(tmp_path: Path) -> None:
    """Case, accents, plural and tense do not matter; a word in a mark is no word; small words count."""
    index = opened(tmp_path, ["Running BOATS", "a café [laughs] boat", "laughs", "to be or not to be"])
    assert list(index.scores(index.terms("run")) > 0) == [True, False, False, False]
    assert list(index.scores(index.terms("boat")) > 0) == [True, True, False, False]
    assert list(index.scores(index.terms("Cafe")) > 0) == [False, True, False, False]
    assert list(index.scores(index.terms("laughing")) > 0) == [False, False, True, False]
    assert list(index.scores(index.terms("not")) > 0) == [False, False, False, True]


def test_terms_are_distinct_and_in_order(tmp_path: Path) -> None:
    """A question's words count once each, however often and in whatever form they stand."""
    assert opened(tmp_path, ["x"]).terms("Boats, boat; BOATING and and sails") == ["boat", "and", "sail"]


def test_frequency_counts_passages(tmp_path: Path) -> None:
    """A stem is counted once a passage."""
    index = opened(tmp_path, ["boat boat boat", "boats", "sail"])
    assert [index.frequency(term) for term in ("boat", "sail", "mast")] == [2, 1, 0]


@given(text=st.text(max_size=60))
def test_any_text_may_be_asked(text: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Operators, quotation marks and other scripts in a question are words or nothing, never a syntax error."""
    global _INDEX
    if _INDEX is None:
        _INDEX = opened(tmp_path_factory.mktemp("any"), ["boat", "sail AND mast"])
    scores = _INDEX.scores(_INDEX.terms(text))
    assert scores.shape == (2,)
    assert np.all(scores >= 0)


_INDEX: Keywords | None = None


@pytest.mark.parametrize("texts", [[], [""], ["", "boat", ""]])
def test_empty_libraries_and_passages(texts: list[str], tmp_path: Path) -> None:
    """Nothing to find is no error, and empty passages keep their rows."""
    index = opened(tmp_path, texts)
    assert list(index.scores(["boat"]) > 0) == [text == "boat" for text in texts]
    assert list(index.scores([])) == [0] * len(texts)


def test_postings_of_another_count_are_refused(tmp_path: Path) -> None:
    """Postings that hold more or fewer passages than the manifest says are named."""
    keywords.write(tmp_path / "keywords", ["boat", "sail"])
    with pytest.raises(IndexBroken, match="holds 2 passages, not 3; run: playback index --rebuild"):
        Keywords(tmp_path / "keywords", 3)


@pytest.mark.parametrize("missing", ["rows.json", "meta.json"])
def test_a_missing_file_is_refused(missing: str, tmp_path: Path) -> None:
    """tantivy's own failure becomes one line that says what to run."""
    keywords.write(tmp_path / "keywords", ["boat", "sail"])
    (tmp_path / "keywords" / missing).unlink()
    with pytest.raises(IndexBroken, match=r"keywords .*; run: playback index --rebuild"):
        Keywords(tmp_path / "keywords", 2)
