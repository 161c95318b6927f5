"""Canary values in keys and addresses: they are sent where they belong, and stand in no log, error or page."""

import json
import logging
import re
from collections.abc import Iterator
from dataclasses import replace
from html import escape
from pathlib import Path

import httpx
import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.cli import main
from api.settings import Settings
from index.models.encoder import Encoder
from ingest.errors import SourceError
from ingest.fetch.client import FetchLimits, download, fetch, open_client
from ingest.library.records import feeds
from ingest.sources import refresh_feed, register_source
from ingest.text.urls import shown_address, without_credentials
from tests.api.endpoints import endpoints
from tests.api.scripted_model import hangs_up, says, scripted_model, sends
from tests.parts import one_in
from tests.safety.lying import LIES, Asked, lying, redirects
from tests.safety.lying import says as replies

SECRET = "canary-7c9e6679"
QUICK = FetchLimits(seconds=1.0, rate=20_000.0, window=0.2, attempts=2, backoff=0.0, longest_wait=1.0)
QUESTION = "Which council paid for the lighthouse database?"


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """Everything that any library logs, from DEBUG on."""
    with caplog.at_level(logging.DEBUG):
        for name in ("api", "index", "ingest", "httpx", "httpcore", "openai"):
            caplog.set_level(logging.DEBUG, name)
        yield caplog


def logged(log: pytest.LogCaptureFixture) -> str:
    return "\n".join(f"{record.getMessage()} {record.exc_info}" for record in log.records)


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        (f"https://ada:{SECRET}@pods.example/feed", "https://pods.example/feed"),
        (f"https://{SECRET}@pods.example/feed", "https://pods.example/feed"),
        (f"https://ada:{SECRET}@{SECRET}@pods.example/feed", "https://pods.example/feed"),
        (f"https://ada:{SECRET}#{SECRET}@pods.example/feed", "https://pods.example/feed"),
        (f"https://ada:{SECRET}?{SECRET}@pods.example/feed", "https://pods.example/feed"),
        (f"https://pods.example/feed?token={SECRET}", "https://pods.example/feed?…"),
        (f"https://pods.example/feed#{SECRET}", "https://pods.example/feed"),
        (f"https://pods.example?for=ada@{SECRET}.example", "https://pods.example?…"),
        (f"https://ada@pods.example#ada@{SECRET}", "https://pods.example"),
        (f"https://ada:{SECRET}/{SECRET}@pods.example/feed", "https://…"),
        (f"https://ada:12/{SECRET}@pods.example/feed", "https://…"),
        (f"https://ada:{SECRET}", "https://…"),
        ("https://pods.example/@ada/feed", "https://pods.example/@ada/feed"),
        ("https://pods.example:8443/feed", "https://pods.example:8443/feed"),
        ("https://pods.example/a:b", "https://pods.example/a:b"),
        ("https://[::1]:80/feed", "https://[::1]:80/feed"),
        ("https://pods.example/\x1b[2J\nfeed", "https://pods.example/[2Jfeed"),
        ("shows/what? @ #1.xml", "shows/what? @ #1.xml"),
    ],
)
def test_an_address_is_shown_without_its_secrets(address: str, shown: str) -> None:
    """Messages name host and path; a password that was typed as it is, with signs that end it, is left out too."""
    assert shown_address(address) == shown


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("https://pods.example?for=ada@bo.example", "https://pods.example?for=ada@bo.example"),
        (f"https://ada:{SECRET}@pods.example?for=ada@bo", "https://pods.example?for=ada@bo"),
        ("https://pods.example/feed?for=ada@bo", "https://pods.example/feed?for=ada@bo"),
        (f"https://ada:{SECRET}?{SECRET}@pods.example/feed?for=ada@bo", "https://pods.example/feed?for=ada@bo"),
    ],
)
def test_only_name_and_password_are_taken_from_an_address(address: str, kept: str) -> None:
    """An "@" in the query is none of them, also where no path stands before it."""
    assert without_credentials(address) == kept


