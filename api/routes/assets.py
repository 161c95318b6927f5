"""GET /assets/…: styles, scripts and the icon, under names that contain a hash of their content."""

import gzip
import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

router = APIRouter(include_in_schema=False)

MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
# A name never changes its content, so browsers may cache it for a year, the longest that HTTP recommends.
_FOR_GOOD = "public, max-age=31536000, immutable"
_HASH_LETTERS = 12
_IMPORT = re.compile(r'(?<= from ")\./([\w./-]+\.js)(?=";)')


class Asset(NamedTuple):
    """A file that pages load: its path, its bytes, and its bytes compressed with gzip."""

    address: str
    media_type: str
    body: bytes
    compressed: bytes


def read_assets(folder: Path) -> dict[str, Asset]:
    """Return the styles, scripts and images of a folder by their path in it, such as "govuk/govuk.css".

    Where a script imports another (`from "./app.js"`, relative to the folder), the name is replaced by the hashed one.
    """
    found: dict[str, Asset] = {}

    def read(name: str) -> Asset:
        if name not in found:
            text = (folder / name).read_text("utf-8")
            if name.endswith(".js"):
                text = _IMPORT.sub(lambda other: read(other[1]).address, text)
            found[name] = _asset(name, text.encode())
        return found[name]

    for path in sorted(folder.rglob("*")):
        if path.suffix in MEDIA_TYPES:
            read(path.relative_to(folder).as_posix())
    return found


@router.api_route("/assets/{name:path}", methods=["GET", "HEAD"])
def get_asset(request: Request, name: str) -> Response:
    """Return an asset by its hashed name, compressed if the client accepts gzip; 404 for any other name."""
    assets: Mapping[str, Asset] = request.app.state.assets
    asset = assets.get(f"/assets/{name}")
    if asset is None:
        raise HTTPException(404)
    headers = {"Cache-Control": _FOR_GOOD, "Vary": "Accept-Encoding"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(asset.compressed, media_type=asset.media_type, headers=headers | {"Content-Encoding": "gzip"})
    return Response(asset.body, media_type=asset.media_type, headers=headers)


def _asset(name: str, body: bytes) -> Asset:
    stem, _, suffix = name.rpartition(".")
    return Asset(
        address=f"/assets/{stem}-{hashlib.sha256(body).hexdigest()[:_HASH_LETTERS]}.{suffix}",
        media_type=MEDIA_TYPES[f".{suffix}"],
        body=body,
        compressed=gzip.compress(body, mtime=0),  # without a time stamp, so that two builds give the same bytes
    )
