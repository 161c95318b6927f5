"""Cut the heard words of a recording without official text into readable turns, without speakers."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

from ingest.speech.corrections import corrected
from ingest.speech.readable import ends_sentence, paragraphs, punctuated
from ingest.text.words import NOTHING_HEARD
from ingest.transcript import HeardWord, Turn, Word

# A pause of this many seconds ends a turn. In a long turn a shorter pause after a sentence is enough, in a very long
# one any shorter pause, so that no turn lasts many minutes.
PAUSE = 1.5
LONG_PAUSE_WORDS, VERY_LONG_WORDS = 150, 300
SHORT_PAUSE = 0.6
# So many seconds without a word are said to be so: music, silence, or speech that the model did not understand.
LONG_GAP = 10.0
# Whisper's word starts are right within about this many seconds (openai/whisper discussions of word timestamps).
_ERROR = 0.5

_GAP = Turn(None, NOTHING_HEARD, words=tuple(map(Word, NOTHING_HEARD.split())))


def turns_heard(
    words: Sequence[HeardWord], duration: float | None = None, terms: Iterable[str] = ()
) -> tuple[Turn, ...]:
    """Return heard words as turns with timing "heard" and no speaker, in order; every word is in exactly one turn.

    `terms` are the show's own names and terms, in the spelling to show. A turn that is only a mark stands where nothing
    was heard for ten seconds, also before the first word and, with a `duration` in seconds, after the last.
    """
    if not words:
        return ()
    spoken = corrected([word for heard in words for word in _pieces(heard)], terms)
    stretches = [[spoken[0]]]
    for before, word in pairwise(spoken):
        most = LONG_PAUSE_WORDS if ends_sentence(before.text) else VERY_LONG_WORDS
        pause = _gap(before.end, word.start)
        if pause >= PAUSE or (pause >= SHORT_PAUSE and len(stretches[-1]) >= most):
            stretches.append([])
        stretches[-1].append(word)
    turns: list[Turn] = []
    said = 0.0  # the end of the words so far
    for stretch in stretches:
        turn = _turn(stretch)
        turns += [_GAP, turn] if _gap(said, turn.start) >= LONG_GAP else [turn]
        said = turn.end or said
    return (*turns, _GAP) if _gap(said, duration) >= LONG_GAP else tuple(turns)


def _pieces(heard: HeardWord) -> list[Word]:
    return [Word(piece, heard.start, heard.end, heard.probability) for piece in heard.text.split()]


def _gap(end: float | None, start: float | None) -> float:
    return 0.0 if end is None or start is None else start - end


def _turn(stretch: Sequence[Word]) -> Turn:
    words = punctuated(stretch)
    probabilities = [word.probability for word in words if word.probability is not None]
    return Turn(
        speaker=None,
        text=paragraphs(words),
        start=words[0].start,
        end=max(word.end for word in words if word.end is not None),
        timing="heard",
        timing_error=_ERROR,
        confidence=sum(probabilities) / len(probabilities) if probabilities else None,
        words=words,
    )
