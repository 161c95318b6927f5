"""GET /verify: was it said? A form for writers, with the differences marked or the nearest quotes."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, Field

from api.errors import QuestionError
from api.pages.render import page
from api.quotes.claimed_quote import Verification, check_text, verify
from api.quotes.compared import Part, marked
from api.routes.request import live_of
from api.routes.request_schemas import FilterText, Text
from api.server.work_queue import Worked

router = APIRouter(include_in_schema=False, route_class=Worked)


class VerifyPageRequest(BaseModel):
    """The query of the page; without `q` it shows only the form."""

    q: Text | None = None
    speaker: FilterText | None = Field(None, description="the supposed speaker")


@router.api_route("/verify", methods=["GET", "HEAD"])
def show_verify(request: Request, asked: Annotated[VerifyPageRequest, Query()]) -> HTMLResponse:
    """Show the form and, if there is a text, whether it was said; an invalid text is shown again with the reason."""
    live = live_of(request)
    fault = None if asked.q is None else _fault(asked.q)
    found = None if asked.q is None or fault else verify(live.base(), asked.q, asked.speaker)
    is_other = found is not None and any(one.asked == asked.speaker for one in found.differences[-1:])
    return page(
        request,
        "verify.html",
        status=422 if fault else 200,
        asked=asked,
        fault=fault,
        empty=live.manifest() is None,
        found=found,
        differences=() if found is None else found.differences[:-1] if is_other else found.differences,
        other=found.differences[-1] if found is not None and is_other else None,
        parts=_parts(found, asked.q or ""),
    )


def _fault(text: str) -> str | None:
    try:
        check_text(text)
    except QuestionError as error:
        return str(error)
    return None


def _parts(found: Verification | None, asked: str) -> tuple[Part, ...]:
    """Return the text beside the one quote that it is nearly, part by part."""
    if found is None or found.result != "near" or len(found.citations) != 1:
        return ()
    return marked(found.citations[0].quote, asked)
