"""What each command does with the core; `api.cli` parses and maps errors to exit codes."""

import json
import sys
from argparse import Namespace
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from api.progress import Bars
from api.settings import Settings
from ingest.errors import PlaybackError, SourceError
from ingest.heard import Listening
from ingest.library import episode_folder, episode_ids, load_record, load_transcript, read_json, records
from ingest.pipeline import IngestSettings, Outcome, ingest_episode, register_source
from ingest.transcript import Episode, Transcript, with_episode


def ingest(options: Namespace, settings: Settings) -> int:
    """Ingest sources, print every episode's outcome, publish the index; 1 if any source or episode failed or waits."""
    if settings.home.exists() and not settings.home.is_dir():
        raise SourceError(f"{settings.home} is not a folder; name one by --home or PLAYBACK_HOME")
    allow = frozenset(options.allow_host)
    episodes, code = _registered(options.sources, settings.home, allow)
    plan = IngestSettings(
        audio=not options.no_audio,
        transcribe=options.transcribe,
        again=options.again,
        allow=allow,
        listening=Listening(engine=options.engine, model=options.model, models=settings.models),
    )
    if not episodes:
        return code
    counts: Counter[str] = Counter()
    with Bars(quiet=options.quiet) as bars:
        for outcome in _outcomes(episodes[: options.limit], settings.home, plan, options.workers, bars):
            counts[outcome.status] += 1
            code = code if outcome.ok else 1
            bars.line(f"{outcome.episode.id}  {outcome.status}: {outcome.message}")
    noun = "episode" if counts.total() == 1 else "episodes"
    print(f"{counts.total()} {noun}: {', '.join(f'{count} {name}' for name, count in counts.items())}")
    if undone := counts["failed"] + counts["waiting"]:
        undone_of = f"{undone} of {counts.total()} episodes failed or wait"
        print(f"playback: {undone_of}; the lines above say why", file=sys.stderr)
    if not options.no_index and any(_with_transcript(settings.home)):
        _publish(settings, rebuild=False, quiet=options.quiet)
    return code


def index(options: Namespace, settings: Settings) -> int:
    """Build and publish a generation."""
    if not any(_with_transcript(settings.home)):
        raise SourceError(f"{settings.home} holds no transcripts to index; run: playback ingest SOURCE")
    _publish(settings, options.rebuild, options.quiet)
    return 0


def ask(options: Namespace, settings: Settings) -> int:
    """Answer a question; whatever the answer's status, the command is done."""
    from api import answer, conversation
    from api.base import open_base
    from api.filters import understood
    from api.printed import answer_json
    from api.rewrite import model_of
    from api.text import answer_text

    answer.check_question(options.question)
    base = open_base(settings)
    filters = understood(_asked(options, settings), base.generation)
    asking = conversation.Asking(options.question, k=options.k or answer.MOST_CITATIONS, filters=filters)
    found = conversation.reworded(base, conversation.ask(base, asking), model_of(settings))
    _print_json(answer_json(found)) if options.json else print(answer_text(found))
    return 0


def search(options: Namespace, settings: Settings) -> int:
    """Find passages."""
    from api import answer
    from api.base import open_base
    from api.errors import FilterError
    from api.filters import understood
    from api.printed import hits_json
    from api.text import hits_text

    answer.check_question(options.question)
    count = options.k or answer.DEFAULT_HITS
    if count > answer.MOST_HITS:
        raise FilterError(f"--k must be a number from 1 to {answer.MOST_HITS}, not {count}")
    base = open_base(settings)
    filters = understood(_asked(options, settings), base.generation)
    found = answer.find(base, options.question, count, filters)
    _print_json(hits_json(options.question, found)) if options.json else print(hits_text(found))
    return 0


def export(options: Namespace, settings: Settings) -> int:
    """Write an episode's transcript in a format of the contract."""
    from ingest.export import render

    text = render(_transcript(options.episode, settings.home), options.format)
    if options.output is None:
        sys.stdout.write(text if text.endswith("\n") else text + "\n")
        return 0
    try:
        options.output.write_text(text, "utf-8")
    except OSError as error:
        raise SourceError(f"{options.output} cannot be written: {error.strerror}") from error
    return 0


def divergence(options: Namespace, settings: Settings) -> int:
    """Print where an episode's official text and its recording differ; it is done too where nothing can be compared."""
    from api.divergence import report_json, report_of, report_text

    report = report_of(_transcript(options.episode, settings.home), settings.home)
    _print_json(report_json(report)) if options.json else print(report_text(report))
    return 0


def serve(options: Namespace, settings: Settings) -> int:
    """Serve until stopped; an empty library is served too and says what to run."""
    from api import serving

    serving.serve(settings, options.host, options.port)
    return 0


def status(options: Namespace, settings: Settings) -> int:
    """Print episodes by state and why, the live generation and its encoder."""
    report = status_of(settings.home)
    if options.json:
        _print_json(report)
        return 0
    for episode in report["episodes"]:
        print(f"{episode['id']}  {episode['status']}: {episode['message']}")
    generation = report["generation"]
    print(
        f"{len(report['episodes'])} episodes: "
        + (", ".join(f"{n} {name}" for name, n in report["counts"].items()) or "none")
    )
    if generation is None:
        print("no index yet; run: playback ingest SOURCE")
    else:
        print(
            f"generation {generation['generation']}: {generation['passages']} passages of "
            f"{generation['episodes']} episodes, encoder {generation['encoder']}, built {generation['built']}"
        )
    return 0


