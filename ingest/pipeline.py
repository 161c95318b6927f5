"""From a source to transcripts on disk: sources become items, items episodes, and each goes through its stages."""

import logging
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from ingest import recordings, stages
from ingest.assemble import assemble
from ingest.caption_links import Captions, captions_of
from ingest.errors import LibraryError, ModelMissing, PlaybackError, SourceError
from ingest.facts import people_of, stated_duration
from ingest.feed import Feed, looks_like_feed, parse_feed
from ingest.fetch import Fetched, fetch, open_client
from ingest.folder import FEEDS, items_in, items_inside
from ingest.heard import Heard, Listening
from ingest.identity import told_apart
from ingest.item import Item
from ingest.library import (
    FeedRecord,
    Record,
    episode_folder,
    episode_ids,
    episodes_folder,
    hash_of,
    load_record,
    lock,
    read_if_whole,
    recording,
    records,
    save_record,
    save_transcript,
    sha256_of,
)
from ingest.outcome import Outcome, may_pass, noted, quarantined, release
from ingest.printed import doubts
from ingest.recordings import Progress
from ingest.register import registered
from ingest.removal import bring_back, discard_ghost, removal_of
from ingest.shown import shown_address
from ingest.shownotes import OfficialText
from ingest.shows import FeedState
from ingest.space import disk_problem
from ingest.transcribe import weights_available
from ingest.transcript import Episode, Transcript
from ingest.vocabulary import vocabulary_for

logger = logging.getLogger(__name__)

# Raise it when the same inputs give another transcript.
TRANSCRIPT_VERSION = 4


@dataclass(frozen=True, slots=True)
class IngestSettings:
    """What a run is asked for; picklable, so that an episode can be ingested by another process.

    `allow` are hosts that may be fetched from though they are not public; None: no server is asked for captions.
    """

    audio: bool = True
    transcribe: bool = False
    again: bool = False
    allow: frozenset[str] | None = frozenset()
    listening: Listening = field(default_factory=Listening)


@dataclass(frozen=True, slots=True)
class Source:
    """The episodes of one source, known to the library now, what in it could not be used, and what was left out."""

    episodes: tuple[Episode, ...]
    problems: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()


def register_source(source: str, home: Path, allow: frozenset[str] = frozenset(), again: bool = False) -> Source:
    """Read a feed URL, a feed file, a folder or a file, and give each of its items its episode in the library.

    Episodes that were removed are left out, but with `again`, or if the source is nothing but that episode: one file,
    or the id of an episode, which also lets it out of quarantine. Raises SourceError if the source cannot be used.
    """
    _weights_missing.cache_clear()  # a run begins here; weights may have come since the last one
    if not source.strip():
        raise SourceError("an empty source; give a feed URL, a feed file, a folder or a file")
    if source.lower().startswith(("http://", "https://")):
        return _remote(source, home, allow, again)
    if "://" in source:
        raise SourceError(
            f"{shown_address(source)}: only http and https addresses are read; give one, or a file or folder"
        )
    path = Path(source)
    if path.is_file() and (path.suffix.lower() in FEEDS or looks_like_feed(_head(path))):
        feed = parse_feed(path.read_bytes(), str(path.resolve()), source)
        kept, out = items_inside(feed.items, path.resolve().parent)
        feed = replace(feed, items=kept, problems=(*feed.problems, *out))
        return _registered(home, feed, FeedState(str(path.resolve())), source, again)
    if not path.exists() and (episode := _named(source, home)) is not None:
        return Source((episode,))
    items, problems = items_in(path)
    found = registered(home, items, again=again or path.is_file())
    return Source(found.episodes, problems, found.left_out)


def refresh_feed(feed: FeedRecord, home: Path, allow: frozenset[str] = frozenset()) -> Source:
    """Read a show's feed again, with a conditional request; one that did not change gives the episodes of before.

    Raises SourceError if the feed cannot be used.
    """
    if feed.url is None or not feed.url.lower().startswith(("http://", "https://")):
        return register_source(feed.url or "", home, allow)
    _weights_missing.cache_clear()
    return _remote(feed.url, home, allow, known=feed)


