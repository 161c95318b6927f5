"""A quote as a citation: who said it, where to read it, and which part of the recording to play."""

from dataclasses import dataclass, field

from api.episodes.player import Player
from api.quotes.quote import Quote
from ingest.transcript import Episode, Timing

# Playback starts this much earlier, because a quote that starts at its very first sound is hard to follow.
_LEAST_LEAD = 1.0  # seconds

# How many an answer has at most, and unless more are asked for.
MOST_CITATIONS, USUAL_CITATIONS = 8, 4


@dataclass(frozen=True, slots=True)
class Citation:
    """A quote in an answer, with where to read and hear it; times are seconds from the start of the recording.

    `seek_error` is how many seconds a browser may be off when it plays `listen_url`, None if that is not known.
    `heard_confidence`, 0 to 1, is the share of the quote's words that is expected to be right, None unless Whisper
    alone gave the words (timing "heard") and their probabilities are known. `in_reply_to` is the question another
    person asked directly before the quote, as context for readers; None if nobody did.
    """

    id: str
    quote: str
    speaker: str | None
    role: str | None
    episode: Episode
    turn: int
    start: float | None
    end: float | None
    timing: Timing | None
    timing_error: float | None
    url: str
    listen_url: str | None
    seek_error: float | None = field(default=None, kw_only=True)
    heard_confidence: float | None = field(default=None, kw_only=True)
    score: float
    in_reply_to: str | None


def citation_of(quote: Quote, score: float = 0.0) -> Citation:
    """Return a quote as a citation."""
    return Citation(
        id=quote.id,
        quote=quote.text,
        speaker=quote.speaker,
        role=quote.role,
        episode=quote.episode,
        turn=quote.turn,
        start=_rounded(quote.start),
        end=_rounded(quote.end),
        timing=quote.timing if quote.start is not None else None,
        timing_error=quote.timing_error if quote.start is not None else None,
        url=f"/quotes/{quote.id}",
        listen_url=listen_url(quote),
        seek_error=None if quote.start is None or quote.episode.audio_url is None else quote.seek_error,
        heard_confidence=None if quote.start is None else _rounded(quote.heard_confidence),
        score=round(score, 4),
        in_reply_to=quote.in_reply_to,
    )


def listen_url(quote: Quote) -> str | None:
    """Return the recording's URL with a media fragment in seconds; None without audio.

    Rounds to hundredths of a second, because a tenth later may be inside the first word.
    """
    if quote.episode.audio_url is None:
        return None
    if quote.start is None:
        return quote.episode.audio_url
    until = "" if quote.end is None else f",{round(quote.end, 2)}"
    return f"{quote.episode.audio_url}#t={round(quote.start, 2)}{until}"


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


@dataclass(frozen=True, slots=True)
class PlayedStretch:
    """What to play for a quote: the recording's URL with a media fragment, and the fragment's times in seconds.

    `early` is how many seconds too early a browser may begin, 0 if nobody would notice; `duration` is the recording's.
    """

    address: str
    begin: float | None = None
    end: float | None = None
    early: int = 0
    duration: float | None = None


def played(citation: Citation, player: Player) -> PlayedStretch | None:
    """Return what to play for a quote: the whole recording if the quote has no time, None without a recording."""
    return _played(citation, player, stretch(citation))


def played_from(citation: Citation, player: Player) -> PlayedStretch | None:
    """Return what to play for a quote from its first word on, else as `played` does."""
    return _played(citation, player, None if citation.start is None else (citation.start, citation.end))


def _played(citation: Citation, player: Player, found: tuple[float, float | None] | None) -> PlayedStretch | None:
    if player.address is None:
        return None
    if found is None:
        return PlayedStretch(player.address, duration=player.duration)
    begin, end = found
    if player.lead:
        # The browser counts from where it believes it is, so it would also stop too early.
        begin, end = max(0.0, begin - player.lead), None if end is None else end + player.lead
    if end is not None and player.duration is not None:
        end = min(end, max(player.duration, citation.end or 0.0))
    begin, end = round(begin, 2), None if end is None else round(end, 2)
    address = f"{player.address}{fragment(begin, end)}"
    return PlayedStretch(address, begin, end, player.early, player.duration)


def stretch(citation: Citation) -> tuple[float, float | None] | None:
    """Return the start and end in seconds to play for a quote, None if it has no time; the end may be None.

    Adds a margin of a second before and after the quote, or of the quote's timing error if that is larger, so that 95
    of 100 quotes lie completely inside. Stays within the recording.
    """
    if citation.start is None:
        return None
    margin = max(_LEAST_LEAD, citation.timing_error or 0.0)
    begin = round(max(0.0, citation.start - margin), 2)
    if citation.end is None:
        return begin, None
    end = citation.end + margin
    if citation.episode.duration is not None:
        end = max(citation.end, min(end, citation.episode.duration))
    return begin, round(end, 2)


def fragment(begin: float, end: float | None) -> str:
    """Return a time range as a media fragment in seconds ("#t=45.0,52.4"; Media Fragments URI 1.0, 4.2.1)."""
    return f"#t={begin}" if end is None else f"#t={begin},{end}"
