"""From a source to transcripts on disk: sources become items, items episodes, and each goes through its stages."""

import logging
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Literal

from ingest import stages
from ingest.assemble import assemble
from ingest.errors import LibraryError, ModelMissing, PlaybackError, SourceError
from ingest.feed import Feed, looks_like_feed, parse_feed
from ingest.fetch import fetch, open_client
from ingest.folder import FEEDS, items_in
from ingest.heard import Heard, Listening
from ingest.item import Item
from ingest.library import (
    Record,
    episode_folder,
    hash_of,
    load_record,
    lock,
    read_if_whole,
    recording,
    save_record,
    save_transcript,
    sha256_of,
    write_json,
)
from ingest.printed import doubts
from ingest.register import FeedState, people_of, register
from ingest.shownotes import OfficialText
from ingest.stages import Captions, Progress
from ingest.transcribe import weights_available
from ingest.transcript import Episode, Transcript
from ingest.vocabulary import vocabulary_for

logger = logging.getLogger(__name__)

# Raise it when the same inputs give another transcript.
TRANSCRIPT_VERSION = 4

Status = Literal["ingested", "unchanged", "waiting", "skipped", "failed", "busy"]


@dataclass(frozen=True, slots=True)
class IngestSettings:
    """What a run is asked for; picklable, so that an episode can be ingested by another process."""

    audio: bool = True
    transcribe: bool = False
    again: bool = False
    allow: frozenset[str] = frozenset()  # hosts that may be fetched from though they are not public
    listening: Listening = field(default_factory=Listening)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one episode, in a word and a line for people."""

    episode: Episode
    status: Status
    message: str

    @property
    def ok(self) -> bool:
        """Whether nothing is left to do; an episode that waits or failed is done by a later run."""
        return self.status not in ("waiting", "failed")


@dataclass(frozen=True, slots=True)
class Source:
    """The episodes of one source, known to the library now, and what in it could not be used."""

    episodes: tuple[Episode, ...]
    problems: tuple[str, ...] = ()


def register_source(source: str, home: Path, allow: frozenset[str] = frozenset()) -> Source:
    """Read a feed URL, a feed file, a folder or a file, and give each of its items its episode in the library.

    Raises SourceError if the source cannot be used at all.
    """
    _weights_missing.cache_clear()  # a run begins here; weights may have come since the last one
    if not source.strip():
        raise SourceError("an empty source; give a feed URL, a feed file, a folder or a file")
    if source.lower().startswith(("http://", "https://")):
        with open_client(allow) as client:
            fetched = fetch(source, client=client)
        feed = parse_feed(fetched.data, fetched.url, source)
        state = FeedState(source, fetched.etag, fetched.last_modified)
        return _registered(home, feed, state, source)
    if "://" in source:
        raise SourceError(f"{source}: only http and https addresses are read; give one, or a file or folder")
    path = Path(source)
    if path.is_file() and (path.suffix.lower() in FEEDS or looks_like_feed(_head(path))):
        feed = parse_feed(path.read_bytes(), str(path.resolve()), source)
        return _registered(home, feed, FeedState(str(path.resolve())), source)
    items, problems = items_in(path)
    return Source(register(home, items), problems)


def _registered(home: Path, feed: Feed, state: FeedState, source: str) -> Source:
    if not feed.items:
        raise SourceError(f"{source}: no episode can be read from this feed: {'; '.join(feed.problems[:3])}")
    items = tuple(_with_origin(item, source) for item in feed.items)
    return Source(register(home, items, state), tuple(f"{source}: {problem}" for problem in feed.problems))


def ingest_episode(episode: Episode, home: Path, settings: IngestSettings, progress: Progress | None = None) -> Outcome:
    """Take one episode through its stages and say what became of it; what was done before is not done again.

    Never raises PlaybackError: a failure is an outcome. Another process at the same episode makes it "busy".
    """
    with lock(episode_folder(home, episode.id), wait=False) as held:
        if not held:
            return Outcome(episode, "busy", "another process is ingesting this episode")
        try:
            outcome = _ingest(load_record(home, episode.id), home, settings, progress)
        except (PlaybackError, OSError) as error:
            logger.info("%s failed", episode.id, exc_info=True)
            outcome = Outcome(episode, "failed", _one_line(error))
        except UnicodeError as error:  # JSON can spell half of a surrogate pair, which no UTF-8 file can hold
            outcome = Outcome(
                episode, "failed", f"its text holds half a character: {_one_line(error)}; mend the source"
            )
        except Exception as error:  # strangers' files: what nobody foresaw costs one episode, not the run
            logger.exception("%s failed", episode.id)
            outcome = Outcome(episode, "failed", f"{type(error).__name__}: {_one_line(error)}; please report it")
        _save_state(home, outcome)
        return outcome


def _ingest(record: Record, home: Path, settings: IngestSettings, progress: Progress | None) -> Outcome:
    captions = stages.captions_of(home, record, settings.again, settings.allow)
    official = stages.official_of(home, record, captions, settings.again)
    heard, remark = _listen(record, home, settings, (captions, official.text), progress)
    record = load_record(home, record.episode.id)
    # Only known times have edges to refine; without them a recording changes nothing.
    has_times = bool(captions.cues or heard or any(turn.start is not None for turn in official.text.turns))
    audio = recording(home, record.episode.id) if has_times else None
    sound = None if audio is None else sha256_of(audio)
    inputs = hash_of(
        [TRANSCRIPT_VERSION, official.inputs, captions.inputs, _key(heard), record.episode.duration, sound]
    )
    path = episode_folder(home, record.episode.id) / "transcript.json"
    if path.exists() and not settings.again and _inputs_of(path) == inputs:
        return Outcome(record.episode, "unchanged", _remarks("nothing to do", remark))
    transcript = assemble(record.episode, official.text, captions.cues, heard)
    if not transcript.turns:
        return _nothing(record, settings, remark, (captions, heard))
    transcript = stages.with_edges(transcript, audio)
    save_transcript(home, transcript, inputs)
    problems = (
        *official.text.problems,
        *doubts(official.text.turns, transcript.turns, record.episode.duration),
        *captions.problems,
    )
    return Outcome(record.episode, "ingested", _remarks(_summary(transcript), remark, *problems))


def _listen(
    record: Record,
    home: Path,
    settings: IngestSettings,
    texts: tuple[Captions, OfficialText],
    progress: Progress | None,
) -> tuple[Heard | None, str | None]:
    """Fetch and transcribe the recording if the episode needs it; a remark says why it was not done."""
    captions, official = texts
    needed = settings.transcribe or not captions.cues
    has_text = bool(captions.cues or official.turns)
    if not settings.audio or not stages.has_recording(record):
        return stages.heard_already(home, record), None
    local = any(item.enclosure and not item.enclosure.url.startswith(("http://", "https://")) for item in record.items)
    missing = _weights_missing(settings.listening) if needed else None
    try:
        if local or (needed and missing is None):
            audio = stages.recording_of(home, record, progress, settings.allow)
            if audio is not None:
                record = _with_recording(home, record, audio)
                if needed and missing is None:
                    listening = replace(settings.listening, vocabulary=_vocabulary(record, official))
                    return stages.heard_of(home, record, audio, listening, progress, settings.again), None
    except (SourceError, ModelMissing) as error:
        if not has_text:
            raise
        return stages.heard_already(home, record), f"not transcribed: {_one_line(error)}"
    return stages.heard_already(home, record), f"not transcribed: {missing}" if needed and missing else None


@cache
def _weights_missing(listening: Listening) -> str | None:
    """Return why the model cannot be loaded, None if it can; asked once a run, since looking may try the hub."""
    try:
        weights_available(listening, download=True)
    except ModelMissing as error:
        return _one_line(error)
    return None


def _with_recording(home: Path, record: Record, audio: Path) -> Record:
    """Note what only the recording tells: that the library has it, and how long it is where no source said so."""
    episode = record.episode
    if episode.duration is None:
        episode = replace(episode, duration=round(stages.duration_of(audio), 3))
    if episode.audio_url is None:
        episode = replace(episode, audio_url=f"/api/episodes/{episode.id}/audio")
    if episode != record.episode:
        record = Record(episode, record.items)
        save_record(home, record)
    return record


def _nothing(
    record: Record, settings: IngestSettings, remark: str | None, texts: tuple[Captions, Heard | None]
) -> Outcome:
    captions, heard = texts
    problems = "; ".join(captions.problems)
    if remark:
        return Outcome(record.episode, "waiting", _remarks(remark, problems))
    if problems:
        return Outcome(record.episode, "failed", f"nothing to ingest: {problems}")
    if heard is not None:
        return Outcome(record.episode, "skipped", "nothing to ingest: nobody speaks in its recording")
    if stages.has_recording(record) and not settings.audio:
        return Outcome(record.episode, "skipped", "audio only")
    return Outcome(
        record.episode, "skipped", "nothing to ingest: no transcript in its notes, no captions and no recording"
    )


def _vocabulary(record: Record, official: OfficialText) -> tuple[str, ...]:
    speakers = dict.fromkeys(turn.speaker for turn in official.turns if turn.speaker)
    return vocabulary_for(record.episode.title, (*people_of(record), *speakers))


def _key(heard: Heard | None) -> str | None:
    return None if heard is None else hash_of([heard.engine, heard.model, heard.duration, heard.words])


def _inputs_of(path: Path) -> object:
    data = read_if_whole(path)
    return None if data is None else data.get("inputs")


def _summary(transcript: Transcript) -> str:
    words = sum(len(turn.words) for turn in transcript.turns)
    timings: list[str] = sorted({turn.timing for turn in transcript.turns if turn.timing}) or ["none"]
    return f"{len(transcript.turns):,} turns, {words:,} words, times {'/'.join(timings)}"


def _remarks(*remarks: str | None) -> str:
    return "; ".join(remark for remark in remarks if remark)


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__


def _save_state(home: Path, outcome: Outcome) -> None:
    """Note the outcome; that nothing was to do says of an episode that it is ingested, which may be noted already."""
    path = episode_folder(home, outcome.episode.id) / "state.json"
    status: Status = "ingested" if outcome.status == "unchanged" else outcome.status
    try:
        before = read_if_whole(path) or {}
        if outcome.status == "unchanged" and before.get("status") == status:
            return
        write_json(path, {"schema": 1, "status": status, "message": outcome.message})
    except (LibraryError, OSError) as error:
        logger.warning("%s: its state was not written: %s", outcome.episode.id, error)


def _with_origin(item: Item, source: str) -> Item:
    """Note what a parser that opens no file cannot know: the feed's address, or the hash of a local recording."""
    if source.lower().startswith(("http://", "https://")):
        return replace(item, feed_url=item.feed_url or source)
    recording = Path(item.enclosure.url) if item.enclosure else None
    if recording is None or not recording.is_file() or recording.stat().st_size == 0:
        return item
    return replace(item, audio_sha256=sha256_of(recording))


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(65536)
