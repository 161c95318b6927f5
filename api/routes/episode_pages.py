"""GET /episodes and /episodes/{id}: the list of episodes, and the page of one episode."""

import re
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, Field

from api.answer.compose import find
from api.answer.hits import OpenedHit, open_hits
from api.answer.question import parse_question
from api.episodes.announcements import announcements_of
from api.episodes.chapters import chapters_of
from api.episodes.differences import differences_of
from api.episodes.facets import FacetName, ListFilter, Order, facets_of, listed, page_of
from api.episodes.highlight import pattern_of, stretches
from api.episodes.library import episode_of, transcript_of
from api.episodes.listing import entries_of, entry_of
from api.episodes.player import player_of
from api.episodes.spellings import spellings_of
from api.episodes.timeline import place, spoken_at, ticks, timeline_of
from api.errors import QuestionError
from api.pages.render import page
from api.routes.episodes import FORMATS
from api.routes.request import live_of
from api.routes.request_schemas import FilterText, HistoryText
from api.server.live_index import Live
from api.server.work_queue import Worked
from index.errors import EncoderError, IndexBroken, IndexMissing
from index.mined.episode import Chapter
from index.passage import Filters
from ingest.alignment.divergence import suspicion
from ingest.text.clock import seconds_of
from ingest.transcript import Transcript, Turn

router = APIRouter(include_in_schema=False, route_class=Worked)

_READS = ["GET", "HEAD"]
_TIMED_FORMATS = ("vtt", "srt")
_SHOWN_HITS = 5

Chosen = Annotated[list[FilterText], Field(max_length=100)]


class ListRequest(BaseModel):
    """The query of the list of episodes; a facet may be given several times."""

    q: HistoryText = ""
    show: Chosen = []
    person: Chosen = []
    year: Chosen = []
    topic: Chosen = []
    sort: Order = "newest"
    page: Annotated[int, Field(ge=1, le=1_000_000)] = 1

    def wanted(self) -> ListFilter:
        """Return the query as the core's `ListFilter`."""
        chosen: dict[FacetName, tuple[str, ...]] = {
            "show": tuple(self.show),
            "person": tuple(self.person),
            "year": tuple(self.year),
            "topic": tuple(self.topic),
        }
        return ListFilter(self.q, chosen, self.sort)


class ReadRequest(BaseModel):
    """The query of an episode's page: a time (seconds or clock), words to mark, a question whose hits are shown."""

    t: FilterText = ""
    find: FilterText = ""
    q: HistoryText = ""


@router.api_route("/episodes", methods=_READS)
def show_episodes(request: Request, asked: Annotated[ListRequest, Query()]) -> HTMLResponse:
    """List the episodes that match the words and facets, fifty per page."""
    entries = entries_of(live_of(request).settings.home)
    wanted = asked.wanted()
    found = listed(entries, wanted)
    facets = facets_of(entries, wanted)
    return page(
        request,
        "episodes.html",
        asked=asked,
        shown=page_of(found, asked.page),
        count=len(found),
        total=len(entries),
        shows=len({entry.episode.show.id for entry in entries}),
        facets=facets,
        chosen=[
            (choice, _address(_without(wanted, facet.name, choice.value)))
            for facet in facets
            for choice in facet.choices
            if choice.is_chosen
        ],
        address_of=lambda number: _address(wanted, number),
    )


