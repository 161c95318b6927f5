"""The client's values are what HTTP sends, whichever client asks, and every failure is one exception."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict, is_dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.client import AsyncPlayback, Playback, RequestFailed
from api.client.values import Answer, Statement
from tests.api.client.conftest import TOKEN, Watched
from tests.api.client.known_calls import EPISODE, QUESTION, Known, known_calls

ROOT = Path(__file__).parents[3]


def plain(value: Any) -> Any:
    """A value as JSON reads it."""
    return json.loads(json.dumps(asdict(value) if is_dataclass(value) and not isinstance(value, type) else value))


def same(value: Any, sent: Any) -> bool:
    """Whether a value is what was sent; what was left out of it must be null or empty."""
    if isinstance(sent, dict) and isinstance(value, dict):
        left_out = [value[name] for name in value.keys() - sent.keys()]
        return sent.keys() <= value.keys() and not any(left_out) and all(same(value[name], sent[name]) for name in sent)
    if isinstance(sent, list):
        return len(value) == len(sent) and all(map(same, value, sent))
    return bool(value == sent and isinstance(value, bool) == isinstance(sent, bool))


def without_times(value: Any) -> Any:
    """The value of a call without how long the server took."""
    return {**value, "timings_ms": None} if isinstance(value, dict) and "timings_ms" in value else value


def test_every_value_is_what_was_sent(client: Playback, watched: Watched, address: str) -> None:
    """On every route: field by field what the response holds; the client for asyncio gives the same."""
    calls = [call for each in known_calls(client).values() for call in each]
    reads = [call for call in calls if call.name != "decide"]
    decisions = [call for call in calls if call.name == "decide"]
    awaited = asyncio.run(all_of(address, reads))
    found: list[Any] = []
    for call in [*reads, *decisions]:
        value = getattr(client, call.name)(*call.arguments, **call.options)
        content = watched.response.content
        if isinstance(value, bytes | str):
            assert content == (value if isinstance(value, bytes) else value.encode()), call
            found.append(value)
        else:
            assert same(plain(value), json.loads(content)), call
            found.append(without_times(plain(value)))
    assert found[: len(reads)] == awaited
    assert min(len(str(value)) for value in found) > 40
    assert [(note["text"], one["state"]) for one in found[-2:] for note in one["notes"]] == [
        ("seen", "proposed"),
        ("seen", "accepted"),
    ]
    assert asyncio.run(all_of(address, decisions[-1:])) == found[-1:]


async def all_of(address: str, calls: list[Known]) -> list[Any]:
    """The values of the client for asyncio."""
    async with AsyncPlayback(address, token=TOKEN) as client:
        found: list[Any] = []
        for call in calls:
            value = await getattr(client, call.name)(*call.arguments, **call.options)
            found.append(value if isinstance(value, bytes | str) else without_times(plain(value)))
        return found


def test_pages_are_followed_to_the_last(client: Playback, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each hit and each lesson once, in order, over several pages; nothing is asked until it is iterated."""
    whole = [client.search("lamp", k=100, show="tide").hits, client.lessons(limit=100, episode=EPISODE).lessons]
    for name in ("_MOST_HITS", "_MOST_LESSONS"):
        monkeypatch.setattr(f"api.client.calls.{name}", 2)

    async def of(iterator: Any) -> list[Any]:
        return [one async for one in iterator]

    async def both() -> list[list[Any]]:
        async with AsyncPlayback(address) as other:
            return [await of(other.all_hits("lamp", show="tide")), await of(other.all_lessons(episode=EPISODE))]

    found = [tuple(client.all_hits("lamp", show="tide")), tuple(client.all_lessons(episode=EPISODE))]
    assert found == whole
    assert list(map(list, found)) == asyncio.run(both())
    assert min(map(len, found)) > 2
    client.all_hits("", show="nothing")


def test_an_answer_arrives_in_parts(client: Playback, address: str) -> None:
    """The quotes first, then each statement, then the answer, which is that of the other way to ask."""

    async def streamed() -> list[Any]:
        async with AsyncPlayback(address) as other:
            return [event async for event in other.ask_streamed(QUESTION, k=2)]

    citations, *statements, answer = client.ask_streamed(QUESTION, k=2)
    whole = client.ask(QUESTION, k=2)
    assert isinstance(answer, Answer)
    assert answer.citations == citations == whole.citations
    assert all(isinstance(one, Statement) for one in statements)
    assert tuple(statements) == answer.statements == whole.statements
    later = asyncio.run(streamed())
    assert later[:-1] == [citations, *statements]


@pytest.mark.parametrize(
    ("ask", "status", "name", "says"),
    [
        (lambda client: client.ask(""), 422, "ValidationError", "the question is empty"),
        (lambda client: list(client.ask_streamed("")), 422, "ValidationError", "the question is empty"),
        (lambda client: client.ask("x", speaker="Mina"), 422, "ValidationError", "may be Mina Calder or Mina Renn"),
        (lambda client: client.search("x", k=0), 422, "ValidationError", "k: "),
        (lambda client: client.quote("none"), 404, "QuoteUnknown", "none"),
        (lambda client: client.quote("../../healthcheck"), 404, "NotFound", "nothing at this address"),
        (lambda client: client.quote(""), 404, "NotFound", "nothing at this address"),
        (lambda client: client.episode("\udcff"), 404, "EpisodeUnknown", "no episode"),
        (lambda client: client.person("nobody/at all?"), 404, "PersonUnknown", "nobody/at all?"),
        (lambda client: client.transcript("harbour-4-eeee"), 404, "NotFound", "has no transcript yet"),
        (lambda client: client.transcript_text("harbour-3-cccc", "vtt"), 422, "ValidationError", "has no times"),
        (lambda client: client.gathered("x", "pdf"), 404, "NotFound", "csv, md, json"),
        (lambda client: client.lesson("none"), 404, "LessonUnknown", "none"),
        (lambda client: client.decide("none", "dance", by="Ada"), 422, "ValidationError", "accept"),
    ],
)
def test_a_refusal_is_an_exception(
    ask: Callable[[Playback], Any], status: int, name: str, says: str, client: Playback
) -> None:
    """It has the status, the server's name for it, and its message in one line."""
    with pytest.raises(RequestFailed) as failed:
        ask(client)
    assert (failed.value.status, failed.value.name) == (status, name)
    assert says in failed.value.message
    assert str(failed.value) == failed.value.message
    assert "\n" not in failed.value.message


