"""The index that the archive's page of search reads: made by pagefind, packed in scripts that load from a disk too."""

import json
import shutil
from base64 import b64encode
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

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

    # By way of folders, because its service never ends if an answer has more than 2 MiB, and takes a tenth of a second
    # for each page that is handed to it.
    with TemporaryDirectory(prefix="playback-") as temporary:
        read, made = Path(temporary) / "read", Path(temporary) / "made"
        read.mkdir()
        for page in pages:
            (read / page).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(folder / page, read / page)
        # Not `async with PagefindIndex(…)`, which at its end writes to the folder that the program runs in.
        async with PagefindService() as service:
            index = await service.create_index(
                config=IndexConfig(root_selector="main", force_language="en", keep_index_url=True)
            )
            await index.add_directory(str(read))
            await index.write_files(str(made))
        found = sorted(path.relative_to(made).as_posix() for path in made.rglob("*") if path.is_file())
        return [
            (f"{FOLDER}/{name}.js", _packed(name, (made / name).read_bytes()))
            for name in found
            if name in _READ or name.endswith(_READ_ENDS)
        ]


def _packed(path: str, content: bytes) -> bytes:
    return f'archived({json.dumps(path)},"{b64encode(content).decode()}");\n'.encode()
