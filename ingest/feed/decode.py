"""Decode a feed's bytes into text that starts at the root tag, or say what the bytes are instead; pure."""

import codecs
import html
import re
from urllib.parse import urljoin

from ingest.errors import SourceError
from ingest.text.encoding import MARKS

_HEAD = 65_536
# Characters allowed before the root, for a server's error message or stray bytes.
_MOST_JUNK = 4_096
_MARKS = (
    *MARKS,
    (b"<\0?\0", "utf-16-le"),
    (b"<\0r\0", "utf-16-le"),
    (b"\0<\0?", "utf-16-be"),
    (b"\0<\0r", "utf-16-be"),
)
_BINARY = (
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"\x1f\x8b", "gzip-compressed data"),
    (b"ID3", "a recording"),
    (b"OggS", "a recording"),
    (b"RIFF", "a recording or image"),
    (b"fLaC", "a recording"),
)
_GIVE_A_FEED = "give the address of the show's RSS or Atom feed"
_SOME_ASCII = bytes(range(0x20, 0x5C))
_LATIN = frozenset({"iso8859-1", "ascii", "cp1252"})
_DECLARED = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]{1,40})[\"']")
_PROLOG = re.compile(r"<\?.*?(?:\?>|\Z)|<!--.*?(?:-->|\Z)", re.DOTALL)
_ROOT = re.compile(r"<((?:[\w.-]{1,40}:)?(?:rss|feed|RDF|channel))(?=[\s>])[^<>]*>")
_HTML = frozenset({"body", "br", "center", "div", "head", "meta", "p", "script", "table", "title"})
_WINDOWS = "playback-windows-latin-1"


def looks_like_feed(data: bytes) -> bool:
    """Return whether the data begin like an RSS or Atom document; the first 64 KiB are enough."""
    text, _ = _decode(data[:_HEAD])
    return _root(text) is not None


def feed_text(data: bytes, origin: str) -> tuple[str, str | None]:
    """Return a feed's text from its root's opening tag, and a line on its encoding if that has a problem.

    Raises SourceError, one line that begins with `origin`, if the data are not a feed or declare a DTD.
    """
    text, problem = _decode(data)
    root = _root(text)
    if root is None:
        raise SourceError(f"{origin}: {_what_it_is(data, text, origin)}")
    if "<!DOCTYPE" in text[: root.start()]:
        raise SourceError(f"{origin}: declares a document type (DTD), which is refused; give the plain feed")
    return text[root.start() :], problem


def root_tag(text: str) -> re.Match[str]:
    """Match the root's opening tag at the start of the text from `feed_text`; group 1 is its name."""
    found = _ROOT.match(text)
    assert found is not None
    return found


def _decode(data: bytes) -> tuple[str, str | None]:
    """Decode by byte order mark, by declaration, then as UTF-8, and report a wrong encoding.

    Bytes that are not valid UTF-8 are read as Windows-1252.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding, errors="replace").removeprefix("\ufeff"), None
    found = _DECLARED.search(data[:1_000])
    declared = _codec(found.group(1).decode("ascii", "replace")) if found else "utf-8"
    if declared not in _LATIN and declared != "utf-8":
        try:
            return data.decode(declared), None
        except (UnicodeError, LookupError):
            return data.decode("utf-8", _WINDOWS), f"the text is not {declared} as declared; it was read as UTF-8"
    try:
        # Try UTF-8 even if Latin-1 is declared: other encodings do not decode as UTF-8 by accident.
        return data.decode("utf-8"), None
    except UnicodeDecodeError:
        problem = "the text is not UTF-8 throughout; its other bytes were read as Windows Latin-1"
        return data.decode("utf-8", _WINDOWS), None if declared in _LATIN else problem


def _codec(name: str) -> str:
    """Return the codec's name if it reads ASCII as ASCII, else "utf-8": the declaration itself was read as ASCII."""
    try:
        found = codecs.lookup(name).name
        fits = "escape" not in found and _SOME_ASCII.decode(found) == _SOME_ASCII.decode("ascii")
    except (UnicodeError, LookupError):
        return "utf-8"
    return found if fits else "utf-8"


def _as_windows_latin1(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    wrong = error.object[error.start : error.end]
    return "".join(bytes([byte]).decode("cp1252", errors="replace") for byte in wrong), error.end


codecs.register_error(_WINDOWS, _as_windows_latin1)


def _root(text: str) -> re.Match[str] | None:
    """Find the root's tag after the prolog, or after a few lines that a server put before it."""
    found = _ROOT.search(text, 0, _HEAD)
    if found is None:
        return None
    before, _, doctype = _PROLOG.sub("", text[: found.start()]).strip().partition("<!DOCTYPE")
    # HTML or other XML with a feed's tag further down is not a feed.
    is_other = doctype.lstrip()[:4].lower() == "html" or re.match(r"<[A-Za-z!]", before) is not None
    # Text that only mentions an <rss> element gives it no version.
    is_talk = before.strip("\ufeff") != "" and "=" not in found.group()
    return None if is_other or is_talk or len(before) > _MOST_JUNK else found


def _what_it_is(data: bytes, text: str, origin: str) -> str:
    head = _PROLOG.sub("", text[:_HEAD]).strip()
    binary = next((name for magic, name in _BINARY if data.startswith(magic)), None)
    root = re.match(r"<([A-Za-z][\w:.-]{0,40})", head)
    if not text.strip("\0 \t\r\n"):
        return "is empty, not a feed; check the address"
    if binary or "\0" in head:
        return f"is {binary or 'binary data'}, not a feed; {_GIVE_A_FEED}"
    if re.search(r"<(!doctype\s+html|html)\b", head[:_MOST_JUNK], re.IGNORECASE) or (root and root.group(1) in _HTML):
        found = _feed_of_page(text[: 4 * _HEAD], origin)
        return f"is an HTML page, not a feed; {f'look for its RSS link: {found}' if found else _GIVE_A_FEED}"
    if head.startswith(("{", "[")):
        return f"is JSON, not a feed; {_GIVE_A_FEED}"
    if root:
        return f"is XML with the root <{root.group(1)}>, not an RSS or Atom feed; {_GIVE_A_FEED}"
    return f"is text, not a feed; {_GIVE_A_FEED}"


def _feed_of_page(page: str, origin: str) -> str | None:
    for tag in re.findall(r"<link\b[^<>]{1,2000}>", page, re.IGNORECASE):
        href = re.search(r"\bhref\s*=\s*[\"']?([^\"'\s>]{1,300})", tag, re.IGNORECASE)
        if href and re.search(r"application/(rss|atom)\+xml", tag, re.IGNORECASE):
            return _joined(origin, html.unescape(href.group(1)))
    return None


def _joined(base: str, reference: str) -> str:
    reference = "".join(letter for letter in reference if letter.isprintable())
    try:
        return urljoin(base, reference) if base.startswith(("http://", "https://")) else reference
    except ValueError:
        return reference
