"""Who may ask: by name of the server, by number of requests, by token."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from api.app import create_app
from api.routes.response_schemas import ErrorResponse
from api.server.admission import OPEN, SAFE_METHODS
from api.settings import Settings
from tests.api.endpoints import endpoints

STRANGER = ("203.0.113.9", 4000)


@contextmanager
def client_of(
    home: Path, encoder: Any, address: tuple[str, int] = ("testclient", 50000), **settings: Any
) -> Iterator[TestClient]:
    app = create_app(replace(Settings(home=home), **settings), encoder)
    with TestClient(app, client=address) as client:
        yield client


def refused(response: Any, status: int, name: str) -> str:
    """The message of a refusal in the one shape, with the security headers."""
    assert response.status_code == status, response.text
    body = ErrorResponse.model_validate(response.json())
    assert (body.status_code, body.errors[0].error) == (status, name)
    assert response.headers["x-content-type-options"] == "nosniff"
    return body.errors[0].message


# --- the name of the server


def test_another_name_is_refused(served_home: Path, encoder: Any) -> None:
    """A page that gave its own name this server's address reads nothing, not even that it is there."""
    with client_of(served_home, encoder, hosts=("localhost",)) as client:
        for path in ("/healthcheck", "/api/episodes", "/nowhere", "/assets/x.css"):
            response = client.get(path, headers={"host": "evil.example", "accept": "application/json"})
            assert "PLAYBACK_HOSTS" in refused(response, 400, "HostUnknown")
        response = client.post("/feedback", headers={"host": "evil.example", "accept": "application/json"})
        refused(response, 400, "HostUnknown")
        assert client.get("/healthcheck", headers={"host": "localhost:8000"}).status_code == 200


def test_a_person_is_refused_by_a_page(served_home: Path, encoder: Any) -> None:
    """A browser is told so on a page."""
    with client_of(served_home, encoder, hosts=("localhost",)) as client:
        response = client.get("/", headers={"host": "evil.example", "accept": "text/html"})
    assert response.status_code == 400
    assert "does not accept that host name" in response.text


# --- how often


def test_the_rate_is_limited(served_home: Path, encoder: Any) -> None:
    """An address gets 120 answers a minute and then 429, with the standard headers on all of them."""
    with client_of(served_home, encoder, STRANGER) as client:
        found = [client.get("/healthcheck") for _ in range(121)]
    assert [response.status_code for response in found] == [200] * 120 + [429]
    assert [response.headers["ratelimit-remaining"] for response in found[:3]] == ["119", "118", "117"]
    last = found[-1]
    assert "120 requests" in refused(last, 429, "TooManyRequests")
    assert last.headers["ratelimit-limit"] == "120"
    assert last.headers["ratelimit-remaining"] == "0"
    assert 0 < int(last.headers["retry-after"]) == int(last.headers["ratelimit-reset"]) <= 60


def test_each_address_is_counted_by_itself(served_home: Path, encoder: Any) -> None:
    """One who asks too much keeps nobody else out; every kind of request counts but for styles and scripts."""
    app = create_app(Settings(home=served_home, rate=4), encoder)
    with TestClient(app, client=STRANGER) as client:
        assert client.get("/").status_code == 200
        assert client.post("/api/answers", json={"question": ""}).status_code == 422
        assert client.get("/nowhere").status_code == 404
        for _ in range(10):
            assert "ratelimit-limit" not in client.get("/assets/none.css").headers
        assert client.head("/").status_code == 200
        assert client.get("/").status_code == 429
        other = TestClient(app, client=("203.0.113.10", 1))
        assert other.get("/").headers["ratelimit-remaining"] == "3"


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_this_machine_is_not_limited(served_home: Path, encoder: Any, address: str) -> None:
    """Programs on this machine may ask as often as they like, and get no such headers."""
    with client_of(served_home, encoder, (address, 1), rate=3) as client:
        found = [client.get("/healthcheck") for _ in range(10)]
    assert {response.status_code for response in found} == {200}
    assert not [name for name in found[0].headers if name.startswith("ratelimit")]


def test_the_rate_can_be_switched_off(served_home: Path, encoder: Any) -> None:
    """PLAYBACK_RATE=0 limits nobody."""
    with client_of(served_home, encoder, STRANGER, rate=0) as client:
        assert {client.get("/nowhere").status_code for _ in range(130)} == {404}


# --- the token


def test_every_route_that_changes_something_is_open_on_purpose() -> None:
    """What is served without a token is what the issue names."""
    mutating = {(method, route.path) for route in endpoints() for method in route.methods - SAFE_METHODS}
    opened = {("POST", "/api/answers"), ("POST", "/api/quotes/verify"), ("POST", "/feedback")}
    assert opened | {("POST", "/lessons/review")} == OPEN  # its form holds the token
    assert mutating - OPEN == {("POST", "/api/lessons/{identifier}")}


