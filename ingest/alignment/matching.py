"""Match two stretches of words word by word: alignment with affine gaps (Gotoh 1982) and near matches by sound."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

EXACT, NEAR, SLOT = 3, 2, 1  # how a word was heard; SLOT: a different word was heard in its place

# Scores are in units of the weight of a rare word.
_NEAR_SHARE = 0.6
_MISMATCH = -0.25
_OPEN_OFFICIAL, _EXTEND_OFFICIAL = 0.5, 0.08  # cost of skipping official words: per stretch, per word
_OPEN_HEARD, _EXTEND_HEARD = 0.5, 0.03  # the same for heard words
_OPEN_BETWEEN_TURNS = 0.15  # unwritten speech is more common between turns than within one

# A pause of more seconds than this between two words of a turn means that something else was said, or nothing.
_LEAP = 1.0
_LEAP_COST, _LEAP_COST_PER_SECOND, _GREATEST_LEAP_COST = 0.4, 0.2, 3.0

_LETTERS = "bfpvcgjkqsxzdtlmnr"
_CLASSES = str.maketrans(_LETTERS, "111122222222334556", "aeiouyhw")  # Soundex
_PREFIX = 5  # letters shared by two forms of one word: "develops", "developer"


class Match(NamedTuple):
    """Official word `official` was heard as heard word `heard`; `kind` is EXACT, NEAR or SLOT."""

    official: int
    heard: int
    kind: int


@dataclass(frozen=True, slots=True)
class Words:
    """Words as numbers; equal `ids` are equal words, equal `sounds` sound alike, equal `stems` begin alike."""

    ids: Ints
    sounds: Ints
    stems: Ints
    weights: Floats

    def __len__(self) -> int:
        return len(self.ids)

    def at(self, places: Ints | slice) -> "Words":
        """Return the words at these places."""
        return Words(self.ids[places], self.sounds[places], self.stems[places], self.weights[places])


def encode(official: Sequence[str], heard: Sequence[str]) -> tuple[Words, Words]:
    """Return both sequences as numbers from a shared vocabulary, each word weighted by its rarity (0.4 to 1)."""
    counts = Counter(official)
    counts.update(heard)
    number = {word: index for index, word in enumerate(counts)}
    total = max(sum(counts.values()), 500)
    rarity = np.array([math.log(total / count) / math.log(total) for count in counts.values()])
    weights = 0.25 + 0.75 * np.clip(rarity, 0.2, 1.0)
    sounds = _grouped([sound(word) for word in counts])
    stems = _grouped([word[:_PREFIX] if len(word) >= _PREFIX else word for word in counts])

    def numbered(words: Sequence[str]) -> Words:
        ids = np.array([number[word] for word in words], dtype=np.int64)
        return Words(ids, sounds[ids], stems[ids], weights[ids])

    return numbered(official), numbered(heard)


def sound(word: str) -> str:
    """Return a word's consonant classes (Soundex without its limit of four), or a short word unchanged."""
    if len(word) < 4:
        return word
    classes = word.translate(_CLASSES)
    key = "".join(letter for place, letter in enumerate(classes) if classes[place - 1 : place] != letter)
    return key if len(key) >= 2 else word


def _grouped(names: list[str]) -> Ints:
    number: dict[str, int] = {}
    return np.array([number.setdefault(name, len(number)) for name in names], dtype=np.int64)


def match(
    official: Words, heard: Words, continuity: Floats, gap_costs: Floats, loose_ends: bool = False
) -> list[Match]:
    """Return the best monotone matching of two stretches, in order, as positions within them.

    `continuity` says how surely the next word follows each official word directly: 0 (a turn ends) to 1. `gap_costs`
    are the costs of a pause before each heard word if that is certain. With `loose_ends`, heard words before the first
    and after the last match cost nothing. Memory and time are proportional to the product of the lengths.
    """
    if not len(official) or not len(heard):
        return []
    return _path(official, heard, continuity, _fill(official, heard, continuity, gap_costs, loose_ends))


def gap_costs_between(starts: Floats, ends: Floats) -> Floats:
    """Return the cost of the pause before each heard word within one turn, from starts and ends in seconds."""
    pauses = starts - np.concatenate((starts[:1], ends[:-1]))
    costs = np.minimum(_LEAP_COST + _LEAP_COST_PER_SECOND * pauses, _GREATEST_LEAP_COST)
    return np.where(pauses > _LEAP, costs, 0.0)


