"""Give the letters of captions ("A", "SPEAKER_00") the names that the official text has for the same words."""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace

from ingest.alignment.align import align
from ingest.captions.cues import Cue
from ingest.captions.labels import is_number_label
from ingest.captions.turns import heard_words
from ingest.transcript import OfficialTurn

# A letter becomes a name if at least this many words agree, and this share of them is under that name.
_FEWEST_WORDS = 5
_CLEAR = 0.7
_LEAST_CONFIDENCE = 0.5  # of a turn: the share of its words that the captions have
_CUE_PRECISION = 0.5  # seconds


def with_names(cues: Sequence[Cue], official: Sequence[OfficialTurn]) -> tuple[Cue, ...]:
    """Return the cues with letters replaced by names where the official turns and the captions say the same words.

    Each aligned word is a vote of the cue it falls in; a letter without a clear majority stays.
    """
    if not any(cue.speaker is not None and is_number_label(cue.speaker) for cue in cues):
        return tuple(cues)
    ordered = sorted(cues, key=lambda cue: cue.start)
    starts = [cue.start for cue in ordered]
    votes: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for turn in align(official, heard_words(cues), None, _CUE_PRECISION)[0]:
        if turn.speaker is None or turn.timing is None or (turn.confidence or 0.0) < _LEAST_CONFIDENCE:
            continue
        for word in turn.words:
            if word.start is not None and word.end is not None:
                place = bisect_right(starts, (word.start + word.end) / 2) - 1
                if place >= 0 and (letter := ordered[place].speaker) and is_number_label(letter):
                    votes[letter][turn.speaker] += 1
    names = {letter: name for letter, found in votes.items() if (name := _winner(found))}
    return tuple(replace(cue, speaker=names.get(cue.speaker or "", cue.speaker)) for cue in cues)


def _winner(votes: Counter[str]) -> str | None:
    name, most = votes.most_common(1)[0]
    return name if votes.total() >= _FEWEST_WORDS and most >= _CLEAR * votes.total() else None
