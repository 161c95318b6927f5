"""Names and terms that a transcript shows in the show's spelling, and what was heard; pure."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ingest.speech.own_terms import core_of
from ingest.transcript import Transcript, Word


@dataclass(frozen=True, slots=True)
class Spelling:
    """What the text shows, what was heard, and how often."""

    shown: str
    heard: str
    times: int


def spellings_of(transcript: Transcript) -> tuple[Spelling, ...]:
    """Return each name or term that is not shown as it was heard, in order; capitals and full stops do not count."""
    pairs = Counter(pair for turn in transcript.turns for pair in _pairs(turn.words))
    return tuple(Spelling(shown, heard, times) for (shown, heard), times in pairs.items())


def _pairs(words: Sequence[Word]) -> Iterator[tuple[str, str]]:
    for place, word in enumerate(words):
        if not word.heard:
            continue
        shown = [word.text]
        for following in words[place + 1 :]:
            if following.heard != "":
                break
            shown.append(following.text)
        pair = core_of(" ".join(shown)), core_of(word.heard)
        if pair[0].casefold() != pair[1].casefold():
            yield pair
