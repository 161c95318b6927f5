"""The figures, each against numbers a reader can compute by hand or against an independent reference."""

import dataclasses
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.evaluation.metrics import (
    Row,
    auroc,
    auroc_equal_names,
    figures,
    intervals,
    is_right,
    name_count,
    ndcg,
    normalise,
    trigrams,
)

WORDS = st.lists(st.sampled_from("abcd"), max_size=9)
CONFIDENCES = st.lists(st.sampled_from([0.0, 0.1, 0.5, 0.9, 1.0]), min_size=1, max_size=12)

BLANK = Row(
    id="q",
    question="",
    kind="how",
    persona="engineer",
    answerable=True,
    status="answered",
    confidence=0.5,
    names=0,
    first_right_hit=None,
    first_right_citation=None,
    ndcg=0.0,
    right_citations=0,
    hits=0,
    hit_words=0,
    citations=0,
    citation_words=0,
    verbatim=0,
    speaker_right=0,
    time_right=0,
    latency_ms=None,
    expected=[],
    first_hit=None,
    first_citation=None,
)


def rows(block: str) -> list[Row]:
    """One question a line: yes/no (answerable), first right hit, first right citation, confidence, names; - is none."""
    result = []
    for position, line in enumerate(block.strip().splitlines()):
        answerable, hit, citation, confidence, names = line.split()
        result.append(
            dataclasses.replace(
                BLANK,
                id=str(position),
                answerable=answerable == "yes",
                first_right_hit=None if hit == "-" else int(hit),
                first_right_citation=None if citation == "-" else int(citation),
                confidence=float(confidence),
                names=int(names),
            )
        )
    return result


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Don't — ever — deploy on a Friday!", "don t ever deploy on a friday"),
        ("GOV.UK  Pay\n24/7", "gov uk pay 24 7"),
        ("ÉTÉ snake_case [laughs]", "été snake_case laughs"),
        (" …?! ", ""),
    ],
)
def test_words_are_lower_case_and_everything_else_is_a_border(text: str, expected: str) -> None:
    """Normalised words are the contract's: lower case, every run of non-word characters is one space."""
    assert normalise(text) == expected.split()


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("", set()),
        ("yes", {("yes",)}),
        ("not yet", {("not", "yet")}),
        ("a b c a b c", {("a", "b", "c"), ("b", "c", "a"), ("c", "a", "b")}),
    ],
)
def test_trigrams_are_distinct_and_short_texts_have_one(words: str, expected: set[tuple[str, ...]]) -> None:
    """A text of fewer than three words has its words joined as its only trigram."""
    assert trigrams(words.split()) == expected


@pytest.mark.parametrize(
    ("quote", "text", "expected"),
    [
        # Tg = 3, Tt = 3: one shared trigram is a third.
        ("a b c d e", "x a b c y", True),
        ("a b c d e", "x a b y c", False),
        # Tg = 4: one of four is less than a third, two are enough.
        ("a b c d e f", "u v w a b c x", False),
        ("a b c d e f", "u v w a b c d", True),
        # The shorter of the two sets the bar: one trigram of a three-word text is enough for a long quote.
        ("a b c d e f g h i j k l", "d e f", True),
        ("a b c d e f g h i j k l", "d e", False),
        # Repeated trigrams of the quote count once: 2 distinct ones of abababab, min(2, 6) / 3 < 1.
        ("a b a b a b a b", "a b a x y z u v", True),
        # Quotes of one or two words.
        ("yes", "well yes of course", True),
        ("yes", "yesterday", False),
        ("not yet", "we are not yet there", True),
        ("not yet", "yet we are not there", False),
        ("not yet", "not yet", True),
        # Nothing is right for nothing.
        ("", "", False),
        ("", "a b c", False),
        ("a b c", "", False),
    ],
)
def test_right_is_a_third_of_the_shorter_ones_trigrams_and_at_least_one(quote: str, text: str, expected: bool) -> None:
    """`is_right` is the contract's rule, with its edges decided for short and empty texts."""
    assert is_right(text.split(), quote.split()) is expected


