"""What holds after all decisions: the last word on each thing, whatever was said before."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from api.lessons.fold import fold
from ingest.library.decisions import ACTIONS, Decision

IDS = [f"harbour-1-aaaa.{number}.5.0123456789" for number in "123456"]


def line(action: str, quote: str = IDS[0], value: str | None = None, words: str | None = "words") -> Decision:
    return Decision("2026-01-01T00:00:00.000+00:00", "Ann", action, quote, words, value)  # type: ignore[arg-type]


def test_the_last_state_holds() -> None:
    """Accepting, rejecting and taking back replace each other; titles, tags and notes stay."""
    lines = [
        line("accept"),
        line("retitle", value="one"),
        line("tag", value="Moving"),
        line("tag", value="moving"),
        line("tag", value="cost"),
        line("untag", value="COST"),
        line("note", value="first"),
        line("retitle", value="two"),
        line("note", value="second"),
        line("reject"),
    ]
    one = fold(lines).decided[IDS[0]]
    assert (one.state, one.title, one.tags) == ("rejected", "two", ["Moving"])
    assert [note.text for note in one.notes] == ["first", "second"]
    assert one.history == lines
    assert fold([*lines, line("propose")]).decided[IDS[0]].state == "proposed"


def test_words_are_those_that_somebody_judged_last() -> None:
    """A tag is no judgement of changed words, accepting them is."""
    before = [line("accept", words="old"), line("tag", value="x", words="new")]
    assert fold(before).decided[IDS[0]].words == "old"
    assert fold(before[1:]).decided[IDS[0]].words is None
    assert fold([*before, line("accept", words="new")]).decided[IDS[0]].words == "new"


def test_merged_lessons_stand_under_the_first() -> None:
    """Those that were merged before come along; taking one back lets it stand alone again."""
    a, b, c, *_ = IDS
    lines = [line("merge", b, c), line("merge", a, b)]
    assert fold(lines).merged() == {a: [c, b]}
    assert fold([*lines, line("propose", c)]).merged() == {a: [b]}
    assert fold([*lines, line("merge", c, a)]).merged() == {a: [c, b]}  # it would close a circle


def test_merges_in_a_circle_are_skipped() -> None:
    """Two people at once may merge each lesson under the other, also with one above both."""
    a, b, c, *_ = IDS
    for lines in (
        [line("merge", b, a), line("merge", c, b), line("merge", a, b)],
        [line("merge", b, a), line("merge", a, b)],
        [line("merge", b, a), line("merge", a, a)],
    ):
        folded = fold(lines)
        assert folded.under[a] == b
        assert folded.first_of(a) == folded.first_of(b) not in folded.under


@given(st.lists(st.tuples(st.sampled_from(ACTIONS), st.sampled_from(IDS), st.sampled_from([*IDS, "text"]))))
def test_any_lines_can_be_folded(lines: list[tuple[str, str, str]]) -> None:
    """Whatever two people write at once, every lesson ends under one that is under none."""
    folded = fold([line(*one) for one in lines])
    for quote in IDS:
        assert folded.first_of(quote) not in folded.under
    below = list(itertools.chain.from_iterable(folded.merged().values()))
    assert sorted(below) == sorted(folded.under)
