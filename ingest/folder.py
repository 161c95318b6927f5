"""Recordings, show notes and captions on this machine become items; nothing is read beyond what names them."""

import codecs
import hashlib
from collections.abc import Iterable
from pathlib import Path

from ingest.catalogue import show_named_in
from ingest.errors import SourceError
from ingest.identity import number_in
from ingest.item import Item, Link
from ingest.library import sha256_of
from ingest.shownotes import parse_notes

RECORDINGS = frozenset({".mp3", ".m4a", ".mp4", ".aac", ".ogg", ".oga", ".opus", ".flac", ".wav", ".webm"})
NOTES = frozenset({".txt", ".html", ".htm", ".md"})
CAPTIONS = frozenset({".vtt", ".srt", ".json"})
FEEDS = frozenset({".xml", ".rss", ".atom"})

_MOST_NOTES_BYTES = 20 * 2**20
# A page names its show in its head; further down another show may be mentioned.
_HEAD_CHARACTERS = 2_000


def items_in(path: Path) -> tuple[tuple[Item, ...], tuple[str, ...]]:
    """Return the items of a folder (files of one name belong together) or of one file, and what could not be used.

    The second has a line for each file of a folder that was left out. Raises SourceError if the path is missing, of no
    known kind, empty, or a folder without any usable file.
    """
    if not path.exists():
        raise SourceError(
            f"{path}: no such file or folder; give a feed URL, a feed file, a folder or a file that exists"
        )
    if path.is_file():
        _require_usable(path)
        return (_item([path]),), ()
    # Hidden files are a system's own: "._talk.mp3" is no recording.
    files = sorted(
        file
        for file in path.rglob("*")
        if file.suffix.lower() in RECORDINGS | NOTES | CAPTIONS and not file.name.startswith(".") and file.is_file()
    )
    if not files:
        raise SourceError(f"{path}: the folder holds no recordings, show notes or captions; looked for {_known()}")
    groups: dict[Path, list[Path]] = {}
    problems: list[str] = []
    for file in files:
        try:
            _require_usable(file)
        except (SourceError, OSError) as error:
            problems.append(str(error))
        else:
            groups.setdefault(_stem_of(file, files), []).append(file)
    if not groups:
        raise SourceError(problems[0] if len(problems) == 1 else f"{path}: no usable file; {'; '.join(problems[:3])}")
    return tuple(_item(group) for group in groups.values()), tuple(problems)


def _stem_of(file: Path, files: Iterable[Path]) -> Path:
    """Return the name that groups a file: captions such as "talk.en.vtt" belong to the recording or notes "talk"."""
    stem = file.with_suffix("")
    if _kind(file) != "captions" or not stem.suffix:
        return stem
    shorter = stem.with_suffix("")
    return shorter if any(other.with_suffix("") == shorter for other in files) else stem


def read_text(data: bytes, name: str) -> str:
    """Decode a text file: UTF-8, UTF-16 or UTF-32 by their marks, else Windows Latin-1; SourceError for binary data."""
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF32_LE, "utf-32"),
        (codecs.BOM_UTF32_BE, "utf-32"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if data.startswith(mark):
            return data.decode(encoding, errors="replace")
    if b"\0" in data[:4096]:
        even, odd = data[0:4096:2].count(0), data[1:4096:2].count(0)
        if max(even, odd) < len(data[:4096]) // 5:
            raise SourceError(f"{name}: holds binary data, not text; give show notes as .txt or .html")
        return data.decode("utf-16-be" if even > odd else "utf-16-le", errors="replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _item(files: Iterable[Path]) -> Item:
    by_kind = {_kind(file): file for file in files}
    recording, notes_file = by_kind.get("recording"), by_kind.get("notes")
    captions = [file for file in files if _kind(file) == "captions"]
    named_by = recording or notes_file or captions[0]
    notes = _notes(notes_file) if notes_file else None
    page = parse_notes(notes) if notes else None
    title = (page and page.title) or named_by.stem
    show = show_named_in(f"{title}\n{(notes or '')[:_HEAD_CHARACTERS]}")
    digest = sha256_of(named_by)
    is_empty = named_by.stat().st_size == 0
    return Item(
        # Empty recordings are all alike; each is refused later, under its own name.
        guid=f"file:{hashlib.sha256(named_by.name.encode()).hexdigest() if is_empty else digest}",
        origin=str(named_by),
        show_title=show.title if show else named_by.resolve().parent.name or "recordings",
        title=title,
        number=number_in(title),
        published=page.published if page else None,
        duration=page.duration if page else None,
        notes=notes,
        enclosure=Link(str(recording.resolve())) if recording else None,
        transcripts=tuple(Link(str(file.resolve())) for file in captions),
        audio_sha256=digest if recording and not is_empty else None,
    )


def _require_usable(path: Path) -> None:
    """Raise SourceError for a file that cannot be named or read as what its ending says it is."""
    kind = _kind(path)
    if not _is_utf8(str(path)):
        raise SourceError(f"{str(path)!a}: its name is not UTF-8; rename the file")
    if kind == "notes":
        _notes(path)
    with path.open("rb"):
        pass


def _is_utf8(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _notes(path: Path) -> str:
    data = path.read_bytes()
    if len(data) > _MOST_NOTES_BYTES:
        raise SourceError(
            f"{path}: {len(data):,} bytes are more than show notes hold; the limit is {_MOST_NOTES_BYTES:,}"
        )
    text = read_text(data, str(path))
    if not text.strip():
        raise SourceError(f"{path}: the file is empty; nothing to ingest")
    return text


def _kind(path: Path) -> str:
    suffix = path.suffix.lower()
    for kind, suffixes in (("recording", RECORDINGS), ("notes", NOTES), ("captions", CAPTIONS)):
        if suffix in suffixes:
            return kind
    raise SourceError(f"{path}: files of this kind are not read; give a feed or one of {_known()}")


def _known() -> str:
    return " ".join(sorted(RECORDINGS | NOTES | CAPTIONS))
