"""A quote in context, for its page: citation, rest of its turn, turns before and after, and longer quotes around it."""

import re
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from api.episodes.library import audio_of
from api.episodes.transcripts import open_transcript
from api.quotes.citation import Citation, citation_of
from api.quotes.heard_confidence import weak_words
from api.quotes.neighbours import WiderQuote, widen
from api.quotes.resolve import Resolved, resolve
from ingest.errors import LibraryError
from ingest.transcript import Turn

# How many words are shown before and after a quote.
_CONTEXT_WORDS = 60
_OPENING = re.compile(r"[^\w\s]*")


class Surroundings(NamedTuple):
    """A quote with the rest of its turn, the turns before and after (None if none), and one more sentence each way.

    `weak` are the words of the quote that were heard least surely, where only Whisper wrote them.
    """

    resolved: Resolved
    citation: Citation
    wider: WiderQuote
    before: str
    after: str
    previous: Turn | None
    following: Turn | None
    weak: tuple[str, ...]

    def text_before(self) -> str:
        """Return up to 60 words before the quote: from its turn, else from the end of the turn before."""
        return _last(self.before or (self.previous.text if self.previous else ""))

    def text_after(self) -> str:
        """Return up to 60 words after the quote: from its turn, else from the beginning of the next turn."""
        return _first(self.after or (self.following.text if self.following else ""))

    def end_of_previous(self) -> str:
        """Return up to the last 60 words of the turn before; "" if this is the first turn."""
        return _last(self.previous.text) if self.previous else ""

    def start_of_following(self) -> str:
        """Return up to the first 60 words of the turn after; "" if this is the last turn."""
        return _first(self.following.text) if self.following else ""


def surroundings_of(home: Path, identifier: str) -> Surroundings:
    """Resolve a quote id and return today's quote in context; raises as `resolve` does, and LibraryError.

    LibraryError means that the transcript changed during the call.
    """
    resolved = resolve(home, identifier)
    quote = resolved.quote
    opened = open_transcript(home, quote.episode.id)
    if opened is None or opened.count <= quote.first_word:
        raise LibraryError(f"the transcript of {quote.episode.id} changed while it was read; ask again")
    turns = opened.transcript.turns
    text = turns[quote.turn].text
    # A turn may say the same words twice, so use the place of the first word instead of searching for the text.
    opening = _OPENING.match(quote.text)
    start = opened.placed(quote.first_word, 1)[0].start - (opening.end() if opening else 0)
    heard = replace(quote, episode=replace(quote.episode, audio_url=audio_of(home, quote.episode)))
    return Surroundings(
        resolved=resolved,
        citation=citation_of(heard),
        wider=widen(opened, quote),
        before=text[:start].strip(),
        after=text[start + len(quote.text) :].strip(),
        previous=turns[quote.turn - 1] if quote.turn > 0 else None,
        following=turns[quote.turn + 1] if quote.turn + 1 < len(turns) else None,
        weak=weak_words(turns[quote.turn], start, start + len(quote.text)),
    )


def _last(text: str) -> str:
    starts = [found.start() for found in re.finditer(r"\S+", text)]
    return text[starts[-_CONTEXT_WORDS] :] if len(starts) > _CONTEXT_WORDS else text


def _first(text: str) -> str:
    ends = [found.end() for found in re.finditer(r"\S+", text)]
    return text[: ends[_CONTEXT_WORDS - 1]] if len(ends) > _CONTEXT_WORDS else text
