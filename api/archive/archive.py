"""Write every page of the app to a folder, so that it can be read without the server."""

import asyncio
import re
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from fastapi import FastAPI

from api.app import create_app
from api.archive.addresses import Held, held_at
from api.archive.folder import ArchiveFolder, open_folder
from api.archive.links import Links
from api.archive.rendering import rendered
from api.archive.rewrite import classic, rewritten
from api.archive.search_index import require_pagefind, search_files
from api.knowledge_base import KnowledgeBase, removed_since
from api.people.profile import person_named
from api.routes.assets import read_assets
from api.settings import Settings
from index.manifest import Manifest
from index.models.encoder import Encoder
from ingest.errors import SourceError
from ingest.library.player import playable_of
from ingest.library.records import episode_ids
from ingest.library.removal import removals
from ingest.storage.files import lock

# Where `playback serve` answers unless it is told otherwise; citations of an archive without a public URL name it.
USUAL_URL = "http://127.0.0.1:8000"
_BEGINNINGS = ("/", "/search", "/start", "/topics", "/episodes", "/lessons", "/lessons/report", "/people", "/terms")
_DATA = ("/api/episodes", "/api/topics", "/api/start", "/api/people", "/api/terms")
# What a search finds: whole transcripts, and the pages of what has a name.
_SEARCHED = re.compile(r"(?:episodes|people|terms|topics)/[^/]+/index\.html")
_QUOTE = re.compile(r"quotes/[^/]+(?=/index\.html)")
# What only an archive's page of search loads, beside this file.
_SCRIPT = "archive.js"
_FOUND, _MISSING, _GONE = 200, 404, 410
_KEPT = (_FOUND, _MISSING, _GONE)


@dataclass(frozen=True, slots=True)
class Archived:
    """What a run made: the generation, files and bytes of the archive, and how many of them it wrote and deleted."""

    generation: int
    files: int
    bytes: int
    written: int
    deleted: int


Progress = Callable[[int], None]


def archive(
    settings: Settings,
    path: Path,
    with_recordings: bool = False,
    encoder: Encoder | None = None,
    progress: Progress = lambda files: None,
) -> Archived:
    """Bring the archive in a folder up to date with the library and its live generation; writes only what changed.

    `progress` is called with the number of files so far. Raises SourceError if the folder cannot become an archive,
    pagefind is missing or a page cannot be made; IndexMissing before there is an index.
    """
    require_pagefind()
    home, place = settings.home.resolve(), path.resolve()
    if home == place or home in place.parents or place in home.parents:
        raise SourceError(f"{path} and the data folder lie in one another; name a folder elsewhere")
    try:
        path.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError, PermissionError) as error:
        raise SourceError(f"{path} cannot be made: {error.strerror}; name another folder") from error
    with lock(path, wait=False) as is_held:
        if not is_held:
            raise SourceError(f"another run is writing to {path}; wait until it has ended")
        folder = open_folder(path)
        recordings = _recordings(home) if with_recordings else {}
        for name, recording in recordings.values():
            folder.put_copy(name, recording)
        names = {identifier: name for identifier, (name, _) in recordings.items()}
        manifest = asyncio.run(_write(_as_archived(settings), folder, names, encoder, progress))
    return Archived(
        manifest.generation,
        len(folder.now),
        sum(one["bytes"] for one in folder.now.values()),
        folder.written,
        folder.deleted,
    )


def _as_archived(settings: Settings) -> Settings:
    """Return the settings of an app that only this process asks."""
    return replace(
        settings,
        feedback=False,
        hosts=(),
        public_url=settings.public_url or USUAL_URL,
        cors=(),
        rate=0,
        reranker=None,
        token=None,
        llm_url=None,
    )


def _recordings(home: Path) -> dict[str, tuple[str, Path]]:
    """Return the recordings of the library by their episodes: the name in the archive, and the file."""
    found = ((identifier, playable_of(home, identifier).path) for identifier in episode_ids(home))
    return {identifier: (f"recordings/{identifier}{path.suffix}", path) for identifier, path in found if path}


