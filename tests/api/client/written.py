"""Write the values of the client from the server's own description: python -m tests.api.client.written."""

import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from api.app import create_app
from api.settings import Settings

VALUES = Path(__file__).parents[3] / "api" / "client" / "values"
COMMAND = "python -m tests.api.client.written"
SHARED = "shared"  # the file of what belongs to several groups
_TOP = f'''"""What the server sends, as values, in a file for each group of addresses.

Written from its description; do not edit, but run: {COMMAND}
The server's own classes for the same objects stand where they are made, and would bring the index along.
"""
'''
_HEAD = f'"""What the server sends {{}}; do not edit, but run: {COMMAND}."""\n'
_PLAIN = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}


def description() -> dict[str, Any]:
    """The OpenAPI description of the server."""
    return create_app(Settings(home=Path("none"))).openapi()


def written(described: dict[str, Any]) -> dict[str, str]:
    """The sources of the modules, by file name, with a frozen dataclass for every object that is sent or asked with."""
    schemas = described["components"]["schemas"]
    files = filed(described)
    return {"__init__.py": _of_package(files)} | {
        f"{file}.py": _of_module(file, names, schemas) for file, names in files.items()
    }


def filed(described: dict[str, Any]) -> dict[str, list[str]]:
    """The names of all objects by file, each after those that it holds: that of their tag, or of several tags."""
    schemas = described["components"]["schemas"]
    tags: dict[str, set[str]] = defaultdict(set)
    for tag, schema in roots(described):
        for name in needed(schema, schemas):
            tags[name].add(tag)
    files: dict[str, list[str]] = defaultdict(list)
    for name, of in tags.items():
        files[min(of) if len(of) == 1 else SHARED].append(name)
    return dict(sorted(files.items()))


def roots(described: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """What successful responses hold, and what the body of a question is made of, each with its tag."""
    for methods in described["paths"].values():
        for operation in methods.values():
            content = operation["responses"]["200"].get("content", {})
            yield operation["tags"][0], content.get("application/json", {}).get("schema", {})
    asked = described["paths"]["/api/answers"]["post"]["tags"][0]
    yield asked, described["components"]["schemas"]["AnswerRequest"]["properties"]["history"]


def needed(schema: Any, schemas: dict[str, Any]) -> Iterator[str]:
    """The names of all objects in a schema, each after those that it holds."""
    for name in references(schema):
        yield from needed(schemas[name], schemas)
        yield name


def references(schema: Any) -> Iterator[str]:
    """The names of the objects that a schema refers to itself."""
    if isinstance(schema, list):
        for item in schema:
            yield from references(item)
    elif isinstance(schema, dict):
        if "$ref" in schema:
            yield named(schema)
        for item in schema.values():
            yield from references(item)


def named(schema: dict[str, Any]) -> str:
    """The name of the object that a schema refers to."""
    return str(schema["$ref"]).rpartition("/")[2]


def _of_package(files: dict[str, list[str]]) -> str:
    imports = [f"from api.client.values.{file} import {', '.join(sorted(names))}" for file, names in files.items()]
    public = sorted(name for names in files.values() for name in names)
    return "\n".join([_TOP, *imports, "", f"__all__ = {public!r}", ""])


def _of_module(file: str, names: list[str], schemas: dict[str, Any]) -> str:
    elsewhere = sorted({held for name in names for held in references(schemas[name])} - set(names))
    classes = [_of_class(name, schemas[name]) for name in names]
    imports = ["from dataclasses import dataclass"]
    imports += ["from typing import Literal"] if "Literal[" in "".join(classes) else []
    imports += ["", f"from api.client.values.{SHARED} import {', '.join(elsewhere)}"] if elsewhere else []
    about = "in several groups" if file == SHARED else f"about {file}"
    return "\n\n".join([_HEAD.format(about), "\n".join(imports) + "\n", *classes])


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
    files = written(description())
    for old in VALUES.glob("*.py"):
        old.unlink()
    for name, text in files.items():
        (VALUES / name).write_text(text, "utf-8")
    subprocess.run([sys.executable, "-m", "ruff", "format", str(VALUES)], check=True)
