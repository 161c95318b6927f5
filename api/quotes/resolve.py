"""Resolve quote ids to today's words, if necessary by aligning an earlier transcript with today's (Law 9)."""

import hashlib
from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from api.episodes.transcripts import OpenedTranscript, open_transcript, place_words
from api.errors import QuoteGone, QuoteUnknown
from api.quotes.quote import MOST_ID_LETTERS, QUOTE_ID, Quote, fingerprint, quote_at
from ingest.library.records import earlier_paths, episode_folder, load_earlier
from ingest.library.removal import removal_of
from ingest.storage.documents import stamp
from ingest.storage.mounts import Stamp

if TYPE_CHECKING:
    from ingest.alignment.matching import Match

# To be carried over, this share of a span's words must still occur in order, spread over at most _MOST_SPREAD times its
# length.
_LEAST_CARRIED_SHARE = 0.5
_MOST_SPREAD = 2
_KEPT_EDITIONS = 2
# An episode may have many earlier transcripts: they are opened one after the other, and few are kept.
_KEPT_EARLIER = 4


class Edition(NamedTuple):
    """One state of an episode's transcript: the stamp of its file, None if it was removed a moment ago."""

    home: Path
    episode: str
    stamp: Stamp | None


class Resolved(NamedTuple):
    """Today's quote for an id, whether its words have changed since the id was made, and if so what they were."""

    quote: Quote
    changed: bool
    cited: Quote | None = None


def resolve(home: Path, identifier: str) -> Resolved:
    """Return today's quote for an id: the span itself, else the nearest identical one, else one carried over.

    "Carried over" means found in an earlier transcript and aligned with today's. Needs no table. Raises QuoteUnknown
    for an id that this library never had, QuoteGone with the reason if the words were removed or the whole episode was.
    """
    parsed = QUOTE_ID.fullmatch(identifier)
    if parsed is None or len(identifier) > MOST_ID_LETTERS:
        raise QuoteUnknown(f"{identifier[:MOST_ID_LETTERS]!r} is not a quote id")
    first, count = int(parsed["first"], 32), int(parsed["count"], 32)
    today = open_transcript(home, parsed["episode"])
    if today is None:
        if (removal := removal_of(home, parsed["episode"])) is not None:
            raise QuoteGone(f"the episode was {removal.sentence}")
        raise QuoteUnknown(f"no episode {parsed['episode']!r} in this library")
    if (found := _find(today, first, count, parsed["print"])) is not None:
        return Resolved(quote_at(today, found, count), changed=False)
    edition = _edition(home, parsed["episode"])
    if (kept := _kept(edition, first, count, parsed["print"])) is not None:
        path, found = kept
        carried = _carried(_aligned(edition, path), today, found, count)
        return Resolved(carried, changed=True, cited=quote_at(_earlier(edition, path), found, count))
    raise QuoteUnknown(f"no words of {parsed['episode']!r} have the fingerprint of this quote id")


def cited_words(home: Path, identifier: str) -> Quote | None:
    """Return the quote an id was made from, if an earlier transcript has it and the episode is still in the library."""
    parsed = QUOTE_ID.fullmatch(identifier)
    if parsed is None or open_transcript(home, parsed["episode"]) is None:
        return None
    edition = _edition(home, parsed["episode"])
    first, count = int(parsed["first"], 32), int(parsed["count"], 32)
    kept = _kept(edition, first, count, parsed["print"])
    return None if kept is None else quote_at(_earlier(edition, kept[0]), kept[1], count)


def _edition(home: Path, episode: str) -> Edition:
    return Edition(home, episode, stamp(episode_folder(home, episode) / "transcript.json"))


def _kept(edition: Edition, first: int, count: int, wanted: str) -> tuple[Path, int] | None:
    """Return the newest earlier transcript that has these words, and where they begin there."""
    for path in earlier_paths(edition.home, edition.episode):
        if (found := _find(_earlier(edition, path), first, count, wanted)) is not None:
            return path, found
    return None


def _find(source: OpenedTranscript, first: int, count: int, wanted: str) -> int | None:
    """Return where `count` words of one turn with this fingerprint begin: `first`, else the nearest, else None."""
    if _matches(source, first, count, wanted):
        return first
    if not 0 < count <= source.count:
        return None
    places = source.places
    # Same as `fingerprint` of every span, but faster: words are joined once and digests compared as numbers.
    words = [place.word.encode() for place in places]
    turns = [place.turn for place in places]
    text = b" ".join(words)
    begins = list(accumulate((len(word) + 1 for word in words), initial=0))
    number = int(wanted, 32)
    found = (
        start
        for start in range(len(words) - count + 1)
        if turns[start] == turns[start + count - 1]
        and int.from_bytes(hashlib.sha256(text[begins[start] : begins[start + count] - 1]).digest()[:7]) >> 6 == number
    )
    return min(found, key=lambda start: abs(start - first), default=None)


def _matches(source: OpenedTranscript, first: int, count: int, wanted: str) -> bool:
    last = first + count - 1
    if count < 1 or last >= source.count or source.turn_at(first) != source.turn_at(last):
        return False
    return fingerprint(source.words(first, count)) == wanted


@lru_cache(maxsize=_KEPT_EARLIER)
def _earlier(edition: Edition, path: Path) -> OpenedTranscript:
    """Return a transcript before an edition; often many quotes of one are asked for in a row."""
    del edition  # only part of the cache key
    return place_words(load_earlier(path))


@lru_cache(maxsize=_KEPT_EDITIONS)
def _aligned(edition: Edition, path: Path) -> "list[Match]":
    """Align the words of an earlier transcript with those of an edition, which takes a quarter of a second an hour."""
    import numpy as np

    from ingest.alignment.anchors import align_words  # seldom needed, and slow to load
    from ingest.alignment.matching import encode

    today = open_transcript(edition.home, edition.episode)
    before = _earlier(edition, path)
    words = [] if today is None else [place.word for place in today.places]
    official, heard = encode([place.word for place in before.places], words)
    return align_words(official, heard, np.ones(len(official)), np.zeros(len(heard)))


def _carried(matches: "Sequence[Match]", today: OpenedTranscript, first: int, count: int) -> Quote:
    """Carry a span of earlier words over to today's; raises QuoteGone if too few words remain."""
    from ingest.alignment.matching import EXACT

    landed = [pair for pair in matches if first <= pair.official < first + count]
    same = [pair.heard for pair in landed if pair.kind == EXACT]
    turn = today.turn_at(same[len(same) // 2]) if same else None
    mine = [pair for pair in landed if today.turn_at(pair.heard) == turn]
    kept = [pair for pair in mine if pair.kind == EXACT]
    begin, end = (mine[0].heard, mine[-1].heard + 1) if mine else (0, 0)
    if kept and turn is not None and end - begin > _MOST_SPREAD * count:
        # A word that was replaced may be matched with one far away; what replaced it stands beside the others.
        begin = max(today.begins[turn], kept[0].heard - (kept[0].official - first))
        end = min(today.begins[turn + 1], kept[-1].heard + first + count - kept[-1].official)
    if len(kept) < max(1, _LEAST_CARRIED_SHARE * count) or end - begin > _MOST_SPREAD * count:
        raise QuoteGone("these words were in an earlier transcript of the episode and are not in today's")
    return quote_at(today, begin, end - begin)
