"""English stems of words, whose only source is tantivy's analyser, and the postings of passages that hold them."""

from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import zip_longest
from pathlib import Path

import numpy as np
import tantivy
from numpy.typing import NDArray

from index.errors import IndexBroken
from index.segments.postings import Postings, load, save
from ingest.text.words import without_marks

Rows = NDArray[np.int64]

_NO_ROWS = np.empty(0, np.int64)
# Words whose stems are compared with those that were made when postings were written. They are the examples of every
# rule of the English stemmer, and its exceptions.
_TESTED = """
university universities universal generously generic communism arsenal organization organ caresses ponies ties cats feed
agreed plastered bled motoring sing conflated troubled sized hopping tanned falling hissing fizzed failing filing happy
sky cry by say relational conditional rational valency hesitancy digitizer conformably radically differently vilely
analogously vietnamization predication operator feudalism decisiveness hopefulness callousness formality sensitivity
sensibility triplicate formative formalize electricity electrical hopeful goodness revival allowance inference airliner
gyroscopic adjustable defensible irritant replacement adjustment dependent adoption homologous activate angularity
effective bowdlerize probate rate cease controll roll skis skies dying lying tying idly gently ugly early only singly
news howe atlas cosmos bias andes inning outing canning herring earring proceed exceed succeed evening past pasted
logically geologist people's café naïve straße
"""


def analyser() -> tantivy.TextAnalyzer:
    """Return the analyser for passages and questions: words in lower case, stemmed, without a stop list."""
    return (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
        .filter(tantivy.Filter.remove_long(60))
        .filter(tantivy.Filter.lowercase())
        .filter(tantivy.Filter.ascii_fold())
        .filter(tantivy.Filter.stemmer("english"))
        .build()
    )


def stems(text: str) -> list[str]:
    """Return the stems of a text's words in order, leaving out marks."""
    found: list[str] = _shared_analyser().analyze(without_marks(text))
    return found


@cache
def _shared_analyser() -> tantivy.TextAnalyzer:
    return analyser()


def write(path: Path, texts: Iterable[str]) -> None:
    """Write the postings of passages into a new file; row numbers are positions in `texts`. Raises OSError."""
    vocabulary: dict[str, int] = {}
    lengths, distinct, numbers, counts = array("q"), array("q"), array("q"), array("q")
    for text in texts:
        found = Counter(stems(text))
        lengths.append(found.total())
        distinct.append(len(found))
        numbers.extend(vocabulary.setdefault(stem, len(vocabulary)) for stem in found)
        counts.extend(found.values())
    rows = np.repeat(np.arange(len(lengths)), np.frombuffer(distinct, np.int64))
    entries = (np.frombuffer(numbers, np.int64), rows, np.frombuffer(counts, np.int64))
    save(path, [stem.encode() for stem in vocabulary], entries, np.frombuffer(lengths, np.int64), _tested())


def merge(path: Path, parts: Sequence[tuple[Path, Rows]]) -> None:
    """Write the postings of several parts' kept rows, ascending, as `write` would for their texts in that order.

    Raises IndexBroken if a part cannot be read or was made with other word stems, OSError if `path` cannot be written.
    """
    vocabulary: dict[bytes, int] = {}
    lengths: list[Rows] = [_NO_ROWS]
    entries: list[tuple[Rows, Rows, Rows]] = [(_NO_ROWS, _NO_ROWS, _NO_ROWS)]
    begin = 0
    for source, kept in parts:
        part = open_postings(source)
        renumbered = np.full(len(part.lengths), -1)
        renumbered[kept] = np.arange(begin, begin + len(kept))
        try:
            numbers, rows, counts = part.entries()
            stays = renumbered[rows] >= 0
            ranks = np.array([vocabulary.setdefault(stem, len(vocabulary)) for stem in part.stems()], np.int64)
            entries.append((ranks[numbers[stays]], renumbered[rows[stays]], counts[stays]))
        except (IndexError, ValueError) as error:
            raise IndexBroken(f"{source} is damaged; run: playback index --rebuild") from error
        lengths.append(part.lengths[kept])
        begin += len(kept)
    numbers, rows, counts = (np.concatenate(values) for values in zip(*entries, strict=True))
    save(path, list(vocabulary), (numbers, rows, counts), np.concatenate(lengths), _tested())


def _tested() -> str:
    return " ".join(stems(_TESTED))


def open_postings(path: Path) -> Postings:
    """Open verified postings; raises IndexBroken if their stems are not those of this version of tantivy.

    English stems differ between versions of tantivy: 0.26 cuts "university" to "univers", 0.27 to "universiti". Words
    of questions would not be found.
    """
    part = load(path)
    check_stems(part.tested)
    return part


def check_stems(made: str) -> None:
    """Raise IndexBroken unless stemming gives today what it `made` of fixed words when postings were written."""
    tested = _tested()
    if made != tested:
        pairs = zip_longest(made.split(), tested.split())
        lost = next((ours for theirs, ours in pairs if theirs != ours), "")
        raise IndexBroken(
            f"the index was built with other word stems than this version of tantivy uses (such as {lost!r}); "
            "run: playback index --rebuild"
        )
