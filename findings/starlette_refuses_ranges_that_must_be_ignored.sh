#!/usr/bin/env bash
# starlette 1.10.0: FileResponse answers 400 to a Range header that must be ignored, and 416 to one that can be met.
#
# A good guess: by RFC 9110 (14.2) a server MUST ignore a range in a unit that it does not know and send the whole file.
# A list of ranges can be met (14.1.2) if one of them can; those beyond the end are left out.
# What happens: any unit but bytes gives 400 and no file. One range beyond the end makes the whole list 416.
# Output seen: bytes=0-9 206 / seconds=10-20 400 / bytes=0-9,200000-200009 416
# Why it matters: Playback serves recordings by this class. It catches the 400 and sends the recording without the
# range; a player that asks for a list still gets the 416.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet starlette==1.10.0
cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import asyncio
import sys
from pathlib import Path

from starlette.responses import FileResponse

Path("talk.mp3").write_bytes(bytes(100_000))


async def status(asked):
    """The status for one request, by the ASGI protocol alone."""
    scope = {"type": "http", "asgi": {"spec_version": "2.4"}, "method": "GET", "path": "/"}
    scope["headers"] = [(b"range", asked.encode())]
    sent = []

    async def receive():
        return {"type": "http.disconnect"}

    async def send(message):
        sent.append(message)

    await FileResponse("talk.mp3", media_type="audio/mpeg")(scope, receive, send)
    return sent[0]["status"]


seen = {asked: asyncio.run(status(asked)) for asked in ("bytes=0-9", "seconds=10-20", "bytes=0-9,200000-200009")}
print(" / ".join(f"{asked} {answer}" for asked, answer in seen.items()))
if seen["bytes=0-9"] != 206:
    sys.exit("changed: an ordinary range is not met")
if seen["seconds=10-20"] != 400:
    sys.exit("changed: an unknown unit is no longer refused")
if seen["bytes=0-9,200000-200009"] != 416:
    sys.exit("changed: a list with one range beyond the end is no longer refused")
print("as stated")
PYTHON
