"""The client and the description of the HTTP interface name the same: a change of one of them alone fails here."""

import ast
import json
import re
from pathlib import Path
from typing import Any, get_type_hints

import pytest

from api.client import AsyncPlayback, Playback
from tests.api.client.conftest import Watched
from tests.api.client.known_calls import Known, known_calls
from tests.api.client.written import COMMAND, VALUES, description, named, written

ROOT = Path(__file__).parents[3]
DESCRIBED = description()
OPERATIONS = [(method, path) for path, methods in DESCRIBED["paths"].items() for method in methods]


@pytest.fixture(scope="module")
def known(client: Playback) -> dict[tuple[str, str], list[Known]]:
    return known_calls(client)


def test_the_values_are_those_of_the_description() -> None:
    """Every object with all its fields and their types; after a change of the interface they are written again."""
    kept = {path.name: path.read_text("utf-8") for path in VALUES.glob("*.py")}
    written_now, kept_now = (
        {name: ast.dump(ast.parse(text)) for name, text in files.items()} for files in (written(DESCRIBED), kept)
    )
    assert written_now == kept_now, f"the interface has changed; run: {COMMAND}"


def test_every_operation_has_a_method(known: dict[tuple[str, str], list[Known]]) -> None:
    """And every method of either client but those that read several responses is one of an operation."""
    assert set(known) == set(OPERATIONS)
    methods = {call.name for calls in known.values() for call in calls}
    for kind in (Playback, AsyncPlayback):
        public = {name for name in vars(kind) if not name.startswith("_")}
        assert public == methods | {"ask_streamed", "all_hits", "all_lessons", "close"}


def test_every_method_is_documented() -> None:
    """docs/client.md has each in its table, and no other."""
    rows = re.findall(r"^\| (`.*?) \| ", (ROOT / "docs" / "client.md").read_text("utf-8"), re.MULTILINE)
    named_there = {name for row in rows for name in re.findall(r"`(\w+)\(", row)}
    assert named_there == {name for name in vars(Playback) if not name.startswith("_")} - {"close"}


@pytest.mark.parametrize("operation", OPERATIONS, ids=" ".join)
def test_every_parameter_is_sent(
    operation: tuple[str, str], known: dict[tuple[str, str], list[Known]], client: Playback, watched: Watched
) -> None:
    """Path, query and body have the names of the description, all of them and no others."""
    method, path = operation
    described = DESCRIBED["paths"][path][method]
    call = known[operation][0]
    getattr(client, call.name)(*call.arguments, **call.options)
    sent = watched.request
    assert sent.method.lower() == method
    assert re.fullmatch(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(path)), sent.url.raw_path.decode().partition("?")[0])
    in_query = {one["name"] for one in described.get("parameters", []) if one["in"] == "query"}
    assert set(sent.url.params) == in_query
    body = described.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    fields = DESCRIBED["components"]["schemas"][named(body)]["properties"] if body else {}
    assert set(json.loads(sent.content or "{}")) == set(fields)


@pytest.mark.parametrize("operation", OPERATIONS, ids=" ".join)
def test_the_method_returns_what_is_described(
    operation: tuple[str, str], known: dict[tuple[str, str], list[Known]]
) -> None:
    """The type of its value has the name of the described object; files are texts or bytes."""
    method, path = operation
    content: dict[str, Any] = DESCRIBED["paths"][path][method]["responses"]["200"].get("content", {})
    schema = content.get("application/json", {}).get("schema")
    returned = {returned_by(call.name) for call in known[operation]}
    assert returned - {"str", "bytes"} == ({named(schema)} if schema else set())


def returned_by(name: str) -> str:
    """The name of the type that a call's response is read as."""
    from api.client import calls

    (held,) = get_type_hints(getattr(calls, name))["return"].__args__
    return str(held.__name__)
