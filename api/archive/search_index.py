"""The index that the archive's page of search reads: made by pagefind, packed in scripts that load from a disk too."""

import json
from base64 import b64encode
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

from ingest.errors import SourceError

FOLDER = "pagefind"
# What a search reads; pagefind's own boxes and its worker stay behind.
_READ = ("pagefind.js", "pagefind-entry.json", "wasm.en.pagefind")
_READ_ENDS = (".pf_meta", ".pf_index", ".pf_fragment")


def require_pagefind() -> None:
    """Raise SourceError if pagefind is not installed."""
    if find_spec("pagefind") is None or find_spec("pagefind_bin") is None:
        raise SourceError("the search of an archive needs pagefind; run: pip install 'gds-playback[archive]'")


async def search_files(folder: Path, pages: Iterable[str]) -> list[tuple[str, bytes]]:
    """Return the files of an index over pages of an archive, by their names in it.

    Each is a script that hands over the bytes of one of pagefind's files, because browsers fetch no data from a disk.
    """
    from pagefind.index import IndexConfig
    from pagefind.service import PagefindService

    # Not `async with PagefindIndex(…)`, which at its end writes the index to the folder that the program runs in.
    async with PagefindService() as service:
        index = await service.create_index(config=IndexConfig(root_selector="main", force_language="en"))
        for page in pages:
            await index.add_html_file(content=(folder / page).read_text("utf-8"), url=f"/{page}")
        found = await index.get_files()
    return [
        (f"{FOLDER}/{one['path']}.js", _packed(one["path"], one["content"]))
        for one in found
        if one["path"] in _READ or one["path"].endswith(_READ_ENDS)
    ]


def _packed(path: str, content: bytes) -> bytes:
    return f'archived({json.dumps(path)},"{b64encode(content).decode()}");\n'.encode()
