"""Say how well a sentence answers who somebody is, what they did, founded or did before; pure."""

import re
from collections.abc import Iterator, Sequence
from functools import cache

from api.answer.asked_form import AskedForm
from index.mining.introducing import OWN, introduces_person
from index.mining.sentence_grades import (
    FILLER,
    I_AM,
    NAME,
    NOTHING,
    Grade,
    best_of,
    holds,
    masked,
    plain,
    rule,
)
from index.sentences import ends_as_question

_WORDS = r"(?:[\w'-]+,? )"
_ROLES = (
    (rule(rf"{I_AM} {FILLER}(?:an?|the|one of the|your)? ?{_WORDS}{{0,5}}?\x00"), Grade(1.0, "I'm the ROLE")),
    (
        rule(rf"\bas (?:an?|the) {_WORDS}{{0,3}}?\x00.{{0,60}}?\b(?:i|i'm|i've|my)\b"),
        Grade(0.95, "as the ROLE, I"),
    ),
    (
        re.compile(rf"(?:[A-Z][\w'-]+ ){{1,2}}(?:is|was) (?:the|our|an?) {_WORDS}{{0,3}}?\x00"),
        Grade(0.9, "NAME is the ROLE"),
    ),
    (re.compile(rf"[A-Z][\w'-]+ ?(?:,|-|\() ?{_WORDS}{{0,6}}?\x00"), Grade(0.85, "NAME, ROLE")),
    (re.compile(r"\b(?i:the|our|my) \x00,? (?:(?:is|was) )?[A-Z][\w'-]+"), Grade(0.8, "the ROLE, NAME")),
)
_YEARS = r"[\w-]+ (?:and a half )?(?:years?|months?|weeks?|decades?)\b"
_WHEN = rule(rf"\b(?:in|since|from|around|about|of) (?:\w+ )?(?:19|20)\d\d\b|\b{_YEARS}")
_CAME = (
    r"(?:'ve| have|'s| has|'d| had)? (?:\w+ ){0,2}?(?:joined|started|began|came|moved|"
    r"been(?: working| there| here| with| at| an?| in)|worked)\b"
)
_I_CAME, _NAME_CAME = rule(rf"\bi{_CAME}"), rule(rf"\x00{_CAME}")
# A name inside a sentence: then the place is perhaps another one.
_NAMED = re.compile(r"(?<=\s)(?!I\b)[A-Z]")
_BEFORE = rule(
    r"\b(?:previously|formerly|originally|initially|used to|before (?:that|then|this)|prior to|until then|in the past|"
    r"back then|at first)\b"
)
_STARTED = r"started(?! (?:working|using|looking|to|with|off|out|at|from|doing)\b)"  # "I started working on it"
# The past and the present of a verb, and who does it.
_MADE = {
    "found": ("founded", "founder"),
    "start": (f"{_STARTED}|founded", "founder"),
    "create": (f"created|made|wrote|built|{_STARTED}", "creator|author|founder"),
    "invent": ("invented|came up with|created", "inventor|creator"),
    "write": ("wrote|written|created|built", "author|creator"),
    "author": ("authored|wrote|written", "author"),
    "make": ("made|created|built|wrote", "maker|creator|author"),
    "build": ("built|created|wrote|made", "builder|creator|author"),
    "design": ("designed|created", "designer|creator"),
    "develop": ("developed|created|built", "developer|creator"),
    "maintain": ("maintain|maintains|maintained", "maintainer"),
    "lead": ("lead|leads|led", "leader|lead|head"),
    "run": ("run|runs|ran|lead|leads", "head|lead|director|ceo"),
    "host": ("host|hosts|hosted", "host"),
}


def introduces(form: AskedForm, names: Sequence[str], text: str, is_own: bool) -> Grade:
    """Return how well a sentence answers a question of this form about a person, a role or who made a thing.

    `names` are those of the form's subject, `is_own` says whether that person speaks.
    """
    said = masked(plain(text), tuple(names))
    if ends_as_question(said) or not (OWN.search(said) if is_own else NAME in said):
        return NOTHING
    if form.kind == "role":
        return best_of([*_holds_role(said, form.place)])
    if form.kind == "made":
        return best_of([*_made(said, form.verb or "")])
    if form.kind == "joined":
        return best_of([*_joined(said, form.place, is_own)])
    if form.kind == "before":
        return best_of([*_was_before(said, form.verb or "", is_own)])
    return introduces_person(said, is_own)


def _holds_role(said: str, place: str | None) -> Iterator[Grade]:
    if place is None or holds(said, (place,)):
        yield from (grade for form, grade in _ROLES if form.search(said))


def _joined(said: str, place: str | None, is_own: bool) -> Iterator[Grade]:
    came = _I_CAME.search(said) if is_own else _NAME_CAME.search(said)
    placed = place is None or holds(said, (place,))
    timed = _WHEN.search(said)
    if came and timed and placed:
        yield Grade(1.0 if is_own else 0.95, "I have been at PLACE since")
    elif came and placed:
        yield Grade(0.6, "I joined PLACE")
    elif came and timed and is_own and not _NAMED.search(said):
        yield Grade(0.6, "I have been there since")


def _was_before(said: str, verb: str, is_own: bool) -> Iterator[Grade]:
    if _BEFORE.search(said) and (is_own or NAME in said):
        is_same = re.search(rf"\b{re.escape(verb.removesuffix('e'))}", said, re.IGNORECASE)
        yield Grade(0.9 if is_same else 0.75, "X was before")


def _made(said: str, verb: str) -> Iterator[Grade]:
    yield from (grade for form, grade in _making_rules(verb) if form.search(said))


@cache
def _making_rules(verb: str) -> tuple[tuple[re.Pattern[str], Grade], ...]:
    """Return the rules for a verb of `_MADE`."""
    past, agent = _MADE[verb]
    of_thing = rf"(?:co-?)?(?:{agent})s?\b(?: [\w'-]+,?){{0,4}}? (?:of|at|behind) {_WORDS}{{0,2}}?\x00"
    return (
        (rule(rf"{I_AM} {_WORDS}{{0,5}}?{of_thing}"), Grade(1.0, "I'm the founder of X")),
        (rule(rf"\b(?:i|we) (?:\w+ ){{0,2}}?(?:co-?)?(?:{past})\b {_WORDS}{{0,4}}?\x00"), Grade(0.95, "I founded X")),
        (rule(rf"\x00 (?:was|were|is|has been) (?:\w+ )?(?:co-?)?(?:{past}) by\b"), Grade(0.95, "X was founded by")),
        (
            re.compile(rf"[A-Z][\w'-]+ (?:[\w'-]+ )?(?i:(?:co-?)?(?:{past})\b) {_WORDS}{{0,3}}?\x00"),
            Grade(0.9, "NAME founded X"),
        ),
        (
            re.compile(rf"[A-Z][\w'-]+ ?(?:,|-|\(|is|was) ?{_WORDS}{{0,5}}?(?i:{of_thing})"),
            Grade(0.9, "NAME, founder of X"),
        ),
        (re.compile(rf"\x00.{{0,80}}\b(?i:(?:co-?)?(?:{agent})s?),? [A-Z][\w'-]+"), Grade(0.7, "X … founder NAME")),
    )
