"""Ingest one episode: run its stages to make its transcript on disk, and record the outcome."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from ingest.errors import LibraryError, ModelMissing, PlaybackError, SourceError, StoreError, one_line
from ingest.library.metadata import duration_doubt, lasting, people_of, stated_duration
from ingest.library.outcome import Outcome, is_transient, quarantine_outcome, record_outcome
from ingest.library.records import Record, episode_folder, load_record, recording, save_record, save_transcript
from ingest.library.removal import removal_of, remove_empty_lease_folder
from ingest.outcome_line import differences, in_short, joined, left_aside, size
from ingest.shownotes.parse import OfficialText
from ingest.speech.engines import weights_available
from ingest.speech.heard import Heard, TranscriptionOptions
from ingest.speech.hearing import not_understood
from ingest.speech.own_terms import own_terms
from ingest.speech.vocabulary import vocabulary_for
from ingest.stages.assemble import assemble, chosen_text, with_edges
from ingest.stages.captions import Captions, captions_of
from ingest.stages.heard_words import heard_already, heard_of
from ingest.stages.official_text import official_of
from ingest.stages.recording import StageProgress, duration_of, has_recording, measured_duration, recording_of
from ingest.storage.disk_space import disk_problem
from ingest.storage.documents import exists, together
from ingest.storage.files import hash_of, lock, read_if_whole, sha256_of
from ingest.text.urls import is_remote
from ingest.timing.offsets import moved_by
from ingest.timing.printed_times import time_problems
from ingest.timing.recorded import runs_past_the_end, within_recording
from ingest.transcript import Episode, Transcript

logger = logging.getLogger(__name__)

# Increase the one whose transcripts should be made again, because the same inputs give better ones: HEARD_VERSION for
# transcripts of heard words alone, ALIGNED_VERSION for official text that Whisper's words time, TRANSCRIPT_VERSION for
# all others.
TRANSCRIPT_VERSION = 5
HEARD_VERSION = 5
ALIGNED_VERSION = 5


@dataclass(frozen=True, slots=True)
class IngestSettings:
    """The settings of a run; picklable, so that another process can ingest an episode.

    `allow` are hosts that may be fetched from although they are not public; if None, no requests are sent at all.
    `fallback` is the model for when that of `listening` is not available; if there is one, the user named no model, and
    words that any model heard are not heard again.
    """

    audio: bool = True
    transcribe: bool = False
    again: bool = False
    allow: frozenset[str] | None = frozenset()
    listening: TranscriptionOptions = field(default_factory=TranscriptionOptions)
    fallback: str | None = None


def ingest_episode(
    episode: Episode, home: Path, settings: IngestSettings, progress: StageProgress | None = None
) -> Outcome:
    """Run the stages of one episode and return the outcome; finished stages are not repeated.

    Never raises PlaybackError: a failure is an outcome, and the third in a row puts the episode in quarantine until
    its source changes. If another process is ingesting the episode, the outcome is "busy".
    """

    def work(record: Record) -> Outcome:
        quarantined = None if settings.again else quarantine_outcome(home, record)
        if quarantined is not None:
            return quarantined
        return _stored(home, record, _attempted(episode, lambda: _ingest(record, home, settings, progress)))

    return _with_lease(episode, home, work)


def record_killed(episode: Episode, home: Path) -> Outcome:
    """Record a failure that killed its process, for example by lack of memory; like `ingest_episode`, never raises."""
    failed = Outcome(episode, "failed", "its process was killed; it may need more memory: use fewer --workers")
    return _with_lease(episode, home, lambda record: record_outcome(home, record, failed))


def _with_lease(episode: Episode, home: Path, work: Callable[[Record], Outcome]) -> Outcome:
    """Take the episode's lease and run `work` on its record; else return why that is not possible."""
    try:
        with lock(episode_folder(home, episode.id), wait=False) as held:
            if not held:
                return Outcome(episode, "busy", "another process is ingesting this episode")
            if (removal := removal_of(home, episode.id)) is not None:
                remove_empty_lease_folder(home, episode.id)
                return Outcome(episode, "skipped", removal.sentence)
            return work(load_record(home, episode.id))
    except (LibraryError, StoreError, OSError) as error:
        return Outcome(episode, "failed", _reason(error), passing=True)