def _remote(
    source: str, home: Path, allow: frozenset[str], again: bool = False, known: FeedRecord | None = None
) -> Source:
    """Fetch a feed and register it, under its new address if it moved for good."""
    etag, modified = (None, None) if known is None else (known.etag, known.last_modified)
    with open_client(allow) as client:
        fetched = fetch(source, client=client, etag=etag, last_modified=modified)
    if known is not None and fetched.not_modified:
        return Source(tuple(record.episode for record in records(home) if record.episode.show.id == known.show.id))
    address = _lasting(fetched, source)
    feed = parse_feed(fetched.data, fetched.url, address)
    problems: tuple[str, ...] = ()
    if feed.new_url is not None and feed.new_url not in (address, fetched.url):
        try:
            fetched, feed, address = _at_new_address(feed, feed.new_url, allow)
        except SourceError as error:
            problems = (
                f"{shown_address(source)}: says that it moved, and was read at its old address; {_one_line(error)}",
            )
    earlier = (source,) if source != address else ()
    state = FeedState(address, fetched.etag, fetched.last_modified, earlier)
    found = _registered(home, feed, state, address, again)
    return replace(found, problems=(*problems, *found.problems))


def _at_new_address(feed: Feed, address: str, allow: frozenset[str]) -> tuple[Fetched, Feed, str]:
    """Read a feed where it says that it moved to; raises SourceError if that lists nothing of what it listed.

    A feed may name any address, so what stands there must show that it is the same.
    """
    with open_client(allow) as client:
        fetched = fetch(address, client=client)
    lasting = _lasting(fetched, address)
    found = parse_feed(fetched.data, fetched.url, lasting)
    if {item.guid for item in found.items}.isdisjoint(item.guid for item in feed.items):
        raise SourceError(f"{shown_address(address)}: lists none of the episodes")
    return fetched, found, lasting


def _lasting(fetched: Fetched, asked: str) -> str:
    """The address to ask from now on: a redirect that is not for good may lead elsewhere tomorrow."""
    return fetched.url if fetched.moved else asked


def _registered(home: Path, feed: Feed, state: FeedState, source: str, again: bool) -> Source:
    if not feed.items:
        raise SourceError(
            f"{shown_address(source)}: no episode can be read from this feed: {'; '.join(feed.problems[:3])}"
        )
    items = told_apart(tuple(_with_origin(item, source) for item in feed.items))
    found = registered(home, items, state, again)
    return Source(
        found.episodes, tuple(f"{shown_address(source)}: {problem}" for problem in feed.problems), found.left_out
    )


def _named(identifier: str, home: Path) -> Episode | None:
    """Return the episode of this id, back from where it was removed to and out of quarantine; None if there is none."""
    if identifier not in episode_ids(home):
        if Path(identifier).name != identifier or (removal := removal_of(home, identifier)) is None:
            return None
        if removal.purged:
            raise SourceError(f"{identifier}: {removal.sentence}; nothing was kept: ingest its source with --again")
        with lock(episodes_folder(home)):
            bring_back(home, identifier)
    release(home, identifier)
    return load_record(home, identifier).episode


def ingest_episode(episode: Episode, home: Path, settings: IngestSettings, progress: Progress | None = None) -> Outcome:
    """Take one episode through its stages and say what became of it; what was done before is not done again.

    Never raises PlaybackError: a failure is an outcome, and the third in a row puts the episode in quarantine until
    its source changes. Another process at the same episode makes it "busy".
    """
    with lock(episode_folder(home, episode.id), wait=False) as held:
        if not held:
            return Outcome(episode, "busy", "another process is ingesting this episode")
        if (removal := removal_of(home, episode.id)) is not None:
            discard_ghost(home, episode.id)
            return Outcome(episode, "skipped", removal.sentence)
        try:
            record = load_record(home, episode.id)
            left_alone = None if settings.again else quarantined(home, record)
        except (LibraryError, OSError) as error:
            return Outcome(episode, "failed", _reason(error), passing=True)
        return left_alone or noted(home, record, _tried(record, home, settings, progress))