@pytest.mark.parametrize("name", one_in(4, (name for name in LIES if "without" not in name)))
def test_no_failure_of_a_feed_tells_its_password(
    name: str, log: pytest.LogCaptureFixture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the server does, neither the error nor what the HTTP libraries log at their most talkative has it."""
    with lying(LIES[name][0]) as server, open_client(frozenset({f"127.0.0.1:{server.port}"})) as client:
        address = f"http://ada:{SECRET}@127.0.0.1:{server.port}/feed.xml"
        for get in (fetch, lambda url, **how: download(url, tmp_path / "x", **how)):
            try:
                get(address, client=client, limits=replace(QUICK, size=200_000))
            except SourceError as error:
                assert SECRET not in str(error)
    assert SECRET not in logged(log)


def test_a_password_is_sent(log: pytest.LogCaptureFixture) -> None:
    """It goes to its own server, after a redirect there as well, as it was typed (percent signs decoded)."""
    with (
        lying(
            lambda asked: (redirects("/new") if asked.nth == 0 else replies("Content-Length: 1", body=b"x"))(asked)
        ) as server,
        open_client(frozenset({"127.0.0.1"})) as client,
    ):
        assert (
            fetch(
                f"http://ada:p%40ss@127.0.0.1:{server.port}/",
                client=client,
                limits=replace(QUICK, seconds=60.0, window=30.0),
            ).data
            == b"x"
        )
    assert [asked.headers.get("authorization") for asked in server.requests] == ["Basic YWRhOnBAc3M="] * 2
    assert "p@ss" not in logged(log)
    assert "p%40ss" not in logged(log)


_ADA = "Basic YWRhOmNhbmFyeS03YzllNjY3OQ=="


@pytest.mark.parametrize(
    ("location", "sent"),
    [
        ("/new", _ADA),
        ("new?x=1", _ADA),
        ("//pods.example/new", _ADA),
        ("https://pods.example/new", _ADA),
        ("https://PODS.example:443/new", _ADA),
        ("https://@pods.example/new", _ADA),
        ("https://eve:other@pods.example/new", "Basic ZXZlOm90aGVy"),
        ("http://pods.example/new", None),
        ("https://pods.example:8443/new", None),
        ("https://pods.example./new", None),
        ("https://www.pods.example/new", None),
        ("https://pods.example.evil.example/new", None),
        ("https://evil.example/new", None),
        ("https://evil.example/@pods.example/new", None),
        ("https://pods.example@evil.example/new", "Basic cG9kcy5leGFtcGxlOg=="),
        ("//evil.example/new", None),
        ("\\\\evil.example/new", _ADA),  # no other host to us: a path of the same one
    ],
)
def test_a_redirect_keeps_a_password_to_its_origin(location: str, sent: str | None, tmp_path: Path) -> None:
    """On the same scheme, host and port it is sent again and kept in the address; anywhere else it never is."""
    asked: list[httpx.Request] = []

    def server(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        if len(asked) % 2:
            return httpx.Response(301, headers={"Location": location})
        return httpx.Response(200, content=b"x", headers={"Content-Length": "1"})

    with httpx.Client(transport=httpx.MockTransport(server)) as client:
        found = fetch(f"https://ada:{SECRET}@pods.example/feed", client=client)
        download(f"https://ada:{SECRET}@pods.example/feed", tmp_path / "x", client=client)
    assert [request.headers.get("authorization") for request in asked] == [_ADA, sent] * 2
    assert (SECRET in found.url) == (sent == _ADA)


def test_a_password_does_not_come_back() -> None:
    """What left its origin is a stranger's request, wherever that leads."""
    there = iter(["https://evil.example/", "https://pods.example/private", None])
    asked: list[httpx.Request] = []

    def server(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        location = next(there)
        return httpx.Response(302, headers={"Location": location}) if location else httpx.Response(200, content=b"x")

    with httpx.Client(transport=httpx.MockTransport(server)) as client:
        fetch(f"https://ada:{SECRET}@pods.example/feed", client=client)
    assert [request.headers.get("authorization") for request in asked] == [_ADA, None, None]


@pytest.mark.parametrize("form", ["{}#x", "{}?x", "{}/x", "{}@x", "{}:x", "[{}", "12/{}"])
def test_a_password_that_was_typed_as_it_is_stays_untold(form: str, log: pytest.LogCaptureFixture) -> None:
    """Signs that end a host make no address of it, and the message about that does not repeat it."""
    with open_client() as client, pytest.raises(SourceError) as error:
        fetch(f"http://ada:{form.format(SECRET)}@192.0.2.1:9/feed", client=client, limits=QUICK)
    assert SECRET not in str(error.value)
    assert SECRET not in logged(log)


@pytest.mark.parametrize(
    "reply",
    [says(f"The harbour council paid for the lighthouse database, {SECRET} [1]."), says(f"{SECRET}"), hangs_up,
     sends(json.dumps({"error": {"message": SECRET}}), 401), sends(SECRET, 500), sends("", 307, Location=f"/{SECRET}"),
     sends("{}", 429)],
)  # fmt: skip
def test_the_key_of_the_model_stays_with_it(
    reply: object, served_home: Path, encoder: Encoder, log: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Right or wrong, echoed or not: the key is in the header of the request and nowhere else."""
    monkeypatch.setenv("NO_PROXY", "*")
    with scripted_model() as script:
        script.reply = reply  # type: ignore[assignment]
        home = Settings(home=served_home, llm_url=script.url, llm_model="m", llm_key=SECRET)
        with TestClient(create_app(home, encoder), raise_server_exceptions=False) as client:
            answer = client.post("/api/answers", json={"question": QUESTION}).text
            answer += client.get("/", params={"q": QUESTION}).text
        assert script.headers
        assert {headers["authorization"] for headers in script.headers} == {f"Bearer {SECRET}"}
        assert SECRET not in json.dumps(script.requests)
    assert SECRET not in answer
    assert SECRET not in "".join(found for found in logged(log).splitlines() if "receive_response" not in found)


def test_the_password_of_the_model_stays_with_it(
    served_home: Path, encoder: Encoder, log: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name and password in PLAYBACK_LLM_URL are sent as such, and logged by nobody."""
    monkeypatch.setenv("NO_PROXY", "*")
    with scripted_model() as script:
        address = script.url.replace("http://", f"http://ada:{SECRET}@")
        settings = Settings(home=served_home, llm_url=address, llm_model="m")
        with TestClient(create_app(settings, encoder)) as client:
            assert SECRET not in client.post("/api/answers", json={"question": QUESTION}).text
        assert script.headers[0]["authorization"].startswith("Basic ")
    assert SECRET not in logged(log)


def test_no_page_or_error_tells_a_setting(served_home: Path, encoder: Encoder, log: pytest.LogCaptureFixture) -> None:
    """Every route, right and wrong: neither the key, nor the model's address, nor a path of this machine."""
    settings = Settings(
        home=served_home,
        llm_url=f"http://ada:{SECRET}@127.0.0.1:9/v1",
        llm_model="m",
        llm_key=SECRET,
        models=Path(f"/{SECRET}"),
    )
    with TestClient(create_app(settings, encoder), raise_server_exceptions=False) as client:
        for path in {route.path for route in endpoints()} | {"/openapi.json", "/nowhere"}:
            for identifier in ("harbour-1-aaaa", "none"):
                address = re.sub(
                    r"\{[^}]*\}", "x", path.replace("{identifier}", identifier).replace("{extension}", "json")
                )
                for method in ("GET", "POST", "PUT", "DELETE"):
                    response = client.request(method, address, params={"q": ""})
                    told = response.text + json.dumps(dict(response.headers))
                    assert SECRET not in told, (method, address)
                    assert str(served_home) not in told, (method, address)
                    assert "Traceback" not in told, (method, address)
    assert SECRET not in logged(log)


_NOTES = (
    "<p>Mina Calder:</p><p>Words that go on for a while, to be worth it.</p>"
    "<p>Tobias Renn:</p><p>I answer them, and then some more, and more.</p>"
)
_FEED = (
    "<rss version='2.0'><channel><title>A show</title><item><title>Nothing in it</title></item>"
    f"<item><title>Talk</title><guid>1</guid><description>{escape(_NOTES)}</description></item></channel></rss>"
).encode()


@pytest.mark.parametrize("body", [_FEED, b"<rss version='2.0'><channel/></rss>", b"no feed"])
def test_the_command_line_tells_no_password(
    body: bytes, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What `ingest` prints and logs of a feed's problems names its address without password and query."""
    monkeypatch.setenv("PLAYBACK_LOG", "debug")
    with lying(replies(f"Content-Length: {len(body)}", body=body)) as server:
        address = f"http://ada:{SECRET}@127.0.0.1:{server.port}/feed.xml?token={SECRET}"
        main(["--home", str(tmp_path), "ingest", address, "--no-audio", "--no-index", "--allow-host", "127.0.0.1"])
    printed = capfd.readouterr()
    assert "feed.xml" in printed.out + printed.err
    assert SECRET not in printed.out + printed.err


def test_a_private_feed_that_moved_is_asked_with_its_password(tmp_path: Path) -> None:
    """For good within its origin: a refresh asks there, with the password; a feed that names itself is at home."""
    own = b"<itunes:new-feed-url>http://127.0.0.1:PORT/new</itunes:new-feed-url>"
    named = _FEED.replace(b"<title>A show", own + b"<title>A show")
    named = named.replace(b"<rss ", b"<rss xmlns:itunes='http://www.itunes.com/dtds/podcast-1.0.dtd' ")

    def serve(asked: Asked) -> None:
        body = named.replace(b"PORT", str(asked.port).encode())
        if asked.headers.get("authorization") != _ADA:
            replies("Content-Length: 0", status="401 Who")(asked)
        elif asked.path == "/old":
            replies("Location: /new", "Content-Length: 0", status="308 Moved")(asked)
        else:
            replies(f"Content-Length: {len(body)}", body=body)(asked)

    with lying(serve) as server:
        allow = frozenset({"127.0.0.1"})
        source = register_source(f"http://ada:{SECRET}@127.0.0.1:{server.port}/old", tmp_path, allow)
        (feed,) = feeds(tmp_path)
        assert refresh_feed(feed, tmp_path, allow).episodes == source.episodes
    assert [asked.path for asked in server.requests] == ["/old", "/new", "/new"]
    assert not [line for line in source.problems if "moved" in line]
