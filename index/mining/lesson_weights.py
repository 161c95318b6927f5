"""Weigh how much a sentence says of a lesson, and as what kind of one; pure."""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from index.mined import LessonKind
from index.mining.lesson_signs import CLEAR, signs_of
from index.mining.lesson_words import PAST, content_of, subjects_of, words_of
from index.sentences import ends_as_question

# The weights were set by hand and rounded; what they were compared on is in docs/adr/0030.
_OWN = frozenset("we us our ours".split())
_CONTRAST = frozenset("but however although though whereas instead despite unless except".split())
_NEGATION = frozenset("not never no nothing".split())
_NUMBERS = frozenset("two three four five six seven eight nine ten twenty fifty hundred thousand million half".split())
_SEEKING = frozenset(
    "why how learn learned lesson lessons hardest challenge challenges mistake mistakes differently advice "
    "difficult hard problem problems decide decided choose chose recommend wrong".split()
)
# Teams tell lessons of their work with "we"; with "I" people tell lives and opinions, with "they" of others.
_TOGETHER = re.compile(r"\b(?:[Ww]e|us|[Oo]ur)\b")
_SINGLE = re.compile(r"\bI\b|\b[Mm]y\b")
_OTHERS = frozenset("they them their he she people".split())
# The share of words that carry a subject in most sentences; in fewer words it says little.
_COMMON_CONTENT, _FEW_WORDS = 0.28, 8
_VOICED = re.compile(r'["“][^"“”]*(?:["”]|$)')
_FINDING = ("we realized", "found out", "we learned", "we found", "turned out", "noticed")
_VAGUE = re.compile(r"\b(?:kind of|sort of|stuff|you know|i mean|or whatever|and so on|something like)\b")
# A capital within a sentence that is not "I": a name.
_NAME = re.compile(r"(?<=[a-z,] )(?!I\b)[A-Z]\w")
_REACTIONS = frozenset("yeah yes right exactly okay oh well no wow sure great hey hi hello ok yep mm hmm ha".split())
# What a sentence without a lesson weighs on average, and the most that its signs may weigh.
_COMMON, _MOST_SIGNS = 0.25, 3.2
# What went wrong and what to do are told for others to learn from; reasons and effects are told of everything.
_WORTH = {"problem": 1.4, "advice": 1.2, "decision": 1.0, "remedy": 0.9, "result": 0.6, "cause": 0.5}
_MOST_CONTENT = 15
# As evidence, a reason counts half, and a mark of no lesson against it.
_REASON, _IDLE, _HALVED = 0.5, 0.8, 0.5
_BROKEN_OFF = ("-", "–", "—", ",")
# "That is hard, right?" asks nothing.
_TAGS = (["right"], ["know"], ["okay"], ["yeah"])
# Who begins with one of these tells others what to do.
_ORDERS = frozenset(
    "ask automate avoid be begin build buy choose consider do document find fix focus get give invest keep learn "
    "let look make measure own pick plan put remember solve spend start stay stop take talk teach test treat "
    "trust try use write".split()
)
_BEFORE_ORDERS = frozenset("and also but so then first second always never please".split())


class Weighed(NamedTuple):
    """What a sentence says of a lesson: its weight, the evidence of each kind, and whether it tells own experience."""

    weight: float
    evidence: float
    kinds: Mapping[str, float]
    told: bool


_QUESTION = Weighed(-1.0, 0.0, {}, False)


def weigh(text: str, first: bool, last: bool) -> Weighed:
    """Weigh a sentence that is the first or last of its turn, or neither; positive if it says something of a lesson."""
    words = words_of(text)
    if ends_as_question(text) and words[-1:] not in _TAGS:
        return _QUESTION
    # What is said in the voice of others is no evidence.
    heard = words_of(_VOICED.sub(" ", text)) if '"' in text or "“" in text else words
    kinds: dict[str, float] = {}
    for kind, strength in signs_of(heard):
        kinds[kind] = max(kinds.get(kind, 0.0), strength) if kind != "idle" else kinds.get(kind, 0.0) + strength
    idle = kinds.pop("idle", 0.0)
    if _orders(words):
        kinds["advice"] = max(kinds.get("advice", 0.0), 0.8)
    past = [word in PAST or (len(word) > 4 and word.endswith("ed")) for word in words]
    told = any(word == "we" and any(past[place + 1 : place + 3]) for place, word in enumerate(words))
    weight = (
        min(sum(strength * _WORTH[kind] for kind, strength in kinds.items()), _MOST_SIGNS)
        - _COMMON
        + 0.1 * told
        + 0.1 * min(sum(past), 3)
        + 0.15 * min(len(_TOGETHER.findall(text)), 2)
        - 0.2 * min(len(_SINGLE.findall(text)), 3)
        - 0.1 * min(sum(word in _OTHERS for word in words), 3)
        + 3.0 * (len(content_of(words)) / max(len(words), _FEW_WORDS) - _COMMON_CONTENT)
        + 0.25 * (not _CONTRAST.isdisjoint(words))
        + 0.2 * (not _NEGATION.isdisjoint(words))
        + 0.25 * any(word[0].isdigit() or word in _NUMBERS for word in words)
        + 0.3 * ("you" in words or "your" in words)
        + 0.05 * min(len(_NAME.findall(text)), 2)
        + 0.04 * min(len(subjects_of(words)), _MOST_CONTENT)
        - 0.5 * idle
        - 0.3 * len(_VAGUE.findall(text.lower()))
        - 0.6 * first
        - 0.3 * last
        - 0.5 * (not words or words[0] in _REACTIONS)
        - 1.0 * ("augh" in text)
        - 0.5 * text.rstrip("\"'”’").endswith(_BROKEN_OFF)
    )
    if told and not _NEGATION.isdisjoint(words):
        # What was found not to work is told, not advised.
        kinds["advice"] = _HALVED * kinds.get("advice", 0.0)
        if any(phrase in " ".join(words) for phrase in _FINDING):
            kinds["problem"] = max(kinds.values())
    evidence = sum(kinds.values()) - _REASON * kinds.get("cause", 0.0) - _IDLE * idle
    return Weighed(weight, evidence, kinds, told or not _OWN.isdisjoint(words))


def _orders(words: Sequence[str]) -> bool:
    place = next((place for place, word in enumerate(words) if word not in _BEFORE_ORDERS), None)
    return (
        place is not None
        and words[place] in _ORDERS
        and words[place + 1 : place + 2] not in (["we"], ["you"], ["they"])
    )


def seeks_lesson(text: str) -> bool:
    """Say whether a host's question asks for a lesson: why, how, what was hard, what they learned."""
    return not _SEEKING.isdisjoint(words_of(text))


def kind_of(kinds: Sequence[Mapping[str, float]]) -> LessonKind:
    """Return the kind with the most evidence in some sentences."""
    return max(CLEAR, key=lambda kind: sum(one.get(kind, 0.0) for one in kinds))
