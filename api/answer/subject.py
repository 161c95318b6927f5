"""Estimate whether the podcast speaks of a question's subject, and say why nothing answers it; absolute (Law 10)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp
from typing import Literal

import numpy as np

from api.answer.evidence import absolute_match
from api.answer.relevance import nearest_cosine
from api.knowledge_base import KnowledgeBase
from index.function_words import UNIT_WORDS, has_subject
from index.keywords import stems
from index.passage import Hit
from index.search import Query
from index.sentences import WORD

# From here on the podcast more likely speaks of the subject than not.
MENTIONED = 0.5

# What a question asks for by name: "Which database do they use?", "How many people work there?"
# "How much cheaper?" and "how much faster" compare: no answer need repeat the word.
_ASKED_FOR = re.compile(rf"(?:\A(?:\w+ )?which|\bhow many|\bhow much(?! \w+er\b)) ({WORD.pattern})", re.IGNORECASE)

# What is used or spoken of: "Does Pay use Kafka?", "What does Pay say about queues?"
_OBJECT = re.compile(
    r"\b(?:use[sd]?|mention(?:s|ed)?|(?:says?|said|talks?|talked|speaks?|spoke) (?:about|of|on)|"
    r"(?:thinks?|thought) (?:of|about)) (.+)",
    re.IGNORECASE,
)

Reason = Literal["not_mentioned", "mentioned", "unclear"]


@dataclass(frozen=True, slots=True)
class Subject:
    """The probability, 0 to 1, that the podcast speaks of what a question is about, and the words that nobody says.

    Of these only names and rare words are told, unless nobody says any: whoever asks why somebody "bought" a thing does
    not care that the word was "paid".
    """

    confidence: float
    never_said: tuple[str, ...]


def subject_of(base: KnowledgeBase, query: Query, hits: Sequence[Hit]) -> Subject:
    """Estimate whether the podcast speaks of a question's subject.

    0 if the question has none, if nobody says any word of it or of what is used or spoken of in it, or if nobody says
    what is asked for by name.
    """
    said = said_words(base, query)
    never_said = tuple(word for word, is_said in said.items() if not is_said)
    if len(never_said) == len(said):
        return Subject(0.0, never_said)
    if (named := _object(query.text, said)) and not any(said[word] for word in named):
        return Subject(0.0, named)
    if not hits:
        return Subject(0.0, ())
    if missing := tuple(word for word in _asked_for(query.text) if word in never_said):
        return Subject(0.0, missing)
    never_said = tuple(word for word in never_said if _may_be_a_name(base, word))
    figures = subject_figures(query, hits, said)
    total = sum(weight * figure for weight, figure in zip(query.fitted.subject_weights, figures, strict=True))
    return Subject(1 / (1 + exp(-query.fitted.subject_constant - total)), never_said)


def said_words(base: KnowledgeBase, query: Query) -> dict[str, bool]:
    """Return the words of a question that have a meaning of their own, and whether somebody says them."""
    return {word: _is_said(base, word) for word in query.asked if has_subject(word)}


def subject_figures(query: Query, hits: Sequence[Hit], said: Mapping[str, bool]) -> tuple[float, float, float]:
    """Return the share of the subject's words that somebody says, and of the best hit how well it matches the
    question's words and the cosine of its nearest sentence.
    """
    asked = [said[word] for word in query.asked if word in said]
    share = float(np.mean(asked)) if asked else 0.0
    return share, absolute_match(query, hits[0].sentences), nearest_cosine(hits[0].sentences, query)


def reason_for(subject: Subject, query: Query) -> Reason:
    """Return why nothing answers a question: its subject is not mentioned, it is but not this, or it has none."""
    if not any(has_subject(word) for word in query.asked):
        return "unclear"
    return "mentioned" if subject.confidence >= MENTIONED else "not_mentioned"


def _asked_for(text: str) -> list[str]:
    """Return the words for what a question asks for by name."""
    found = [match[1] for match in _ASKED_FOR.finditer(text)]
    return [word for word in found if word.lower() not in UNIT_WORDS]


def _object(text: str, said: Mapping[str, bool]) -> tuple[str, ...]:
    """Return the words of a question's subject that say what is used or spoken of."""
    found = _OBJECT.search(text)
    return tuple(word for word in WORD.findall(found[1]) if word in said) if found else ()


def _is_said(base: KnowledgeBase, word: str) -> bool:
    """Say whether somebody says a word or is called so."""
    return all(base.generation.frequency(stem) > 0 for stem in stems(word)) or bool(
        base.generation.speakers_named(word)
    )


def _may_be_a_name(base: KnowledgeBase, word: str) -> bool:
    """Say whether a word is typed like a name, has a digit, or is so rare that the encoder splits it."""
    return not (word.isalpha() and word.islower()) or base.encoder.pieces(word) > 1
