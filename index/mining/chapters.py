"""Find the chapters of an episode: stretches about one thing, with a title in the episode's own words; pure.

A chapter is a stretch whose sentences lie near each other: of all ways to cut an episode at turns, the one is chosen
with the least spread of the sentences' vectors within the stretches. It begins where a host asks rather than elsewhere.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from index.mined.episode import Chapter
from index.mining.own_phrases import Key, OwnPhrase, inner_keys, phrases_in, subjects, usual_form
from index.mining.questions import stands_alone
from index.passage import Exchange, Sentence
from index.sentences import window
from ingest.text.words import normalise, without_marks
from ingest.transcript import Transcript

Floats = NDArray[np.float64]

# Two or three minutes of talk; shorter chapters are remarks.
FEWEST_WORDS = 450
# A chapter is wanted for about every seven minutes, and for an hour 4 to 12.
_USUAL_WORDS, _MOST_WORDS = 950, 2500
# What it costs to begin a chapter elsewhere than with a question, as a share of an episode's spread: at the turn of
# somebody else, or within a turn.
_AT_A_TURN, _IN_A_TURN = 0.004, 0.012
# What each chapter costs, in the same unit.
_EACH = 0.010
# A turn of fewer words begins nothing ("Mm-hm.", "Right, yeah.").
_FEWEST_TURN_WORDS = 8
# Of more places where a chapter may begin, which only many short turns give, the cheapest of each stretch are left.
_MOST_PLACES = 600
# A phrase that names a chapter is said at least this often in it.
_LEAST_TIMES = 2
# Of one word, a name says more than another one, and two words say more.
_NAME_WEIGHT, _WORD_WEIGHT = 1.0, 0.4
# The second phrase scores at least this share of the first.
_PHRASES, _NEARLY = 2, 0.5
_MOST_TITLE_WORDS, _FEWEST_SUBJECTS = 14, 2
_OPENING_WORDS = 8
# A word may have thousands of letters (a web address or worse).
_MOST_TITLE_LETTERS = 120


def find_chapters(
    transcript: Transcript,
    sentences: Sequence[Sentence],
    exchanges: Sequence[Exchange],
    vectors: NDArray[np.float32],
) -> tuple[Chapter, ...]:
    """Return the chapters of an episode in order, () if it is short; `vectors` are its sentences' unit vectors."""
    words = sum(one.words for one in sentences)
    if words < 2 * _USUAL_WORDS:  # one chapter, which is not worth a list
        return ()
    cuts, costs = _thinned(sentences, *_places(sentences, exchanges))
    begins = _best(sentences, vectors, cuts, costs)
    if len(begins) < 2:
        return ()
    return tuple(_titled(transcript, sentences, exchanges, begins))


def _places(sentences: Sequence[Sentence], exchanges: Sequence[Exchange]) -> tuple[list[int], list[float]]:
    """Return the sentences where a chapter may begin, and what that costs; the first sentence is free."""
    asking = {sentences[one.question].turn for one in exchanges}
    words: Counter[int] = Counter()
    for one in sentences:
        words[one.turn] += one.words
    cuts, costs = [0], [0.0]
    since = 0  # words since the last place
    for number, one in enumerate(sentences[1:], 1):
        since += sentences[number - 1].words
        opens = one.turn != sentences[number - 1].turn
        if opens and one.turn in asking:
            cost = 0.0
        elif opens and words[one.turn] >= _FEWEST_TURN_WORDS:
            cost = _AT_A_TURN
        elif not opens and since >= FEWEST_WORDS // 2:
            cost = _IN_A_TURN
        else:
            continue
        cuts.append(number)
        costs.append(cost)
        since = 0
    return cuts, costs


def _thinned(
    sentences: Sequence[Sentence], cuts: Sequence[int], costs: Sequence[float]
) -> tuple[Sequence[int], Sequence[float]]:
    """Return places and their costs, at most `_MOST_PLACES`: of more, the cheapest of each equal share of the words."""
    if len(cuts) <= _MOST_PLACES:
        return cuts, costs
    before = np.cumsum([0, *(one.words for one in sentences)]).tolist()
    best: dict[int, int] = {}
    for place, cut in enumerate(cuts):
        share = before[cut] * _MOST_PLACES // before[-1]
        if costs[place] < costs[best.setdefault(share, place)]:
            best[share] = place
    return [cuts[place] for place in best.values()], [costs[place] for place in best.values()]


