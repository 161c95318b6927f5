"""Read captions from the first usable transcript link of an episode, store them unchanged and refresh them."""

import hashlib
import logging
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from ingest.captions.reader import read_caption_file
from ingest.captions.turns import Cue
from ingest.errors import PlaybackError, SourceError, TransientError
from ingest.fetch.client import Fetched, fetch, open_client
from ingest.fetch.retry import FetchLimits
from ingest.item import Link
from ingest.library.records import Record, episode_folder
from ingest.shownotes.parse import parse_notes
from ingest.storage.documents import stamp, touch
from ingest.storage.files import hash_of, read_if_whole, refuse_damaged, sha256_of, write_json
from ingest.text.encoding import read_text
from ingest.text.urls import is_remote, shown_address

logger = logging.getLogger(__name__)

# Increase it when the same captions give a different result; stored captions are then read again.
CAPTIONS_VERSION = 2
# Seconds after which a server is asked whether its captions changed: an hourly refresh of hundreds of episodes must not
# send a request for each of them every hour.
LOOK_AGAIN = 24 * 3600.0

_LIMITS = FetchLimits(size=20 * 2**20)
# Times matter more than words here, and JSON keeps names and word times, which the others may lack (contract).
_ORDER = ("json", "vtt", "srt", "html", "text")


@dataclass(frozen=True, slots=True)
class Captions:
    """The content of the first usable transcript link: cues with times, or another copy of the official text.

    `inputs` is the hash of the links. `url`, `document_sha256`, `etag` and `last_modified` describe the document used,
    None for a file and in captions that an earlier version wrote. `passing` says that a better link failed with a
    transient error; it is never written to disk. `left_out` are the first words of captions whose time cannot be read,
    `unread_labels` the labels in their text that name nobody, so that their words have no speaker.
    """

    inputs: str
    cues: tuple[Cue, ...] = ()
    notes: str | None = None
    problems: tuple[str, ...] = ()
    url: str | None = None
    document_sha256: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    passing: bool = False
    left_out: tuple[str, ...] = ()
    unread_labels: tuple[str, ...] = ()


def captions_of(home: Path, record: Record, again: bool, allow: frozenset[str] | None = frozenset()) -> Captions:
    """Read the episode's captions from its first usable transcript link, and store them unchanged.

    Captions from a server are requested again after a day, with a conditional request. `again` reads all links again;
    if `allow` is None, no request is sent. A missing link or an unreachable server never removes stored captions. A
    better link that was unreachable is tried again after a day. Raises LibraryError if the stored captions are damaged
    and cannot be read again.
    """
    links = transcript_links(record)
    inputs = hash_of([CAPTIONS_VERSION, [_described(link) for link in links]])
    path = episode_folder(home, record.episode.id) / "captions.json"
    stored = _load(path)
    if stored is None and not links:
        refuse_damaged(path)
        return Captions(inputs)
    used = None if stored is None else _used(links, stored)
    # Captions of a lower-ranked link are stored with other inputs, so that the search for better ones continues.
    lesser = hash_of([inputs, "a better link was out of reach"])
    is_done = stored is not None and (stored.inputs == inputs or (stored.inputs == lesser and _is_fresh(path)))
    if stored is not None and (not links or (is_done and not again)):
        return stored if used is None else _refreshed(stored, used, path, record.episode.duration, allow)
    captions, link = _first_usable(links, inputs, record.episode.duration, allow)
    is_worse = link is None or (captions.passing and used is not None and links.index(used) < links.index(link))
    if stored is not None and is_worse:
        return replace(stored, problems=captions.problems)
    if link is None:
        refuse_damaged(path)
        return captions
    _store(path, replace(captions, inputs=lesser) if captions.passing else captions)
    return captions


def transcript_links(record: Record) -> list[Link]:
    """Return the episode's transcript links, the one to use first.

    Links in the episode's language come before others, then the better format, then a stated language before none. A
    link without a language is in the episode's. If that is unknown, only the format counts.
    """
    links = [link for item in record.items for link in item.transcripts]
    language = next((item.language for item in record.items if item.language), None)
    return sorted(links, key=lambda link: _preference(link, language))


def kind_of(link: Link) -> str:
    """Return the format that a link states: json, vtt, srt, html or text."""
    return _ORDER[_rank(link)]


def kept_captions(home: Path, identifier: str) -> Captions | None:
    """Return the captions that an earlier run kept, None if there are none or their file is damaged."""
    return _load(episode_folder(home, identifier) / "captions.json")


def link_of(links: Sequence[Link], stored: Captions) -> Link | None:
    """Return the link, of an episode's links in order, that stored captions came from; None if it is listed no more.

    Captions of a file do not name it: theirs is the first link that did not fail.
    """
    if stored.url is not None:
        return _used(links, stored)
    return next((link for link in links if failure_of(link, stored.problems) is None), None)


def failure_of(link: Link, problems: Sequence[str]) -> str | None:
    """Return why a link gave no captions, None if `problems` (of a `Captions`) do not name it."""
    names = (f"{shown_address(link.url)}: ", f"{link.url}: ")
    return next((problem[len(name) :] for problem in problems for name in names if problem.startswith(name)), None)


def _used(links: Sequence[Link], stored: Captions) -> Link | None:
    """Return the link that the captions came from, None if it is no longer listed or was a file.

    A link with a different query also matches, because hosts that sign their addresses change the query at any time.
    """
    if stored.url is None:
        return None
    same = [link for link in links if link.url == stored.url]
    alike = [link for link in links if _bare(link.url) == _bare(stored.url)]
    return next(iter((*same, *alike)), None)


