"""The two ways in: /mcp of a running server, and standard input and output."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("mcp")

from mcp import Client
from mcp.client.stdio import StdioServerParameters
from starlette.testclient import TestClient

from api.app import create_app
from api.cli import main
from api.mcp.endpoint import is_own
from api.mcp.prompts import MOST_DRAFT_CHARACTERS
from api.serving import accepted_hosts
from api.settings import Settings
from tests.api.mcp.calls import NAMES, told_by, within
from tests.api.running import served

ROOT = Path(__file__).parents[3]
JSON = {"accept": "application/json, text/event-stream", "content-type": "application/json"}
MODERN = {"mcp-protocol-version": "2026-07-28"}
LIST = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
CALLED = b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":%s}'
CALL = {"name": "verify_quote", "arguments": {"text": "The harbour council paid for the lighthouse database"}}


def calling(name: str, arguments: Any) -> dict[str, Any]:
    """A call as a client of the era before 2026-07-28 sends it."""
    return {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": name, "arguments": arguments}}


@pytest.fixture(scope="module")
def site(served_home, encoder) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(home=served_home), encoder)) as opened:
        yield opened


def site_of(home: Path, encoder: Any, **settings: Any) -> TestClient:
    return TestClient(create_app(Settings(home=home, **settings), encoder))


@pytest.mark.parametrize("mode", ["auto", pytest.param("legacy", marks=pytest.mark.long)])
def test_a_client_of_either_era_is_served_over_http(served_home, encoder, mode) -> None:
    """Without sessions, with the address of the request in every url."""

    async def everything(client: Client) -> dict[str, Any]:
        assert [tool.name for tool in (await client.list_tools()).tools] == NAMES
        assert len((await client.list_resource_templates()).resource_templates) == 2
        assert (await client.read_resource("playback://episodes/harbour-1-aaaa")).contents
        assert len((await client.list_prompts()).prompts) == 2
        return told_by("verify_quote", await client.call_tool(CALL["name"], CALL["arguments"]))

    with served(Settings(home=served_home), encoder) as port:
        told = within(f"http://127.0.0.1:{port}/mcp", everything, mode)
    (citation,) = told["citations"]
    assert citation["url"] == f"http://127.0.0.1:{port}/quotes/{citation['id']}"


@pytest.mark.long
@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_over_standard_input_and_output(served_home, mode) -> None:
    """A client of either era starts the program and is served; nothing but the protocol is on its output."""
    code = (
        "from pathlib import Path; from api.settings import Settings\n"
        "from api.terminal.assistant import serve_assistant; from tests.api.conftest import HashedStems\n"
        f"serve_assistant(Settings(home=Path({str(served_home)!r})), HashedStems())"
    )
    door = StdioServerParameters(command=sys.executable, args=["-c", code], cwd=ROOT)

    async def everything(client: Client) -> dict[str, Any]:
        assert [tool.name for tool in (await client.list_tools()).tools] == NAMES
        assert (await client.read_resource("playback://episodes/harbour-1-aaaa/transcript")).contents
        assert (await client.get_prompt("check_quotes", {"draft": "x"})).messages
        return told_by("verify_quote", await client.call_tool(CALL["name"], CALL["arguments"]))

    (citation,) = within(door, everything, mode)["citations"]
    assert citation["url"] == f"/quotes/{citation['id']}"  # no address of a server is known here


@pytest.mark.long
def test_the_command_ends_with_its_input(tmp_path) -> None:
    """An empty library is served too; when the client closes its end, the command is done."""
    command = [sys.executable, "-m", "api.cli", "--home", str(tmp_path), "mcp"]
    ended = subprocess.run(command, input="not json\n", capture_output=True, text=True, cwd=ROOT, check=False)
    assert ended.returncode == 0, ended.stderr
    assert "Traceback" not in ended.stderr
    assert all(json.loads(line)["jsonrpc"] == "2.0" for line in ended.stdout.splitlines())


def test_without_the_extra(served_home, encoder, monkeypatch, capsys) -> None:
    """The server is as it was, with no such route; the command says in one line what to install."""
    monkeypatch.setattr("api.mcp.endpoint.find_spec", lambda name: None)
    with site_of(served_home, encoder) as client:
        assert client.post("/mcp", json=LIST, headers=JSON).status_code == 404
        assert client.get("/api/search", params={"q": "records"}).status_code == 200
    assert main(["--home", str(served_home), "mcp"]) == 1
    assert capsys.readouterr().err == (
        "playback: the extra mcp is not installed; run: pip install 'gds-playback[mcp]'\n"
    )


@pytest.mark.long
def test_neither_the_app_nor_a_command_loads_the_sdk() -> None:
    """It takes a second, and the base install lacks it; only a server that runs loads it, and never torch."""
    code = (
        "import api.app, api.cli, api.terminal.commands, sys; assert 'mcp' not in sys.modules\n"
        "import api.mcp.server; assert not {'torch', 'transformers', 'whisper'} & set(sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_an_app_may_run_again(served_home, encoder) -> None:
    """The part of the SDK that runs only once is made anew each time."""
    app = create_app(Settings(home=served_home), encoder)
    for _ in range(2):
        with TestClient(app) as client:
            assert client.post("/mcp", json=LIST, headers=JSON).status_code == 200


def test_it_is_open_unless_a_token_is_set(served_home, encoder, site) -> None:
    """With PLAYBACK_TOKEN a client needs it; reading pages and asking over HTTP stay open."""
    assert site.post("/mcp", json=LIST, headers=JSON).status_code == 200
    with site_of(served_home, encoder, token="secret") as client:
        refused = client.post("/mcp", json=LIST, headers=JSON)
        assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")
        for given in ("Bearer wrong", "Basic secret", "secret"):
            assert client.post("/mcp", json=LIST, headers=JSON | {"authorization": given}).status_code == 401
        bearer = {"authorization": "Bearer secret"}
        assert client.post("/mcp", json=LIST, headers=JSON | bearer).status_code == 200
        assert client.post("/api/answers", json={"question": "Who paid?"}).status_code == 200
        for spelling in ("/mcp/", "/mcp;x", "/MCP", "/mcp%00"):
            assert client.post(spelling, json=LIST, headers=JSON | bearer).status_code == 404


@pytest.mark.parametrize("method", ["GET", "DELETE", "PUT", "PATCH", "OPTIONS", "HEAD"])
def test_there_are_no_streams_and_no_sessions(site, method) -> None:
    """Only POST is answered: a GET would hold a connection open, a DELETE end a session."""
    assert site.request(method, "/mcp", headers=JSON).status_code == 405
    begun = {
        "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "a test", "version": "1"},
    }  # fmt: skip
    answer = site.post("/mcp", json={**LIST, "method": "initialize", "params": begun}, headers=JSON)
    assert answer.status_code == 200
    assert "mcp-session-id" not in answer.headers
    assert answer.json()["result"]["protocolVersion"] == "2025-06-18"


def test_hosts_and_origins_are_those_of_the_server(served_home, encoder) -> None:
    """A page of another site cannot reach it, neither under its own name for this machine nor from its own origin."""
    with site_of(served_home, encoder, hosts=("localhost", "*.example.org")) as client:

        def status(host: str, origin: str | None = None) -> int:
            headers = JSON | {"host": host} | ({"origin": origin} if origin else {})
            return client.post("/mcp", json=LIST, headers=headers).status_code

        assert status("localhost:8000") == 200
        assert status("quotes.example.org", "https://quotes.example.org") == 200
        assert status("localhost", "http://localhost:3000") == 200
        assert status("evil.example") == 400
        for origin in ("https://evil.example", "null", "https://example.org.evil.example", "x", "http://[", "file://"):
            assert status("localhost", origin) == 403
    assert is_own("https://app.example", "localhost", Settings(cors=("https://app.example",)))
    assert is_own("http://playback:8000", "playback:8000", Settings())
    assert not is_own("http://playback:8000", "localhost:8000", Settings())


@pytest.mark.parametrize("name", ["0.0.0.0", "::", "*"])
def test_a_name_for_any_host_lets_no_foreign_page_in(name) -> None:
    """A server that answers to every address still knows whose page asks."""
    settings = Settings(hosts=("localhost", name))
    assert is_own("http://192.0.2.1:8000", "192.0.2.1:8000", settings)
    assert is_own("http://localhost:3000", "192.0.2.1:8000", settings)
    for origin in ("http://203.0.113.9", "http://[2001:db8::9]", "https://evil.example"):
        assert not is_own(origin, "192.0.2.1:8000", settings)


def test_the_host_of_the_public_address_is_served() -> None:
    """What readers are given leads here."""
    settings = Settings(hosts=("other.example",), public_url="https://quotes.example.org/podcast")
    assert accepted_hosts(settings, "0.0.0.0") == (
        "localhost", "127.0.0.1", "::1", "0.0.0.0", "other.example", "quotes.example.org",
    )  # fmt: skip
    assert accepted_hosts(replace(settings, public_url=None), "::")[-1] == "other.example"


def test_the_limits_of_the_server_hold(served_home, encoder, site) -> None:
    """The rate limit, the size of a body, and the headers on every response."""
    response = site.post("/mcp", json=LIST, headers=JSON)
    assert response.headers["x-content-type-options"] == "nosniff"
    for era in ({}, MODERN):
        big = site.post("/mcp", content=b'{"x": "' + b"x" * 510_000 + b'"}', headers=JSON | era)
        assert big.status_code == 413
    app = create_app(Settings(home=served_home, rate=2), encoder)
    with TestClient(app, client=("203.0.113.9", 1)) as client:
        statuses = [client.post("/mcp", json=LIST, headers=JSON).status_code for _ in range(3)]
    assert statuses == [200, 200, 429]


@pytest.mark.parametrize("letter", ["ж", "🙂"])
def test_the_longest_draft_is_taken_in_any_script(site, letter) -> None:
    """Its bytes in JSON, where a letter may take twelve, are within the limit of a body; one letter more is refused."""
    for length in (MOST_DRAFT_CHARACTERS, MOST_DRAFT_CHARACTERS + 1):
        params = {"name": "check_quotes", "arguments": {"draft": letter * length}}
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "prompts/get", "params": params})
        told = site.post("/mcp", content=body, headers=JSON).json()
        if length == MOST_DRAFT_CHARACTERS:
            assert told["result"]["messages"][0]["content"]["text"].endswith(letter * length)
        else:
            assert told["error"]["message"] == "draft has 40,001 characters; at most 40,000 are taken at once"


def test_work_waits_its_turn(served_home, encoder, monkeypatch) -> None:
    """Calls pass through the server's work queue; if it is full, the model is told to try again."""
    from api.errors import Busy

    async def full(*_: Any) -> None:
        raise Busy("the queue is full")

    monkeypatch.setattr("api.server.work_queue.WorkQueue.run", full)
    with site_of(served_home, encoder) as client:
        result = client.post("/mcp", json=calling(**CALL), headers=JSON).json()["result"]
    assert result["isError"]
    assert "Try again in a few seconds" in result["content"][0]["text"]


