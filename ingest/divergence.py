"""Where official text and recording differ: official words never heard, heard words never written."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from ingest.transcript import HeardWord, Turn, Unheard, Unwritten

LEAST_RUN = 3  # words of a difference worth reporting; shorter ones are mostly mishearings


def unheard(turns: Sequence[Turn], found: Sequence[Sequence[bool | None]]) -> Iterator[Unheard]:
    """Yield the stretches of a turn of which nothing was heard, of three words or more or a whole turn, lazily.

    `found` says of each word of each turn whether something was heard in its place, None for a mark. The seconds are
    those of the gap: from the word before to the word after in that turn, else the words' own, None where unknown.
    """
    for index, (turn, flags) in enumerate(zip(turns, found, strict=True)):
        speech = [(place, flag) for place, flag in enumerate(flags) if flag is not None]
        for missing, run in groupby(speech, key=lambda item: not item[1]):
            places = [place for place, _ in run]
            if missing and (len(places) >= LEAST_RUN or len(places) == len(speech)):
                text = " ".join(turn.words[place].text for place in places)
                yield Unheard(index, text, turn.words[places[0]].start, turn.words[places[-1]].end)


def unwritten(heard: Sequence[HeardWord], used: Sequence[bool]) -> Iterator[Unwritten]:
    """Yield the stretches of three heard words or more that answer to nothing in the official text, lazily."""
    for taken, run in groupby(zip(heard, used, strict=True), key=lambda item: item[1]):
        words = [word for word, _ in run]
        if not taken and len(words) >= LEAST_RUN:
            yield Unwritten(" ".join(word.text for word in words), words[0].start, words[-1].end)
