"""The stages of one episode: each makes one file of the library from what is there, and does nothing when it is done.

A stage is done when its file exists and records the hash of its inputs, which holds the stage's version.
"""

import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from ingest import heard as heard_words
from ingest.audio import blocks
from ingest.captions import Cue, read_captions
from ingest.edges import movable, refined
from ingest.errors import AudioError, LibraryError, ModelMissing, PlaybackError, SourceError
from ingest.fetch import fetch, open_client
from ingest.folder import read_text
from ingest.heard import Heard, Listening
from ingest.item import Link
from ingest.library import (
    Record,
    episode_folder,
    episodes_folder,
    hash_of,
    read_if_whole,
    recording,
    sha256_of,
    write_json,
)
from ingest.pauses import envelope, pauses
from ingest.recordings import NOTE, Progress
from ingest.register import people_of
from ingest.retry import PassingError
from ingest.shown import shown_address
from ingest.shownotes import OfficialText, best_of, parse_notes
from ingest.transcribe import transcribe
from ingest.transcript import OfficialTurn, Transcript

logger = logging.getLogger(__name__)

# Raise one when its stage makes something else of the same inputs; what is on disk is then made again.
CAPTIONS_VERSION = 1
OFFICIAL_VERSION = 2

_MOST_CAPTION_BYTES = 20 * 2**20
# Times are worth more than words here, and JSON keeps names and word times where the others may not (contract).
_ORDER = ("json", "vtt", "srt", "html", "text")


@dataclass(frozen=True, slots=True)
class Captions:
    """What the first usable transcript link held: cues with times, or another copy of the official text."""

    inputs: str
    cues: tuple[Cue, ...] = ()
    notes: str | None = None
    problems: tuple[str, ...] = ()
    passing: bool = False  # a server was out of reach; never on disk, where only what was read is kept


@dataclass(frozen=True, slots=True)
class Official:
    """The publisher's own words, the best copy of them; empty turns if no source has any."""

    inputs: str
    text: OfficialText


def captions_of(home: Path, record: Record, again: bool, allow: frozenset[str] = frozenset()) -> Captions:
    """Read the episode's captions from the first of its transcript links that holds any, and keep them as they came."""
    links = sorted((link for item in record.items for link in item.transcripts), key=_rank)
    inputs = hash_of([CAPTIONS_VERSION, [asdict(link) | {"sha256": _local_hash(link)} for link in links]])
    path = episode_folder(home, record.episode.id) / "captions.json"
    kept = read_if_whole(path)
    if kept is not None and kept.get("inputs") == inputs and not again:
        return _captions_from_json(kept)
    if not links:
        return Captions(inputs)
    captions = _first_usable(links, inputs, allow)
    if captions.cues or captions.notes is not None:
        kept_fields = {key: value for key, value in asdict(captions).items() if key != "passing"}
        write_json(path, {"schema": 1, **kept_fields})
    elif kept is not None:  # a server out of reach takes nothing away
        return replace(_captions_from_json(kept), problems=captions.problems)
    else:
        _refuse_damaged(path)
    return captions


def official_of(home: Path, record: Record, captions: Captions, again: bool) -> Official:
    """Parse every copy of the show notes and keep the best; a transcript linked as text is one of them."""
    copies = [(item.origin, item.notes) for item in record.items if item.notes]
    if captions.notes is not None:
        copies.append(("transcript link", captions.notes))
    names = people_of(record)
    # A feed is the same feed whether its path was typed in full or not, so where a copy came from does not count.
    inputs = hash_of([OFFICIAL_VERSION, [notes for _, notes in copies], names])
    path = episode_folder(home, record.episode.id) / "official.json"
    kept = None if again else _made_of(inputs, path)
    if kept is not None:
        return Official(inputs, _official_from_json(kept["text"]))
    texts = [parse_notes(notes, names) for _, notes in copies]
    text = texts[best_of(texts)] if texts else OfficialText(aliases={})
    report = [
        {"origin": origin, "words": _count(parsed), "lossy": parsed.lossy, "truncated": parsed.truncated}
        for (origin, _), parsed in zip(copies, texts, strict=True)
    ]
    write_json(path, {"schema": 1, "inputs": inputs, "text": _plain(text), "copies": report})
    return Official(inputs, text)


def heard_of(
    home: Path, record: Record, audio: Path, listening: Listening, progress: Progress | None, again: bool = False
) -> Heard:
    """Transcribe the recording, once for each audio, engine and model; vocabulary alone never makes it again.

    With `again` it is transcribed anew; what was heard before is kept until that is done.
    """
    folder = episode_folder(home, record.episode.id)
    key = {"audio_sha256": sha256_of(audio), "engine": listening.engine, "model": listening.model}
    path = folder / "heard.json"
    kept = read_if_whole(path)
    if kept is not None and kept.get("key") == key and not again:
        return heard_words.from_json(kept)
    if again:
        (folder / "heard.partial.json").unlink(missing_ok=True)
    if not again and (twin := _heard_elsewhere(home, record.episode.id, key)) is not None:
        write_json(path, twin)
        return heard_words.from_json(twin)
    heard = transcribe(
        audio,
        listening,
        progress=None if progress is None else lambda done, whole: progress("transcribe", done, whole),
        resume=folder / "heard.partial.json",
    )
    write_json(path, {**heard_words.to_json(heard), "key": key})
    (folder / "heard.partial.json").unlink(missing_ok=True)
    return heard


