#!/usr/bin/env bash
# pagefind 1.5.2 (Python): an index whose files are asked for in memory is also written to the working folder.
#
# A good guess: `PagefindIndex` without an output path, from which `get_files()` takes the files as bytes, writes nothing.
# What happens: at the end of `async with` it writes all of them to a folder `pagefind` where the program was started.
# Output seen: 15 files in memory, written: pagefind, 15 files
# Why it matters: whoever makes an archive from a folder of a project finds a new folder beside the sources, and commits
# it by mistake. Playback runs the command of pagefind instead, and tells it where to write.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet pagefind==1.5.2 pagefind-bin==1.5.2
mkdir "$folder/work"
cd "$folder/work"
"$folder/venv/bin/python" - <<'PYTHON'
import asyncio
import sys
from pathlib import Path

from pagefind.index import PagefindIndex


async def made():
    async with PagefindIndex() as index:
        await index.add_html_file(
            content="<html lang=en><body><main>They moved the records at night.</main></body></html>", url="/records/"
        )
        return await index.get_files()


files = asyncio.run(made())
written = sorted(path.name for path in Path().iterdir())
count = sum(path.is_file() for path in Path().rglob("*"))
print(f"{len(files)} files in memory, written: {', '.join(written) or 'nothing'}, {count} files")
if written != ["pagefind"] or count != len(files):
    sys.exit("the behaviour changed: files that are asked for in memory are not written")
print("as stated")
PYTHON
