"""Reading questions, folds, and judging answers against transcripts, in a world small enough to check by eye."""

import copy
import hashlib
import json
from collections.abc import Callable, Iterable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.evaluation.evaluate import evaluate, misses, misses_html, render
from api.evaluation.questions import Gold, Question, folds, read_questions
from ingest.errors import PlaybackError

SHARED = Path(__file__).parents[3].parent / "shared"

# Two episodes; a turn is speaker | start-end | text.
TRANSCRIPTS = {
    "tea-1": """
        Ada | 0-10  | Welcome to the tea show with me and Ben.
        Ben | 10-30 | We moved the kettle to the cloud in March. It boiled over twice on the first day.
        Ada | -     | Nobody knows when this was said at all.
    """,
    "tea-2": """
        Ada | 5-20  | Cups are washed by a robot that never sleeps.
    """,
}
GUID = {"tea-1": "guid-1", "tea-2": "guid-2"}

MOVED = Gold("guid-1", 1, "Ben", "We moved the kettle to the cloud in March.")
BOILED = Gold("guid-1", 1, "Ben", "It boiled over twice on the first day.")
WASHED = Gold("guid-2", 0, "Ada", "Cups are washed by a robot that never sleeps.")


def question(name: str, *gold: Gold, also: tuple[Gold, ...] = (), kind: str = "how") -> Question:
    return Question(name, f"What of {name}?", bool(gold), kind, "engineer", gold, also)


def transcript(episode: str) -> dict[str, Any] | None:
    if episode not in TRANSCRIPTS:
        return None
    turns = []
    for line in TRANSCRIPTS[episode].strip().splitlines():
        speaker, times, text = (part.strip() for part in line.split("|"))
        start, end = (None, None) if times == "-" else map(float, times.split("-"))
        turns.append({"speaker": speaker, "text": text, "start": start, "end": end, "words": []})
    return {"schema": 1, "episode": {"id": episode, "guid": GUID[episode]}, "turns": turns}


def cite(
    episode: str, turn: int, quote: str, speaker: str | None = "Ben", start: float | None = 12.0
) -> dict[str, Any]:
    return {
        "episode": {"id": episode, "guid": GUID.get(episode, episode)},
        "turn": turn,
        "quote": quote,
        "speaker": speaker,
        "start": start,
    }


def hit(episode: str, text: str) -> dict[str, Any]:
    return {"episode": {"id": episode, "guid": GUID[episode]}, "text": text}


def answers(*citations: dict[str, Any], status: str = "answered", confidence: float = 0.9) -> dict[str, Any]:
    return {"status": status, "confidence": confidence, "citations": list(citations)}


def run(
    questions: Iterable[Question],
    ask: dict[str, dict[str, Any]] | None = None,
    find: dict[str, list[dict[str, Any]]] | None = None,
    **options: Any,
) -> dict[str, Any]:
    """Evaluate with the answers and hits given by question id; what is not given is refused or finds nothing."""
    questions = list(questions)
    names = {question.question: question.id for question in questions}
    refused = answers(status="unanswerable", confidence=0.0)
    return evaluate(
        questions,
        lambda text: (ask or {}).get(names[text], refused),
        lambda text, k: {"query": text, "hits": (find or {}).get(names[text], [])},
        transcript,
        **options,
    )


# --- reading ---------------------------------------------------------------------------------------------------------

LINE: dict[str, Any] = {
    "id": "q1",
    "question": "Where is the kettle?",
    "answerable": True,
    "kind": "fact",
    "persona": "newcomer",
    "gold": [{"episode": "guid-1", "turn": 1, "speaker": "Ben", "quote": "In the cloud."}],
    "also": [],
}


def changed(path: str, value: Any) -> str:
    """The good line with one field replaced, or removed where the value is None."""
    record = copy.deepcopy(LINE)
    *parents, last = path.split(".")
    target: Any = record
    for name in parents:
        target = target[int(name) if name.isdigit() else name]
    if value is None:
        del target[last]
    else:
        target[last] = value
    return json.dumps(record)


