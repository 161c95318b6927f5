"""The tools about episodes: list_episodes and get_transcript, and what their resources hold."""

from collections.abc import Iterator
from dataclasses import asdict
from itertools import islice, pairwise
from typing import Any, NamedTuple

from api.answer.filters import parse_date
from api.episodes.facets import ListFilter, listed
from api.episodes.library import episode_of, episodes_of, find_episode, transcript_of
from api.episodes.listing import Entry, entries_of, entry_of
from api.errors import EpisodeUnknown, FilterError
from api.mcp.arguments import EpisodesAsked, TranscriptAsked
from api.mcp.budget import tokens
from api.mcp.cursor import offset_of
from api.mcp.desk import Desk, Reply, page_of
from index.sentences import sentence_spans, window
from ingest.transcript import Transcript, Turn

_MOST_SHOWS = 8
# A turn with more tokens comes in parts: about 230 words of English.
MOST_PART_TOKENS = 300
_CUT_CHARACTERS = MOST_PART_TOKENS // 4  # no character has more than four bytes, nor tokens
# What the shortest part takes, sent twice.
_LEAST_PART_TOKENS = 80


def list_episodes(desk: Desk, asked: EpisodesAsked) -> Reply:
    """Return a part of the episodes that match, newest first."""
    offset = offset_of(asked.cursor, "list_episodes", asked.choice())
    since, until = parse_date(asked.since, "since"), parse_date(asked.until, "until")
    entries = entries_of(desk.home)
    shows = sorted({entry.episode.show.id for entry in entries})
    if asked.show and asked.show not in shows:
        raise FilterError(f"no show {asked.show[:40]!r} in this library; there are {', '.join(shows[:_MOST_SHOWS])}")
    wanted = ListFilter(asked.text, {"show": (asked.show,)} if asked.show else {})
    found = [
        entry
        for entry in listed(entries, wanted)
        if (since is None or (entry.episode.published or "") >= since)
        and (until is None or "" < (entry.episode.published or "") <= until)
    ]
    shown = [line_json(entry) for entry in found[offset : offset + asked.limit]]
    page = page_of("episodes", offset, asked.limit, len(found))
    return Reply({"total": len(found), "episodes": shown}, ("episodes",), page)


def get_transcript(desk: Desk, asked: TranscriptAsked) -> Reply:
    """Return a part of a transcript, as much as the call allows."""
    episode = find_episode(asked.episode, episodes_of(desk.home)) if asked.episode.strip("#").isdecimal() else None
    identifier = asked.episode if episode is None else episode.id
    offset = offset_of(asked.cursor, "get_transcript", asked.choice())
    return transcript_reply(desk, identifier, asked.turn, offset, asked.max_tokens)


def transcript_reply(desk: Desk, identifier: str, turn: int, offset: int, most: int) -> Reply:
    """Return as many parts of a transcript as `most` tokens may hold, from a turn on, without the first `offset`."""
    transcript = transcript_of(desk.home, identifier)
    if transcript is None:
        raise EpisodeUnknown(f"{identifier} has no transcript yet")
    count = len(transcript.turns)
    if turn and turn >= count:
        raise EpisodeUnknown(f"{identifier} has {count} turns, counted from 0, and no turn {turn}")
    limit = most // _LEAST_PART_TOKENS
    found = list(islice(_parts(transcript, turn), offset, offset + limit + 1))
    told = {
        "episode": asdict(transcript.episode),
        "total_turns": count,
        "turns": [_part_json(transcript, part) for part in found[:limit]],
    }
    return Reply(told, ("turns",), page_of("turns", offset, limit, offset + len(found)))


def episode_json(desk: Desk, identifier: str) -> dict[str, Any]:
    """Return an episode of the list with its description; raises as `episode_of` does."""
    episode_of(desk.home, identifier)
    entry = entry_of(desk.home, identifier)
    return {**line_json(entry), "topics": entry.topics, "description": entry.description}


def line_json(entry: Entry) -> dict[str, Any]:
    """Return an episode of the list: the contract's episode, its people, and whether it has a transcript."""
    return {**asdict(entry.episode), "people": entry.people, "has_transcript": entry.has_transcript}


class _Part(NamedTuple):
    """Characters [begin, end) of a turn; the part's number counts from 1."""

    turn: int
    number: int
    of: int
    begin: int
    end: int


def _parts(transcript: Transcript, first: int) -> Iterator[_Part]:
    """Yield the turns from `first` in parts of whole sentences; a sentence too long for a part is cut anywhere."""
    for turn in range(first, len(transcript.turns)):
        borders = _borders(transcript.turns[turn])
        for number, (begin, end) in enumerate(pairwise(borders), 1):
            yield _Part(turn, number, len(borders) - 1, begin, end)


def _part_json(transcript: Transcript, part: _Part) -> dict[str, Any]:
    turn = transcript.turns[part.turn]
    start, end = window(turn, part.begin, part.end)
    return {
        "turn": part.turn,
        "part": part.number,
        "parts": part.of,
        "speaker": turn.speaker,
        "text": turn.text[part.begin : part.end],
        "start": start,
        "end": end,
        "timing": turn.timing,
        "timing_error": turn.timing_error,
    }


def _borders(turn: Turn) -> list[int]:
    """Return where the parts of a turn begin, in characters, and where the last one ends."""
    borders, held = [0], 0
    starts = [start for start, _ in sentence_spans(turn)][1:]
    for begin, end in pairwise([0, *starts, len(turn.text)]):
        count = tokens(turn.text[begin:end])
        if held + count > MOST_PART_TOKENS and begin > borders[-1]:
            borders.append(begin)
            held = 0
        held += count
        if held > MOST_PART_TOKENS:  # a single sentence
            borders += range(begin + _CUT_CHARACTERS, end, _CUT_CHARACTERS)
            held = tokens(turn.text[borders[-1] : end])
    return [*borders, len(turn.text)]
