"""Say how well a sentence says what a thing is; pure."""

import re
from collections.abc import Iterator, Sequence

from index.mining.sentence_grades import (
    FILLER,
    IS,
    LEAST_SCORE,
    NAME,
    NOTHING,
    Grade,
    best_of,
    masked,
    pieces_of,
    plain,
    rule,
)
from index.sentences import ends_as_question

_ASIDE = r"(?:,[^,.?!]{1,60},| \([^()]{1,40}\)| itself| in general| as a concept)?"


def _rules(*rules: tuple[str, float, str]) -> tuple[tuple[re.Pattern[str], Grade], ...]:
    return tuple((rule(form), Grade(score, reason)) for form, score, reason in rules)


# Judgements and amounts: "X is a great tool", "X is a lot". They say what somebody thinks of it.
_JUDGED = (
    r"(?:(?:very|really|pretty|quite|super|fairly|much|such|whole|huge|big|bigger|great|good|nice|bad|better|different|"
    r"hard|tough|tricky|interesting|perfect|classic|fantastic|wonderful|terrible|amazing|awesome|beautiful|cool|fun|"
    r"similar|separate|fair|valid)\b|(?:lot|bit|little|few|couple|pain|mess|must|waste|nightmare|no-brainer|thing|"
    r"given|joke|mistake|problem|challenge|question|example|reason|shame|pleasure|good|win|plus|beast|stretch|"
    r"black box|mixed bag)\b)"
)
_CHOSEN = (
    r"(?:same|only|best|worst|first|last|next|most|least|hardest|easiest|biggest|thing|way|reason|problem|case|one|"
    r"(?:exact |complete |total )?opposite|new [\w.-]*\w(?=[.,;:!?]*$))\b"
)
# What follows "X is", the first that fits.
_COMPLEMENTS = _rules(
    (r"(?:not|n't|never)\b", 0.2, "X is not"),
    (r"(?:an? |the )?\x00", 1.0, "X is spelled out"),
    (rf"(?:an?|one of|the) {FILLER}{_JUDGED}", 0.4, "X is a judgement"),
    (
        r"one of (?:them|those|these|the (?:most|best|few|only|first|biggest|main|things|ways|reasons|problems))\b",
        0.4,
        "X is one of them",
    ),
    (r"one of \w", 0.85, "X is one of our …"),
    (r"(?:an?|(?:some )?(?:kind|sort|type) of|the name (?:of|for)) \w", 1.0, "X is a …"),
    (rf"the {_CHOSEN}", 0.3, "X is the …"),
    (r"the (?:idea|concept|notion|practice|art|process|act|ability) (?:of|that|to)\b", 1.0, "X is the idea of"),
    (r"the \w", 0.75, "X is the …"),
    (r"(?:where|when|about) \w", 0.8, "X is where …"),
    (r"(?:what|how) \w", 0.4, "X is how …"),
    (r"(?:our|your) \w", 0.6, "X is our …"),
)
# Forms in which X is the subject, and forms around X; \x00 stands for X.
_SAID_OF = _rules(
    (r"\x00,? (?:stands for|is short for|is an? (?:acronym|abbreviation|initialism))\b", 1.0, "X stands for"),
    (
        r"\x00,? (?:\w+ )?(?:means|refers to|describes)\b(?! that| business| a lot| so much| nothing| everything)",
        0.9,
        "X means",
    ),
    (r"\x00,? (?:\w+ )?(?:lets|allows|enables|helps)\b", 0.6, "X lets you"),
    (
        r"\x00(?: is| are| was| were) (?:\w+ )?(?:used|built|designed|made|meant) (?:by|for|to|as)\b",
        0.6,
        "X is used for",
    ),
)
_SAID_AROUND = _rules(
    (r"\bby \x00,? (?:\w+ )?(?:i|we|you|they|people) (?:\w+ )?mean\b", 0.95, "by X we mean"),
    (r"\bwhen (?:i|we|you|people|they) (?:say|talk about|speak of) \x00\b.{0,40}\bmean", 0.9, "when we say X"),
    (
        r"\b(?:idea|concept|notion|definition|meaning|premise|essence) (?:behind|of|with|for) (?:the |a )?"
        r"\x00(?:(?:,| -+|:)? (?:it's|it is|is|was|would be)|'s)\b",
        0.9,
        "the idea of X is",
    ),
    (
        r"\bwhat (?:we|they|i)(?:'re| are|'m)? (?:\w+ )?(?:do|doing|build|building|make|making|(?:trying )?to build) "
        r"(?:at|with|in) \x00,? (?:is|are)\b",
        0.85,
        "what we do at X is",
    ),
    (
        r"\b(?:we|i|you|people|they|everyone) (?:would )?(?:call|called|refer to) (?:it|this|that|them|these|those)"
        r"(?: as)? (?:an? |the )?\x00",
        0.8,
        "we call it X",
    ),
    (
        r"\b(?:an?|some) (?:[\w'-]+ ){1,8}(?:called|named|known as) (?:the )?\x00,? (?:where|which|that|who|to|it)\b",
        0.8,
        "a … called X, which",
    ),
    (r"\b(?:an?|this|some|these) (?:[\w'-]+ ){1,8}(?:called|named|known as) (?:the )?\x00", 0.6, "a … called X"),
    (
        r"\b(?:what|which) (?:is|are|we|they|people|i|you) (?:call|called|known as|refer to as) (?:an? |the )?\x00",
        0.7,
        "what is called X",
    ),
    (r"^\x00: \w", 0.7, "X: …"),
)
_IS_A = rule(rf"\x00{_ASIDE}{IS},? {FILLER}(?=(?P<is>.{{0,80}}))")
_BESIDE = rule(
    r"\x00 ?(?P<by>,|-+|\() ?(?P<that>which (?:is|was) |that's |that is |i\.e\.,? )?"
    rf"{FILLER}(?=(?P<is>(?:an?|one of|the) .{{0,80}}))"
)
_IT_IS = rule(rf"(?:(?:so|and|well|yeah|yes|basically),? )?(?:it|that|this|they|these){IS},? {FILLER}(?P<is>.{{0,80}})")
# Who asks it themselves often answers it: "What is X? It's a …"
_WHAT_IS = rule(r"\bwhat(?:'s| is|'re| are) (?:an? |the )?\x00,? ?(?:really|exactly|actually|anyway|then)?[\"')]*\?")
# What is said of "a tool" goes on: "that …", "for …". Without it the noun alone says little: "X is a skill".
_GOES_ON = rule(r"\b(?:that|which|for|to|of|where|who|with|in|used|built|by|on)\b")
_BARE_SHARE = _THE_SHARE = 0.75
# "the engine that runs it" beside a name says what it is; "the other day" does not.
_THE_THAT = rule(r"the (?:[\w'-]+ ){1,4}?(?:that|which|who)\b")
_FEW_BEFORE_IT, _MOST_BEFORE_IT = 14, 24  # words
# "In Kafka, a topic is" and "When we built Kafka, a team …" begin with a place or a time, which a comma ends.
_IN_FRONT = rule(
    r"(?:^|[,;:.\"])\s*(?:(?:and|so|but|then|because|yeah|well),? )*(?:in|on|at|for|with|from|by|to|of|when|if|while|"
    r"as|since|after|before|once|until|although|because|whenever|where|unlike|like)\b[^,;:]*$"
)
# The words before a subject that make it part of something else or a condition.
_BOUND = re.compile(
    r"\b(?:in|on|of|for|with|to|from|by|at|about|into|over|under|via|than|as|without|between|if|whether|when|unless|"
    r"while|how|why|where|using|and|or|not)$"
)
_OPEN = re.compile(
    r"(?:^|[,;:.?!\"(-]|\b(?:so|and|but|because|that|think|say|said|well|like|now|then|yeah|yes|no|basically|okay|ok|"
    r"right|see|means|course|know|again|since|such as))$"
)
_ARTICLE = re.compile(r"(?:^|(?<=\W))(?:an?|the|this|our)$")
_PART_SHARE = 0.6


