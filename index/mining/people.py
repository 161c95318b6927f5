"""Join what episodes say about the people who speak.

Episodes speak of the same person only if they give the same full name. A bare first name is somebody else in each
episode, unless the episode itself says whose it is (then its voice has the full name already).
"""

from collections.abc import Sequence

from index.generation import Generation
from index.mined import Voice
from index.mining.slugs import slug_of
from index.overview import HeldRole, Person, Said, Spoke
from ingest.speakers.names import first_name, fold

_Heard = tuple[str, Voice]  # the id of an episode, and a voice in it


def people_of(generation: Generation) -> tuple[Person, ...]:
    """Return everybody who speaks, by name; what is said of them is the newest first."""
    voices = generation.mined.voices()
    totals: dict[str, int] = {}
    found: dict[tuple[str, str], list[_Heard]] = {}
    for episode_id, voice in voices:
        totals[episode_id] = totals.get(episode_id, 0) + voice.words
        name = fold(voice.name)
        found.setdefault((name, "" if first_name(voice.name) else episode_id), []).append((episode_id, voice))
    people: dict[str, Person] = {}
    for (name, only), heard in sorted(found.items()):
        # Another "Ada" of a later episode must not take over the id of the first one.
        identifier = slug_of(f"{name} {only}" if only else name, people)
        people[identifier] = _person(identifier, heard, totals)
    return tuple(people.values())


def _person(identifier: str, heard: Sequence[_Heard], totals: dict[str, int]) -> Person:
    names = dict.fromkeys(
        [*(voice.name for _, voice in heard), *(label for _, voice in heard for label in voice.labels)]
    )
    roles = [
        HeldRole(voice.role, Said(episode_id, voice.stated))
        for episode_id, voice in heard
        if voice.role is not None and voice.stated is not None
    ]
    spoke = [
        Spoke(episode_id, voice.words, round(voice.words / totals[episode_id], 4), voice.asks)
        for episode_id, voice in heard
    ]
    # Of equally good ones the newest: people change what they do.
    best = max(heard, key=lambda one: one[1].grade)
    introduced = None if best[1].introduced is None else Said(best[0], best[1].introduced)
    return Person(identifier, tuple(names), introduced, tuple(roles), tuple(spoke))