@given(quote=WORDS, text=WORDS)
def test_right_agrees_with_counting_by_hand(quote: list[str], text: list[str]) -> None:
    """For quotes of three words or more the rule is a fraction of plain trigram counts."""
    if len(quote) < 3:
        return
    of_quote = {" ".join(quote[i : i + 3]) for i in range(len(quote)) if len(quote[i : i + 3]) == 3}
    of_text = {" ".join(text[i : i + 3]) for i in range(len(text)) if len(text[i : i + 3]) == 3}
    occurring = sum(f" {trigram} " in f" {' '.join(text)} " for trigram in of_quote)
    needed = max(Fraction(1), Fraction(min(len(of_text), len(of_quote)), 3))
    assert is_right(text, quote) is (occurring >= needed)


@given(quote=WORDS, before=WORDS, after=WORDS)
def test_a_text_that_holds_the_whole_quote_is_right(quote: list[str], before: list[str], after: list[str]) -> None:
    """Whatever stands around it, a quote of at least one word is found."""
    assert is_right(before + quote + after, quote) is bool(quote)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Why did they move?", 0),
        ("Kubernetes was chosen by whom?", 0),  # the first word never counts
        ("Which Red Hat team did it?", 1),
        ("Did Red Hat buy CoreOS?", 2),
        ("Was it Fastly, Cloudflare or Akamai?", 2),  # neighbours are one run
        ("What happened in 2021?", 1),
        ("what does fooBar do with x86 on a Mac in May?", 3),  # four runs count as three
        ("", 0),
    ],
)
def test_names_are_runs_of_words_with_a_capital_or_digit(question: str, expected: int) -> None:
    """Names are counted by the contract's rule, three or more as three."""
    assert name_count(question) == expected


@pytest.mark.parametrize(
    ("right", "quotes", "expected"),
    [
        ([{0}], 1, 1.0),
        ([set(), {0}], 1, 1 / math.log2(3)),
        ([{0}, {0}, {1}], 2, (1 + 1 / 2) / (1 + 1 / math.log2(3))),  # the same quote again gains nothing
        ([{0, 1}, {0}, {1}], 2, 1 / (1 + 1 / math.log2(3))),  # one hit gains 1, and uses up both quotes
        ([set()] * 10 + [{0}], 1, 0.0),
        ([{quote} for quote in range(12)], 12, 1.0),
        ([], 3, 0.0),
        ([set()], 0, 0.0),
    ],
)
def test_ndcg_by_hand(right: list[set[int]], quotes: int, expected: float) -> None:
    """nDCG at 10 gains for quotes not yet counted and divides by min(10, their number) such hits."""
    assert ndcg(right, quotes) == pytest.approx(expected)


@given(st.permutations([0, 1, 2, 3, None, None, None, None, None, None, None, None]))
def test_ndcg_agrees_with_scikit_learn(order: list[int | None]) -> None:
    """Where each hit is right for one quote at most and each quote is found, nDCG is the textbook's."""
    ndcg_score = pytest.importorskip("sklearn.metrics").ndcg_score
    right = [set() if quote is None else {quote} for quote in order]
    gains = [[float(bool(quotes)) for quotes in right]]
    scores = [[float(-rank) for rank in range(len(order))]]
    assert ndcg(right, 4) == pytest.approx(ndcg_score(gains, scores, k=10))


def naive_auroc(pairs: list[tuple[float, float]]) -> Fraction | None:
    wins = sum(Fraction(1) if p > n else Fraction(1, 2) if p == n else Fraction(0) for p, n in pairs)
    return wins / len(pairs) if pairs else None


@given(positive=CONFIDENCES, negative=CONFIDENCES)
def test_auroc_counts_pairs_and_halves_ties(positive: list[float], negative: list[float]) -> None:
    """AUROC is the share of pairs in the right order, ties ½."""
    assert auroc(positive, negative) == pytest.approx(float(naive_auroc([(p, n) for p in positive for n in negative])))