@pytest.mark.parametrize(
    "body",
    [
        b"", b"null", b"[]", b"{", b'"x"', b'{"jsonrpc": "2.0"}', b"[" * 5_000, b"\xff\xfe",
        b'{"jsonrpc":"2.0","id":1,"method":"x"}',
        CALLED % b'{"name":7}',
        CALLED % b'{"name":"\\ud800","arguments":{}}',
        CALLED % b'{"name":"answer","arguments":{"question":"\\ud800 who"}}',
        CALLED % b'{"name":"answer","arguments":[1]}',
        CALLED % b'{"name":"answer","arguments":{"question":"x","k":1e999}}',
        b'[{"jsonrpc":"2.0","id":1,"method":"tools/list"},{"jsonrpc":"2.0","id":2,"method":"tools/list"}]',
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "era",
    [
        pytest.param({}, id="before"),
        pytest.param(MODERN, id="now"),
        pytest.param({"mcp-protocol-version": "1999-01-01"}, id="never", marks=pytest.mark.long),
    ],
)
def test_a_hostile_body_is_refused_without_a_trace(site, body, era) -> None:
    """Whatever is posted: an answer in JSON, no failure of the server, nothing of its insides."""
    response = site.post("/mcp", content=body, headers=JSON | era)
    assert response.status_code < 500
    assert "Traceback" not in response.text
    assert str(ROOT) not in response.text
    if response.content:
        response.json()
