"""Read from the library what the list of episodes shows of each: people, topics and the words it is found by."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from api.episodes.topics import topics_of
from ingest.errors import LibraryError
from ingest.library.records import Record, episode_folder, episode_ids, episodes_folder, load_record, load_transcript
from ingest.reference.catalogue import known_episode, known_show
from ingest.speakers.names import fold, is_role
from ingest.stages.official_text import kept_official_text
from ingest.storage.documents import stamp, stamps
from ingest.storage.mounts import Stamp
from ingest.text.words import normalise
from ingest.transcript import Episode, Transcript

logger = logging.getLogger(__name__)

_FILES = ("episode.json", "official.json", "transcript.json")
_KEPT_ENTRIES = 4_096

# That of each file, None for a missing one.
Stamps = tuple[Stamp | None, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """An episode in the list.

    `description` is its show notes without the transcript. `people` are first those who speak in it, then those its
    sources name. `topics` are what it often talks about, most frequent first. `words` are the normalised words of
    title, show, people and description.
    """

    episode: Episode
    description: str | None
    people: tuple[str, ...]
    topics: tuple[str, ...]
    words: frozenset[str]
    has_transcript: bool

    @property
    def year(self) -> str | None:
        """The year in which it was published, as four digits."""
        return self.episode.published[:4] if self.episode.published else None


def entries_of(home: Path) -> tuple[Entry, ...]:
    """Return every episode of the library, newest first and undated ones last; log and skip unreadable ones.

    Reads an episode's files only if they are new or changed (about 30 ms for an hour of speech) and caches the result;
    otherwise costs three stat calls per episode.
    """
    found = []
    stamped = [stamps(episodes_folder(home), name) for name in _FILES]
    for identifier in episode_ids(home):
        try:
            found.append(_entry(home, identifier, tuple(one.get(identifier) for one in stamped)))
        except LibraryError as error:
            logger.warning("an episode was skipped: %s", error)
    return tuple(sorted(found, key=lambda entry: entry.episode.published or "", reverse=True))


def entry_of(home: Path, identifier: str) -> Entry:
    """Return one episode as the list shows it; raises LibraryError if a file is missing or broken."""
    folder = episode_folder(home, identifier)
    return _entry(home, identifier, tuple(stamp(folder / name) for name in _FILES))


def people_of(transcript: Transcript) -> tuple[str, ...]:
    """Return the full names of the speakers in the order they first speak, leaving out role labels such as "Host"."""
    labels = (turn.speaker for turn in transcript.turns)
    names = (transcript.aliases.get(label, label) for label in labels if label)
    return tuple(dict.fromkeys(name for name in names if not is_role(name)))


@lru_cache(maxsize=_KEPT_ENTRIES)
def _entry(home: Path, identifier: str, found: Stamps) -> Entry:
    del found  # only part of the cache key
    record = load_record(home, identifier)
    transcript = load_transcript(home, identifier)
    episode = record.episode
    description = _description(home, identifier)
    people = tuple(_people(record, transcript))
    words = normalise(" ".join(filter(None, (episode.title, episode.show.title, *people, description))))
    return Entry(
        episode=episode,
        description=description,
        people=people,
        topics=() if transcript is None else topics_of(turn.text for turn in transcript.turns),
        words=frozenset(words),
        has_transcript=transcript is not None,
    )


def _people(record: Record, transcript: Transcript | None) -> Iterator[str]:
    """Yield the people of an episode, each once even if their name is spelt in two ways."""
    known = known_episode(known_show(record.episode.show.id), record.episode.number)
    seen: set[str] = set()
    for name in (
        *(people_of(transcript) if transcript else ()),
        *(name for item in record.items for name in item.people),
        *(known.people if known else ()),
    ):
        if fold(name) not in seen:
            seen.add(fold(name))
            yield name


def _description(home: Path, identifier: str) -> str | None:
    """Return the show notes without the transcript, None if nothing is left or there are no notes."""
    text = kept_official_text(home, identifier)
    return None if text is None else text.description or None
