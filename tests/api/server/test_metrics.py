"""Prometheus reads how much is asked and answered, and nothing of what was asked."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from api.app import create_app
from api.settings import Settings

SECRET = "kumquat"
Counts = Callable[[], dict[tuple[str, ...], float]]


def samples(text: str) -> dict[tuple[str, ...], float]:
    """Every sample by its name and the values of its labels, as prometheus_client itself reads them."""
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


@pytest.fixture
def client(served_home: Path, encoder: Any) -> Iterator[TestClient]:
    app = create_app(Settings(home=served_home, metrics=True), encoder)
    with TestClient(app, raise_server_exceptions=False) as opened:
        yield opened


def test_requests_and_answers_are_counted(client: TestClient) -> None:
    """Requests by route and status, with their seconds; answers by status, of pages and data; the live index."""
    for question in ("Who paid for the lighthouse database?", "Who won the football match?"):
        client.post("/api/answers", json={"question": question})
    client.get("/", params={"q": "Who paid for the lighthouse database?"})
    client.post("/api/answers", json={"question": ""})
    client.get("/episodes/harbour-1-aaaa")
    client.get("/episodes/harbour-2-bbbb")
    client.get("/nowhere")
    response = client.get("/metrics")
    assert response.headers["content-type"].startswith("text/plain; version=")
    found = samples(response.text)
    requests = {key[1:]: value for key, value in found.items() if key[0] == "playback_requests_total"}
    assert requests == {
        ("/api/answers", "200"): 2,
        ("/api/answers", "422"): 1,
        ("/", "200"): 1,
        ("/episodes/{identifier}", "200"): 2,
        ("-", "404"): 1,
    }
    assert found["playback_request_seconds_count", "/api/answers"] == 3
    assert found["playback_request_seconds_bucket", "+Inf", "/api/answers"] == 3
    answers = {key[1]: value for key, value in found.items() if key[0] == "playback_answers_total"}
    assert answers.pop("unanswerable") == 1
    assert sum(answers.values()) == 2
    health = client.get("/healthcheck").json()
    assert found["playback_index_generation",] == health["generation"] == 1
    assert found["playback_index_passages",] == health["counts"]["passages"] > 0
    assert samples(client.get("/metrics").text)["playback_requests_total", "/metrics", "200"] == 1


def test_nothing_that_was_sent_is_told(client: TestClient) -> None:
    """Neither questions nor names, methods or paths that somebody made up; so the number of labels has a bound."""
    for path in ("/", "/search", f"/{SECRET}", f"/api/people/{SECRET}", f"/api/quotes/{SECRET}", "/api/search"):
        client.get(path, params={"q": SECRET, SECRET: SECRET})
    client.post("/api/answers", json={"question": f"What is a {SECRET}?"})
    client.request(SECRET.upper(), "/")
    before = client.get("/metrics").text
    assert SECRET not in before.lower()
    for number in range(20):
        client.request(f"M{number}", f"/x/{number}")
        client.get(f"/api/quotes/{number}")
    pattern = re.compile(r"^playback_requests_total.*$", re.MULTILINE)
    added = {line.partition("}")[0] for line in pattern.findall(client.get("/metrics").text)}
    assert added - {line.partition("}")[0] for line in pattern.findall(before)} <= {
        'playback_requests_total{route="/metrics",status="200"',
        'playback_requests_total{route="-",status="404"',
    }


def test_it_is_off_unless_it_is_turned_on(served_home: Path, encoder: Any) -> None:
    """Then nothing is at that address; and each app counts for itself."""
    with TestClient(create_app(Settings(home=served_home), encoder)) as client:
        assert client.get("/metrics").status_code == 404
    for _ in range(2):
        with TestClient(create_app(Settings(home=served_home, metrics=True), encoder)) as client:
            client.get("/docs")
            assert samples(client.get("/metrics").text)["playback_requests_total", "/docs", "200"] == 1


def test_assistants_are_counted(client: TestClient) -> None:
    """/mcp has its own label, as the other routes do, whatever comes of the request."""
    pytest.importorskip("mcp")
    client.post("/mcp", content=b"{")
    client.get("/mcp")
    found = samples(client.get("/metrics").text)
    assert {key[2] for key in found if key[:2] == ("playback_requests_total", "/mcp")} == {"400", "405"}


def test_a_broken_index_counts_as_none(tmp_path: Path, encoder: Any) -> None:
    """Requests are told all the same: that is when somebody looks."""
    (tmp_path / "index").mkdir()
    (tmp_path / "index" / "current").write_text("7\n")
    with TestClient(create_app(Settings(home=tmp_path, metrics=True), encoder)) as client:
        client.get("/nowhere")
        found = samples(client.get("/metrics").text)
    assert found["playback_requests_total", "-", "404"] == 1
    assert found["playback_index_generation",] == 0


def test_before_the_first_index_it_counts_nothing(tmp_path: Path, encoder: Any) -> None:
    """A folder without an index has generation 0."""
    with TestClient(create_app(Settings(home=tmp_path / "none", metrics=True), encoder)) as client:
        found = samples(client.get("/metrics").text)
    assert (found["playback_index_generation",], found["playback_index_passages",]) == (0, 0)
