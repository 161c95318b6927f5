"""Correct what Whisper misspelt, only where the sound and a list of the show's own names and terms agree; pure.

A correction needs the same consonants in the same order as far as ears tell them apart, nearly the same letters, and
words that do not look like ordinary speech: a name that begins a sentence, or a word in small letters that Whisper was
sure of, is left as it was heard.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from ingest.alignment.matching import sound
from ingest.speech.own_terms import core_of, has_own_shape, may_be_name
from ingest.speech.readable import ends_sentence
from ingest.transcript import Word

FEWEST_LETTERS = 5  # of a single word; shorter ones sound like too many others
MOST_DIFFERENT = 0.25  # share of a term's letters that may be other ones
SURE = 0.5  # from this probability on, a word in small letters is an ordinary word
_CLIP_PAUSE = 0.3  # seconds; Whisper begins a clip with a capital, and cuts clips at such pauses
_SILENT = frozenset("aeiouyhw")  # letters that `sound` leaves out
_EXTRA_WORDS = 2  # a term may be heard as so many more words than it has: "gov dot uk" for "GOV.UK"


@dataclass(frozen=True, slots=True)
class _Term:
    """A term's words, and its letters and digits in lower case."""

    words: tuple[str, ...]
    letters: str

    @property
    def has_own_shape(self) -> bool:
        return _has_own_shape(self.words)


class _Span:
    """Heard words without the punctuation around them; `opens` says that the first has a capital whatever it is."""

    def __init__(self, words: Sequence[Word], opens: bool) -> None:
        self.words = words
        self.opens = opens
        self.cores = [core_of(word.text) for word in words]
        self.letters = _letters("".join(self.cores))

    def is_odd(self, place: int) -> bool:
        """Return whether a word does not look like one of ordinary speech, which a capital at a start does not tell."""
        core, probability = self.cores[place], self.words[place].probability
        if has_own_shape(core):
            return True
        if core[:1].isupper():
            return not self.opens or place > 0 or len(self.cores) > 1
        return probability is not None and probability < SURE


def corrected(words: Sequence[Word], terms: Iterable[str]) -> tuple[Word, ...]:
    """Return the words with the show's own spelling where it agrees with what was heard, else as they are.

    A word of a name is corrected on its own only where the whole name is said too. Where a term has fewer words than
    were heard, a word's `heard` holds several; where it has more, the later ones have `heard` "". So the `heard` of
    all words in order is what Whisper wrote.
    """
    every = [tuple(term.split()) for term in terms]
    found = _corrected(words, every)
    said = f" {' '.join(core_of(word.text) for word in found)} "
    named = [words for words in every if len(words) > 1 and f" {' '.join(words)} " in said]
    return _corrected(found, [*every, *((word,) for name in named if not _has_own_shape(name) for word in name)])


def _corrected(words: Sequence[Word], terms: Iterable[tuple[str, ...]]) -> tuple[Word, ...]:
    known = _by_sound(terms)
    spelt = {word for found in known.values() for term in found for word in term.words}
    longest = max((len(term.words) for found in known.values() for term in found), default=-_EXTRA_WORDS)
    kept: list[Word] = []
    place = 0
    while place < len(words):
        for size in range(min(longest + _EXTRA_WORDS, len(words) - place), 0, -1):
            span = words[place : place + size]
            term = _term_of(span, _opens(words, place), known, spelt) if _may_be_term(span) else None
            if term is not None:
                kept += _respelt(span, term)
                place += size
                break
        else:
            kept.append(words[place])
            place += 1
    return tuple(kept)


def _by_sound(terms: Iterable[tuple[str, ...]]) -> dict[str, list[_Term]]:
    """Return the terms by how they sound, without short single words of no shape of their own."""
    found: dict[str, list[_Term]] = defaultdict(list)
    for words in dict.fromkeys(terms):
        letters = _letters("".join(words))
        if len(words) > 1 or len(letters) >= FEWEST_LETTERS or _has_own_shape(words):
            found[sound(letters)].append(_Term(words, letters))
    return found


def _may_be_term(span: Sequence[Word]) -> bool:
    """Return whether every word can be one of a name, and no punctuation and no pause separates them."""
    return (
        all(may_be_name(word.text) for word in span)
        and all(word.text[-1].isalnum() for word in span[:-1])
        and not any(_pauses(before, word) for before, word in pairwise(span))
    )


def _opens(words: Sequence[Word], place: int) -> bool:
    """Return whether Whisper wrote a capital here for any word, because a sentence or a clip begins."""
    before = words[place - 1] if place else None
    return before is None or ends_sentence(before.text) or _pauses(before, words[place])


def _pauses(before: Word, after: Word) -> bool:
    return before.end is not None and after.start is not None and after.start - before.end >= _CLIP_PAUSE


def _term_of(
    span: Sequence[Word], opens: bool, known: Mapping[str, list[_Term]], spelt: Collection[str]
) -> _Term | None:
    """Return the term to show instead of these words, None if they stay.

    They stay if no term sounds like them, if two terms are equally near, or if they are already spelt as the term.
    """
    whole = _Span(span, opens)
    without_dot = [word for word, core in zip(span, whole.cores, strict=True) if core != "dot"]
    nearest: dict[_Term, int] = {}
    for variant in (whole, _Span(without_dot, opens)) if 0 < len(without_dot) < len(span) else (whole,):
        for term in known.get(sound(variant.letters), ()):
            if tuple(whole.cores) == term.words:
                return None
            if _agrees(variant, term, spelt):
                nearest[term] = _distance(variant.letters, term.letters)
    best = [term for term, distance in nearest.items() if distance == min(nearest.values())]
    return best[0] if len(best) == 1 else None