def evaluate(options: Namespace, settings: Settings) -> int:
    """Measure answers and hits against questions with gold quotes; also those of another data folder, side by side."""
    from dataclasses import replace

    from api.comparison import compared, comparison_text
    from api.evaluate import render
    from api.measure import check_index, check_misses_file, index_name, report_of, write_misses
    from api.questions import read_questions
    from index.encode import PACKAGED

    questions = read_questions(options.questions)
    if options.misses is not None:
        check_misses_file(options.misses)
    if options.against is not None:
        check_index(options.against)
    report = report_of(questions, settings)
    if options.misses is not None:
        write_misses(report, options.misses)
    printed = render(report)
    if options.against is not None:
        # Each index with the encoder that it was made with, whatever is set for this one.
        other = report_of(questions, replace(settings, home=options.against, encoder=PACKAGED))
        report["against"] = {"index": other["index"], "figures": compared(report, other)}
        names = index_name(report, settings.home), index_name(other, options.against)
        printed += "\n" + comparison_text(report["against"]["figures"], *names)
    _print_json(report) if options.json else print(printed)
    return 0


def status_of(home: Path) -> dict[str, Any]:
    """Return the state of every episode, their counts, and the live generation's manifest, None if there is none."""
    from dataclasses import asdict

    from index.store import current_number, manifest_of

    episodes = []
    for identifier in episode_ids(home):
        path = episode_folder(home, identifier) / "state.json"
        state = read_json(path) if path.exists() else {"status": "new", "message": "not ingested yet"}
        title = load_record(home, identifier).episode.title
        episodes.append({"id": identifier, "title": title, "status": state["status"], "message": state["message"]})
    number = current_number(home)
    manifest = None if number is None else asdict(manifest_of(home, number))
    if manifest is not None:
        del manifest["files"]
    return {
        "home": str(home),
        "episodes": episodes,
        "counts": dict(Counter(episode["status"] for episode in episodes)),
        "generation": manifest,
    }


def _registered(sources: Iterable[str], home: Path, allow: frozenset[str]) -> tuple[list[Episode], int]:
    """Register every source; one that cannot be used is named on standard error and does not stop the others."""
    episodes: dict[str, Episode] = {}
    code = 0
    for source in sources:
        try:
            found = register_source(source, home, allow)
        except (PlaybackError, OSError) as error:
            print(f"playback: {' '.join(str(error).split())}", file=sys.stderr)
            code = 1
            continue
        for problem in found.problems:
            print(f"playback: {problem}", file=sys.stderr)
        episodes |= {episode.id: episode for episode in found.episodes}
    return list(episodes.values()), code


def _outcomes(episodes: list[Episode], home: Path, plan: IngestSettings, workers: int, bars: Bars) -> Iterator[Outcome]:
    """Yield outcomes as they come; workers are processes, because decoding and aligning hold the interpreter."""
    if workers == 1 or len(episodes) < 2:
        for episode in episodes:
            yield ingest_episode(episode, home, plan, bars.stage(episode.id))
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        running = [pool.submit(ingest_episode, episode, home, plan) for episode in episodes]
        for done in as_completed(running):
            yield done.result()


def _publish(settings: Settings, rebuild: bool, quiet: bool) -> None:
    from index.build import build, up_to_date
    from index.encode import load_encoder, weights_named

    if not rebuild and up_to_date(settings.home, settings.encoder, weights_named(settings.encoder)):
        print("the index is up to date")
        return
    with Bars(quiet=quiet) as bars:
        manifest = build(settings.home, load_encoder(settings.encoder), rebuild, progress=bars.encoding)
    print(
        f"generation {manifest.generation} published: {manifest.passages:,} passages of {manifest.episodes} episodes, "
        f"encoder {manifest.encoder}"
    )


def _with_transcript(home: Path) -> Iterator[str]:
    return (name for name in episode_ids(home) if (episode_folder(home, name) / "transcript.json").exists())


def _episode(wanted: str, home: Path) -> Episode:
    from api.filters import find_episode

    return find_episode(wanted, [record.episode for record in records(home)])


def _transcript(wanted: str, home: Path) -> Transcript:
    episode = _episode(wanted, home)
    transcript = load_transcript(home, episode.id)
    if transcript is None:
        raise SourceError(f"{episode.id} has no transcript yet; playback status says why")
    return with_episode(transcript, episode)


def _asked(options: Namespace, settings: Settings) -> Any:
    from api.filters import Asked

    episode = _episode(options.episode, settings.home).id if options.episode else None
    return Asked(options.show, episode, options.speaker, options.since, options.until)


def _print_json(value: dict[str, Any]) -> None:
    from api.answer import mended

    print(mended(json.dumps(value, ensure_ascii=False, indent=2)))