@router.api_route("/episodes/{identifier}", methods=_READS)
def show_episode(request: Request, identifier: str, asked: Annotated[ReadRequest, Query()]) -> HTMLResponse:
    """Show an episode: its details, its recording, who speaks when, and its transcript with an anchor for each turn."""
    live = live_of(request)
    home = live.settings.home
    episode = episode_of(home, identifier)
    transcript = transcript_of(home, identifier)
    turns = () if transcript is None else transcript.turns
    is_timed = any(turn.start is not None for turn in turns)
    start = seconds_of(asked.t)
    pattern = pattern_of(asked.find)
    divergence = None if transcript is None else transcript.divergence
    playing = player_of(home, episode)
    return page(
        request,
        "episode.html",
        asked=asked,
        episode=episode,
        entry=entry_of(home, identifier),
        turns=turns,
        parts=(lambda text: stretches(text, pattern)) if pattern else None,
        matches={number: times for number, turn in enumerate(turns) if (times := _times(pattern, turn))},
        start=start,
        spoken=spoken_at(turns, start),
        query=urlencode({name: value for name in ("q", "find") if (value := getattr(asked, name))}),
        roles=_first_roles(transcript),
        has_names=any(turn.speaker for turn in turns),
        formats=[name for name in FORMATS if is_timed or name not in _TIMED_FORMATS] if turns else [],
        playing=playing,
        edited=None if transcript is None else transcript.edited,
        heard_by=_heard_by(transcript),
        announcements={} if transcript is None else announcements_of(transcript, _unsearched(live, identifier)),
        spellings=() if transcript is None else spellings_of(transcript),
        estimated=any(turn.timing == "estimated" for turn in turns),
        chapters=_chapters(live, transcript),
        timeline=None if transcript is None else timeline_of(transcript),
        place=place,
        ticks=ticks,
        found=_hits(live, asked.q, identifier),
        divergence=divergence,
        differences={} if transcript is None else differences_of(transcript, playing.duration),
        suspected=None if divergence is None else suspicion(turns, divergence),
    )


def _address(wanted: ListFilter, number: int = 1) -> str:
    """Return the URL of a list, leaving out default values."""
    fields = [("q", wanted.q)]
    fields += [(name, value) for name, values in wanted.chosen.items() for value in values]
    fields += [("sort", wanted.sort if wanted.sort != "newest" else ""), ("page", str(number) if number > 1 else "")]
    query = urlencode([(name, value) for name, value in fields if value])
    return f"/episodes?{query}" if query else "/episodes"


def _without(wanted: ListFilter, name: FacetName, value: str) -> ListFilter:
    return wanted.with_values(name, tuple(chosen for chosen in wanted.of(name) if chosen != value))


def _hits(live: Live, question: str, identifier: str) -> tuple[OpenedHit, ...]:
    """Return the episode's hits for a question, one per turn; () if the question is invalid or there is no index."""
    if not question:
        return ()
    try:
        base = live.base()
        found = open_hits(base, find(base, parse_question(question), _SHOWN_HITS, Filters(episode=identifier)))
    except (QuestionError, IndexMissing, IndexBroken, EncoderError):
        return ()
    nearest: dict[int, OpenedHit] = {}
    for one in found:
        nearest.setdefault(one.turn, one)
    return tuple(nearest.values())


def _unsearched(live: Live, identifier: str) -> list[tuple[int, str]]:
    """Return the sentences of an episode that the live generation does not search; [] without an index."""
    try:
        return live.base().generation.unsearched(identifier)
    except (IndexMissing, IndexBroken, EncoderError):
        return []


def _chapters(live: Live, transcript: Transcript | None) -> tuple[Chapter, ...]:
    """Return an episode's chapters in the live generation; () without an index."""
    try:
        return chapters_of(live.base().generation, transcript)
    except (IndexMissing, IndexBroken, EncoderError):
        return ()


def _times(pattern: re.Pattern[str] | None, turn: Turn) -> int:
    return sum(len(pattern.findall(paragraph)) for paragraph in turn.text.split("\n")) if pattern else 0


def _heard_by(transcript: Transcript | None) -> str | None:
    """Return what heard a transcript's words, "Whisper" if the model was not recorded; None for written words."""
    if transcript is None or all(turn.timing != "heard" for turn in transcript.turns):
        return None
    return transcript.heard_by or "Whisper"


def _first_roles(transcript: Transcript | None) -> dict[int, str]:
    """Return each speaker's role by the number of the turn in which they first speak."""
    turns = () if transcript is None else transcript.turns
    first = {turn.speaker: number for number, turn in reversed(list(enumerate(turns)))}
    roles = {} if transcript is None else transcript.roles
    return {first[speaker]: role.role for speaker, role in roles.items() if speaker in first}
