"""Mine one episode."""

from collections.abc import Collection, Sequence

from index.mined.episode import Mined, Span
from index.mining.chapters import find_chapters
from index.mining.lessons.find import find_lessons
from index.mining.lessons.model import SentenceVectors
from index.mining.terms import find_terms
from index.mining.voices import find_voices
from index.passage import Exchange, Sentence
from ingest.transcript import Transcript

# Whoever introduces themselves goes on for so many words, which tell no lesson.
_WORDS_AFTER_INTRODUCTION = 40


def mine(
    transcript: Transcript,
    sentences: Sequence[Sentence],
    exchanges: Sequence[Exchange],
    askers: frozenset[str],
    vectors: SentenceVectors,
    repeated: Collection[int] = (),
) -> Mined:
    """Return what is mined from an episode cut into sentences, given their vectors.

    `askers` are the labels of the people who ask the questions. `repeated` are the numbers of sentences of adverts and
    announcements, which are in no exchange: they only count as words of who says them.
    """
    voices = find_voices(transcript, sentences, askers)
    kept = [number for number in range(len(sentences)) if number not in repeated]
    place = {number: row for row, number in enumerate(kept)}
    own = [sentences[number] for number in kept]
    asked = [Exchange(place[one.question], place[one.reply]) for one in exchanges]
    terms = find_terms(transcript, own)
    left_out = {sentences[number].first_word for number in repeated}
    introduced = [span for voice in voices for span in (voice.introduced, voice.stated) if span is not None]
    rows = vectors.rows[kept]
    lessons = tuple(
        lesson
        for lesson in find_lessons(transcript, own, asked, askers, terms, SentenceVectors(rows, vectors.weights))
        if left_out.isdisjoint(_words(lesson.span))  # an advert between two sentences of one turn
        and not any(_follows(lesson.span, span) for span in introduced)
    )
    return Mined(lessons, voices, terms, find_chapters(transcript, own, asked, rows))


def _follows(span: Span, introduction: Span) -> bool:
    """Say whether a span begins in an introduction or soon after it."""
    end = introduction.first_word + introduction.words + _WORDS_AFTER_INTRODUCTION
    return introduction.first_word <= span.first_word < end


def _words(span: Span) -> range:
    return range(span.first_word, span.first_word + span.words)
