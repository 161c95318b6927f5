"""The tools about episodes: list_episodes and get_transcript, and what their resources hold."""

from collections.abc import Iterator
from dataclasses import asdict
from itertools import pairwise
from typing import Any

from api.answer.filters import parse_date
from api.episodes.library import episode_of, episodes_of, find_episode, transcript_of
from api.episodes.listing import Entry, entries_of, entry_of
from api.errors import EpisodeUnknown, FilterError
from api.mcp.arguments import EpisodesAsked, TranscriptAsked
from api.mcp.cursor import offset_of
from api.mcp.desk import Desk, Reply, page_of
from api.mcp.shapes import MOST_QUOTE_BYTES
from index.sentences import sentence_spans, window
from ingest.text.words import normalise
from ingest.transcript import Transcript, Turn

_MOST_SHOWS = 8
# More parts than fit in the largest result, even if each is a single word.
_MOST_PARTS = 200


def list_episodes(desk: Desk, asked: EpisodesAsked) -> Reply:
    """Return a part of the episodes that match, newest first."""
    offset = offset_of(asked.cursor, "list_episodes", asked.choice())
    since, until = parse_date(asked.since, "since"), parse_date(asked.until, "until")
    words = set(normalise(asked.text))
    entries = entries_of(desk.home)
    shows = sorted({entry.episode.show.id for entry in entries})
    if asked.show and asked.show not in shows:
        raise FilterError(f"no show {asked.show[:40]!r} in this library; there are {', '.join(shows[:_MOST_SHOWS])}")
    found = [
        entry
        for entry in entries
        if words <= entry.words
        and asked.show in ("", entry.episode.show.id)
        and (since is None or (entry.episode.published or "") >= since)
        and (until is None or "" < (entry.episode.published or "") <= until)
    ]
    shown = [line_json(entry) for entry in found[offset : offset + asked.limit]]
    page = page_of("episodes", offset, asked.limit, len(found))
    return Reply({"total": len(found), "episodes": shown}, ("episodes",), page)


def get_transcript(desk: Desk, asked: TranscriptAsked) -> Reply:
    """Return a part of a transcript, as much as the call allows."""
    episode = find_episode(asked.episode, episodes_of(desk.home)) if asked.episode.strip("#").isdecimal() else None
    identifier = asked.episode if episode is None else episode.id
    return transcript_reply(desk, identifier, asked.turn, offset_of(asked.cursor, "get_transcript", asked.choice()))


def transcript_reply(desk: Desk, identifier: str, turn: int = 0, offset: int = 0) -> Reply:
    """Return the parts of a transcript from a turn on, without the first `offset` of them."""
    transcript = transcript_of(desk.home, identifier)
    if transcript is None:
        raise EpisodeUnknown(f"{identifier} has no transcript yet")
    count = len(transcript.turns)
    if turn and turn >= count:
        raise EpisodeUnknown(f"{identifier} has {count} turns, counted from 0; there is no turn {turn}")
    parts = [part for number in range(turn, count) for part in _parts(transcript, number)]
    told = {
        "episode": asdict(transcript.episode),
        "total_turns": count,
        "turns": parts[offset : offset + _MOST_PARTS],
    }
    return Reply(told, ("turns",), page_of("turns", offset, _MOST_PARTS, len(parts)))


def episode_json(desk: Desk, identifier: str) -> dict[str, Any]:
    """Return an episode of the list with its description; raises as `episode_of` does."""
    episode_of(desk.home, identifier)
    entry = entry_of(desk.home, identifier)
    return {**line_json(entry), "topics": entry.topics, "description": entry.description}


def line_json(entry: Entry) -> dict[str, Any]:
    """Return an episode of the list: the contract's episode, its people, and whether it has a transcript."""
    return {**asdict(entry.episode), "people": entry.people, "has_transcript": entry.has_transcript}


def _parts(transcript: Transcript, number: int) -> Iterator[dict[str, Any]]:
    """Yield a turn in parts of whole sentences; a sentence that is too long for a part is cut anywhere."""
    turn = transcript.turns[number]
    borders = _borders(turn)
    for part, (begin, end) in enumerate(pairwise(borders), 1):
        start, until = window(turn, begin, end)
        yield {
            "turn": number,
            "part": part,
            "parts": len(borders) - 1,
            "speaker": turn.speaker,
            "text": turn.text[begin:end],
            "start": start,
            "end": until,
            "timing": turn.timing,
            "timing_error": turn.timing_error,
        }


def _borders(turn: Turn) -> list[int]:
    """Return where the parts of a turn begin, in characters, and where the last one ends."""
    borders = [0]
    starts = [start for start, _ in sentence_spans(turn)][1:]
    for place, following in pairwise([0, *starts, len(turn.text)]):
        if _bytes(turn, borders[-1], following) > MOST_QUOTE_BYTES and place > borders[-1]:
            borders.append(place)
        while _bytes(turn, borders[-1], following) > MOST_QUOTE_BYTES:
            borders.append(borders[-1] + MOST_QUOTE_BYTES // 4)  # a character has at most four bytes
    return [*borders, len(turn.text)]


def _bytes(turn: Turn, begin: int, end: int) -> int:
    return len(turn.text[begin:end].encode("utf-8", "replace"))
