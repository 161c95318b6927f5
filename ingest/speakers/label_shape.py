"""Read what stands before a colon at the start of a line: a name with its additions, a part, or words of speech; pure.

The shape alone decides only the clear cases. Whether an open case ("danu brown", "the sea view") is a label depends on
the whole text, so the readers of notes and captions decide that.
"""

import re
from dataclasses import dataclass
from typing import Literal

from ingest.speakers.names import fold, is_heading, is_ordinary, is_role, is_title, name_words
from ingest.speakers.role_words import FUNCTION_WORDS, WORKERS

# "name": written like a name or a handle. "part": names nobody, but says who speaks ("Audience member"). "open": short
# and without a verb, so a label in some texts and speech in others.
LabelKind = Literal["name", "part", "open"]

_MOST_CHARACTERS = 80
_MOST_WORDS = 6
_MOST_ADDITION_WORDS = 8

_BRACKETS = re.compile(r"\s*[\[(][^\[\]()]{1,60}[\])]")
_SIGNS_BEFORE = re.compile(r"\A[^\w@\[(\"“'‘#?]+")
_SIGNS_BEHIND = re.compile(r"[^\w\])\"”'’.#+*?]+$|(?<=\w)[*]+$")
_DOUBT = re.compile(r"(?<=\w) ?\?{1,3}$")  # whoever wrote the label was not sure of it: "Jo Brown?"
_HANDLE = re.compile(r"@[\w.-]*\w|(?=[^\W\d]*[\d_])[^\W\d_][\w-]*|[^\W\d_][\w-]+(?:\.[\w-]{2,})+")
_INITIALS = re.compile(r"(?:[^\W\d_]\.?){1,4}")
_ADDITION = re.compile(r"\s[|·]\s|\s[-–—]\s(?=[^\W\d_a-z])")  # "Jo Brown | Tea Board" is "Jo Brown, Tea Board"
_JOIN = re.compile(r"\s*(?:[&+/]|,? and|,)\s+|\s*/\s*")
_ABBREVIATED = re.compile(r"(?<=\s)([^\W\d_][^\W\d_]{0,3})\.(?=\s)")
_SINGLE_LETTER = re.compile(r"\b([^\W\d_])\.")  # the initial "j."
_SENTENCE_END = re.compile(r"[.?!…;]\s")
_SOMEBODY = re.compile(r"\?{1,5}")  # a speaker whom nobody could tell
_ORDINAL = re.compile(r"\d{1,3}(?:st|nd|rd|th)", re.IGNORECASE)
_NUMBER = re.compile(r"#?\d{1,3}|[a-z]", re.IGNORECASE)
_ORDINALS = frozenset(
    "first second third fourth fifth sixth seventh eighth ninth tenth last next other another".split()
)

# Nouns that stand for somebody who speaks. Not "person" words that are also things ("chair", "principal").
_SPEAKERS = frozenset(
    "actor announcer answerer applicant attendee audience boy brother caller candidate child commentator counsel crowd "
    "customer dad daughter defendant delegate everybody everyone examiner father female gentleman girl grandfather "
    "grandmother guest heckler host hosts guests husband interpreter interviewee interviewer judge juror kid lady "
    "listener male man member men moderator mother mum mom narrator operator panel panelist panellist participant "
    "patient person plaintiff presenter producer pupil questioner reporter respondent sister son speaker speakers "
    "spectator student teacher telephonist translator victim viewer visitor voice voiceover voices wife witness woman "
    "women".split()
) | (WORKERS - {"associate", "chair", "chief", "head", "lead", "master", "principal", "representative", "fellow"})
_UNKNOWN = frozenset("unknown unidentified unnamed anonymous off-camera off-screen the voice over".split())
_PREPOSITIONS = frozenset("in at from of on off with behind near by to".split())
_LIGHT_WORDS = frozenset("a an the and & of in at from on for".split()) | _PREPOSITIONS
# Words of a clause or an aside; none of them stands in a label, if it is written in lower case or begins the line.
_CLAUSE_WORDS = (FUNCTION_WORDS - _LIGHT_WORDS - {"working", "leading", "looking", "helping", "building"}) | frozenset(
    "said says say saying tell tells told think thinks thought mean means meant know knows knew get gets got go goes "
    "went come comes came make makes made take takes took see sees saw look looks looked feel feels felt want wants "
    "wanted need needs needed use uses used work works worked happen happens happened ask asks asked goes being let "
    "let's don't doesn't didn't won't can't isn't aren't wasn't weren't there's here's that's what's who's more most "
    "less least much many some any all each every both either neither such same never ever always often then first "
    "firstly secondly thirdly finally lastly maybe perhaps plus except imagine suppose remember consider add notice "
    "again once twice yet already soon later ago".split()
)
# Nouns that people put before a colon in speech ("The answer: we moved"); nobody is called so.
_THINGS = frozenset(
    "answer answers aspect benefit bit case catch challenge change choice concern conclusion consequence day detail "
    "difference effect end example examples fact factor factors feature goal hint idea ideas issue issues item key "
    "kind layer lesson lessons level line list matter message method moment month name news number one option options "
    "part piece pieces pillar place plan point points practice principle problem problems question questions quote "
    "reason reasons recap result results rule rules section sense side step steps story summary thing things time "
    "times tip tips topic topics trick truth turn type value version warning way ways week word words year "
    "years".split()
)


@dataclass(frozen=True, slots=True)
class LabelShape:
    """A label: `name` as printed, `base` without degree, role and brackets ("Jo Brown" of "Jo Brown, PhD")."""

    name: str
    base: str
    kind: LabelKind


