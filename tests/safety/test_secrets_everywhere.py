"""One canary password in every address of a feed, taken through every command and every route: it is told by none."""

import json
import logging
import re
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.cli import main
from api.settings import Settings
from api.terminal import maintenance
from index.maintenance import doctor as index_doctor
from index.models.encoder import Encoder
from ingest.errors import ModelMissing
from ingest.library.records import episode_ids, feeds
from tests.api.endpoints import endpoints
from tests.api.scripted_model import says, scripted_model
from tests.safety.lying import Asked, lying
from tests.safety.lying import says as replies

SECRET = "canary-51f0c3a8"
RECORDING = next(iter(sorted((Path(__file__).parents[2] / "data" / "sample").glob("*.mp3"))))
QUESTION = "How long does it take until the kettle boils?"
TURNS = (
    "<p><strong>Ann Smith:</strong> Hello and welcome to the tea show, I am Ann Smith.</p>"
    "<p><strong>Bob Jones:</strong> Thank you. For {0} everybody needs a kettle, I always say, and a cup.</p>"
    "<p><strong>Ann Smith:</strong> How long does it take until the kettle boils?</p>"
    "<p><strong>Bob Jones:</strong> About four minutes, if nobody has filled the kettle of {0} to the brim.</p>"
)


def feed_of(port: int) -> bytes:
    """A feed whose every address holds the password: recordings, captions, pictures, pages, and where it moved to."""
    base = f"http://ada:{SECRET}@127.0.0.1:{port}"
    items = [
        f"<enclosure url='{base}/{name}.mp3' type='audio/mpeg'/><link>{base}/page</link>"
        f"<podcast:transcript url='{base}/{name}.vtt' type='text/vtt'/><itunes:image href='{base}/{name}.png'/>"
        f"<podcast:license url='{base}/licence'>cc-by</podcast:license>"
        for name in ("whole", "missing", "page", "alone/missing", "alone/page")
    ]
    items += [
        f"<enclosure url='{address}' type='audio/mpeg'/>"
        for address in (
            f"ftp://ada:{SECRET}@pods.example/a.mp3",
            f"http://ada:{SECRET}/x@pods.example/a.mp3",
            f"http://ada:{SECRET}@[pods.example/a.mp3",
            f"http://ada:{SECRET}@pods℀.example/a.mp3",
            f"http://:{SECRET}@/a.mp3",
        )
    ]
    told = "".join(
        f"<item><guid>{number}</guid><title>Episode {number}</title>{links}"
        # Without any text the recording is all that there is, and whatever goes wrong with it fails the episode.
        + ("" if "alone" in links else f"<description>{escape(TURNS.format(f'place {number}'))}</description>")
        + "</item>"
        for number, links in enumerate(items, 1)
    )
    return (
        "<rss version='2.0' xmlns:itunes='http://www.itunes.com/dtds/podcast-1.0.dtd' "
        "xmlns:podcast='https://podcastindex.org/namespace/1.0'><channel><title>Tea show</title>"
        f"<link>{base}/</link><itunes:image href='{base}/show.png'/>"
        f"<itunes:new-feed-url>{base}/new</itunes:new-feed-url>"
        f"{told}</channel></rss>"
    ).encode()


def serves(asked: Asked) -> None:
    """The feed, one whole recording, a page in the place of another, another feed where it moved to, and else 404."""
    path = asked.path.partition("?")[0]
    bodies = {
        "/feed.xml": feed_of(asked.port),
        "/new": b"<rss version='2.0'><channel><title>Other</title></channel></rss>",
        "/whole.mp3": RECORDING.read_bytes(),
        "/page.mp3": b"<html>no recording</html>",
        "/alone/page.mp3": b"<html>no recording</html>",
    }
    if asked.headers.get("authorization") != "Basic YWRhOmNhbmFyeS01MWYwYzNhOA==":
        replies("Content-Length: 0", status="401 Who")(asked)
    elif path == "/old.xml":
        replies("Location: /feed.xml", "Content-Length: 0", status="301 Moved")(asked)
    elif path in bodies:
        replies(f"Content-Length: {len(bodies[path])}", body=bodies[path])(asked)
    else:
        replies("Content-Length: 0", status="404 No")(asked)


def heard_nothing(*_: object, **__: object) -> None:
    raise ModelMissing("nothing is heard in this test")


Run = Callable[..., str]


