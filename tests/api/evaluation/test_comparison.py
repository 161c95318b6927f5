"""Two indexes side by side: paired differences, and the command that writes them and the misses."""

import json
import random
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api import cli
from api.evaluation.comparison import FIGURES, compared, comparison_text
from api.evaluation.metrics import Row, auroc, figures, intervals, paired_intervals
from index.building.build import build

QUESTION = "Which council paid for the lighthouse database?"
GOLD = {
    "episode": "h1",
    "turn": 3,
    "speaker": "Tobias Renn",
    "quote": "The harbour council paid for the lighthouse database from its winter budget.",
}


def row(number: int, hit: int | None, cited: int | None = None, confidence: float = 0.5, **more: Any) -> Row:
    """A question with its first right hit and citation."""
    made = Row(
        id=f"q{number}", question="why", kind="k", persona="p", answerable=True, status="answered",
        confidence=confidence, names=0, first_right_hit=hit, first_right_citation=cited, ndcg=0.0, right_citations=0,
        hits=1, hit_words=1, citations=1, citation_words=1, verbatim=1, speaker_right=1, time_right=1, latency_ms=None,
        expected=[], first_hit=None, first_citation=None,
    )  # fmt: skip
    return replace(made, **more)


def report(rows: list[Row]) -> dict[str, Any]:
    return {**figures(rows), "rows": [asdict(one) for one in rows]}


@st.composite
def two_runs(draw: st.DrawFn) -> tuple[list[Row], list[Row]]:
    """The same questions asked twice."""
    ranks = st.one_of(st.none(), st.integers(1, 25))
    answerable = draw(st.lists(st.booleans(), min_size=1, max_size=12))
    return tuple(  # type: ignore[return-value]
        [
            row(n, draw(ranks), draw(ranks), draw(st.sampled_from([0.1, 0.5, 0.9])), answerable=yes)
            for n, yes in enumerate(answerable)
        ]
        for _ in range(2)
    )


@given(two_runs())
def test_differences_mirror_each_other(runs: tuple[list[Row], list[Row]]) -> None:
    """A run does not differ from itself; here less there is the opposite of there less here; every figure is there."""
    one, other = map(report, runs)
    assert list(compared(one, other)) == list(FIGURES)
    for name, found in compared(one, one).items():
        assert found["difference"] in (None, 0.0)
        assert found["interval"] in (None, [0.0, 0.0]), name
    forth, back = compared(one, other), compared(other, one)
    for name in FIGURES:
        if forth[name]["difference"] is None:
            assert (forth[name]["interval"], back[name]["difference"]) == (None, None)
        else:
            assert forth[name]["difference"] == -back[name]["difference"]
            assert forth[name]["interval"] == pytest.approx([-limit for limit in reversed(back[name]["interval"])])


def test_a_difference_from_nothing_right_is_the_figure_itself() -> None:
    """Against a run that is right nowhere, difference and interval are the figure's own."""
    rows = [row(n, 1 + n % 3, 1 + n % 7) for n in range(30)]
    wrong = [row(n, None, None) for n in range(30)]
    found = compared(report(rows), report(wrong))
    assert found["recall@1"]["difference"] == pytest.approx(1 / 3, abs=1e-6)
    for name in ("recall@1", "recall@5", "mrr", "first_citation_right", "citation_right@5"):
        assert found[name]["interval"] == intervals(rows)[name]


def test_the_interval_is_a_paired_bootstrap() -> None:
    """It agrees with one made plainly, by drawing questions; pairing makes it narrower than two apart."""
    random_ = random.Random(5)
    rows = [row(n, random_.choice([1, 2, None]), confidence=random_.random(), answerable=n % 3 > 0) for n in range(90)]
    better = [
        replace(one, first_right_hit=1 if random_.random() < 0.15 else one.first_right_hit, confidence=one.confidence
                + (0.1 if one.answerable else 0))
        for one in rows
    ]  # fmt: skip
    yes, no = ([n for n in range(90) if rows[n].answerable is wanted] for wanted in (True, False))
    recalls, aurocs = [], []
    for _ in range(2_000):
        drawn, others = random_.choices(yes, k=len(yes)), random_.choices(no, k=len(no))
        recalls.append(sum((better[n].first_right_hit == 1) - (rows[n].first_right_hit == 1) for n in drawn) / len(yes))
        aurocs.append(
            (auroc([better[n].confidence for n in drawn], [better[n].confidence for n in others]) or 0)
            - (auroc([rows[n].confidence for n in drawn], [rows[n].confidence for n in others]) or 0)
        )
    found = paired_intervals(better, rows)
    for name, drawn_differences in (("recall@1", recalls), ("abstention_auroc", aurocs)):
        ordered = sorted(drawn_differences)
        assert found[name] == pytest.approx([ordered[50], ordered[1949]], abs=0.03), name
    low, high = found["recall@1"] or (0, 0)
    alone = intervals(rows)["recall@1"] or [0, 0]
    assert high - low < alone[1] - alone[0]


