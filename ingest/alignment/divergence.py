"""Find where official text and recording differ: official words not heard, and heard words not written."""

from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise

from ingest.alignment.gaps import gaps_of, placed
from ingest.text.clock import clock
from ingest.transcript import Divergence, HeardWord, Turn, Unheard, Unwritten

_NAMED = 2  # differences of each kind that a brief line names
LEAST_RUN = 3  # fewest words of a difference worth reporting; shorter ones are mostly misheard words
# A difference of LONG_RUN words is not misheard, and a share of RE_EDIT of the official words in such differences is
# not an accident: six matching recordings had at most 3 %, with 3 or 5 minutes added or missing at least 5 %.
LONG_RUN = 20
RE_EDIT = 0.04
FIRST_WORDS = 8  # words by which a difference is recognised
MOVED = 30.0  # seconds; turns that interrupt each other begin within less than this


def unheard(turns: Sequence[Turn], found: Sequence[Sequence[bool | None]]) -> Iterator[Unheard]:
    """Yield the stretches of turns that were not heard, if they have three words or are a whole turn, lazily.

    `found` says for each word of each turn whether something was heard in its place, None for a mark. Times in seconds
    are those of the stretch's first and last word, None if unknown.
    """
    for index, (turn, flags) in enumerate(zip(turns, found, strict=True)):
        speech = [(place, flag) for place, flag in enumerate(flags) if flag is not None]
        for missing, run in groupby(speech, key=lambda item: not item[1]):
            places = [place for place, _ in run]
            if missing and (len(places) >= LEAST_RUN or len(places) == len(speech)):
                text = " ".join(turn.words[place].text for place in places)
                yield Unheard(index, text, turn.words[places[0]].start, turn.words[places[-1]].end)


def unwritten(heard: Sequence[HeardWord], used: Sequence[bool]) -> Iterator[Unwritten]:
    """Yield the stretches of three heard words or more that match nothing in the official text, lazily."""
    for taken, run in groupby(zip(heard, used, strict=True), key=lambda item: item[1]):
        words = [word for word, _ in run]
        if not taken and len(words) >= LEAST_RUN:
            yield Unwritten(" ".join(word.text for word in words), words[0].start, words[-1].end)


def suspicion(turns: Sequence[Turn], divergence: Divergence) -> str | None:
    """Return one line on why text and recording seem not to belong together, None if they do.

    Another recording: too little was heard for `align` to time any turn. Another edit: stretches of 20 words or more,
    in total 4 % of the official words, were not heard or not written, or a turn begins over 30 s before the previous.
    """
    total = sum(len(turn.words) for turn in turns)
    if not total:
        return None
    if not any(turn.timing == "aligned" for turn in turns):
        return "another recording: too few of the official words were heard to give them times"
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


def in_brief(turns: Sequence[Turn], divergence: Divergence, duration: float | None) -> str | None:
    """Return one line that names the longest differences with their times and first words, None if there are none.

    These are the gaps of the text (`gaps_of`) and stretches of 20 official words or more that were not heard.
    """
    if not any(turn.timing == "aligned" for turn in turns):
        return suspicion(turns, divergence)
    gaps = sorted(gaps_of(turns, divergence, duration), key=lambda gap: gap.start - gap.end)
    lacking = [f"{gap.end - gap.start:.0f} s at {clock(gap.start)} ({_opening(gap.text)})" for gap in gaps]
    long = [item for item in divergence.unheard if len(item.text.split()) >= LONG_RUN]
    unsaid = [_unsaid(placed(item, turns)) for item in sorted(long, key=lambda item: -len(item.text.split()))]
    told = (("not in the text", lacking), ("not heard", unsaid))
    return "; ".join(f"{what}: {_listed(items)}" for what, items in told if items) or None


def _listed(items: Sequence[str]) -> str:
    more = f" and {len(items) - _NAMED} more" if len(items) > _NAMED else ""
    return ", ".join(items[:_NAMED]) + more


def _unsaid(item: Unheard) -> str:
    place = "" if item.start is None else f" at {clock(item.start)}"
    return f"{len(item.text.split())} words{place} ({_opening(item.text)})"


def _opening(text: str) -> str:
    return f"“{first_words(text)}”" if text else "no words"


def first_words(text: str, most: int = FIRST_WORDS) -> str:
    """Return the first words of a text for a terminal, with an ellipsis if there are more.

    Characters that a terminal would obey are left out, because a publisher's text may hold any.
    """
    words = text.split()
    shown = " ".join(words[:most]) + (" …" if len(words) > most else "")
    return "".join(letter for letter in shown if letter.isprintable())


def _long_share(texts: Sequence[str], total: int) -> float:
    lengths = [len(text.split()) for text in texts]
    return sum(length for length in lengths if length >= LONG_RUN) / total
