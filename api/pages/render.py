"""Render pages from templates: all text is escaped, links lead only to the web or this server, dates are in words."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from api.answer.compose import verdict
from api.episodes.player import player_of
from api.formatting import counted, day, episode_name, length, reason_notes, safe_link, search_notes, when
from api.pages.components import components
from api.people.profile import page_address
from api.quotes.citation import played_from
from api.quotes.heard_confidence import heard_remark
from api.settings import Settings

FOLDER = Path(__file__).parent
# Made by `npm run build`; without them the pages use plain.css.
GOVUK = ("govuk/govuk.css", "govuk/govuk.js")


def environment(settings: Settings, addresses: Mapping[str, str]) -> Environment:
    """Return the templates with their filters and components; `addresses` maps an asset's name to its path."""
    templates = Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    templates.filters |= {
        "capitalize_first": lambda text: text[:1].upper() + text[1:],
        "day": day,
        "episode_name": episode_name,
        "link": safe_link,
        "length_of": length,
        "verdict": verdict,
    }
    templates.globals |= components()
    templates.globals |= {
        "archived": None,  # the manifest that an archive is made from (`api.archive`), whose pages have no server
        "asset": addresses.__getitem__,
        "counted": counted,
        "heard_remark": heard_remark,
        "has_govuk": all(name in addresses for name in GOVUK),
        "notice": settings.notice,
        "person_page": page_address,
        "played_from": lambda citation: played_from(citation, player_of(settings.home, citation.episode)),
        "reason_notes": reason_notes,
        "search_notes": search_notes,
        "takes_feedback": settings.feedback,
        "when": when,
    }
    return templates


def page(request: Request, template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """Render a template of the running app."""
    templates: Environment = request.app.state.templates
    text = templates.get_template(template).render(path=request.url.path, **values)
    # Answers change when an index is published, so browsers must revalidate cached pages.
    return HTMLResponse(text, status, headers={"Cache-Control": "no-cache"})
