"""Cut a transcript's turns into captions that are short enough to read, timed by their words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from ingest.captions.cues import spread
from ingest.captions.labels import label_of
from ingest.text.words import Piece, pieces
from ingest.transcript import Turn

# What people can read while it is spoken, by the usual captioning rules: two lines of 42 characters.
MOST_CHARACTERS = 84
MOST_SECONDS = 7.0
_FEWEST_CHARACTERS = 42  # a caption this long may end with its sentence
_LONGEST_SILENCE = 1.5  # seconds; a caption does not stay on the screen during a longer silence
_WORDS_PER_SECOND = 2.7
_SENTENCE_ENDS = (".", "?", "!", "…")
_TICK = 0.001  # seconds; players never show a caption without a duration


@dataclass(frozen=True, slots=True)
class Caption:
    """One caption on the screen: one speaker's words between two times in seconds; `opens` for the first of a turn."""

    id: str
    start: float
    end: float
    speaker: str | None
    text: str
    opens: bool


def captions_of(turns: Sequence[Turn], is_whole: bool = False) -> list[Caption]:
    """Return the captions of all turns in order, with ids "turn-part"; with `is_whole`, one caption per turn.

    A turn without a time is placed between its neighbours. At least one turn must have a time.
    """
    captions: list[Caption] = []
    for number, turn in enumerate(_placed(turns)):
        captions.extend([_whole(number, turn)] if is_whole else _parts(number, turn))
    return captions


def _whole(number: int, turn: Turn) -> Caption:
    start, end = _window(turn)
    return Caption(f"{number}-1", start, end, turn.speaker, turn.text, opens=True)


def _window(turn: Turn) -> tuple[float, float]:
    assert turn.start is not None and turn.end is not None  # _placed gave every turn both
    return turn.start, max(turn.end, turn.start + _TICK)


def _parts(number: int, turn: Turn) -> Iterator[Caption]:
    """Yield the captions of one turn; the first starts with the turn, the last ends with it."""
    start, end = _window(turn)
    found = list(pieces(turn.text))
    times = _times(found, turn)
    breaks = [0, *_breaks(found, times), len(found)]
    for part, (first, last) in enumerate(pairwise(breaks), 1):
        begin = start if part == 1 else times[first][0]
        until = end if last == len(found) else times[last - 1][1]
        text = " ".join(piece.text for piece in found[first:last])
        yield Caption(f"{number}-{part}", begin, max(until, begin + _TICK), turn.speaker, text, opens=part == 1)


def _times(found: Sequence[Piece], turn: Turn) -> list[tuple[float, float]]:
    """Return start and end of every piece; pieces without a time are spread between those with one."""
    words = turn.words if len(turn.words) == len(found) else ()
    known = {index: word.start for index, word in enumerate(words) if word.start is not None}
    start, end = _window(turn)
    starts = [*spread([0 if piece.mark else len(piece.text) for piece in found], start, end, known), end]
    ends = dict(enumerate(word.end for word in words if word.end is not None)) if len(known) == len(words) else {}
    return [(at, min(ends.get(index, after), end)) for index, (at, after) in enumerate(pairwise(starts))]


def _breaks(found: Sequence[Piece], times: Sequence[tuple[float, float]]) -> Iterator[int]:
    """Yield the numbers of the pieces that start a new caption, except the first."""
    last_word = max((index for index, piece in enumerate(found) if not piece.mark), default=0)
    first = characters = 0
    for index, piece in enumerate(found):
        is_full = index > first and (
            characters + len(piece.text) > MOST_CHARACTERS
            or times[index][1] - times[first][0] > MOST_SECONDS
            or times[index][0] - times[index - 1][1] > _LONGEST_SILENCE
            or (characters > _FEWEST_CHARACTERS and found[index - 1].text.endswith(_SENTENCE_ENDS))
        )
        if is_full and index <= last_word and _may_begin(found, first, index):
            yield index
            first, characters = index, 0
        characters += len(piece.text) + 1


def _may_begin(found: Sequence[Piece], first: int, index: int) -> bool:
    """Return whether a new caption may begin at a piece: not before any words, inside a mark or at a label.

    A caption of marks alone, or one that begins like a label ("Remember:"), would be read back as something else.
    """
    has_words = not all(piece.mark for piece in found[first:index])
    in_mark = found[index].mark and found[index - 1].mark
    following = " ".join(piece.text for piece in found[index : index + 8])
    return has_words and not in_mark and label_of(following) is None


def _placed(turns: Sequence[Turn]) -> list[Turn]:
    """Return the turns with a start and end each; turns without times share their gap in proportion to their words."""
    placed: list[Turn] = []
    clock = 0.0
    for index, turn in enumerate(turns):
        if turn.start is None:
            following = next((later.start for later in turns[index:] if later.start is not None), None)
            untimed = list(_until_timed(turns[index:]))
            words = sum(len(later.text.split()) for later in untimed)
            room = words / _WORDS_PER_SECOND if following is None else max(0.0, following - clock)
            share = len(turn.text.split()) / words if words else 0.0
            turn = replace(turn, start=clock, end=clock + room * share)
        elif turn.end is None:
            turn = replace(turn, end=turn.start + len(turn.text.split()) / _WORDS_PER_SECOND)
        clock = _window(turn)[1]
        placed.append(turn)
    return placed


def _until_timed(turns: Sequence[Turn]) -> Iterator[Turn]:
    for turn in turns:
        if turn.start is not None:
            return
        yield turn
