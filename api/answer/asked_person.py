"""Recognise by its grammar a question for what one person says of a subject: "What does Ada think of X?", "Ada on X".

What one person says is looked for in that person's own words. Lessons that a person told are asked for in other forms
(`api.answer.asked_lessons`).
"""

import re
from dataclasses import dataclass

from api.answer.asked_lessons import SpeakersNamed, bare
from index.function_words import has_subject
from index.sentences import WORD

_MOST_CHARACTERS = 200

_NAME = r"(?P<by>[^\s,]+(?: [^\s,]+){0,3}?)"
_DID = rf"(?:does|did|do|has|have|would|can|could) {_NAME}(?: ever| really| actually| also)?"
_OF = r"(?:about|of|on|regarding|concerning|with|from)"
_SAY = (
    r"(?:say|said|think|thought|tell us|told us|talk|talked|speak|spoken|feel|felt|know|believe|recommend|suggest|"
    r"advise|share|write|learn(?:ed|t)?|teach|taught)"
)
_MENTION = (
    r"(?:(?:mention|discuss|explain|cover)(?:ed)?|(?:describe|praise|criticise|criticize)d?|br(?:ing|ought) up|"
    r"(?:talk(?:ed)?|speak|spoken|(?:say|said) (?:anything|something|much)) about)"
)
_VIEW = (
    r"(?:views?|opinions?|take|thoughts?|stance|position|perspective|experiences?|ideas?|feelings?|story|explanation|"
    r"description)"
)
_ABOUT = r"(?P<about>.+)"
_READ = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"what(?: else)? {_DID} {_SAY} {_OF} {_ABOUT}",
        rf"how {_DID} (?:feel|think) (?:about|of) {_ABOUT}",
        rf"how {_DID} (?:see|view|explain|describe|define) {_ABOUT}",
        rf"(?:(?:when|where|why) )?{_DID} {_MENTION} {_ABOUT}",
        rf"(?:(?:how|when|where|why) )?{_DID} used? {_ABOUT}",
        rf"(?:what(?:'s| is| are| was| were) )?{_NAME}(?:'s|') {_VIEW} {_OF} {_ABOUT}",
        rf"{_NAME} (?:on|about) {_ABOUT}",
    )
)


@dataclass(frozen=True, slots=True)
class AskedPerson:
    """The full name of who is asked about a subject, and the subject."""

    by: str
    about: str


def asked_person(question: str, speakers_named: SpeakersNamed) -> AskedPerson | None:
    """Return who is asked for what they say about what; None if a question asks for something else.

    `speakers_named` returns the full names of the people who speak under a name or a part of it. None where it returns
    several, too.
    """
    text = bare(question)
    if not text or len(text) > _MOST_CHARACTERS:
        return None
    for form in _READ:
        if (found := form.fullmatch(text)) and len(people := speakers_named(found["by"])) == 1:
            is_subject = any(has_subject(word) for word in WORD.findall(found["about"]))
            return AskedPerson(people[0], found["about"]) if is_subject else None
    return None