def with_more_routes(settings: Settings, encoder: Any) -> FastAPI:
    """An app to which somebody added what changes something, in every way that there is."""
    app = create_app(settings, encoder)

    def changed() -> str:
        return "changed"

    app.add_api_route("/api/index/refresh", changed, methods=["POST", "GET"])
    app.add_api_route("/api/episodes/{identifier}", changed, methods=["DELETE", "PUT", "PATCH"])
    app.router.routes.append(Route("/raw", lambda request: PlainTextResponse("changed"), methods=["POST"]))
    app.mount("/below", Starlette(routes=[Route("/x", lambda request: PlainTextResponse("changed"), methods=["POST"])]))
    return app


CHANGES = [
    ("POST", "/api/index/refresh"),
    ("DELETE", "/api/episodes/x"),
    ("PUT", "/api/episodes/x"),
    ("PATCH", "/api/episodes/x"),
    ("POST", "/raw"),
    ("POST", "/below/x"),
]


@pytest.mark.parametrize(("method", "path"), CHANGES)
def test_a_new_route_that_changes_something_needs_the_token(
    served_home: Path, encoder: Any, method: str, path: str
) -> None:
    """Nobody has to remember to close it: without the right token it is 401, with it, it is reached."""
    json = {"accept": "application/json"}
    with TestClient(with_more_routes(Settings(home=served_home, token="a secret"), encoder)) as client:
        for wrong in ({}, {"authorization": "Bearer other"}, {"authorization": "Basic a secret"}):
            response = client.request(method, path, headers={**json, **wrong})
            refused(response, 401, "Unauthorized")
            assert response.headers["www-authenticate"] == "Bearer"
        assert "changed" in client.request(method, path, headers={"authorization": "Bearer a secret"}).text


@pytest.mark.parametrize(("method", "path"), CHANGES)
def test_without_a_token_nothing_can_be_changed(served_home: Path, encoder: Any, method: str, path: str) -> None:
    """The token is off by default: then what needs one is closed to everybody, and it is said what to set."""
    with TestClient(with_more_routes(Settings(home=served_home), encoder)) as client:
        for header in ({}, {"authorization": "Bearer None"}, {"authorization": "Bearer "}):
            response = client.request(method, path, headers={"accept": "application/json", **header})
            refused(response, 403, "Forbidden")
            assert "PLAYBACK_TOKEN" in response.text


def test_what_is_open_needs_no_token(served_home: Path, encoder: Any) -> None:
    """Reading, asking and checking are open where a token is set, as are refusals of what is not there."""
    with TestClient(with_more_routes(Settings(home=served_home, token="a secret"), encoder)) as client:
        assert client.get("/api/index/refresh").text == '"changed"'
        assert client.head("/").status_code == 200
        assert client.post("/api/answers", json={"question": "Who paid?"}).status_code == 200
        assert client.post("/api/quotes/verify", json={"text": "the harbour council paid"}).status_code == 200
        assert client.post("/feedback", headers={"accept": "application/json"}).status_code == 403
        assert client.post("/api/search").status_code == 405
        assert client.delete("/nowhere").status_code == 404


# --- scripts of other origins


def test_no_other_origin_may_read(served_home: Path, encoder: Any) -> None:
    """Without PLAYBACK_CORS there is no header that would let a script of another site read an answer."""
    origin = {"origin": "https://example.org", "access-control-request-method": "POST"}
    with client_of(served_home, encoder) as client:
        for response in (client.get("/api/episodes", headers=origin), client.options("/api/answers", headers=origin)):
            assert not [name for name in response.headers if name.startswith("access-control")]


def test_named_origins_may_read(served_home: Path, encoder: Any) -> None:
    """Those of PLAYBACK_CORS may, and no other; cookies never."""
    with client_of(served_home, encoder, cors=("https://example.org",)) as client:
        named = client.get("/api/episodes", headers={"origin": "https://example.org"})
        other = client.get("/api/episodes", headers={"origin": "https://evil.example"})
        asked = client.options(
            "/api/answers",
            headers={
                "origin": "https://example.org",
                "access-control-request-method": "POST",
                "access-control-request-headers": "content-type",
            },
        )
    assert named.headers["access-control-allow-origin"] == "https://example.org"
    assert "access-control-allow-credentials" not in named.headers
    assert "access-control-allow-origin" not in other.headers
    assert (asked.status_code, asked.headers["access-control-allow-origin"]) == (200, "https://example.org")