def heard_already(home: Path, record: Record) -> Heard | None:
    """Return what an earlier run heard in the episode's recording, None if nothing, or if it was another recording.

    Raises LibraryError if its file is damaged: without it a transcript would lose its times.
    """
    path = episode_folder(home, record.episode.id) / "heard.json"
    data = read_if_whole(path)
    if data is None:
        _refuse_damaged(path)
        return None
    audio = recording(home, record.episode.id)
    other = audio is not None and data["key"]["audio_sha256"] != sha256_of(audio)
    return None if other else heard_words.from_json(data)


def with_edges(transcript: Transcript, audio: Path | None) -> Transcript:
    """Return the transcript with its turns' edges at the pauses of the recording, decoded once for it.

    Without a recording, or where it cannot be decoded (which is logged), times stay as they are.
    """
    if audio is None or not movable(transcript.turns):
        return transcript
    try:
        found = pauses(envelope(blocks(audio)))
    except (AudioError, ModelMissing) as error:
        logger.warning("%s: times were not refined by its recording: %s", transcript.episode.id, error)
        return transcript
    return replace(transcript, turns=refined(transcript.turns, found))


def _refuse_damaged(path: Path) -> None:
    """Raise LibraryError if a file is there that could not be read: what it held is not to be taken for nothing."""
    if path.exists():
        raise LibraryError(f"{path} is damaged; restore it from a backup, or delete it to go on without what it held")


def _made_of(inputs: str, path: Path) -> dict[str, Any] | None:
    """Read what a stage made of these inputs, None if it made nothing of them or its file is damaged."""
    data = read_if_whole(path)
    return data if data is not None and data.get("inputs") == inputs else None


def _first_usable(links: Sequence[Link], inputs: str, allow: frozenset[str]) -> Captions:
    problems: list[str] = []
    passing = False
    for link in links:
        try:
            data = _fetched(link.url, allow) if _is_remote(link.url) else _read(Path(link.url))
            if _ORDER[_rank(link)] in ("html", "text"):
                notes = read_text(data, shown_address(link.url))
                if parse_notes(notes).turns:
                    return Captions(inputs, notes=notes, problems=tuple(problems))
                raise SourceError(f"{shown_address(link.url)}: holds no turns with speaker names")
            return Captions(inputs, cues=read_captions(data, shown_address(link.url)), problems=tuple(problems))
        except PlaybackError as error:
            logger.info("captions not used: %s", error)  # the outcome says so too
            problems.append(str(error))
            passing = passing or isinstance(error.__cause__, PassingError)
    return Captions(inputs, problems=tuple(problems), passing=passing)


def _rank(link: Link) -> int:
    """Position of a link's format in `_ORDER`, told by media type, else by the end of its path."""
    kind = f"{link.type or ''} {Path(link.url.split('?')[0]).suffix}".lower()
    for position, words in enumerate(
        (("json",), ("vtt",), ("srt", "subrip"), ("html", ".htm"), ("text", "plain", ".txt"))
    ):
        if any(word in kind for word in words) and not (position == 4 and "vtt" in kind):
            return position
    return len(_ORDER) - 1


def _fetched(url: str, allow: frozenset[str]) -> bytes:
    with open_client(allow) as client:
        return fetch(url, client=client, limit=_MOST_CAPTION_BYTES).data


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise SourceError(f"{path}: cannot be read: {error.strerror}") from error


def _local_hash(link: Link) -> str | None:
    path = Path(link.url)
    return None if _is_remote(link.url) or not path.is_file() else sha256_of(path)


def _is_remote(url: str) -> bool:
    return url.startswith(("http://", "https://"))


def _heard_elsewhere(home: Path, identifier: str, key: dict[str, str]) -> dict[str, Any] | None:
    """Return what was heard in the same recording of another episode, by the same engine and model, None if nothing."""
    for note in sorted(episodes_folder(home).glob(f"*/{NOTE}")):
        found = read_if_whole(note)
        if note.parent.name != identifier and found is not None and found["audio_sha256"] == key["audio_sha256"]:
            heard = read_if_whole(note.parent / "heard.json")
            if heard is not None and heard.get("key") == key:
                return heard
    return None


def _captions_from_json(data: dict[str, Any]) -> Captions:
    return Captions(data["inputs"], tuple(Cue(**cue) for cue in data["cues"]), data["notes"], tuple(data["problems"]))


def _plain(text: OfficialText) -> dict[str, Any]:
    """`asdict`, but for the mapping of aliases, which may be of any kind."""
    return {
        "turns": [asdict(turn) for turn in text.turns],
        "description": text.description,
        "aliases": dict(text.aliases),
        "lossy": text.lossy,
        "truncated": text.truncated,
        "title": text.title,
        "duration": text.duration,
        "published": text.published,
        "links": [asdict(link) for link in text.links],
        "problems": list(text.problems),
    }


def _official_from_json(data: dict[str, Any]) -> OfficialText:
    return OfficialText(
        **{
            **data,
            "turns": tuple(OfficialTurn(**turn) for turn in data["turns"]),
            "links": tuple(Link(**link) for link in data["links"]),
            "problems": tuple(data["problems"]),
        }
    )


def _count(text: OfficialText) -> int:
    return sum(len(turn.text.split()) for turn in text.turns)
