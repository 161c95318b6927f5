"""The JSON schemas of arguments and results, as clients and models read them: every word of them costs context."""

from typing import Any

from api.mcp.arguments import Arguments
from api.mcp.results import QUOTED, Told


def input_schema(takes: type[Arguments]) -> dict[str, Any]:
    """Return the schema of a tool's arguments, those that are needed first."""
    schema = takes.model_json_schema()
    properties = {name: schema["properties"][name] for name in takes.names()}
    del schema["description"]  # the tool's says more
    found: dict[str, Any] = _shortened({**schema, "properties": properties})
    return found


def output_schema(returns: type[Told]) -> dict[str, Any]:
    """Return the schema of a tool's result."""
    found: dict[str, Any] = _shortened(returns.model_json_schema(mode="serialization"))
    return found


def _shortened(schema: Any) -> Any:
    """Return a schema without titles, which repeat names, without empty defaults, and with short nulls."""
    if isinstance(schema, list):
        return [_shortened(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    found = {
        name: _shortened(value)
        for name, value in schema.items()
        if not (name == "title" and isinstance(value, str))
        and not (name == "default" and value in ("", None, [], QUOTED))
    }
    kinds = found.get("anyOf", [])
    if len(kinds) == 2 and kinds[1] == {"type": "null"} and "type" in kinds[0]:
        del found["anyOf"]
        found = {**found, **kinds[0], "type": [kinds[0]["type"], "null"]}
        if "enum" in found:
            found["enum"] = [*found["enum"], None]
    return found
