"""Join what episodes say about the terms that they use."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from math import sqrt

from index.generation import Generation
from index.mined.episode import TermUse
from index.mined.overview import Said, Term
from index.mining.names import NAME_SHARE, is_odd, usual
from index.mining.slugs import slug_of
from ingest.speakers.names import first_name, fold

# A term is kept if it is used so often, or if somebody says what it is.
_FEWEST_USES = 2
_MOST_RELATED = 6
# Two that stand near each other only once are related only if they are hardly used otherwise.
_LEAST_RELATED = 0.15

_Used = tuple[str, TermUse]  # the id of an episode, and a use of a term in it


def terms_of(generation: Generation, before: Sequence[Term] = ()) -> tuple[Term, ...]:
    """Return the terms that a newcomer would look up, in the order of the alphabet; what is said of them, newest first.

    A term that was there `before`, in the generation before, keeps its id, also if spellings are joined or parted.
    Spellings are joined if they differ only in capitals, in a plural or possessive ending, or as a long form from its
    abbreviation where the podcast itself says what it stands for. What the library mostly writes small is no term, nor
    is the first name of somebody who speaks.
    """
    used = generation.mined.term_uses()
    people = _names_of_people(generation)
    keys = _joined(used)
    groups: dict[str, list[_Used]] = {}
    for episode_id, use in used:
        groups.setdefault(keys[fold(use.term)], []).append((episode_id, use))
    kept = {key: mine for key, mine in groups.items() if _is_term(mine, generation, people)}
    named = {key: _names(mine) for key, mine in kept.items()}
    ids = ids_of(named, before)
    related = _related(kept, keys)
    order = sorted(kept, key=lambda key: (named[key][0].casefold(), key))
    dated = frozenset(episode.id for episode in generation.episodes() if episode.published)
    return tuple(_term(ids[key], named[key], kept[key], [ids[other] for other in related[key]], dated) for key in order)


def ids_of(named: Mapping[str, Sequence[str]], before: Iterable[Term]) -> dict[str, str]:
    """Return the id of each term: that of the term before with which it shares its usual spelling, else most spellings.

    Of a term that was parted the part with its usual spelling keeps the id; of several that were joined the one whose
    usual spelling stays gives it.
    """
    keys = {fold(name): key for key, names in named.items() for name in names}
    found: list[tuple[bool, bool, int, str, str]] = []
    for term in before:
        spellings = [fold(name) for name in term.names]
        for key, shared in Counter(keys[name] for name in spellings if name in keys).items():
            kept = spellings[0] in keys and keys[spellings[0]] == key
            found.append((not (kept and fold(named[key][0]) == spellings[0]), not kept, -shared, key, term.id))
    ids: dict[str, str] = {}
    taken: set[str] = set()
    for *_, key, identifier in sorted(found):
        if key not in ids and identifier not in taken:
            ids[key] = identifier
            taken.add(identifier)
    for key in sorted(named.keys() - ids.keys()):
        ids[key] = slug_of(named[key][0], taken)
        taken.add(ids[key])
    return ids


def _names_of_people(generation: Generation) -> frozenset[str]:
    """Return the full names of everybody who speaks, and their first names."""
    names = generation.speakers()
    return frozenset({fold(name) for name in names} | {first_name(name) for name in names})


def _joined(used: Iterable[_Used]) -> dict[str, str]:
    """Return the key of each spelling: those with the same key are one term."""
    uses: Counter[str] = Counter()
    expansions: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for _, use in used:
        uses[fold(use.term)] += use.uses
        if use.expansion is not None:
            expansions[fold(use.term)][fold(use.expansion)] += 1
    keys = {name: name for name in uses}
    for name in uses:
        if name.endswith("s") and name[:-1] in uses and uses[name[:-1]] >= uses[name]:
            keys[name] = name[:-1]
    for short in sorted(expansions):
        # Where episodes spell an abbreviation out in several ways, the most frequent is meant.
        for long in (usual(expansions[short]), f"{usual(expansions[short])}s"):
            if long in keys and keys[long] in (long, long.removesuffix("s")) and short not in long.split():
                keys[long] = short
    return {name: _last(keys, name) for name in keys}


def _last(keys: Mapping[str, str], name: str) -> str:
    """Return the key at the end of a chain of keys ("site reliability engineers", "SREs", "SRE")."""
    seen = [name]
    while keys[seen[-1]] not in seen:
        seen.append(keys[seen[-1]])
    return min(seen) if keys[seen[-1]] != seen[-1] else seen[-1]


def _is_term(mine: Sequence[_Used], generation: Generation, people: frozenset[str]) -> bool:
    is_defined = any(use.definition or use.expanded for _, use in mine)
    if sum(use.uses for _, use in mine) < _FEWEST_USES and not is_defined:
        return False
    name = usual(_spellings(mine))
    words = name.split()
    if fold(name) in people or (len(words) == 2 and words[0].lower() in people and not any(map(is_odd, words))):
        return False
    if len(words) > 1 or is_odd(name):
        return True
    capital, small = generation.letters(name)
    return not capital + small or capital > NAME_SHARE * (capital + small)


def _spellings(mine: Sequence[_Used]) -> Counter[str]:
    found: Counter[str] = Counter()
    for _, use in mine:
        found[use.term] += use.uses
    return found


def _names(mine: Sequence[_Used]) -> tuple[str, ...]:
    """Return the spellings in the singular, the most used first, but an abbreviation before what it stands for."""
    spellings = _spellings(mine)
    short = [use.term for _, use in mine if use.expansion is not None]
    first = max(short, key=lambda name: spellings[name], default=None)
    singular = [name for name in spellings if not (name.endswith("s") and name[:-1] in spellings)]
    return tuple(sorted(singular, key=lambda name: (name != first, -spellings[name], name)))


def _term(
    identifier: str, names: tuple[str, ...], mine: Sequence[_Used], related: Iterable[str], dated: frozenset[str]
) -> Term:
    episodes: dict[str, int] = {}
    for episode_id, use in mine:
        episodes[episode_id] = episodes.get(episode_id, 0) + use.uses
    # Of equally good sentences that of the episode that says most about it.
    defined = max(mine, key=lambda one: (one[1].grade, episodes[one[0]]))
    expansion, expanded = _expansion(mine)
    newest, oldest = mine[0], next((one for one in reversed(mine) if one[0] in dated), mine[-1])
    return Term(
        id=identifier,
        names=names,
        first=Said(oldest[0], min(use.first for episode_id, use in mine if episode_id == oldest[0])),
        latest=Said(newest[0], max(use.last for episode_id, use in mine if episode_id == newest[0])),
        definition=None if defined[1].definition is None else Said(defined[0], defined[1].definition),
        expansion=expansion,
        expanded=expanded,
        related=tuple(related),
        episodes=tuple(episodes.items()),
    )


def _expansion(mine: Sequence[_Used]) -> tuple[str | None, Said | None]:
    """Return what the term is short for, as most episodes say it, and where one of them does."""
    found = [(use.expansion, Said(episode_id, use.expanded)) for episode_id, use in mine if use.expanded is not None]
    if not found:
        return None, None
    counts = Counter(fold(expansion or "") for expansion, _ in found)
    return max(found, key=lambda one: counts[fold(one[0] or "")])


def _related(kept: Mapping[str, Sequence[_Used]], keys: Mapping[str, str]) -> dict[str, list[str]]:
    """Return for each term those that stand near it most often, given how often both are used."""
    near: dict[str, Counter[str]] = {}
    for key, mine in kept.items():
        near[key] = Counter()
        for _, use in mine:
            for other, count in use.near:
                near[key][keys.get(fold(other), "")] += count
    uses = {key: sum(use.uses for _, use in mine) for key, mine in kept.items()}
    found = {}
    for key, counts in near.items():
        weights = {
            other: count / sqrt(uses[key] * uses[other])
            for other, count in counts.items()
            if other in uses and other != key
        }
        best = sorted(weights, key=lambda other: (-weights[other], other))[:_MOST_RELATED]
        found[key] = [other for other in best if weights[other] >= _LEAST_RELATED or counts[other] >= _FEWEST_USES]
    return found
