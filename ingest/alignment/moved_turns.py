"""Find turns that an editor moved elsewhere in the recording, by runs of words that are not yet matched."""

from collections.abc import Mapping, Sequence
from itertools import groupby

import numpy as np

from ingest.alignment.anchors import common_runs, heaviest_chain
from ingest.alignment.matching import Ints, Words

_RUN = 4  # words of an anchor
_LEAST_SHARE = 0.25  # share of a turn's words that must be in anchors
_MARGIN = 5  # heard words beside a turn that may belong to it

Bounds = tuple[int, int]


def find_moved_turns(
    official: Words, heard: Words, turns: Sequence[Bounds], lost: Sequence[int], taken: Ints
) -> Mapping[int, Bounds]:
    """Return the range of heard words in which each lost turn was found.

    `turns` are the first and one past the last official word of each turn, `lost` the numbers of the turns not found
    yet, `taken` the heard words that other turns match.
    """
    # Words of other turns and taken words become unique numbers, so that no run crosses them.
    rest = -1 - np.arange(len(official))
    owner = np.full(len(official), -1, dtype=np.int64)
    for index in lost:
        first, last = turns[index]
        rest[first:last] = official.ids[first:last]
        owner[first:last] = index
    free = heard.ids.copy()
    free[taken] = -1 - len(official) - np.arange(len(taken))
    anchors = [anchor for anchor in common_runs(rest, free, _RUN) if owner[anchor.official] >= 0]
    found: dict[int, Bounds] = {}
    for index, group in groupby(anchors, key=lambda anchor: int(owner[anchor.official])):
        chain = heaviest_chain(list(group))
        first, last = turns[index]
        if sum(anchor.length for anchor in chain) >= max(_RUN, _LEAST_SHARE * (last - first)):
            begin = chain[0].heard - (chain[0].official - first) - _MARGIN
            end = chain[-1].heard + (last - chain[-1].official) + _MARGIN
            found[index] = max(0, begin), min(len(heard), end)
    return found
