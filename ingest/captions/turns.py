"""Make turns and heard words from captions; also exports `read_captions` and `Cue`."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from ingest.captions.cues import Cue, is_clip, part_of, spread
from ingest.captions.labels import is_number_label
from ingest.captions.reader import read_captions
from ingest.text.words import normalise, pieces
from ingest.transcript import HeardWord, Turn, Word

__all__ = ["Cue", "heard_words", "named", "read_captions", "turns_of"]

# Seconds at which captions without names are cut into turns: at a pause, after a sentence in a long turn, anywhere in
# a very long turn.
PAUSE = 1.5
LONG_TURN = 60.0
LONGEST_TURN = 120.0
# A named speaker's turn ends at a gap of this many seconds without captions: music, an advert, a clip.
NAMED_PAUSE = 10.0

_SENTENCE_ENDS = (".", "?", "!", "…", '."', '?"', '!"', ".”", "?”", "!”", "。", "？", "！")


def named(cues: Sequence[Cue]) -> bool:
    """Return whether most spoken cues have a speaker's name, which makes them official text; "Speaker 1" is no name."""
    spoken = [cue for cue in cues if normalise(cue.text)]
    names = sum(cue.speaker is not None and not is_number_label(cue.speaker) for cue in spoken)
    return 2 * names > len(spoken)


def turns_of(cues: Sequence[Cue]) -> tuple[Turn, ...]:
    """Return the turns of captions with timing "published"; words share the time of their cue, marks have no time.

    Cues of our own exports become the original turns again. Other cues are joined by speaker, and cut at pauses if the
    speaker is unknown.
    """
    return tuple(_turn(stretch) for stretch in _stretches(cues) if stretch)


def heard_words(cues: Sequence[Cue]) -> tuple[HeardWord, ...]:
    """Return the words of captions with their times in seconds for alignment; starts never decrease."""
    words: list[HeardWord] = []
    for cue in sorted(cues, key=lambda cue: cue.start):
        for word in _words(cue.text, [cue]):
            if word.start is not None and word.end is not None:
                start = max(word.start, words[-1].start) if words else word.start
                words.append(HeardWord(word.text, start, max(start, word.end)))
    return tuple(words)


def _stretches(cues: Sequence[Cue]) -> Iterator[list[Cue]]:
    """Yield the cues of each turn, lazily; a list may be empty where a clip begins."""
    if _is_own(cues):
        ordered = sorted(cues, key=lambda cue: part_of(cue) or (0, 0))
        for _, group in groupby(ordered, key=lambda cue: (part_of(cue) or (0, 0))[0]):
            yield list(group)
        return
    # A label in the text applies to the cues after it in the file, so only captions without labels can be sorted.
    is_marked = any(cue.opens for cue in cues)
    cuts_pauses = not (cues and cues[0].opens)
    stretch: list[Cue] = []
    for cue in cues if is_marked else sorted(cues, key=lambda cue: cue.start):
        if not normalise(cue.text) and _is_outside_turns(cue, stretch):
            if is_clip(cue.text):
                yield stretch
                stretch = []
            continue
        if stretch and _begins(cue, stretch, is_marked, cuts_pauses):
            yield stretch
            stretch = []
        stretch.append(cue)
    yield stretch


def _is_own(cues: Sequence[Cue]) -> bool:
    """Return whether all cues have ids like our exports: turn and part, with parts from 1 without gaps."""
    parts = [part_of(cue) for cue in cues]
    known = sorted(part for part in parts if part is not None)
    return (
        bool(cues)
        and len(known) == len(parts)
        and all(
            [part for _, part in group] == list(range(1, len(group) + 1))
            for group in (list(group) for _, group in groupby(known, key=lambda part: part[0]))
        )
    )


def _is_outside_turns(cue: Cue, stretch: Sequence[Cue]) -> bool:
    """Return whether a cue of marks alone belongs to no turn: it announces a clip, or no turn is open."""
    return is_clip(cue.text) or (cue.speaker is None and not cue.opens and not stretch)


def _begins(cue: Cue, stretch: Sequence[Cue], is_marked: bool, cuts_pauses: bool) -> bool:
    if cue.opens or cue.speaker != stretch[0].speaker:
        # A mark without a speaker ("[laughs]") stays in the current turn.
        return cue.opens or bool(normalise(cue.text)) or cue.speaker is not None
    pause = cue.start - stretch[-1].end
    if cue.speaker is not None:
        return not is_marked and pause >= NAMED_PAUSE
    length = stretch[-1].end - stretch[0].start
    ends_sentence = stretch[-1].text.endswith(_SENTENCE_ENDS)
    is_over = pause >= PAUSE or (length >= LONG_TURN and ends_sentence) or length >= LONGEST_TURN
    return cuts_pauses and bool(normalise(cue.text)) and is_over


def _turn(cues: Sequence[Cue]) -> Turn:
    text = " ".join(cue.text if part_of(cue) else cue.text.replace("\n", " ") for cue in cues)
    return Turn(
        speaker=next((cue.speaker for cue in cues if cue.speaker), None),
        text=text,
        start=cues[0].start,
        end=max(cue.end for cue in cues),
        timing="published",
        timing_error=round(max(cues[0].error, cues[-1].error), 3),
        words=tuple(_words(text, cues)),
    )


def _words(text: str, cues: Sequence[Cue]) -> Iterator[Word]:
    """Yield the words of a text that consists of these cues in order; marks have no time."""
    found = iter(pieces(text))
    for cue in cues:
        own = [next(found) for _ in cue.text.split()]
        lengths = [0 if piece.mark else len(piece.text) for piece in own]
        starts = [*spread(lengths, cue.start, cue.end, dict(cue.times)), cue.end]
        for piece, start, end in zip(own, starts, starts[1:], strict=False):
            yield Word(piece.text) if piece.mark else Word(piece.text, round(start, 3), round(end, 3))
