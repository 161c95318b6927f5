"""Call the server with the SDK's own client, in this process, and count tokens as GPT-2 does."""

import base64
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeVar

import anyio
import pytest

pytest.importorskip("mcp")

from jsonschema import Draft202012Validator
from mcp import Client
from mcp.shared.exceptions import MCPError

from api.mcp.schemas import output_schema
from api.mcp.server import server_of
from api.mcp.tools import TOOLS
from api.server.live_index import Live
from api.server.work_queue import WorkQueue
from api.settings import Settings

NAMES = [
    "answer", "search", "verify_quote", "get_quote", "cite", "list_episodes", "get_transcript", "list_lessons",
    "who_said", "about_person", "define_term",
]  # fmt: skip
# The schema that clients get, and the whole one, in which no part is shortened.
SCHEMAS = {
    tool.name: [
        Draft202012Validator(schema)
        for schema in (output_schema(tool.returns), tool.returns.model_json_schema(mode="serialization"))
    ]
    for tool in TOOLS
}
ADDRESS = "https://quotes.example.org"

T = TypeVar("T")
Work = Callable[[Client], Awaitable[T]]


def within(door: Any, work: Work[T], mode: str = "auto") -> T:
    """What `work` returns, done with a client that is connected to a door."""

    async def run() -> T:
        async with Client(door, mode=mode) as client:
            return await work(client)

    return anyio.run(run)


def server(home: Path, encoder: Any, address: str | None = ADDRESS) -> Any:
    """The server over a data folder."""
    return server_of(Live(Settings(home=home, public_url=address), encoder), WorkQueue())


def called(door: Any, name: str, **arguments: Any) -> dict[str, Any]:
    """What a tool tells; fails if it refuses."""
    found = within(door, lambda client: client.call_tool(name, arguments))
    assert not found.is_error, found.content
    return told_by(name, found)


def told_by(name: str, found: Any) -> dict[str, Any]:
    """What a result tells: the same in its text and in its structure, and valid by the tool's schema."""
    (block,) = found.content
    told: dict[str, Any] = json.loads(block.text)
    assert told == found.structured_content
    for schema in SCHEMAS[name]:
        schema.validate(told)
    return told


def error_of(door: Any, work: Work[Any]) -> str:
    """The message of the protocol's error with which `work` ends."""

    async def failing(client: Client) -> str:
        with pytest.raises(MCPError) as caught:
            await work(client)
        return str(caught.value)

    return within(door, failing)


def all_called(door: Any, name: str, calls: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What a tool tells for several calls over one connection."""

    async def one_by_one(client: Client) -> list[Any]:
        return [await client.call_tool(name, dict(arguments)) for arguments in calls]

    return [told_by(name, found) for found in within(door, one_by_one)]


def refused(door: Any, name: str, arguments: Mapping[str, Any]) -> str:
    """The sentence with which a tool refuses."""
    found = within(door, lambda client: client.call_tool(name, dict(arguments)))
    assert found.is_error
    (block,) = found.content
    return str(block.text)


def counter() -> Callable[[str], int]:
    """Count tokens with GPT-2's byte pairs, which openai-whisper brings; newer encoders make fewer of English."""
    tiktoken = pytest.importorskip("tiktoken")
    package = find_spec("whisper")
    if package is None or not package.submodule_search_locations:
        pytest.skip("openai-whisper, which brings GPT-2's byte pairs, is missing")
    path = Path(package.submodule_search_locations[0]) / "assets" / "gpt2.tiktoken"
    lines = (line.split() for line in path.read_bytes().splitlines() if line)
    ranks = {base64.b64decode(token): int(rank) for token, rank in lines}
    pattern = r"""'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"""
    encoding = tiktoken.Encoding("gpt2", pat_str=pattern, mergeable_ranks=ranks, special_tokens={})
    return lambda text: len(encoding.encode_ordinary(text))
