"""What a page plays of an episode: the library's recording if it has one, else the publisher's, and how early."""

import math
from dataclasses import dataclass
from pathlib import Path

from ingest.library.player import playable_of
from ingest.transcript import Episode

# Seconds that a browser may be off before a page begins to play earlier and says so.
_FELT = 1.0


@dataclass(frozen=True, slots=True)
class Player:
    """The address that is played (None without a recording), how long what was heard lasts, and how early to begin.

    A browser may be off by `lead` seconds to either side, so what is begun so much earlier is heard up to twice as much
    early and never late.
    """

    address: str | None
    duration: float | None
    lead: float

    @property
    def early(self) -> int:
        """Return how many whole seconds too early a browser may begin, 0 where that is not felt."""
        return math.ceil(2 * self.lead)


def player_of(home: Path, episode: Episode) -> Player:
    """Return what a page plays of an episode: of the library's own the exact copy, which nothing has to lead."""
    found = playable_of(home, episode.id)
    duration = found.duration or episode.duration
    own = f"/api/episodes/{episode.id}/audio"
    address = own if found.path is not None else episode.audio_url
    error = (found.own_error if address == own else found.published_error) or 0.0
    return Player(address, duration, error if error > _FELT else 0.0)


def seek_error_of(home: Path, episode: Episode) -> float | None:
    """Return how many seconds a browser may be off in the recording at an episode's address, None if unknown."""
    found = playable_of(home, episode.id)
    own = f"/api/episodes/{episode.id}/audio"
    return found.own_error if episode.audio_url in (None, own) else found.published_error
