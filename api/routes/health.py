"""GET /healthcheck: which data is live, whether questions can be answered, and what to run if not."""

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from api.quotes.verbatim_check import dropped
from api.routes.response_schemas import ErrorResponse, HealthResponse
from api.server.live_index import Live, Standing
from api.server.refusals import REFUSALS, refusal_of
from index.errors import IndexMissing

router = APIRouter(tags=["status"])

_LOADING = "The encoder is loading. Questions wait until it is ready."
_SUBSTITUTE = (
    "Questions are encoded otherwise than the index was, so scores differ a little from those of other servers. "
    "The person who runs this service must run: playback doctor"
)
_BEHIND = "The newest index cannot be opened, so the one before it is in use. "
_UNKNOWN = {"episodes": 0, "passages": 0, "sentences": 0}


@router.head("/healthcheck", include_in_schema=False)
@router.get(
    "/healthcheck",
    summary="Check the service's health",
    responses={
        200: {"model": HealthResponse},
        503: {"model": HealthResponse, "description": "No question can be answered"},
        "default": {"model": ErrorResponse},
    },
)
def get_health(request: Request) -> JSONResponse:
    """Return the status of the service and the live generation with its encoder and counts. Loads no model.

    `ok`; `empty` (nothing published yet); `degraded` (the encoder is loading, an older index is in use because the
    newest cannot be opened, or sentence-transformers stands in for the compiled encoder); `broken` (no question can be
    answered), which is a 503.
    """
    live: Live = request.app.state.live
    found = live.standing()
    manifest = found.manifest
    return JSONResponse(
        {
            "status": found.status,
            "message": _message(found),
            "generation": None if manifest is None else manifest.generation,
            "encoder": None if manifest is None else manifest.encoder,
            "encoder_loaded": found.has_encoder,
            "reranker": live.reranker(),
            "built": None if manifest is None else manifest.built,
            "counts": _UNKNOWN if manifest is None else {name: getattr(manifest, name) for name in _UNKNOWN},
            "dropped_quotes": dropped(),
        },
        503 if found.status == "broken" else 200,
    )


def _message(found: Standing) -> str | None:
    """Return what is wrong and what to run, never an error's own text, because that names files on this machine."""
    if found.failure is not None:
        said = refusal_of(found.failure).sentence or ""
        return _BEHIND + said if found.status == "degraded" else said
    degraded = _SUBSTITUTE if found.has_encoder else _LOADING
    return {"empty": REFUSALS[IndexMissing].sentence, "degraded": degraded}.get(found.status)
