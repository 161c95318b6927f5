"""Decode the bytes of an untrusted text file in any encoding; pure."""

import codecs

from ingest.errors import SourceError

# Byte order marks and the encodings they stand for.
MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, because this mark begins with UTF-16's mark
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_HEAD = 4_096


def decode_text(data: bytes) -> str:
    """Decode by byte order mark, else as UTF-16 if every other byte is mostly 0, else as UTF-8 or Windows-1252."""
    for mark, encoding in MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, errors="replace")
    if (encoding_found := _unmarked_utf16(data[:_HEAD])) is not None:
        return data.decode(encoding_found, errors="replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        # Text that claims to be Latin-1 more often holds Windows curly quotes than control characters.
        return data.decode("cp1252", errors="replace")


def read_text(data: bytes, name: str) -> str:
    """Decode a text file as `decode_text` does; raises SourceError, starting with `name`, for binary data."""
    head = data[:_HEAD]
    is_marked = any(data.startswith(mark) for mark, _ in MARKS)
    if not is_marked and b"\0" in head and _unmarked_utf16(head) is None:
        raise SourceError(f"{name}: holds binary data, not text; give show notes as .txt or .html")
    return decode_text(data)


def _unmarked_utf16(head: bytes) -> str | None:
    even, odd = head[::2].count(0), head[1::2].count(0)
    if max(even, odd) == 0 or max(even, odd) < len(head) // 5:
        return None
    return "utf-16-be" if even > odd else "utf-16-le"
