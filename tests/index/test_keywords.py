"""Keyword scores equal an independent BM25."""

import math
import random
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import keywords
from index.bm25 import Keywords
from index.errors import IndexBroken
from index.keywords import open_postings, stems
from index.segments.best_rows import best

K1, B = 1.2, 0.75  # tantivy's, as Lucene's


def bm25(documents: Sequence[Sequence[str]], terms: Sequence[str]) -> list[float]:
    """BM25 (Robertson and Zaragoza 2009, with Lucene's idf) written down plainly, over documents of stems."""
    average = sum(map(len, documents)) / len(documents) or 1.0
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
    path = folder / f"{len(list(folder.iterdir()))}.postings"
    keywords.write(path, texts)
    return Keywords([open_postings(path)], len(texts))


@pytest.mark.parametrize(("shortest", "longest"), [(1, 40), (90, 150)])
def test_scores_equal_an_independent_bm25(shortest: int, longest: int, tmp_path: Path) -> None:
    """Every passage's score is the plain formula's, 0 without the words."""
    texts = texts_of(120, shortest, longest)
    index = opened(tmp_path, texts)
    documents = [stems(text) for text in texts]
    for terms in (["wordaa"], ["worda", "wordzb"], stems(texts[5])[:6], ["wordhc", "wordaa", "nowhere"]):
        terms = list(dict.fromkeys(terms))
        expected = bm25(documents, terms)
        np.testing.assert_allclose(index.scores(terms), expected, rtol=1e-6)


def test_synonyms_count_less(tmp_path: Path) -> None:
    """A synonym, frequent or rare, adds three tenths of what the word would add if the question had it."""
    index = opened(tmp_path, texts_of(120, 1, 40))
    for synonym in ("wordaa", "wordhc"):
        expected = index.scores(["wordba"]) + 0.3 * index.scores([synonym])
        np.testing.assert_allclose(index.scores(["wordba"], [synonym]), expected, rtol=1e-6)


LIBRARIES = st.lists(st.lists(st.sampled_from("the and boat mast rope sail sea tide".split()), max_size=9), max_size=20)


