"""Find what an abbreviation stands for in the words of a sentence: "site reliability engineering, or SRE"; pure."""

import re

_FEWEST_LETTERS, _MOST_LETTERS = 2, 7
# A word may be left out of the letters: "department for work and pensions" is DWP.
_SMALL = frozenset("a an and as at by for from in of on or the to with".split())
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
# What stands between the words and the abbreviation, either way round, up to the abbreviation.
_BEFORE = re.compile(
    r"(?:,? (?:or|aka|a\.k\.a\.|also known as|known as|abbreviated (?:as|to)|shortened to|in short),? |, |"
    r",? (?:which is |that is |so )?(?:called|abbreviated)(?: the| an?)? |"
    r" ?\((?:or |aka |also known as |the )?| [-–—] )(?:the |an? )?$",
    re.IGNORECASE,
)
_AFTER = re.compile(
    r"(?:s)?(?:,? (?:which |that |it |and that |and it )?(?:also )?(?:stands|stood|standing) for,? |"
    r",? (?:which |that )?(?:is|was) (?:short|an? (?:acronym|abbreviation|initialism)) (?:for|of) |"
    r",? (?:which |that )?(?:is|means|meaning|being),? |"
    r",? (?:or|aka|i\.e\.,?|that's|that is) | ?\(|, |: | [-–—] )(?:the |an? |your |our )?",
    re.IGNORECASE,
)
_MOST_CHARACTERS = 120
_QUOTED = "\"'”’“‘ "
_CLOSING = ("", ",", ".", ";", ")", ":", "?", "!", " ")


def letters_of(abbreviation: str) -> str:
    """Return the letters, in lower case, that the words of its expansion must begin with; "" if it has none.

    Only what is mostly written in capitals is an abbreviation: "SRE" and "PaaS" are, "GitHub" and "EC2" are not.
    """
    name = abbreviation.replace(".", "")
    capitals = sum(letter.isupper() for letter in name)
    fits = name.isalpha() and _FEWEST_LETTERS <= len(name) <= _MOST_LETTERS and 2 * capitals >= len(name)
    return name.lower() if fits and capitals >= _FEWEST_LETTERS else ""


def expansion_in(sentence: str, start: int, end: int) -> str | None:
    """Return the words that an abbreviation, characters [start, end) of a sentence, stands for as it says; else None.

    They stand right before or after it, and their initials are its letters.
    """
    letters = letters_of(sentence[start:end])
    if not letters:
        return None
    is_plural = sentence[end : end + 1] == "s"
    before = sentence[max(0, start - _MOST_CHARACTERS) : start]
    # "the cloud infrastructure, CI/CD and so on" is a list.
    if (joint := _BEFORE.search(before)) and not (joint[0] == ", " and sentence[end + is_plural :][:1] not in _CLOSING):
        words = [*_WORD.finditer(before, 0, joint.start())]
        if words and (first := _backwards(words, letters)):
            between = before[words[-1].end() : joint.start()]
            return None if between.strip(_QUOTED) else _phrase(before[first.start() : words[-1].end()], is_plural)
    if joint := _AFTER.match(sentence, end):
        words = [*_WORD.finditer(sentence, joint.end(), joint.end() + _MOST_CHARACTERS)]
        if words and (last := _forwards(words, letters)):
            return _phrase(sentence[words[0].start() : last.end()], is_plural)
    return None


def _phrase(said: str, is_plural: bool) -> str | None:
    """Return a phrase, in the singular if the abbreviation was in the plural; None if it is none.

    No stop or comma interrupts a phrase, it neither begins nor ends with a small word, and is not spelled letters.
    """
    words = said.split()
    if (
        re.search(r"[.,;:?!()\n]", said)
        or {words[0].lower(), words[-1].lower()} & _SMALL
        or re.search(r"\b\w[ -]\w\b", said)
    ):
        return None
    phrase = " ".join(words)
    return phrase[:-1] if is_plural and phrase.endswith("s") and not phrase.endswith("ss") else phrase


def _backwards(words: list[re.Match[str]], letters: str) -> re.Match[str] | None:
    """Return the word with which the expansion begins that ends with the last word."""
    wanted = len(letters) - 1
    for word in reversed(words):
        if word.group()[0].lower() == letters[wanted]:
            if wanted == 0:
                return word
            wanted -= 1
        elif word is words[-1] or word.group().lower() not in _SMALL:
            return None
    return None


def _forwards(words: list[re.Match[str]], letters: str) -> re.Match[str] | None:
    """Return the word with which the expansion ends that begins with the first word."""
    wanted = 0
    for place, word in enumerate(words):
        if word.group()[0].lower() == letters[wanted]:
            wanted += 1
            if wanted == len(letters):
                return word
        elif place == 0 or word.group().lower() not in _SMALL:
            return None
    return None
