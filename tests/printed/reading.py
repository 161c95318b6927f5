"""Compare what was read with what was said: words, speakers, order, bounds of turns, times."""

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import pairwise

from ingest.transcript import OfficialTurn, Turn
from tests.printed.conversation import Said

# A sound or a break is in a turn's text or not; it is no word. A printed time is never in it.
_SOUND = re.compile(r"[\[(](laughs|laughing|sighs|music|music plays|break|ad break)[\])]", re.IGNORECASE)
_TIME = re.compile(r"\[\d+:\d\d(:\d\d)?\]")
_LETTERS = re.compile(r"\w+")
_SHOWN = 8  # words

Words = list[tuple[str, int]]  # each word with the number of its turn


def faults(
    said: Sequence[Said], read: Sequence[OfficialTurn | Turn], *, timed: bool, whole: bool = True, loose: bool = False
) -> list[str]:
    """Return what is wrong with the turns that were read, a line each; nothing if all is right.

    `timed`: every turn's start was printed, otherwise no turn of a text may have one. `whole`: turns are neither joined
    nor cut, otherwise they may be cut. `loose`: only letters and digits are compared, not the signs beside them.
    """
    spoken = _words([_TIME.sub(" ", turn.text) for turn in said], loose)
    found = _words([turn.text for turn in read], loose)
    lines = list(_word_faults(spoken, found, said, read))
    if lines:
        return lines
    begins, began = _begins(spoken), _begins(found)
    voices = {place for place in begins if place and _changes(place, spoken, said)}
    if missing := sorted((begins if whole else voices) - began):
        lines.append(f"joined: no turn begins at {_shown(spoken, missing[0])}")
    if whole and (more := sorted(began - begins)):
        lines.append(f"cut: a turn begins at {_shown(spoken, more[0])}")
    return lines or list(
        _time_faults([(said[spoken[place][1]], read[found[place][1]]) for place in sorted(begins & began)], timed)
    )


def _words(texts: Sequence[str], loose: bool) -> Words:
    spoken = [_SOUND.sub(" ", text) for text in texts]
    return [
        (word, turn) for turn, text in enumerate(spoken) for word in (_LETTERS.findall(text) if loose else text.split())
    ]


def _word_faults(
    spoken: Words, found: Words, said: Sequence[Said], read: Sequence[OfficialTurn | Turn]
) -> Iterator[str]:
    """Yield words that were lost, invented or given to the wrong speaker."""
    left, right = [word for word, _ in spoken], [word for word, _ in found]
    whole = [("equal", 0, len(left), 0, len(right))]
    parts = whole if left == right else SequenceMatcher(None, left, right, autojunk=False).get_opcodes()
    for kind, first, last, begin, end in parts:
        if kind == "equal":
            for place in range(last - first):
                turn, speaker = said[spoken[first + place][1]], read[found[begin + place][1]].speaker
                if not _may_be(speaker, turn):
                    known = "no speaker" if speaker is None else f"speaker {speaker!r}"
                    yield f"speaker: {known} for {turn.label!r} at {_shown(spoken, first + place)}"
                    return
            continue
        if last > first:
            yield f"lost: {' '.join(left[first:last][:_SHOWN])!r}"
        if end > begin:
            yield f"invented: {' '.join(right[begin:end][:_SHOWN])!r}"


def _may_be(speaker: str | None, said: Said) -> bool:
    return _folded(speaker) in {_folded(name) for name in said.speakers}


def _folded(name: str | None) -> str | None:
    return None if name is None else " ".join(_SOUND.sub(" ", name).replace("’", "'").casefold().split())


def _begins(words: Words) -> set[int]:
    return {0, *(place for place, (one, other) in enumerate(pairwise(words), 1) if one[1] != other[1])}


def _changes(place: int, spoken: Words, said: Sequence[Said]) -> bool:
    return said[spoken[place][1]].person != said[spoken[place - 1][1]].person


def _shown(words: Words, place: int) -> str:
    return repr(" ".join(word for word, _ in words[place : place + _SHOWN]))


def _time_faults(begun: Sequence[tuple[Said, OfficialTurn | Turn]], timed: bool) -> Iterator[str]:
    """Yield the first start that is missing or wrong by more than a second, or that is printed nowhere."""
    for spoken, turn in begun:
        if timed and (turn.start is None or abs(turn.start - spoken.start) > 1.0):
            yield f"time: {turn.start} and not {spoken.start} at {' '.join(spoken.text.split()[:_SHOWN])!r}"
            return
        if not timed and isinstance(turn, OfficialTurn) and turn.start is not None:
            yield f"time: {turn.start}, which is printed nowhere, at {' '.join(spoken.text.split()[:_SHOWN])!r}"
            return
