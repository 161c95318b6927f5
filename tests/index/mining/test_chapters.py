"""Chapters: an episode is cut where its subject changes, and each part is named with its own words."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from index.exchanges import exchanges_of
from index.mined.episode import Chapter
from index.mining.chapters import FEWEST_WORDS, find_chapters
from index.sentences import sentences_of
from ingest.transcript import Transcript
from tests.growth import LINEAR, growth
from tests.index.mining.subjects import SUBJECTS, interview, talk

ASKED = (
    ("How do keepers clean a brass lamp?", "lamp"),
    ("And what did that do to the cider barrel?", "harvest"),
    ("Which railway has the oldest steam engine?", "engine"),
)


@pytest.fixture
def chapters(encoder: Any) -> Callable[[Transcript], tuple[Chapter, ...]]:
    """The chapters of a transcript."""

    def found(transcript: Transcript) -> tuple[Chapter, ...]:
        sentences = sentences_of(transcript)
        texts = [transcript.turns[one.turn].text[one.start : one.end] for one in sentences]
        vectors = encoder.encode(texts) if texts else np.empty((0, encoder.dimension), np.float32)
        return find_chapters(transcript, sentences, exchanges_of(transcript, sentences), vectors)

    return found


def test_a_chapter_begins_with_the_question_that_opens_its_subject(
    chapters: Callable[[Transcript], tuple[Chapter, ...]], transcript_of: Callable[..., Transcript]
) -> None:
    """One for each subject, at the host's turn."""
    found = chapters(transcript_of("a-1-aaaa", *interview(*ASKED)))
    assert [one.turn for one in found] == [0, 2, 4]
    assert found[0].first_word == 0


def test_a_title_is_a_clear_question_or_what_the_chapter_says_most(
    chapters: Callable[[Transcript], tuple[Chapter, ...]], transcript_of: Callable[..., Transcript]
) -> None:
    """A question that leans on what was said before is no title; then the chapter's own words are."""
    transcript = transcript_of("a-1-aaaa", *interview(*ASKED))
    first, second, third = chapters(transcript)
    assert (first.title, third.title) == (ASKED[0][0], ASKED[2][0])
    assert second.title.startswith("apple harvest")  # the harbour office is said as often, but everywhere
    assert all(part in transcript.turns[3].text for part in second.title.split(", "))
    assert len(second.title.split()) <= 10


def test_no_mark_is_in_a_title(
    chapters: Callable[[Transcript], tuple[Chapter, ...]], transcript_of: Callable[..., Transcript]
) -> None:
    """Neither in a question nor in the first words of a chapter without phrases of its own."""
    asked, *turns = interview(*ASKED)
    marked = ("Ada Pole", f"[Theme Music] {asked[1].replace('clean', '[coughs] clean')}")
    assert chapters(transcript_of("a-1-aaaa", marked, *turns))[0].title == ASKED[0][0]
    plain = ("Ada Pole", "[Theme Music] " + " ".join(f"And it was so {number}." for number in range(300)))
    found = chapters(transcript_of("a-1-aaaa", *turns[:1], plain))
    assert found[-1].title == "And it was so 0. And it was"


def test_a_chapter_has_a_time_if_its_first_word_has_one(
    chapters: Callable[[Transcript], tuple[Chapter, ...]],
    transcript_of: Callable[..., Transcript],
    turn_of: Callable[..., Any],
) -> None:
    """In seconds; None in a transcript without times."""
    untimed = transcript_of("a-1-aaaa", *interview(*ASKED))
    assert {one.start for one in chapters(untimed)} == {None}
    turns = tuple(turn_of(turn.speaker, turn.text, 1000.0 * place) for place, turn in enumerate(untimed.turns))
    timed = Transcript(untimed.episode, turns)
    assert [one.start for one in chapters(timed)] == [0.0, 2000.0, 4000.0]


def test_a_speech_without_questions_is_cut_too(
    chapters: Callable[[Transcript], tuple[Chapter, ...]], transcript_of: Callable[..., Transcript]
) -> None:
    """One turn about three subjects: cut where one ends, to a few sentences."""
    said = [talk(subject, 75) for subject in SUBJECTS]
    found = chapters(transcript_of("a-1-aaaa", ("Bo Reed", " ".join(said))))
    words = [len(text.split()) for text in said]
    assert {one.turn for one in found} == {0}
    for edge in (words[0], words[0] + words[1]):
        assert any(abs(one.first_word - edge) <= 200 for one in found)


def test_no_chapter_is_short_and_a_short_episode_has_none(
    chapters: Callable[[Transcript], tuple[Chapter, ...]], transcript_of: Callable[..., Transcript]
) -> None:
    """Stretches of at least `FEWEST_WORDS`; nothing for a talk of some minutes, or without words."""
    for sentences in (0, 1, 20, 30, 60, 150):
        transcript = transcript_of("a-1-aaaa", *interview(*ASKED, sentences=sentences))
        found = chapters(transcript)
        total = sum(len(turn.text.split()) for turn in transcript.turns)
        begins = [one.first_word for one in found]
        assert not found or all(
            end - begin >= FEWEST_WORDS for begin, end in zip(begins, [*begins[1:], total], strict=True)
        )
        assert bool(found) == (sentences > 30)
        assert found == chapters(transcript)
    assert chapters(transcript_of("a-1-aaaa")) == ()


def test_many_short_turns_cost_what_their_number_does(transcript_of: Callable[..., Transcript]) -> None:
    """However many places there are where a chapter may begin; no chapter is shorter for that."""

    def work(size: int) -> tuple[Chapter, ...]:
        turns = [(f"Speaker {place % 2}", "We went on with the boats until it was late.") for place in range(size)]
        transcript = transcript_of("a-1-aaaa", *turns)
        sentences = sentences_of(transcript)
        vectors = np.eye(8, dtype=np.float32)[np.arange(size) * 40 // size % 8]
        return find_chapters(transcript, sentences, exchanges_of(transcript, sentences), vectors)

    assert growth(work, 200) < LINEAR
    begins = [one.first_word for one in work(6000)]
    assert len(begins) > 10
    assert min(end - begin for begin, end in pairwise(begins)) >= FEWEST_WORDS


def test_a_remark_on_something_else_is_no_chapter(
    chapters: Callable[[Transcript], tuple[Chapter, ...]], transcript_of: Callable[..., Transcript]
) -> None:
    """However far it is from what is said around it."""
    around = [interview(pair, sentences=150) for pair in (ASKED[0], ASKED[2])]
    transcript = transcript_of("a-1-aaaa", *around[0], *interview(ASKED[1], sentences=12), *around[1])
    begins = [one.first_word for one in chapters(transcript)]
    assert len(begins) > 1
    assert min(end - begin for begin, end in pairwise(begins)) >= FEWEST_WORDS


@pytest.mark.parametrize(
    "text",
    [
        *("… " * 3000, "a" * 20_000, "a-" * 10_000, f"{'a/' * 999} " * 9),
        *("[laughs] " * 2000, "İx " * 3000, "\u202e<b>? " * 3000),
    ],
)
def test_hostile_text_is_cut_or_not_but_read(
    chapters: Callable[[Transcript], tuple[Chapter, ...]], transcript_of: Callable[..., Transcript], text: str
) -> None:
    """Every title is in the text, in some line or other."""
    transcript = transcript_of("a-1-aaaa", ("Ada", text), ("Bo", text))
    for one in chapters(transcript):
        spoken = " ".join(" ".join(turn.text for turn in transcript.turns).split())
        assert 0 < len(one.title) <= 120
        assert all(part in spoken for part in one.title.split(", "))
