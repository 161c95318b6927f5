"""Stream a response body in blocks, decompressed, with limits on bytes, time and rate."""

import re
import time
import zlib
from collections.abc import Iterable, Iterator, Mapping

from ingest.errors import SourceError, TransientError
from ingest.fetch.retry import FetchLimits

# Bytes of a block, small enough to detect a decompression bomb long before it is unpacked.
_BLOCK = 65_536
_GZIP = 16 + zlib.MAX_WBITS


def blocks(
    received: Iterable[bytes], headers: Mapping[str, str], name: str, limit: int, limits: FetchLimits, deadline: float
) -> Iterator[bytes]:
    """Yield the decoded body, lazily, in blocks of at most 64 KiB and `limit` bytes in total.

    `deadline` is in seconds of the monotonic clock. Raises SourceError, which begins with `name`, for too many bytes
    and for any encoding but one layer of gzip; TransientError for a body that is too slow or ends too soon.
    """
    encoding = headers.get("Content-Encoding", "").strip().lower()
    if encoding not in ("", "identity", "gzip"):
        raise SourceError(f"{name}: has an encoding that was not requested; report it to the publisher")
    too_large = SourceError(f"{name}: is larger than {limit:,} bytes; it was not fetched")
    if (whole_number(headers.get("Content-Length")) or 0) > limit:
        raise too_large
    paced = _paced(received, limits, deadline)
    if encoding == "gzip":
        # Incompressible data grow a little in gzip. Without this limit, empty gzip blocks could arrive for ever.
        paced = _unzipped(_within(paced, limit + _BLOCK, too_large), name)
    return _within(paced, limit, too_large)


def whole_number(text: str | None) -> int | None:
    """Return a header's number, None unless the header is 1 to 15 digits."""
    return int(text) if text and re.fullmatch(r"\s*[0-9]{1,15}\s*", text) else None


def _within(received: Iterable[bytes], most: int, too_large: SourceError) -> Iterator[bytes]:
    size = 0
    for block in received:
        size += len(block)
        if size > most:
            raise too_large
        yield block


def _paced(received: Iterable[bytes], limits: FetchLimits, deadline: float) -> Iterator[bytes]:
    since, in_window = time.monotonic(), 0
    for block in received:
        now, in_window = time.monotonic(), in_window + len(block)
        if now > deadline:
            raise TransientError("took too long")
        if now - since >= limits.window:
            if in_window < limits.rate * (now - since):
                raise TransientError(f"sends less than {limits.rate:.0f} bytes per second")
            since, in_window = now, 0
        yield block


def _unzipped(received: Iterable[bytes], name: str) -> Iterator[bytes]:
    decoder = zlib.decompressobj(_GZIP)
    try:
        for block in received:
            while block and not decoder.eof:
                yield decoder.decompress(block, _BLOCK)
                block = decoder.unconsumed_tail or decoder.unused_data
            if block.strip(b"\0"):  # some servers pad with zeros
                raise SourceError(f"{name}: has extra bytes after its compressed data; report it to the publisher")
        while not decoder.eof and (block := decoder.decompress(b"", _BLOCK)):
            yield block
    except zlib.error as error:
        raise SourceError(f"{name}: its compressed data are damaged ({error}); try again later") from error
    if not decoder.eof:
        raise TransientError("ended in the middle of its compressed data")