def _similarity(official: Words, row: int, heard: Words) -> Floats:
    weight = official.weights[row]
    near = (heard.sounds == official.sounds[row]) | (heard.stems == official.stems[row])
    scores = np.where(near, _NEAR_SHARE * weight, _MISMATCH)
    scores[heard.ids == official.ids[row]] = weight
    return scores


_DIAGONAL, _UP, _LEFT, _JUMP = 0, 1, 2, 3  # JUMP: a diagonal step that skips the turn's words so far


class _Table(NamedTuple):
    """For each cell: where its best score comes from, and whether a gap in either sequence opens there."""

    choice: NDArray[np.int8]
    up_opens: NDArray[np.bool_]
    left_opens: NDArray[np.bool_]


def _fill(official: Words, heard: Words, continuity: Floats, gap_costs: Floats, loose_ends: bool) -> _Table:
    rows, columns = len(official), len(heard)
    table = _Table(
        np.full((rows + 1, columns + 1), _DIAGONAL, dtype=np.int8),
        np.zeros((rows + 1, columns + 1), dtype=np.bool_),
        np.zeros((rows + 1, columns + 1), dtype=np.bool_),
    )
    ramp = _EXTEND_HEARD * np.arange(columns + 1)
    leaping = np.concatenate(([0.0], np.cumsum(gap_costs)))
    best = up = skipped = np.full(columns + 1, -np.inf)
    from_above = np.concatenate(([0.0], best[1:]))
    for row in range(rows + 1):
        following = continuity[row - 1] if row else 0.0
        if row:
            preceding = continuity[row - 2] if row > 1 else 0.0
            similarity = _similarity(official, row - 1, heard)
            stepped = best[:-1] + similarity - preceding * gap_costs
            # The first matched word of a turn has no pause before it, so it pays no gap cost.
            jumped = skipped[:-1] + similarity
            skipped = (skipped if preceding else best - _OPEN_OFFICIAL) - _EXTEND_OFFICIAL
            opened = best - _OPEN_OFFICIAL
            table.up_opens[row] = opened >= up
            up = np.maximum(opened, up) - _EXTEND_OFFICIAL
            from_above = np.copy(up)
            from_above[1:] = np.maximum(up[1:], np.maximum(stepped, jumped))
            table.choice[row, 1:] = np.where(jumped > stepped, _JUMP, _DIAGONAL)
            table.choice[row][up == from_above] = _UP
        free = loose_ends and row in (0, rows)
        open_cost = 0.0 if free else _OPEN_HEARD if following else _OPEN_BETWEEN_TURNS
        slope = np.zeros(columns + 1) if free else ramp + following * leaping
        # A gap that ends in a column began in the column with the highest score + slope, so a running maximum replaces
        # the loop over columns.
        left = np.maximum.accumulate(from_above + slope)[:-1] - open_cost - slope[1:]
        table.left_opens[row, 1:] = left <= from_above[:-1] - open_cost - np.diff(slope) + 1e-9
        table.choice[row, 1:][left > from_above[1:]] = _LEFT
        best = np.concatenate((from_above[:1], np.maximum(from_above[1:], left)))
    return table


def _path(official: Words, heard: Words, continuity: Floats, table: _Table) -> list[Match]:
    row, column = len(official), len(heard)
    matches = []
    while row or column:
        came = table.choice[row, column]
        if came == _LEFT:
            while not table.left_opens[row, column]:
                column -= 1
            column -= 1
        elif came == _UP:
            while not table.up_opens[row, column]:
                row -= 1
            row -= 1
        else:
            row, column = row - 1, column - 1
            matches.append(Match(row, column, _kind(official, row, heard, column)))
            while came == _JUMP and row and continuity[row - 1]:
                row -= 1
    matches.reverse()
    return matches


def _kind(official: Words, row: int, heard: Words, column: int) -> int:
    if official.ids[row] == heard.ids[column]:
        return EXACT
    alike = official.sounds[row] == heard.sounds[column] or official.stems[row] == heard.stems[column]
    return NEAR if alike else SLOT
