#!/usr/bin/env bash
# starlette 1.10.0 with mcp 2.3.0: to install the SDK changes which class Starlette's TestClient is made of.
#
# A good guess: TestClient is an httpx.Client, as it was for years; to install another package changes nothing about it.
# What happens: it is made from httpx2 if that can be imported, else from httpx. mcp installs httpx2. Then the test client
# is no httpx.Client, its responses are no httpx.Response, and an httpx.Client does not take its transport's responses.
# Output seen: without mcp: an httpx.Client True; with mcp: an httpx.Client False
#              an httpx.Client over its transport: here, then AssertionError
# Why it matters: code that is tested by handing the app's transport to an httpx client, as Playback's own client was,
# passes or fails by what else is installed. Playback tests its client over a socket.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet starlette==1.10.0 httpx==0.28.1
cd "$folder"
cat > look.py <<'PYTHON'
import sys
import warnings

warnings.simplefilter("ignore")
import httpx
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

app = Starlette(routes=[Route("/", lambda request: PlainTextResponse("here"))])
with TestClient(app) as client:
    is_httpx = isinstance(client, httpx.Client)
    try:
        got = httpx.Client(transport=client._transport, base_url="http://testserver").get("/").text
    except Exception as error:
        got = type(error).__name__
print(is_httpx, got)
PYTHON
without=$("$folder/venv/bin/python" look.py)
"$folder/venv/bin/pip" install --quiet mcp==2.3.0
with=$("$folder/venv/bin/python" look.py)
echo "without mcp: an httpx.Client ${without% *}; with mcp: an httpx.Client ${with% *}"
echo "an httpx.Client over its transport: ${without#* }, then ${with#* }"
[ "$without" = "True here" ] && [ "$with" = "False AssertionError" ] || {
    echo "the behaviour changed: the test client is made of the same class with and without mcp" >&2
    exit 1
}
echo "as stated"
