"""Recognise by its grammar a question for a list of lessons: "lessons about X", "what mistakes did they make with X".

Those of a person are asked for by name: "lessons from Ada about X", "what did Ada learn". A question for one lesson of
somebody ("What lesson did Ada learn from the outage?", "What did Ada learn at school?") is a question like any other.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from index.mined.episode import LessonKind
from index.passage import Filters

_MOST_CHARACTERS = 200
_MOST_SUBJECT_WORDS = 12

_LESSONS = r"(?:lessons?|learnings?|take-?aways?)"
_MISTAKES = r"(?:mistakes?|regrets?|pitfalls?|failures?)"
_ADVICE = r"(?:advice|tips?|recommendations?|dos and don'?ts)"
_ANY = r"(?:(?:the|any|some|all|their|main|biggest|key|most important|common|top|best) )*"
_WHO = r"(?:they|people|teams|guests|you|we|everyone|anyone|engineers|speakers|the guests|the teams|the speakers)"
_ON = r"(?:about|on|from|of|in|with|for|when|while|during|around|regarding|after|by|to|before)"
# "Lessons on moving house", "lessons learned moving house".
_ABOUT = rf"(?: {_ON} (?P<about>.+)| (?P<doing>[a-z]+ing\b.*))?"
# "What lessons were learned", "which mistakes have people made", "what advice do they give".
_HAPPENED = (
    rf"(?:(?: (?:did|do|does|have|has|were|was|are|is|would|can|could|should))?(?: there| {_WHO})?"
    r"(?: (?:have|been))?(?: (?:learn(?:ed|t)?|ma[dk]e|give[ns]?|offer|share[d]?|avoid|take(?:n)?(?: away)?))?)"
)
_BEGIN = rf"(?:(?:what|which)(?:'s|'re| is| are| were| was)? |list |show(?: me)? |give me |find |are there )?{_ANY}"
_TROUBLE: frozenset[LessonKind] = frozenset(("problem", "cause"))
_ADVISED: frozenset[LessonKind] = frozenset(("advice", "remedy"))
_DIFFERENT: frozenset[LessonKind] = frozenset(("advice", "remedy", "decision"))
_Forms = tuple[tuple[str, frozenset[LessonKind] | None], ...]
_FORMS: _Forms = (
    (rf"{_BEGIN}{_LESSONS}{_HAPPENED}{_ABOUT}", None),
    (rf"what (?:did|have|has|do) {_WHO} learn(?:ed|t)?{_ABOUT}", None),
    (rf"{_BEGIN}{_MISTAKES}{_HAPPENED}{_ABOUT}", _TROUBLE),
    (rf"what (?:went|goes|can go|could go) wrong{_ABOUT}", _TROUBLE),
    (
        rf"what would {_WHO} (?:have )?do(?:ne)? (?:differently|again|otherwise)(?: next time)?{_ABOUT}",
        _DIFFERENT,
    ),
    (rf"{_BEGIN}{_ADVICE}{_HAPPENED}{_ABOUT}", _ADVISED),
)
# "Lessons learned by Ada", "Ada's advice on runbooks", "what mistakes did Ada make", "what did Ada learn".
_NAME = r"(?P<by>[^\s,]+(?: [^\s,]+){0,3}?)"
_FROM = rf"(?: (?:learn(?:ed|t)|made|given|told|shared))? (?:from|by|of) {_NAME}{_ABOUT}"
_SHOW = r"(?:(?:what|which)(?:'s| is| are| were) |list |show(?: me)? |give me |find )?"
_OWN = rf"{_SHOW}{_NAME}(?:'s|') {_ANY}"
_WHICH = rf"(?:what|which) {_ANY}"
_DID = rf"(?:did|does|has|have|would) {_NAME}"
_TELL = r"(?:give[ns]?|offer(?:ed)?|share[d]?|tell|told|take(?:n)?(?: away)?)"
_FORMS_OF_A_PERSON: _Forms = (
    (rf"{_BEGIN}{_LESSONS}{_FROM}", None),
    (rf"{_BEGIN}{_MISTAKES}{_FROM}", _TROUBLE),
    (rf"{_BEGIN}{_ADVICE}{_FROM}", _ADVISED),
    (rf"{_OWN}{_LESSONS}{_ABOUT}", None),
    (rf"{_OWN}{_MISTAKES}{_ABOUT}", _TROUBLE),
    (rf"{_OWN}{_ADVICE}{_ABOUT}", _ADVISED),
    (
        rf"{_WHICH}(?:lessons|learnings|take-?aways) {_DID} (?:learn(?:ed|t)?|take(?:n)?(?: away)?|{_TELL}){_ABOUT}",
        None,
    ),
    (rf"{_WHICH}{_MISTAKES} {_DID} (?:ma[dk]e|admit(?:ted)?){_ABOUT}", _TROUBLE),
    (rf"{_WHICH}{_ADVICE} {_DID} {_TELL}{_ABOUT}", _ADVISED),
    (rf"what {_DID} learn(?:ed|t)?", None),
    (rf"what would {_NAME} (?:have )?do(?:ne)? (?:differently|again|otherwise)(?: next time)?", _DIFFERENT),
)
_READ = tuple((re.compile(pattern, re.IGNORECASE), kinds) for pattern, kinds in _FORMS)
_READ_OF_A_PERSON = tuple((re.compile(pattern, re.IGNORECASE), kinds) for pattern, kinds in _FORMS_OF_A_PERSON)
_LEAD = re.compile(r"\A(?:(?:so|and|please|ok|okay|well|hi|hello)\b[,:]? )+", re.IGNORECASE)


SpeakersNamed = Callable[[str], Sequence[str]]


@dataclass(frozen=True, slots=True)
class AskedLessons:
    """What lessons are asked for: what they are about, "" for any, and their kinds, None for any.

    `by` are the full names of the people whose lessons are asked for, none for everybody's.
    """

    about: str
    kinds: frozenset[LessonKind] | None
    by: tuple[str, ...] = ()


def asked_lessons(question: str, speakers_named: SpeakersNamed = lambda name: ()) -> AskedLessons | None:
    """Return what lessons a question asks for; None if it asks for something else.

    `speakers_named` returns the full names of the people who speak under a name or a part of it: "lessons from Ada" are
    hers if she speaks, else lessons about her.
    """
    text = bare(question)
    if not text or len(text) > _MOST_CHARACTERS:
        return None
    for form, kinds in _READ_OF_A_PERSON:
        if (found := form.fullmatch(text)) and (people := speakers_named(found["by"])):
            return _asked(found, kinds, tuple(people))
    for form, kinds in _READ:
        if found := form.fullmatch(text):
            return _asked(found, kinds)
    return None


def bare(question: str) -> str:
    """Return a question on one line without the marks at its end and what is said before it without changing it."""
    text = " ".join(question.replace("’", "'").split()).rstrip(" ?!.…")
    return _LEAD.sub("", text, count=1)


def _asked(
    found: re.Match[str], kinds: frozenset[LessonKind] | None, people: tuple[str, ...] = ()
) -> AskedLessons | None:
    parts = found.groupdict()
    about = (parts.get("about") or parts.get("doing") or "").strip()
    return AskedLessons(about, kinds, people) if len(about.split()) <= _MOST_SUBJECT_WORDS else None


def filters_of(asked: AskedLessons, filters: Filters) -> Filters:
    """Return the filters of a search for lessons: what one person is asked for, that person says."""
    return replace(filters, speaker=asked.by[0]) if len(asked.by) == 1 and filters.speaker is None else filters
