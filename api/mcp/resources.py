"""Episodes and transcripts as resources, which people attach to a conversation."""

import re
from collections.abc import Sequence
from typing import Any

from api.episodes.library import episodes_of
from api.errors import EpisodeUnknown
from api.mcp.budget import MOST_TOKENS
from api.mcp.calling import bounded
from api.mcp.cursor import cursor_at
from api.mcp.desk import Desk
from api.mcp.episodes import episode_json, transcript_reply
from api.mcp.results import Told, TranscriptTold
from api.mcp.shapes import Description, EpisodeLine, Names
from ingest.transcript import Episode

# Each with its name and what it holds.
TEMPLATES = (
    ("playback://episodes/{id}", "episode", "What is known of an episode: title, date, people, topics, description."),
    ("playback://episodes/{id}/transcript", "transcript", "The transcript of an episode, or its first 20,000 tokens."),
)
MEDIA_TYPE = "application/json"
LISTED = 40
_URI = re.compile(r"playback://episodes/(?P<id>[a-z0-9][a-z0-9-]{0,79})(?P<transcript>/transcript)?")


class EpisodeResource(EpisodeLine, Told):
    """An episode, what it often talks about, and the publisher's description."""

    topics: Names
    description: Description | None
    transcript: str


def uri_of(episode: Episode) -> str:
    """Return the URI of an episode's transcript."""
    return f"playback://episodes/{episode.id}/transcript"


def listed(desk: Desk, offset: int) -> tuple[Sequence[Episode], bool]:
    """Return the episodes from `offset` whose transcripts are listed, newest first, and whether more follow."""
    episodes = episodes_of(desk.home)
    return episodes[offset : offset + LISTED], len(episodes) > offset + LISTED


def read(desk: Desk, uri: str) -> dict[str, Any]:
    """Return what a resource holds, at most MOST_TOKENS of it; raises EpisodeUnknown or EpisodeGone."""
    found = _URI.fullmatch(uri)
    if found is None:
        raise EpisodeUnknown(f"no such resource; there are {' and '.join(uri for uri, _, _ in TEMPLATES)}")
    address = {"address": desk.address}
    if not found["transcript"]:
        told = {**episode_json(desk, found["id"]), "transcript": f"{uri}/transcript"}
        return EpisodeResource.model_validate(told, context=address).model_dump(mode="json")
    reply = transcript_reply(desk, found["id"], 0, 0, 2 * MOST_TOKENS)
    whole = TranscriptTold.model_validate(reply.told, context=address).model_dump(mode="json")
    shown = bounded(whole, reply, 2 * MOST_TOKENS)  # a resource goes out once, a result twice
    kept = len(shown["turns"])
    if shown["cut"] and kept:
        rest = {"episode": found["id"], "turn": 0}
        shown["next_cursor"] = cursor_at("get_transcript", rest, kept)
        shown["cut"] = f"More turns follow: call get_transcript with episode {found['id']} and cursor next_cursor."
    return shown