@given(positive=CONFIDENCES, negative=CONFIDENCES)
def test_auroc_agrees_with_scikit_learn(positive: list[float], negative: list[float]) -> None:
    """AUROC is the area under the ROC curve."""
    roc_auc_score = pytest.importorskip("sklearn.metrics").roc_auc_score
    labels = [1] * len(positive) + [0] * len(negative)
    assert auroc(positive, negative) == pytest.approx(roc_auc_score(labels, positive + negative))


@pytest.mark.parametrize(("positive", "negative"), [([], [0.5]), ([0.5], []), ([], [])])
def test_auroc_of_one_side_alone_is_none(positive: list[float], negative: list[float]) -> None:
    """Without answerable or without unanswerable questions there is no figure, and no 0.5 that looks like one."""
    assert auroc(positive, negative) is None


QUESTIONS = st.lists(
    st.tuples(st.booleans(), st.sampled_from([0.0, 0.3, 0.7, 1.0]), st.integers(0, 3)), min_size=0, max_size=14
)


@given(QUESTIONS)
def test_equal_names_compares_only_questions_with_as_many_names(questions: list[tuple[bool, float, int]]) -> None:
    """Only pairs with equal name counts enter; all such pairs weigh the same; none gives None."""
    judged = [dataclasses.replace(BLANK, answerable=a, confidence=c, names=n) for a, c, n in questions]
    pairs = [(p, n) for a, p, k in questions if a for b, n, m in questions if not b and k == m]
    expected = naive_auroc(pairs)
    assert auroc_equal_names(judged) == (None if expected is None else pytest.approx(float(expected)))


def test_the_figures_by_hand() -> None:
    """Recall, MRR and the citations' figures are shares of the answerable questions; nothing found counts as zero."""
    found = figures(
        rows(
            """
            yes  1  1  0.9  0
            yes  2  3  0.8  1
            yes 20  6  0.4  1
            yes  -  -  0.2  2
            no   -  -  0.4  1
            no   -  -  0.1  2
            """
        )
    )
    assert (found["questions"], found["answerable"]) == (6, 4)
    assert found["recall@1"] == 1 / 4
    assert found["recall@5"] == 2 / 4
    assert found["recall@20"] == 3 / 4
    assert found["mrr"] == pytest.approx((1 + 1 / 2 + 1 / 20) / 4)
    assert found["first_citation_right"] == 1 / 4
    assert found["citation_right@5"] == 2 / 4
    assert found["abstention_auroc"] == pytest.approx((2 + 2 + 1.5 + 1) / 8)
    # One name: 0.8 and 0.4 against 0.4; two names: 0.2 against 0.1.
    assert found["abstention_auroc_equal_names"] == pytest.approx((1 + 0.5 + 1) / 3)


def test_citations_are_pooled_and_checked_over_all_questions() -> None:
    """Precision pools the citations of answerable questions; the three checks take those of unanswerable ones too."""
    found = figures(
        [
            dataclasses.replace(BLANK, citations=8, right_citations=2, verbatim=8, speaker_right=8, time_right=8),
            dataclasses.replace(BLANK, citations=1, right_citations=1, verbatim=1, speaker_right=0, time_right=1),
            dataclasses.replace(BLANK, answerable=False, citations=1, verbatim=0, speaker_right=1, time_right=1),
        ]
    )
    assert found["citation_precision"] == 3 / 9
    assert (found["verbatim"], found["speaker_right"], found["time_right"]) == (9 / 10, 9 / 10, 1.0)


