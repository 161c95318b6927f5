#!/usr/bin/env bash
# mcp 2.3.0: to construct an MCPServer gives the whole program a log at the level INFO.
#
# A good guess: a library logs to its own logger and leaves the root logger to the program, as Python's guide says.
# What happens: the constructor calls logging.basicConfig. From then on every library of the process writes to standard
# error from INFO on, unless the program had set up its log before.
# Output seen: before: 0 handlers, WARNING; after: 1 handler, INFO
#              written by another library: True
# Why it matters: HTTP clients log each address at INFO, so addresses of feeds with passwords in them would come into
# the log of a server that was told to log warnings only. Playback builds its server from the SDK's low-level class.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet mcp==2.3.0
cd "$folder"
"$folder/venv/bin/python" - 2> errors <<'PYTHON'
import logging
import sys
from pathlib import Path

from mcp.server import MCPServer

root = logging.getLogger()
before = len(root.handlers), logging.getLevelName(root.level)
MCPServer("quotes")
after = len(root.handlers), logging.getLevelName(root.level)
logging.getLogger("another.library").info("GET https://reader:password@example.org/feed.xml")
written = "example.org" in Path("errors").read_text()
print(f"before: {before[0]} handlers, {before[1]}; after: {after[0]} handler, {after[1]}")
print(f"written by another library: {written}")
if (before, after, written) != ((0, "WARNING"), (1, "INFO"), True):
    sys.exit("the behaviour changed: the server leaves the log of its host alone")
print("as stated")
PYTHON
