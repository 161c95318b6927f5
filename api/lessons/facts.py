"""What an entry of the register is made of: facts of its episode, the name of its speaker, its id."""

from pathlib import Path
from typing import TypedDict

from api.lessons.carried import Carried, opened_or_none
from api.quotes.quote import fingerprint, quote_id
from index.mined.episode import Lesson, Span
from ingest.errors import LibraryError
from ingest.library.decisions import Proposed
from ingest.library.removal import removal_of
from ingest.text.words import normalise, without_marks
from ingest.transcript import Episode


def proposed_of(lesson: Lesson, before: Proposed | None = None) -> Proposed:
    """Return what a decision keeps of a lesson as it is mined, under the title that earlier decisions knew."""
    title = before.title if before and before.title else lesson.title
    return Proposed(lesson.kind, title, lesson.score, lesson.terms)


class Facts(TypedDict):
    """The show of a lesson, and the year in which its episode was published."""

    show: str
    show_title: str
    year: str | None


def facts(episode: Episode) -> Facts:
    """Return the facts of an episode."""
    year = (episode.published or "")[:4] or None
    return {"show": episode.show.id, "show_title": episode.show.title, "year": year}


def facts_of_removed(home: Path, episode_id: str) -> Facts:
    """Return what is still known of an episode that was removed."""
    try:
        removal = removal_of(home, episode_id)
    except LibraryError:
        removal = None
    show = "" if removal is None else removal.show
    return {"show": show, "show_title": show, "year": None}


def full_name(home: Path, place: Carried) -> str | None:
    """Return the full name of who speaks a quote, None for words without a speaker."""
    if place.quote is None or place.quote.speaker is None:
        return None
    opened = opened_or_none(home, place.quote.episode.id)
    aliases = opened.transcript.aliases if opened else {}
    return aliases.get(place.quote.speaker, place.quote.speaker)


def as_lesson(place: Carried) -> Lesson:
    """Return the span of a decided lesson as the miner would name it, to look up its vector."""
    quote = place.quote
    if quote is None:
        return Lesson("", 0, Span(0, 0), "", "advice", 0.0, "")
    return Lesson(quote.episode.id, quote.turn, Span(quote.first_word, quote.words), "", "advice", 0.0, "")


def id_of(home: Path, lesson: Lesson, text: str) -> str:
    """Return the id of the quote of a lesson, from the words as the generation has them."""
    words = normalise(without_marks(text))
    if len(words) != lesson.span.words:  # a mark across sentences: the transcript says what its words are
        opened = opened_or_none(home, lesson.episode_id)
        words = [] if opened is None else opened.words(*lesson.span)
    return quote_id(lesson.episode_id, lesson.span.first_word, lesson.span.words, fingerprint(words))
