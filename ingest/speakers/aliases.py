"""Find whom a transcript's labels stand for: first names become full names, other variants get an alias."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from unicodedata import combining, normalize

from ingest.speakers.label_shape import label_shape, names_several
from ingest.speakers.names import first_name, fold, is_role, is_title, name_words

_CAPITALISED = re.compile(
    r"[^\W\d_a-zà-ÿ][\w’'-]*(?: (?:(?:de|da|di|van|von|der|den|bin|al) )?[^\W\d_a-zà-ÿ][\w’'-]*)+"
)
_INTRODUCES = re.compile(
    r"(?:\bI am|\bI['’]m|[Mm]y name is|[Mm]y name['’]s|[Tt]his is|[Jj]oined by|[Ww]elcome,?|[Ww]ith|[Hh]ere is"
    r"|[Gg]uests? (?:is|are)|\band)\s+$"
)
_ALIKE = 0.8  # difflib's ratio from which two spellings of a surname are the same person
# "Ada Brewer (AB)", and a label that may be such initials: "AB", "A.B.".
_BRACKETED = re.compile(r"[(\[]([^\W\d_a-z]{2,4})[)\]]")
_INITIALS = re.compile(r"(?:[^\W\d_a-zà-ÿ]\.?){2,4}")
_LEGEND_CHARACTERS = 80
_VOWEL = re.compile("[AEIOUY]")
_BEARERS_LIMIT = 50  # people with one first name or surname; keeps the time for hostile input linear
_INTRODUCED_LIMIT = 10_000  # characters of what is said: later on, people are spoken of
_TEXT_LIMIT = 200_000  # characters searched for introductions, which are at the beginning


def full_names(printed: Collection[str], names: Collection[str], text: str) -> dict[str, str]:
    """Return the full name for every label that is only a first name, if exactly one person has that first name.

    Full names come from the other labels, else from `names`, else from a sentence of the text that introduces
    somebody ("I am Ada Brewer"). If two people share the first name, the label is left out.
    """
    sources = [_by_first_name(source) for source in (printed, names, _introduced(text))]
    found: dict[str, str] = {}
    for label in printed:
        if len(label.split()) > 1 or is_role(label):
            continue
        bearers = next((source[fold(label)] for source in sources if fold(label) in source), {})
        if len(bearers) == 1:
            found[label] = next(iter(bearers.values()))
    return found


def _by_first_name(names: Collection[str]) -> dict[str, dict[str, str]]:
    """Return the people with each first name, by their folded names."""
    people: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for name in names:
        if name_words(name) > 1 and first_name(name) and not names_several(name):
            people[first_name(name)].setdefault(_untitled(name), name)  # "Ada Brewer" and "Dr Ada Brewer" are one
    return dict(people)


def short_names(printed: Collection[str], people: Sequence[str], names: Collection[str], text: str) -> dict[str, str]:
    """Return the full name for every label that is one person's surname ("Brewer", "Dr Brewer") or initials ("AB").

    `people` are the full names among the labels; they come before those whose initials the text gives ("Ada Brewer
    (AB)"), before `names`, and before people whom the text introduces. If two people fit, the label is left out.
    """
    sources = [_by_short_name(source) for source in (people, _legend(text), names, _introduced(text))]
    found: dict[str, str] = {}
    for label in printed:
        surname = _untitled(label)
        if not surname or " " in surname or is_role(label):
            continue
        keys = [surname, label.replace(".", "")] if _INITIALS.fullmatch(label) else [surname]
        bearers = next((source[key] for source in sources for key in keys if key in source), {})
        if len(bearers) == 1:
            found[label] = next(iter(bearers.values()))
    return found


def names_of_labels(printed: Collection[str], text: str) -> tuple[dict[str, str], dict[str, str]]:
    """Return the full names of labels that are first names, and the aliases of the others, for captions with labels.

    `text` is what is said, whose beginning may introduce people.
    """
    text = text[:_INTRODUCED_LIMIT]
    full = full_names(printed, (), text)
    shapes = ((label, label_shape(label)) for label in printed)
    bases = {label: shape.base for label, shape in shapes if shape and shape.kind == "name" and shape.base != label}
    people = [*bases.values(), *(label for label in printed if label not in bases)]
    return full, {**short_names([label for label in printed if label not in full], people, (), text), **bases}


def _by_short_name(names: Collection[str]) -> dict[str, dict[str, str]]:
    """Return the people with each surname (folded) and with each initials (capitals), by their names without titles.

    Where names are in capitals, "MO" may be somebody called Mo, so that only initials without a vowel count.
    """
    people: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for name in names:
        words = _untitled(name).split()
        if len(words) < 2 or name_words(name) < 2 or names_several(name):
            continue
        initials = "".join(word[0] for word in name.split() if word[0].isupper() and not is_title(word))
        is_clear = not (name.isupper() and _VOWEL.search(initials))
        for short in (words[-1], initials) if is_clear else words[-1:]:
            if len(short) > 1 and len(people[short]) < _BEARERS_LIMIT:
                people[short].setdefault(" ".join(words), name)
    return dict(people)


def _legend(text: str) -> list[str]:
    """Return the names that a text prints with their initials: "Ada Brewer (AB)"."""
    names = []
    for found in _BRACKETED.finditer(text[:_TEXT_LIMIT]):
        words = text[max(0, found.start() - _LEGEND_CHARACTERS) : found.start()].split()[-len(found[1]) :]
        if len(words) > 1 and "".join(word[0] for word in words) == found[1]:
            names.append(" ".join(words))
    return names


def _untitled(name: str) -> str:
    return " ".join(word for word in fold(name).split() if not is_title(word))


def _introduced(text: str) -> list[str]:
    return [name for name, before in _mentions(text) if _INTRODUCES.search(before)]


def find_aliases(printed: Collection[str], names: Collection[str], text: str) -> dict[str, str]:
    """Return the name that a label stands for, if it is a variant of a name in the text or in `names`.

    Variants are a short first name ("Sam Brewer" for "Samuel Brewer"), another spelling ("Lis Jeffery" for "Lis
    Jeffry"), and different accents or capitals. A name that is itself a label is a different person. Two possible names
    give no alias.
    """
    mentioned = list(dict.fromkeys([*names, *(name for name, _ in _mentions(text))]))
    exact = set(mentioned)
    labels = {fold(label) for label in printed}
    by_word: defaultdict[str, list[str]] = defaultdict(list)
    for name in mentioned:
        words = _plain(name).split()
        for word in {words[0], words[-1]} if len(words) > 1 else ():
            by_word[word].append(name)
    aliases: dict[str, str] = {}
    for label in printed:
        if name_words(label) < 2 or label in exact or is_role(label):
            continue
        words = _plain(label).split()
        candidates = [name for word in (words[0], words[-1]) for name in by_word[word][:_BEARERS_LIMIT]]
        near = {name for name in candidates if _same_person(label, name)}
        near = {name for name in near if fold(name) not in labels or _plain(name) == _plain(label)}
        if len({_plain(name) for name in near}) == 1:
            aliases[label] = sorted(near)[0]
    return aliases


def _mentions(text: str) -> Iterator[tuple[str, str]]:
    """Yield every run of two or three capitalised words, and the characters before it."""
    for found in _CAPITALISED.finditer(text[:_TEXT_LIMIT]):
        spans = [word.span() for word in re.finditer(r"\S+", found[0])][:8]
        for size in (2, 3):
            for begin in range(len(spans) - size + 1):
                start, end = spans[begin][0], spans[begin + size - 1][1]
                before = text[max(0, found.start() + start - 20) : found.start() + start]
                yield re.sub(r"['’]s$", "", found[0][start:end]), before


def _plain(name: str) -> str:
    return "".join(letter for letter in normalize("NFKD", fold(name)) if not combining(letter))


def _same_person(label: str, name: str) -> bool:
    one, other = _plain(label).split(), _plain(name).split()
    if len(one) != len(other) or len(one) < 2:
        return False
    if one == other:
        return True
    if one[1:] == other[1:]:
        short, long = sorted((one[0], other[0]), key=len)
        return (len(short) >= 2 and long.startswith(short)) or _alike(short, long)
    return one[:-1] == other[:-1] and _alike(one[-1], other[-1])


def _alike(one: str, other: str) -> bool:
    return one[0] == other[0] and min(len(one), len(other)) > 3 and SequenceMatcher(None, one, other).ratio() >= _ALIKE


def speaker_of(label: str, role: str, full: Mapping[str, str]) -> str:
    """Return a turn's speaker: the full name if the label has one, else the label as printed; with its role if any."""
    name = full.get(label, label)
    return f"{name} {role}" if role else name


def role_aliases(speakers: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Return the name without role of every speaker printed with one: "Ada Brewer (GDS)" is Ada Brewer."""
    return {f"{name} {role}": name for name, role in speakers if role}
