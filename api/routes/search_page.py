"""GET /search: the passages about a question by episode, all of them counted, with a chart of the years."""

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from pydantic import Field

from api.answer.compose import MOST_HITS
from api.answer.filters import parse_filters
from api.answer.gather import MOST_GATHERED, EpisodeHits, by_episode, gather, pages_of, quoted
from api.answer.gathered_formats import EXPORT_FORMATS
from api.answer.hits import OpenedHit, open_hits
from api.answer.question import Question
from api.episodes.chapters import chapter_at
from api.episodes.library import shows_of
from api.formatting import search_notes
from api.pages.render import page
from api.pages.year_bars import bars_of
from api.routes.form_errors import checked, count_of
from api.routes.request_schemas import FilterFields, FilterText, Text
from api.server.live_index import Live
from api.server.work_queue import Worked
from index.mined.episode import Chapter

router = APIRouter(include_in_schema=False, route_class=Worked)

# Enough for a look at several episodes, few enough to read through.
SHOWN_HITS = 20


class SearchPageRequest(FilterFields):
    """The query of the search page; without `q` it shows only the form."""

    q: Text | None = None
    k: FilterText = Field("", description="how many hits on a page, as typed")
    page: Annotated[int, Field(ge=1, le=MOST_GATHERED)] = 1

    def address(self, path: str = "/search", **changed: object) -> str:
        """Return the URL of this search with some values changed, leaving out empty and default values."""
        given = {"q": self.q, **self.model_dump(exclude_defaults=True, exclude={"page"}), **changed}
        return f"{path}?" + urlencode({name: value for name, value in given.items() if value})


@dataclass(frozen=True, slots=True)
class ShownEpisode:
    """An episode on a page of hits: the hits that stand there, opened, with the number of the first one on the page.

    `chapters` are those in which the hits lie, None for hits of episodes without chapters.
    """

    group: EpisodeHits
    first: int
    hits: tuple[OpenedHit, ...]
    chapters: tuple[Chapter | None, ...]


@dataclass(frozen=True, slots=True)
class FoundPage:
    """What the page shows: one page of the passages about a question, or the nearest ones if none is about it.

    `total` counts the former, `episodes` their episodes, `mentions` passages that only hold the words. `dates` are
    those of all passages that are counted, or shown if none is. `notes` are said about the search.
    """

    notes: tuple[str, ...]
    shown: tuple[ShownEpisode, ...]
    total: int
    episodes: int
    mentions: int
    number: int
    pages: int
    dates: tuple[str | None, ...]


@router.api_route("/search", methods=["GET", "HEAD"])
def show_search(request: Request, asked: Annotated[SearchPageRequest, Query()]) -> HTMLResponse:
    """Show the form and, if there is a question, its hits; an invalid question is shown again with the reason."""
    live: Live = request.app.state.live
    manifest = live.manifest()
    count = count_of(asked.k, SHOWN_HITS, MOST_HITS)
    question, faults = (None, {}) if asked.q is None else checked(live, asked.q, asked.asked(), count)
    found = None if question is None or count is None or faults else _found(live, question, asked, count)
    dates = found.dates if found else ()
    return page(
        request,
        "search.html",
        status=422 if faults else 200,
        asked=asked,
        shows=shows_of(live.settings.home, 0 if manifest is None else manifest.generation),
        empty=manifest is None,
        faults=faults,
        found=found,
        bars=bars_of(dates),
        undated=dates.count(None),
        address_of=lambda number: asked.address(page=number),
        episode_address=lambda identifier: asked.address(episode=identifier),
        years=asked.address(since=None, until=None),
        feed=None if found is None else asked.address("/search.atom", k=None),
        exports=[(form, asked.address(f"/api/search.{form}", k=None)) for form in EXPORT_FORMATS],
    )


def _found(live: Live, question: Question, asked: SearchPageRequest, count: int) -> FoundPage:
    base = live.base()
    gathered = gather(base, question, parse_filters(asked.asked(), base.generation), count)
    about = gathered.about
    counted = about or tuple(one.hit for one in gathered.hits[:count])
    pages = pages_of(counted, count) or [[]]
    number = min(asked.page, len(pages))
    groups = pages[number - 1]
    opened = open_hits(base, quoted(base, gathered, [hit for group in groups for hit in group.hits]))
    first = sum(len(group.hits) for before in pages[: number - 1] for group in before)
    shown, begin = [], 0
    for group in groups:
        end = begin + len(group.hits)
        hits = opened[begin:end]
        chapters = [chapter for _, chapter in base.generation.mined.chapters(group.episode.id)]
        lie = tuple(chapter_at(chapters, one.hit.sentences[0].sentence.first_word) for one in hits)
        shown.append(ShownEpisode(group, first + begin + 1, hits, lie))
        begin = end
    return FoundPage(
        notes=tuple(search_notes(gathered.also_searched_for, gathered.not_held)),
        shown=tuple(shown),
        total=len(about),
        episodes=len(by_episode(about)),
        mentions=gathered.mentions,
        number=number,
        pages=len(pages),
        dates=tuple(hit.episode.published for hit in counted),
    )
