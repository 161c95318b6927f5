"""Where the words of a lesson stand today; kept in memory while the files of its episode are unchanged."""

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from api.episodes.transcripts import open_transcript
from api.errors import QuoteGone, QuoteUnknown
from api.quotes.citation import Citation, citation_of
from api.quotes.quote import Quote
from api.quotes.resolve import resolve
from api.quotes.verbatim_check import count_dropped, fault_of
from ingest.library.decisions import episode_of_quote
from ingest.library.player import NOTE
from ingest.library.records import episode_folder
from ingest.library.removal import removed_folder

_KEPT = 8_192

Stamp = tuple[int, ...]


class Carried(NamedTuple):
    """Today's quote for the id of a lesson, and whether its words changed; else None and why there is none."""

    quote: Quote | None
    changed: bool = False
    reason: str | None = None


def carried(home: Path, identifier: str) -> Carried:
    """Return where the words of a lesson stand today."""
    return _carried(home, identifier, episode_stamp(home, episode_of_quote(identifier)))


def episode_stamp(home: Path, episode: str) -> Stamp:
    """Return what changes whenever an episode's words, facts, recording or removal do."""
    folder = episode_folder(home, episode)
    paths = *(folder / name for name in ("transcript.json", "episode.json", NOTE)), removed_folder(home) / episode
    return tuple(value for path in paths for value in _stamp(path))


def verified(home: Path, quotes: Iterable[Quote], score: float) -> list[Citation]:
    """Return quotes as citations; leave out and count any that is not verbatim in today's transcript."""
    found = []
    for quote in quotes:
        opened = open_transcript(home, quote.episode.id)
        if opened is None:
            continue
        fault = fault_of(quote, opened.transcript)
        if fault is None:
            found.append(citation_of(quote, score))
        else:
            count_dropped(fault)
    return found


@lru_cache(maxsize=_KEPT)
def _carried(home: Path, identifier: str, stamp: Stamp) -> Carried:
    del stamp  # only part of the cache key
    try:
        quote, changed = resolve(home, identifier)
    except (QuoteGone, QuoteUnknown) as error:
        return Carried(None, reason=str(error))
    return Carried(quote, changed)


def _stamp(path: Path) -> Stamp:
    try:
        found = path.stat()
    except FileNotFoundError:
        return (0, 0)
    return found.st_ino, found.st_mtime_ns