@pytest.mark.parametrize(
    ("reply", "status", "says"),
    [
        (httpx.Response(200, text="<html>Log in</html>"), 200, "sent something else than this client expects"),
        (httpx.Response(200, json={"question": 5}), 200, "sent something else than this client expects"),
        (httpx.Response(200, content=b"\xff"), 200, "sent something else than this client expects"),
        (httpx.Response(302, headers={"Location": "https://elsewhere.example"}), 302, "status 302"),
        (httpx.Response(502, text="Bad gateway"), 502, "the server replied with status 502"),
        (httpx.Response(500, json={"errors": []}), 500, "the server replied with status 500"),
        (httpx.Response(500, json=["errors"]), 500, "the server replied with status 500"),
        (httpx.Response(500, text="[" * 100_000), 500, "the server replied with status 500"),
        (httpx.Response(404, json={"errors": [{"error": "X", "message": "a\n\x1b[2Jb"}]}), 404, "a[2Jb"),
        (httpx.ConnectError("refused\nhere"), None, "no answer from http://x.example/api/answers: refused here"),
        (httpx.ReadTimeout(""), None, "no answer from http://x.example/api/answers: ReadTimeout"),
    ],
)
def test_any_other_reply_is_one_too(reply: Any, status: int | None, says: str) -> None:
    """A proxy's page, another program's JSON, a redirect, no reply: never another exception, in either client."""

    def answered(request: httpx.Request) -> httpx.Response:
        if isinstance(reply, Exception):
            raise reply
        return httpx.Response(reply.status_code, headers=reply.headers, content=reply.content)

    async def awaited() -> None:
        async with AsyncPlayback("http://x.example", transport=httpx.MockTransport(answered)) as client:
            await client.ask(QUESTION)

    with Playback("http://x.example", transport=httpx.MockTransport(answered)) as client:
        for ask in (lambda: client.ask(QUESTION), lambda: asyncio.run(awaited())):
            with pytest.raises(RequestFailed) as failed:
                ask()
            assert failed.value.status == status
            assert says in failed.value.message


def test_what_a_newer_server_adds_is_ignored() -> None:
    """A field that this client does not know is left out, at any depth."""
    sent = {
        "topics": [{"id": "a", "title": "A", "url": "/topics/a", "phrases": [], "passages": 1, "new": 1}],
        "more": 2,
    }
    with Playback(
        "http://x.example", transport=httpx.MockTransport(lambda _: httpx.Response(200, json=sent))
    ) as client:
        (topic,) = client.topics().topics
    assert (topic.title, topic.phrases) == ("A", ())


@pytest.mark.parametrize(
    "content", [b"", b"event: citations\ndata: []\n\n", b"event: answer\ndata: {}\n\n", b"\xff\n\n"]
)
def test_an_answer_that_breaks_off_is_no_answer(content: bytes) -> None:
    """A stream without its last event, or with another one, fails after what did arrive."""
    transport = httpx.MockTransport(lambda request: httpx.Response(200, content=content))
    with Playback("http://x.example", transport=transport) as client, pytest.raises(RequestFailed):
        list(client.ask_streamed(QUESTION))


@pytest.mark.parametrize(
    "address", ["quotes.example.org", "", "file:///etc/passwd", "https://", "https://q\0", "https://" + "q" * 70_000]
)
def test_an_address_must_be_one(address: str) -> None:
    """What is none is refused at once."""
    with pytest.raises(ValueError, match="such as https://quotes"):
        Playback(address)


@pytest.mark.parametrize(
    "ask",
    [
        lambda client: client.quote("x" * 70_000),
        lambda client: client.search("x" * 70_000),
        lambda client: client.decide("x" * 70_000, "accept", by="Ann"),
    ],
)
def test_what_no_address_can_hold_is_not_sent(ask: Callable[[Playback], Any], client: Playback) -> None:
    """It fails as every request does, not with an error of httpx."""
    with pytest.raises(RequestFailed, match="too long") as failed:
        ask(client)
    assert failed.value.status is None


def test_the_token_goes_to_its_server_only() -> None:
    """It is sent with every request, and nowhere else: a redirect is not followed."""
    seen: list[httpx.Request] = []

    def redirecting(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(307, headers={"Location": "https://elsewhere.example/"})

    with Playback("http://x.example", token=TOKEN, transport=httpx.MockTransport(redirecting)) as client:
        with pytest.raises(RequestFailed):
            client.health()
        assert TOKEN not in repr(client) + repr(vars(client))
    assert [(str(one.url), one.headers["authorization"]) for one in seen] == [
        ("http://x.example/healthcheck", f"Bearer {TOKEN}")
    ]


def test_the_client_loads_neither_server_nor_index() -> None:
    """A program that only asks gets httpx and pydantic, and no more of ours than the client."""
    needless = "torch faiss tantivy numpy fastapi starlette ctranslate2 api.routes index api.answer ingest.library"
    check = f"import sys, api.client; print([name for name in '{needless}'.split() if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", check], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
