"""The HTTP app: `create_app` builds it, its lifespan opens and closes its resources."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from threading import Event
from typing import Any

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware

from api.llm.rewrite import model_of
from api.mcp import endpoint as mcp_endpoint
from api.pages.render import FOLDER, environment
from api.routes import (
    about,
    answers,
    ask_page,
    assets,
    clips,
    docs,
    embed,
    episode_pages,
    episodes,
    feedback,
    feeds,
    health,
    lesson_pages,
    lesson_review,
    lessons,
    metrics,
    people,
    quote_page,
    quotes,
    search,
    search_feed,
    search_page,
    slashes,
    terms,
    topics,
    verify_page,
)
from api.routes.assets import read_assets
from api.routes.response_schemas import ErrorResponse
from api.server import refusals
from api.server.access_log import AccessLog
from api.server.admission import Admission
from api.server.live_index import followed
from api.server.metrics import Metrics
from api.server.security_headers import Guard
from api.server.time_limit import TimeLimit
from api.server.work_queue import WorkQueue
from api.settings import Settings
from index.models.encoder import Encoder
from index.mounting import mount
from ingest.versions import require_versions

_REFUSED: dict[int | str, dict[str, Any]] = {
    422: {"model": ErrorResponse, "description": "The request cannot be understood"},
    "default": {"model": ErrorResponse, "description": "Any other error"},
}
# The response headers that scripts of other origins may read.
_READABLE = ("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset", "Retry-After")


def create_app(settings: Settings, encoder: Encoder | None = None) -> FastAPI:
    """Return the app for a data folder; opens nothing until the app starts.

    Without `encoder`, a background thread loads the generation's own encoder at the start and opens each newly
    published generation. The caller sets `app.state.stopping` to end long responses at shutdown. Raises ModelMissing if
    an installed package has a known vulnerability.
    """

    require_versions()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        mount(settings.home, settings.store)
        with followed(settings, encoder) as live:
            app.state.live = live
            app.state.turns = WorkQueue()
            async with AsyncExitStack() as running:
                if mcp_endpoint.is_installed():
                    await running.enter_async_context(mcp_endpoint.opened(app, live, app.state.turns))
                yield

    app = FastAPI(
        title="Playback",
        summary="Answers questions about a podcast with quotes you can hear.",
        version="1",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,  # it would be built from the Host header, which a client controls (api.routes.slashes)
        lifespan=lifespan,
        responses=_REFUSED,
    )
    held = read_assets(FOLDER / "assets")
    app.state.assets = {asset.address: asset for asset in held.values()}
    app.state.templates = environment(settings, {name: asset.address for name, asset in held.items()})
    app.state.model = model_of(settings)
    app.state.metrics = Metrics() if settings.metrics else None
    app.state.stopping = Event()
    refusals.register(app)
    for routes in (
        slashes,
        answers,
        search,
        episodes,
        quotes,
        lessons,
        health,
        docs,
        assets,
        ask_page,
        feedback,
        episode_pages,
        about,
        search_page,
        search_feed,
        topics,
        people,
        terms,
        quote_page,
        verify_page,
        lesson_review,
        lesson_pages,
        embed,
        metrics,
        feeds,
        clips,
    ):
        app.include_router(routes.router)
    if mcp_endpoint.is_installed():
        mcp_endpoint.add_route(app, settings)
    # A request passes these from the last one added to the first.
    app.add_middleware(GZipMiddleware)  # pages and JSON; not audio, event streams or partial responses
    app.add_middleware(Admission, settings=settings)
    app.add_middleware(TimeLimit)
    if settings.cors:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.cors,
            allow_methods=("GET", "POST"),
            allow_headers=("Authorization", "Content-Type"),
            expose_headers=_READABLE,
        )
    app.add_middleware(Guard)
    app.add_middleware(AccessLog, count=app.state.metrics.count_request if app.state.metrics else None)
    return app
