"""Recognise by its form a question that asks for a number, and text that holds one; pure."""

import re

_ASKED = re.compile(
    r"\bhow (?:many|much|long|big|large|small|often|fast|quickly|old|far|high)\b|"
    r"\bwhat (?:year|share|percentage|percent|fraction|proportion|number|size|price)\b|(?<!\ba )\bnumber of\b",
    re.IGNORECASE,
)
# "One" is left out, because it is mostly no number: "the one that failed". Digits within a word are a part of a
# name: "S3".
_NUMBER = re.compile(
    r"(?<!\w)\d|\b(?:zero|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|"
    r"(?:thir|four|fif|six|seven|eigh|nine)teen|"
    r"twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundreds?|thousands?|millions?|billions?|trillions?|"
    r"half|twice|double|couple|dozens?|percent|"
    r"(?:an?|every|each|per) (?:minute|hour|day|night|week|fortnight|month|quarter|year|decade|century))\b",
    re.IGNORECASE,
)


def asks_number(question: str) -> bool:
    """Say whether a question asks for a number: how many, how long, what share."""
    return _ASKED.search(question) is not None


def holds_number(text: str) -> bool:
    """Say whether a text holds a number, in digits or as a word."""
    return _NUMBER.search(text) is not None
