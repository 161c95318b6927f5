"""What is counted for Prometheus: requests by route, answers by status, and the size of the live index."""

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from index.manifest import Manifest

MEDIA_TYPE = CONTENT_TYPE_LATEST
# Seconds: a page from memory, a search, an answer of a large library, a language model's.
_BUCKETS = (0.005, 0.025, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 25.0, 50.0)


class Metrics:
    """The counts of one app, in a registry of its own; a label is a route's template or one of a few words."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter("playback_requests", "Requests", ("route", "status"), registry=self._registry)
        self._seconds = Histogram(
            "playback_request_seconds",
            "Seconds until the response had ended",
            ("route",),
            registry=self._registry,
            buckets=_BUCKETS,
        )
        self._answers = Counter("playback_answers", "Answers to questions", ("status",), registry=self._registry)
        self._generation = Gauge(
            "playback_index_generation", "The number of the live generation", registry=self._registry
        )
        self._passages = Gauge("playback_index_passages", "Passages of the live generation", registry=self._registry)

    def count_request(self, route: str, status: int, seconds: float) -> None:
        """Count a request by the template of its route."""
        self._requests.labels(route, status).inc()
        self._seconds.labels(route).observe(seconds)

    def count_answer(self, status: str) -> None:
        """Count an answer by its status."""
        self._answers.labels(status).inc()

    def text(self, manifest: Manifest | None) -> bytes:
        """Return all counts in the text format of Prometheus; `manifest` is that of the live generation."""
        self._generation.set(0 if manifest is None else manifest.generation)
        self._passages.set(0 if manifest is None else manifest.passages)
        return generate_latest(self._registry)
