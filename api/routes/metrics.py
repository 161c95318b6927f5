"""GET /metrics: counts for Prometheus, if PLAYBACK_METRICS is on."""

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from api.routes.request import live_of, metrics_of
from api.server.metrics import MEDIA_TYPE

router = APIRouter(include_in_schema=False)


@router.get("/metrics")
def get_metrics(request: Request) -> Response:
    """Return the counts since the server started, in the text format; 404 where they are off."""
    metrics = metrics_of(request)
    if metrics is None:
        raise HTTPException(404)
    return Response(metrics.text(live_of(request).manifest()), media_type=MEDIA_TYPE)
