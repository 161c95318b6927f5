"""What defines or introduces is found by itself, and is quoted first, in a library of any size."""

from collections.abc import Callable
from pathlib import Path

import pytest

from api.answer.compose import ask, verdict
from api.answer.introductions import Introductions, introductions_of, names_of
from api.answer.question import parse_question, query_of
from api.knowledge_base import KnowledgeBase
from index.passage import Filters
from ingest.shownotes.parse import parse_notes

SEED = Path(__file__).parents[3].parent / "shared" / "seed" / "000_a05989a179aab178.txt"
MakeBase = Callable[..., KnowledgeBase]

GREETING = "Hello and welcome, today we have Ada with us, a pilot from Tideline."
INTRODUCTION = "Hi, I'm Ada Moor, and I am Senior Pilot at Tideline since the spring of 2017."
DEFINITION = "Such as Tideline – one of the shared platforms that forty harbours rely on for their maps."
BEFORE = "So previously Tideline was running on paper and on goodwill."
PILOT = [
    ("Bo Reed", f"{GREETING} {DEFINITION} Would you mind introducing yourself?"),
    ("Ada Moor", f"{INTRODUCTION} I like Tideline, and Tideline likes me, what is Tideline without pilots."),
    ("Bo Reed", "Who is this Ada Moor, and when did Ada Moor join Tideline, people ask; who is Ada Moor?"),
    ("Ada Moor", f"It was a cold spring. {BEFORE} Then we moved everything to Tideline in a night."),
]
FILLING = "The harbour kept its boats and its ropes and its lamps dry through every winter storm of that year."


def found(base: KnowledgeBase, question: str, filters: Filters | None = None) -> Introductions:
    return introductions_of(base, query_of(base, parse_question(question)), filters or Filters())


def first(base: KnowledgeBase, question: str) -> tuple[str | None, str]:
    answer = ask(base, parse_question(question))
    quote = (answer.citations or answer.related)[0]
    return quote.speaker, quote.quote


QUESTIONS = [
    ("What is Tideline?", "Bo Reed", DEFINITION),
    ("who is ada moor", "Ada Moor", INTRODUCTION),
    ("What does Ada Moor do?", "Ada Moor", INTRODUCTION),
    ("Ada Moor?", "Ada Moor", INTRODUCTION),
    ("Who is the Senior Pilot?", "Ada Moor", INTRODUCTION),
    ("What did Tideline run on before the move?", "Ada Moor", BEFORE),
]


@pytest.mark.parametrize(("question", "speaker", "sentence"), QUESTIONS)
@pytest.mark.parametrize("others", [0, 30])
def test_the_sentence_that_tells_is_quoted_first(
    base_of: MakeBase, question: str, speaker: str, sentence: str, others: int
) -> None:
    """Alone, and among episodes that say the asked words, more than are searched for quotes, it is the same one."""
    others_of = {}
    for number in range(others):
        distinct = " ".join(f"w{number}x{place}" for place in range(9))
        others_of[f"o-{number}-aaaa"] = [("Cy", f"Who was Ada Moor at Tideline before {distinct}.")]
    said_by, quote = first(base_of({"a-1-aaaa": PILOT} | others_of), question)
    assert said_by == speaker
    assert quote.startswith(sentence)


def test_questions_of_another_form_find_nothing(base_of: MakeBase) -> None:
    """No place is searched, and no sentence is preferred."""
    base = base_of({"a-1-aaaa": PILOT})
    assert found(base, "Which database does Tideline use?") == Introductions()


def test_nothing_is_found_of_what_nobody_defines(base_of: MakeBase) -> None:
    """The form is known, and that no sentence defines is known too: `best` is 0."""
    base = base_of({"a-1-aaaa": PILOT})
    nothing = found(base, "What is Ropeworks?")
    assert nothing.form is not None
    assert (nothing.best, nothing.hits) == (0.0, ())
    assert found(base, "What is Tideline?").best > 0.8


def test_who_somebody_is_is_touched_on_where_nobody_says_it(base_of: MakeBase) -> None:
    """However surely somebody is spoken of: what mentions a person does not say who that is."""
    said = [("Bo Reed", f"{FILLING} Ada Moor paid for the lamps, and Ada Moor paid for the ropes and the boats.")]
    answer = ask(base_of({"a-1-aaaa": said}), parse_question("Who is Ada Moor?"))
    assert (answer.status, verdict(answer)) == ("partial", "The podcast touches on this")
    told = ask(base_of({"a-1-aaaa": [*said, ("Ada Moor", INTRODUCTION)]}), parse_question("Who is Ada Moor?"))
    assert INTRODUCTION in told.citations[0].quote
    assert told.confidence >= answer.confidence


def test_filters_hold(base_of: MakeBase) -> None:
    """What is found lies in the episodes that the filters allow."""
    base = base_of({"a-1-aaaa": PILOT, "b-2-aaaa": [("Cy", f"{DEFINITION} {FILLING}")]})
    for only in ("a-1-aaaa", "b-2-aaaa"):
        hits = found(base, "What is Tideline?", Filters(episode=only)).hits
        assert {hit.episode.id for hit in hits} == {only}
    assert not found(base, "Who is Ada Moor?", Filters(episode="b-2-aaaa")).hits


