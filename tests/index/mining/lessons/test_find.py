"""Lessons: whole sentences of one turn by somebody who does not ask, with kind, score and title."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.exchanges import exchanges_of
from index.mined.episode import Lesson, LessonKind, Span, TermUse
from index.mining.lessons import find
from index.mining.lessons.find import FEW_LESSONS, MOST_LESSONS, MOST_WORDS, SURE, find_lessons
from index.mining.lessons.model import SIGNS, SentenceVectors
from index.mining.lessons.titles import MOST_TITLE_WORDS, title_of
from index.mining.lessons.words import words_of
from index.sentences import sentences_of
from ingest.transcript import Episode, Show, Transcript, Turn, Word

# One lesson is proposed for each 150 words, so the short dialogues below need something that is none beside them.
FILLING = (
    "The tide tables hang beside the door of the harbour office, above the blue kettle and the map of the bay. " * 9
)
QUESTION = "What was the hardest part of the move?"
PROBLEM = (
    "The biggest problem was that nobody owned the old queue, and we ran into outages every week. "
    "It took us three months to notice that the retries were the bottleneck."
)
DECISION = (
    "We decided to keep two databases instead of one, because we did not want to lose orders during the move. "
    "We chose not to migrate the archive, and the trade-off is more work for the team that carries the pager."
)
ADVICE = (
    "My advice is to start small and to delete the old service early. You should never migrate everything on one day, "
    "because you will not know which change broke it."
)
REMEDY = (
    "So we built a copy of the relay, and our workaround was a rehearsal each Tuesday with a second clock in the tower "
    "of the harbour. That solved this for our crews, and it enabled us to repair the lamp before they came in. We "
    "automated the rest of the repairs, and we made sure that they reach the keepers of the island."
)
RESULT = (
    "As a result the deployment of our boats went from forty minutes to five, and it is much faster than the old one. "
    "The outcome was worth it: the harbour is not blocked, and our crews no longer have to wait."
)
CAUSE = (
    "The root cause was a clock that drifted, and it is difficult to see that when you look at graphs. "
    "It turned out that our time server did not answer for two days, which meant that no writes were kept."
)


def transcript_of(*turns: tuple[str | None, str], aliases: dict[str, str] | None = None) -> Transcript:
    spoken = tuple(
        Turn(speaker, text, None, None, None, None, None, tuple(Word(word) for word in text.split()))
        for speaker, text in turns
    )
    return Transcript(Episode("a-1-aaaa", "a1", Show("a", "A show"), 1, "One", None), spoken, aliases or {})


def lessons_of(
    *turns: tuple[str | None, str],
    askers: frozenset[str] = frozenset({"Ada"}),
    terms: Sequence[TermUse] = (),
    aliases: dict[str, str] | None = None,
) -> tuple[Lesson, ...]:
    transcript = transcript_of(*turns, aliases=aliases)
    sentences = sentences_of(transcript)
    vectors = SentenceVectors(np.zeros((len(sentences), 3), np.float32), SIGNS)
    return find_lessons(transcript, sentences, exchanges_of(transcript, sentences), askers, terms, vectors)


def text_of(transcript: Transcript, lesson: Lesson) -> str:
    """The words of a lesson as a quote takes them; fails unless they are whole sentences of its turn."""
    sentences = sentences_of(transcript)
    begins = {one.first_word: one for one in sentences}
    ends = {one.first_word + one.words: one for one in sentences}
    first, last = begins[lesson.span.first_word], ends[lesson.span.first_word + lesson.span.words]
    assert first.turn == last.turn == lesson.turn
    return transcript.turns[lesson.turn].text[first.start : last.end]


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("problem", PROBLEM),
        ("decision", DECISION),
        ("advice", ADVICE),
        ("remedy", REMEDY),
        ("result", RESULT),
    ],
)
def test_each_kind_is_found_and_named(kind: str, said: str) -> None:
    (lesson,) = lessons_of(("Bo", FILLING), ("Ada", QUESTION), ("Bo", said))
    assert (lesson.kind, lesson.speaker, lesson.turn) == (kind, "Bo", 2)
    assert text_of(transcript_of(("Bo", FILLING), ("Ada", QUESTION), ("Bo", said)), lesson) == said
    assert 0 < lesson.score < 1


def test_the_voice_of_others_is_no_lesson() -> None:
    voiced = "The biggest problem was that nobody owned the old queue, and we ran into outages every week"
    told = f"The captain of our boat stood up and said to us: {voiced}."
    assert lessons_of(("Bo", FILLING), ("Bo", told)) != ()
    assert lessons_of(("Bo", FILLING), ("Bo", told.replace(voiced, f'"{voiced}"'))) == ()


def test_an_asker_tells_no_lesson_whatever_their_label() -> None:
    assert lessons_of(("Ada", FILLING), ("Bo", QUESTION), ("Ada", PROBLEM)) == ()
    assert lessons_of(("Bo", FILLING), ("A. L.", PROBLEM), aliases={"A. L.": "Ada"}) == ()


def test_words_of_nobody_are_no_lesson() -> None:
    assert lessons_of((None, FILLING), (None, PROBLEM)) == ()


@pytest.mark.parametrize(
    "said",
    [
        "Thank you for listening to this episode of the podcast. Our sponsors are listed in the show notes, so check "
        "it out and subscribe to the newsletter, which we write every week.",
        "Was the biggest problem that we ran into outages, or should we have started small? Did we make a mistake when "
        "we decided to move, and what did we learn the hard way, do you think?",
        "We live beside the harbour, and our neighbours have a boat with two masts and a green hull. In summer we "
        "sail to the island with them, and in winter we paint the boat.",
    ],
)
def test_adverts_questions_and_small_talk_are_no_lesson(said: str) -> None:
    assert lessons_of(("Bo", FILLING), ("Bo", said)) == ()


def test_a_lesson_names_the_question_that_it_replies_to() -> None:
    turns = (("Bo", FILLING), ("Ada", f"Welcome back. {QUESTION}"), ("Bo", PROBLEM))
    (lesson,) = lessons_of(*turns)
    question = sentences_of(transcript_of(*turns))[-3]
    assert lesson.question == Span(question.first_word, question.words)
    (alone,) = lessons_of(("Bo", FILLING), ("Bo", PROBLEM))
    assert alone.question is None


def test_terms_of_a_lesson_are_whole_words_as_they_are_written() -> None:
    uses = [TermUse(name, 1, Span(0, 1), Span(0, 1)) for name in ("Tuesday", "day", "tuesday", "Harbour")]
    (lesson,) = lessons_of(("Bo", FILLING), ("Bo", REMEDY), terms=uses)
    assert lesson.terms == ("Tuesday",)


def test_the_speaker_has_a_full_name() -> None:
    (lesson,) = lessons_of(("Bo", FILLING), ("Bo", PROBLEM), aliases={"Bo": "Bo Berg"})
    assert lesson.speaker == "Bo Berg"


def test_what_is_said_again_counts_once() -> None:
    found = lessons_of(("Bo", FILLING * 2), ("Bo", PROBLEM), ("Ada", "Indeed."), ("Bo", PROBLEM))
    assert len(found) == 1


def test_the_best_come_first_and_there_are_only_so_many(monkeypatch: pytest.MonkeyPatch) -> None:
    told = [PROBLEM, DECISION, ADVICE, REMEDY, RESULT, CAUSE]
    turns = [("Bo", f"Number {place}. {said}") for place, said in enumerate(told * 30)]
    scores = [one.score for one in lessons_of(*turns)]
    assert scores == sorted(scores, reverse=True)
    different = [("Bo", said.replace(" the ", f" the {place}th ")) for place, said in enumerate(told * 60)]
    found = lessons_of(*different)
    assert len(found) == MOST_LESSONS
    assert found[-1].score >= SURE
    assert len(lessons_of(*different[:6])) == 1
    monkeypatch.setattr(find, "SURE", 1.0)
    assert lessons_of(*different) == found[:FEW_LESSONS]


def test_lessons_of_a_long_turn_are_apart_and_not_too_long() -> None:
    told = [
        part.strip() + "." for said in (PROBLEM, DECISION, ADVICE, REMEDY) for part in said.split(".") if part.strip()
    ]
    turn = ("Bo", " That hurt us. ".join(f"{said} And we paid." for said in told))
    # Who goes on in the next turn does not lengthen a lesson of this one.
    turns = (turn, ("Bo", FILLING * 3), ("Bo", f"{RESULT} {CAUSE}"))
    found = lessons_of(*turns)
    assert len(found) >= 3
    assert_proper(transcript_of(*turns), found)
    # What is short may be said again, so only the places keep these lessons apart.
    short = "We decided to wait for a while. It was a mistake to do it so late. You should do it bit by bit in May. "
    again = lessons_of(("Bo", short * 60))
    assert len(again) >= 3
    assert_proper(transcript_of(("Bo", short * 60)), again)


def test_a_word_as_long_as_no_word_is_not_read() -> None:
    assert words_of(f"We didn’t {'a' * 99} it") == ["we", "did", "not", "it"]


def assert_proper(transcript: Transcript, found: Sequence[Lesson]) -> None:
    spans = sorted(one.span for one in found)
    assert all(before.first_word + before.words <= after.first_word for before, after in pairwise(spans))
    for lesson in found:
        text = text_of(transcript, lesson)
        assert lesson.speaker in {"Bo", "Cy"}
        assert 3 <= lesson.span.words <= MOST_WORDS
        assert lesson.title
        assert len(lesson.title.split()) <= MOST_TITLE_WORDS
        words = iter(text.casefold().split())
        assert all(any(word in said for said in words) for word in lesson.title.casefold().split()), lesson.title


_CLAUSES = st.sampled_from(
    [*PROBLEM.split(". "), *DECISION.split(". "), *ADVICE.split(". "), *RESULT.split(". "), "Yeah.", "Right?", "So, so"]
)
_TURNS = st.lists(
    st.tuples(
        st.sampled_from(["Ada", "Bo", "Cy", None]),
        st.one_of(st.lists(_CLAUSES, max_size=8).map(". ".join), st.text(max_size=80)),
    ),
    max_size=12,
)


@settings(max_examples=50, deadline=None)
@given(_TURNS)
def test_lessons_are_whole_sentences_apart_with_a_title_of_their_own_words(
    turns: list[tuple[str | None, str]],
) -> None:
    found = lessons_of(*turns, ("Bo", FILLING))
    assert_proper(transcript_of(*turns, ("Bo", FILLING)), found)
    assert found == lessons_of(*turns, ("Bo", FILLING))


@pytest.mark.parametrize(
    ("said", "title"),
    [
        (PROBLEM, "Nobody owned the old queue, and we ran into outages every week"),
        (f"So, you know, {ADVICE}", "My advice is to start small"),
        (f"And so {ADVICE[0].lower()}{ADVICE[1:]}", "My advice is to start small"),
    ],
)
def test_a_title_is_the_clause_that_says_it_without_fillers(said: str, title: str) -> None:
    (lesson,) = lessons_of(("Bo", FILLING), ("Bo", said))
    assert lesson.title.startswith(title)
    assert not lesson.title.endswith((",", " of", " to", " and", " the"))


@pytest.mark.parametrize(
    ("kind", "said", "title"),
    [
        (
            "advice",
            "Well, we learned the hard way. You should rotate the keys of every relay.",
            "You should rotate the keys of every relay",
        ),
        (
            "decision",
            'So I think we decided to sell the ferry, and he said: "That is a mistake."',
            "We decided to sell the ferry",
        ),
    ],
)
def test_a_title_is_whole_and_says_more_than_that_there_is_a_lesson(kind: LessonKind, said: str, title: str) -> None:
    assert title_of([said], kind) == title


@pytest.mark.parametrize(
    "text",
    [
        "a" * 100_000,
        "we failed because " * 6000,
        "a-'" * 33_000,
        " - " * 30_000,
        '“" we failed so ' * 6000,
        ". " * 50_000,
        "",
        "\n\n",
    ],
)
def test_hostile_text_does_no_harm(text: str) -> None:
    transcript = transcript_of(("Bo", text), ("Ada", text), ("Bo", ""))
    for lesson in lessons_of(("Bo", text), ("Ada", text), ("Bo", "")):
        assert text_of(transcript, lesson)
