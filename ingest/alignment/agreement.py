"""How much of one text is also said in another, without aligning them: the share of words in runs of three."""

import re
from collections.abc import Sequence

from ingest.text.words import without_marks

_RUN = 3
# A sign of a script without spaces, or a word of any other.
_WORD = re.compile(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|\w+")


def share_said(text: str, said: str) -> float:
    """Return the share of a text's words, 0…1, that stand in runs of three words which `said` has too; 0 for no words.

    A text of fewer than three words counts as one run. Order does not matter. Linear in the lengths; marks are left
    out.
    """
    words, others = _words(text), _words(said)
    length = min(_RUN, len(words))
    if not length:
        return 0.0
    runs = set(_runs(others, length))
    found = [False] * len(words)
    for start, run in enumerate(_runs(words, length)):
        if run in runs:
            found[start : start + length] = [True] * length
    return sum(found) / len(words)


def _words(text: str) -> list[str]:
    return _WORD.findall(without_marks(text).casefold().replace("’", "'"))


def _runs(words: Sequence[str], length: int) -> list[tuple[str, ...]]:
    return list(zip(*(words[start:] for start in range(length)), strict=False))
