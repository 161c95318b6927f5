"""Who is named beside quoted words, and whether a show is; pure."""

import re
from collections.abc import Iterable, Sequence

from ingest.alignment.spoken_units import spoken_units, spoken_words

_NAME = (
    r"[^\W\d_a-z][\w’'.-]*(?:[ \n](?:(?:de|den|der|di|du|la|le|ter|van|von|al|el|bin)[ \n])?[^\W\d_a-z][\w’'.-]*){0,3}"
)
_VERB = (
    r"(?:said|says|saying|told|tells|asked|asks|added|adds|explained|explains|argued|argues|recalled|recalls|put|puts"
    r"|wrote|writes|remembered|remembers|noted|notes|replied|replies|called|calls|described|describes|admitted|admits)"
)
# Who is named directly after quoted words, and directly before them.
_AFTER = (
    re.compile(rf"^[\s,.;:]*{_VERB}[ \n](?P<name>{_NAME})"),
    re.compile(rf"^[\s,.;:]*(?P<name>{_NAME})[ \n](?:\w+[ \n])?{_VERB}\b"),
    re.compile(rf"^[\s,.;:]*(?:[—–―~-]+|\()[\s]*(?P<name>{_NAME})"),
)
# As the source of a block quote: "Ada Moor, engineer, in Episode 3", "Ada Moor in Episode 3", "Ada Moor".
_SOURCE = re.compile(rf"^[\s,.;:]*(?:[—–―~-]+\s*)?(?P<name>{_NAME})(?=\s*(?:,|\(|:|\Z|\.\s*\Z|in\b|on\b|at\b|from\b))")
_BEFORE = (
    re.compile(rf"(?P<name>{_NAME})[ \n](?:\w+[ \n])?{_VERB}\b[^.!?]*\Z"),
    re.compile(rf"(?P<name>{_NAME})[^.!?]{{0,80}}:\s*\Z"),
    re.compile(rf"\b{_VERB}[ \n](?P<name>{_NAME})[^.!?]{{0,60}}[,:]\s*\Z"),
)
_TITLES = frozenset("dr mr mrs ms miss prof professor sir dame lord lady doctor mister".split())
# Capitalised words that begin a sentence or an introduction, and are no names.
_NO_NAMES = frozenset(
    "a an and as at but by for from he her his i if in it its listen my on or our she so the their there they this to "
    "then we what when where which who with you your episode podcast read hear quote source according".split()
)


def named_after(text: str, is_source: bool) -> list[str]:
    """Return the name that stands directly after quoted words as their speaker's; with `is_source`, after a block."""
    patterns = (*_AFTER, _SOURCE) if is_source else _AFTER
    return _first(pattern.search(text) for pattern in patterns)


def named_before(text: str) -> list[str]:
    """Return the name that stands directly before quoted words as their speaker's."""
    return _first(pattern.search(text) for pattern in _BEFORE)


def is_same_person(claimed: str, names: Iterable[str]) -> bool:
    """Say whether a name in a text can be one of a speaker's: all the words of one are in the other."""
    mine = _name_words(claimed)
    return any(mine and theirs and (mine <= theirs or theirs <= mine) for theirs in map(_name_words, names))


def stands_in(name: str, text: str) -> bool:
    """Say whether the last word of a name, or all of it, stands in a text."""
    words = set(_words(text))
    mine = [word for word in _words(name) if word not in _TITLES]
    return bool(mine) and mine[-1] in words


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


def _first(found: Iterable[re.Match[str] | None]) -> list[str]:
    for match in found:
        if match is not None:
            words = match["name"].rstrip(".").split()
            while words and words[0].casefold() in _NO_NAMES:
                words = words[1:]
            if words and words[0].casefold() not in _NO_NAMES:
                return [" ".join(words)]
    return []


def _words(text: str) -> list[str]:
    return spoken_words(spoken_units(text))


def _name_words(name: str) -> frozenset[str]:
    words = (word.removesuffix("s") if word.endswith("s") and len(word) > 4 else word for word in _words(name))
    return frozenset(word for word in words if word not in _TITLES and len(word) > 1)
