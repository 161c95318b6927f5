"""Choose what a page plays for an episode, the library's recording or else the publisher's, and how early it starts."""

import math
from dataclasses import dataclass
from pathlib import Path

from ingest.library.player import playable_of
from ingest.transcript import Episode

# If a browser may be off by more seconds than this, the page starts earlier and says so.
_FELT = 1.0


@dataclass(frozen=True, slots=True)
class Player:
    """The address to play (None without a recording), the duration of the recording heard, and how early to start.

    A browser may be off by `lead` seconds either way. Started that much earlier, it plays up to twice as early, never
    late.
    """

    address: str | None
    duration: float | None
    lead: float

    @property
    def early(self) -> int:
        """Return how many whole seconds too early a browser may start, 0 if nobody would notice."""
        return math.ceil(2 * self.lead)


def player_of(home: Path, episode: Episode) -> Player:
    """Return what a page plays for an episode; the library's exact copy needs no lead."""
    found = playable_of(home, episode.id)
    duration = found.duration or episode.duration
    own = f"/api/episodes/{episode.id}/audio"
    address = own if found.path is not None else episode.audio_url
    error = (found.own_error if address == own else found.published_error) or 0.0
    return Player(address, duration, error if error > _FELT else 0.0)


def seek_error_of(home: Path, episode: Episode) -> float | None:
    """Return how many seconds off a browser may be in the recording at an episode's address, None if unknown."""
    found = playable_of(home, episode.id)
    own = f"/api/episodes/{episode.id}/audio"
    return found.own_error if episode.audio_url in (None, own) else found.published_error