def defines(text: str, names: Sequence[str], after: str = "") -> Grade:
    """Return how well a sentence says what the thing with these names is; `after` is the next sentence of the turn."""
    return defines_name(masked(plain(text), tuple(names)), after)


def defines_name(said: str, after: str = "") -> Grade:
    """Return how well a plain sentence says what the thing masked in it as `NAME` is (see `defines`)."""
    if NAME not in said:
        return NOTHING
    if ends_as_question(said):
        return _by_asking(said, after)
    return best_of([*_as_subject(said), *_apposed(said), *_around(said), *_by_it(said, after)])


def has_definition(text: str, names: Sequence[str]) -> bool:
    """Say whether a sentence of a text says what the thing with these names is."""
    return any(defines(piece, names).score >= LEAST_SCORE for piece in pieces_of(text))


def noun_grade(said: str) -> Grade:
    """Return the grade of what follows "X is"."""
    for form, grade in _COMPLEMENTS:
        if found := form.match(said):
            is_bare = said.startswith(("a ", "an ")) and not _GOES_ON.search(said)
            return grade if not is_bare or NAME in found.group() else Grade(_BARE_SHARE * grade.score, grade.reason)
    return NOTHING


def weighed(grade: Grade, before: str) -> Grade:
    """Lower the grade of a sentence by what stands before its subject: it may be part of something else."""
    before = before.rstrip().lower()
    before = _ARTICLE.sub("", before).rstrip()
    if _OPEN.search(before):
        return grade
    return NOTHING if _BOUND.search(before) else Grade(_PART_SHARE * grade.score, grade.reason)