def test_questions_are_read_with_their_quotes_and_nothing_else(tmp_path: Path) -> None:
    """Blank lines, a byte order mark, Windows line ends and fields beyond the contract's do not disturb."""
    path = tmp_path / "questions.jsonl"
    extra = json.dumps({**LINE, "answer": "in the cloud", "episode": None})
    second = json.dumps(
        {**LINE, "id": "q2", "answerable": False, "gold": [], "question": "Ist\u2028das ½?"}, ensure_ascii=False
    )
    path.write_bytes(b"\xef\xbb\xbf" + f"{extra}\r\n\n{second}".encode())
    first, other = read_questions(path)
    gold = (Gold("guid-1", 1, "Ben", "In the cloud."),)
    assert first == Question("q1", "Where is the kettle?", True, "fact", "newcomer", gold, ())
    assert (other.id, other.question, other.answerable, other.gold) == ("q2", "Ist\u2028das ½?", False, ())


def test_a_gold_quote_may_have_no_speaker(tmp_path: Path) -> None:
    """The contract's speaker may be null (captions without names); the field itself must be there."""
    path = tmp_path / "questions.jsonl"
    path.write_text(json.dumps({**LINE, "gold": [{**LINE["gold"][0], "speaker": None}]}))
    assert read_questions(path)[0].gold[0].speaker is None


@pytest.mark.parametrize(
    ("line", "says"),
    [
        *[(changed(name, None), f'"{name}" is missing') for name in LINE],
        *[(changed(f"gold.0.{name}", None), f'"gold[0].{name}" is missing') for name in LINE["gold"][0]],
        (changed("answerable", "yes"), '"answerable" must be true or false'),
        (changed("id", 7), '"id" must be a string'),
        (changed("question", " "), '"question" is empty'),
        (changed("question", "\ud800"), "surrogates not allowed"),
        (changed("gold", {}), '"gold" must be a list'),
        (changed("gold", []), "answerable"),
        (changed("also", ["words"]), '"also[0]" must be an object'),
        (changed("gold.0.turn", True), '"gold[0].turn" must be a whole number'),
        (changed("gold.0.turn", -1), '"gold[0]" has a negative turn'),
        (changed("gold.0.quote", "…!"), "without words"),
        ("{", "is not JSON"),
        ("[1]", "is not a JSON object"),
        ("[" * 100_000, "recursion"),
        (json.dumps(LINE) + "\n" + json.dumps(LINE), '"id" is the same as on line 2'),
    ],
)
def test_a_broken_line_is_named(tmp_path: Path, line: str, says: str) -> None:
    """The error is one line with file, line number and reason."""
    path = tmp_path / "questions.jsonl"
    path.write_text("\n" + line)
    with pytest.raises(PlaybackError) as caught:
        read_questions(path)
    message = str(caught.value)
    assert message.startswith(f"{path}, line {3 if 'same' in says else 2}: ")
    assert says in message
    assert "\n" not in message


@pytest.mark.parametrize(
    ("content", "says"), [(None, "cannot be read"), (b"\n \n", "holds no questions"), (b"\xff{}", "line 1")]
)
def test_an_unusable_file_is_named(tmp_path: Path, content: bytes | None, says: str) -> None:
    """A missing file, a file without questions and one that is not UTF-8 are clear errors."""
    path = tmp_path / "questions.jsonl"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(PlaybackError, match=says) as caught:
        read_questions(path)
    assert str(path) in str(caught.value)


def test_the_development_questions_are_read_whole() -> None:
    """The real file holds 158 questions, 128 of them answerable."""
    path = SHARED / "corpora" / "engineering-lessons" / "questions.jsonl"
    if not path.exists():
        pytest.skip("needs ../shared")
    questions = read_questions(path)
    assert (len(questions), sum(question.answerable for question in questions)) == (158, 128)


# --- folds -----------------------------------------------------------------------------------------------------------


def about(name: str, *episodes: str) -> Question:
    return question(name, *(Gold(episode, 0, None, "some words") for episode in episodes))


@st.composite
def question_sets(draw: st.DrawFn) -> list[Question]:
    episodes = draw(st.lists(st.lists(st.sampled_from("ABCDEFGHIJ"), max_size=2), max_size=25))
    return [about(f"q{position}", *names) for position, names in enumerate(episodes)]


