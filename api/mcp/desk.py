"""What tools work with, and what they hand back to be written."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from api.knowledge_base import KnowledgeBase
from api.server.live_index import Live


@dataclass(frozen=True, slots=True)
class Desk:
    """The live index, and the start of this server's addresses without a slash at the end ("" if unknown)."""

    live: Live
    address: str

    @property
    def base(self) -> KnowledgeBase:
        """The knowledge base of the published generation; raises as `Live.base` does."""
        return self.live.base()

    @property
    def home(self) -> Path:
        """The data folder."""
        return self.live.settings.home


@dataclass(frozen=True, slots=True)
class Page:
    """Which items of a list are shown: its name, the place behind each item, and where the next page begins.

    `end` is None if nothing is left behind the last item.
    """

    name: str
    places: tuple[int, ...]
    begin: int
    end: int | None


@dataclass(frozen=True, slots=True)
class Reply:
    """The result of a tool as the contract's JSON, and how it is shortened.

    `lists` are its lists that may be cut from their ends, the least needed first; the one of `page` goes on with a
    cursor. `left_out` counts quotes that are too long to be sent.
    """

    told: Mapping[str, Any]
    lists: tuple[str, ...] = ()
    page: Page | None = None
    left_out: int = 0


def page_of(name: str, begin: int, limit: int, total: int) -> Page:
    """Return the page of at most `limit` items from `begin`, of `total`."""
    end = min(begin + limit, total)
    return Page(name, tuple(range(begin + 1, end + 1)), begin, end if end < total else None)
