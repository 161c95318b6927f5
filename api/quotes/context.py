"""A quote in context: the rest of its turn, the turns before and after, and longer quotes around it."""

import re
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from api.episodes.library import audio_of
from api.episodes.transcripts import OpenedTranscript, open_transcript
from api.quotes.citation import Citation, citation_of
from api.quotes.heard_confidence import weak_words
from api.quotes.neighbours import WiderQuote, widen
from api.quotes.quote import QUOTE_ID
from api.quotes.resolve import Resolved, resolve
from ingest.errors import LibraryError
from ingest.transcript import Turn

# How many words are shown before and after a quote.
_CONTEXT_WORDS = 60
_OPENING = re.compile(r"[^\w\s]*")


class Context(NamedTuple):
    """What was said around a quote: the rest of its turn, and the turns before and after (None if none)."""

    before: str
    after: str
    previous: Turn | None
    following: Turn | None

    def text_before(self) -> str:
        """Return up to 60 words before the quote: from its turn, else from the end of the turn before."""
        return _last(self.before or (self.previous.text if self.previous else ""))

    def text_after(self) -> str:
        """Return up to 60 words after the quote: from its turn, else from the beginning of the next turn."""
        return _first(self.after or (self.following.text if self.following else ""))

    def end_of_before(self) -> str:
        """Return up to 60 words of the quote's turn before the quote."""
        return _last(self.before)

    def start_of_after(self) -> str:
        """Return up to 60 words of the quote's turn after the quote."""
        return _first(self.after)

    def end_of_previous(self) -> str:
        """Return up to the last 60 words of the turn before; "" if this is the first turn."""
        return _last(self.previous.text) if self.previous else ""

    def start_of_following(self) -> str:
        """Return up to the first 60 words of the turn after; "" if this is the last turn."""
        return _first(self.following.text) if self.following else ""


class Surroundings(NamedTuple):
    """A quote in context, and with one more sentence each way.

    `weak` are the words of the quote that were heard least surely, where only Whisper wrote them.
    """

    resolved: Resolved
    citation: Citation
    wider: WiderQuote
    context: Context
    weak: tuple[str, ...]


def surroundings_of(home: Path, identifier: str) -> Surroundings:
    """Resolve a quote id and return today's quote in context; raises as `resolve` does, and LibraryError.

    LibraryError means that the transcript changed during the call.
    """
    resolved = resolve(home, identifier)
    quote = resolved.quote
    opened = open_transcript(home, quote.episode.id)
    if opened is None or opened.count <= quote.first_word:
        raise LibraryError(f"the transcript of {quote.episode.id} changed while it was read; ask again")
    start = _start_of(opened, quote.first_word, quote.text)
    end = start + len(quote.text)
    heard = replace(quote, episode=replace(quote.episode, audio_url=audio_of(home, quote.episode)))
    return Surroundings(
        resolved=resolved,
        citation=citation_of(heard),
        wider=widen(opened, quote),
        context=_around(opened, quote.turn, start, end),
        weak=weak_words(opened.transcript.turns[quote.turn], start, end),
    )


def context_of(home: Path, citation: Citation) -> Context | None:
    """Return a citation's context, None if its words no longer stand where its id says.

    An answer calls this for each of its quotes, so nothing is resolved or extended.
    """
    parsed = QUOTE_ID.fullmatch(citation.id)
    opened = open_transcript(home, citation.episode.id)
    if parsed is None or opened is None:
        return None
    first = int(parsed["first"], 32)
    if first >= opened.count or opened.turn_at(first) != citation.turn:
        return None
    start = _start_of(opened, first, citation.quote)
    end = start + len(citation.quote)
    if opened.transcript.turns[citation.turn].text[start:end] != citation.quote:
        return None
    return _around(opened, citation.turn, start, end)


def _start_of(opened: OpenedTranscript, first_word: int, text: str) -> int:
    """Return where a quote begins in its turn's text.

    A turn may say the same words twice, so this uses the place of the first word instead of searching for the text.
    """
    opening = _OPENING.match(text)
    return opened.placed(first_word, 1)[0].start - (opening.end() if opening else 0)


def _around(opened: OpenedTranscript, turn: int, start: int, end: int) -> Context:
    turns = opened.transcript.turns
    return Context(
        before=turns[turn].text[:start].strip(),
        after=turns[turn].text[end:].strip(),
        previous=turns[turn - 1] if turn > 0 else None,
        following=turns[turn + 1] if turn + 1 < len(turns) else None,
    )


def _last(text: str) -> str:
    starts = [found.start() for found in re.finditer(r"\S+", text)]
    return text[starts[-_CONTEXT_WORDS] :] if len(starts) > _CONTEXT_WORDS else text


def _first(text: str) -> str:
    ends = [found.end() for found in re.finditer(r"\S+", text)]
    return text[: ends[_CONTEXT_WORDS - 1]] if len(ends) > _CONTEXT_WORDS else text
