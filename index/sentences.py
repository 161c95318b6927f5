"""Cut turns into sentences (Law 8), find the time of a span of text, and count capitalised words; pure."""

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from index.passage import Sentence
from ingest.errors import LibraryError
from ingest.text.words import marks, normalise, without_marks
from ingest.transcript import Transcript, Turn, Word

# A word, including dots, apostrophes and hyphens inside it: "GOV.UK", "O'Neil", "co-Tech".
WORD = re.compile(r"\w[\w'’.\-]*\w|\w")

MOST_SENTENCE_WORDS = 80
UNPUNCTUATED_WORDS = 40
# A pause of this many seconds ends a sentence where a text has no punctuation.
PAUSE = 0.7
# A pause after fewer words is a hesitation and does not end a sentence.
_FEWEST_BEFORE_PAUSE = 3
# Possessive quantifiers, starting at the first stop of a run, so that a thousand dots cost only a thousand steps.
_STOP = re.compile(r"(?<![.?!…])[.?!…]++[\"'”’)\]]*+(?=\s|$)")
# A stop after one of these abbreviations does not end a sentence.
_ABBREVIATION = re.compile(r"(?:\b(?:mr|mrs|ms|dr|prof|st|vs)|\b(?:e\.g|i\.e))\.$", re.IGNORECASE)
_ABBREVIATION_LETTERS = 10  # length of the longest abbreviation with some context before it
_BREAK = re.compile(r"[,;][\"'”’)\]]*+(?=\s|$)|[–—]|\s-+(?=\s)|--+")
SPACE = re.compile(r"\S+")


def sentences_of(transcript: Transcript) -> tuple[Sentence, ...]:
    """Return every sentence of the turns in order; together they cover all words. Marks alone are no sentence."""
    found: list[Sentence] = []
    position = 0
    for number, turn in enumerate(transcript.turns):
        for start, end in sentence_spans(turn):
            count = len(normalise(turn.text[start:end]))
            if count:
                found.append(Sentence(number, start, end, position, count))
                position += count
    return tuple(found)


def sentence_spans(turn: Turn) -> Iterator[tuple[int, int]]:
    """Yield a turn's sentences in order as character spans [start, end) without outer spaces; never splits a mark."""
    spoken = without_marks(turn.text)
    position = 0
    for paragraph in turn.text.split("\n"):
        for start, end in _split_at_stops(turn.text, spoken, position, position + len(paragraph)):
            yield from _short_enough(turn, spoken, start, end)
        position += len(paragraph) + 1


def window(turn: Turn, start: int, end: int) -> tuple[float | None, float | None]:
    """Return (start, end) in seconds of characters [start, end) of a turn; without word times, those of the turn."""
    inside = words_within(turn, start, end)
    starts = [word.start for word in inside if word.start is not None]
    ends = [word.end for word in inside if word.end is not None]
    return (min(starts) if starts else turn.start, max(ends) if ends else turn.end)


def words_within(turn: Turn, start: int, end: int) -> Sequence[Word]:
    """Return the words of characters [start, end) of a turn, in order.

    Raises LibraryError if the words are not the pieces of its text.
    """
    spans = _spans_of(turn)
    first = bisect_right(spans, start, key=lambda span: span[1])
    return turn.words[first : bisect_left(spans, end, key=lambda span: span[0])]


def _spans_of(turn: Turn) -> tuple[tuple[int, int], ...]:
    """Return the characters [start, end) of each word of a turn; raises LibraryError if its text has others."""
    spans = _pieces_of(turn.text)
    if len(spans) != len(turn.words):
        shown = turn.text[:40].replace("\n", " ")
        raise LibraryError(
            f"the turn that begins “{shown}” has {len(spans):,} words in its text and {len(turn.words):,} with times; "
            "its transcript.json was edited by hand: restore it from a backup, or delete it and ingest its source again"
        )
    return spans