def _refreshed(
    stored: Captions, link: Link, path: Path, duration: float | None, allow: frozenset[str] | None
) -> Captions:
    """Return the server's current captions if they changed and are usable, else the stored ones; at most once a day."""
    if allow is None or _is_fresh(path):
        return stored
    found = stored
    try:
        fetched = _fetched(link.url, allow, stored.etag, stored.last_modified)
        if not fetched.not_modified:
            is_same = _sha256(fetched.data) == stored.document_sha256
            found = stored if is_same else _read(link, stored.inputs, fetched, duration)
            found = replace(found, url=link.url, etag=fetched.etag, last_modified=fetched.last_modified)
    except PlaybackError as error:
        logger.info("the stored captions are kept: %s", error)
    if found == stored:
        touch(path)
    else:
        _store(path, found)
    return found


def _is_fresh(path: Path) -> bool:
    """Return whether servers were asked within the last day, which the file's modification time records."""
    found = stamp(path)
    return found is not None and time.time() - found.changed / 1e9 < LOOK_AGAIN


def _first_usable(
    links: Sequence[Link], inputs: str, duration: float | None, allow: frozenset[str] | None
) -> tuple[Captions, Link | None]:
    """Return the captions of the first usable link, and that link; `passing` if a better one had a transient error."""
    problems: list[str] = []
    passing = False
    for link in links:
        try:
            fetched = _fetched(link.url, allow) if is_remote(link.url) else _opened(link.url)
            found = _read(link, inputs, fetched, duration)
            return replace(found, problems=(*problems, *found.problems), passing=passing), link
        except PlaybackError as error:
            logger.info("captions not used: %s", error)  # the outcome reports it too
            problems.append(str(error))
            passing = passing or isinstance(error.__cause__, TransientError)
    return Captions(inputs, problems=tuple(problems), passing=passing), None


def _read(link: Link, inputs: str, fetched: Fetched, duration: float | None) -> Captions:
    """Read a document in the format that its link states; raises SourceError if it has no captions."""
    name = shown_address(link.url)
    found = Captions(inputs)
    if is_remote(link.url):
        found = Captions(
            inputs,
            url=link.url,
            document_sha256=_sha256(fetched.data),
            etag=fetched.etag,
            last_modified=fetched.last_modified,
        )
    if kind_of(link) in ("html", "text"):
        notes = read_text(fetched.data, name)
        if not parse_notes(notes, stated=True).turns:
            raise SourceError(f"{name}: has no turns with speaker names")
        return replace(found, notes=notes)
    read = read_caption_file(fetched.data, name, duration)
    return replace(found, cues=read.cues, left_out=read.left_out, unread_labels=read.unread_labels)


def _preference(link: Link, language: str | None) -> tuple[int, int, int]:
    """Return a link's place in `transcript_links`; "en-gb" matches "en", and "en-us" less."""
    if language is None or link.language is None:
        return 0, _rank(link), int(language is not None)
    tag, own = (text.lower().replace("_", "-") for text in (link.language, language))
    is_same = tag.partition("-")[0] == own.partition("-")[0]
    is_other_region = tag != own and "-" in tag and "-" in own
    return int(not is_same), _rank(link), 2 if is_other_region else 0


def _rank(link: Link) -> int:
    """Return the position of a link's format in `_ORDER`, from its media type and the suffix of its path."""
    kind = f"{link.type or ''} {Path(link.url.split('?')[0]).suffix}".lower()
    for position, words in enumerate(
        (("json",), ("vtt",), ("srt", "subrip"), ("html", ".htm"), ("text", "plain", ".txt"))
    ):
        if any(word in kind for word in words) and not (position == 4 and "vtt" in kind):
            return position
    return len(_ORDER) - 1


def _described(link: Link) -> dict[str, str | None]:
    """Return a link's fields with the hash of its file, or without its query (which hosts change) if it is remote."""
    if is_remote(link.url):
        return asdict(link) | {"url": _bare(link.url), "sha256": None}
    path = Path(link.url)
    return asdict(link) | {"sha256": sha256_of(path) if path.is_file() else None}


def _bare(url: str) -> str:
    return url.partition("?")[0]


def _fetched(
    url: str, allow: frozenset[str] | None, etag: str | None = None, last_modified: str | None = None
) -> Fetched:
    if allow is None:
        raise SourceError(f"{shown_address(url)}: was not requested") from TransientError("requests are disabled")
    with open_client(allow) as client:
        return fetch(url, client=client, limits=_LIMITS, etag=etag, last_modified=last_modified)


def _opened(path: str) -> Fetched:
    try:
        return Fetched(Path(path).read_bytes(), path)
    except OSError as error:
        raise SourceError(f"{path}: cannot be read: {error.strerror}") from error


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _store(path: Path, captions: Captions) -> None:
    fields = {key: value for key, value in asdict(captions).items() if key != "passing"}
    write_json(path, {"schema": 1, **fields})


def _load(path: Path) -> Captions | None:
    """Read stored captions, None if missing or damaged; those of an earlier version do not name their document."""
    data = read_if_whole(path)
    if data is None:
        return None
    fields = {key: value for key, value in data.items() if key != "schema"}
    cues = tuple(Cue(**cue) for cue in data["cues"])
    lines = {key: tuple(data.get(key, ())) for key in ("problems", "left_out", "unread_labels")}
    return Captions(**{**fields, **lines, "cues": cues})
