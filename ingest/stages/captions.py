"""Captions from an episode's transcript links: the first that holds any, kept as they came and looked at again."""

import hashlib
import logging
import os
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from ingest.captions.turns import Cue, read_captions
from ingest.errors import PlaybackError, SourceError, TransientError
from ingest.fetch.client import Fetched, fetch, open_client
from ingest.fetch.retry import FetchLimits
from ingest.item import Link
from ingest.library.records import Record, episode_folder
from ingest.shownotes.parse import parse_notes
from ingest.storage.files import hash_of, read_if_whole, refuse_damaged, sha256_of, write_json
from ingest.text.encoding import read_text
from ingest.text.urls import is_remote, shown_address

logger = logging.getLogger(__name__)

# Raise it when something else is made of the same captions; what is on disk is then read again.
CAPTIONS_VERSION = 1
# Seconds after which a server is asked whether its captions are still the same: an hourly refresh of hundreds of
# episodes must not ask for each of them every hour.
LOOK_AGAIN = 24 * 3600.0

_LIMITS = FetchLimits(size=20 * 2**20)
# Times are worth more than words here, and JSON keeps names and word times where the others may not (contract).
_ORDER = ("json", "vtt", "srt", "html", "text")


@dataclass(frozen=True, slots=True)
class Captions:
    """What the first usable transcript link held: cues with times, or another copy of the official text.

    `inputs` is the hash of the links; `url`, `document_sha256`, `etag` and `last_modified` are of the document that was
    used, None for a file and in captions that an earlier version wrote. `passing` says that a server that may
    have better ones was out of reach; it is never on disk, where only what was read is kept.
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


def captions_of(home: Path, record: Record, again: bool, allow: frozenset[str] | None = frozenset()) -> Captions:
    """Read the episode's captions from the first of its transcript links that holds any, and keep them as they came.

    Those of a server are asked for again after a day, with a conditional request; with `again` all links are read anew,
    with `allow` None no server is asked. A link that is gone, or a server out of reach, takes nothing away, and a
    better link that was out of reach is tried again after a day. Raises LibraryError if the captions that were kept
    are damaged and cannot be had again.
    """
    links = sorted((link for item in record.items for link in item.transcripts), key=_rank)
    inputs = hash_of([CAPTIONS_VERSION, [_described(link) for link in links]])
    path = episode_folder(home, record.episode.id) / "captions.json"
    kept = _kept(path)
    if kept is None and not links:
        refuse_damaged(path)
        return Captions(inputs)
    used = None if kept is None else _used(links, kept)
    # Kept under other inputs, what a lesser link holds is not the end of the search.
    lesser = hash_of([inputs, "a better link was out of reach"])
    is_done = kept is not None and (kept.inputs == inputs or (kept.inputs == lesser and _is_of_today(path)))
    if kept is not None and (not links or (is_done and not again)):
        return kept if used is None else _looked_at_again(kept, used, path, allow)
    captions, link = _first_usable(links, inputs, allow)
    is_less = link is None or (captions.passing and used is not None and links.index(used) < links.index(link))
    if kept is not None and is_less:
        return replace(kept, problems=captions.problems)
    if link is None:
        refuse_damaged(path)
        return captions
    _keep(path, replace(captions, inputs=lesser) if captions.passing else captions)
    return captions


def _used(links: Sequence[Link], kept: Captions) -> Link | None:
    """Return the link that captions came from, None if it is not listed any more or was a file.

    Hosts that sign their addresses change the query at will.
    """
    if kept.url is None:
        return None
    same = [link for link in links if link.url == kept.url]
    alike = [link for link in links if _bare(link.url) == _bare(kept.url)]
    return next(iter((*same, *alike)), None)


def _looked_at_again(kept: Captions, link: Link, path: Path, allow: frozenset[str] | None) -> Captions:
    """Return the captions that the server has now, if they are others and can be used; asked at most once a day."""
    if allow is None or _is_of_today(path):
        return kept
    found = kept
    try:
        fetched = _fetched(link.url, allow, kept.etag, kept.last_modified)
        if not fetched.not_modified:
            is_same = _sha256(fetched.data) == kept.document_sha256
            found = kept if is_same else _read(link, kept.inputs, fetched)
            found = replace(found, url=link.url, etag=fetched.etag, last_modified=fetched.last_modified)
    except PlaybackError as error:
        logger.info("captions of before stay: %s", error)
    if found == kept:
        os.utime(path)
    else:
        _keep(path, found)
    return found


def _is_of_today(path: Path) -> bool:
    """Whether servers were asked within a day: that is when the file was modified."""
    return time.time() - path.stat().st_mtime < LOOK_AGAIN


def _first_usable(links: Sequence[Link], inputs: str, allow: frozenset[str] | None) -> tuple[Captions, Link | None]:
    """Return the captions of the first link that holds any, and that link; `passing` where a better one may yet."""
    problems: list[str] = []
    passing = False
    for link in links:
        try:
            fetched = _fetched(link.url, allow) if is_remote(link.url) else _opened(link.url)
            return replace(_read(link, inputs, fetched), problems=tuple(problems), passing=passing), link
        except PlaybackError as error:
            logger.info("captions not used: %s", error)  # the outcome says so too
            problems.append(str(error))
            passing = passing or isinstance(error.__cause__, TransientError)
    return Captions(inputs, problems=tuple(problems), passing=passing), None


def _read(link: Link, inputs: str, fetched: Fetched) -> Captions:
    """Read a document as what its link says that it is; raises SourceError if it holds no captions."""
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
    if _ORDER[_rank(link)] in ("html", "text"):
        notes = read_text(fetched.data, name)
        if not parse_notes(notes).turns:
            raise SourceError(f"{name}: holds no turns with speaker names")
        return replace(found, notes=notes)
    return replace(found, cues=read_captions(fetched.data, name))


def _rank(link: Link) -> int:
    """Position of a link's format in `_ORDER`, told by media type, else by the end of its path."""
    kind = f"{link.type or ''} {Path(link.url.split('?')[0]).suffix}".lower()
    for position, words in enumerate(
        (("json",), ("vtt",), ("srt", "subrip"), ("html", ".htm"), ("text", "plain", ".txt"))
    ):
        if any(word in kind for word in words) and not (position == 4 and "vtt" in kind):
            return position
    return len(_ORDER) - 1


def _described(link: Link) -> dict[str, str | None]:
    """A link with the hash of the file behind it; a server's without its query, which hosts change at will."""
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
        raise SourceError(f"{shown_address(url)}: was not asked for") from TransientError("no server is asked now")
    with open_client(allow) as client:
        return fetch(url, client=client, limits=_LIMITS, etag=etag, last_modified=last_modified)


def _opened(path: str) -> Fetched:
    try:
        return Fetched(Path(path).read_bytes(), path)
    except OSError as error:
        raise SourceError(f"{path}: cannot be read: {error.strerror}") from error


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _keep(path: Path, captions: Captions) -> None:
    kept = {key: value for key, value in asdict(captions).items() if key != "passing"}
    write_json(path, {"schema": 1, **kept})


def _kept(path: Path) -> Captions | None:
    """Read captions, also those of an earlier version, which say of no document; None if there are none or damaged."""
    data = read_if_whole(path)
    if data is None:
        return None
    fields = {key: value for key, value in data.items() if key != "schema"}
    cues = tuple(Cue(**cue) for cue in data["cues"])
    return Captions(**{**fields, "cues": cues, "problems": tuple(data["problems"])})
