"""Convert text to its spoken form: "£5" becomes "five pounds", "24/7" "twenty-four seven", "G.D.S." "gds"."""

import re
import unicodedata
from functools import lru_cache

_PART = re.compile(
    r"(?P<initials>\b(?:[^\W\d_]\.){2,}(?:[^\W\d_]\b)?)"
    r"|(?P<currency>[£$€])?(?P<number>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
    r"(?P<suffix>(?:st|nd|rd|th|s|k|m|bn|million|billion)\b)?"
    r"|(?P<word>[^\W\d_]+)|(?P<sign>[%&+@])"
)
# fmt: off
_ONES = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)
_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
# fmt: on
_SCALES = ((10**9, "billion"), (10**6, "million"), (1000, "thousand"), (100, "hundred"))
_ORDINALS = {"one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth"}
_ORDINALS |= {"twelve": "twelfth", "twenty": "twentieth", "thirty": "thirtieth"}
_CURRENCIES = {"£": "pounds", "$": "dollars", "€": "euros"}
_SUFFIXES = {"k": "thousand", "m": "million", "bn": "billion", "million": "million", "billion": "billion"}
_SIGNS = {"%": "percent", "&": "and", "+": "plus", "@": "at"}
_APOSTROPHES = str.maketrans("", "", "'’‘ʼ")
_LONGEST_NUMBER = 12  # digits; longer numbers are read digit by digit, as people do


@lru_cache(maxsize=65536)
def spoken_form(piece: str) -> tuple[str, ...]:
    """Return the lower-case words that people say when they read a whitespace-separated piece of text aloud.

    Numbers, years, money and ordinals become words. Hyphens and other signs separate words, apostrophes are removed. A
    piece without letters, digits or spoken signs has no words.
    """
    text = unicodedata.normalize("NFKC", piece).casefold().translate(_APOSTROPHES)
    words: list[str] = []
    for part in _PART.finditer(text):
        if part["initials"]:
            words.append(part["initials"].replace(".", ""))
        elif part["number"]:
            words.extend(_number(part["number"], part["suffix"] or ""))
            if part["currency"]:
                words.append(_CURRENCIES[part["currency"]])
        elif part["sign"]:
            words.append(_SIGNS[part["sign"]])
        else:
            words.append(part["word"])
    return tuple(words)


def _number(written: str, suffix: str) -> list[str]:
    whole, _, decimals = written.partition(".")
    digits = whole.replace(",", "")
    if len(digits) > _LONGEST_NUMBER or (digits.startswith("0") and len(digits) > 1):
        words = [_digit(digit) for digit in digits]
    elif len(whole) == 4 and not decimals and not suffix.strip("s") and _is_year(int(digits)):
        words = _year(int(digits))
    else:
        words = _cardinal(int(digits))
    if decimals:
        words += ["point", *(_digit(digit) for digit in decimals)]
    if suffix in _SUFFIXES:
        words.append(_SUFFIXES[suffix])
    elif suffix in ("st", "nd", "rd", "th"):
        last = words[-1]
        words[-1] = _ORDINALS.get(last, last[:-1] + "ieth" if last.endswith("y") else last + "th")
    elif suffix == "s":
        words[-1] = words[-1][:-1] + "ies" if words[-1].endswith("y") else words[-1] + "s"
    return words


def _digit(digit: str) -> str:
    return _ONES[unicodedata.digit(digit)]


def _is_year(number: int) -> bool:
    return 1100 <= number < 2000 or 2010 <= number < 2100


def _year(number: int) -> list[str]:
    century, rest = divmod(number, 100)
    if rest == 0:
        return [*_cardinal(century), "hundred"]
    return [*_cardinal(century), *(["oh"] if rest < 10 else []), *_cardinal(rest)]


def _cardinal(number: int) -> list[str]:
    if number < len(_ONES):
        return [_ONES[number]]
    if number < 100:
        tens, ones = divmod(number, 10)
        return [_TENS[tens], *([_ONES[ones]] if ones else [])]
    for size, name in _SCALES:
        if number >= size:
            times, rest = divmod(number, size)
            return [*_cardinal(times), name, *(_cardinal(rest) if rest else [])]
    raise AssertionError(number)
