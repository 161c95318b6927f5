"""GET and POST /lessons/review: goes through proposals, and decided lessons whose words changed, one at a time.

Plain buttons and the keyboard alone are enough.

The token is typed once and stays in the form, not in a cookie: it leaves the browser with the page.
"""

from typing import Annotated
from urllib.parse import parse_qs

from fastapi import APIRouter, Body, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse
from pydantic import Field, ValidationError
from starlette.exceptions import HTTPException

from api.errors import LessonUnknown, WordsChanged
from api.lessons.asked import asked_query
from api.lessons.chosen import chosen
from api.lessons.decide import decide
from api.lessons.entry import Entry
from api.lessons.register import Register, register_of
from api.pages.render import page
from api.routes.lessons import LessonFilters, opened_register
from api.routes.request import live_of
from api.routes.request_schemas import Text
from api.server.admission import CHANGES_NOTHING, is_token
from api.server.work_queue import Worked
from ingest.errors import DecisionError
from ingest.library.decisions import decision_of

router = APIRouter(include_in_schema=False, route_class=Worked)

_FORM = "application/x-www-form-urlencoded"
_MOST_FIELDS = 800
_LISTS = ("theme", "kind", "show", "person", "year", "episode")
_LOOKED_AT = ("proposed", "accepted", "rejected")
_DONE = {"accept": "Accepted", "reject": "Rejected", "skip": "Skipped", "begin": "Not decided"}


class ReviewForm(LessonFilters):
    """The form of the review: who decides, with which token, what about which lesson, and how many were skipped."""

    token: Text = Field("", max_length=1_000)
    by: Text = Field("", max_length=1_000)
    id: Text = Field("", max_length=100)
    button: Text = Field("", max_length=20)
    title: Text = Field("", max_length=2_000)
    note: Text = Field("", max_length=5_000)
    skipped: int = Field(0, ge=0, le=1_000_000)


@router.api_route("/lessons/review", methods=["GET", "HEAD"])
def show_review(request: Request, asked: Annotated[LessonFilters, Query()]) -> HTMLResponse:
    """Ask for the token and a name."""
    return _page(request, ReviewForm(**asked.model_dump()))


@router.post("/lessons/review")
def post_review(request: Request, sent: Annotated[bytes, Body(media_type=_FORM)] = b"") -> HTMLResponse:
    """Store what was decided about one proposal and show the next."""
    form = _parsed(sent)
    if not live_of(request).settings.token:
        raise HTTPException(403, CHANGES_NOTHING)
    if not is_token(form.token, live_of(request).settings.token):
        return _page(request, form.model_copy(update={"token": ""}), 401, "This is not the token of this service.")
    if not form.by.strip():
        return _page(request, form, 422, "Enter your name.", signed_in=False)
    try:
        said = _decided(request, form) if form.id else ""
    except (DecisionError, LessonUnknown) as error:
        return _page(request, form, 422, f"{error}", signed_in=True)
    except WordsChanged:
        return _page(request, form, 409, "The words changed since you read them. Read them again.", signed_in=True)
    if form.button == "skip":
        form = form.model_copy(update={"skipped": form.skipped + 1})
    return _page(request, form, said=said, signed_in=True)


def _decided(request: Request, form: ReviewForm) -> str:
    """Store the decisions of a form and return what was done, for the next page."""
    live = live_of(request)
    home, generation = live.settings.home, live.base().generation
    entry = register_of(home, generation).entry(form.id)
    if form.button not in _DONE:
        raise DecisionError("choose accept, reject or skip")
    if form.button not in ("accept", "reject"):
        return f"{_DONE[form.button]}: {entry.title}"
    asked: list[tuple[str, str | None]] = [("note", form.note)] if form.note.strip() else []
    if form.title.strip() and " ".join(form.title.split()) != entry.title:
        asked.append(("retitle", form.title))
    asked.append((form.button, None))
    # All are checked before one is stored. The state comes last: after a failure the proposal is seen again.
    for decision in [decision_of(action, form.id, form.by, value) for action, value in asked]:
        entry = decide(home, generation, form.id, decision)
    return f"{_DONE[form.button]}: {entry.title}"


def _page(
    request: Request, form: ReviewForm, status: int = 200, fault: str = "", said: str = "", signed_in: bool = False
) -> HTMLResponse:
    lists = [(name, value) for name in _LISTS for value in getattr(form, name) if value]
    register = opened_register(request)
    query = asked_query(register, form.given()).with_values("state", _LOOKED_AT)
    left = [one for one in chosen(register.entries, query) if one.state == "proposed" or one.changed]
    refused = _shown(register, form, fault)
    entry = refused or next(iter(left[form.skipped :]), None)
    response = page(
        request,
        "lessons_review.html",
        status,
        form=form,
        fault=fault,
        said=said,
        signed_in=signed_in,
        has_token=bool(live_of(request).settings.token),
        no_token=CHANGES_NOTHING,
        lists=lists,
        refused=refused,
        # A newer index may no longer propose the lesson: what was typed about it belongs to no other.
        lost=[text for text in (form.title, form.note) if text.strip()] if signed_in and fault and not refused else [],
        entry=register.as_shown(entry) if entry else None,
        read=register.read_as(entry) if entry else "",  # a decision is about the words on this page
        citations=register.whole(entry) if entry else [],
        question=register.question(entry) if entry else None,
        left=max(0, len(left) - form.skipped),
    )
    response.headers["Cache-Control"] = "no-store"  # it holds the token
    return response


def _shown(register: Register, form: ReviewForm, fault: str) -> Entry | None:
    """Return the lesson that a refused form is about, so that nothing typed is lost."""
    try:
        return register.entry(form.id) if fault else None
    except LessonUnknown:
        return None


def _parsed(sent: bytes) -> ReviewForm:
    try:
        fields = parse_qs(sent.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
        one = {name: values[-1] for name, values in fields.items() if name not in _LISTS}
        return ReviewForm.model_validate(one | {name: fields[name] for name in _LISTS if name in fields})
    except ValidationError as error:
        raise RequestValidationError(error.errors()) from error
    except ValueError as error:
        raise HTTPException(400, "The form cannot be read.") from error