async def _write(
    settings: Settings, folder: ArchiveFolder, recordings: dict[str, str], encoder: Encoder | None, progress: Progress
) -> Manifest:
    app = create_app(settings, encoder)
    async with _running(app):
        await asyncio.to_thread(app.state.live.warm)  # the first list of episodes takes a while
        base: KnowledgeBase = await asyncio.to_thread(app.state.live.base)
        manifest = base.generation.manifest
        script = read_assets(Path(__file__).parent)[_SCRIPT]
        app.state.assets[script.address] = script
        app.state.templates.globals |= {"archived": manifest, "archived_script": script.address}
        links = Links(settings.public_url or USUAL_URL, recordings, _person_of(base))
        searched = await _write_pages(app, links, folder, progress)
        if app.state.live.base() is not base:
            raise SourceError("a new index was published meanwhile; run the same command again")
    for name, body in await asyncio.to_thread(search_files, folder.path, searched):
        folder.put(name, body)
    folder.finish({"generation": manifest.generation, "built": manifest.built, "address": links.public_url})
    return manifest


@asynccontextmanager
async def _running(app: FastAPI) -> AsyncIterator[None]:
    """Run the app, and raise what goes wrong meanwhile as it is; the tasks of its MCP server would group it."""
    failed: BaseException | None = None
    async with app.router.lifespan_context(app):
        try:
            yield
        except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - raised again below
            failed = error
    if failed is not None:
        raise failed


async def _write_pages(app: FastAPI, links: Links, folder: ArchiveFolder, progress: Progress) -> list[str]:
    """Write every page that links lead to, the nearest first; return the files of those that a search finds."""
    home = app.state.live.settings.home
    waiting: deque[Held] = deque()
    known: set[str] = set()

    def expect(addresses: Iterable[str]) -> None:
        for address in addresses:
            held = held_at(address, links.person_of)
            if held is not None and held.file not in known:
                known.add(held.file)
                waiting.append(held)

    expect(_seeds(home))
    handed_out = {held.file for address in _quoted_before(folder) if (held := held_at(address, links.person_of))}
    expect(_quoted_before(folder))
    searched = []
    while waiting:
        held = waiting.popleft()
        status, body = await rendered(app, held.request)
        if status == _MISSING and held.file in handed_out:
            continue  # a quote of another library
        if status not in _KEPT:
            raise SourceError(f"the page {held.request} cannot be made (status {status}); PLAYBACK_LOG=debug says why")
        if held.file.endswith(".html"):
            led: list[str] = []
            text = rewritten(body.decode(), links.of(held, led), searches=held.request == "/search")
            body = text.encode()
            expect(led)
            if held.request.startswith("/quotes/"):
                expect([held.request.replace("/quotes/", "/embed/", 1)])  # which posts of others show in a frame
            if status == _FOUND and _SEARCHED.fullmatch(held.file):
                searched.append(held.file)
        elif held.file.endswith(".js"):
            body = classic(body.decode()).encode()
        folder.put(held.file, body)
        progress(len(folder.now))
    return sorted(searched)


def _seeds(home: Path) -> Iterator[str]:
    """Yield the addresses from which links lead to all others, and those to which no page links."""
    yield from _BEGINNINGS
    yield from _DATA
    yield from (f"/episodes/{identifier}" for identifier in episode_ids(home))
    yield from (f"/episodes/{removal.id}" for removal in removals(home))


def _quoted_before(folder: ArchiveFolder) -> list[str]:
    """Return the addresses of quotes that the archive has held: whoever links to them finds them, or why they went."""
    return [f"/{found[0]}" for name in sorted(folder.before) if (found := _QUOTE.match(name))]


def _person_of(base: KnowledgeBase) -> Callable[[str], str | None]:
    """Return what finds the id of somebody by an id or a name, None for whom there is no page."""
    gone = removed_since(base.home, base.generation)

    @cache
    def found(wanted: str) -> str | None:
        person = person_named(base.generation.overview, wanted)
        has_page = person is not None and any(spoke.episode_id not in gone for spoke in person.episodes)
        return person.id if person is not None and has_page else None

    return found
