"""POST /feedback: was an answer useful? The form is below each answer and redirects back to it."""

from collections.abc import Mapping
from typing import Annotated
from urllib.parse import parse_qs, urlsplit

from fastapi import APIRouter, Body, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from pydantic import ValidationError
from starlette.exceptions import HTTPException

from api.answer.feedback import append_feedback, feedback_of
from api.quotes.citation import MOST_CITATIONS, USUAL_CITATIONS
from api.routes.form_errors import NO_NUMBER, count_of
from api.routes.request_schemas import PageRequest
from api.server.live_index import Live

router = APIRouter(include_in_schema=False)

_FORM = "application/x-www-form-urlencoded"
_MOST_FIELDS = 40
# Fields that are repeated, once for each earlier question.
_REPEATED = ("after", "cited")


@router.post("/feedback")
def post_feedback(request: Request, sent: Annotated[bytes, Body(media_type=_FORM)] = b"") -> RedirectResponse:
    """Store a verdict and redirect to the answer, whose page then says thank you."""
    live: Live = request.app.state.live
    if not live.settings.feedback:
        raise HTTPException(404, "This service does not accept feedback.")
    if not is_same_origin(request.headers):
        raise HTTPException(403, "Feedback is accepted only from this service's own pages.")
    fields = _form(sent)
    form = {name: values[-1] for name, values in fields.items()}
    try:
        asked = PageRequest.model_validate(form | {name: fields[name] for name in _REPEATED if name in fields})
    except ValidationError as error:
        raise RequestValidationError(error.errors()) from error
    if count_of(asked.k, USUAL_CITATIONS, MOST_CITATIONS) is None:
        raise HTTPException(422, f"k: {NO_NUMBER}")
    append_feedback(
        live.settings.home, feedback_of(*(form.get(name, "") for name in ("q", "quotes", "verdict", "comment")))
    )
    return RedirectResponse(f"{asked.address()}&thanks=yes", 303)


def is_same_origin(headers: Mapping[str, str]) -> bool:
    """Say whether a page of this server sent the request, by Sec-Fetch-Site or else by Origin.

    Browsers send Sec-Fetch-Site only to HTTPS URLs and to this machine, but Origin everywhere.
    """
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    try:
        host = urlsplit(headers.get("origin", "")).netloc
    except ValueError:
        return False
    return host != "" and host == headers.get("host")


def _form(sent: bytes) -> dict[str, list[str]]:
    """Return the fields of a form, each with all its values."""
    try:
        return parse_qs(sent.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError as error:
        raise HTTPException(400, "The form cannot be read.") from error
