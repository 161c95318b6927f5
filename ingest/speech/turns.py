"""Cut the heard words of a recording without official text into turns at pauses, without speakers."""

from collections.abc import Sequence
from itertools import pairwise

from ingest.transcript import HeardWord, Turn, Word

# A pause of this many seconds ends a turn; in a long turn a shorter pause is enough, so that no turn lasts minutes.
PAUSE = 1.5
LONG_PAUSE_WORDS = 150
SHORT_PAUSE = 0.6
# Whisper's word starts are right within about this many seconds (openai/whisper discussions of word timestamps).
_ERROR = 0.5


def turns_heard(words: Sequence[HeardWord]) -> tuple[Turn, ...]:
    """Return heard words as turns with timing "heard" and no speaker, in order; every word is in exactly one turn."""
    if not words:
        return ()
    stretches = [[words[0]]]
    for before, word in pairwise(words):
        pause = word.start - before.end
        if pause >= PAUSE or (pause >= SHORT_PAUSE and len(stretches[-1]) >= LONG_PAUSE_WORDS):
            stretches.append([])
        stretches[-1].append(word)
    return tuple(_turn(stretch) for stretch in stretches)


def _turn(stretch: Sequence[HeardWord]) -> Turn:
    words = [
        Word(piece, heard.start, heard.end, heard.probability) for heard in stretch for piece in heard.text.split()
    ]
    probabilities = [heard.probability for heard in stretch if heard.probability is not None]
    return Turn(
        speaker=None,
        text=" ".join(word.text for word in words),
        start=stretch[0].start,
        end=max(heard.end for heard in stretch),
        timing="heard",
        timing_error=_ERROR,
        confidence=sum(probabilities) / len(probabilities) if probabilities else None,
        words=tuple(words),
    )
