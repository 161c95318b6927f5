"""What holds for every response of the server: the security headers, word for word."""

import re
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.routes import ask_page
from api.settings import Settings
from tests.api.endpoints import endpoints

EXACT = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self' https:; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
# Framed by other sites on purpose, with a policy of its own and no script.
FRAMED = EXACT | {
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; media-src 'self' https:; "
        "form-action 'none'; frame-ancestors *; base-uri 'none'"
    )
}


def expected(path: str) -> dict[str, str]:
    return FRAMED if path.startswith("/embed/") else EXACT


def guarded(response: Any) -> dict[str, str]:
    assert not [name for name in EXACT if len(response.headers.get_list(name)) != 1]
    return {name: response.headers[name] for name in EXACT}


@pytest.mark.parametrize("identifier", ["harbour-1-aaaa", "harbour-1-aaaa.1m.c.vgvj78gos6", "none"])
@pytest.mark.parametrize("path", sorted({route.path for route in endpoints()} | {"/nowhere", "/openapi.json"}))
def test_every_route_carries_the_headers(client: TestClient, path: str, identifier: str) -> None:
    """Whatever is asked of a route, found or not, by the right method or not, the headers are exactly these."""
    address = re.sub(r"\{identifier\}", identifier, path).replace("{extension}", "json")
    address = re.sub(r"\{[^}]*\}", "x", address)
    for method in ("GET", "HEAD", "POST", "OPTIONS"):
        if path.startswith("/embed/") and method in ("POST", "OPTIONS"):
            continue  # refused before the route is reached
        assert guarded(client.request(method, address)) == expected(path), method


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/api/episodes/harbour-1-aaaa/audio", {"range": "bytes=0-9"}, 206),
        ("/api/episodes/harbour-1-aaaa/audio", {"range": "bytes=99999999-"}, 416),
        ("/?q=", {"accept": "text/html"}, 422),
        ("/", {"accept-encoding": "gzip"}, 200),
    ],
)
def test_odd_responses_carry_them_too(client: TestClient, path: str, headers: dict[str, str], status: int) -> None:
    """Parts, refusals and compressed pages have them too."""
    response = client.get(path, headers=headers)
    assert response.status_code == status
    assert guarded(response) == EXACT


def test_streams_refused_bodies_and_failures_carry_them_too(
    served_home: Any, encoder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An answer in events, a body that is too long, and a failure nobody foresaw have them as well."""

    def failing(*_: object) -> None:
        raise RuntimeError("unforeseen")

    monkeypatch.setattr(ask_page, "ask", failing)
    with TestClient(create_app(Settings(home=served_home), encoder), raise_server_exceptions=False) as client:
        stream = client.post("/api/answers", json={"question": "Who paid?"}, headers={"accept": "text/event-stream"})
        refused = client.post("/api/answers", content=b"x" * 70_000, headers={"content-type": "application/json"})
        failed = client.get("/?q=x")
    assert (stream.status_code, refused.status_code, failed.status_code) == (200, 413, 500)
    for response in (stream, refused, failed):
        assert guarded(response) == EXACT


def test_no_policy_allows_what_stands_in_a_page() -> None:
    """No directive lets inline or evaluated script or style run, or anything be loaded from anywhere but media."""
    for policy in (EXACT, FRAMED):
        directives = dict(part.split(" ", 1) for part in policy["content-security-policy"].split("; "))
        assert "unsafe" not in policy["content-security-policy"]
        assert directives["default-src"] == "'none'"
        assert "https:" not in directives.get("script-src", "")
        assert directives["media-src"] == "'self' https:"
