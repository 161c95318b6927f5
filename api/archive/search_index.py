"""The index that the archive's page of search reads: made by pagefind, packed in scripts that load from a disk too."""

import json
import os
import shutil
import subprocess
import sys
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

_OPTIONS = ("--root-selector", "main", "--force-language", "en", "--keep-index-url", "--silent")


def require_pagefind() -> None:
    """Raise SourceError if pagefind is not installed."""
    if find_spec("pagefind") is None or find_spec("pagefind_bin") is None:
        raise SourceError("the search of an archive needs pagefind; run: pip install 'gds-playback[archive]'")


def search_files(folder: Path, pages: Iterable[str]) -> list[tuple[str, bytes]]:
    """Return the files of an index over pages of an archive, by their names in it; raises SourceError.

    Each is a script that hands over the bytes of one of pagefind's files, because browsers fetch no data from a disk.
    """
    with TemporaryDirectory(prefix="playback-") as temporary:
        read, made = Path(temporary) / "read", Path(temporary) / "made"
        read.mkdir()
        for page in pages:
            (read / page).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(folder / page, read / page)
        # Not pagefind's service for Python, which answers before it has flushed the files and is then told to end. The
        # command has written all when it ends.
        command = [sys.executable, "-m", "pagefind", "--site", str(read), "--output-path", str(made), *_OPTIONS]
        settings = {name: value for name, value in os.environ.items() if not name.startswith("PAGEFIND_")}
        done = subprocess.run(command, cwd=temporary, env=settings, capture_output=True, text=True)  # noqa: S603 - ours
        if done.returncode:
            raise SourceError(f"pagefind made no search of the archive: {' '.join(done.stderr.split())}")
        found = sorted(path.relative_to(made).as_posix() for path in made.rglob("*") if path.is_file())
        return [
            (f"{FOLDER}/{name}.js", _packed(name, (made / name).read_bytes()))
            for name in found
            if name in _READ or name.endswith(_READ_ENDS)
        ]


def _packed(path: str, content: bytes) -> bytes:
    return f'archived({json.dumps(path)},"{b64encode(content).decode()}");\n'.encode()
