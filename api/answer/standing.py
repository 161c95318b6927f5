"""What a question names must stand in its quotes: the words in quotation marks, or its only word."""

from collections.abc import Sequence

from api.answer.candidates import QuoteCandidate
from index.keywords import stems
from index.phrases import holds
from index.search import Query


def standing(spans: Sequence[QuoteCandidate], query: Query) -> tuple[QuoteCandidate, ...]:
    """Return the candidates that hold a phrase of the question, in their order; all of them if it has no phrase."""
    if not query.phrases:
        return tuple(spans)
    return tuple(span for span in spans if any(holds(_text(span), phrase) for phrase in query.phrases))


def says(text: str, words: str) -> bool:
    """Say whether a text holds every one of some words, in any form; not if none of them is searched."""
    wanted = set(stems(words))
    return bool(wanted) and wanted <= set(stems(text))


def _text(span: QuoteCandidate) -> str:
    end = span.first_word + span.words
    said = (each for each in span.hit.sentences if span.first_word <= each.sentence.first_word < end)
    return "".join(f"{each.before}{each.text}" for each in said)
