"""How surely the words of a quote were heard, where only Whisper wrote them; pure.

Whisper's probability of a word is about the share of such words that are right, and rather too low than too high
(`benchmarks/word_probabilities.py`, docs/whisper.md). So the mean over a quote needs no correction: it is the share of
the quote's words that is expected to be right, whatever the question and the library.
"""

import string
from statistics import mean

from index.sentences import words_within
from ingest.transcript import Timing, Turn

# Below this, more than one word in ten is expected to be wrong, and the quote is marked. It must not be above CONFIDENT
# (`api.answer.confidence`), so that no answer rests surely on a quote that is marked.
WEAK = 0.9
# A word below this probability is about as likely to be wrong as right.
WEAK_WORD = 0.5
# For heard words of unknown probability: about the share that tiny.en heard right in meetings (0.83 of AMI's).
_UNKNOWN = 0.85


def heard_confidence(turn: Turn, start: int, end: int) -> float | None:
    """Return the mean probability, 0 to 1, of the words in characters [start, end) of a turn.

    None unless Whisper alone gave the turn its words, and if it gave no probabilities. A mark has none.
    """
    if turn.timing != "heard":
        return None
    known = [word.probability for word in words_within(turn, start, end) if word.probability is not None]
    return mean(known) if known else None


def weak_words(turn: Turn, start: int, end: int) -> tuple[str, ...]:
    """Return the words in characters [start, end) of a turn that are about as likely wrong as right, in order.

    Each once, without the punctuation around it.
    """
    words = words_within(turn, start, end)
    weak = (word.text for word in words if word.probability is not None and word.probability < WEAK_WORD)
    return tuple(dict.fromkeys(text.strip(string.punctuation) or text for text in weak))


def share_right(timing: Timing | None, confidence: float | None) -> float:
    """Return the share of a quote's words, 0 to 1, that is expected to be what was said; 1 for words people wrote."""
    if timing != "heard":
        return 1.0
    return _UNKNOWN if confidence is None else confidence


def heard_remark(timing: Timing | None, confidence: float | None) -> str | None:
    """Return what readers should know about a quote's words, None if people wrote them."""
    if timing != "heard":
        return None
    return "as heard, may be misheard" if share_right(timing, confidence) < WEAK else "as heard by Whisper"