def _agrees(span: _Span, term: _Term, spelt: Collection[str]) -> bool:
    """Return whether words that sound like a term are that term; see the top of this file."""
    if any("." in core for core in span.cores) and not any("." in word for word in term.words):
        return False  # an address: "redash.io" is not "Redash"
    if span.letters == term.letters:
        return term.has_own_shape and _may_be_reshaped(span, term)
    own = {_letters(word) for word in term.words}
    other = [place for place, core in enumerate(span.cores) if _letters(core) not in own]
    return (
        min(len(span.letters), len(term.letters)) >= FEWEST_LETTERS
        and len(span.cores) <= len(term.words)
        and _distance(_spelling(span.letters), _spelling(term.letters)) <= MOST_DIFFERENT * len(term.letters)
        and _digits(span.letters) == _digits(term.letters)
        and _begin_alike(span.letters, term.letters)
        and _end_alike(span, term)
        and bool(other)
        and (len(term.words) > 1 or term.has_own_shape or span.cores[0][:1].isupper())
        and all(span.is_odd(place) and span.cores[place] not in spelt for place in other)
    )


def _may_be_reshaped(span: _Span, term: _Term) -> bool:
    """Return whether words with a term's letters may get its capitals and dots and be divided as it is."""
    if len(span.cores) == 1 and "".join(term.words).isupper():  # "it" is not "IT"
        return any(map(has_own_shape, span.cores)) or not set(span.letters) & set("aeiouy")
    divided = [_letters(part) for core in span.cores for part in core.split("-")]
    is_divided_alike = divided == [_letters(part) for word in term.words for part in word.split("-")]
    # "Python To Me" is not "PythonToMe", "no SQL" is not "NoSQL".
    is_odd = len(span.cores) <= len(term.words) + 1 and all(map(span.is_odd, range(len(span.cores))))
    return is_divided_alike or is_odd or any("." in word for word in term.words)


def _respelt(span: Sequence[Word], term: _Term) -> list[Word]:
    """Return a term's words with the times of the heard ones, and with the punctuation around them."""
    first, last = span[0].text, span[-1].text
    texts = list(term.words)
    texts[0] = first[: first.index(core_of(first))] + texts[0]
    texts[-1] += last[last.rindex(core_of(last)) + len(core_of(last)) :]
    owners = _owners(span, term)
    found: list[Word] = []
    for number, after in pairwise([*sorted(set(owners)), len(texts)]):
        group = [word for word, owner in zip(span, owners, strict=True) if owner == number]
        found += _spread(texts[number:after], group)
    return found


def _owners(span: Sequence[Word], term: _Term) -> list[int]:
    """Return for each heard word the number of the term's word it belongs to, by the letters before both."""
    if len(span) == len(term.words):
        return list(range(len(span)))
    heard = [0, *accumulate(len(_letters(word.text)) for word in span)]
    ends = list(accumulate(len(_letters(word)) for word in term.words))
    return [0, *(bisect_right(ends, (begin + 0.5) * ends[-1] / heard[-1]) for begin in heard[1:-1])]


def _spread(texts: Sequence[str], group: Sequence[Word]) -> Iterator[Word]:
    """Yield a group of heard words as these texts; the first keeps what was heard, and letters share out the time."""
    whole = " ".join(filter(None, (word.text if word.heard is None else word.heard for word in group)))
    known = [word.probability for word in group if word.probability is not None]
    start, end = group[0].start, group[-1].end
    bounds = [0, *accumulate(map(len, texts))]
    for place, text in enumerate(texts):
        begin, until = (_between(start, end, bounds[at] / bounds[-1]) for at in (place, place + 1))
        heard = "" if place else None if text == whole else whole
        yield Word(text, begin, until, min(known, default=None), heard)


def _between(start: float | None, end: float | None, share: float) -> float | None:
    """Return a time between two, rounded to milliseconds; exactly the first for share 0 and the second for 1."""
    if start is None or end is None:
        return None
    return start if share == 0 else end if share == 1 else round(start + share * (end - start), 3)


def _has_own_shape(words: Iterable[str]) -> bool:
    return any(map(has_own_shape, words))


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))


def _spelling(letters: str) -> str:
    return letters.replace("ph", "f")


def _digits(text: str) -> str:
    return "".join(filter(str.isdigit, text))


def _begin_alike(heard: str, term: str) -> bool:
    """Return whether words of the same sound also begin alike: "Kat" and "Cat" do, "Alan" and "Lane" do not."""
    return heard[0] == term[0] or not {heard[0], term[0]} & _SILENT


def _end_alike(span: _Span, term: _Term) -> bool:
    """Return whether the words end with the same letters: "Daniel" is not "Danielle", "Julia Brown" not "Julie Brown".

    Where they are divided otherwise, only the last one can be compared.
    """
    if len(span.cores) != len(term.words):
        return span.letters[-1] == term.letters[-1]
    return all(_letters(core)[-1] == _letters(word)[-1] for core, word in zip(span.cores, term.words, strict=True))


def _distance(heard: str, term: str) -> int:
    """Return how many letters must be added, left out or replaced to make one word of the other (Levenshtein)."""
    row = list(range(len(term) + 1))
    for count, letter in enumerate(heard, 1):
        before, row[0] = row[0], count
        for place, other in enumerate(term, 1):
            before, row[place] = row[place], min(before + (letter != other), row[place] + 1, row[place - 1] + 1)
    return row[-1]
