"""GET /metrics: counts for Prometheus, if PLAYBACK_METRICS is on."""

import logging

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from api.routes.request import live_of, metrics_of
from api.server.metrics import MEDIA_TYPE
from ingest.errors import PlaybackError

logger = logging.getLogger(__name__)

router = APIRouter(include_in_schema=False)


@router.get("/metrics")
def get_metrics(request: Request) -> Response:
    """Return the counts since the server started, in the text format; 404 where they are off.

    An index that cannot be opened counts as none: that is when somebody looks at the counts.
    """
    metrics = metrics_of(request)
    if metrics is None:
        raise HTTPException(404)
    try:
        manifest = live_of(request).manifest()
    except PlaybackError as error:
        logger.debug("no figures of the index: %s", error)
        manifest = None
    return Response(metrics.text(manifest), media_type=MEDIA_TYPE)
