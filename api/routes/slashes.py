"""GET of an address that ends with a slash: the same without it, as static hosts show the pages of an archive."""

# Registered before all others, because names of people and terms may hold slashes.

from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse
from fastapi.routing import APIRoute
from starlette.routing import Match
from starlette.types import Scope

_FOR_PROGRAMS = ("api", "mcp", "metrics", "healthcheck")


class _Pages(APIRoute):
    """Matches nothing that programs ask: none of their addresses ends with a slash, and a proxy may keep some back."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Match as usual; another method finds nothing here (404), where it would else be refused (405)."""
        match, child = super().matches(scope)
        is_page = match is Match.FULL and child["path_params"]["path"].split("/")[0] not in _FOR_PROGRAMS
        return (match, child) if is_page else (Match.NONE, {})


router = APIRouter(include_in_schema=False, route_class=_Pages)


@router.api_route("/{path:path}/", methods=["GET", "HEAD"])
def show_without_slash(request: Request, path: str) -> RedirectResponse:
    """Redirect within this server: to a path with one slash before it, so that it names no other host."""
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(f"/{quote(path.strip('/'))}{query}", 308)
