"""Recognise by its grammar a question for a list of lessons: "lessons about X", "what mistakes did they make with X".

A question for one lesson of somebody ("What lesson did Ada learn from the outage?") is a question like any other.
"""

import re
from dataclasses import dataclass

from index.mined import LessonKind

_MOST_CHARACTERS = 200
_MOST_SUBJECT_WORDS = 12

_LESSONS = r"(?:lessons?|learnings?|take-?aways?)"
_MISTAKES = r"(?:mistakes?|regrets?|pitfalls?|failures?)"
_ADVICE = r"(?:advice|tips?|recommendations?|dos and don'?ts)"
_ANY = r"(?:(?:the|any|some|all|all the|their|main|biggest|key|most important|common|top|best) )*"
_WHO = r"(?:they|people|teams|guests|you|we|everyone|anyone|engineers|speakers|the guests|the teams|the speakers)"
_ON = r"(?:about|on|from|of|in|with|for|when|while|during|around|regarding|after|by|to|before)"
_ABOUT = rf"(?: {_ON} (?P<about>.+))?"
# "What lessons were learned", "which mistakes have people made", "what advice do they give".
_HAPPENED = (
    rf"(?:(?: (?:did|do|does|have|has|were|was|are|is|would|can|could|should))?(?: there| {_WHO})?"
    r"(?: (?:have|been))?(?: (?:learn(?:ed|t)?|ma[dk]e|give[ns]?|offer|share[d]?|avoid|take(?:n)?(?: away)?))?)"
)
_BEGIN = rf"(?:(?:what|which)(?:'s|'re| is| are| were| was)? |list |show(?: me)? |give me |find |are there )?{_ANY}"
_FORMS: tuple[tuple[str, frozenset[LessonKind] | None], ...] = (
    (rf"{_BEGIN}{_LESSONS}{_HAPPENED}{_ABOUT}", None),
    (rf"what (?:did|have|has|do) {_WHO} learn(?:ed|t)?{_ABOUT}", None),
    (rf"{_BEGIN}{_MISTAKES}{_HAPPENED}{_ABOUT}", frozenset(("problem", "cause"))),
    (rf"what (?:went|goes|can go|could go) wrong{_ABOUT}", frozenset(("problem", "cause"))),
    (rf"what would {_WHO} (?:have )?do(?:ne)? (?:differently|again|otherwise)(?: next time)?{_ABOUT}", frozenset(
        ("advice", "remedy", "decision")
    )),
    (rf"{_BEGIN}{_ADVICE}{_HAPPENED}{_ABOUT}", frozenset(("advice", "remedy"))),
)  # fmt: skip
_READ = tuple((re.compile(pattern, re.IGNORECASE), kinds) for pattern, kinds in _FORMS)
_LEAD = re.compile(r"(?:(?:so|and|please|ok|okay|well|hi|hello)\b[,:]? )+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class AskedLessons:
    """What lessons are asked for: what they are about, "" for any, and their kinds, None for any."""

    about: str
    kinds: frozenset[LessonKind] | None


def asked_lessons(question: str) -> AskedLessons | None:
    """Return what lessons a question asks for; None if it asks for something else."""
    text = " ".join(question.replace("’", "'").split()).rstrip(" ?!.…")
    if not text or len(text) > _MOST_CHARACTERS:
        return None
    text = _LEAD.sub("", text, count=1) if _LEAD.match(text) else text
    for form, kinds in _READ:
        if found := form.fullmatch(text):
            about = (found["about"] or "").strip()
            return AskedLessons(about, kinds) if len(about.split()) <= _MOST_SUBJECT_WORDS else None
    return None
