"""Say how well a sentence introduces a person; pure."""

import re
from collections.abc import Iterator

from index.mining.defining import noun_grade, weighed
from index.mining.sentence_grades import (
    FILLER,
    I_AM,
    IS,
    LEAST_SCORE,
    NAME,
    NOTHING,
    Grade,
    best_of,
    plain,
    rule,
)
from index.sentences import ends_as_question

# Words of somebody who speaks of themselves, or introduces themselves on tape.
OWN = rule(r"\b(?:i|i'm|i've|my|this is)\b")
# "I'm a big fan" says nothing of who somebody is.
_NO_ROLE = (
    r"(?:bit|little|lot|fan|big|huge|believer|strong|firm|person|guy|kind|type|sort|one|only|sucker|idiot|victim|"
    r"proponent|advocate|bigger|bad|good|great|terrible|very|really|pretty|fool|first|last|same)\b"
)
_TITLE = (
    r"(?:vp|ceo|cto|coo|chief|head|director|lead|founder|co-?founder|creator|author|host|maintainer|responsible|"
    r"in charge)\b"
)
_I_AM_A = rule(
    rf"{I_AM} {FILLER}(?:(?:an?|the|one of the|both an?|part of|one half of) (?!(?:[\w'-]+ ){{0,2}}{_NO_ROLE})[\w'-]+"
    rf"|{_TITLE})"
)
_I_AM_TITLED = re.compile(r"\bI(?:'m| am) (?:(?:currently|now|also) )?[A-Z][\w-]+ [A-Za-z]")
_HAVE_BEEN = (
    r"\bi(?:'ve| have) (?:\w+ )?(?:been|worked) (?:an?|the|with|at|in|on|doing|working|leading|running|building)\b"
    r".{0,60}\b(?:since|for (?:\w+ ){0,3}(?:years?|months?|decades?))"
)
_WORKS = rule(
    r"\bi (?:currently |also |now |mostly )?work(?:ed|s)? (?:at|for|as)\b|"
    r"\bi (?:currently |also |now |mostly )?work (?:on|with|in) (?:the|an?|our|my|\w+ing)\b|"
    rf"{_HAVE_BEEN}|"
    r"\bi (?:\w+ )?(?:joined|co-founded|founded|maintain|host) \w|"
    r"\bi (?:\w+ )?(?:run|lead|manage|head|own|started|created|built|wrote|have) (?:an?|the|my) (?:[\w'-]+ ){0,3}?"
    r"(?:company|team|project|business|group|library|called|named)\b|"
    rf"{I_AM} (?:\w+ )?working (?:at|for|as)\b"
)
_I_WAS = rule(
    rf"\bi was (?:(?:an?|the|one of the) (?!(?:[\w'-]+ ){{0,2}}{_NO_ROLE})[\w'-]+|working (?:at|on|for|as)\b)"
)
_AT = rule(r"\b(?:at|on|for|of|with) \w")
_INTRODUCE = rule(
    r"\b(?:introduc(?:e|ing) yoursel(?:f|ves)|who (?:are you|you are)|about yourself|what (?:do you do|you do)\b|"
    r"your (?:role|job|background|story)\b)"
)
_WELCOMED = (
    r"(?:joined by|join me|with me|with us|we have|we've got|i have|introducing|introduce|talk(?:ing)? (?:to|with)|"
    r"speak(?:ing)? (?:to|with)|guests?(?: today)?(?: is| are|,)|meet|welcome)\b"
)
_ROLE_AFTER = (
    r"(?: ?(?:,|-+|\() ?(?:who(?:'s| is| was| works| runs| leads)|an?|the|our|co-?founder|founder|creator|author|host|"
    r"ceo|cto|vp|head|director|from|of|at)\b| from \w| (?:here|there) (?:from|at) )"
)
_WELCOMES = rule(rf"\b{_WELCOMED}.{{0,120}}?\x00|\x00,? .{{0,40}}\b(?:welcom|joining us|with us)")
_TITLED = rule(rf"\x00{_ROLE_AFTER}")
_CAPITAL_TITLE = re.compile(r"\x00, [A-Z][\w-]+ [A-Za-z]")
_IS_A = rule(rf"\x00{IS} {FILLER}(?=(?P<is>.{{0,80}}))")
_DOES = rule(r"\x00 (?:works|worked|runs|leads|founded|created|joined|maintains|hosts|wrote) \w")
_NAMES_SELF = rule(rf"(?:{I_AM}|\bmy name(?:'s| is)|^(?:hi|hey|hello)?,? ?this is) \x00")


def introduces_person(said: str, is_own: bool) -> Grade:
    """Return how well a plain sentence says who the person is whose names are masked in it as `NAME`.

    `is_own` says whether that person speaks.
    """
    if ends_as_question(said) or not (OWN.search(said) if is_own else NAME in said):
        return NOTHING
    return best_of([*(_of_self(said) if is_own else _of_other(said))])


def asks_to_introduce(text: str) -> bool:
    """Say whether a sentence asks the next speaker who they are."""
    return _INTRODUCE.search(plain(text)) is not None


def _of_self(said: str) -> Iterator[Grade]:
    named = _NAMES_SELF.search(said)
    rest = said[named.end() :] if named else said
    role = _I_AM_A.search(rest) or _I_AM_TITLED.search(rest)
    works = _WORKS.search(rest)
    if named:
        yield Grade(1.0, "I'm NAME, a ROLE") if role or works else Grade(0.85, "I'm NAME", continues=True)
    if role:
        yield Grade(0.75 if _AT.search(rest[role.end() :]) else 0.55, "I'm a ROLE")
    if works:
        yield Grade(0.65, "I work at")
    if _I_WAS.search(rest):
        yield Grade(0.55, "I was a ROLE")


def _of_other(said: str) -> Iterator[Grade]:
    welcomed = _WELCOMES.search(said)
    if _TITLED.search(said) or _CAPITAL_TITLE.search(said):
        yield Grade(0.9 if welcomed else 0.75, "NAME, a ROLE")
    if welcomed:
        is_greeting = "welcom" in welcomed.group().lower()
        yield Grade(0.4 if is_greeting else 0.65, "we have NAME", continues=True)
    for found in _IS_A.finditer(said):
        if noun_grade(found["is"]).score >= LEAST_SCORE:
            yield weighed(Grade(0.8, "NAME is a ROLE"), said[: found.start()])
    if _DOES.search(said):
        yield Grade(0.7, "NAME works at")
