"""GET /: ask the podcast and read its answer."""

from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from api.answer.compose import Answer
from api.answer.conversation import Asking, HistoryEntry, ask, asked_on, first_quotes
from api.answer.filters import parse_filters
from api.episodes.library import shows_of
from api.pages.glossary_terms import glossed
from api.pages.render import page
from api.quotes.citation import MOST_CITATIONS, USUAL_CITATIONS
from api.quotes.citation_formats import as_text
from api.quotes.context import context_of
from api.routes.form_errors import checked, count_of
from api.routes.request import base_of, count_answer
from api.routes.request_schemas import PageRequest
from api.routes.rewording import rewording_of, written
from api.server.live_index import Live
from api.server.work_queue import Worked

router = APIRouter(include_in_schema=False, route_class=Worked)

# How many of the nearest quotes are shown for a question that the podcast does not answer.
_NEAREST = 3


@router.api_route("/", methods=["GET", "HEAD"])
def show_answer(request: Request, asked: Annotated[PageRequest, Query()], thanks: str | None = None) -> Response:
    """Show the form and, if there is a question, its answer; an invalid question is shown again with the reason.

    `thanks` is set when the reader returns to the answer after sending feedback.
    """
    live: Live = request.app.state.live
    manifest = live.manifest()
    history = asked.past()
    values: dict[str, Any] = {
        "asked": asked,
        "shows": shows_of(live.settings.home, manifest.generation) if manifest else (),
        "episodes": manifest.episodes if manifest else 0,
        "empty": manifest is None,
        "starters": (),
        "answer": None,
        "faults": {},
        "has_thanks": thanks is not None,
        "history": history,
        "exchanges": (),
    }
    if asked.q is None:
        return page(request, "home.html", **values | {"starters": live.starters()})
    count = count_of(asked.k, USUAL_CITATIONS, MOST_CITATIONS)
    question, faults = checked(live, asked.q, asked.asked(), count)
    if question is None or count is None or faults:
        return page(request, "home.html", 422, **values | {"faults": faults})
    base = live.base()
    answer = ask(base, Asking(question, history, count, parse_filters(asked.asked(), base.generation)))
    count_answer(request, answer)
    values["exchanges"] = tuple(zip(history, first_quotes(base.home, history), strict=True))

    def write(found: Answer) -> HTMLResponse:
        return page(request, "home.html", **values | _answer_values(found, base_of(request), asked, base.home))

    return written(answer, rewording_of(answer, request.app.state.model), write)


def _answer_values(answer: Answer, base: str, asked: PageRequest, home: Path) -> dict[str, Any]:
    """Return the template's values for an answer; statements are shown only if a language model wrote them."""
    statements = answer.statements if answer.composer != "extractive" else ()
    citations = answer.citations or answer.related[:_NEAREST]
    texts = glossed([statement.text for statement in statements] + [citation.quote for citation in citations])
    return {
        "answer": answer,
        "statements": list(zip(statements, texts[: len(statements)], strict=True)),
        "citations": [
            (citation, text, as_text(citation, base), context_of(home, citation))
            for citation, text in zip(citations, texts[len(statements) :], strict=True)
        ],
        "asked_on": asked_on((*asked.past(), HistoryEntry(answer.question, tuple(one.id for one in answer.citations)))),
        "numbers": {citation.id: number for number, citation in enumerate(answer.citations, 1)},
        "address": base + asked.address(),
    }
