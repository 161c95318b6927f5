"""Find an episode's number in its title, only where a title numbers its own episode; pure."""

import re
from collections import Counter
from collections.abc import Collection, Sequence
from itertools import pairwise

# No decimal, ordinal, percentage, date or range ("Episodes 12 & 13").
_NUMBER = r"0*(?P<number>\d{1,5})(?![\w%]|[.,/]\d|[-–]\d|\s*(?:[&+/]|\b(?:and|und|et|y|e)\b)\s*#?\d)"
_EPISODE = (
    r"(?:episode|épisode|episodio|episódio|episod|eps?|folge|ausgabe|sendung|aflevering|avsnitt|afsnit|jakso|odcinek"
    r"|выпуск|эпизод)"
)
_MARKED = rf"\b{_EPISODE}(?:[\s.:#№]*|-)"
_SEASON = r"(?:season|series|staffel|saison|temporada|stagione|seizoen|säsong|s)"
_BREAK = r"(?=\s*(?:$|[:|.,;!?()[\]–—-]|(?:with|ft|feat|mit|avec|con)\b|w/))"
_NEW_TITLE = r"(?-i:(?=\s+[^\W\d_a-zß-ÿ]))"
# "GDS Podcast #35: …"
_OF_SHOW = r"[^#\d]{0,60}?\b(?:podcast|show|talk|programme)s?\b\W*?"
_FIRST = re.compile(
    rf"(?:{_OF_SHOW})?[\[(]?(?:{_SEASON}\s*\d{{1,3}}\W*(?:{_EPISODE}|e)[\s.#]*|\d{{1,2}}x(?=\d{{2}}\b)){_NUMBER}"
    rf"|(?:{_OF_SHOW})?{_MARKED}{_NUMBER.replace('number', 'marked')}(?:{_BREAK}|{_NEW_TITLE})"
    rf"|(?:{_OF_SHOW}\s*#|(?:podcast|show)\s)\s*{_NUMBER.replace('number', 'counted')}{_BREAK}"
    rf"|#\s*{_NUMBER.replace('number', 'alone')}",
    re.IGNORECASE,
)
_LAST = re.compile(
    rf"(?:\s[-–—]|[|,])\s*{_MARKED}{_NUMBER}$"
    rf"|[(\[]\s*(?:{_MARKED}|#\s*){_NUMBER.replace('number', 'inside')}\s*[)\]]$",
    re.IGNORECASE,
)
# "Kettles #12", unless another number stands before: "24: Listeners ask #1", "Tea with Episode 154 – Mail #2".
_SIGNED = re.compile(rf"\D*\b(?P<before>[^\W\d]+)\W*\s#\s*{_NUMBER}$", re.IGNORECASE)
# "Our worst cups, part #2" counts something else than episodes.
_OTHERS = frozenset(
    "best chapter day lesson number part pt question reason round rule season tip top volume vol week worst".split()
)
# Words for what goes with an episode, or brings an earlier one again: before all else, or after it.
_BESIDE = (
    r"(?:bonus|extras?|trailer|teaser|preview|promo|recap|outtakes?|bloopers?|announcement|coming soon|introducing"
    r"|best of|behind the scenes|re-?runs?|re-?broadcast|re-?release|replay|repeat|encore|rewind|after-?show"
    r"|wiederholung|vorschau)"
)
_IS_BESIDE = re.compile(rf"\W*{_BESIDE}\b|.*(?:[-–—:|(\[]\s*|\d\s+){_BESIDE}\W*$", re.IGNORECASE)

# A habit: so many titles, of the share of those without a number, whose numbers differ and go one way.
_FEWEST, _SHARE, _DIFFERENT, _ONE_WAY = 3, 0.5, 0.9, 0.8
_YEARS = range(1900, 2100)
_HABITS = tuple(
    re.compile(habit, re.IGNORECASE)
    for habit in (
        rf"(?P<sign>#?){_NUMBER}(?:[:.)|]\s|\s+[-–—|:]\s|\s*$)",
        rf"(?P<sign>(?=0)){_NUMBER}\s",
        rf"(?P<sign>[^\d#]{{1,40}}?[\s#]*){_NUMBER}(?:[\s:|.,;!?)\]–—-]|$)",
        rf".*(?P<sign>(?:[|–—:,(\[]|\s-|\s{_EPISODE}\b)[^\d|–—:,(\[]{{0,30}}){_NUMBER}[)\]]?$",
    )
)


def number_in(title: str | None, show: str | None = None) -> int | None:
    """Return the number that a title gives its own episode, else None: a marked one, or a last "#35".

    That last one may also count something else, for example the times that listeners ask.
    """
    marked = marked_number_in(title, show)
    line = _without(_line(show), _line(title))
    found = None if marked is not None or _is_beside(line) else _SIGNED.match(line)
    return marked if found is None or found["before"].casefold() in _OTHERS else int(found["number"])


def marked_number_in(title: str | None, show: str | None = None) -> int | None:
    """Return the number that a title marks as its own episode's ("Episode 35: …", "#35 …", "… (Ep. 35)"), else None.

    The title of the `show` may stand before it. A trailer, a bonus, a repeat, a decimal and a list ("Top #5: …") have
    no number.
    """
    line = _without(_line(show), _line(title))
    found = None if _is_beside(line) else _FIRST.match(line) or _LAST.search(line)
    return None if found is None else next(int(value) for value in found.groups() if value)


def habitual_numbers(titles: Sequence[str | None], taken: Collection[int]) -> dict[int, int]:
    """Return the numbers of titles that only the feed's habit makes numbers ("384: …", "… | LUP 232"), by position.

    `titles` are those of a feed, in its order, that nothing else numbers; `taken` are the numbers of its other
    episodes. At least three titles, and half of them all, must have their number in the same place and next to the
    same words. The numbers must differ and go one way.
    """
    usable = {place: line for place, title in enumerate(titles) if (line := _line(title)) and not _is_beside(line)}
    for habit in _HABITS:
        matches = {place: found for place, line in usable.items() if (found := habit.match(line)) is not None}
        signs = Counter(_letters(found["sign"]) for found in matches.values())
        for sign, count in signs.most_common(1):
            numbers = {
                place: int(found["number"]) for place, found in matches.items() if _letters(found["sign"]) == sign
            }
            if count >= max(_FEWEST, _SHARE * len(usable)) and _is_a_count(list(numbers.values()), taken):
                return numbers
    return {}


def _line(title: str | None) -> str:
    return " ".join((title or "").replace("_", " ").split())


def _without(show: str, line: str) -> str:
    """Return a title's line without the show's title at its beginning."""
    is_named = show != "" and line[: len(show)].casefold() == show.casefold()
    return line[len(show) :].lstrip(" :|,–—-") if is_named else line


def _letters(sign: str) -> str:
    return "".join(letter for letter in sign.casefold() if letter.isalnum())


def _is_beside(line: str) -> bool:
    return _IS_BESIDE.match(line) is not None


def _is_a_count(numbers: Sequence[int], taken: Collection[int]) -> bool:
    """Return whether numbers in a feed's order count its episodes: they differ, are no years, and rise or fall."""
    if len(set(numbers) - set(taken)) < _DIFFERENT * len(numbers) or all(number in _YEARS for number in numbers):
        return False
    rises = sum(one < other for one, other in pairwise(numbers))
    falls = sum(one > other for one, other in pairwise(numbers))
    return max(rises, falls) >= _ONE_WAY * (len(numbers) - 1)
