"""The commands about one episode: show, export and divergence."""

import logging
from argparse import Namespace
from contextlib import closing
from dataclasses import asdict, replace
from pathlib import Path

from api.episodes.library import find_episode
from api.settings import Settings
from api.terminal.output import print_json, write_text
from ingest.errors import SourceError
from ingest.library.records import episode_ids, load_record, load_transcript, records
from ingest.transcript import Episode, Transcript, with_episode

logger = logging.getLogger(__name__)


def show(options: Namespace, settings: Settings) -> int:
    """Print what is known of an episode, what it was made from, which text won and what was not understood."""
    from api.episodes.account import about_of
    from api.episodes.chapters import timed_chapters
    from api.episodes.stored import stored_of
    from api.terminal.show import about_text
    from index.errors import IndexBroken, IndexMissing
    from index.store import open_generation

    episode = _episode(options.episode, settings.home)
    about = about_of(stored_of(settings.home, episode.id))
    try:
        with closing(open_generation(settings.home)) as generation:
            transcript = load_transcript(settings.home, episode.id)
            about = replace(about, chapters=timed_chapters(generation, transcript))
    except (IndexMissing, IndexBroken) as error:
        logger.info("no chapters: %s", error)
    print_json(asdict(about)) if options.json else print(about_text(about))
    return 0


def export(options: Namespace, settings: Settings) -> int:
    """Write an episode's transcript in a format of the contract."""
    from ingest.export import render

    write_text(render(_transcript(options.episode, settings.home), options.format), options.output)
    return 0


def divergence(options: Namespace, settings: Settings) -> int:
    """Print where an episode's official text and its recording differ; return 0 even if there is nothing to compare."""
    from api.terminal.divergence import report_json, report_of, report_text

    report = report_of(_transcript(options.episode, settings.home), settings.home)
    print_json(report_json(report)) if options.json else print(report_text(report))
    return 0


def _episode(wanted: str, home: Path) -> Episode:
    if wanted in episode_ids(home):  # does not read other episodes, one of which may be damaged
        return load_record(home, wanted).episode
    return find_episode(wanted, [record.episode for record in records(home)])


def _transcript(wanted: str, home: Path) -> Transcript:
    episode = _episode(wanted, home)
    transcript = load_transcript(home, episode.id)
    if transcript is None:
        raise SourceError(f"{episode.id} has no transcript yet; playback show {episode.id} says why")
    return with_episode(transcript, episode)
