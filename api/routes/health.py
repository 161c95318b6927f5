"""GET /healthcheck: which data are live, or what to run."""

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from api.drops import dropped
from api.live import Live
from api.routes.errors import REFUSALS
from api.schemas import HealthResponse
from index.errors import IndexBroken, IndexMissing

router = APIRouter(tags=["status"])


@router.get("/healthcheck", summary="Ask which data are live", responses={200: {"model": HealthResponse}})
def get_health(request: Request) -> JSONResponse:
    """Return the generation that answers, its encoder and counts; 503 if it cannot be read. Loads no model."""
    live: Live = request.app.state.live
    try:
        manifest = live.manifest()
    except IndexMissing:
        manifest = None
    except IndexBroken:
        return JSONResponse(_health("broken", REFUSALS[IndexBroken].sentence), REFUSALS[IndexBroken].status)
    if manifest is None:
        return JSONResponse(_health("empty", REFUSALS[IndexMissing].sentence))
    return JSONResponse(
        {
            **_health("ok", None),
            "generation": manifest.generation,
            "encoder": manifest.encoder,
            "built": manifest.built,
            "counts": {"episodes": manifest.episodes, "passages": manifest.passages, "sentences": manifest.sentences},
        }
    )


def _health(status: str, message: str | None) -> dict[str, object]:
    counts = {"episodes": 0, "passages": 0, "sentences": 0}
    return {
        "status": status,
        "message": message,
        "generation": None,
        "encoder": None,
        "built": None,
        "counts": counts,
        "dropped_quotes": dropped(),
    }
