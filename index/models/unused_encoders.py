"""Remove compiled encoders that no generation and no setting uses any more."""

import contextlib
import json
import logging
import os
import shutil
import time
from pathlib import Path

from index.generations.manifests import index_folder, numbers
from index.models.compiled_files import encoders_folder, folder_of
from ingest.storage.files import lock

logger = logging.getLogger(__name__)

# Another process may have compiled an encoder this recently, or taken it up, for the generation it is about to build.
_FRESH = 24 * 60 * 60


def remove_unused_encoders(home: Path, weights: str) -> list[Path]:
    """Remove every compiled encoder but that of `weights` and those of the generations on disk; return their folders.

    The caller must hold the index folder's lock. Removes none if a generation does not say what it was made with, or
    while another process compiles. Never raises OSError: what cannot be removed now goes another time.
    """
    root = encoders_folder(home)
    try:
        if not root.is_dir():
            return []
        used = {folder_of(home, name) for name in (weights, *_used(home))}
        with lock(root, wait=False) as held:
            return [folder for folder in _old(root) if folder not in used and _removed(folder)] if held else []
    except (OSError, ValueError, TypeError, KeyError) as error:
        logger.info("no encoder was removed: %s", error)
        return []


def take_up_encoder(home: Path, weights: str) -> None:
    """Keep a compiled encoder for a day from now on, although no generation names it yet.

    A build calls it before it waits for the index folder's lock: whoever holds that may publish with other encoders.
    """
    with contextlib.suppress(OSError):  # it was not compiled, or is another user's
        os.utime(folder_of(home, weights))


def _used(home: Path) -> list[str]:
    """Return the weights of the encoders that the generations on disk name, whatever their schema."""
    manifests = [index_folder(home) / str(number) / "manifest.json" for number in numbers(home)]
    return [str(json.loads(path.read_bytes())["weights"]) for path in manifests]


def _old(root: Path) -> list[Path]:
    """Return the folders of encoders that were not compiled or taken up just now."""
    return [path for path in sorted(root.glob("*-ctranslate2-*")) if time.time() - path.stat().st_mtime > _FRESH]


def _removed(folder: Path) -> bool:
    try:
        shutil.rmtree(folder)
    except OSError as error:
        logger.warning("%s: not needed any more, but could not be removed: %s", folder, error)
        return False
    return True
