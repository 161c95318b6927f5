"""GET /docs: the HTTP interface on one page.

The server renders it from the OpenAPI description, because FastAPI's own page loads JavaScript from a CDN: without
internet access it would be blank, and it would need a looser content security policy.
"""

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from api.pages.render import page

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter, or a field of a request's body."""

    name: str
    place: str
    kind: str
    required: bool
    text: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of the interface."""

    method: str
    path: str
    summary: str
    text: str
    fields: tuple[Parameter, ...]


@router.api_route("/docs", methods=["GET", "HEAD"])
def show_docs(request: Request) -> HTMLResponse:
    """Show every operation with its parameters."""
    return page(request, "docs.html", operations=operations_of(request.app.openapi()))


def operations_of(schema: dict[str, Any]) -> list[Operation]:
    """Return the operations of an OpenAPI description, in its order."""
    found = []
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            fields = [
                Parameter(item["name"], item["in"], _kind(item["schema"]), item["required"], _text(item))
                for item in operation.get("parameters", ())
            ]
            fields += _body_fields(operation, schema)
            text = operation.get("description", "")
            found.append(Operation(method.upper(), path, operation["summary"], text, tuple(fields)))
    return found


def _body_fields(operation: dict[str, Any], schema: dict[str, Any]) -> list[Parameter]:
    content = operation.get("requestBody", {}).get("content", {})
    reference = content.get("application/json", {}).get("schema", {}).get("$ref", "")
    body = schema.get("components", {}).get("schemas", {}).get(reference.rpartition("/")[2], {})
    required = body.get("required", ())
    return [
        Parameter(name, "body", _kind(item), name in required, _text(item))
        for name, item in body.get("properties", {}).items()
    ]


def _kind(schema: dict[str, Any]) -> str:
    kinds = [part.get("type", "") for part in schema.get("anyOf", (schema,))]
    limits = f" {schema['minimum']:,}–{schema['maximum']:,}" if "minimum" in schema and "maximum" in schema else ""
    return "/".join(kind for kind in kinds if kind and kind != "null") + limits


def _text(schema: dict[str, Any]) -> str:
    text = str(schema.get("description", ""))
    default = schema.get("schema", schema).get("default")
    return text if default is None else f"{text} (default {default})".strip()
