"""Write the values of the client from the server's own description: python -m tests.api.client.written."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from api.app import create_app
from api.settings import Settings

VALUES = Path(__file__).parents[3] / "api" / "client" / "values.py"
COMMAND = "python -m tests.api.client.written"
_HEAD = f'''"""What the server sends, as values.

Written from its description; do not edit, but run: {COMMAND}
The server's own classes for the same objects stand where they are made, and would bring the index along.
"""

from dataclasses import dataclass
from typing import Literal
'''
_PLAIN = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}


def description() -> dict[str, Any]:
    """The OpenAPI description of the server."""
    return create_app(Settings(home=Path("none"))).openapi()


def written(described: dict[str, Any]) -> str:
    """The source of a module with a frozen dataclass for every object that is sent, or that a question holds."""
    schemas = described["components"]["schemas"]
    names = dict.fromkeys(name for root in roots(described) for name in needed(root, schemas))
    return "\n\n".join([_HEAD, *(_of_class(name, schemas[name]) for name in names)])


def roots(described: dict[str, Any]) -> Iterator[Any]:
    """What successful responses hold, and what the body of a question is made of."""
    for methods in described["paths"].values():
        for operation in methods.values():
            yield operation["responses"]["200"].get("content", {}).get("application/json", {}).get("schema", {})
    yield described["components"]["schemas"]["AnswerRequest"]["properties"]["history"]


def needed(schema: Any, schemas: dict[str, Any]) -> Iterator[str]:
    """The names of all objects in a schema, each after those that it holds."""
    if isinstance(schema, list):
        for item in schema:
            yield from needed(item, schemas)
    elif isinstance(schema, dict):
        if "$ref" in schema:
            name = named(schema)
            yield from needed(schemas[name], schemas)
            yield name
        for item in schema.values():
            yield from needed(item, schemas)


def named(schema: dict[str, Any]) -> str:
    """The name of the object that a schema refers to."""
    return str(schema["$ref"]).rpartition("/")[2]


def _of_class(name: str, schema: dict[str, Any]) -> str:
    doc = "\n\n".join(
        "\n".join(f"    {line}" if line else "" for line in part.splitlines())
        for part in schema["description"].split("\n\n")
    ).strip()
    ending = "\n    " if "\n" in doc else ""
    lines = ["@dataclass(frozen=True, slots=True, kw_only=True)", f"class {name}:", f'    """{doc}{ending}"""', ""]
    required = set(schema.get("required", ()))
    for field, held in schema["properties"].items():
        default = held.get("default")
        value = "()" if default == [] else repr(default)
        lines.append(f"    {field}: {type_of(held)}" + ("" if field in required else f" = {value}"))
    return "\n".join(lines) + "\n"


def type_of(schema: dict[str, Any]) -> str:
    """The type of a value, as Python writes it."""
    if "$ref" in schema:
        return named(schema)
    if "anyOf" in schema:
        return " | ".join(type_of(one) for one in schema["anyOf"])
    if "enum" in schema:
        return f"Literal[{', '.join(repr(one) for one in schema['enum'])}]"
    if schema["type"] == "array":
        return f"tuple[{type_of(schema['items'])}, ...]"
    if schema["type"] == "object":
        return f"dict[str, {type_of(schema['additionalProperties'])}]"
    return _PLAIN[schema["type"]]


if __name__ == "__main__":
    VALUES.write_text(written(description()), "utf-8")
    subprocess.run([sys.executable, "-m", "ruff", "format", str(VALUES)], check=True)
