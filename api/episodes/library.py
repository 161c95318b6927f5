"""Read episodes and transcripts of the library for the routes; writes nothing."""

import logging
import re
from functools import lru_cache
from pathlib import Path

from api.episodes.transcripts import open_transcript
from api.errors import EpisodeGone, EpisodeUnknown, FilterError
from ingest.errors import LibraryError
from ingest.library.records import episode_folder, episodes_folder, load_record, recording
from ingest.library.removal import removal_of
from ingest.storage.documents import stamp, stamps
from ingest.storage.mounts import Stamp
from ingest.transcript import Episode, Transcript

_MOST_DIGITS = 9

logger = logging.getLogger(__name__)

_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,79}")
_KEPT_EPISODES = 4_096
_KEPT_SHOWS = 4


def episodes_of(home: Path) -> list[Episode]:
    """Return every episode of the library, newest first and undated ones last; log and skip unreadable ones."""
    found = []
    for identifier, written in sorted(stamps(episodes_folder(home), "episode.json").items()):
        if not _ID.fullmatch(identifier):
            logger.warning("an episode was skipped: %r is not an id", identifier)
            continue
        try:
            found.append(_read(home, identifier, written))
        except LibraryError as error:
            logger.warning("an episode was skipped: %s", error)
    return sorted(found, key=lambda episode: episode.published or "", reverse=True)


@lru_cache(maxsize=_KEPT_SHOWS)
def shows_of(home: Path, generation: int) -> tuple[tuple[str, str], ...]:
    """Return the id and title of each show that can be asked about, by title; `generation` is the live one's number."""
    del generation  # only part of the cache key: the shows change when an index is published
    shows = {(episode.show.id, episode.show.title) for episode in episodes_of(home)}
    return tuple(sorted(shows, key=lambda show: show[1].casefold()))


def episode_of(home: Path, identifier: str) -> Episode:
    """Return one episode, from memory while its file is unchanged.

    Raises EpisodeGone if it was removed, EpisodeUnknown if the library never had this id, LibraryError if its file is
    broken.
    """
    # The id comes from a URL, so it becomes part of a path only if it is a valid id.
    if _ID.fullmatch(identifier):
        found = stamp(episode_folder(home, identifier) / "episode.json")
        if found is not None:
            return _read(home, identifier, found)
        if (removal := removal_of(home, identifier)) is not None:
            raise EpisodeGone(f"the episode was {removal.sentence}")
    raise EpisodeUnknown(f"no episode {identifier[:80]!r} in this library")


def transcript_of(home: Path, identifier: str) -> Transcript | None:
    """Return an episode's transcript with its current metadata, None if not made yet; raises as `episode_of` does."""
    episode_of(home, identifier)
    opened = open_transcript(home, identifier)
    return None if opened is None else opened.transcript


def audio_of(home: Path, episode: Episode) -> str | None:
    """Return the URL of an episode's recording: the publisher's, else the library's own, else None.

    The library's recording may be newer than the episode's metadata file, so this looks for it on disk.
    """
    if episode.audio_url is None and recording(home, episode.id) is not None:
        return f"/api/episodes/{episode.id}/audio"
    return episode.audio_url


@lru_cache(maxsize=_KEPT_EPISODES)
def _read(home: Path, identifier: str, found: Stamp) -> Episode:
    del found  # only part of the cache key
    return load_record(home, identifier).episode


def find_episode(wanted: str, episodes: list[Episode]) -> Episode:
    """Return the episode with this id, or with this number if only one has it.

    Raises EpisodeUnknown if no episode matches, FilterError naming the ids if several do.
    """
    for episode in episodes:
        if episode.id == wanted:
            return episode
    number = wanted.removeprefix("#")
    # Python raises ValueError for integers of thousands of digits, and no episode has such a number.
    counts = number.isdecimal() and len(number) <= _MOST_DIGITS
    numbered = [episode for episode in episodes if counts and episode.number == int(number)]
    if len(numbered) > 1:
        ids = ", ".join(episode.id for episode in numbered)
        raise FilterError(f"number {number} is not unique; give one of the ids {ids}")
    if not numbered:
        raise EpisodeUnknown(f"no episode {wanted[:80]!r} in this library; playback status lists them")
    return numbered[0]