def test_statuses_words_and_latency() -> None:
    """Partial counts as answered; words are means per hit and per citation; percentiles leave out the warm-up."""
    found = figures(
        [
            dataclasses.replace(BLANK, status="partial", hits=20, hit_words=2000, citations=2, citation_words=50),
            dataclasses.replace(BLANK, status="unanswerable", hits=5, hit_words=500, latency_ms=10.0),
            dataclasses.replace(BLANK, status="answered", citations=2, citation_words=90, latency_ms=20.0),
            dataclasses.replace(BLANK, answerable=False, status="unanswerable", latency_ms=30.0),
            dataclasses.replace(BLANK, answerable=False, status="partial"),
        ]
    )
    assert found["coverage"] == 2 / 3
    assert found["answered_when_unanswerable"] == 1 / 2
    assert found["mean_words"] == {"hits": 100.0, "citations": 35.0}
    assert found["latency_ms"] == {"p50": 20.0, "p95": pytest.approx(29.0)}


def test_without_questions_every_share_is_none() -> None:
    """Nothing asked gives no figure instead of a division by zero or a flattering 0 or 1."""
    found = figures([])
    parts = [value for value in found.values() if not isinstance(value, dict)]
    assert set(parts) == {0, None}
    assert found["latency_ms"] == {"p50": None, "p95": None}
    assert set(intervals([]).values()) == {None}


def test_without_unanswerable_questions_only_their_figures_are_none() -> None:
    """A file of answerable questions still yields everything else."""
    judged = rows("yes 1 1 0.9 0")
    assert figures(judged)["abstention_auroc"] is None
    assert figures(judged)["answered_when_unanswerable"] is None
    assert figures(judged)["recall@1"] == 1.0
    assert intervals(judged)["abstention_auroc"] is None
    assert intervals(judged)["recall@1"] == [1.0, 1.0]


def test_the_interval_of_a_share_is_that_of_the_binomial_distribution() -> None:
    """Resampling 100 questions of which 50 are right is drawing from Binomial(100, ½): 95 % within 0.40 and 0.60."""
    judged = rows("\n".join(["yes 1 1 0.5 0", "yes - - 0.5 0"] * 50))
    assert intervals(judged)["recall@1"] == pytest.approx([0.40, 0.60], abs=0.011)
    assert intervals(judged)["first_citation_right"] == intervals(judged)["recall@1"]


def test_the_interval_of_auroc_is_that_of_a_plain_bootstrap() -> None:
    """Counting draws and multiplying matrices gives what drawing rows one by one gives."""
    random = np.random.default_rng(5)
    judged = [
        dataclasses.replace(BLANK, answerable=bool(a), confidence=float(c) + 0.3 * a, names=int(n))
        for a, c, n in zip(random.random(60) < 0.7, random.random(60).round(1), random.integers(0, 2, 60), strict=True)
    ]
    positive, negative = [r for r in judged if r.answerable], [r for r in judged if not r.answerable]
    plain: list[tuple[float, float]] = []
    for _ in range(1500):
        drawn = [positive[i] for i in random.integers(0, len(positive), len(positive))]
        other = [negative[i] for i in random.integers(0, len(negative), len(negative))]
        equal = auroc_equal_names(drawn + other)
        assert equal is not None
        plain.append((auroc([r.confidence for r in drawn], [r.confidence for r in other]) or 0.0, equal))
    low, high = np.percentile(plain, [2.5, 97.5], axis=0)
    found = intervals(judged)
    assert found["abstention_auroc"] == pytest.approx([low[0], high[0]], abs=0.02)
    assert found["abstention_auroc_equal_names"] == pytest.approx([low[1], high[1]], abs=0.02)


@given(QUESTIONS)
def test_intervals_are_deterministic_and_within_bounds(questions: list[tuple[bool, float, int]]) -> None:
    """The same rows give the same intervals; each lies within 0…1; one exists exactly where the figure does."""
    judged = [
        dataclasses.replace(BLANK, answerable=a, confidence=c, names=n, first_right_hit=n or None)
        for a, c, n in questions
    ]
    found = intervals(judged)
    assert intervals(judged) == found
    values = figures(judged)
    for name, interval in found.items():
        assert (interval is None) == (values[name] is None)
        assert interval is None or 0 <= interval[0] <= interval[1] <= 1
