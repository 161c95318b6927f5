"""The pages: ask, episodes, one episode, one quote."""

from itertools import groupby
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from api.answer import Answer, check_question, citation_of
from api.conversation import Asking, Past, ask, reworded
from api.errors import FilterError, QuestionError
from api.filters import understood
from api.live import Live
from api.pages.render import day, page
from api.routes.episodes import FORMATS
from api.routes.library import episode_of, episodes_of, has_transcript, transcript_of
from api.routes.surroundings import surroundings_of
from api.schemas import PageRequest
from api.text import episode_name, when
from ingest.library import recording
from ingest.transcript import Episode, Transcript

router = APIRouter(include_in_schema=False)

_READS = ["GET", "HEAD"]
_TIMED_FORMATS = ("vtt", "srt")


@router.api_route("/", methods=_READS)
def show_answer(request: Request, asked: Annotated[PageRequest, Query()]) -> HTMLResponse:
    """Ask, and show the answer; a question that is refused stands in its box again, with the reason."""
    live = _live(request)
    shows = sorted(
        {(episode.show.id, episode.show.title) for episode in episodes_of(live.settings.home)},
        key=lambda show: show[1].casefold(),
    )
    status, answer, fault = 200, None, None
    if asked.q is not None:
        try:
            answer = _answer(request, asked, asked.q)
        except (QuestionError, FilterError) as error:
            status, fault = 422, str(error)
    return page(
        request,
        "home.html",
        status=status,
        asked=asked,
        answer=answer,
        fault=fault,
        shows=shows,
        empty=live.manifest() is None,
    )


def _answer(request: Request, asked: PageRequest, question: str) -> Answer:
    check_question(question)
    base = _live(request).base()
    history = (Past(asked.after, (asked.cited,) if asked.cited else ()),) if asked.after else ()
    filters = understood(asked.asked(), base.generation)
    return reworded(base, ask(base, Asking(question, history, asked.k, filters)), request.app.state.model)


@router.api_route("/episodes", methods=_READS)
def show_episodes(request: Request) -> HTMLResponse:
    """List the episodes by show, the newest first."""
    home = _live(request).settings.home
    # Sorting keeps the order of equals, so each show's episodes stay newest first.
    episodes = sorted(episodes_of(home), key=lambda episode: (episode.show.title.casefold(), episode.show.id))
    shows = [list(group) for _, group in groupby(episodes, key=lambda episode: episode.show.id)]
    readable = {episode.id for episode in episodes if has_transcript(home, episode.id)}
    return page(request, "episodes.html", shows=shows, readable=readable)


@router.api_route("/episodes/{identifier}", methods=_READS)
def show_episode(request: Request, identifier: str) -> HTMLResponse:
    """Show an episode's transcript by turns, each with an anchor."""
    home = _live(request).settings.home
    episode = episode_of(home, identifier)
    transcript = transcript_of(home, identifier)
    turns = () if transcript is None else transcript.turns
    is_timed = any(turn.start is not None for turn in turns)
    return page(
        request,
        "episode.html",
        episode=episode,
        turns=turns,
        roles=_first_roles(transcript),
        has_names=any(turn.speaker for turn in turns),
        formats=[name for name in FORMATS if is_timed or name not in _TIMED_FORMATS] if turns else [],
        audio=_audio(home, episode),
        estimated=any(turn.timing == "estimated" for turn in turns),
    )


@router.api_route("/quotes/{identifier}", methods=_READS)
def show_quote(request: Request, identifier: str) -> HTMLResponse:
    """Show a quote in its surroundings, with its recording and a line to copy."""
    found = surroundings_of(_live(request).settings.home, identifier)
    citation = citation_of(found.resolved.quote)
    parts = (
        citation.speaker,
        citation.episode.show.title,
        f"“{episode_name(citation.episode)}”",
        day(citation.episode.published),
        when(citation.start, citation.timing),
    )
    return page(
        request,
        "quote.html",
        citation=citation,
        found=found,
        changed=found.resolved.changed,
        line=f"“{citation.quote}” ({', '.join(part for part in parts if part)})",
        address=f"{str(request.base_url).rstrip('/')}{citation.url}",
    )


def _first_roles(transcript: Transcript | None) -> dict[int, str]:
    """The role of each speaker at the number of the turn in which they first speak."""
    turns = () if transcript is None else transcript.turns
    first = {turn.speaker: number for number, turn in reversed(list(enumerate(turns)))}
    roles = {} if transcript is None else transcript.roles
    return {first[speaker]: role.role for speaker, role in roles.items() if speaker in first}


def _audio(home: Path, episode: Episode) -> str | None:
    """The publisher's recording, else the library's own, which may have come after the episode's facts were written."""
    if episode.audio_url is None and recording(home, episode.id) is not None:
        return f"/api/episodes/{episode.id}/audio"
    return episode.audio_url


def _live(request: Request) -> Live:
    live: Live = request.app.state.live
    return live
