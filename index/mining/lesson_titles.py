"""Give a lesson a short title made of its own words, in their order."""

import re
from collections.abc import Sequence

from index.mining.lesson_signs import signs_of
from index.mining.lesson_words import words_of

MOST_TITLE_WORDS = 12
_FEWEST_WORDS = 4
_CUT = re.compile(r"[,;:!?…()\[\]\"“”]+|\.{2,}|\.(?=\s|$)|\s[-–—]+\s|--+|—")
# Nothing is lost if a title does not begin with one of these, alone or in pairs.
_LEADING = frozenset(
    "so and but or well yeah yes okay ok right like because then also actually basically now again just that's oh "
    "honestly obviously really anyway plus though even hey sure exactly literally which".split()
)
_PAIRS = frozenset(["i mean", "i think", "you know", "i guess", "of course", "kind of", "sort of", "i believe"])
# A title does not end with one of these.
_TRAILING = frozenset(
    "a an the and or but so if then of to in on at for with by from as is are was were be been being it's this "
    "that these those than into about over under our your my his her their its which who when where how why "
    "because not very really just like we i you he she they i'm we're can could will would should may might has "
    "have had do does did also more some any all no there what while until after before through without within "
    "between onto upon per via having even only such kind sort lot don't didn't doesn't can't couldn't won't "
    "wouldn't isn't aren't wasn't haven't every each one's how's want need going get make give two".split()
)
_DANGLING = frozenset(
    "is are was were be to instead rather if when where who whom which how why while since until without with for "
    "from in on at of as by than being having whether can could will would should did does had have has don't "
    "didn't not".split()
)
_PREPOSITIONS = frozenset(
    "about across after against at before between by during for from in into of on onto over through to under "
    "until via with within without".split()
)
_JOINTS = frozenset("because and but which so when if where who while although though or unless until whether".split())


def title_of(sentences: Sequence[str]) -> str:
    """Return at most twelve words of one of the sentences, the first that gives a title, else of the first one.

    A title is the clause with the most signs of a lesson, without fillers.
    """
    titles = (_title(sentence) for sentence in sentences)
    title = next((title for title in titles if title), " ".join(sentences[0].split()[:MOST_TITLE_WORDS]))
    return title[:1].upper() + title[1:]


def _title(sentence: str) -> str:
    clauses = [found for piece in _CUT.split(sentence) if (found := _without_leading(piece.split()))]
    if not clauses:
        return ""
    strengths = [_strength(clause) for clause in clauses]
    place = max(range(len(clauses)), key=lambda number: (strengths[number], -number))
    words = list(clauses[place])
    while len(words) < _FEWEST_WORDS and place + 1 < len(clauses):
        place += 1
        words += clauses[place]
    return " ".join(_trimmed(words) or _trimmed([word for clause in clauses for word in clause]))


def _strength(clause: list[str]) -> float:
    """Say how well a clause stands for its sentence: by its signs, its length, and whether it begins as a sentence."""
    signs = sum(strength for kind, strength in signs_of(words_of(" ".join(clause))) if kind != "idle")
    length = min(len(clause), MOST_TITLE_WORDS) - max(0, len(clause) - MOST_TITLE_WORDS)
    return (
        min(signs, 2.0) + 0.1 * max(length, 0) - (_bare(clause[0]) in _DANGLING) - 0.5 * (len(clause) < _FEWEST_WORDS)
    )


def _without_leading(words: list[str]) -> list[str]:
    while words:
        if " ".join(words[:2]).lower() in _PAIRS:
            words = words[2:]
        elif _bare(words[0]) in _LEADING or not _bare(words[0]):
            words = words[1:]
        else:
            break
    return words


def _trimmed(words: list[str]) -> list[str]:
    """Return at most twelve words that end before a joint, if there is one, and not with a word that wants another."""
    if len(words) > MOST_TITLE_WORDS:
        joints = _places(words, _JOINTS, _FEWEST_WORDS + 1) or _places(words, _PREPOSITIONS, _FEWEST_WORDS + 2)
        words = words[: joints[-1] if joints else MOST_TITLE_WORDS]
    while words and (_bare(words[-1]) in _TRAILING or not _bare(words[-1])):
        words = words[:-1]
    return words if len(words) >= 3 else []


def _places(words: list[str], among: frozenset[str], first: int) -> list[int]:
    return [place for place in range(first, MOST_TITLE_WORDS + 1) if _bare(words[place]) in among]


def _bare(word: str) -> str:
    return word.lower().replace("’", "'").strip("'‘.*_")
