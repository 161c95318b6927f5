"""Which route is open to everybody; a new one fails here until somebody has decided."""

import ast
import importlib.metadata
import inspect
import sys
from collections import Counter
from itertools import product
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient
from starlette.types import Message

from api.app import create_app
from api.server.admission import OPEN, OPEN_WITHOUT_TOKEN, SAFE_METHODS, is_bearer_of, is_token
from api.settings import Settings
from ingest.errors import ModelMissing
from tests.api.endpoints import endpoints
from tests.parts import one_in

METHODS = ("POST", "PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "PROPFIND", "QUERY", "post", "get", "P\u00d6ST")
# Other spellings of a path that a router, a proxy or a careless check might take for the same.
SPELLINGS = ("{}", "{}/", "/{}", "{}?x=1", "{};x", "{}%00", "{}/..", "/x/..{}")
UNKNOWN = ("/nowhere", "/api", "/api/", "/admin", "/feedback/1", "/api/answers/1", "/.git/config", "/api/tokens", "//")
TOKENS = ({}, {"authorization": "Bearer wrong"}, {"authorization": "Bearer "}, {"authorization": "Basic c2VjcmV0"})
RIGHT_TOKEN = {"authorization": "Bearer secret"}
DECIDED = "/api/lessons/"  # What follows it may be decided on with the right token.


def test_only_these_routes_take_more_than_a_look() -> None:
    """Every other route only reads; one that changes something must be named here, or need a token.

    The form of the review holds the token, and its route refuses it without.
    """
    found = {(method, route.path) for route in endpoints() for method in route.methods - SAFE_METHODS}
    opened = {("POST", "/api/answers"), ("POST", "/api/quotes/verify"), ("POST", "/feedback")}
    assert opened | {("POST", "/lessons/review")} == OPEN
    assert found - OPEN == {("POST", f"{DECIDED}{{identifier}}")}
    # Its tools only read (tests/api/mcp), but a token that is set is asked for (tests/api/mcp/test_doors.py).
    assert {("POST", "/mcp")} == OPEN_WITHOUT_TOKEN


def test_the_app_has_no_route_that_no_file_names(served_home, encoder) -> None:
    """Nothing is mounted past the files under api/routes but the description of the interface, and api/mcp."""
    app = create_app(Settings(home=served_home), encoder)
    named = {route.path for route in endpoints()} | {"/openapi.json", "/mcp"}
    assert {getattr(route, "path", "?") for route in app.routes} - named <= {"?"}


def paths() -> list[str]:
    """Every address of the server with an episode that is there, in every spelling, and some that are none."""
    known = {
        route.path.replace("{identifier}", "harbour-1-aaaa").replace("{extension}", "json") for route in endpoints()
    }
    known = {path.partition("{")[0] + "x" if "{" in path else path for path in known}
    return [spelling.format(path) for path in sorted(known) for spelling in SPELLINGS] + list(UNKNOWN)


@pytest.fixture
def reached(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The handlers that requests come to; each only says so and fails."""
    found: list[str] = []

    async def run(*, dependant: Any, **_: Any) -> None:
        found.append(dependant.call.__name__)
        raise RuntimeError("reached")

    monkeypatch.setattr("fastapi.routing.run_endpoint_function", run)
    return found


def client_of(home: Path, encoder: Any, token: str | None) -> TestClient:
    return TestClient(create_app(Settings(home=home, token=token, rate=0), encoder), raise_server_exceptions=False)


async def status_of(app: FastAPI, method: str, path: str, headers: dict[str, str]) -> int:
    """The status of one request, sent as it stands: an HTTP client would tidy its path and method first."""
    sent: list[Message] = []
    target, _, query = path.partition("?")

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    await app(
        {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": unquote(target),
            "raw_path": target.encode(),
            "query_string": query.encode(),
            "root_path": "",
            "headers": [(b"host", b"testserver"), *((name.encode(), text.encode()) for name, text in headers.items())],
            "client": ("203.0.113.9", 1),
            "server": ("testserver", 80),
            "state": {},
        },
        receive,
        send,
    )
    return int(sent[0]["status"])


@pytest.mark.parametrize("every", one_in(2, [5, 1]), ids=["some paths", "all paths"])
@pytest.mark.parametrize("token", [None, "secret"])
def test_every_other_method_and_path_is_refused(served_home, encoder, token, every, reached) -> None:
    """Whatever is not open: 401, 403, 404 or 405, with and without a token, and no handler is ever reached.

    Only a decision with the right token gets as far as its empty body: 422.
    """
    app = create_app(Settings(home=served_home, token=token, rate=0), encoder)
    statuses: Counter[int] = Counter()

    async def ask_all() -> None:
        for path, method in product(paths()[::every], METHODS):
            if (method, path.partition("?")[0]) in OPEN:
                continue
            for headers in (*TOKENS, RIGHT_TOKEN):
                status = await status_of(app, method, path, headers)
                decides = token and method == "POST" and path.startswith(DECIDED) and headers == RIGHT_TOKEN
                assert status in {401, 403, 404, 405} | ({422} if decides else set()), (method, path, headers, status)
                assert reached == [], (method, path, headers)
                statuses[status] += 1

    with TestClient(app) as client:
        assert client.portal is not None
        client.portal.call(ask_all)
    sys.stdout.write(f"\n{statuses.total()} requests: {dict(statuses)}\n")
    assert statuses.total() > 5_000 // every


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/", None),
        ("HEAD", "/", None),
        ("GET", "/api/episodes", None),
        ("GET", "/healthcheck", None),
        ("POST", "/api/answers", {"question": "Who paid?"}),
        ("POST", "/api/quotes/verify", {"text": "the council paid for it"}),
    ],
)
def test_what_is_open_is_reached(served_home, encoder, reached, method, path, body) -> None:
    """The watch works: reading, asking and checking do reach their handlers without any token."""
    with client_of(served_home, encoder, "secret") as client:
        client.request(method, path, json=body)
    assert reached


def test_tokens_are_compared_in_constant_time() -> None:
    """The token meets what was sent in `hmac.compare_digest` alone, never in a comparison that ends early."""
    tree = ast.parse(inspect.getsource(is_token) + inspect.getsource(is_bearer_of))
    compared = [ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Compare)]
    assert not [line for line in compared if "token" in line or "given" in line]
    assert "compare_digest" in ast.unparse(tree)


def test_an_app_with_a_known_hole_is_not_built(served_home, encoder, monkeypatch) -> None:
    """However it is started: the versions are asked where the app is made, not only by the command line."""
    installed = importlib.metadata.version
    monkeypatch.setattr(importlib.metadata, "version", lambda name: "1.0.0" if name == "starlette" else installed(name))
    with pytest.raises(ModelMissing, match=r"starlette 1\.0\.0 has a known vulnerability"):
        create_app(Settings(home=served_home), encoder)


def test_a_path_writes_no_line_into_the_log(served_home, encoder, caplog) -> None:
    """Line ends and orders to a terminal in an address are left out of what is logged of a failure."""
    app = create_app(Settings(home=served_home), encoder)

    def fails(rest: str) -> None:
        raise RuntimeError("broken")

    app.add_api_route("/broken/{rest}", fails)
    with TestClient(app, raise_server_exceptions=False) as client:
        assert client.get("/broken/x%0d%0aERROR%20forged%1b%5b31m").status_code == 500
    (line,) = [record.getMessage() for record in caplog.records if record.name == "api.server.refusals"]
    assert line == "GET /broken/xERROR forged[31m failed"
