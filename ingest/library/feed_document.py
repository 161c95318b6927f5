"""The bytes of each show's feed as last read, so that they can be published again with additions.

<home>/library/feeds/<show id>.xml

The show's record has their SHA-256. Items of purged episodes are cut out before the bytes are written.
"""

import hashlib
from pathlib import Path

from ingest.library.records import FeedRecord, feeds_folder
from ingest.storage.documents import exists, remove
from ingest.storage.files import read_bytes, sha256_of, sync_folder, write_bytes


def document_path(home: Path, show_id: str) -> Path:
    """Return the file that holds the bytes of a show's feed."""
    return feeds_folder(home) / f"{show_id}.xml"


def keep_document(home: Path, show_id: str, data: bytes) -> str:
    """Write the bytes of a show's feed unless they are there, and return their SHA-256."""
    path, checksum = document_path(home, show_id), hashlib.sha256(data).hexdigest()
    if not exists(path) or sha256_of(path) != checksum:
        write_bytes(path, data)
    return checksum


def kept_document(home: Path, feed: FeedRecord) -> bytes | None:
    """Return the bytes of a show's feed, None if they are not kept or are not those of its record."""
    try:
        data = read_bytes(document_path(home, feed.show.id))
    except FileNotFoundError:
        return None
    return data if hashlib.sha256(data).hexdigest() == feed.document else None


def forget_document(home: Path, show_id: str) -> None:
    """Delete the bytes of a show's feed, if they are kept."""
    path = document_path(home, show_id)
    if exists(path):
        remove(path)
        sync_folder(path.parent)
