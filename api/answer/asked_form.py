"""Recognise by its grammar a question that asks for a definition or about a person; pure.

Only closed classes of English and positions count: no list of subjects. In doubt a question has no form, because a
sentence that defines is no answer to another question.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from index.function_words import is_function_word

# definition: what a thing is. person: who somebody is. doing: what somebody or something does. role: who holds a role.
# joined: when or how long somebody is at a place. made: who founded, wrote or runs a thing.
# before: what somebody or something did, used or was before.
FormKind = Literal["definition", "person", "doing", "role", "joined", "made", "before"]
ABOUT_PEOPLE: tuple[FormKind, ...] = ("person", "doing", "joined", "before")


@dataclass(frozen=True, slots=True)
class AskedForm:
    """What a question asks for: its subject without article, and the place or team that it names beside it.

    For "made", `subject` is what was made and `verb` how, as in `_MADE`; for "before", `verb` is what it did.
    """

    kind: FormKind
    subject: str
    place: str | None = None
    verb: str | None = None


_MOST_CHARACTERS = 200
_MOST_SUBJECT_WORDS = 6
_MOST_SHORT_WORDS = 3
_FEWEST_DEFINITE_WORDS = 2
_IS = r"(?:'s|s| is| are| was| were)"
_JOIN = (
    r"(?:join|start(?: out)?(?: to work| working| work)?(?: at| with| for| on| in)|begin(?: working)?(?: at| with| on)|"
    r"come to|move to|get to)"
)
_MADE = {
    "founded": "found", "co-founded": "found", "cofounded": "found", "started": "start", "created": "create",
    "invented": "invent", "wrote": "write", "authored": "author", "made": "make", "built": "build",
    "designed": "design", "developed": "develop", "maintains": "maintain", "leads": "lead", "led": "lead",
    "runs": "run", "hosts": "host",
}  # fmt: skip
# A second question after the first, which is answered by itself: "What is a spike, and when do you need one?"
_SECOND = re.compile(
    r",? and (?:what|when|how|why|where|who|which|at what|in what|should|would|could|can|do|does|did|is|are|was|were)"
    r"\b.*",
    re.IGNORECASE,
)
# "Tideline in Ruby: what is it?", "Tideline, what does it mean?"
_NAMED_FIRST = re.compile(
    r"(.+?) ?[:,–-] (?:what(?:'s| is| was| are| were)? (?:it|that|this|they)|"
    r"what does (?:it|that|this) (?:mean|stand for))",
    re.IGNORECASE,
)
# Said before a question without changing it.
_LEAD = re.compile(
    r"(?:(?:so|and|but|okay|ok|well|please|hey|hi|hello|now|sorry|remind me|quick question)\b[,:]? )+", re.IGNORECASE
)
_WRAPPED = re.compile(
    r"(?:(?:can|could|would|will) (?:you|anyone|anybody|someone|somebody)|(?:do you|does (?:anyone|anybody)) know|"
    r"i(?:'d| would) (?:like|love) to know|i want to know|i wonder|tell me|explain)(?: please)?(?: to me| me)? ",
    re.IGNORECASE,
)
# Said after a subject without changing it.
_TAIL = re.compile(
    r"(?:,? (?:exactly|actually|really|anyway|again|then|please|in (?:simple|plain|other|easy) (?:terms|words|english)|"
    r"to (?:you|me)))+$",
    re.IGNORECASE,
)
# "the hardest part", "the only one": one of several things, not a thing with a name. "test" is no superlative.
_CHOSEN = re.compile(
    r"(?:most|least|first|second|third|last|next|only|main|same|other|whole|primary|key|right|real|actual|current|"
    r"new|old|single|(?!(?:t|r|gu|req|for|dig|inter|contr|manif|cont|inv|ing|prot|harv|qu|w|n|ch|hon|mod|arr|cr)est\b)"
    r"[a-z]+est|worst)\s",
    re.IGNORECASE,
)
# A predicate instead of a name: "what is wrong", "what is Kafka called".
_PREDICATES = frozenset(
    "wrong missing true different special important possible worth better worse involved left needed required "
    "responsible available called named known used made built written paid".split()
)
_PARTICIPLES = frozenset("called named known used made built written paid needed required".split())
_DEFINITIONS = (
    r"what (?:does|do|did) (.+?) (?:mean|stand for|refer to)(?: (?:when|if|where|for|in|to|at) .+)?",
    r"what (?:does|do|did) \S+(?: \S+){0,2} (?:mean|understand) (?:by|with|when they say) (.+)",
    rf"what{_IS} (?:meant|understood) by (.+)",
    rf"(?:what{_IS} )?(?:the )?(?:meaning|definition) of (.+)",
    r"(.+) (?:meaning|definition)",
)
# Function words that may stand inside a name: "infrastructure as code", "separation of concerns".
_INSIDE = frozenset({"of", "as", "and"})
_INSIDE_A_PHRASE = _INSIDE | frozenset("in on at by for with to from the a an".split())
_POSSESSIVE = re.compile(r"\w'(?:s\b)?(?=\s|$)")
_ARTICLE = re.compile(r"^(?:an?|the) (?=\S)", re.IGNORECASE)
_CLOSE = "\"'”’“‘(),:; "


def form_of(question: str) -> AskedForm | None:
    """Return the form of a question; None if it asks for something else."""
    text = " ".join(question.replace("’", "'").replace("‘", "'").split())
    is_marked = text.rstrip("\"'”) ").endswith("?")
    text = text.rstrip(" ?!.…")
    if not text or len(text) > _MOST_CHARACTERS:
        return None
    text = _LEAD.sub("", text, count=1) if _LEAD.match(text) else text
    found = next(_forms(text), None)
    if found is None and (second := _SECOND.search(text)):
        text = text[: second.start()]
        found = next(_forms(text), None)
    inner = text
    while found is None and (wrapping := _WRAPPED.match(inner)):
        inner = inner[wrapping.end() :]
        found = next(_indirect(inner), None) or next(_forms(inner), None)
    return _short(text) if found is None and is_marked else found


def _forms(text: str) -> Iterator[AskedForm]:
    """Yield the forms that a question may have, the surest first."""
    if named := _NAMED_FIRST.fullmatch(text):
        # A place after the name says only where it is used.
        yield from _defined(re.sub(r" (?:in|at|on|for|from) .*", "", named[1]))
    yield from _joined(text)
    yield from _made(text)
    yield from _before(text)
    yield from _person(text)
    yield from _definition(text)


def _indirect(text: str) -> Iterator[AskedForm]:
    """Yield the form of a question inside another: "what serverless means", "who Kat is"."""
    if found := _match(r"(what|who) (.+?) (?:is|are|was|were|means?|stands for)", text):
        yield from _named(found[2]) if found[1].lower() == "who" else _defined(found[2])


def _joined(text: str) -> Iterator[AskedForm]:
    found = (
        _match(rf"(?:when|what year|in which year|in what year) did (.+?) (?:first )?{_JOIN} (.+)", text)
        or _match(r"how long (?:has|have) (.+?) (?:been|worked)(?: working)? (?:at|with|for|on|in) (.+)", text)
        or _match(r"since when (?:has|is|does) (.+?) (?:been |worked? )?(?:working )?(?:at|with|for|on|in) (.+)", text)
    )
    if found and (person := _name(found[1])) and (place := _name(found[2])):
        yield AskedForm("joined", person, place)
    elif (found := _match(r"when did (.+?) (?:first )?join", text)) and (person := _name(found[1])):
        yield AskedForm("joined", person)


def _made(text: str) -> Iterator[AskedForm]:
    found = _match(rf"who (?:first |originally )?({'|'.join(_MADE)}) (.+)", text)
    if found and (thing := _name(found[2])):
        yield AskedForm("made", thing, verb=_MADE[found[1].lower()])


def _before(text: str) -> Iterator[AskedForm]:
    found = _match(
        r"(?:what|which|who|where|how)(?: \S+){0,3}? did (.+?) (\w+)(?: (?:on|for|with|in|at|as|to))? before (.+)", text
    )
    if found and (subject := _name(found[1])):
        yield AskedForm("before", subject, verb=found[2].lower())


def _person(text: str) -> Iterator[AskedForm]:
    if found := _match(r"who(?:'s|s| is| was) (?:the|this) (.+)", text):
        yield from _role(found[1])
    elif found := _match(r"who(?:'s|s| is| was) (.+)", text):
        yield from _named(found[1])
    if (found := _match(r"what does (.+?) do(?: (?:at|for|on|in) (.+)| for a living)?", text)) and (
        subject := _name(found[1])
    ):
        yield AskedForm("doing", subject, _name(found[2]) if found[2] else None)
    if (
        found := _match(
            rf"what{_IS} (.+?)'s? (?:role|job|title|job title|position|background|day job)(?: (?:at|on|in) (.+))?", text
        )
    ) and (subject := _name(found[1])):
        yield AskedForm("person", subject, _name(found[2]) if found[2] else None)


def _definition(text: str) -> Iterator[AskedForm]:
    for place, pattern in enumerate(_DEFINITIONS):
        if found := _match(pattern, text):
            # Between "what does" and "mean" any phrase stands as a whole: "slack in the line".
            yield from _defined(found[1], _INSIDE if place else _INSIDE_A_PHRASE)
            return
    if _match(r"what(?:'re| are| were) (?:the|these|those) .+", text):
        return  # "what are the entry points": those of something
    if found := _match(rf"what{_IS} (?:exactly |actually |really )?(.+)", text):
        yield from _defined(found[1])
    elif found := _match(r"(?:define|explain|(?:tell me|say)(?: (?:something|a bit|more|a little))? about) (.+)", text):
        phrase = _bare(found[1])
        if not _match(r"the .+", phrase) or phrase[4:5].isupper():  # "tell me about the move" asks for what happened
            yield from _defined(phrase)


def _short(text: str) -> AskedForm | None:
    """Return the form of a name alone with a question mark: "Prometheus?"."""
    subject = _name(text)
    if subject is None or len(subject.split()) > _MOST_SHORT_WORDS or is_function_word(subject.split()[0]):
        return None
    return AskedForm("definition", subject)


def _defined(phrase: str, inside: frozenset[str] = _INSIDE) -> Iterator[AskedForm]:
    subject = _name(phrase, inside)
    if subject is None:
        return
    if _match(r"the .+", _bare(phrase)) and not subject[:1].isupper():
        # "the strangler pattern" is a thing with a name; "the plan" and "the future of the team" are not.
        words = subject.split()
        if len(words) < _FEWEST_DEFINITE_WORDS or "of" in words:
            return
    yield AskedForm("definition", subject)


def _named(phrase: str) -> Iterator[AskedForm]:
    subject = _name(phrase)
    lone_predicate = subject is not None and re.fullmatch(r"[a-z]+(?:ing|ed|ible|able)", subject)
    if subject is not None and not lone_predicate and not _match(r"an? .+", phrase):
        yield AskedForm("person", subject)


def _role(phrase: str) -> Iterator[AskedForm]:
    phrase = _bare(phrase)
    found = _match(r"(.+) (?:at|on|for|in|behind|from) (.+)", phrase) or _match(r"(.+?) of (.+)", phrase)
    role, place = (found[1], _name(found[2])) if found else (phrase, None)
    subject = _name(role)
    if subject is not None and (found is None or place is not None):
        yield AskedForm("role", subject, place)


def _name(phrase: str, inside: frozenset[str] = _INSIDE) -> str | None:
    """Return a noun phrase of one to six words without its article; None for any other phrase.

    `inside` are the function words that it may hold.
    """
    phrase = _bare(phrase)
    words = _ARTICLE.sub("", phrase).split()
    subject = " ".join(words)
    if not 0 < len(words) <= _MOST_SUBJECT_WORDS or _POSSESSIVE.search(subject) or "," in phrase:
        return None
    if _CHOSEN.match(f"{subject} ") and words[0].islower():
        return None
    for place, word in enumerate(words):
        if _is_grammar(word) and (place in (0, len(words) - 1) or word.lower() not in inside):
            return None
    return None if words[-1].lower() in (_PREDICATES if len(words) == 1 else _PARTICIPLES) else subject


def _is_grammar(word: str) -> bool:
    """Say whether a word is a function word and not a name that looks like one ("Go", "IT")."""
    return word[:1].islower() and is_function_word(word)


def _bare(phrase: str) -> str:
    """Return a phrase without quotation marks and without what is said after a subject."""
    return _TAIL.sub("", phrase.strip(_CLOSE)).strip(_CLOSE)


def _match(pattern: str, text: str) -> re.Match[str] | None:
    return re.fullmatch(pattern, text, re.IGNORECASE)
