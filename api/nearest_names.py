"""Find the names that are most like what somebody typed."""

from collections.abc import Iterable
from difflib import SequenceMatcher

MOST_NEAREST = 3
# Names less alike than this, 0 to 1, are not offered: difflib's own usual value.
_LEAST_ALIKE = 0.6
_MOST_COMPARED_CHARACTERS = 80


def nearest_names(wanted: str, named: Iterable[tuple[str, tuple[str, ...]]]) -> list[str]:
    """Return the names most like what was typed, best first; each is given with the texts that are compared.

    A text is also compared word by word, because people type a part of a name.
    """
    matcher = SequenceMatcher(autojunk=False)
    matcher.set_seq2(" ".join(wanted[:_MOST_COMPARED_CHARACTERS].casefold().split()))

    def alike(text: str) -> float:
        matcher.set_seq1(text[:_MOST_COMPARED_CHARACTERS])
        # The first two are quick upper bounds of the last.
        if matcher.real_quick_ratio() < _LEAST_ALIKE or matcher.quick_ratio() < _LEAST_ALIKE:
            return 0.0
        return matcher.ratio()

    scored = []
    for name, texts in named:
        parts = {part for text in texts for part in (text.casefold(), *text.casefold().split())}
        scored.append((max(map(alike, parts), default=0.0), name))
    best = sorted((pair for pair in scored if pair[0] >= _LEAST_ALIKE), key=lambda pair: (-pair[0], pair[1]))
    return [name for _, name in best[:MOST_NEAREST]]
