#!/usr/bin/env bash
# mcp 2.3.0: a tool's argument that is declared `str | None` is read as JSON; one that is declared `str` is not.
#
# A good guess: a client sends the JSON string "null", the tool's schema says string or null, so the tool gets "null".
# What happens: the server decodes the text once more. "null" arrives as None, "[1]" is refused because a list is no
# string, and a JSON number stays text. Declared as `str`, each arrives as it was sent.
# Output seen: optional text: 'null' -> None, '[1]' -> refused, '12' -> '12'
#              plain text:    'null' -> 'null', '[1]' -> '[1]', '12' -> '12'
# Why it matters: a speaker called Null, or a quote that is a JSON text, would silently become no filter at all, and the
# whole library would be searched. Playback's tools declare no optional texts, and check their arguments themselves.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet mcp==2.3.0
cd "$folder"
"$folder/venv/bin/python" - 2> /dev/null <<'PYTHON'
import asyncio
import sys

from mcp import Client
from mcp.server import MCPServer

server = MCPServer("quotes")


@server.tool()
def optional(speaker: str | None = None) -> dict[str, str]:
    return {"got": repr(speaker)}


@server.tool()
def plain(speaker: str = "") -> dict[str, str]:
    return {"got": repr(speaker)}


async def asked():
    found = {}
    async with Client(server) as client:
        for tool in ("optional", "plain"):
            for text in ("null", "[1]", "12"):
                result = await client.call_tool(tool, {"speaker": text})
                found[tool, text] = "refused" if result.is_error else result.structured_content["got"]
    return found


found = asyncio.run(asked())
for tool in ("optional", "plain"):
    said = ", ".join(f"{text!r} -> {got}" for (name, text), got in found.items() if name == tool)
    print(f"{tool} text: {said}")
expected = {
    ("optional", "null"): "None",
    ("optional", "[1]"): "refused",
    ("optional", "12"): "'12'",
    ("plain", "null"): "'null'",
    ("plain", "[1]"): "'[1]'",
    ("plain", "12"): "'12'",
}
if found != expected:
    sys.exit("the behaviour changed: an optional text arrives otherwise")
print("as stated")
PYTHON
