"""What a sentence and its speaker have of a question, worked out once for all candidates that they are part of."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from index.function_words import is_function_word, subject_words
from index.generation import Generation
from index.keywords import stems
from index.search import Query
from index.sentences import WORD, ends_as_question
from ingest.text.words import normalise, without_marks

# A piece that holds a word, up to its end; possessive, so that a thousand dots cost only a thousand steps.
_PIECE_WITH_WORD = re.compile(r"(?<!\S)[^\w\s]*+\w\S*+")


@dataclass(frozen=True, slots=True)
class AskedWords:
    """The words of a question in normal form, their stems, and each subject stem's share of its information."""

    words: frozenset[str]
    stems: frozenset[str]
    information: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class SentenceFigures:
    """A sentence's pieces as printed, those of them that hold a word, and what it has of the question.

    `covered` are the stems of the question's information that it says. `has_subject` says whether it has words with a
    meaning of their own; `is_new` whether one of these is not in the question, or any word if it has no subject.
    """

    pieces: int
    pieces_with_words: int
    covered: frozenset[str]
    asks: bool
    has_subject: bool
    is_new: bool


@dataclass(frozen=True, slots=True)
class SpeakerFigures:
    """The stems of the question's information in a speaker's name, and whether the question names that person."""

    covered: frozenset[str]
    is_named: bool


def asked_words(generation: Generation, query: Query) -> AskedWords:
    """Return the words of a question.

    In a small library a function word such as "does" can be as rare as the subject, so only subject words are
    information.
    """
    return AskedWords(
        frozenset(normalise(query.text)),
        frozenset(stems(query.text)),
        information_of(generation, generation.terms(" ".join(subject_words(query.text)))),
    )


def information_of(generation: Generation, terms: Sequence[str]) -> dict[str, float]:
    """Return each stem's share of the question's information, by inverse document frequency; the shares sum to 1."""
    weights = {term: generation.rarity(term) for term in terms}
    total = sum(weights.values())
    return {term: weight / total for term, weight in weights.items()} if total else {}


def figures_of(text: str, asked: AskedWords) -> SentenceFigures:
    """Return the figures of a sentence."""
    words = WORD.findall(text)
    subject = [word for word in words if not is_function_word(word)]
    return SentenceFigures(
        pieces=len(text.split()),
        pieces_with_words=_pieces_with_words(text),
        covered=frozenset(stems(text)).intersection(asked.information),
        asks=ends_as_question(text),
        has_subject=bool(subject),
        is_new=any(not asked.stems.issuperset(stems(word)) for word in subject or words),
    )


def only_repeats(sentences: Collection[SentenceFigures]) -> bool:
    """Say whether every subject word of the sentences is in the question; if they have no subject, whether all are."""
    telling = [sentence for sentence in sentences if sentence.has_subject] or sentences
    return not any(sentence.is_new for sentence in telling)


def speakers_figures(generation: Generation, names: Collection[str], asked: AskedWords) -> dict[str, SpeakerFigures]:
    """Return the figures of speakers by name, which is "" if it is not known.

    A word names a person if the library mostly writes it with a capital: "will" and "mark" are also ordinary words.
    """
    mine = {name: asked.words & set(normalise(name)) for name in names}
    letters = generation.letters_of({word for words in mine.values() for word in words})
    named = {word for word, (capital, small) in letters.items() if capital >= small}
    return {
        name: SpeakerFigures(frozenset(stems(name)).intersection(asked.information), not named.isdisjoint(words))
        for name, words in mine.items()
    }


def _pieces_with_words(text: str) -> int:
    """Count the pieces that hold a word, because marks and dashes at the ends of a quote are left out of it."""
    spoken = without_marks(text)
    if "[" in spoken or "(" in spoken:  # a piece may be a mark by itself, though it is none inside its sentence
        return sum(bool(normalise(piece)) for piece in spoken.split())
    return len(_PIECE_WITH_WORD.findall(spoken))
