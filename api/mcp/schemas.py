"""The JSON schemas of arguments and results, as clients and models read them: every word of them costs context."""

import json
from typing import Any

from api.mcp.arguments import Arguments
from api.mcp.results import QUOTED, Told

_ELSEWHERE = {
    "QuoteShape": "as in get_quote, from id to listen_url",
    "EpisodeShape": "as in list_episodes, from id to url",
}


def input_schema(takes: type[Arguments]) -> dict[str, Any]:
    """Return the schema of a tool's arguments, those that are needed first."""
    schema = takes.model_json_schema()
    properties = {name: schema["properties"][name] for name in takes.names()}
    del schema["description"]  # the tool's says more
    found: dict[str, Any] = _shortened({**schema, "properties": properties})
    return found


def output_schema(returns: type[Told]) -> dict[str, Any]:
    """Return the schema of a tool's result.

    Quotes and episodes, which are in most results, are written out once, where they are the result themselves.
    """
    schema = returns.model_json_schema(mode="serialization")
    parts = schema.pop("$defs", {})
    parts.update({name: {"type": "object", "description": said} for name, said in _ELSEWHERE.items() if name in parts})
    named = json.dumps([schema, parts])
    used = {name: part for name, part in parts.items() if f'"#/$defs/{name}"' in named}
    found: dict[str, Any] = _without_required(_shortened({**schema, "$defs": used} if used else schema))
    return found


def _shortened(schema: Any) -> Any:
    """Return a schema without what a model does not need, and with short nulls.

    That is titles, which repeat names, empty defaults, and lengths, which a refusal names.
    """
    if isinstance(schema, list):
        return [_shortened(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    found = {
        name: _shortened(value)
        for name, value in schema.items()
        if not (name == "title" and isinstance(value, str))
        and not (name == "maxLength" and isinstance(value, int))
        and not (name == "default" and value in ("", None, [], QUOTED))
    }
    kinds = found.get("anyOf", [])
    if len(kinds) == 2 and kinds[1] == {"type": "null"} and "type" in kinds[0]:
        del found["anyOf"]
        found = {**found, **kinds[0], "type": [kinds[0]["type"], "null"]}
        if "enum" in found:
            found["enum"] = [*found["enum"], None]
    return found


def _without_required(schema: Any) -> Any:
    """Return a schema of results without the lists of fields that are always there: all are."""
    if isinstance(schema, list):
        return [_without_required(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        name: _without_required(value)
        for name, value in schema.items()
        if not (name == "required" and isinstance(value, list))
    }
