"""Find the names and abbreviations that an episode uses, and the sentences that say what they are."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from index.mined.episode import Span, TermUse
from index.mining.defining import defines_name
from index.mining.expansions import expansion_in
from index.mining.mentioned import is_person
from index.mining.names import Use, names_in, usual
from index.mining.sentence_grades import masked, plain, rule
from index.passage import Sentence
from index.sentences import MOST_SENTENCE_WORDS, WORD
from ingest.text.words import without_marks
from ingest.transcript import Transcript

# Sentences of other lengths cannot be quoted, so nothing is read in them.
_QUOTE_WORDS = range(3, MOST_SENTENCE_WORDS + 1)
# A sentence with more names is a list, and says little of each.
_MOST_NAMES = 20
_MOST_NEAR = 6
# From this on a sentence is kept as a definition. It is more than a sentence needs to be quoted when somebody asks what
# a thing is, because nobody asked here.
LEAST_GRADE = 0.7
# Among sentences of one form the clearest is shown: it begins with the name, and a clause says more.
_BEGINS = rule(r"(?:(?:so|and|but|well|yes|yeah|basically|now|because),? )*(?:an? |the )?\x00")
_GOES_ON = rule(r"\x00.*\b(?:that|which|for|to|where|who|used|built|between|across)\b")
_LATE, _SHORT = 0.1, 0.1
# Says how a thing is called, and what it is in another sentence.
_SAYS_NOTHING_ALONE = "we call it X"


class _Definition(NamedTuple):
    span: Span | None = None
    grade: float = 0.0


def find_terms(transcript: Transcript, sentences: Sequence[Sentence]) -> tuple[TermUse, ...]:
    """Return the terms of an episode in the order of their first use."""
    texts = [
        without_marks(transcript.turns[one.turn].text[one.start : one.end]).replace("\n", " ") for one in sentences
    ]
    people = {*transcript.aliases, *transcript.aliases.values(), *(turn.speaker or "" for turn in transcript.turns)}
    without = frozenset(word.lower() for name in people for word in WORD.findall(name))
    uses: dict[str, list[Use]] = {}
    held: Counter[int] = Counter()
    for use in names_in(texts, without):
        held[use.sentence] += 1
        if sentences[use.sentence].words in _QUOTE_WORDS and held[use.sentence] <= _MOST_NAMES:
            uses.setdefault(use.name.casefold(), []).append(use)
    uses = {key: mine for key, mine in uses.items() if not is_person(mine, texts)}
    near = _near(uses)
    return tuple(_term(uses[key], sentences, texts, near[key]) for key in uses)


def _term(
    uses: Sequence[Use], sentences: Sequence[Sentence], texts: Sequence[str], near: tuple[tuple[str, int], ...]
) -> TermUse:
    spellings = Counter(use.name for use in uses)
    expansion, place = _expansion(uses, texts)
    names = tuple(sorted({*spellings, *([expansion] if expansion else [])}))
    definition = _definition([*dict.fromkeys(use.sentence for use in uses)], names, sentences, texts)
    return TermUse(
        usual(spellings),
        len(uses),
        _span(sentences[uses[0].sentence]),
        _span(sentences[uses[-1].sentence]),
        definition.span,
        definition.grade,
        expansion,
        None if place is None else _span(sentences[place]),
        near,
    )


def _expansion(uses: Sequence[Use], texts: Sequence[str]) -> tuple[str | None, int | None]:
    """Return what a term is short for, and the number of the first sentence that says so."""
    for use in uses:
        if found := expansion_in(texts[use.sentence], use.start, use.end):
            return found, use.sentence
    return None, None


def _definition(
    places: Sequence[int], names: tuple[str, ...], sentences: Sequence[Sentence], texts: Sequence[str]
) -> _Definition:
    """Return the sentence that says best what a term is.

    Not two sentences ("We use X. It is a tool."): "it" is too often something else where nobody asked.
    """
    best = _Definition()
    for place in places:
        said = masked(plain(texts[place]), names)
        grade = defines_name(said)
        score = 0.0 if grade.reason == _SAYS_NOTHING_ALONE else round(grade.score * _share(said), 4)
        if score > best.grade and score >= LEAST_GRADE:
            best = _Definition(_span(sentences[place]), score)
    return best


def _share(said: str) -> float:
    """Return the share of a grade that a sentence keeps: all if it begins with the name and says more than a noun."""
    return 1.0 - _LATE * (_BEGINS.match(said) is None) - _SHORT * (_GOES_ON.search(said) is None)


def _near(uses: Mapping[str, Sequence[Use]]) -> dict[str, tuple[tuple[str, int], ...]]:
    """Return for each term those that stand most often in the same sentence, the one before or the next one."""
    held: defaultdict[int, list[str]] = defaultdict(list)
    for key, mine in uses.items():
        for place in dict.fromkeys(use.sentence for use in mine):
            held[place].append(key)
    names = {key: usual(Counter(use.name for use in mine)) for key, mine in uses.items()}
    found = {}
    for key, mine in uses.items():
        counts = Counter(
            other
            for place in dict.fromkeys(use.sentence for use in mine)
            for other in dict.fromkeys(one for by in (-1, 0, 1) for one in held.get(place + by, ()))
            if other != key
        )
        ordered = sorted(counts, key=lambda other: (-counts[other], other))
        found[key] = tuple((names[other], counts[other]) for other in ordered[:_MOST_NEAR])
    return found


def _span(sentence: Sentence) -> Span:
    return Span(sentence.first_word, sentence.words)
