"""A file on its way: what was received of it, kept so that the next try or run can go on from there."""

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
    """What is there of a server's file: its bytes, the validator of that file, and the bytes of the whole."""

    there: int
    validator: str
    whole: int


@dataclass(frozen=True, slots=True)
class PartialDownload:
    """A download on its way: what is there of it, and beside it which file of the server it is a part of."""

    url: str
    path: Path
    limit: int
    progress: Callable[[int, int | None], None] | None

    @property
    def note(self) -> Path:
        """The file that tells which file of which server this is a part of."""
        return self.path.with_name(f"{self.path.name}.json")

    def resumable(self) -> Received | None:
        """Return what is there of the server's file, None if it is of no use."""
        try:
            note = json.loads(self.note.read_text(encoding="utf-8"))
            there = self.path.stat().st_size
            found = Received(there, note["validator"], note["whole"])
            same = note["url"] == _hash(self.url) and isinstance(found.validator, str) and isinstance(found.whole, int)
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return found if same and there else None

    def remember(self, validator: str | None, whole: int | None) -> None:
        """Note which file is received from now on; without a validator and a size a next try begins anew."""
        if validator is None or whole is None:
            self.forget()
            return
        note = {"url": _hash(self.url), "validator": validator, "whole": whole}
        self.note.write_text(json.dumps(note), encoding="utf-8")

    def forget(self) -> None:
        """Let the next try begin anew."""
        self.note.unlink(missing_ok=True)

    def append(self, received: Iterable[bytes], there: int, whole: int | None) -> int:
        """Put what is received behind the first bytes, or in their place if `there` is 0; return how many there are.

        Raises SourceError for a page: a host that asks for a password, or has lost the file, often sends one as 200.
        """
        with self.path.open("ab" if there else "wb") as file:
            for block in received:
                if not file.tell() and _is_markup(block):
                    raise SourceError(
                        f"{shown_address(self.url)}: is a web page and no recording; look at it in a browser"
                    )
                file.write(block)
                if self.progress is not None:
                    self.progress(file.tell(), whole)
            file.flush()
            os.fsync(file.fileno())
            return file.tell()

    def remove(self) -> None:
        """Leave nothing of the download."""
        self.forget()
        self.path.unlink(missing_ok=True)


@contextlib.contextmanager
def kept_to_resume(part: PartialDownload) -> Iterator[None]:
    """Leave nothing of a download that failed, unless it failed on its way and the next one can go on from there."""
    try:
        yield
    except SourceError as error:
        if not isinstance(error.__cause__, TransientError) or part.resumable() is None:
            part.remove()
        raise


def _is_markup(block: bytes) -> bool:
    """Whether a file begins as a page or a feed; no recording begins with "<"."""
    return block.removeprefix(codecs.BOM_UTF8).lstrip()[:1] == b"<"


def _hash(url: str) -> str:
    # An address may hold a password.
    return hashlib.sha256(url.encode()).hexdigest()


def whole_size(headers: Mapping[str, str]) -> int | None:
    """Return the bytes of the whole file, None if the server does not say or encodes it on its way."""
    if "Content-Range" in headers:
        return whole_number(headers["Content-Range"].rpartition("/")[2])
    return None if "Content-Encoding" in headers else whole_number(headers.get("Content-Length"))


def validator(headers: Mapping[str, str]) -> str | None:
    """Return what If-Range may name: a strong ETag, else the date; None where the body is encoded on its way."""
    if "Content-Encoding" in headers or headers.get("Accept-Ranges", "").lower() == "none":
        return None
    etag = headers.get("ETag", "")
    return etag if etag.startswith('"') else headers.get("Last-Modified")


def continues(headers: Mapping[str, str], before: Received | None) -> bool:
    """Say whether a partial response is of the file that was begun, and goes on where that ends."""
    first = re.match(r"bytes (\d{1,15})-", headers.get("Content-Range", ""))
    if before is None or first is None or "Content-Encoding" in headers:
        return False
    # A server that does not know If-Range may send the rest of another file.
    same = validator(headers) in (None, before.validator) and whole_size(headers) == before.whole
    return same and int(first.group(1)) == before.there
