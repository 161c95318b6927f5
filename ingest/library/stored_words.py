"""Read a stored transcript and leave its words as JSON until those of a turn are asked for.

Nine tenths of a transcript's file are words with their times, and a quote needs those of one turn.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import overload

from ingest.errors import LibraryError
from ingest.library.records import episode_folder
from ingest.storage.documents import exists
from ingest.storage.files import object_in, read_body
from ingest.transcript import SCHEMA, Transcript, Word, from_json

# A quotation mark inside a JSON string is escaped, so these bytes occur nowhere in what somebody said.
_WORDS = b',"words":['
_NEXT_TURN = b']},{"speaker":'
_AFTER_TURNS = b']}],"divergence":'
_WORD = b'{"text":'


class StoredWords(Sequence[Word]):
    """The words of a turn, equal to a tuple of them; read from JSON when they are used."""

    __slots__ = ("_json",)

    def __init__(self, raw: bytes) -> None:
        """Keep words as JSON objects, each beginning with its text, separated by commas."""
        self._json = raw

    @overload
    def __getitem__(self, place: int) -> Word: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[Word, ...]: ...
    def __getitem__(self, place: int | slice) -> Word | tuple[Word, ...]:
        """Return a word, or the words of a slice."""
        if isinstance(place, slice) and place.step is None:
            return _words(self._json, place.start, place.stop)
        return self[:][place]

    def __len__(self) -> int:
        """Return the number of words."""
        return self._json.count(_WORD)

    def __iter__(self) -> Iterator[Word]:
        """Iterate over the words, read at once."""
        return iter(self[:])

    def __eq__(self, other: object) -> bool:
        """Compare with words of either kind."""
        return isinstance(other, tuple | StoredWords) and self[:] == tuple(other)

    def __hash__(self) -> int:
        """Return the hash of the equal tuple."""
        return hash(self[:])


@lru_cache(maxsize=16)
def _words(raw: bytes, first: int | None, last: int | None) -> tuple[Word, ...]:
    objects = b"".join(_WORD + part for part in raw.split(_WORD)[1:][first:last]).removesuffix(b",")
    try:
        return tuple(Word(**word) for word in json.loads(b"[%b]" % objects))
    except (TypeError, ValueError) as error:
        raise LibraryError(f"a transcript is not of schema {SCHEMA}: {error!r}") from error


def open_stored(home: Path, identifier: str) -> tuple[Transcript, int] | None:
    """Return an episode's transcript and the size of its file in bytes; its words are read from JSON when used.

    None if it has none yet; raises LibraryError if the file is damaged.
    """
    path = episode_folder(home, identifier) / "transcript.json"
    if not exists(path):
        return None
    body = read_body(path)
    rest, words = _without_words(body)
    transcript = from_json(object_in(rest, path))
    if len(words) != len(transcript.turns):  # laid out by another program
        return from_json(object_in(body, path)), len(body)
    turns = zip(transcript.turns, words, strict=True)
    return replace(transcript, turns=tuple(replace(turn, words=StoredWords(raw)) for turn, raw in turns)), len(body)


def _without_words(body: bytes) -> tuple[bytes, list[bytes]]:
    """Return a transcript's JSON with empty lists of words, and the lists; all of it and none if laid out otherwise."""
    first, *others = body.split(_WORDS)
    words, rest = [], [first]
    for number, part in enumerate(others, 1):
        said, end, after = part.partition(_NEXT_TURN if number < len(others) else _AFTER_TURNS)
        if not end or not said.startswith(_WORD if said else b""):
            return body, []
        words.append(said)
        rest.append(end + after)
    return _WORDS.join(rest), words
