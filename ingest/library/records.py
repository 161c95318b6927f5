"""The library on disk: one folder per ingested episode, every file written atomically (Law 6).

<home>/library/episodes/<id>/  episode.json official.json captions.json heard.json transcript.json state.json audio.*
                               recording.json player.mp4 (see ingest.library.player)
<home>/library/feeds/<show id>.json <show id>.xml (see ingest.library.feed_document)
<home>/library/removed/<id>/   a removed episode, with removed.json (see ingest.library.removal)

Addresses of feeds and recordings may contain passwords, so only the owner can read folders (0700) and JSON (0600).
"""

from collections.abc import Collection, Iterator
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ingest.errors import LibraryError
from ingest.item import Item, Link
from ingest.storage.documents import exists, holding, matching, stamps_of
from ingest.storage.files import SCHEMA, hash_of, read_if_whole, read_json, write_json
from ingest.transcript import Episode, Show, Transcript, episode_from_json, from_json, to_json, with_episode

FEEDBACK = "feedback.jsonl"


@dataclass(frozen=True, slots=True)
class Record:
    """An episode with the items that sources gave for it, in order of arrival."""

    episode: Episode
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """When something was removed from the library (ISO date), and the reason that is shown to users."""

    date: str
    reason: str


@dataclass(frozen=True, slots=True)
class FeedRecord:
    """A show with its feed's address and the validators for conditional requests.

    `earlier_urls` are the feed's previous addresses. `listed` are the ids of the episodes in the feed when it was last
    read. `unlisted` are those it listed earlier, with the ISO date on which they were first missing. `document` is the
    SHA-256 of the feed's bytes as last read, None if they are not kept.
    """

    show: Show
    url: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    guids: tuple[str, ...] = ()
    earlier_urls: tuple[str, ...] = ()
    listed: tuple[str, ...] = ()
    unlisted: dict[str, str] = field(default_factory=dict)
    removed: Withdrawal | None = None
    document: str | None = None


def episodes_folder(home: Path) -> Path:
    """Return the folder that holds one folder per episode."""
    return home / "library" / "episodes"


def feeds_folder(home: Path) -> Path:
    """Return the folder that holds one file per show."""
    return home / "library" / "feeds"


def episode_folder(home: Path, identifier: str) -> Path:
    """Return an episode's folder; the id comes from this library, so it cannot be an untrusted path."""
    return episodes_folder(home) / identifier


def episode_ids(home: Path) -> list[str]:
    """Return the ids of all episodes, sorted."""
    return holding(episodes_folder(home), "episode.json")


def has_episode(home: Path, identifier: str) -> bool:
    """Return whether an episode is in the library now, at the cost of one stat call."""
    return exists(episode_folder(home, identifier) / "episode.json")


def episodes_among(home: Path, identifiers: Collection[str]) -> set[str]:
    """Return which of these episodes are in the library now; a database is asked once."""
    paths = {episode_folder(home, identifier) / "episode.json": identifier for identifier in identifiers}
    return {paths[path] for path in stamps_of([*paths])}


def load_record(home: Path, identifier: str) -> Record:
    """Read an episode and its items; raises LibraryError if the file is missing, damaged or of an unknown schema."""
    path = episode_folder(home, identifier) / "episode.json"
    data = read_json(path)
    try:
        return Record(episode_from_json(data["episode"]), tuple(_item_from_json(item) for item in data["items"]))
    except (KeyError, TypeError) as error:
        raise LibraryError(f"{path} is not an episode of schema {SCHEMA}: {error!r}") from error


def save_record(home: Path, record: Record) -> None:
    """Write an episode and its items."""
    items = [asdict(item) for item in record.items]
    path = episode_folder(home, record.episode.id) / "episode.json"
    write_json(path, {"schema": SCHEMA, "episode": asdict(record.episode), "items": items})


def records(home: Path) -> Iterator[Record]:
    """Yield every episode's record in order of id, lazily."""
    for identifier in episode_ids(home):
        yield load_record(home, identifier)


def feeds(home: Path) -> list[FeedRecord]:
    """Return the shows of the library with their feeds, in order of id."""
    found = []
    for path in matching(feeds_folder(home), "*.json"):
        data = read_json(path)
        try:
            found.append(_feed_from_json(data))
        except (KeyError, TypeError) as error:
            raise LibraryError(f"{path} is not a feed of schema {SCHEMA}: {error!r}") from error
    return found


