"""The JSON schemas of arguments and results, as clients and models read them."""

from typing import Any, Literal

from pydantic import BaseModel


def schema_of(model: type[BaseModel], mode: Literal["validation", "serialization"]) -> dict[str, Any]:
    """Return a model's JSON schema without the titles that only repeat names, for every word of it costs context."""
    found: dict[str, Any] = _without_titles(model.model_json_schema(mode=mode))
    return found


def _without_titles(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_without_titles(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        name: _without_titles(value)
        for name, value in schema.items()
        if not (name == "title" and isinstance(value, str))
    }
