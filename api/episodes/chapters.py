"""The chapters of an episode that today's transcript still has, and the one in which a word lies."""

from collections.abc import Sequence

from api.episodes.about import TimedChapter
from index.generation import Generation
from index.mined.episode import Chapter, Span
from ingest.transcript import Transcript


def chapters_of(generation: Generation, transcript: Transcript | None) -> tuple[Chapter, ...]:
    """Return the chapters of an episode, without those whose first words no longer stand there; () if it has none."""
    if transcript is None:
        return ()
    turns, identifier = transcript.turns, transcript.episode.id
    return tuple(
        chapter
        for _, chapter in generation.mined.chapters(identifier)
        if chapter.turn < len(turns)
        and generation.text_at(identifier, Span(chapter.first_word, 1)).strip() in turns[chapter.turn].text
    )


def timed_chapters(generation: Generation, transcript: Transcript | None) -> tuple[TimedChapter, ...]:
    """Return the chapters of an episode (`chapters_of`), with where their times come from."""
    if transcript is None:
        return ()
    return tuple(
        TimedChapter(one.title, one.turn, one.first_word, one.start, transcript.turns[one.turn].timing)
        for one in chapters_of(generation, transcript)
    )


def chapter_at(chapters: Sequence[Chapter], first_word: int) -> Chapter | None:
    """Return the chapter that a word lies in, None if there are no chapters."""
    return next((chapter for chapter in reversed(chapters) if chapter.first_word <= first_word), None)