def save_feed(home: Path, feed: FeedRecord) -> None:
    """Write a show and its feed."""
    write_json(feeds_folder(home) / f"{feed.show.id}.json", {"schema": SCHEMA, **asdict(feed)})


def load_transcript(home: Path, identifier: str) -> Transcript | None:
    """Read an episode's transcript, None if it has none yet; raises LibraryError if the file is damaged."""
    path = episode_folder(home, identifier) / "transcript.json"
    return from_json(read_json(path)) if exists(path) else None


def earlier_transcripts(home: Path, identifier: str) -> list[Transcript]:
    """Return the episode's earlier transcripts, whose words differ from the current one's, newest first."""
    return list(map(load_earlier, earlier_paths(home, identifier)))


def earlier_paths(home: Path, identifier: str) -> list[Path]:
    """Return the files of the episode's earlier transcripts, newest first."""
    paths = matching(episode_folder(home, identifier), "transcript-*.json")
    written = {path: found.changed for path, found in stamps_of(paths).items()}
    return sorted(written, key=lambda path: written[path], reverse=True)


def load_earlier(path: Path) -> Transcript:
    """Read an earlier transcript; raises LibraryError if the file is damaged."""
    return from_json(read_json(path))


def transcript_ids(home: Path) -> list[str]:
    """Return the sorted ids of the episodes that have a transcript and so belong in the index."""
    known = set(episode_ids(home))
    return [name for name in holding(episodes_folder(home), "transcript.json") if name in known]


def transcripts(home: Path) -> Iterator[Transcript]:
    """Yield every episode's transcript, if it has one, with its current metadata, in order of id, lazily."""
    for identifier in transcript_ids(home):
        transcript = load_transcript(home, identifier)
        if transcript is not None:
            yield with_episode(transcript, load_record(home, identifier).episode)


def save_transcript(home: Path, transcript: Transcript, inputs: str) -> None:
    """Write a transcript with the hash of its inputs; if its words changed, the earlier one is kept under another name.

    `edited` is set to the date on which the words last changed.
    """
    folder = episode_folder(home, transcript.episode.id)
    path = folder / "transcript.json"
    before = read_if_whole(path)
    edited = None
    if before is not None:
        edited = before.get("edited")
        words = [turn["text"] for turn in before.get("turns", ())]
        if words != [turn.text for turn in transcript.turns]:
            edited = today()
            earlier = folder / f"transcript-{hash_of(words)[:16]}.json"
            if not exists(earlier):
                write_json(earlier, before)
    write_json(path, {**to_json(replace(transcript, edited=edited)), "inputs": inputs})


def edited_on(home: Path, identifier: str) -> str | None:
    """Return the ISO date on which an episode's words last changed, None if they never did or are unreadable."""
    folder = episode_folder(home, identifier)
    if not matching(folder, "transcript-*.json"):  # avoids reading most transcripts
        return None
    try:
        transcript = load_transcript(home, identifier)
    except LibraryError:
        return None
    return None if transcript is None else transcript.edited


def today() -> str:
    """Return today's date in UTC as an ISO date."""
    return datetime.now(UTC).date().isoformat()


def recording(home: Path, identifier: str) -> Path | None:
    """Return the path of the episode's recording, None if the library has none."""
    return next((path for path in sorted(episode_folder(home, identifier).glob("audio.*")) if _whole(path)), None)


def _whole(path: Path) -> bool:
    return path.is_file() and not path.name.endswith(".part")


def _feed_from_json(data: dict[str, Any]) -> FeedRecord:
    """Read a feed record; a file from an earlier version lacks the fields that have a default."""
    fields: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in data.items() if key != "schema"
    }
    removed = fields.get("removed")
    fields["show"] = Show(**data["show"])
    fields["removed"] = None if removed is None else Withdrawal(**removed)
    return FeedRecord(**fields)


def _item_from_json(data: dict[str, Any]) -> Item:
    enclosure = data["enclosure"]
    return Item(
        **{
            **data,
            "enclosure": None if enclosure is None else Link(**enclosure),
            "transcripts": tuple(Link(**link) for link in data["transcripts"]),
            "people": tuple(data["people"]),
            "doubts": tuple(data.get("doubts", ())),  # files from earlier versions lack it
        }
    )