@lru_cache(maxsize=16)
def _pieces_of(text: str) -> tuple[tuple[int, int], ...]:
    """Return the pieces of a turn's text as characters [start, end); cached for the many passages of a long turn."""
    return tuple(piece.span() for piece in SPACE.finditer(text))


def _split_at_stops(text: str, spoken: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    for stop in _STOP.finditer(spoken, start, end):
        if not _ABBREVIATION.search(spoken, max(start, stop.end() - _ABBREVIATION_LETTERS), stop.end()):
            yield from _trimmed(text, start, stop.end())
            start = stop.end()
    yield from _trimmed(text, start, end)


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start < end:
        yield start, end


def _short_enough(turn: Turn, spoken: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Cut a sentence of over 80 words, or a shorter one without punctuation, into pieces that cover it."""
    if _STOP.search(spoken, start, end) or _BREAK.search(spoken, start, end):
        cuts = _at_breaks(turn.text, spoken, start, end)
    else:
        cuts = _at_pauses(turn, spoken, start, end)
    for cut in cuts:
        yield from _trimmed(turn.text, start, cut)
        start = cut
    yield from _trimmed(turn.text, start, end)


def _at_breaks(text: str, spoken: str, start: int, end: int) -> Iterator[int]:
    """Yield where to cut a sentence: after the last comma, semicolon or dash within 80 words, else at 80."""
    words = [piece.span() for piece in SPACE.finditer(text, start, end)]
    if len(words) <= MOST_SENTENCE_WORDS:
        return
    breaks = [found.end() for found in _BREAK.finditer(spoken, start, end)]
    hidden = [(start + begin, start + finish) for begin, finish in marks(text[start:end])]
    first = 0
    while len(words) - first > MOST_SENTENCE_WORDS:
        limit = words[first + MOST_SENTENCE_WORDS - 1][1]
        place = bisect_right(breaks, limit) - 1
        cut = breaks[place] if place >= 0 and breaks[place] > start else _outside(hidden, start, limit)
        yield cut
        start = cut
        # A piece that is cut at its dash ("word—word") counts as a word on both sides.
        first = bisect_right(words, cut, key=lambda word: word[1])


def _outside(hidden: Sequence[tuple[int, int]], start: int, cut: int) -> int:
    """Move a cut that falls inside a mark to before the mark (after it if the sentence begins with the mark)."""
    for begin, finish in hidden:
        if begin < cut < finish:
            return begin if begin > start else finish
    return cut


def _at_pauses(turn: Turn, spoken: str, start: int, end: int) -> Iterator[int]:
    """Yield where to cut text without punctuation: at pauses, else every 40 words."""
    spans = _spans_of(turn)
    held = 0
    before: int | None = None
    for number in range(bisect_left(spans, (start, start)), bisect_left(spans, (end, end))):
        if spoken[slice(*spans[number])].isspace():
            continue  # a mark
        if before is not None and (
            held == UNPUNCTUATED_WORDS or (held >= _FEWEST_BEFORE_PAUSE and _paused(turn, before, number))
        ):
            yield spans[before][1]
            held = 0
        held += 1
        before = number


def _paused(turn: Turn, before: int, number: int) -> bool:
    end, start = turn.words[before].end, turn.words[number].start
    return end is not None and start is not None and round(start - end, 3) >= PAUSE


def ends_as_question(text: str) -> bool:
    """Say whether a text ends with a question mark, closing quotation marks and brackets aside."""
    return text.rstrip("\"'”’)] ").endswith("?")


def count_capitals(sentences: Iterable[str]) -> Iterator[tuple[str, int, int]]:
    """Yield (word in lower case, count with a capital, count without) by word, without the first word of a sentence."""
    capital: Counter[str] = Counter()
    small: Counter[str] = Counter()
    for sentence in sentences:
        for found in list(WORD.finditer(sentence))[1:]:
            word = found.group()
            (capital if word[0].isupper() else small)[word.lower()] += 1
    for word in sorted(capital.keys() | small.keys()):  # the order of a set differs between processes
        yield word, capital[word], small[word]