@pytest.fixture
def run(
    encoder: Encoder,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> Iterator[Run]:
    """Run a command with every library at its most talkative; what it printed and logged must not hold the password."""
    for name in (
        "index.models.encoders.encoder_to_build_with",
        "api.knowledge_base.encoder_to_ask_with",
        "index.maintenance.doctor.encoder_to_build_with",
    ):
        monkeypatch.setattr(name, lambda *_: encoder)
    for module in ("index.models.encoders", "index.maintenance.doctor"):
        monkeypatch.setattr(f"{module}.weights_and_form", lambda *_: (encoder.weights, encoder.form))
    monkeypatch.setattr(maintenance, "weights_available", lambda listening: None)
    monkeypatch.setattr("ingest.pipeline.weights_available", lambda *_, **__: None)  # so that recordings are fetched
    monkeypatch.setattr("ingest.stages.heard_words.transcribe", heard_nothing)
    assert index_doctor.weights_and_form(Path("x"), "x")[0] == encoder.weights
    monkeypatch.setenv("PLAYBACK_ENCODER", encoder.name)
    monkeypatch.setenv("PLAYBACK_LOG", "debug")
    monkeypatch.setenv("NO_PROXY", "*")
    caplog.set_level(logging.DEBUG)

    def ran(*arguments: str) -> str:
        main(arguments)
        printed = capfd.readouterr()
        said = printed.out + printed.err + "".join(f"{one.getMessage()}{one.exc_text}" for one in caplog.records)
        assert SECRET not in said, [line for line in said.splitlines() if SECRET in line]
        caplog.clear()
        return printed.out + printed.err

    yield ran


def test_no_command_and_no_route_tells_a_password(
    run: Run, tmp_path: Path, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reading, failing, listing, answering, checking, copying and removing: what is kept is kept, and is never said."""
    home, copy, file = tmp_path / "home", tmp_path / "copy", tmp_path / "copy.tar.gz"
    at = ("--home", str(home))
    with lying(serves) as server, scripted_model() as model:
        model.reply = says("Nobody has filled the kettle of place 1 to the brim [1].")
        for name in ("URL", "MODEL", "KEY"):
            monkeypatch.setenv(f"PLAYBACK_LLM_{name}", {"URL": model.url, "MODEL": "m", "KEY": SECRET}[name])
        address = f"http://ada:{SECRET}@127.0.0.1:{server.port}/old.xml?token={SECRET}"
        allow = ("--allow-host", "127.0.0.1")
        said = run(*at, "ingest", address, *allow)
        assert "says it has moved" in said
        assert "failed" in said
        assert {record.url for record in feeds(home)} == {address.replace("old.xml?token=" + SECRET, "feed.xml")}
        run(*at, "ingest", address.replace("ada:", "eve:"), *allow)
        run(*at, "refresh", *allow)
        run(*at, "status")
        run(*at, "status", "--json")
        run(*at, "doctor", "--json")
        run(*at, "index", "--rebuild")
        assert "kettle" in run(*at, "ask", QUESTION)
        run(*at, "ask", QUESTION, "--json")
        run(*at, "search", "kettle", "--json")
        for identifier in episode_ids(home):
            for kind in ("json", "vtt", "srt", "md", "txt", "captions-json"):
                said = run(*at, "export", identifier, "--format", kind)
                assert "kettle" in said or "has no transcript yet" in said
            run(*at, "divergence", identifier, "--json")
            assert "Sources" in run(*at, "show", identifier)
            run(*at, "show", identifier, "--json")
        run(*at, "backup", str(file))
        with tarfile.open(file) as kept:
            assert not [name for name in kept.getnames() if SECRET in name]
        run("--home", str(copy), "restore", str(file))
        for place in (home, copy):
            assert_closed(place)
        assert_not_served(Settings(home=home, llm_url=model.url, llm_model="m", llm_key=SECRET), encoder)
        run(*at, "remove", episode_ids(home)[0])
        run(*at, "remove", "tea-show", "--purge")
        run(*at, "status", "--json")
    assert SECRET not in json.dumps(model.requests)
    assert {headers["authorization"] for headers in model.headers} == {f"Bearer {SECRET}"}


def assert_closed(home: Path) -> None:
    """The files that hold the password are their owner's alone, and so are the folders above them."""
    files = [path for path in home.rglob("*") if path.is_file()]
    holding = [path for path in files if SECRET.encode() in path.read_bytes()]
    assert {path.name for path in holding} >= {"episode.json", "tea-show.json"}
    assert {path.parent.parent.name for path in holding} <= {"library", "episodes"}, holding
    for path in holding:
        assert path.stat().st_mode & 0o077 == 0, path
    assert (home / "library").stat().st_mode & 0o077 == 0


def assert_not_served(settings: Settings, encoder: Encoder) -> None:
    """No route tells the password, whatever is asked of it."""
    with TestClient(create_app(replace(settings, rate=0), encoder), raise_server_exceptions=False) as client:
        answer = client.post("/api/answers", json={"question": QUESTION})
        told = [answer, client.post("/api/quotes/verify", json={"text": "About four minutes"})]
        told += [client.get("/", params={"q": QUESTION}), client.get("/api/search", params={"q": "kettle"})]
        quote = answer.json()["citations"][0]["id"]
        for path in {route.path for route in endpoints() if "GET" in route.methods} | {"/openapi.json"}:
            for identifier in (*episode_ids(settings.home), quote, "none"):
                for extension in ("json", "vtt", "srt", "md", "txt", "captions.json"):
                    filled = path.replace("{identifier}", identifier).replace("{extension}", extension)
                    told.append(client.get(re.sub(r"\{[^}]*\}", "x", filled), params={"q": QUESTION}))
                    if "{extension}" not in path:
                        break
    assert len(told) > 60
    assert sum(response.status_code == 200 for response in told) > 40
    for response in told:
        seen: dict[str, Any] = {"address": str(response.url), "headers": dict(response.headers)}
        assert SECRET not in response.text + json.dumps(seen), seen