def _as_subject(said: str) -> Iterator[Grade]:
    for found in _IS_A.finditer(said):
        yield weighed(noun_grade(found["is"]), said[: found.start()])
    for form, grade in _SAID_OF:
        for found in form.finditer(said):
            yield weighed(grade, said[: found.start()])


def _apposed(said: str) -> Iterator[Grade]:
    """Yield the grades of what stands beside a name: "X, which is a …", "X - one of our …", "X, a … that …"."""
    for found in _BESIDE.finditer(said):
        before = said[: found.start()]
        if found["that"] or (found["by"] != "," and not found["is"].lower().startswith("the ")):
            yield Grade(0.95 * noun_grade(found["is"]).score, "X, which is a …")
        elif not _IN_FRONT.search(before):
            beside = found["is"].split(",")[0]
            if noun_grade(beside).score == 1.0:
                yield Grade(0.8, "X, a …")
            elif _THE_THAT.match(beside) and noun_grade(beside).score >= _THE_SHARE:
                yield Grade(0.7, "X, the … that …")


def _around(said: str) -> Iterator[Grade]:
    yield from (grade for form, grade in _SAID_AROUND if form.search(said))


def _by_it(said: str, after: str) -> Iterator[Grade]:
    """Yield the grade of a sentence that names the thing, before one that says what it is: the shorter, the surer."""
    count = len(said.split())
    if count <= _MOST_BEFORE_IT and (found := _IT_IS.match(plain(after))):
        share = 0.75 if count <= _FEW_BEFORE_IT else 0.6
        yield Grade(share * noun_grade(found["is"]).score, "X. It is a …", continues=True)


def _by_asking(said: str, after: str) -> Grade:
    """Return the grade of a question what the thing is, before the sentence with which whoever asks it answers it."""
    found = _IT_IS.match(plain(after)) if _WHAT_IS.search(said) else None
    return NOTHING if found is None else Grade(noun_grade(found["is"]).score, "What is X? It is a …", continues=True)
