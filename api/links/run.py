"""Check everything that sources say about quotes of a library."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from api.links.check import FAULTS, Finding, checked
from api.links.look_up import Library
from api.links.names import show_names
from api.links.sources import Document, documents
from api.links.statements import statements_in
from api.quotes.said_words import words_of
from index.generation import Generation
from ingest.fetch.polite import Guest
from ingest.library.records import feeds, records
from ingest.reference.catalogue import known_show

# Fewer words in quotation marks are a name or an aside more often than a quote.
LEAST_WORDS = 5


class Unread(NamedTuple):
    """A source that could not be read, and why."""

    source: str
    reason: str


@dataclass(frozen=True, slots=True)
class Report:
    """What was found in all documents; `documents` counts those that were read."""

    findings: tuple[Finding, ...]
    unread: tuple[Unread, ...]
    documents: int

    @property
    def counts(self) -> dict[str, int]:
        """How many statements have each status, those that none has left out."""
        return dict(Counter(finding.status for finding in self.findings))

    @property
    def has_faults(self) -> bool:
        """Whether anything does not hold or could not be read."""
        return bool(self.unread) or any(finding.status in FAULTS for finding in self.findings)


def library_of(home: Path, generation: Generation, public_url: str | None = None) -> Library:
    """Return what statements are compared with; the first call for a generation reads all its words."""
    shows = [feed.show for feed in feeds(home)]
    episodes = [record.episode for record in records(home)]
    titles = [show.title for show in (*shows, *(episode.show for episode in episodes))]
    listed = [known_show(show.id) for show in shows]
    titles += [name for known in listed if known is not None for name in known.names]
    names = tuple(dict.fromkeys(sorted((*titles, *(one.title or "" for one in episodes)), key=len, reverse=True)))
    host = None if public_url is None else urlsplit(public_url).netloc.casefold()
    spoken = words_of(generation)
    speakers = tuple({turn.speaker: None for turn in spoken.turns if turn.speaker})
    return Library(home, spoken, tuple(show_names(titles)), names, speakers, host)


def check_sources(library: Library, sources: Sequence[str], guest: Guest, least: int = LEAST_WORDS) -> Report:
    """Read sources and check every link to a quote, and quoted words of at least `least` words."""
    findings: list[Finding] = []
    unread: list[Unread] = []
    count = 0
    for document in documents(sources, guest):
        if document.problem is not None:
            unread.append(Unread(document.name, document.problem))
            continue
        count += 1
        findings += findings_in(library, document, least)
    return Report(tuple(findings), tuple(unread), count)


def findings_in(library: Library, document: Document, least: int = LEAST_WORDS) -> list[Finding]:
    """Return what is found in one document, in its order."""
    found = (checked(library, one, document.name) for one in statements_in(document.blocks, least))
    return [finding for finding in found if finding is not None]