@given(question_sets(), st.integers(1, 6), st.randoms(use_true_random=False))
def test_folds_hold_every_question_once_and_keep_episodes_together(
    questions: list[Question], n: int, random: Any
) -> None:
    """Folds are a partition, no episode's gold is in two of them, and the order of the questions does not matter."""
    found = folds(questions, n)
    assert len(found) == n
    assert sorted(name for fold in found for name in fold) == sorted(question.id for question in questions)
    fold_of = {name: position for position, fold in enumerate(found) for name in fold}
    for episode in "ABCDEFGHIJ":
        assert len({fold_of[q.id] for q in questions if any(gold.episode == episode for gold in q.gold)}) <= 1
    shuffled = questions[:]
    random.shuffle(shuffled)
    assert folds(shuffled, n) == found
    refused = [sum(fold_of[q.id] == position for q in questions if not q.answerable) for position in range(n)]
    assert max(refused) - min(refused) <= 1


def test_a_question_on_two_episodes_joins_their_questions() -> None:
    """A and B share no question, but a third question spans both: all three are in one fold."""
    questions = [about("a", "A"), about("b", "B"), about("c", "C"), about("ab", "A", "B")]
    assert sorted(map(sorted, folds(questions, 2))) == [["a", "ab", "b"], ["c"]]


def test_folds_are_about_equally_large() -> None:
    """Thirty episodes with one to three questions each fall into five folds of twelve."""
    questions = [about(f"{episode}-{i}", str(episode)) for episode in range(30) for i in range(1 + episode % 3)]
    assert [len(fold) for fold in folds(questions)] == [12] * 5


def test_unanswerable_questions_go_round_by_the_hash_of_their_id() -> None:
    """Ids are often numbered by episode, so that their own order would put like beside like."""
    names = [f"refused-{i}" for i in range(11)]
    by_hash = sorted(names, key=lambda name: hashlib.sha256(name.encode()).digest())
    assert folds([question(name) for name in names], 3) == [set(by_hash[0::3]), set(by_hash[1::3]), set(by_hash[2::3])]


def test_no_folds_is_refused() -> None:
    """Fewer than one fold is a mistake of the caller."""
    with pytest.raises(ValueError, match="at least one fold"):
        folds([], 0)


# --- judging ---------------------------------------------------------------------------------------------------------


def test_a_small_run_by_hand() -> None:
    """Four questions, one refused wrongly and one answered wrongly; every figure follows by counting."""
    report = run(
        [
            question("kettle", MOVED, also=(BOILED,)),
            question("cups", WASHED, kind="who"),
            question("lost", WASHED),
            question("nothing", kind="none"),
        ],
        ask={
            "kettle": answers(cite("tea-1", 1, MOVED.quote), cite("tea-1", 0, "Welcome to the tea show", "Ada", 1.0)),
            "cups": answers(
                cite("tea-1", 1, MOVED.quote),
                cite("tea-2", 0, WASHED.quote, "Ada", 5.0),
                status="partial",
                confidence=0.5,
            ),
            "nothing": answers(cite("tea-1", 1, MOVED.quote), status="partial", confidence=0.5),
        },
        find={
            "kettle": [hit("tea-1", f"{MOVED.quote} {BOILED.quote}"), hit("tea-1", BOILED.quote)],
            "cups": [hit("tea-1", WASHED.quote), hit("tea-2", WASHED.quote)],  # right words, wrong episode first
        },
    )
    assert (report["questions"], report["answerable"]) == (4, 3)
    assert (report["recall@1"], report["recall@5"]) == (1 / 3, 2 / 3)
    assert report["mrr"] == pytest.approx((1 + 1 / 2) / 3)
    assert (report["first_citation_right"], report["citation_right@5"]) == (1 / 3, 2 / 3)
    assert report["citation_precision"] == 2 / 4
    assert (report["verbatim"], report["speaker_right"], report["time_right"]) == (1.0, 1.0, 1.0)
    assert report["abstention_auroc"] == pytest.approx((1 + 0.5 + 0) / 3)
    assert (report["coverage"], report["answered_when_unanswerable"]) == (2 / 3, 1.0)
    assert report["by_kind"]["who"]["recall@5"] == 1.0
    assert report["by_kind"]["none"]["recall@5"] is None
    assert report["by_persona"]["engineer"]["recall@5"] == report["recall@5"]
    assert report["intervals"]["recall@5"][0] <= 2 / 3 <= report["intervals"]["recall@5"][1]
    assert [row["first_right_hit"] for row in report["rows"]] == [1, 2, None, None]
    assert [row["first_right_citation"] for row in report["rows"]] == [1, 2, None, None]
    assert [row["id"] for row in misses(report)] == ["cups", "lost", "nothing"]


