"""The commands ingest, refresh and index: read sources, run their episodes through the stages, publish the index."""

import os
import sys
from argparse import Namespace
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from api.settings import Settings
from api.terminal.encode_ahead import EncodeAhead
from api.terminal.progress import Bars
from api.terminal.worker_processes import outcomes_of, tell
from index.models.encoder import UNCOMPILED
from ingest.cluster.outcomes import outcomes_on_cluster
from ingest.cluster.worker import Cluster
from ingest.errors import PlaybackError, SourceError
from ingest.library.outcome import Outcome
from ingest.library.records import feeds, feeds_folder, load_record, transcript_ids
from ingest.library.store import mount_store
from ingest.pipeline import IngestSettings, forget_missing_weights, ingest_episode, record_killed
from ingest.sources import Source, refresh_feed, register_source
from ingest.speech.heard import BEST_MODEL, TranscriptionOptions
from ingest.speech.weights import PACKAGED
from ingest.stages.heard_words import sound_to_hear
from ingest.storage.disk_space import disk_problem, require_space
from ingest.storage.files import lock
from ingest.transcript import Episode

if TYPE_CHECKING:
    from index.manifest import Manifest

# Reading so many episodes without their sound takes longer than starting a process for it, which leaves this one to
# load the encoder meanwhile.
_MANY = 8


def ingest(options: Namespace, settings: Settings) -> int:
    """Ingest sources, print each episode's outcome, publish the index; return 1 if any of them failed or waits."""
    allow = frozenset(options.allow_host)
    return _run(
        (partial(register_source, source, settings.home, allow, options.again) for source in options.sources),
        options,
        settings,
    )


def refresh(options: Namespace, settings: Settings) -> int:
    """Read all known feeds again and ingest new, changed and unfinished episodes; do nothing if another run does it.

    Does not print unchanged episodes, so that a scheduled run prints little.
    """
    if not any(feed.url for feed in feeds(settings.home)):
        raise SourceError(f"{settings.home} knows no feed; run: playback ingest FEED")
    with lock(feeds_folder(settings.home), wait=False) as held:
        if not held:
            print("another refresh is running; nothing to do")
            return 0
        known = [feed for feed in feeds(settings.home) if feed.url and feed.removed is None]
        allow = frozenset(options.allow_host)
        return _run((partial(refresh_feed, feed, settings.home, allow) for feed in known), options, settings)


def index(options: Namespace, settings: Settings) -> int:
    """Build and publish a generation; return 1 if it leaves out an episode that cannot be read."""
    if not transcript_ids(settings.home):
        raise SourceError(f"{settings.home} holds no transcripts to index; run: playback ingest SOURCE")
    return publish_index(settings, options.rebuild, options.quiet)


def _run(reads: Iterable[Callable[[], Source]], options: Namespace, settings: Settings) -> int:
    """Register the sources, ingest their episodes, publish the index; return 1 if any of them failed or waits."""

    if settings.home.exists() and not settings.home.is_dir():
        raise SourceError(f"{settings.home} is not a folder; name one with --home or PLAYBACK_HOME")
    require_space(settings.home, 0, "ingesting")
    plan = IngestSettings(
        audio=not options.no_audio,
        transcribe=options.transcribe,
        again=options.again,
        allow=frozenset(options.allow_host),
        listening=TranscriptionOptions(options.engine, options.model or BEST_MODEL, models=settings.models),
        fallback=None if options.model else PACKAGED,
    )
    forget_missing_weights()
    episodes, code = _registered(reads)
    counts: Counter[str] = Counter()
    threads = options.workers or cores()
    with EncodeAhead(settings, threads) as ahead:
        with Bars(quiet=options.quiet) as bars:
            for outcome in _outcomes(episodes[: options.limit], settings, plan, options, bars):
                bars.ended(outcome.episode.id)
                if outcome.status == "ingested" and not options.no_index:
                    ahead.add(outcome.episode.id)
                counts[outcome.status] += 1
                code = code if outcome.ok else 1
                if options.unchanged or outcome.status != "unchanged":
                    bars.line(f"{outcome.episode.id}  {outcome.status}: {outcome.message}")
        if episodes:
            _print_counts(counts)
            if not options.no_index and transcript_ids(settings.home):
                code = max(code, publish_index(settings, False, options.quiet, threads, ahead))
    return code


def _print_counts(counts: Counter[str]) -> None:
    noun = "episode" if counts.total() == 1 else "episodes"
    print(f"{counts.total()} {noun}: {', '.join(f'{count} {name}' for name, count in counts.items())}")
    if undone := counts["failed"] + counts["waiting"] + counts["quarantined"]:
        undone_of = f"{undone} of {counts.total()} episodes failed or wait"
        print(f"playback: {undone_of}; the lines above say why", file=sys.stderr)


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def publish_index(
    settings: Settings,
    rebuild: bool,
    quiet: bool,
    threads: int | None = None,
    ahead: EncodeAhead | None = None,
    purge: bool = False,
) -> int:
    """Publish a generation unless the live one is up to date; return 1 if it lacks episodes that cannot be read.

    Encodes on `threads` cores, else on all. What is encoded `ahead` goes on until the build has to encode. With
    `purge`, nothing stays of what does not count any more.
    """
    from index.building.build import up_to_date
    from index.building.purging import drop_others, drop_purged
    from index.generations.published import mounted_index
    from index.models.rerankers import prepare_reranker
    from index.store import KEPT_GENERATIONS

    before: Manifest | None = None
    manifest = _built(settings, rebuild, quiet, threads, ahead)
    while before is None or manifest.generation != before.generation:
        if purge:
            drop_others(settings.home)
        has_purged = purge or drop_purged(settings.home)
        if has_purged and not quiet:
            print("the words of what was purged were removed from every generation")
        mounted = mounted_index(settings.home)
        if mounted is None:
            break
        served = mounted.publish(1 if has_purged else KEPT_GENERATIONS)
        print(f"the database serves generation {served.generation}: {served.passages:,} passages")
        if up_to_date(settings.home, settings.encoder, manifest.weights, manifest.form):
            break
        # Another machine may have published what this generation does not have yet, or has still.
        print("the library has changed meanwhile")
        before, manifest = manifest, _built(settings, False, quiet, threads, ahead)
    for identifier, reason in manifest.left_out.items():
        print(f"playback: {identifier} is not in the index: {reason}", file=sys.stderr)
    if settings.reranker is not None:
        prepare_reranker(settings.home, settings.reranker)  # last, because no generation depends on it
    return 1 if manifest.left_out else 0


