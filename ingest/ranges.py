"""What the headers of a response say of the file that it is, or of which it is a part."""

import re
from collections.abc import Mapping

from ingest.fetch.partial_download import Received
from ingest.fetch.response_body import whole_number


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


def goes_on(headers: Mapping[str, str], before: Received | None) -> bool:
    """Say whether a partial response is of the file that was begun, and goes on where that ends."""
    first = re.match(r"bytes (\d{1,15})-", headers.get("Content-Range", ""))
    if before is None or first is None or "Content-Encoding" in headers:
        return False
    # A server that does not know If-Range may send the rest of another file.
    same = validator(headers) in (None, before.validator) and whole_size(headers) == before.whole
    return same and int(first.group(1)) == before.there
