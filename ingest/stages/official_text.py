"""The stages of one episode: each makes one file of the library from what is there, and does nothing when it is done.

A stage is done when its file exists and records the hash of its inputs, which holds the stage's version.
"""

import logging
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from ingest.audio.load import blocks
from ingest.errors import AudioError, ModelMissing
from ingest.item import Link
from ingest.library.metadata import people_of
from ingest.library.records import Record, episode_folder, episodes_folder, recording
from ingest.shownotes.parse import OfficialText, best_of, parse_notes
from ingest.speech import heard as heard_words
from ingest.speech.heard import Heard, Listening
from ingest.speech.transcribe import transcribe
from ingest.stages.captions import Captions
from ingest.stages.recording import NOTE, Progress
from ingest.storage.files import hash_of, read_if_whole, refuse_damaged, sha256_of, write_json
from ingest.timing.edges import movable, refined
from ingest.timing.pauses import envelope, pauses
from ingest.transcript import OfficialTurn, Transcript

logger = logging.getLogger(__name__)

# Raise it when something else is made of the same notes; what is on disk is then made again.
OFFICIAL_VERSION = 2


@dataclass(frozen=True, slots=True)
class Official:
    """The publisher's own words, the best copy of them; empty turns if no source has any."""

    inputs: str
    text: OfficialText


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
        refuse_damaged(path)
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


def _made_of(inputs: str, path: Path) -> dict[str, Any] | None:
    """Read what a stage made of these inputs, None if it made nothing of them or its file is damaged."""
    data = read_if_whole(path)
    return data if data is not None and data.get("inputs") == inputs else None


def _heard_elsewhere(home: Path, identifier: str, key: dict[str, str]) -> dict[str, Any] | None:
    """Return what was heard in the same recording of another episode, by the same engine and model, None if nothing."""
    for note in sorted(episodes_folder(home).glob(f"*/{NOTE}")):
        found = read_if_whole(note)
        if note.parent.name != identifier and found is not None and found["audio_sha256"] == key["audio_sha256"]:
            heard = read_if_whole(note.parent / "heard.json")
            if heard is not None and heard.get("key") == key:
                return heard
    return None


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
