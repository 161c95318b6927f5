"""A partial download on disk, kept so that a retry or a later run can resume it."""

import codecs
import contextlib
import hashlib
import json
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ingest.errors import SourceError, TransientError
from ingest.fetch.response_body import whole_number
from ingest.text.urls import shown_address


@dataclass(frozen=True, slots=True)
class Received:
    """The state of a partial download: bytes received, the file's validator, and the bytes of the whole file."""

    there: int
    validator: str
    whole: int


@dataclass(frozen=True, slots=True)
class PartialDownload:
    """A download in progress: the received bytes in `path`, and beside it a note on the server's file."""

    url: str
    path: Path
    limit: int
    progress: Callable[[int, int | None], None] | None

    @property
    def note(self) -> Path:
        """The path of the note that says which file of which server this is a part of."""
        return self.path.with_name(f"{self.path.name}.json")

    def resumable(self) -> Received | None:
        """Return the state of the partial download, None if it cannot be resumed."""
        try:
            note = json.loads(self.note.read_text(encoding="utf-8"))
            there = self.path.stat().st_size
            found = Received(there, note["validator"], note["whole"])
            same = note["url"] == _hash(self.url) and isinstance(found.validator, str) and isinstance(found.whole, int)
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return found if same and there else None

    def remember(self, validator: str | None, whole: int | None) -> None:
        """Write the note on the file that is now received; without validator or size a retry starts from zero."""
        if validator is None or whole is None:
            self.forget()
            return
        note = {"url": _hash(self.url), "validator": validator, "whole": whole}
        self.note.write_text(json.dumps(note), encoding="utf-8")

    def forget(self) -> None:
        """Delete the note, so that the next try starts from zero."""
        self.note.unlink(missing_ok=True)

    def append(self, received: Iterable[bytes], there: int, whole: int | None) -> int:
        """Append the received blocks, or start the file again if `there` is 0; return the bytes now in the file.

        Raises SourceError for a web page: a host that needs a login or has lost the file often sends one with status
        200.
        """
        with self.path.open("ab" if there else "wb") as file:
            for block in received:
                if not file.tell() and _is_markup(block):
                    raise SourceError(
                        f"{shown_address(self.url)}: is a web page, not a recording; open it in a browser"
                    )
                file.write(block)
                if self.progress is not None:
                    self.progress(file.tell(), whole)
            file.flush()
            os.fsync(file.fileno())
            return file.tell()

    def remove(self) -> None:
        """Delete the partial download and its note."""
        self.forget()
        self.path.unlink(missing_ok=True)


@contextlib.contextmanager
def kept_to_resume(part: PartialDownload) -> Iterator[None]:
    """Delete a failed download, unless a transient error stopped it and it can be resumed."""
    try:
        yield
    except SourceError as error:
        if not isinstance(error.__cause__, TransientError) or part.resumable() is None:
            part.remove()
        raise


def _is_markup(block: bytes) -> bool:
    """Return whether a file begins like a web page or feed; no recording begins with "<"."""
    return block.removeprefix(codecs.BOM_UTF8).lstrip()[:1] == b"<"


def _hash(url: str) -> str:
    # Hashed because an address may contain a password.
    return hashlib.sha256(url.encode()).hexdigest()


def whole_size(headers: Mapping[str, str]) -> int | None:
    """Return the bytes of the whole file, None if the server does not say or sends it encoded."""
    if "Content-Range" in headers:
        return whole_number(headers["Content-Range"].rpartition("/")[2])
    return None if "Content-Encoding" in headers else whole_number(headers.get("Content-Length"))


def validator(headers: Mapping[str, str]) -> str | None:
    """Return the validator for If-Range: a strong ETag, else the date; None if the download cannot be resumed.

    That is so if the body is sent encoded, the server refuses ranges, or it sends neither ETag nor date.
    """
    if "Content-Encoding" in headers or headers.get("Accept-Ranges", "").lower() == "none":
        return None
    etag = headers.get("ETag", "")
    return etag if etag.startswith('"') else headers.get("Last-Modified")


def continues(headers: Mapping[str, str], before: Received | None) -> bool:
    """Return whether a partial response is of the same file and starts where the partial download ends."""
    first = re.match(r"bytes (\d{1,15})-", headers.get("Content-Range", ""))
    if before is None or first is None or "Content-Encoding" in headers:
        return False
    # A server without support for If-Range may send the rest of a different file.
    same = validator(headers) in (None, before.validator) and whole_size(headers) == before.whole
    return same and int(first.group(1)) == before.there
