"""Join what episodes say about the people who speak.

Episodes speak of the same person only if they give the same full name. A bare first name is somebody else in each
episode, unless the episode itself says whose it is (then its voice has the full name already).
"""

from collections.abc import Sequence

from index.generation import Generation
from index.mined.episode import Voice
from index.mined.overview import HeldRole, Person, Said, Spoke
from index.mining.slugs import slug_of
from ingest.speakers.names import first_name, fold

_Heard = tuple[str, Voice]  # the id of an episode, and a voice in it
_Key = tuple[str, str]  # a name, and the id of an episode if it is a bare first name


def people_of(generation: Generation, before: Sequence[Person] = ()) -> tuple[Person, ...]:
    """Return everybody who speaks, by name; what is said of them is the newest first.

    Whoever was there `before`, in the generation before, has the same id: a link must not show somebody else because a
    name with the same letters has come.
    """
    voices = generation.mined.voices()
    totals: dict[str, int] = {}
    found: dict[_Key, list[_Heard]] = {}
    for episode_id, voice in voices:
        totals[episode_id] = totals.get(episode_id, 0) + voice.words
        found.setdefault(_key(voice.name, episode_id), []).append((episode_id, voice))
    known = {_key(one.names[0], one.episodes[0].episode_id): one.id for one in before}
    ids = {key: known[key] for key in found if key in known}
    taken = {*ids.values()}
    for name, only in sorted(found.keys() - ids.keys()):
        ids[name, only] = slug_of(f"{name} {only}" if only else name, taken)
        taken.add(ids[name, only])
    return tuple(_person(ids[key], heard, totals) for key, heard in sorted(found.items()))


def _key(name: str, episode_id: str) -> _Key:
    return fold(name), "" if first_name(name) else episode_id


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
