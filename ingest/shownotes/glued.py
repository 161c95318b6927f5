"""Part the labels that a lost line break glued to the words before them ("a show on tea.Jo Brown: Thank you"); pure."""

import re
from collections import Counter
from collections.abc import Sequence

from ingest.shownotes.html_blocks import Chunk
from ingest.shownotes.lines import Line, cut
from ingest.speakers.label_shape import label_shape
from ingest.speakers.names import fold

_MOST_CHARACTERS = 60
# A label directly after the end of a sentence, where prose has a space.
_GLUED = re.compile(rf"[.?!…][\"”’)\]]?(?P<name>[^\W_a-z\d][^:：.?!…]{{0,{_MOST_CHARACTERS}}})[:：](?=\s)")
_ENDS = re.compile(r"[.?!…][\"”’)\]]?\s*\Z")


def with_labels_apart(lines: Sequence[Line]) -> list[Line]:
    """Return the lines, each glued label with a line of its own.

    A name is a label if it also stands before a colon at the start of a line, or is glued more than once. Linear time.
    """
    found = [list(_GLUED.finditer(line.text)) for line in lines]
    if not any(found):
        return list(lines)
    counts = Counter(fold(match["name"]) for matches in found for match in matches)
    opening = {fold(re.split("[:：]", line.text[: _MOST_CHARACTERS + 2], maxsplit=1)[0]) for line in lines}
    apart: list[Line] = []
    for line, matches in zip(lines, found, strict=True):
        places = [
            match.start("name") for match in matches if (name := fold(match["name"])) in opening or counts[name] > 1
        ]
        apart += [cut(line, start, end) for start, end in zip([0, *places], [*places, len(line.text)], strict=True)]
    return apart


def blocks_apart(chunks: Sequence[Chunk]) -> list[Sequence[Chunk]]:
    """Return a block's chunks as several blocks: a label in bold after the end of a sentence begins another."""
    if len(chunks) < 2:
        return [chunks]
    places = [number for number in range(1, len(chunks)) if chunks[number].bold and _is_glued(chunks, number)]
    return [chunks[start:end] for start, end in zip([0, *places], [*places, len(chunks)], strict=True)]


def _is_glued(chunks: Sequence[Chunk], number: int) -> bool:
    text = chunks[number].text.strip()
    if not text or _ENDS.search(chunks[number - 1].text[-5:]) is None:
        return False
    following = chunks[number + 1].text if number + 1 < len(chunks) else ""
    if not text.endswith((":", "：")) and not following.startswith((":", "：")):
        return False
    shape = label_shape(text.rstrip(":： "))
    return shape is not None and shape.kind != "open"