def test_what_a_host_asks_gives_its_reply(base_of: MakeBase) -> None:
    """A host asks the user's very question: the reply defines, whatever its form."""
    reply = "Well, you draw the water and leave out the land, and that changes everything."
    turns = [
        ("Ada Moor", "Negative mapping, they say, negative mapping: everybody mapped negative things in those days."),
        ("Bo Reed", "So what is negative mapping?"),
        ("Ada Moor", f"Good question. {reply}"),
    ]
    base = base_of({"a-1-aaaa": turns})
    assert first(base, "What does negative mapping mean?") == ("Ada Moor", reply)


def test_first_passages_are_those_of_each_episode(base_of: MakeBase) -> None:
    """The first ones in which somebody speaks, episode by episode, and no more than asked for."""
    turns = [("Ada Moor", f"{FILLING} " * 20), ("Bo Reed", f"{FILLING} " * 20)]
    base = base_of({"a-1-aaaa": turns, "b-2-aaaa": turns[::-1]})
    by_ada = base.generation.first_passages(Filters(speaker="Ada Moor"), 1, 10)
    assert sorted(passage.episode_id for passage in by_ada) == ["a-1-aaaa", "b-2-aaaa"]
    assert all("Ada Moor" in passage.speakers for passage in by_ada)
    begins = {passage.episode_id: passage.sentences[0] for passage in by_ada}
    assert begins["a-1-aaaa"] == 0
    assert begins["b-2-aaaa"] > 0
    assert len(base.generation.first_passages(Filters(), 2, 3)) == 3


def test_names_of_a_term() -> None:
    """Its singular, and what the glossary says it stands for; nothing for a term that it does not have."""
    assert names_of("feature flags") == ["feature flags", "feature flag"]
    assert {"SLO", "service level objective"} <= set(names_of("slo"))
    assert names_of("Tideline") == ["Tideline"]
    assert names_of("class") == ["class"]


@pytest.mark.parametrize("others", [0, 20])
@pytest.mark.parametrize(
    ("question", "speaker", "word"),
    [
        ("What is GOV.UK Pay?", "Vanessa Schneider", "platforms"),
        ("Who is Jonathan Harden?", "Jonathan Harden", "Reliability"),
        ("Who is the co-tech lead?", "Kat Stevens", "responsible"),
        ("When did Kat Stevens join GDS?", "Kat Stevens", "2017"),
        ("What did Pay run on before Fargate?", "Kat Stevens", "EC2"),
    ],
)
def test_newcomers_are_answered_by_the_right_person(
    base_of: MakeBase, question: str, speaker: str, word: str, others: int
) -> None:
    """The questions that newcomers ask of the episode of the first source, alone and among other episodes."""
    if not SEED.exists():
        pytest.skip("needs ../shared")
    notes = parse_notes(SEED.read_text(encoding="utf-8"))
    others_of = {f"o-{number}-aaaa": [("Cy", f"{FILLING} Number {number} again.")] for number in range(others)}
    base = base_of({"gds-35-aaaa": [(turn.speaker, turn.text) for turn in notes.turns]} | others_of)
    said_by, quote = first(base, question)
    assert said_by == speaker
    assert word in quote


def test_a_phrase_that_nobody_defines_is_answered_by_who_says_it(base_of: MakeBase) -> None:
    """Its words apart may be about something else; "X is …" comes before a sentence that only holds it."""
    asked = "What does slack in the rope mean for a crew?"
    apart = "The slack of the office is long gone, and nobody holds the rope in the rain."
    only = "We keep some slack in the rope when the wind turns round at night and nobody can see the pier."
    about = "Slack in the rope is room when the wind turns."
    base = base_of({"a-1-aaaa": [("Ada Moor", apart)], "a-2-aaaa": [("Bo Reed", f"{FILLING} {only} {about}")]})
    nobody = found(base, asked)
    assert {hit.episode.id for hit in nobody.hits} == {"a-2-aaaa"}
    assert sorted(grade.reason for grade in nobody.grades.values()) == ["holds the phrase", "says something of it"]
    assert first(base, asked)[1].startswith(about)


def test_who_asks_what_it_is_and_answers_defines_it(base_of: MakeBase) -> None:
    """The question is too short to begin a quote, so the answer is quoted, before what only mentions the name."""
    answered = "It's a map of every tide that runs by itself."
    told = "Everybody on the pier talks about Tideline, and they ask what Tideline does and what Tideline costs."
    base = base_of(
        {"a-1-aaaa": [("Bo Reed", f"{told} What is Tideline? {answered}")], "b-1-aaaa": [("Cy", told), ("Bo", FILLING)]}
    )
    assert first(base, "What is Tideline?") == ("Bo Reed", answered)
