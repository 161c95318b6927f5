"""Check one statement about a quote against the library: does it hold, and if not, what is true?"""

from dataclasses import dataclass, replace
from typing import Literal
from urllib.parse import urlsplit

from api.episodes.transcripts import open_transcript
from api.errors import QuestionError, QuoteGone, QuoteUnknown
from api.links.look_up import Library, fragments_of, holds, said_at, said_earlier, turn_of
from api.links.names import is_same_person, is_title, named_after, named_before, names_show, stands_in, without
from api.links.statements import Statement, quote_in
from api.quotes.citation import Citation, citation_of
from api.quotes.claimed_quote import nearest_to
from api.quotes.compared import SpokenText
from api.quotes.quote import QUOTE_ID, Quote
from api.quotes.resolve import Resolved, cited_words, resolve
from ingest.library.records import has_episode
from ingest.library.removal import removal_of

Status = Literal["holds", "changed", "moved", "withdrawn", "gone", "never said", "wrong speaker"]
# "moved" still leads to the same words.
FAULTS: tuple[Status, ...] = ("changed", "withdrawn", "gone", "never said", "wrong speaker")


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found about one statement, on a line of a source.

    `quoted` are its words, `link` its link, `reason` one line for people. `today` is the quote as it is now, None if
    there is none; `cited` what it said when it was cited, if that is known and different; `nearest` up to three quotes
    that share the most with words that nobody said.
    """

    source: str
    line: int
    status: Status
    quoted: str | None
    link: str | None
    reason: str
    today: Citation | None = None
    cited: str | None = None
    nearest: tuple[Citation, ...] = ()


def checked(library: Library, statement: Statement, source: str) -> Finding | None:
    """Return what is found about a statement, None if it is not about this library."""
    if is_title(statement.words, library.titles):
        statement = replace(statement, words="")
    fragments = fragments_of(statement.words)
    identifier = None if statement.target is None else _identifier(library, statement.target)
    if identifier is not None:
        return _Checking(library, statement, source, fragments).link(identifier)
    if not fragments:
        return None
    everything = " ".join((statement.before, statement.after, statement.around))
    if statement.is_near_episode or names_show(everything, library.shows):
        return _Checking(library, statement, source, fragments).words()
    return None


def _identifier(library: Library, target: str) -> str | None:
    """Return the id in a link to a quote of this library: at its own address, or anywhere for an episode it knows."""
    identifier = quote_in(target)
    if identifier is None:
        return None
    try:
        host = urlsplit(target).netloc.casefold()
    except ValueError:
        return None
    if library.host is not None and host in (library.host, ""):
        return identifier
    parsed = QUOTE_ID.fullmatch(identifier)
    if parsed is None:
        return None
    if library.host is None:
        return identifier
    known = has_episode(library.home, parsed["episode"]) or removal_of(library.home, parsed["episode"]) is not None
    return identifier if known else None


@dataclass(frozen=True, slots=True)
class _Checking:
    """A statement while it is checked."""

    library: Library
    statement: Statement
    source: str
    fragments: list[SpokenText]

    def link(self, identifier: str) -> Finding:
        """Return what became of a quote that is linked, and whether words beside the link are its words."""
        home = self.library.home
        try:
            resolved = resolve(home, identifier)
        except QuoteGone as error:
            if not has_episode(home, identifier.partition(".")[0]):
                return self._finding("withdrawn", str(error))
            cited = cited_words(home, identifier)
            return self._finding("gone", str(error), cited=None if cited is None else cited.text)
        except QuoteUnknown as error:
            return self._finding("gone", str(error))
        if self.fragments and not holds(turn_of(home, resolved.quote), self.fragments):
            return self._other_words(resolved)
        if (wrong := self._wrong_speaker(resolved.quote)) is not None:
            return wrong
        if resolved.changed and resolved.cited is not None:
            if self.fragments:
                return self._finding("holds", "the link is from before the words changed", resolved.quote)
            return self._changed(resolved.quote, resolved.cited)
        if resolved.quote.id != identifier:
            return self._finding("moved", "the same words have another place in the transcript", resolved.quote)
        return self._finding("holds", "as it was said", resolved.quote)

    def words(self) -> Finding:
        """Return whether words without a link were said, and by whom."""
        quotes = list(said_at(self.library, self.fragments))
        right = next((quote for quote in quotes if self._wrong_speaker(quote) is None), None)
        if right is not None:
            return self._finding("holds", "as it was said", right)
        if quotes:
            wrong = self._wrong_speaker(quotes[0])
            assert wrong is not None
            return wrong
        if (cited := said_earlier(self.library, self.fragments)) is not None:
            return self._earlier(cited)
        return self._never_said()

    def _other_words(self, resolved: Resolved) -> Finding:
        """Return what is true of words that the quote beside them does not say."""
        if resolved.cited is not None and holds(resolved.cited.text, self.fragments):
            return self._changed(resolved.quote, resolved.cited)
        elsewhere = self.words()
        if elsewhere.status == "holds" and elsewhere.today is not None:
            return self._finding("holds", "the link beside it leads to other words", None, elsewhere.today)
        if elsewhere.status == "never said":
            nearest = (citation_of(resolved.quote), *elsewhere.nearest)
            return self._never_said({citation.id: citation for citation in nearest})
        return elsewhere

    def _earlier(self, cited: Quote) -> Finding:
        try:
            resolved = resolve(self.library.home, cited.id)
        except (QuoteGone, QuoteUnknown) as error:
            return self._finding("gone", str(error), cited=cited.text)
        return self._changed(resolved.quote, cited)

    def _changed(self, today: Quote, cited: Quote) -> Finding:
        return self._finding("changed", "the transcript has other words today", today, cited=cited.text)

    def _never_said(self, nearest: dict[str, Citation] | None = None) -> Finding:
        found = nearest
        if found is None:
            try:
                found = {
                    citation.id: citation
                    for citation in nearest_to(self.library.home, self.library.spoken, self.statement.words)
                }
            except QuestionError:  # too long or short to be compared
                found = {}
        return self._finding("never said", "nobody says these words", nearest=tuple(found.values())[:3])

    def _wrong_speaker(self, quote: Quote) -> Finding | None:
        """Return a finding if the text gives the words to somebody else than their speaker; None in doubt."""
        statement = self.statement
        if not statement.words or quote.speaker is None:
            return None
        opened = open_transcript(self.library.home, quote.episode.id)
        aliases = {} if opened is None else opened.transcript.aliases
        names = {quote.speaker, aliases.get(quote.speaker, quote.speaker)}
        titles = (quote.episode.title or "", quote.episode.show.title, *self.library.titles)
        after, before = (without(text, titles) for text in (statement.after, statement.before))
        is_source = not statement.before or statement.before.rstrip().endswith(":")
        speakers = self.library.speakers
        named = (*named_after(after, is_source, speakers), *named_before(before, speakers))
        claimed = [name for name in named if not names_show(name, self.library.shows)]
        if not claimed or any(is_same_person(name, names) for name in claimed):
            return None
        if any(stands_in(name, f"{after} {before}") for name in names):
            return None
        return self._finding("wrong speaker", f"not {claimed[0]} said it, but {quote.speaker}", quote)

    def _finding(
        self,
        status: Status,
        reason: str,
        quote: Quote | None = None,
        today: Citation | None = None,
        cited: str | None = None,
        nearest: tuple[Citation, ...] = (),
    ) -> Finding:
        statement = self.statement
        return Finding(
            self.source, statement.line, status, statement.words or None, statement.target, reason,
            citation_of(quote) if quote is not None else today, cited, nearest,
        )  # fmt: skip