def _best(
    sentences: Sequence[Sentence], vectors: NDArray[np.float32], cuts: Sequence[int], costs: Sequence[float]
) -> list[int]:
    """Return the sentences with which chapters begin: the way to cut with the least spread and costs."""
    weights = np.array([one.words for one in sentences], np.float64)
    edges = np.array([*cuts, len(sentences)])
    sums = np.vstack([np.zeros(vectors.shape[1]), np.cumsum(vectors * weights[:, None], axis=0)])[edges]
    said = np.concatenate([[0.0], np.cumsum(weights)])[edges]
    squares = np.einsum("ij,ij->i", sums, sums)
    # The spread of a stretch is its words less the squared length of the sum of its vectors by words.
    lengths = squares[:, None] + squares[None, :] - 2 * (sums @ sums.T)
    between = said[None, :] - said[:, None]
    spread = np.where(between >= FEWEST_WORDS, between - lengths / np.maximum(between, 1.0), np.inf)
    whole = spread[0, -1]
    prices = np.array(costs) * whole
    count = len(edges) - 1
    most = min(count, max(1, int(said[-1] // _USUAL_WORDS)))
    least = min(most, max(1, int(said[-1] // _MOST_WORDS)))
    best = np.full((most + 1, count + 1), np.inf)
    came = np.zeros((most + 1, count + 1), np.int64)
    best[0, 0] = 0.0
    for number in range(1, most + 1):
        totals = (best[number - 1, :-1] + prices)[:, None] + spread[:-1, :]
        came[number] = totals.argmin(axis=0)
        best[number] = totals.min(axis=0)
    ends = best[:, -1] + _EACH * whole * np.arange(most + 1)
    ends[:least] = np.inf
    number = int(ends.argmin())
    if not np.isfinite(ends[number]):
        return [cuts[0]]
    begins, place = [], count
    while number:
        place = int(came[number, place])
        begins.append(cuts[place])
        number -= 1
    return begins[::-1]


def _titled(
    transcript: Transcript, sentences: Sequence[Sentence], exchanges: Sequence[Exchange], begins: Sequence[int]
) -> Iterator[Chapter]:
    """Yield the chapters that begin with these sentences, with their titles."""
    texts = [without_marks(transcript.turns[one.turn].text[one.start : one.end]) for one in sentences]
    said = [[*phrases_in(text)] for text in texts]
    everywhere = Counter(phrase.key for mine in said for phrase in mine)
    speakers = {word for label in _names(transcript) for word in normalise(label)}
    asked = defaultdict(list)
    for one in exchanges:
        asked[sentences[one.question].turn].append(" ".join(texts[one.question].split()))
    for first, last in zip(begins, [*begins[1:], len(sentences)], strict=True):
        opening = sentences[first]
        inside = [phrase for mine in said[first:last] for phrase in mine if speakers.isdisjoint(phrase.key)]
        title = _question(asked[opening.turn]) or _phrases(inside, everywhere) or _opening(texts[first:last])
        start, _ = window(transcript.turns[opening.turn], opening.start, opening.end)
        yield Chapter(_short(title), opening.turn, opening.first_word, start)


def _names(transcript: Transcript) -> set[str]:
    labels = {turn.speaker for turn in transcript.turns if turn.speaker}
    return labels | {transcript.aliases.get(label, label) for label in labels}


def _question(asked: Sequence[str]) -> str:
    """Return the last question that opens a chapter, if it is short and says what it is about; else ""."""
    clear = [
        text
        for text in asked
        if stands_alone(text) and len(text.split()) <= _MOST_TITLE_WORDS and len(subjects(text)) >= _FEWEST_SUBJECTS
    ]
    return clear[-1] if clear else ""


def _phrases(said: Sequence[OwnPhrase], everywhere: Counter[Key]) -> str:
    """Return the one or two most characteristic phrases of a chapter, "" if it has none.

    A phrase is characteristic if the chapter says it often and the rest of the episode seldom. What is said as part of
    a longer phrase counts for that one.
    """
    counts = Counter(phrase.key for phrase in said)
    forms: dict[Key, Counter[str]] = defaultdict(Counter)
    names: Counter[Key] = Counter()
    for phrase in said:
        if counts[phrase.key] >= _LEAST_TIMES:
            forms[phrase.key][phrase.text] += 1
            names[phrase.key] += phrase.names
    alone = Counter({key: counts[key] for key in forms})
    for key in sorted(forms, key=len, reverse=True):
        for inner in inner_keys(key):
            alone[inner] -= alone[key]
    scores = {}
    for key in forms:
        share = counts[key] / everywhere[key]
        is_name = names[key] >= counts[key] * len(key) / 2
        weight = len(key) if len(key) > 1 else _NAME_WEIGHT if is_name else _WORD_WEIGHT
        scores[key] = max(alone[key], 0) * share * weight
    ranked = sorted((key for key in scores if scores[key] > 0), key=lambda key: (-scores[key], key))
    chosen = ranked[:1]
    for key in ranked[1:]:
        nearly = scores[key] >= _NEARLY * scores[ranked[0]]
        if nearly and len(chosen) < _PHRASES and all(set(key).isdisjoint(other) for other in chosen):
            chosen.append(key)
    return ", ".join(usual_form(forms[key]) for key in chosen)


def _opening(texts: Sequence[str]) -> str:
    """Return the first words of a chapter."""
    return " ".join(" ".join(texts).split()[:_OPENING_WORDS])


def _short(title: str) -> str:
    """Return a title cut at a word to a length that a line has, within a word if the first one is longer."""
    if len(title) <= _MOST_TITLE_LETTERS:
        return title
    cut = title[: _MOST_TITLE_LETTERS + 1].rpartition(" ")[0]
    return cut or title[:_MOST_TITLE_LETTERS]
