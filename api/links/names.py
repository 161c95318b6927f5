"""Who is named beside quoted words, and whether a show is; pure."""

import re
from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache

from ingest.alignment.spoken_units import spoken_units, spoken_words

_NAME = (
    r"[^\W\d_a-z][\w’'.-]*(?:[ \n](?:(?:de|den|der|di|du|la|le|ter|van|von|al|el|bin)[ \n])?[^\W\d_a-z][\w’'.-]*){0,3}"
)
_VERB = (
    r"(?:said|says|saying|told|tells|asked|asks|added|adds|explained|explains|argued|argues|recalled|recalls|put|puts"
    r"|wrote|writes|remembered|remembers|noted|notes|replied|replies|called|calls|described|describes|admitted|admits)"
)
# Who is named directly after quoted words, and directly before them; and whether a name that no speaker of the library
# has is believed there: brackets and what stands before a colon may hold anything else ("(Transcript)", "First:").
_AFTER = (
    (re.compile(rf"^[\s,.;:]*{_VERB}[ \n](?P<name>{_NAME})"), True),
    (re.compile(rf"^[\s,.;:]*(?P<name>{_NAME})[ \n](?:\w+[ \n])?{_VERB}\b"), True),
    (re.compile(rf"^[\s,.;:]*[—–―~-]+\s*(?P<name>{_NAME})"), True),
    (re.compile(rf"^[\s,.;:]*\(\s*(?P<name>{_NAME})"), False),
)
# As the source of a block quote: "Ada Moor, engineer, in Episode 3", "Ada Moor in Episode 3", "Ada Moor".
_SOURCE = re.compile(rf"^[\s,.;:]*(?:[—–―~-]+\s*)?(?P<name>{_NAME})(?=\s*(?:,|\(|:|\Z|\.\s*\Z|in\b|on\b|at\b|from\b))")
_BEFORE = (
    (re.compile(rf"(?P<name>{_NAME})[ \n](?:\w+[ \n])?{_VERB}\b[^.!?]*\Z"), True),
    (re.compile(rf"(?P<name>{_NAME})[^.!?]{{0,80}}:\s*\Z"), False),
    (re.compile(rf"\b{_VERB}[ \n](?P<name>{_NAME})[^.!?]{{0,60}}[,:]\s*\Z"), True),
)
# A sentence that begins with a name is no source of a quote.
_SENTENCE = re.compile(r"\w[.!?]\s*\Z")
_TITLES = frozenset("dr mr mrs ms miss prof professor sir dame lord lady doctor mister".split())
# Capitalised words that begin a sentence or an introduction, and are no names.
_NO_NAMES = frozenset(
    "a an and as at but by for from he her his i if in it its listen my on or our she so the their there they this to "
    "then we what when where which who with you your episode podcast read hear quote source according".split()
)


def named_after(text: str, is_source: bool, speakers: Collection[str]) -> list[str]:
    """Return the name that stands directly after quoted words as their speaker's; with `is_source`, after a block.

    `speakers` are those of the library; of other names only those are returned that are surely a speaker's.
    """
    source = ((_SOURCE, _SENTENCE.search(text) is None),) if is_source else ()
    return _first(text, (*_AFTER, *source), speakers)


def named_before(text: str, speakers: Collection[str]) -> list[str]:
    """Return the name that stands directly before quoted words as their speaker's; `speakers` as in `named_after`."""
    return _first(text, _BEFORE, speakers)


def is_same_person(claimed: str, names: Iterable[str]) -> bool:
    """Say whether a name in a text can be one of a speaker's: all the words of one are in the other."""
    mine = _name_words(claimed)
    return any(mine and theirs and (mine <= theirs or theirs <= mine) for theirs in map(_name_words, names))


def stands_in(name: str, text: str) -> bool:
    """Say whether the last word of a name, or all of it, stands in a text."""
    words = set(_words(text))
    mine = [word for word in _words(name) if word not in _TITLES]
    return bool(mine) and mine[-1] in words


def is_title(words: str, titles: Iterable[str]) -> bool:
    """Say whether words are one of the titles, or stand in it as they are."""
    mine = _spoken(words)
    return bool(mine) and any(f" {mine} " in f" {_spoken(title)} " for title in titles)


def without(text: str, titles: Iterable[str]) -> str:
    """Return the text without the titles of shows and episodes, which may hold names."""
    for title in titles:
        if title and title in text:
            text = text.replace(title, "")
    return text


def show_names(titles: Iterable[str]) -> list[tuple[str, ...]]:
    """Return the words by which a text may name a show: its title without "the", and "podcast" if two words stay."""
    found: list[tuple[str, ...]] = []
    for title in titles:
        words = _words(title)
        words = words[1:] if words[:1] == ["the"] and len(words) > 2 else words
        found.append(tuple(words))
        if words[-1:] == ["podcast"] and len(words) > 2:
            found.append(tuple(words[:-1]))
    return [name for name in dict.fromkeys(found) if name]


def names_show(text: str, shows: Sequence[tuple[str, ...]]) -> bool:
    """Say whether a text names one of the shows."""
    words = f" {' '.join(_words(text))} "
    return any(f" {' '.join(name)} " in words for name in shows)


def _first(text: str, patterns: Iterable[tuple[re.Pattern[str], bool]], speakers: Collection[str]) -> list[str]:
    for pattern, believes_strangers in patterns:
        if (match := pattern.search(text)) is None:
            continue
        words = match["name"].rstrip(".").split()
        while words and words[0].casefold() in _NO_NAMES:
            words = words[1:]
        name = " ".join(words)
        if not words or name.endswith(("'s", "’s")):
            continue
        if believes_strangers or is_same_person(name, speakers):
            return [name]
    return []


@lru_cache(maxsize=4096)
def _spoken(text: str) -> str:
    return " ".join(_words(text))


def _words(text: str) -> list[str]:
    return spoken_words(spoken_units(text))


@lru_cache(maxsize=4096)
def _name_words(name: str) -> frozenset[str]:
    words = (word.removesuffix("s") if word.endswith("s") and len(word) > 4 else word for word in _words(name))
    return frozenset(word for word in words if word not in _TITLES and len(word) > 1)
