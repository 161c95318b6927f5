"""Turn local recordings, show notes and captions into items, reading only what is needed to identify them."""

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from ingest.errors import SourceError
from ingest.feed.numbers import number_in
from ingest.item import Item, Link
from ingest.reference.catalogue import show_named_in
from ingest.shownotes.parse import parse_notes
from ingest.storage.files import sha256_of
from ingest.text.encoding import read_text

RECORDINGS = frozenset({".mp3", ".m4a", ".mp4", ".aac", ".ogg", ".oga", ".opus", ".flac", ".wav", ".webm"})
NOTES = frozenset({".txt", ".html", ".htm", ".md"})
CAPTIONS = frozenset({".vtt", ".srt", ".json"})
FEEDS = frozenset({".xml", ".rss", ".atom"})
_LEADS_OUT = "is a link to a place outside the folder, so it was not read; ingest the link's target directly"

_READ = RECORDINGS | NOTES | CAPTIONS
_MOST_NOTES_BYTES = 20 * 2**20
# A page names its show near the top; further down it may mention other shows.
_HEAD_CHARACTERS = 2_000


def items_in(path: Path) -> tuple[tuple[Item, ...], tuple[str, ...]]:
    """Return the items of a file, or of a folder with one item per group of files of one name; and the problems.

    The problems have one line per file of the folder that was left out. Links that lead out of the folder are left
    out, because an archive from elsewhere may link to anything; a path that is itself a link is followed.
    Raises SourceError if the path is missing, empty or of an unknown kind, or if the folder has no usable file.
    """
    if not path.exists():
        raise SourceError(
            f"{path}: no such file or folder; give a feed URL, a feed file, a folder or a file that exists"
        )
    if path.is_file():
        _require_usable(path)
        return (_item([path]),), ()
    files, problems = _files_in(path)
    if not files and not problems:
        raise SourceError(f"{path}: the folder holds no recordings, show notes or captions; looked for {_known()}")
    groups: dict[Path, list[Path]] = {}
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


def items_inside(items: Iterable[Item], folder: Path) -> tuple[tuple[Item, ...], tuple[str, ...]]:
    """Return the items of a local feed without the files that lie outside its folder, and a line for each such file.

    The feed and its folder are untrusted: links may lead anywhere, and reading a named pipe may never end.
    """
    kept, problems = [], dict[str, None]()
    for item in items:
        links = [link for link in (item.enclosure, *item.transcripts) if link is not None and "://" not in link.url]
        refused = {link: reason for link in links if (reason := _refused(Path(link.url), folder))}
        problems |= {f"{Path(link.url).name}: {reason}": None for link, reason in refused.items()}
        enclosure = None if item.enclosure in refused else item.enclosure
        kept.append(
            replace(item, enclosure=enclosure, transcripts=tuple(x for x in item.transcripts if x not in refused))
        )
    return tuple(kept), tuple(problems)


def _files_in(folder: Path) -> tuple[list[Path], list[str]]:
    """Return the readable files of a folder, sorted, and a line for each link that leads out of it."""
    files, problems = [], []
    for path in sorted(folder.rglob("*")):
        # Hidden files belong to the system: "._talk.mp3" is not a recording. Folders matter only if they are links.
        is_wanted = path.suffix.lower() in _READ and not path.name.startswith(".") and path.is_file()
        if (is_wanted or (path.is_symlink() and path.is_dir())) and _leads_out(path, folder):
            problems.append(f"{path}: {_LEADS_OUT}")
        elif is_wanted:
            files.append(path)
    return files, problems


def _refused(file: Path, folder: Path) -> str | None:
    """Return why a file that a local feed names must not be read; None if it may be read or does not exist yet."""
    if _leads_out(file, folder):
        return _LEADS_OUT
    return "is not a regular file" if file.exists() and not file.is_file() else None


def _leads_out(file: Path, folder: Path) -> bool:
    """Return whether a file or one of its parent folders is a link to a place outside `folder`."""
    return not file.resolve().is_relative_to(folder.resolve())


def _stem_of(file: Path, files: Iterable[Path]) -> Path:
    """Return the path by which files are grouped: captions "talk.en.vtt" belong to the recording or notes "talk"."""
    stem = file.with_suffix("")
    if _kind(file) != "captions" or not stem.suffix:
        return stem
    shorter = stem.with_suffix("")
    return shorter if any(other.with_suffix("") == shorter for other in files) else stem


def _item(files: Iterable[Path]) -> Item:
    by_kind = {_kind(file): file for file in files}
    recording, notes_file = by_kind.get("recording"), by_kind.get("notes")
    captions = [file for file in files if _kind(file) == "captions"]
    named_by = recording or notes_file or captions[0]
    notes = _notes(notes_file) if notes_file else None
    page = parse_notes(notes) if notes else None
    title = (page and page.title) or named_by.stem
    known = show_named_in(f"{title}\n{(notes or '')[:_HEAD_CHARACTERS]}")
    show_title = known.title if known else named_by.resolve().parent.name or "recordings"
    digest = sha256_of(named_by)
    is_empty = named_by.stat().st_size == 0
    return Item(
        # All empty recordings have the same hash, so their name identifies them; each is refused later.
        guid=f"file:{hashlib.sha256(named_by.name.encode()).hexdigest() if is_empty else digest}",
        origin=str(named_by),
        show_title=show_title,
        title=title,
        number=number_in(title, show_title),
        published=page.published if page else None,
        duration=page.duration if page else None,
        notes=notes,
        enclosure=Link(str(recording.resolve())) if recording else None,
        transcripts=tuple(Link(str(file.resolve())) for file in captions),
        audio_sha256=digest if recording and not is_empty else None,
    )


def _require_usable(path: Path) -> None:
    """Raise SourceError if a file's name is not UTF-8, its kind is unknown or its notes cannot be read."""
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
            f"{path}: {len(data):,} bytes are too many for show notes; the limit is {_MOST_NOTES_BYTES:,}"
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
    raise SourceError(f"{path}: this kind of file is not supported; give a feed or one of {_known()}")


def _known() -> str:
    return " ".join(sorted(_READ))