@pytest.mark.parametrize("others", [[], [1], [0, 2], [1, 0]])
def test_other_questions_cannot_be_compared(others: list[int]) -> None:
    """Figures over other questions, or in another order, are refused instead of paired wrongly."""
    with pytest.raises(ValueError, match="over the same questions"):
        paired_intervals([row(0, 1), row(1, 1)], [row(n, 1) for n in others])


def test_the_table_says_what_differs() -> None:
    """A line per figure with both values, their difference and its interval; what differs for sure is marked."""
    ours, theirs = [row(n, 1, 1) for n in range(40)], [row(n, 2, 1) for n in range(40)]
    lines = comparison_text(compared(report(ours), report(theirs)), "home a", "home b").splitlines()
    assert lines[:2] == ["here:  home a", "there: home b"]
    first = next(line for line in lines if line.startswith("recall@1"))
    assert first.split() == ["recall@1", "1.000", "0.000", "+1.000", "+1.000", "to", "+1.000", "differs"]
    assert "differs" not in next(line for line in lines if line.startswith("recall@5"))
    assert next(line for line in lines if line.startswith("abstention_auroc ")).split() == [
        "abstention_auroc",
        "-",
        "-",
    ]


# --- the command


@pytest.fixture
def questions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encoder: Any) -> Path:
    """One question that is answered rightly, one whose gold is elsewhere; the encoder that counts words answers."""
    monkeypatch.setattr("api.knowledge_base.encoder_to_ask_with", lambda *_: encoder)
    path = tmp_path / "questions.jsonl"
    right = {"id": "1", "question": QUESTION, "answerable": True, "kind": "who", "persona": "engineer"}
    wrong = right | {"id": "2", "question": "What is yellow & <b>old</b>?", "gold": [GOLD], "also": []}
    path.write_text("\n".join(json.dumps(one) for one in (right | {"gold": [GOLD], "also": []}, wrong)))
    return path


def run(home: Path, *arguments: object) -> int:
    return cli.main(["--home", str(home), "evaluate", *map(str, arguments)])


def test_misses_are_written_as_json_or_as_a_page(questions: Path, served_home: Path, tmp_path: Path) -> None:
    """The ending of the file says which; both hold the question, what was expected, and what came."""
    for name in ("misses.json", "misses.HTML"):
        assert run(served_home, questions, "--misses", tmp_path / name) == 0
    written = json.loads((tmp_path / "misses.json").read_text("utf-8"))
    assert written["questions"] == 2
    missed = {miss["id"]: miss for miss in written["misses"]}
    assert missed["2"]["question"] == "What is yellow & <b>old</b>?"
    assert missed["2"]["expected"] == [GOLD]
    assert {"first_citation", "first_hit", "status"} <= missed["2"].keys()
    page = (tmp_path / "misses.HTML").read_text("utf-8")
    assert page.startswith("<!doctype html>")
    assert "What is yellow &amp; &lt;b&gt;old&lt;/b&gt;?" in page


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("misses.txt", "ends in .html or .json"),
        ("no/misses.json", "there is no folder"),
        ("folder.json", "is a folder"),
    ],
)
def test_a_file_that_cannot_be_written_is_said_first(
    questions: Path, served_home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, says: str
) -> None:
    """Nobody waits for a measurement to learn that its misses have nowhere to go."""
    (tmp_path / "folder.json").mkdir()
    assert run(served_home, questions, "--misses", tmp_path / name) == 1
    found = capsys.readouterr()
    assert says in found.err
    assert found.err.count("\n") == 1
    assert found.out == ""


def test_two_homes_are_compared(
    questions: Path, served_home: Path, home: Path, encoder: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """The figures of both, side by side, as a table and as JSON; an index does not differ from its like."""
    build(home, encoder, rebuild=True)
    assert run(served_home, questions, "--against", home) == 0
    table = capsys.readouterr().out
    assert f"there: {home}, generation 2, " in table
    assert "differs" not in table
    assert run(served_home, questions, "--against", home, "--json") == 0
    against = json.loads(capsys.readouterr().out)["against"]
    assert against["index"]["generation"] == 2
    assert set(against["figures"]) == set(FIGURES)
    assert against["figures"]["recall@20"]["difference"] == 0.0


def test_a_home_without_an_index_is_said_first(
    questions: Path, served_home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line says what to run."""
    assert run(served_home, questions, "--against", tmp_path / "none") == 1
    found = capsys.readouterr()
    assert "holds no index to compare with; run: playback" in found.err
    assert (found.err.count("\n"), found.out) == (1, "")
