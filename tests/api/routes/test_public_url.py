"""With PLAYBACK_PUBLIC_URL, no reply and no line on the terminal leads anywhere else."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.cli import main
from api.settings import Settings
from tests.api.endpoints import endpoints

PUBLIC = "https://public.example.org:8443"
INNER = "inner.example.net"
QUESTION = "Who paid for the lighthouse database?"
EXTENSIONS = ("json", "vtt", "srt", "md", "txt", "csv", "atom")
# An address of ours without anything before it.
BARE = re.compile(r"(?<![\w.:])/(?:quotes|episodes|search|lessons|people|terms|topics|start)(?:[/?]|\b)")


@pytest.fixture
def client(home: Path, encoder: Any) -> Iterator[TestClient]:
    """A server that is asked under an inner name."""
    app = create_app(Settings(home=home, public_url=PUBLIC, rate=0, metrics=True), encoder)
    with TestClient(app, base_url=f"http://{INNER}:8123", follow_redirects=False) as opened:
        yield opened


def known(client: TestClient) -> list[str]:
    """Ids of everything that has one, and of nothing."""
    answer = client.post("/api/answers", json={"question": QUESTION}).json()
    found = [answer["citations"][0]["id"], "none", "harbour-1-aaaa", "harbour-4-eeee"]
    for name in ("people", "terms", "topics", "lessons"):
        found += [one["id"] for one in client.get(f"/api/{name}").json()[name][:1]]
    return found


def test_no_reply_holds_the_name_that_was_asked(client: TestClient) -> None:
    """Every route with every id and extension, as a page and as data, right and wrong; headers too."""
    identifiers = known(client)
    url = f"{PUBLIC}/quotes/{identifiers[0]}"
    replies = [client.post("/api/quotes/verify", json={"text": "paid for the lighthouse database"})]
    replies += [client.post("/api/answers", json={"question": QUESTION}, headers={"Accept": "text/event-stream"})]
    form = {"q": QUESTION, "quotes": identifiers[0], "verdict": "useful"}
    replies += [client.post("/feedback", data=form, headers={"Origin": f"http://{INNER}:8123"})]
    for path in sorted({route.path for route in endpoints() if "GET" in route.methods} | {"/openapi.json", "/nowhere"}):
        filled = {re.sub(r"\{[^}]*\}", one, path.replace("{extension}", "*")) for one in identifiers}
        for address in {address.replace("*", extension) for address in filled for extension in EXTENSIONS}:
            replies.append(client.get(address, params={"q": QUESTION, "url": url}, headers={"Accept": "text/html"}))
    leading = {reply.url.path.partition(identifiers[0])[0] for reply in replies if PUBLIC in reply.text}
    for reply in replies:
        assert INNER not in reply.text + json.dumps(dict(reply.headers)), reply.url
    assert sum(reply.status_code == 200 for reply in replies) > 40
    assert leading >= {"/", "/quotes/", "/embed/", "/oembed", "/search.atom", "/lessons.atom"}
    assert leading >= {"/api/search.csv", "/api/search.md", "/api/search.json"}


def test_the_card_of_a_public_address_is_known_and_of_an_inner_one_is_not(client: TestClient) -> None:
    """oEmbed takes the addresses that are handed out, with one slash or none after the public address."""
    identifier = known(client)[0]
    assert client.get("/oembed", params={"url": f"{PUBLIC}/quotes/{identifier}"}).status_code == 200
    assert client.get("/oembed", params={"url": f"http://{INNER}:8123/quotes/{identifier}"}).status_code == 404


@pytest.mark.parametrize(
    "command",
    [
        ("ask", QUESTION),
        *(("search", QUESTION, "--format", form) for form in ("csv", "md", "json")),
        ("people", "Tobias Renn"),
        ("start",),
    ],
)
def test_the_terminal_prints_public_addresses(
    command: tuple[str, ...],
    served_home: Path,
    encoder: Any,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Where it is set every address can be opened; without it there is nothing to put before the paths."""
    monkeypatch.setattr("api.knowledge_base.encoder_to_ask_with", lambda *_: encoder)
    assert main(["--home", str(served_home), *command]) == 0
    bare = capsys.readouterr().out
    assert BARE.search(bare) or command == ("start",)
    monkeypatch.setenv("PLAYBACK_PUBLIC_URL", PUBLIC)
    assert main(["--home", str(served_home), *command]) == 0
    printed = capsys.readouterr().out
    shown = re.sub(r'^ +"(?:url|listen_url|audio_url)": ".*$', "", printed, flags=re.MULTILINE)  # JSON holds paths
    assert not BARE.search(shown), shown
    assert (PUBLIC in printed) == (BARE.search(bare) is not None)
