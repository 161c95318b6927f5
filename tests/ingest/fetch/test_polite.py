"""A guest on other sites: robots.txt is obeyed, and no host is asked more often than once a second."""

from collections.abc import Callable
from dataclasses import replace

import httpx
import pytest

from ingest.errors import SourceError
from ingest.fetch import polite
from ingest.fetch.polite import Guest, visit

Answer = Callable[[httpx.Request], httpx.Response]


class Clock:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.time = 0.0

    def sleep(self, seconds: float) -> None:
        self.time += seconds

    def now(self) -> float:
        return self.time


def guest_of(answer: Answer) -> tuple[Guest, list[tuple[float, str]], Clock]:
    """A guest whose requests are answered so, and when it asked for what."""
    clock = Clock()
    asked: list[tuple[float, str]] = []

    def answered(request: httpx.Request) -> httpx.Response:
        asked.append((clock.time, str(request.url)))
        return answer(request)

    client = httpx.Client(transport=httpx.MockTransport(answered))
    return Guest(client, clock.sleep, clock.now), asked, clock


def robots(text: str, status: int = 200) -> Answer:
    """A site with this robots.txt, whose other pages are all there."""
    return lambda request: (
        httpx.Response(status, text=text) if request.url.path == "/robots.txt" else httpx.Response(200, text="a page")
    )


def test_a_host_is_asked_once_a_second_and_others_meanwhile() -> None:
    """robots.txt counts too, and is read once."""
    guest, asked, _ = guest_of(robots("", 404))
    for url in ("https://a.example/1", "https://a.example/2", "https://b.example/1", "https://a.example/3"):
        assert visit(guest, url).data == b"a page"
    assert asked == [
        (0.0, "https://a.example/robots.txt"),
        (1.0, "https://a.example/1"),
        (2.0, "https://a.example/2"),
        (2.0, "https://b.example/robots.txt"),
        (3.0, "https://b.example/1"),
        (3.0, "https://a.example/3"),
    ]


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        ("", True),
        ("User-agent: *\nDisallow: /private", True),
        ("User-agent: *\nDisallow: /posts", False),
        ("User-agent: other\nDisallow: /", True),
        ("User-agent: gds-playback\nDisallow: /\n\nUser-agent: *\nAllow: /", False),
    ],
)
def test_robots_are_obeyed(text: str, allowed: bool) -> None:
    """By our own name, else by the rules for all; what is forbidden is not asked for."""
    guest, asked, _ = guest_of(robots(text))
    if allowed:
        visit(guest, "https://a.example/posts/1")
    else:
        with pytest.raises(SourceError, match="asks programs not to read it"):
            visit(guest, "https://a.example/posts/1")
    assert len(asked) == 1 + allowed


@pytest.mark.parametrize(("status", "allowed"), [(404, True), (410, True), (403, True), (500, False), (429, False)])
def test_without_robots_all_is_allowed_and_without_an_answer_nothing(
    status: int, allowed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """RFC 9309: a refusal means that there are no rules, a failure that nobody knows them."""
    monkeypatch.setattr(polite, "_ROBOTS_LIMITS", replace(polite.PAGE_LIMITS, backoff=0.0))
    guest, asked, _ = guest_of(robots("", status))
    if allowed:
        visit(guest, "https://a.example/1")
    else:
        with pytest.raises(SourceError, match=rf"/1: what its host allows is not known: .*/robots.txt: .*{status}"):
            visit(guest, "https://a.example/1")
    assert ("https://a.example/1" in [url for _, url in asked]) is allowed


def test_a_host_that_cannot_be_reached_forbids_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The reason is that it cannot be reached, for each of its pages; it is asked for robots.txt only."""
    monkeypatch.setattr(polite, "_ROBOTS_LIMITS", replace(polite.PAGE_LIMITS, attempts=1))

    def answer(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("no route to host", request=request)

    guest, asked, _ = guest_of(answer)
    for url in ("https://a.example/1", "https://a.example/2"):
        with pytest.raises(SourceError, match=r"/robots.txt: cannot be reached \(no route to host\)"):
            visit(guest, url)
    assert [url for _, url in asked] == ["https://a.example/robots.txt"]


def test_a_longer_pause_is_kept() -> None:
    """Crawl-delay counts, up to a minute."""
    guest, asked, _ = guest_of(robots("User-agent: *\nCrawl-delay: 7"))
    visit(guest, "https://a.example/1")
    visit(guest, "https://a.example/2")
    assert [time for time, _ in asked][1:] == [1.0, 8.0]


@pytest.mark.parametrize("url", ["https://[", "ftp://a.example/x", "https://"])
def test_odd_addresses_are_refused(url: str) -> None:
    """One line."""
    guest, _, _ = guest_of(robots("", 404))
    with pytest.raises(SourceError):
        visit(guest, url)


def test_where_a_redirect_leads_is_asked_as_a_page() -> None:
    """Its host's robots.txt and pace count, and what is forbidden there is not asked for."""

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/robots.txt":
            return httpx.Response(200, text="User-agent: *\nDisallow: /private")
        leads = {"/1": "/2", "/2": "https://b.example/page", "/3": "https://b.example/private", "/4": "/4"}
        if (to := leads.get(request.url.path)) is not None:
            return httpx.Response(302, headers={"Location": to})
        return httpx.Response(200, text="a page")

    guest, asked, _ = guest_of(answer)
    found = visit(guest, "https://a.example/1")
    assert (found.data, found.url) == (b"a page", "https://b.example/page")
    assert asked == [
        (0.0, "https://a.example/robots.txt"),
        (1.0, "https://a.example/1"),
        (2.0, "https://a.example/2"),
        (2.0, "https://b.example/robots.txt"),
        (3.0, "https://b.example/page"),
    ]
    with pytest.raises(SourceError, match=r"b\.example/private: its robots.txt asks programs not to read it"):
        visit(guest, "https://a.example/3")
    assert "https://b.example/private" not in [url for _, url in asked]
    with pytest.raises(SourceError, match="redirects more than 5 times"):
        visit(guest, "https://a.example/4")
