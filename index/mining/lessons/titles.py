"""Give a lesson a short title made of its own words, in their order."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from index.mined.episode import LessonKind
from index.mining.lessons.signs import signs_of
from index.mining.lessons.words import PAST, content_of, words_of

MOST_TITLE_WORDS = 16
_FEWEST_WORDS = 4
# A later sentence has to be this much better to give the title.
_LATER = 0.3
_MOST_SIGNS, _MOST_CONTENT = 1.6, 5
# A clause without a subject, and one that does not end where it is cut.
_NO_SUBJECT, _CUT = -1.0, -0.6
_OPENED = ("(", "[", '"', "“", "‘")
_MARKS = ' ,;:.-–—…!?"“”'
_ENDED = re.compile(r"[,;:!?…)\]\"”]$|\.+$|[-–—]+$")
# Nothing is lost if a title does not begin with one of these, alone or in pairs.
_LEADING = frozenset(
    "so and but or well yeah yes no okay ok right like because then also actually basically now again just that's oh "
    "honestly obviously really anyway plus though even hey sure exactly literally eventually ultimately".split()
)
_PAIRS = frozenset(
    ["i mean", "i think", "you know", "i guess", "of course", "kind of", "sort of", "i believe", "i suppose"]
)
# A title does not end with one of these.
_TRAILING = frozenset(
    "a an the and or but so if then of to in on at for with by from as is are was were be been being it's this "
    "that these those than into about over under our your my his her their its which who when where how why "
    "because not very really just like we i you he she they i'm we're can could will would should may might has "
    "have had do does did also more some any all no there what while until after before through without within "
    "between onto upon per via having even only such kind sort lot don't didn't doesn't can't couldn't won't "
    "wouldn't isn't aren't wasn't haven't every each one's how's want need going get make give two that's it too "
    "quite pretty actually basically much many most put take let keep use using say think know trying able".split()
)
# A clause that begins with one of these wants another, and so does one that ends before its verb.
_DANGLING = frozenset(
    "is are was were be to instead rather if when where who whom which how why while since until without with for "
    "from in on at of as by than being having whether can could will would should did does had have has don't "
    "didn't not what or into about around let".split()
)
_SUBJECTS = frozenset(
    "i we you they he she it the a an this that these those there our my your their nobody everybody everyone "
    "don't never always one people i'm we're i've we've i'd we'd you're they're it's there's".split()
)
_BARE = frozenset("it this that they he she these those it's there's that's them".split())
_JOINTS = frozenset("because but which so when if where while although though unless until whether as since".split())
_PARTING = frozenset("and but so because".split())
# What stands behind "that" after these is a whole clause; after a name of a thing it lacks its object.
_SAYING = frozenset(
    "realize realized realizing learned found find say said saying is was know knew mean means meant believe feel "
    "noticed think thought lesson sure see saw".split()
)
_PREPOSITIONS = frozenset("across after against before during from in into over through under via without".split())
_VERBS = PAST | frozenset(
    "is are be am been has have do does can could will would should may might must not need needs want wants get gets "
    "make makes work works run runs use uses take takes keep keeps help helps give gives know try let lets go goes "
    "start build find think believe say avoid allows means matters".split()
)
_WITHIN = frozenset("that if when because where which what why how whether who".split())
# The last words before an object.
_BEFORE_OBJECT = frozenset(
    "realized learned found decided use used make made find build built have need want wanted keep put take took "
    "gave give create created call called run bring brought choose chose pick picked add added tried uses "
    "usually so".split()
)


def title_of(sentences: Sequence[str], kind: LessonKind) -> str:
    """Return at most sixteen words of one of the sentences; of equally good ones, that of the first.

    A title is the clause that says most of a lesson, whole if it can be, without fillers at its beginning.
    """
    found = [
        (worth - _LATER * number, -number, title)
        for number, sentence in enumerate(sentences)
        for worth, title in _titles(sentence, kind)
    ]
    title = max(found)[2] if found else " ".join(sentences[0].split()[:MOST_TITLE_WORDS])
    return title[:1].upper() + title[1:]


def _titles(sentence: str, kind: LessonKind) -> Iterator[tuple[float, str]]:
    """Yield what can be a title, each with its worth."""
    words = sentence.split()
    bare = [_bare(word) for word in words]
    for first in _starts(words, bare):
        most = min(first + MOST_TITLE_WORDS, len(words))
        for last in range(first + _FEWEST_WORDS, most + 1):
            end = _end(words, bare, last)
            if end != 0 and bare[last - 1] and bare[last - 1] not in _TRAILING and not _parted(words[first:last]):
                yield (
                    end + _beginning(words, bare, first) + _worth(words[first:last], bare[first:last], kind),
                    " ".join(words[first:last]).strip(',;:.-–—…!?"“” '),
                )
        if most == first + MOST_TITLE_WORDS:
            while most > first and (bare[most - 1] in _TRAILING or bare[most - 1] in _BEFORE_OBJECT):
                most -= 1
            if most - first >= _FEWEST_WORDS and bare[most - 1] and not _parted(words[first:most]):
                yield (
                    _beginning(words, bare, first) + _worth(words[first:most], bare[first:most], kind) + _CUT,
                    " ".join(words[first:most]).strip(',;:.-–—…!?"“” '),
                )


def _starts(words: Sequence[str], bare: Sequence[str]) -> Iterator[int]:
    """Yield where a clause begins: the sentence, after a mark, or after a joint."""
    seen = -1
    for place in range(len(words)):
        joint = place > 0 and (bare[place - 1] in _PARTING or _says(bare, place - 1))
        if place == 0 or joint or _ENDED.search(words[place - 1]) or words[place].startswith(_OPENED):
            first = place
            while first < len(words):
                if " ".join(bare[first : first + 2]) in _PAIRS:
                    first += 2
                elif bare[first] in _LEADING or not bare[first]:
                    first += 1
                else:
                    break
            if first > seen:
                seen = first
                yield first


def _says(bare: Sequence[str], place: int) -> bool:
    return bare[place] == "that" and place > 0 and bare[place - 1] in _SAYING


def _beginning(words: Sequence[str], bare: Sequence[str], first: int) -> float:
    """Say how well a clause begins at a word: best with its sentence or after a mark, badly after a condition."""
    before = bare[first - 1] if first else ""
    opens = all(word in _LEADING or not word for word in bare[:first])
    if not opens and (bare[first] not in _SUBJECTS or bare[first] == "that"):
        return _NO_SUBJECT
    if first == 0 or _ENDED.search(words[first - 1]) or before in _LEADING - {"and", "so", "but", "because"}:
        return -0.5 if words[first - 1 : first] and words[first - 1].endswith(("--", "…", "...")) else 0.5
    return 0.2 if before in ("because", "but", "so") or " ".join(bare[max(first - 2, 0) : first]) in _PAIRS else 0.0


def _end(words: Sequence[str], bare: Sequence[str], last: int) -> float:
    """Say how well a clause ends before a word: best with its sentence, not at all within a phrase."""
    if last == len(words):
        return 1.0
    if words[last].startswith(_OPENED[2:]):
        return 0.0
    if _ENDED.search(words[last - 1]):
        return 0.7
    after = bare[last]
    if not after:
        return 0.7
    if after in _JOINTS:
        return 0.6
    if after == "and":
        return 0.6 if last + 1 < len(words) and bare[last + 1] in _SUBJECTS else 0.2
    return -0.2 if after in _PREPOSITIONS and bare[last - 1] not in _BEFORE_OBJECT else _CUT


def _parted(words: Sequence[str]) -> bool:
    """Say whether a mark that parts sentences or voices stands within."""
    ended = any(word.endswith((".", "?", "!", "…", '"', "”", ";", "--", "-", "–", "—")) for word in words[:-1])
    return ended or any(word.startswith(_OPENED) for word in words[1:])


def _worth(words: Sequence[str], bare: Sequence[str], wanted: LessonKind) -> float:
    """Say how well a clause stands for its lesson: by its signs, its subject words, and whether it is whole."""
    opened = words_of(" ".join(bare))
    strengths: dict[str, float] = {}
    idle = 0.0
    for kind, strength in signs_of(opened):
        idle += strength * (kind == "idle")
        strengths[kind] = max(strengths.get(kind, 0.0), strength)
    content = content_of(opened)
    return (
        min(sum(value for kind, value in strengths.items() if kind != "idle"), _MOST_SIGNS)
        + 0.2 * min(len(content), _MOST_CONTENT)
        + 0.6 * min(strengths.get(wanted, 0.0), 1.0)
        + 0.3 * (bare[0] in _SUBJECTS)
        - 0.8 * (bare[0] in _BARE)
        - 1.0 * (bare[0] in _DANGLING)
        - 1.0 * (_without_verb(bare) or _verb_is_late(words, bare))
        - 1.2 * (len(content) < 2)
        - 0.5 * idle
    )


def _without_verb(bare: Sequence[str]) -> bool:
    """Say whether a clause, or one within it, lacks its verb."""
    verbs = [0]
    for place, word in enumerate(bare):
        if place and word in _WITHIN and bare[place - 1] not in _WITHIN:
            verbs.append(0)
        verbs[-1] += _has_verb(word)
    return not all(verbs)


def _verb_is_late(words: Sequence[str], bare: Sequence[str]) -> bool:
    """Say whether a mark comes before the first verb: what stands before it belongs to something else."""
    verb = next((place for place, word in enumerate(bare) if _has_verb(word)), len(bare))
    return any(_ENDED.search(word) for word in words[:verb])


@lru_cache(maxsize=1 << 15)
def _has_verb(word: str) -> bool:
    return any(one in _VERBS or (len(one) > 4 and one.endswith("ed")) for one in words_of(word))


def _bare(word: str) -> str:
    return word.lower().replace("’", "'").strip(_MARKS + "'‘*_()[]")