@pytest.mark.parametrize(
    ("citation", "expected"),
    [
        (cite("tea-1", 1, "We moved the kettle"), (1, 1, 1)),
        (cite("tea-1", 1, "we moved the kettle"), (0, 1, 1)),
        (cite("tea-1", 1, "We moved the kettle… twice"), (0, 1, 1)),
        (cite("tea-1", 1, " "), (0, 1, 1)),
        (cite("tea-1", 0, "Welcome to the tea show"), (1, 0, 0)),
        (cite("tea-1", 1, "the cloud", "BEN"), (1, 0, 1)),
        (cite("tea-1", 1, "the cloud", None), (1, 0, 1)),
        (cite("tea-1", 1, "the cloud", start=10.0), (1, 1, 1)),
        (cite("tea-1", 1, "the cloud", start=30.0), (1, 1, 1)),
        (cite("tea-1", 1, "the cloud", start=30.1), (1, 1, 0)),
        (cite("tea-1", 1, "the cloud", start=9.9), (1, 1, 0)),
        (cite("tea-1", 1, "the cloud", start=None), (1, 1, 0)),
        (cite("tea-1", 2, "when this was said", "Ada", None), (1, 1, 1)),
        (cite("tea-1", 2, "when this was said", "Ada", 31.0), (1, 1, 0)),
        (cite("tea-1", 3, "We moved the kettle"), (0, 0, 0)),
        (cite("tea-1", -2, "We moved the kettle"), (0, 0, 0)),
        (cite("unknown", 0, "We moved the kettle"), (0, 0, 0)),
    ],
)
def test_citations_are_checked_against_the_transcript(citation: dict[str, Any], expected: tuple[int, int, int]) -> None:
    """Verbatim, speaker and time are those of the cited turn; a time is right where neither side has one."""
    report = run([question("nothing")], {"nothing": answers(citation)})
    assert (report["verbatim"], report["speaker_right"], report["time_right"]) == expected


@pytest.mark.parametrize(("filler", "expected"), [(171, 1), (175, 1), (176, None)])
def test_only_the_first_180_words_of_a_hit_count(filler: int, expected: int | None) -> None:
    """Nine words after 171 others are inside; five of them hold three of the seven trigrams, four only two."""
    text = " ".join([f"w{i}" for i in range(filler)] + [WASHED.quote])
    assert (
        run([question("cups", WASHED)], find={"cups": [hit("tea-2", text)]})["rows"][0]["first_right_hit"] == expected
    )


@pytest.mark.parametrize(("filler", "expected"), [(71, 1), (75, 1), (76, None)])
def test_only_the_first_80_words_of_a_citation_count(filler: int, expected: int | None) -> None:
    """The same for citations, at 80 words; the mean counts all words."""
    text = " ".join([f"w{i}" for i in range(filler)] + [WASHED.quote])
    report = run([question("cups", WASHED)], {"cups": answers(cite("tea-2", 0, text))})
    assert report["rows"][0]["first_right_citation"] == expected
    assert report["mean_words"]["citations"] == filler + 9


def test_only_twenty_hits_count() -> None:
    """A right hit at rank 21 is not found, whatever the search returns; 20 are asked for."""
    asked: list[int] = []

    def find(query: str, k: int) -> dict[str, Any]:
        asked.append(k)
        return {"hits": [hit("tea-2", "no")] * 20 + [hit("tea-2", WASHED.quote)]}

    report = evaluate([question("cups", WASHED)], lambda text: answers(), find, transcript)
    assert asked == [20]
    assert (report["recall@20"], report["mrr"], report["mean_words"]["hits"]) == (0.0, 0.0, 1.0)


def test_a_quote_of_also_is_as_right_as_gold() -> None:
    """A hit right for an also quote counts as right, for every figure."""
    report = run([question("kettle", MOVED, also=(WASHED,))], find={"kettle": [hit("tea-2", WASHED.quote)]})
    assert report["recall@1"] == 1.0
    assert report["ndcg@10"] == pytest.approx(1 / (1 + 0.6309297535714575))


def ticking(*milliseconds: float) -> Callable[[], float]:
    """A clock whose readings before and after each call are apart by the given milliseconds."""
    readings = iter([reading for each in milliseconds for reading in (100.0, 100.0 + each / 1000)])
    return lambda: next(readings)