@dataclass(frozen=True, slots=True)
class _Made:
    """What the stages of an episode came to: its outcome, and its transcript to store, with the hash of its inputs."""

    outcome: Outcome
    transcript: Transcript | None = None
    inputs: str = ""
    is_stored: bool = False


def _stored(home: Path, record: Record, made: _Made) -> Outcome:
    """Store an episode's transcript and outcome, by one commit where a database keeps the library."""
    transcript = made.transcript

    def store(transcript: Transcript) -> _Made:
        with together(episode_folder(home, record.episode.id)):
            save_transcript(home, transcript, made.inputs)
            return _Made(record_outcome(home, record, made.outcome), is_stored=True)

    if transcript is not None:
        made = _attempted(record.episode, lambda: store(transcript))
    return made.outcome if made.is_stored else record_outcome(home, record, made.outcome)


def _attempted(episode: Episode, work: Callable[[], _Made]) -> _Made:
    try:
        return work()
    except (PlaybackError, OSError) as error:
        logger.info("%s failed", episode.id, exc_info=True)
        return _Made(Outcome(episode, "failed", _reason(error), passing=is_transient(error)))
    except UnicodeError as error:  # JSON can contain half of a surrogate pair, which cannot be written as UTF-8
        reason = f"its text has half a character: {one_line(error)}; correct the source"
        return _Made(Outcome(episode, "failed", reason))
    except Exception as error:  # files are untrusted: an unexpected error fails one episode, not the run
        logger.exception("%s failed", episode.id)
        return _Made(Outcome(episode, "failed", f"{type(error).__name__}: {one_line(error)}; please report it"))


def _ingest(record: Record, home: Path, settings: IngestSettings, progress: StageProgress | None) -> _Made:
    captions = captions_of(home, record, settings.again, settings.allow)
    official = official_of(home, record, captions, settings.again)
    heard, remark = _listen(record, home, settings, captions, official.text, progress)
    if heard is not None and (reason := not_understood(heard.words, heard.model)):
        heard, remark = None, f"not transcribed: {reason}"
    record, measured = _as_recorded(home, load_record(home, record.episode.id))
    # Only known times have edges to refine; without them the recording makes no difference.
    has_times = bool(captions.cues or heard or any(turn.start is not None for turn in official.text.turns))
    audio = recording(home, record.episode.id) if has_times else None
    sound = None if audio is None else sha256_of(audio)
    text = official.text
    said: tuple[object, ...] = (text.turns, dict(text.aliases), text.lossy, text.truncated)
    choice = chosen_text(text, captions.cues, heard)
    if choice.doubt:
        said = (*said, choice.source)
    is_heard = choice.source == "heard words"
    terms = own_terms(people_of(record), record.episode.title, text.description) if is_heard else ()
    others = ALIGNED_VERSION if heard is not None and text.turns else TRANSCRIPT_VERSION
    version = [HEARD_VERSION, terms] if is_heard else others
    inputs = hash_of([version, said, captions.cues, _key(heard), record.episode.duration, sound])
    path = episode_folder(home, record.episode.id) / "transcript.json"
    if exists(path) and not settings.again and _inputs_of(path) == inputs:
        return _Made(Outcome(record.episode, "unchanged", joined("nothing to do", remark)))
    transcript = assemble(record.episode, text, captions.cues, heard, terms)
    if not transcript.turns:
        outcome = _nothing_ingested(record, settings, remark, captions, heard)
        kept = "its earlier transcript is kept" if exists(path) else None
        return _Made(replace(outcome, message=joined(outcome.message, *in_short(text.problems), kept)))
    stated, transcript = transcript.turns, with_edges(transcript, audio)
    if not is_heard:  # what was heard in the recording is in it
        transcript = replace(transcript, turns=within_recording(transcript.turns, measured))
    printed = text.turns if choice.source == "notes" else ()
    problems = (
        duration_doubt(record, measured),
        moved_by(stated, transcript.turns),
        runs_past_the_end(captions.cues, printed, measured, stated_duration(record)),
        *((choice.doubt,) if choice.doubt else in_short(text.problems)),
        *time_problems(printed, transcript.turns, record.episode.duration),
        *captions.problems,
        *left_aside(record.episode, text if choice.source == "notes" else captions),
    )
    differs = differences(transcript, heard)
    outcome = Outcome(record.episode, "ingested", joined(size(transcript, heard), differs, remark, *problems))
    return _Made(outcome, transcript, inputs)


