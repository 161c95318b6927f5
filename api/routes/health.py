"""GET /healthcheck: which data are live, how well questions are answered, or what to run."""

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from api.quotes.verbatim_check import dropped
from api.routes.schemas import ErrorResponse, HealthResponse
from api.server.live_index import Live, Standing
from api.server.refusals import REFUSALS, refusal_of
from index.errors import IndexMissing

router = APIRouter(tags=["status"])

_LOADING = "The encoder is being loaded. Questions wait for it."
_BEHIND = "What was published last cannot be opened, so the index before it answers. "
_UNKNOWN = {"episodes": 0, "passages": 0, "sentences": 0}


@router.get(
    "/healthcheck",
    summary="Ask which data are live",
    responses={
        200: {"model": HealthResponse},
        503: {"model": HealthResponse, "description": "No question can be answered"},
        "default": {"model": ErrorResponse},
    },
)
def get_health(request: Request) -> JSONResponse:
    """Return the generation that answers, its encoder and counts, and how well it does. Loads no model.

    `ok`; `empty` (nothing was published yet); `degraded` (the encoder is being loaded, or an older index answers
    because the newest cannot be opened); `broken` (no question can be answered), which is a 503.
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
            "built": None if manifest is None else manifest.built,
            "counts": _UNKNOWN if manifest is None else {name: getattr(manifest, name) for name in _UNKNOWN},
            "dropped_quotes": dropped(),
        },
        503 if found.status == "broken" else 200,
    )


def _message(found: Standing) -> str | None:
    """Return what is wrong and what to run; never an error's own text, which names files of this machine."""
    if found.failure is not None:
        said = refusal_of(found.failure).sentence or ""
        return _BEHIND + said if found.status == "degraded" else said
    return {"empty": REFUSALS[IndexMissing].sentence, "degraded": _LOADING}.get(found.status)
