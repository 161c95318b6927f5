"""What the server sends about terms; do not edit, but run: python -m tests.api.client.written."""

from dataclasses import dataclass

from api.client.values.shared import Citation, Episode


@dataclass(frozen=True, slots=True, kw_only=True)
class TermLine:
    """A term in a list: its usual spelling, all its spellings, what it is short for, and how often it is said."""

    id: str
    name: str
    names: tuple[str, ...]
    expansion: str | None
    is_defined: bool
    uses: int
    episodes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TermsResponse:
    """The names and abbreviations that the podcast uses, in the order of the alphabet."""

    terms: tuple[TermLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RelatedTerm:
    """A term that often stands near another."""

    id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodeWith:
    """An episode that uses a term, and how often."""

    episode: Episode
    uses: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Everything about a term. `definition` says best what it is, `expanded` what it is short for (`expansion`).

    `first` and `latest` are where it is said first and last. `episodes` are the newest first.
    """

    id: str
    name: str
    names: tuple[str, ...]
    expansion: str | None
    definition: Citation | None
    expanded: Citation | None
    first: Citation | None
    latest: Citation | None
    related: tuple[RelatedTerm, ...]
    episodes: tuple[EpisodeWith, ...]
