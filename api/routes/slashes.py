"""GET of an address that ends with a slash: the same without it, as static hosts show the pages of an archive."""

# Registered before all others, because names of people and terms may hold slashes.

from urllib.parse import quote

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import RedirectResponse

router = APIRouter(include_in_schema=False)

_FOR_PROGRAMS = ("api", "mcp", "metrics", "healthcheck")


@router.api_route("/{path:path}/", methods=["GET", "HEAD"])
def show_without_slash(request: Request, path: str) -> RedirectResponse:
    """Redirect within this server: to a path with one slash before it, so that it names no other host.

    Programs are not redirected: none of their addresses ends with a slash, and a proxy may keep some from strangers.
    """
    if path.split("/")[0] in _FOR_PROGRAMS:
        raise HTTPException(404)
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(f"/{quote(path.strip('/'))}{query}", 308)
