"""What is asked of several segments at once: each answers for its own episodes, with few statements."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

from index.segments.segment import Segment
from ingest.transcript import Episode, episode_from_json

W = TypeVar("W", bound=tuple[object, ...])
F = TypeVar("F")
# So many stretches or places are asked for by one statement.
_AT_ONCE = 100


def of_each(
    segment_of: Mapping[str, Segment], wanted: Sequence[W], ask: Callable[[Segment, Sequence[W]], Sequence[F]]
) -> list[F]:
    """Return what each segment answers for what begins with the ids of its episodes, in the order of `wanted`.

    Raises KeyError if no segment has an episode.
    """
    found: dict[int, F] = {}
    for segment, places in _by_segment(segment_of, [str(episode_id) for episode_id, *_ in wanted]):
        for begin in range(0, len(places), _AT_ONCE):
            block = places[begin : begin + _AT_ONCE]
            found |= zip(block, ask(segment, [wanted[place] for place in block]), strict=True)
    return [found[place] for place in range(len(wanted))]


def episodes_in(segment_of: Mapping[str, Segment], identifiers: Sequence[str]) -> dict[str, Episode]:
    """Return episodes by id; raises KeyError if no segment has one."""
    texts: dict[str, str] = {}
    for segment, places in _by_segment(segment_of, identifiers):
        texts |= segment.texts([identifiers[place] for place in places])
    return {identifier: episode_from_json(json.loads(text)) for identifier, text in texts.items()}


def askers_in(segment_of: Mapping[str, Segment], identifiers: Sequence[str]) -> dict[str, frozenset[str]]:
    """Return the names of the people who ask the questions in each episode, none if no segment has it."""
    found: dict[str, set[str]] = {identifier: set() for identifier in identifiers}
    known = [one for one in identifiers if one in segment_of]
    for segment, places in _by_segment(segment_of, known):
        for identifier, name in segment.askers([known[place] for place in places]):
            found[identifier].add(name)
    return {identifier: frozenset(names) for identifier, names in found.items()}


def letters_in(segments: Sequence[Segment], words: Sequence[str]) -> dict[str, tuple[int, int]]:
    """Return how often each word, in lower case, stands inside sentences with a capital and with a small letter."""
    found = dict.fromkeys(words, (0, 0))
    for segment in segments:
        for word, capital, small in segment.letters(words):
            found[word] = found[word][0] + int(capital), found[word][1] + int(small)
    return found


def _by_segment(segment_of: Mapping[str, Segment], identifiers: Sequence[str]) -> Iterable[tuple[Segment, list[int]]]:
    """Return each segment with the places of its episodes in `identifiers`."""
    places: dict[Segment, list[int]] = defaultdict(list)
    for place, identifier in enumerate(identifiers):
        places[segment_of[identifier]].append(place)
    return places.items()