def label_shape(printed: str) -> LabelShape | None:
    """Return what the text before a colon may be as a label, None if it is a sentence, a clause or a heading.

    Signs before and behind it are dropped; brackets and what follows a comma (degree, role, organisation) stay in
    `name`. Constant time: longer texts are no labels.
    """
    if len(printed) > _MOST_CHARACTERS + 10:
        return None
    name = " ".join(_SIGNS_BEHIND.sub("", _SIGNS_BEFORE.sub("", printed)).split())
    if not name or len(name) > _MOST_CHARACTERS:
        return None
    bare = _DOUBT.sub("", " ".join(_BRACKETS.sub("", name).split()))
    base, comma, addition = (part.strip() for part in _ADDITION.sub(",", bare, count=1).partition(","))
    if comma and not _is_addition(addition):
        return None
    if comma and " " not in base and name_words(addition) and not addition.isupper():
        base = f"{addition} {base}"  # "Brown, Jo"
    kind = _kind(base)
    if comma and kind != "name" and not (kind == "part" and name_words(addition)):
        return None
    return None if kind is None else LabelShape(name, base, kind)


def names_nobody(label: str) -> bool:
    """Say whether a label names no person: "Host", "Unknown Speaker", "Man in the audience", but not "Tom Baker"."""
    shape = label_shape(label)
    if shape is None or is_role(label) or _SOMEBODY.fullmatch(shape.base):
        return shape is not None
    words = [fold(word).strip(".") for word in shape.base.split()]
    if _UNKNOWN.issuperset(words):
        return True
    # A last word that is an occupation may be a surname, so the first one must tell too.
    first = words[0] in _UNKNOWN | _ORDINALS | (_SPEAKERS - WORKERS) or _ORDINAL.fullmatch(words[0]) is not None
    return shape.kind == "part" and (first or is_role(words[0]))


def clause_words(label: str) -> int:
    """Return how many words of a label belong to a clause, in any case: 3 of "THANK YOU SO MUCH", 1 of "Will Lee"."""
    return sum(fold(word).strip(".,") in _CLAUSE_WORDS for word in label.split())


def _kind(base: str) -> LabelKind | None:
    words = base.split()
    if _SOMEBODY.fullmatch(base):
        return "part"
    if not words or (len(words) > _MOST_WORDS and not names_several(base)):
        return None
    if is_role(base) or _is_part(words) or _is_office(words):
        return "part"
    if _HANDLE.fullmatch(base) or (_INITIALS.fullmatch(base) and base == base.upper()):
        return "name"
    if is_ordinary(base):
        return None
    if name_words(_ABBREVIATED.sub(r"\1", base)) or names_several(base):
        return "name"
    plain = " ".join(word.rstrip(".") if is_title(word) else word for word in _SINGLE_LETTER.sub(r"\1", base).split())
    if _SENTENCE_END.search(plain):
        return None
    folded = [fold(word).strip("\"“”'‘.") for word in words]
    if not _CLAUSE_WORDS.isdisjoint(folded) or folded[-1] in _THINGS or folded[-1] in _LIGHT_WORDS:
        return None
    if plain[-1] in "?!;…." or not any(letter.isalpha() for letter in plain) or "." in plain:
        return None
    return "open" if len(words) <= 4 else None


def _is_part(words: list[str]) -> bool:
    """Return whether words say who speaks without a name: "Second speaker", "Man in the audience", "THE WITNESS"."""
    folded = [fold(word).strip(".") for word in words]
    if len(words) == 1 and is_heading(words[0]):
        return False  # "Guests:" heads a list
    head = next((number for number, word in enumerate(folded) if word in _PREPOSITIONS and number), len(folded))
    core = [word for word in folded[:head] if not _NUMBER.fullmatch(word)]
    if not core or _SPEAKERS.isdisjoint((core[-1].split("-")[-1], core[-1].removesuffix("s"))):
        return False
    before = [word for word in core[:-1] if not (word in _ORDINALS or _ORDINAL.fullmatch(word) or word == "the")]
    return _CLAUSE_WORDS.isdisjoint(before) and _CLAUSE_WORDS.isdisjoint(folded[head:])


def _is_office(words: list[str]) -> bool:
    """Return whether words are an office with its article: "THE COURT", "The Chair"."""
    if len(words) < 2 or words[0].casefold() != "the" or fold(words[-1]) in _THINGS or is_heading(words[-1]):
        return False
    return all(word.isupper() for word in words) or (len(words) == 2 and words[1].istitle())


def names_several(base: str) -> bool:
    """Return whether several people are named: "Ann Lee & Jo Brown", "Ann/Jo"."""
    return len(people_in(base)) > 1


def people_in(base: str) -> list[str]:
    """Return the people that a label names together, one if it names one."""
    parts = [part for part in _JOIN.split(base) if part]
    are_people = all(name_words(part) or is_role(part) or _is_part(part.split()) for part in parts)
    return parts if are_people else [base]


def _is_addition(text: str) -> bool:
    """Return whether text after a name's comma may be a degree, a role, an organisation or a first name."""
    words = [fold(word).strip(".,") for word in text.split()]
    if not 0 < len(words) <= _MOST_ADDITION_WORDS or text[-1] in ",?!;…":
        return False
    # "Ph.D." ends with a full stop as a sentence does, but "Yeah, exactly." is one.
    return _CLAUSE_WORDS.isdisjoint(words) and not (text[-1] == "." and text.split()[-1].islower())
