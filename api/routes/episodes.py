"""GET /api/episodes and below: episodes, their transcripts and their recordings."""

from dataclasses import asdict
from pathlib import Path
from typing import get_args

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, JSONResponse, Response
from starlette.exceptions import HTTPException
from starlette.types import Message, Receive, Scope, Send

from api.episodes.library import episode_of, episodes_of, transcript_of
from api.routes.request import home_of
from api.routes.response_schemas import EpisodesResponse, TranscriptResponse
from ingest.export import Format, render
from ingest.library.player import playable_of
from ingest.transcript import Episode

router = APIRouter(tags=["episodes"])

FORMATS: tuple[Format, ...] = get_args(Format)
MEDIA_TYPES: dict[Format, str] = {
    "json": "application/json",
    "vtt": "text/vtt; charset=utf-8",
    "srt": "application/x-subrip; charset=utf-8",
    "md": "text/markdown; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
}
_TEXT_TYPES = [kind for form, kind in MEDIA_TYPES.items() if form != "json"]
_AUDIO_TYPES = {
    ".mp3": "audio/mpeg",
    ".m4a": "audio/mp4",
    ".mp4": "audio/mp4",
    ".aac": "audio/aac",
    ".ogg": "audio/ogg",
    ".oga": "audio/ogg",
    ".opus": "audio/ogg",
    ".wav": "audio/wav",
    ".flac": "audio/flac",
    ".webm": "audio/webm",
}


@router.get("/api/episodes", summary="List the episodes", responses={200: {"model": EpisodesResponse}})
def get_episodes(request: Request) -> JSONResponse:
    """Return every episode of the library, newest first."""
    return JSONResponse({"episodes": [asdict(episode) for episode in episodes_of(home_of(request))]})


@router.get("/api/episodes/{identifier}", summary="Read about an episode", responses={200: {"model": Episode}})
def get_episode(request: Request, identifier: str) -> JSONResponse:
    """Return what is known about an episode; unknown values are null."""
    return JSONResponse(asdict(episode_of(home_of(request), identifier)))


@router.head("/api/episodes/{identifier}/transcript.{extension}", include_in_schema=False)
@router.get(
    "/api/episodes/{identifier}/transcript.{extension}",
    summary="Read a transcript",
    response_class=Response,
    responses={
        200: {
            "model": TranscriptResponse,
            "content": {kind.partition(";")[0]: {"schema": {"type": "string"}} for kind in _TEXT_TYPES},
        }
    },
)
def get_transcript(request: Request, identifier: str, extension: str) -> Response:
    """Return an episode's transcript as json, vtt, srt, md or txt; vtt and srt need a transcript with times."""
    wanted = next((known for known in FORMATS if known == extension), None)
    if wanted is None:
        raise HTTPException(404, f"transcripts are available as {', '.join(FORMATS)}")
    transcript = transcript_of(home_of(request), identifier)
    if transcript is None:
        raise HTTPException(404, f"{identifier} has no transcript yet")
    headers = {"Content-Disposition": f'inline; filename="{identifier}.{wanted}"', "Access-Control-Allow-Origin": "*"}
    return Response(render(transcript, wanted), headers=headers, media_type=MEDIA_TYPES[wanted])


@router.head("/api/episodes/{identifier}/audio", include_in_schema=False)
@router.get("/api/episodes/{identifier}/audio", summary="Listen to an episode", response_class=Response)
def get_audio(request: Request, identifier: str) -> Response:
    """Return the library's recording, or its copy that plays exactly, complete or the requested byte range."""
    path = playable_of(home_of(request), episode_of(home_of(request), identifier).id).path
    if path is None:
        raise HTTPException(404, f"the library has no recording of {identifier}")
    return Recording(path, media_type=_AUDIO_TYPES.get(path.suffix.lower(), "application/octet-stream"))


class Recording(FileResponse):
    """A file response with ranges and the one shape of errors; ignores a malformed range (RFC 9110, 14.2)."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the file, or raise HTTPException 416."""

        async def checked(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] in (400, 416):
                raise _RangeRefused(message["status"])
            await send(message)

        try:
            await super().__call__(scope, receive, checked)
        except _RangeRefused as refused:
            size = Path(self.path).stat().st_size
            if refused.status == 416:
                headers = {"Content-Range": f"bytes */{size}"}
                raise HTTPException(416, f"the recording has {size} bytes", headers) from refused
            headers_left = [(name, value) for name, value in scope["headers"] if name != b"range"]
            await super().__call__({**scope, "headers": headers_left}, receive, send)


class _RangeRefused(Exception):
    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status