def _built(
    settings: Settings, rebuild: bool, quiet: bool, threads: int | None, ahead: EncodeAhead | None
) -> "Manifest":
    """Return the manifest of the live generation, which is built if it is not up to date."""
    from index.building.build import build, up_to_date
    from index.generations.manifests import current_number_or_zero, live_form, manifest_of
    from index.models.encoders import encoder_to_build_with, weights_and_form

    encoder = None if ahead is None else ahead.encoder()
    if ahead is not None and encoder is not None and encoder.form == UNCOMPILED:
        ahead.finish()  # sentence-transformers reads for one thread at a time
    weights, form = weights_and_form(settings.home, settings.encoder)
    if not rebuild and form is not None and up_to_date(settings.home, settings.encoder, weights, form):
        print("the index is up to date")
        return manifest_of(settings.home, current_number_or_zero(settings.home))
    encoder = encoder or encoder_to_build_with(settings.home, settings.encoder, threads or cores())
    if live_form(settings.home) not in (None, encoder.form):
        print(f"the encoder runs {_said(encoder.form)} now: all texts are encoded once more")
    with Bars(quiet=quiet) as bars:

        def encoding(done: int, whole: int) -> None:
            if ahead is not None:
                ahead.finish()
            bars.encoding(done, whole)

        manifest = build(settings.home, encoder, rebuild, progress=encoding)
    print(
        f"generation {manifest.generation} published: {manifest.passages:,} passages of {manifest.episodes} "
        f"episodes, encoder {manifest.encoder}"
    )
    return manifest


def _said(form: str) -> str:
    return f"in {form}" if form == UNCOMPILED else f"compiled ({form})"


def _registered(reads: Iterable[Callable[[], Source]]) -> tuple[list[Episode], int]:
    """Register every source; print an unusable one to standard error and continue with the others."""
    episodes: dict[str, Episode] = {}
    code = 0
    for read in reads:
        try:
            found = read()
        except (PlaybackError, OSError) as error:
            reason = (disk_problem(error) if isinstance(error, OSError) else None) or str(error)
            print(f"playback: {' '.join(reason.split())}", file=sys.stderr)
            code = 1
            continue
        for problem in found.problems:
            print(f"playback: {problem}", file=sys.stderr)
        for line in found.left_out:
            print(line)
        episodes |= {episode.id: episode for episode in found.episodes}
    return list(episodes.values()), code


def _outcomes(
    episodes: list[Episode], settings: Settings, plan: IngestSettings, options: Namespace, bars: Bars
) -> Iterator[Outcome]:
    """Yield outcomes as they come; if a person may watch, first find out how much there is to transcribe."""
    if not bars.quiet:
        bars.expect(_sound_of(episodes, settings.home, plan))
    died = partial(record_killed, home=settings.home)
    report = None if bars.quiet else bars.together
    if options.cluster is not None and episodes:
        home = settings.home.absolute()  # the same on every node, whose working directories differ
        cluster = Cluster(options.cluster, home, options.workers, settings.store)
        yield from outcomes_on_cluster(
            episodes, partial(ingest_episode, home=home, settings=plan), died, cluster, report, bars.remark
        )
        return
    workers = options.workers or 1
    is_alone = len(episodes) < 2 or (workers == 1 and (plan.audio or len(episodes) < _MANY))
    if is_alone:
        for episode in episodes:
            yield ingest_episode(episode, settings.home, plan, bars.stage(episode.id))
        return
    work = partial(_ingest_and_tell, home=settings.home, store=settings.store, plan=plan)
    yield from outcomes_of(episodes, work, died, workers, report)


def _ingest_and_tell(episode: Episode, home: Path, store: str | None, plan: IngestSettings) -> Outcome:
    """Ingest an episode in a worker process."""
    mount_store(home, store)

    def progress(stage: str, done: float, whole: float | None) -> None:
        if stage == "transcribe" and whole is not None:
            tell(episode.id, done, whole)

    return ingest_episode(episode, home, plan, progress)


def _sound_of(episodes: Iterable[Episode], home: Path, plan: IngestSettings) -> dict[str, float | None]:
    """Return the seconds of sound that a run will transcribe, by episode, without those that need none."""
    found: dict[str, float | None] = {}
    for episode in episodes if plan.audio else ():
        with suppress(PlaybackError, OSError):  # the episode's outcome will say what is wrong with it
            seconds = sound_to_hear(home, load_record(home, episode.id), plan.transcribe, plan.again)
            if seconds != 0:
                found[episode.id] = seconds
    return found
