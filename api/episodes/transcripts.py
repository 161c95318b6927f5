"""Open an episode's transcript and find the places of its words; cached in memory while its files are unchanged."""

import re
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from itertools import accumulate, islice
from pathlib import Path
from threading import Lock
from typing import NamedTuple

from api.episodes.player import seek_error_of
from ingest.library.player import NOTE
from ingest.library.records import episode_folder, load_record
from ingest.library.removal import note_of
from ingest.library.stored_words import open_stored
from ingest.storage import documents
from ingest.storage.mounts import Stamp
from ingest.text.words import normalise, without_marks
from ingest.transcript import Transcript, with_episode

_WORD = re.compile(r"\w+")
# Transcripts of about 70 hours are kept. Each counts as the bytes of its file, which is about what it takes in memory,
# and its objects.
MOST_KEPT_BYTES = 48 * 2**20
_OBJECTS = 8 * 2**10


class Place(NamedTuple):
    """A normalised word of an episode: its text, its turn, and its characters [start, end) in that turn."""

    word: str
    turn: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class OpenedTranscript:
    """A transcript whose normalised words are numbered, and the seek error of its recording in seconds.

    Turn n holds the words [begins[n], begins[n + 1]); the last entry is the number of all words.
    """

    transcript: Transcript
    begins: Sequence[int]
    seek_error: float | None = None

    @property
    def count(self) -> int:
        """The number of normalised words."""
        return self.begins[-1]

    @property
    def places(self) -> tuple[Place, ...]:
        """The place of every word, in order, found anew at each use: for a few words use `placed`."""
        return tuple(place for turn in range(len(self.transcript.turns)) for place in self.places_in(turn))

    def placed(self, first: int, count: int) -> list[Place]:
        """Return the places of `count` words starting with word number `first`, fewer if the transcript ends."""
        last = min(first + count, self.count)
        if not 0 <= first < last:
            return []
        turns = range(self.turn_at(first), self.turn_at(last - 1) + 1)
        return [
            place
            for turn in turns
            for place in self.places_in(turn, max(first - self.begins[turn], 0), last - self.begins[turn])
        ]

    def places_in(self, turn: int, first: int = 0, last: int | None = None) -> list[Place]:
        """Return the places of a turn's words [first, last), counted in the turn; without `last`, to its end."""
        found = list(_WORD.finditer(without_marks(self.transcript.turns[turn].text)))
        if len(found) == self.begins[turn + 1] - self.begins[turn]:
            return [Place(piece.group().lower(), turn, *piece.span()) for piece in found[first:last]]
        # Normalising can give two words, where a capital has no single small letter (İ); the index counts them so.
        words = ((word, piece) for piece in found for word in _WORD.findall(piece.group().lower()))
        return [Place(word, turn, *piece.span()) for word, piece in islice(words, first, last)]

    def turn_at(self, word: int) -> int:
        """Return the turn that holds a word, given by its number."""
        return bisect_right(self.begins, word) - 1

    def words(self, first: int, count: int) -> list[str]:
        """Return `count` normalised words starting with word number `first`."""
        return [place.word for place in self.placed(first, count)]


_FILES = ("transcript.json", "episode.json", NOTE)
_Stamps = tuple[Stamp | None, ...]
# An episode's files when they were read, its transcript, and its size in bytes.
_Kept = tuple[_Stamps, OpenedTranscript | None, int]
_kept: OrderedDict[tuple[Path, str], _Kept] = OrderedDict()
_keeping = Lock()


def looking_once(home: Path, episode_ids: Iterable[str]) -> AbstractContextManager[None]:
    """Look at the files of these episodes now and not again until the end, for `open_transcript` and lessons' quotes.

    A database is asked once for all of them, instead of for each quote.
    """
    names = set(episode_ids)
    files = [episode_folder(home, name) / file for name in names for file in _FILES]
    return documents.looking_once([*files, *(note_of(home, name) for name in names)])


def open_transcript(home: Path, episode_id: str) -> OpenedTranscript | None:
    """Return an episode's transcript with its words numbered, None if it has none; cached until its files change."""
    stamps = _stamps(episode_folder(home, episode_id))
    if stamps is None:
        return None
    with _keeping:
        kept = _kept.get((home, episode_id))
        if kept is not None and kept[0] == stamps:
            _kept.move_to_end((home, episode_id))
            return kept[1]
    opened, size = _opened(home, episode_id)
    with _keeping:
        _kept[home, episode_id] = stamps, opened, size + _OBJECTS
        _kept.move_to_end((home, episode_id))
        while sum(size for _, _, size in _kept.values()) > MOST_KEPT_BYTES and len(_kept) > 1:
            _kept.popitem(last=False)
    return opened


def _stamps(folder: Path) -> _Stamps | None:
    paths = [folder / file for file in _FILES]
    transcript, episode, note = map(documents.stamps_of(paths).get, paths)
    return None if transcript is None or episode is None else (transcript, episode, note)


def _opened(home: Path, episode_id: str) -> tuple[OpenedTranscript | None, int]:
    """Return an episode's transcript and the size of its file in bytes; None if it was removed meanwhile."""
    found = open_stored(home, episode_id)
    if found is None:
        return None, 0
    transcript, size = found
    episode = load_record(home, episode_id).episode
    return place_words(with_episode(transcript, episode), seek_error_of(home, episode)), size


def place_words(transcript: Transcript, seek_error: float | None = None) -> OpenedTranscript:
    """Return the transcript with its normalised words numbered."""
    counts = (len(normalise(turn.text)) for turn in transcript.turns)
    return OpenedTranscript(transcript, tuple(accumulate(counts, initial=0)), seek_error)
