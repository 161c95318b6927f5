"""Where the words of a lesson stand today; kept in memory while the files of its episode are unchanged."""

import logging
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from api.episodes.transcripts import OpenedTranscript, open_transcript
from api.errors import QuoteGone, QuoteUnknown
from api.quotes.neighbours import in_parts
from api.quotes.quote import Quote, quote_at
from api.quotes.resolve import resolve
from api.quotes.verbatim_check import Fault, count_dropped, fault_of
from ingest.errors import LibraryError
from ingest.library.decisions import episode_of_quote
from ingest.library.player import NOTE
from ingest.library.records import episode_folder
from ingest.library.removal import note_of
from ingest.storage.documents import stamps_of

logger = logging.getLogger(__name__)

_KEPT = 8_192

Stamp = tuple[int, ...]


class Carried(NamedTuple):
    """Today's quote for the id of a lesson, verbatim in its transcript, and whether its words changed.

    `parts` are the same words in quotes of at most 80. Where no such words stand any more, `quote` is None and `reason`
    says why.
    """

    quote: Quote | None
    parts: tuple[Quote, ...] = ()
    changed: bool = False
    reason: str | None = None


def carried(home: Path, identifier: str, stamp: Stamp | None = None) -> Carried:
    """Return where the words of a lesson stand today; `stamp` is that of its episode if it is known."""
    return _carried(home, identifier, stamp or episode_stamp(home, episode_of_quote(identifier)))


def episode_stamp(home: Path, episode: str) -> Stamp:
    """Return what changes whenever an episode's words, facts, recording or removal do."""
    folder = episode_folder(home, episode)
    paths = *(folder / name for name in ("transcript.json", "episode.json", NOTE)), note_of(home, episode)
    found = stamps_of(paths)
    return tuple(value for path in paths for value in found.get(path) or (0, 0, 0))


@lru_cache(maxsize=_KEPT)
def _carried(home: Path, identifier: str, stamp: Stamp) -> Carried:
    del stamp  # only part of the cache key
    try:
        resolved = resolve(home, identifier)
        quote, changed = resolved.quote, resolved.changed
        opened = open_transcript(home, quote.episode.id)
    except (QuoteGone, QuoteUnknown) as error:
        return Carried(None, reason=str(error))
    except LibraryError as error:  # one damaged file must not take the whole register with it
        logger.warning("%s: %s", identifier, error)
        return Carried(None, reason="the files of its episode cannot be read")
    if opened is None or not _holds(opened, quote):  # it may have been replaced meanwhile
        return _dropped("fabricated")
    parts = tuple(in_parts(opened, quote))
    for one in (quote, *parts):
        if (fault := fault_of(one, opened.transcript)) is not None:
            return _dropped(fault)
    return Carried(quote, parts, changed)


def _holds(opened: OpenedTranscript, quote: Quote) -> bool:
    """Say whether a transcript has the words of a quote where its numbers say."""
    try:
        return quote_at(opened, quote.first_word, quote.words).id == quote.id
    except ValueError:
        return False


def _dropped(fault: Fault) -> Carried:
    count_dropped(fault)
    return Carried(None, reason=f"its quote is {fault}, by today's transcript")


def opened_or_none(home: Path, episode: str) -> OpenedTranscript | None:
    """Return the transcript of an episode, None if it has none or its files cannot be read."""
    try:
        return open_transcript(home, episode)
    except LibraryError:
        return None