def test_latency_leaves_out_the_first_call_and_says_so() -> None:
    """The call that warms up is not measured: not in p50, not in p95, not in its row; the report has a note."""
    questions = [question(name, WASHED) for name in "abcd"]
    report = run(questions, clock=ticking(9000, 10, 20, 30))
    assert report["latency_ms"] == {"p50": pytest.approx(20.0), "p95": pytest.approx(29.0)}
    assert report["rows"][0]["latency_ms"] is None
    assert any("first question" in note for note in report["notes"])
    assert "first question" in render(report)


def test_a_run_is_the_same_twice_and_is_plain_json() -> None:
    """With the clock held, two runs agree in everything, and the report survives JSON without NaN."""
    questions = [question("kettle", MOVED), question("cups", WASHED), question("nothing")]
    ask = {"kettle": answers(cite("tea-1", 1, MOVED.quote))}
    first, second = (run(questions, ask, clock=ticking(1, 2, 3)) for _ in range(2))
    assert first == second
    assert json.loads(json.dumps(first, allow_nan=False)) == first


def test_progress_counts_questions() -> None:
    """Progress is told after each question: how many are done, and of how many."""
    told: list[tuple[int, int]] = []
    run([question("a"), question("b")], progress=lambda done, total: told.append((done, total)))
    assert told == [(1, 2), (2, 2)]


def test_each_transcript_is_read_once() -> None:
    """A transcript is asked for once per run, however many citations it has."""
    read: list[str] = []

    def counted(episode: str) -> dict[str, Any] | None:
        read.append(episode)
        return transcript(episode)

    citations = answers(cite("tea-1", 1, "the cloud"), cite("tea-1", 1, "in March"))
    evaluate([question("a"), question("b")], lambda text: citations, lambda text, k: {"hits": []}, counted)
    assert read == ["tea-1"]


# --- showing ---------------------------------------------------------------------------------------------------------


def test_the_table_shows_figures_intervals_kinds_and_personas() -> None:
    """Each figure has a line, figures that do not exist a dash, and names cannot reach the terminal as commands."""
    questions = [
        question("kettle", MOVED),
        question("cups", WASHED, kind="who\x1b[2J"),
        question("kettles", MOVED, kind="all"),
    ]
    table = render(run(questions, find={"kettle": [hit("tea-1", MOVED.quote)]}, clock=ticking(1, 2, 3)))
    lines = {line.split()[0]: line for line in table.splitlines() if line}
    (recall,) = [line.split() for line in table.splitlines() if line.startswith("recall@1 ") and "all:" in line]
    assert recall[:5] == ["recall@1", "0.333", "0.000", "1.000", "0.000"]  # all, kind "all", how, who
    assert lines["abstention_auroc"].split()[1:] == ["-"]
    assert "latency_ms p95" in table
    assert "engineer" in table
    assert "\x1b" not in table
    assert "misses: 3" in table


class Elements(HTMLParser):
    """Collects what a browser would act on."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes.update(name for name, _ in attrs)

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_page_of_misses_is_inert_and_escaped() -> None:
    """Hostile questions, quotes, speakers and hits appear as text; the page loads and runs nothing."""
    evil = '"><script>alert(1)</script><img src=x onerror=alert(1)>'
    gold = Gold("guid-2", 0, evil, f"gold {evil}")
    asked = Question(evil, f"question {evil}", True, evil, evil, (gold,), ())
    refused = question("nothing")
    report = run(
        [asked, refused],
        {evil: answers(cite("tea-1", 1, f"cited {evil}", evil)), "nothing": answers(cite("tea-1", 1, "the cloud"))},
        {evil: [hit("tea-1", f"hit {evil}")]},
    )
    page = Elements()
    page.feed(misses_html(report))
    assert page.tags.isdisjoint({"script", "img", "link", "iframe", "a", "form"})
    assert not {name for name in page.attributes if name.startswith("on") or name in ("src", "href")}
    for part in ("question", "gold", "cited", "hit"):
        assert f"{part} {evil}" in page.text
    assert "No answer: the podcast does not say." in page.text
    assert "2 of 2 questions" in page.text


def test_the_page_says_what_is_missing() -> None:
    """No citation and no hit are said in words; what was right is not listed."""
    questions = [question("lost", WASHED), question("kettle", MOVED)]
    page = misses_html(run(questions, {"kettle": answers(cite("tea-1", 1, MOVED.quote))}))
    assert "No citation." in page
    assert "No hit." in page
    assert "What of lost?" in page
    assert "What of kettle?" not in page