@given(library=LIBRARIES, chance=st.randoms(use_true_random=False))
def test_scores_do_not_depend_on_parts(
    library: list[list[str]], chance: random.Random, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Divided anyhow and with any rows gone, passages score to the bit as if the rest stood in one file."""
    folder = tmp_path_factory.mktemp("parts")
    texts = [" ".join(words) for words in library]
    cuts = sorted(chance.choices(range(len(texts) + 1), k=chance.randint(0, 3)))
    paths = []
    for begin, end in pairwise([0, *cuts, len(texts)]):
        paths.append(folder / f"{len(paths)}")
        keywords.write(paths[-1], texts[begin:end])
    gone = np.array([row for row in range(len(texts)) if chance.random() < 0.3], np.int64)
    live = np.setdiff1d(np.arange(len(texts)), gone)
    parted, whole = (
        Keywords([open_postings(path) for path in paths], len(texts), gone),
        opened(folder, [texts[row] for row in live]),
    )
    terms, synonyms = ["the", "boat", "tide", "zebra"], ["sail", "sea"]
    expected = whole.scores(terms, synonyms)
    found = parted.scores(terms, synonyms)
    assert np.array_equal(found[live], expected)
    assert not found[gone].any()
    assert [parted.frequency(term) for term in terms] == [whole.frequency(term) for term in terms]
    np.testing.assert_allclose(parted.spread(found), whole.spread(expected), rtol=1e-5, atol=1e-6)
    if len(live):
        np.testing.assert_allclose(whole.spread(expected), (expected.mean(), expected.std()), rtol=1e-5, atol=1e-6)
        documents = [library[row] for row in live]
        np.testing.assert_allclose(whole.scores(terms), bm25([list(map(str, d)) for d in documents], terms), rtol=1e-5)


QUESTIONS = st.lists(
    st.tuples(*[st.lists(st.sampled_from("the and boat mast rope sail zebra".split()), max_size=5, unique=True)] * 2),
    max_size=5,
)


@given(library=LIBRARIES, questions=QUESTIONS)
def test_questions_do_not_depend_on_those_before(
    library: list[list[str]], questions: list[tuple[list[str], list[str]]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """What is kept of a word for the next question is what a plain BM25 says of it, however often it was asked."""
    index = opened(tmp_path_factory.mktemp("asked"), [" ".join(words) for words in library])
    for terms, synonyms in (*questions, *questions):
        found = index.scores(terms, synonyms)
        if library:
            expected = np.add(bm25(library, terms), np.multiply(0.3, bm25(library, synonyms)))
            np.testing.assert_allclose(found, expected, rtol=1e-5)
        found += 1  # a caller may change what it was given


@pytest.mark.parametrize("rows", [3, 2_048, 5_000])
@pytest.mark.parametrize("spread", [3.0, 0.3, 1e-3, 1e-5])
def test_mean_and_deviation_are_those_of_all_scores(rows: int, spread: float, tmp_path: Path) -> None:
    """Scores that differ little beside their mean have a deviation as exact as others, for any number of rows."""
    scores = np.random.default_rng(3).normal(7, spread, rows).astype(np.float32)
    expected = scores.astype(np.float64)
    found = opened(tmp_path, ["boat"] * rows).spread(scores)
    np.testing.assert_allclose(found, (expected.mean(), expected.std()), rtol=1e-5)


def test_equal_scores_have_no_deviation(tmp_path: Path) -> None:
    """A word that is in every passage alike says nothing, so that no difference is made up from rounding."""
    index = opened(tmp_path, ["the boat"] * 5_000)
    mean, deviation = index.spread(index.scores(["the"]))
    assert mean > 0
    assert deviation < 1e-9


@given(
    scores=st.lists(st.sampled_from([0.0, 0.5, 1.0, 1.5, 7.25]), max_size=40).map(lambda some: some * 20),
    k=st.integers(0, 60),
    share=st.sampled_from([0.0, 0.3, 1.0]),
    chance=st.randoms(use_true_random=False),
)
def test_best_is_the_head_of_a_sort(scores: list[float], k: int, share: float, chance: random.Random) -> None:
    """The best rows are those of a whole sort, equal scores by row or as told, among those allowed and above 0."""
    given_scores = np.array(scores, np.float32)
    allowed = np.array([row for row in range(len(scores)) if chance.random() < share], np.int64)
    for chosen, rows in ((None, range(len(scores))), (allowed, allowed.tolist())):
        expected = sorted((row for row in rows if scores[row] > 0), key=lambda row: (-scores[row], row))[:k]
        assert list(best(given_scores, k, chosen)) == expected
        order = np.array(chance.sample(range(len(scores)), len(scores)), np.int64)
        expected = sorted((row for row in rows if scores[row] > 0), key=lambda row: (-scores[row], order[row]))[:k]
        assert list(best(given_scores, k, chosen, order)) == expected


def test_the_best_of_many_rows() -> None:
    """Exact where only a lower bound of the last score is taken from groups of rows."""
    scores = np.random.default_rng(5).normal(size=30_011).astype(np.float32)
    for k in (1, 200, 468, 469, 20_000):
        expected = np.argsort(-scores, kind="stable")[:k]
        assert list(best(scores, k)) == [row for row in expected if scores[row] > 0]


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
    keywords.write(tmp_path / "postings", ["boat", "sail"])
    with pytest.raises(IndexBroken, match="the postings hold 2 passages, not 3; run: playback index --rebuild"):
        Keywords([open_postings(tmp_path / "postings")], 3)


def test_postings_of_other_stems_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever stems one kind of words differently neither opens nor merges them, and is told of such a word."""
    path = tmp_path / "postings"
    with monkeypatch.context() as other:
        other.setattr(keywords, "stems", lambda text: [stem.removesuffix("i") for stem in stems(text)])
        keywords.write(path, ["boat", "sail"])
    for read in (lambda: open_postings(path), lambda: keywords.merge(tmp_path / "merged", [(path, np.arange(2))])):
        with pytest.raises(IndexBroken, match=r"other word stems .* \(such as 'universiti'\); run: playback index"):
            read()
