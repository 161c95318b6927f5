"""Where official text and recording differ: official words never heard, heard words never written."""

from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise

from ingest.transcript import Divergence, HeardWord, Turn, Unheard, Unwritten

LEAST_RUN = 3  # words of a difference worth reporting; shorter ones are mostly mishearings
# A difference of so many words is no mishearing, and so large a share of the official words in such differences is no
# slip: six recordings of their text had at most 3 %, with 3 or 5 minutes added or missing at least 5 %.
LONG_RUN = 20
RE_EDIT = 0.04
MOVED = 30.0  # seconds; turns that interrupt each other begin within less


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


def suspicion(turns: Sequence[Turn], divergence: Divergence) -> str | None:
    """Return in a line what makes text and recording look like different ones, None if nothing does.

    Another recording: too little was heard for `align` to time any turn. Another edit: stretches of 20 words or more,
    4 % of the official words in all, were not heard or not written, or a turn begins over 30 s before the one before.
    """
    total = sum(len(turn.words) for turn in turns)
    if not total:
        return None
    if not any(turn.timing == "aligned" for turn in turns):
        return "another recording: too few of the official words were heard to time them by it"
    starts = [turn.start for turn in turns if turn.start is not None and turn.timing == "aligned"]
    moved = sum(after < before - MOVED for before, after in pairwise(starts))
    shares = {
        "missing from the recording": _long_share([item.text for item in divergence.unheard], total),
        "missing from the text": _long_share([item.text for item in divergence.unwritten], total),
    }
    found = [f"{share:.0%} of the words are {where}" for where, share in shares.items() if share >= RE_EDIT]
    if moved:
        found.append(f"the text is in another order in {moved} places" if moved > 1 else "a part of the text was moved")
    return f"another edit: {', '.join(found)}" if found else None


def _long_share(texts: Sequence[str], total: int) -> float:
    lengths = [len(text.split()) for text in texts]
    return sum(length for length in lengths if length >= LONG_RUN) / total
