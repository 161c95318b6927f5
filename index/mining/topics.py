"""Find what a library often talks about: topics of its passages, named by its own phrases, that stay as it grows.

Passages are divided into groups that lie together (spherical k-means of their vectors less the mean). A generation
takes over the groups of the one before: their centres do not move, so a passage changes its topic only where a new
group is added, which happens when the library has grown much (docs/adr/0033-topics-stay.md).
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import isqrt

import numpy as np
from numpy.typing import NDArray

from index.generation import Generation
from index.mined.overview import Person, Term, Topic
from index.mining.own_phrases import Key, OwnPhrase, inner_keys, phrases_in, usual_form
from index.mining.slugs import slug_of
from index.phrases import holds
from ingest.text.words import normalise

Floats = NDArray[np.float32]
Numbers = NDArray[np.int64]

# A library of 30 k² passages has k groups; of fewer than 30 passages it has none. 60 interviews have 7,700 passages.
_EACH = 30
_FEWEST_GROUPS, _MOST_GROUPS = 2, 24
# New groups are found and named by at most so many passages, spread evenly over the library.
_SAMPLE = 4000
_ROUNDS, _STARTS = 12, 3
_PHRASES, _TITLE_PHRASES, _NEARLY = 8, 2, 4
# A phrase that names a topic is said in so many of its passages, and episodes if the library has them.
_LEAST_PASSAGES, _LEAST_EPISODES = 3, 3
# A group whose best phrase is in a smaller share of its passages is about nothing in particular.
_LEAST_SHARE = 0.125
_PART = 0.6
# What a podcast says about itself.
_ITSELF = frozenset("podcast episode listener show host interview conversation audience subscriber".split())
_MOST_TERMS, _MOST_PEOPLE, _MOST_EPISODES = 12, 8, 12
_LOOKED_UP = 400  # terms, the most used ones
_AT_ONCE = 50  # passages, in which a phrase is looked for


@dataclass(frozen=True, slots=True)
class _Sample:
    """Some passages of a library, with the phrases that each says, and how many of them say each phrase."""

    episodes: list[str]
    vectors: Floats
    said: list[dict[Key, OwnPhrase]]
    everywhere: Counter[Key]


def topics_of(
    generation: Generation, people: Sequence[Person], terms: Sequence[Term], before: Sequence[Topic]
) -> tuple[tuple[Topic, ...], tuple[Topic, ...]]:
    """Return the topics of a library, those with most passages first, and its asides (see index.mined.overview).

    Those of the generation `before`, made with the same weights, are taken over with their id, title and centre as long
    as the library still says the phrases of the title. One is added when the library outgrows their number: the square
    root of a thirtieth of its passages, from 2 to 24 groups. A library with fewer than 30 passages has none.
    """
    passages = generation.manifest.passages
    if passages < _EACH:
        return (), ()
    wanted = min(max(isqrt(passages // _EACH), _FEWEST_GROUPS), _MOST_GROUPS)
    kept = [one for topic in before if (one := _still_said(generation, topic)) is not None]
    if len(kept) < wanted:
        kept += _new(generation, kept, wanted - len(kept))
    counted = _counted(generation, people, terms, kept)
    counted.sort(key=lambda topic: (-topic.passages, topic.id))
    return (
        tuple(topic for topic in counted if topic.title),
        tuple(topic for topic in counted if not topic.title),
    )


def assign(vectors: Floats, topics: Sequence[Topic]) -> Numbers:
    """Return for each vector, shape (rows, dimension), the number of the topic that it belongs to, shape (rows,)."""
    centres = np.array([topic.centre for topic in topics], np.float32)
    offsets = np.array([topic.offset for topic in topics], np.float32)
    numbers: Numbers = (vectors @ centres.T - offsets).argmax(axis=1)
    return numbers


def _still_said(generation: Generation, topic: Topic) -> Topic | None:
    """Return a topic with the phrases that are still said, None if one of its title is not.

    Nothing may stay of an episode that is gone.
    """
    said = tuple(phrase for phrase in topic.phrases if _says(generation, phrase))
    is_named = all(phrase in said for phrase in topic.title.split(", ") if phrase)
    return replace(topic, phrases=said) if is_named else None


def _says(generation: Generation, phrase: str) -> bool:
    ids = generation.having(generation.terms(phrase))
    blocks = (ids[first : first + _AT_ONCE] for first in range(0, len(ids), _AT_ONCE))
    return any(holds(passage.text, phrase) for block in blocks for passage in generation.passages(block))


def _new(generation: Generation, kept: Sequence[Topic], missing: int) -> list[Topic]:
    """Return new topics beside those that are kept."""
    sample = _sample(generation)
    mean = sample.vectors.mean(axis=0)
    centred = _unit(sample.vectors - mean)
    old = np.array([topic.centre for topic in kept], np.float32).reshape(-1, centred.shape[1])
    centres = _unit(_centres(centred, old, missing).astype(np.float64))
    found = [
        Topic("", "", (), (), (), (), 0, tuple(centre.tolist()), float(centre @ mean)) for centre in centres.round(6)
    ]
    together = [*kept, *found]
    numbers = assign(sample.vectors, together)
    speakers = {word for name in generation.speakers() for word in normalise(name)}
    taken = {topic.id for topic in kept}
    sizes = np.bincount(numbers, minlength=len(together))
    titles = [topic.title for topic in kept]
    named = []
    for number, topic in sorted(enumerate(found, len(kept)), key=lambda pair: (-sizes[pair[0]], pair[0])):
        phrases = _phrases(sample, np.flatnonzero(numbers == number), speakers)
        title = _title(phrases, titles)
        titles.append(title)
        identifier = slug_of(title or "aside", taken)
        taken.add(identifier)
        named.append(replace(topic, id=identifier, title=title, phrases=tuple(phrases)))
    return named


def _sample(generation: Generation) -> _Sample:
    total = generation.manifest.passages
    chosen = np.unique(np.linspace(0, total - 1, min(total, _SAMPLE)).astype(np.int64))
    episodes: list[str] = []
    vectors: list[Floats] = []
    said: list[dict[Key, OwnPhrase]] = []
    first = 0
    for places, block in generation.passage_vectors():
        rows = chosen[(chosen >= first) & (chosen < first + len(places))] - first
        first += len(places)
        vectors.append(block[rows])
        episodes += [places[row][1] for row in rows.tolist()]
        passages = generation.passages([places[row][0] for row in rows.tolist()])
        said += [{one.key: one for one in phrases_in(passage.text)} for passage in passages]
    return _Sample(episodes, np.concatenate(vectors), said, Counter(key for mine in said for key in mine))


def _centres(vectors: Floats, old: Floats, missing: int) -> Floats:
    """Return new centres for unit vectors, shape (missing, dimension), beside old ones, which do not move."""
    best, least = None, -np.inf
    for seed in range(_STARTS):
        centres = _started(vectors, old, missing, np.random.default_rng(seed))
        for _ in range(_ROUNDS):
            numbers = (vectors @ np.vstack([old, centres]).T).argmax(axis=1) - len(old)
            members = (numbers[None, :] == np.arange(missing)[:, None]).astype(np.float32)
            sums = members @ vectors
            centres = np.where(sums.any(axis=1)[:, None], _unit(sums), centres)
        total = float((vectors @ np.vstack([old, centres]).T).max(axis=1).sum())
        if total > least:
            best, least = centres, total
    assert best is not None
    return best


def _started(vectors: Floats, old: Floats, missing: int, chance: np.random.Generator) -> Floats:
    """Return vectors that lie far from each other and from the old centres (k-means++)."""
    chosen = [*old]
    away = 1 - (vectors @ old.T).max(axis=1) if len(old) else np.ones(len(vectors))
    for _ in range(missing):
        odds = np.maximum(away, 1e-6).astype(np.float64) ** 2
        chosen.append(vectors[chance.choice(len(vectors), p=odds / odds.sum())])
        away = np.minimum(away, 1 - vectors @ chosen[-1])
    return np.array(chosen[len(old) :], np.float32)


def _phrases(sample: _Sample, rows: Numbers, speakers: set[str]) -> list[str]:
    """Return the phrases that a group of passages says more often than the rest, the best first; () for asides."""
    counts = Counter(key for row in rows.tolist() for key in sample.said[row])
    episodes: dict[Key, set[str]] = defaultdict(set)
    forms: dict[Key, Counter[str]] = defaultdict(Counter)
    for row in rows.tolist():
        for key, phrase in sample.said[row].items():
            if counts[key] >= _LEAST_PASSAGES:
                episodes[key].add(sample.episodes[row])
                forms[key][phrase.text] += 1
    least = min(_LEAST_EPISODES, len(set(sample.episodes)))
    usual = len(rows) / len(sample.said)
    scores = {}
    for key, mine in episodes.items():
        lift = counts[key] / sample.everywhere[key] / usual
        if len(mine) >= least and lift > 1 and speakers.isdisjoint(key):
            # A phrase of few episodes may be a matter of theirs; one of two words says more than a word.
            spread = min(1.0, len(mine) / (2.5 * least))
            scores[key] = counts[key] ** 0.7 * np.log(lift) * (0.5 + 0.5 * len(key)) * spread
    ranked = sorted(scores, key=lambda key: (-scores[key], key))
    if not ranked or any(word in _ITSELF for key in ranked[:3] for word in key):
        return []
    if max(counts[key] for key in ranked[:3]) < _LEAST_SHARE * len(rows):
        return []
    whole = {
        inner
        for key in ranked[: 2 * _PHRASES]
        for inner in inner_keys(key)
        if counts[key] >= _PART * counts[inner]  # "source" is mostly said as part of "open source"
    }
    return [usual_form(forms[key]) for key in ranked if key not in whole and _ITSELF.isdisjoint(key)][:_PHRASES]


def _title(phrases: Sequence[str], titles: Sequence[str]) -> str:
    """Return the best phrase, or the longer one that holds it if that is nearly as good, and the next one; "" for none.

    The two share no word, whatever their number, and none with other titles if there are such phrases.
    """
    taken = {word for title in titles for word in _singulars(title)}
    others = [phrase for phrase in phrases if taken.isdisjoint(_singulars(phrase))] or phrases
    longer = [phrase for phrase in others[1:_NEARLY] if f" {others[0]} ".casefold() in f" {phrase} ".casefold()]
    found: list[str] = []
    for phrase in (*longer, *others):
        if all(_singulars(phrase).isdisjoint(_singulars(other)) for other in found):
            found.append(phrase)
    return ", ".join(found[:_TITLE_PHRASES])


def _singulars(text: str) -> set[str]:
    return {word.removesuffix("s") for word in normalise(text)}


def _counted(
    generation: Generation, people: Sequence[Person], terms: Sequence[Term], topics: Sequence[Topic]
) -> list[Topic]:
    """Return topics with the passages, episodes, people and terms that they have in this generation."""
    topic_of: dict[str, int] = {}
    by_episode: list[Counter[str]] = [Counter() for _ in topics]
    for places, block in generation.passage_vectors():
        for (identifier, episode), number in zip(places, assign(block, topics).tolist(), strict=True):
            topic_of[identifier] = number
            by_episode[number][episode] += 1
    said = _terms(generation, terms, topic_of, len(topics))
    found = []
    for topic, episodes, names in zip(topics, by_episode, said, strict=True):
        total = episodes.total()
        most = sorted(episodes.items(), key=lambda one: (-one[1], one[0]))[:_MOST_EPISODES]
        found.append(
            replace(
                topic,
                terms=names,
                people=_people(people, episodes),
                episodes=tuple((name, round(passages / total, 4)) for name, passages in most),
                passages=total,
            )
        )
    return [topic for topic in found if topic.passages or not topic.title]


def _terms(
    generation: Generation, terms: Sequence[Term], topic_of: dict[str, int], topics: int
) -> list[tuple[str, ...]]:
    """Return for each topic the ids of the terms that its passages hold more often than others, the best first."""
    sizes = Counter(topic_of.values())
    scores: list[dict[str, float]] = [{} for _ in range(topics)]
    often = sorted(terms, key=lambda term: (-sum(uses for _, uses in term.episodes), term.id))[:_LOOKED_UP]
    for term in often:
        found = Counter(topic_of[name] for name in generation.having(generation.terms(term.names[0])))
        for number, held in found.items():
            lift = held / found.total() * len(topic_of) / sizes[number]
            if held >= _LEAST_PASSAGES and lift > 1:
                scores[number][term.id] = held**0.7 * float(np.log(lift))
    return [tuple(sorted(mine, key=lambda name: (-mine[name], name))[:_MOST_TERMS]) for mine in scores]


def _people(people: Sequence[Person], episodes: Counter[str]) -> tuple[str, ...]:
    """Return the ids of the people who say most in the episodes of a topic as guests, the first first."""
    said = {
        person.id: sum(episodes[spoke.episode_id] * spoke.share for spoke in person.episodes if not spoke.asks)
        for person in people
    }
    return tuple(sorted((name for name in said if said[name]), key=lambda name: (-said[name], name))[:_MOST_PEOPLE])


def _unit(vectors: Floats) -> Floats:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: Floats = vectors / np.maximum(lengths, 1e-9)
    return unit
