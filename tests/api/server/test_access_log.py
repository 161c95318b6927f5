"""One line for each request, and nothing of what was asked."""

import logging
import re
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.routes import search_page
from api.settings import Settings

SECRET = "kumquat"


@pytest.fixture
def logged(served_home: Path, encoder: Any, caplog: pytest.LogCaptureFixture) -> Any:
    """Send requests, and return the lines of the access log and the whole log."""

    def lines(*requests: tuple[str, str, dict[str, Any]], **settings: Any) -> tuple[list[str], str]:
        with (
            caplog.at_level(logging.INFO),
            TestClient(
                create_app(Settings(home=served_home, **settings), encoder), raise_server_exceptions=False
            ) as client,
        ):
            for method, path, more in requests:
                client.request(method, path, **more)
        found = [record.getMessage() for record in caplog.records if record.name == "api.server.access_log"]
        # The test client's own line about what it sent is none of the server's.
        others = [record for record in caplog.records if not record.name.startswith("httpx")]
        return found, "\n".join(logging.Formatter().format(record) for record in others)

    return lines


def test_a_line_says_method_route_status_and_time(logged: Any) -> None:
    """The route is its template, so that addresses of one kind can be counted."""
    found, _ = logged(
        ("GET", "/", {}),
        ("HEAD", "/episodes/harbour-1-aaaa", {}),
        ("POST", "/api/answers", {"json": {"question": "Who paid?"}}),
        ("POST", "/api/answers", {"json": {"question": ""}}),
        ("GET", "/nowhere/at/all", {}),
        ("GET", "/api/quotes/none", {}),
    )
    assert [re.sub(r"\d+ ms$", "n ms", line) for line in found] == [
        "GET / 200 n ms",
        "HEAD /episodes/{identifier} 200 n ms",
        "POST /api/answers 200 n ms",
        "POST /api/answers 422 n ms",
        "GET - 404 n ms",
        "GET /api/quotes/{identifier} 404 n ms",
    ]


def test_questions_are_not_logged(logged: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Answered, refused, not found, or failed: no line of any logger at INFO holds a word of what was asked."""

    def failing(*_: object) -> None:
        raise RuntimeError("unforeseen")

    monkeypatch.setattr(search_page, "gather", failing)
    found, everything = logged(
        ("GET", f"/?q={SECRET}&after={SECRET}", {}),
        ("GET", f"/?q={SECRET}&since={SECRET}", {}),
        ("GET", f"/search?q={SECRET}", {}),
        ("GET", f"/api/search?q={SECRET}&k=0&speaker={SECRET}", {}),
        ("GET", f"/api/search.csv?q={SECRET}&speaker={SECRET}", {}),
        ("GET", f"/episodes?q={SECRET}", {}),
        ("GET", f"/{SECRET}?q={SECRET}", {}),
        ("POST", "/api/answers", {"json": {"question": SECRET, "history": [{"question": SECRET}]}}),
        ("POST", "/api/answers", {"json": {"question": SECRET * 1000}}),
        ("POST", "/api/answers", {"json": {"question": [SECRET]}}),
        ("POST", "/api/answers", {"content": SECRET}),
        ("POST", "/api/quotes/verify", {"json": {"text": f"{SECRET} {SECRET} {SECRET}"}}),
        ("POST", "/feedback", {"content": f"q={SECRET}", "headers": {"sec-fetch-site": "same-origin"}}),
    )
    assert len(found) == 13
    assert " 500 " in everything
    assert "unforeseen" in everything
    assert SECRET not in everything


def test_refusals_before_the_routes_are_logged(logged: Any) -> None:
    """A host that is not served has its line too."""
    found, _ = logged(("GET", "/healthcheck", {}), hosts=("localhost",))
    assert re.fullmatch(r"GET - 400 \d+ ms", found[0])
