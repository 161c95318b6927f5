"""A reranker changes the order of the first hits and nothing else, never for longer than a second."""

from collections.abc import Sequence
from itertools import count

import pytest

from index.models.reranker import MOST_SECONDS, reranked
from index.passage import Hit, Passage
from ingest.transcript import Episode, Show

EPISODE = Episode("tea-1-aaaa", "t1", Show("tea", "Tea"), 1, "One", "2021-01-01")


class Longest:
    """The longer a passage, the better."""

    name = "longest"
    form = "none"

    def __init__(self, *fails: Exception) -> None:
        self.fails = fails

    def score(self, question: str, passage: str) -> float:
        if self.fails:
            raise self.fails[0]
        return float("nan") if passage == "nothing" else float(len(passage))


def hit(rank: int, text: str) -> Hit:
    passage = Passage(f"tea-1-aaaa.{rank}", "tea-1-aaaa", text, "", (0, 1), (), 0.0, 1.0, "heard")
    return Hit(rank, 10.0 - rank, passage, EPISODE, ())


HITS = [hit(1, "a"), hit(2, "ccc"), hit(3, "bb")]


def seen(hits: Sequence[Hit]) -> list[tuple[str, int, float]]:
    return [(one.passage.text, one.rank, one.score) for one in hits]


def test_hits_take_over_rank_and_score_of_their_new_place() -> None:
    """So the scores still mean what they mean in every other answer."""
    assert seen(reranked(Longest(), "q", HITS)) == [("ccc", 1, 9.0), ("bb", 2, 8.0), ("a", 3, 7.0)]


def test_passages_with_the_same_score_keep_their_order() -> None:
    """What the reranker cannot tell apart stays as the search found it."""
    assert reranked(Longest(), "q", [hit(1, "a"), hit(2, "b")]) == [hit(1, "a"), hit(2, "b")]


def test_a_slow_reranker_changes_nothing(caplog: pytest.LogCaptureFixture) -> None:
    """After a second it is left, and the log says how far it came."""
    times = count(0.0, 0.7 * MOST_SECONDS)
    assert reranked(Longest(), "q", HITS, lambda: next(times)) == HITS
    assert "read 2 of 3 hits in time" in caplog.text


@pytest.mark.parametrize("error", [RuntimeError("no memory"), ValueError("no shape"), IndexError("too long")])
def test_a_reranker_that_fails_changes_nothing(error: Exception, caplog: pytest.LogCaptureFixture) -> None:
    """The question is answered all the same, and the log has the reason."""
    assert reranked(Longest(error), "q", HITS) == HITS
    assert str(error) in caplog.text


def test_scores_that_are_no_numbers_change_nothing() -> None:
    """There is no order among them."""
    hits = [*HITS, hit(4, "nothing")]
    assert reranked(Longest(), "q", hits) == hits