def died(episode: Episode, home: Path) -> Outcome:
    """Count a failure that ended the process it happened in, as one for want of memory does."""
    failed = Outcome(episode, "failed", "its process was killed; it may need more memory: use fewer --workers")
    with lock(episode_folder(home, episode.id), wait=False) as held:
        return noted(home, load_record(home, episode.id), failed) if held else failed


def _tried(record: Record, home: Path, settings: IngestSettings, progress: Progress | None) -> Outcome:
    episode = record.episode
    try:
        return _ingest(record, home, settings, progress)
    except (PlaybackError, OSError) as error:
        logger.info("%s failed", episode.id, exc_info=True)
        return Outcome(episode, "failed", _reason(error), passing=may_pass(error))
    except UnicodeError as error:  # JSON can spell half of a surrogate pair, which no UTF-8 file can hold
        return Outcome(episode, "failed", f"its text holds half a character: {_one_line(error)}; mend the source")
    except Exception as error:  # strangers' files: what nobody foresaw costs one episode, not the run
        logger.exception("%s failed", episode.id)
        return Outcome(episode, "failed", f"{type(error).__name__}: {_one_line(error)}; please report it")


def _ingest(record: Record, home: Path, settings: IngestSettings, progress: Progress | None) -> Outcome:
    captions = captions_of(home, record, settings.again, settings.allow)
    official = stages.official_of(home, record, captions, settings.again)
    heard, remark = _listen(record, home, settings, (captions, official.text), progress)
    record = load_record(home, record.episode.id)
    # Only known times have edges to refine; without them a recording changes nothing.
    has_times = bool(captions.cues or heard or any(turn.start is not None for turn in official.text.turns))
    audio = recording(home, record.episode.id) if has_times else None
    sound = None if audio is None else sha256_of(audio)
    inputs = hash_of(
        [TRANSCRIPT_VERSION, official.inputs, captions.made_of, _key(heard), record.episode.duration, sound]
    )
    path = episode_folder(home, record.episode.id) / "transcript.json"
    if path.exists() and not settings.again and _inputs_of(path) == inputs:
        return Outcome(record.episode, "unchanged", _remarks("nothing to do", remark))
    transcript = assemble(record.episode, official.text, captions.cues, heard)
    if not transcript.turns:
        nothing = _nothing(record, settings, remark, (captions, heard))
        kept = "its transcript of before stays" if path.exists() else None
        return replace(nothing, message=_remarks(nothing.message, kept))
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
    if not settings.audio or not recordings.has_recording(record):
        return stages.heard_already(home, record), None
    local = any(item.enclosure and not item.enclosure.url.startswith(("http://", "https://")) for item in record.items)
    missing = _weights_missing(settings.listening) if needed else None
    try:
        if local or (needed and missing is None):
            audio = recordings.recording_of(home, record, progress, settings.allow or frozenset(), settings.again)
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
    if stated_duration(record) is None:
        measured = recordings.measured_duration(audio) or episode.duration
        episode = replace(episode, duration=measured or round(recordings.duration_of(audio), 3))
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
        return Outcome(record.episode, "failed", f"nothing to ingest: {problems}", passing=captions.passing)
    if heard is not None:
        return Outcome(record.episode, "skipped", "nothing to ingest: nobody speaks in its recording")
    if recordings.has_recording(record) and not settings.audio:
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


def _reason(error: Exception) -> str:
    return (disk_problem(error) if isinstance(error, OSError) else None) or _one_line(error)


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__


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
