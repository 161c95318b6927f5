"""The question a quote answers: what another person asked directly before it, shown beside the quote, never in it."""

from index.chunk import sentence_spans
from ingest.text.words import normalise, without_marks
from ingest.transcript import Transcript

# A quote that begins later in its turn stands on what was said before it there.
_MOST_WORDS_BEFORE = 40
# "Right?" and "You know?" ask nothing.
_FEWEST_QUESTION_WORDS = 4


def question_before(transcript: Transcript, turn: int, start: int) -> str | None:
    """Return the last sentence of the turn before, verbatim, if it is another speaker's question; else None.

    `start` is where the quote begins in its turn's text; only a quote near the turn's beginning has such a question.
    """
    if turn == 0 or len(normalise(without_marks(transcript.turns[turn].text)[:start])) > _MOST_WORDS_BEFORE:
        return None
    before = transcript.turns[turn - 1]
    spans = list(sentence_spans(before))
    if not spans or before.speaker == transcript.turns[turn].speaker:
        return None
    question = before.text[slice(*spans[-1])]
    if not question.rstrip("\"'”’)] ").endswith("?") or len(normalise(question)) < _FEWEST_QUESTION_WORDS:
        return None
    return question