def _listen(
    record: Record,
    home: Path,
    settings: IngestSettings,
    captions: Captions,
    official: OfficialText,
    progress: StageProgress | None,
) -> tuple[Heard | None, str | None]:
    """Fetch and transcribe the recording if the episode needs it; if that failed, the second value says why."""
    needed = settings.transcribe or not captions.cues
    has_text = bool(captions.cues or official.turns)
    if not settings.audio or settings.allow is None or not has_recording(record):
        return heard_already(home, record), None
    local = any(item.enclosure and not is_remote(item.enclosure.url) for item in record.items)
    usable = _usable(settings.listening, settings.fallback) if needed else None
    missing = usable if isinstance(usable, str) else None
    try:
        if local or (needed and missing is None):
            audio = recording_of(home, record, progress, settings.allow, settings.again)
            if audio is not None:
                record = _with_recording(home, record, audio)
                if isinstance(usable, TranscriptionOptions):
                    earlier = heard_already(home, record) if settings.fallback and not settings.again else None
                    if earlier is not None and earlier.engine == usable.engine:
                        return earlier, None
                    listening = replace(usable, vocabulary=_vocabulary(record, official))
                    return heard_of(home, record, audio, listening, progress, settings.again), None
    except (SourceError, ModelMissing) as error:
        if not has_text:
            raise
        return heard_already(home, record), f"not transcribed: {one_line(error)}"
    return heard_already(home, record), f"not transcribed: {missing}" if needed and missing else None


def forget_missing_weights() -> None:
    """Make the next run look for weights again, because they may have been added since the last run."""
    _usable.cache_clear()


@cache
def _usable(listening: TranscriptionOptions, fallback: str | None) -> TranscriptionOptions | str:
    """Return the options with the first model whose weights are available, or why there is none.

    Cached, because looking may query the hub.
    """
    missing = ""
    for model in filter(None, (listening.model, fallback)):
        try:
            weights_available(replace(listening, model=model), download=True)
        except ModelMissing as error:
            missing = missing or one_line(error)
        else:
            return replace(listening, model=model)
    return missing


def _with_recording(home: Path, record: Record, audio: Path) -> Record:
    """Save what only the recording tells: that the library has it, and its duration if no right one is stated."""
    duration = lasting(stated_duration(record), measured_duration(audio))
    if duration is None:
        duration = record.episode.duration or round(duration_of(audio), 3)
    episode = replace(record.episode, duration=duration)
    if episode.audio_url is None:
        episode = replace(episode, audio_url=f"/api/episodes/{episode.id}/audio")
    if episode != record.episode:
        record = Record(episode, record.items)
        save_record(home, record)
    return record


def _as_recorded(home: Path, record: Record) -> tuple[Record, float | None]:
    """Return the record with the duration that the library's recording has, and that duration if it was measured."""
    audio = recording(home, record.episode.id)
    measured = None if audio is None else measured_duration(audio)
    return (record, None) if audio is None or measured is None else (_with_recording(home, record, audio), measured)


def _nothing_ingested(
    record: Record, settings: IngestSettings, remark: str | None, captions: Captions, heard: Heard | None
) -> Outcome:
    problems = "; ".join(captions.problems)
    if remark:
        return Outcome(record.episode, "waiting", joined(remark, problems))
    if problems:
        return Outcome(record.episode, "failed", f"nothing to ingest: {problems}", passing=captions.passing)
    if heard is not None:
        return Outcome(record.episode, "skipped", "nothing to ingest: nobody speaks in its recording")
    if has_recording(record) and not settings.audio:
        return Outcome(record.episode, "skipped", "audio only")
    return Outcome(
        record.episode, "skipped", "nothing to ingest: no transcript in its notes, no captions and no recording"
    )


def _vocabulary(record: Record, official: OfficialText) -> tuple[str, ...]:
    speakers = (turn.speaker for turn in official.turns if turn.speaker)
    texts = [official.description or "", *(turn.text for turn in official.turns)]
    return vocabulary_for((*people_of(record), *speakers), record.episode.title, texts)


def _key(heard: Heard | None) -> str | None:
    return None if heard is None else hash_of([heard.engine, heard.model, heard.duration, heard.words])


def _inputs_of(path: Path) -> object:
    data = read_if_whole(path)
    return None if data is None else data.get("inputs")


def _reason(error: Exception) -> str:
    return (disk_problem(error) if isinstance(error, OSError) else None) or one_line(error)
