"""Check a question once, where it comes in, and prepare it for search."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from api.answer.spelling import corrected, is_held
from api.errors import QuestionError
from api.knowledge_base import KnowledgeBase, removed_since
from index.function_words import is_function_word
from index.passage import Filters
from index.phrases import phrases_of, with_phrases
from index.piece_vectors import PieceVectors, reduced
from index.search import Query
from index.sentences import WORD
from ingest.reference.glossary import expansions, spelled_out

Floats = NDArray[np.float32]

MOST_QUESTION_CHARACTERS = 2_000


@dataclass(frozen=True, slots=True)
class Question:
    """A checked question: `asked` as typed, which answers repeat, and `text` on one line, which is searched.

    The CLI and each HTTP route make it once with `parse_question`; no code after that checks it again.
    """

    asked: str
    text: str


def replace_surrogates(text: str) -> str:
    """Replace each lone surrogate with "\ufffd", because tokenizers, databases and terminals reject it.

    JSON allows lone surrogates, and Python uses them for argument bytes that are not UTF-8.
    """
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def parse_question(asked: str) -> Question:
    """Return the question; raises QuestionError if it is empty or has over 2,000 characters."""
    shown = replace_surrogates(asked)
    text = " ".join(shown.split())
    if not text:
        raise QuestionError("the question is empty; ask something")
    if len(asked) > MOST_QUESTION_CHARACTERS:
        raise QuestionError(
            f"the question has {len(asked):,} characters; it can have at most {MOST_QUESTION_CHARACTERS:,}"
        )
    return Question(shown, text)


def query_of(base: KnowledgeBase, question: Question) -> Query:
    """Return the search query for a question.

    An abbreviation that the library never uses is spelled out from the glossary, because the encoder does not know it.
    A misspelt word is encoded as the library spells it; its own stems are searched too, for it may be right.
    """
    base.generation.look_up(question.text)
    typed = spelled_out(question.text, lambda term: is_held(base, term))
    text, also = corrected(base, typed)
    terms = base.generation.terms(f"{typed} {' '.join(also)}")
    synonyms = [term for term in base.generation.terms(" ".join(expansions(text))) if term not in terms]
    asked, words, shares = _words(base, text)
    return Query(
        text,
        base.encoder.encode_query(text),
        tuple(terms),
        tuple(synonyms),
        typed,
        also,
        phrases_of(question.text),
        asked,
        words,
        shares,
        base.fitted,
        base.reranker,
    )


def _words(base: KnowledgeBase, text: str) -> tuple[tuple[str, ...], Floats, Floats]:
    """Return the question's words, their vectors as the index stores words, and their shares of its information."""
    basis = base.generation.basis
    (read,) = base.encoder.encode_pieces([text])
    found = [(word.group(), _word_vector(word.span(), read)) for word in WORD.finditer(text)]
    vectors = {place: vector for place, (_, vector) in enumerate(found) if vector is not None}
    if basis is None or not vectors:
        return (), np.zeros((0, 0), np.float32), np.zeros(0, np.float32)
    asked = tuple(found[place][0] for place in vectors)
    stems = [base.generation.terms(word) for word in asked]
    weights = np.array([max(map(base.generation.rarity, mine), default=0.0) for mine in stems], np.float32)
    shares = weights / weights.sum() if weights.any() else np.full(len(asked), 1 / len(asked), np.float32)
    return asked, reduced(np.stack([*vectors.values()]), basis), shares


def _word_vector(span: tuple[int, int], text: PieceVectors) -> Floats | None:
    """Return the mean of the vectors of a word's pieces; None if it has none."""
    inside = [place for place, (start, end) in enumerate(text.spans) if start < span[1] and end > span[0]]
    if not inside:
        return None
    mean: Floats = text.vectors[inside].mean(axis=0)
    return mean


def is_single_word(query: Query) -> bool:
    """Say whether a question is one word that has a meaning of its own, such as "serverless"."""
    words = [found.group() for found in WORD.finditer(query.text)]
    return len(words) == 1 and not is_function_word(words[0])


def standing_filters(base: KnowledgeBase, query: Query, filters: Filters) -> Filters:
    """Return filters that keep a question's phrases: only passages that hold them are searched, if there are any."""
    if not query.phrases:
        return filters
    without = removed_since(base.home, base.generation)
    return with_phrases(base.generation, query.phrases, replace(filters, without=without))
