"""The commands: each calls the core and prints; `api.cli` parses the options and maps errors to exit codes."""

import logging
from argparse import Namespace
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from api.settings import Settings
from api.terminal.output import print_json, print_list, print_one, write_text
from index.mounting import warn
from ingest.errors import SourceError
from ingest.library.records import (
    episode_ids,
    feeds,
    feeds_folder,
    load_record,
    load_transcript,
    records,
    transcript_ids,
)
from ingest.storage.files import lock
from ingest.transcript import Episode, Transcript, with_episode

logger = logging.getLogger(__name__)


def ingest(options: Namespace, settings: Settings) -> int:
    """Ingest sources, print each episode's outcome, publish the index; return 1 if any of them failed or waits."""
    from api.terminal.ingest_run import run_ingest
    from ingest.sources import register_source

    allow = frozenset(options.allow_host)
    return run_ingest(
        (partial(register_source, source, settings.home, allow, options.again) for source in options.sources),
        options,
        settings,
    )


def refresh(options: Namespace, settings: Settings) -> int:
    """Read all known feeds again and ingest new, changed and unfinished episodes; do nothing if another run does it.

    Does not print unchanged episodes, so that a scheduled run prints little.
    """
    from api.terminal.ingest_run import run_ingest
    from ingest.sources import refresh_feed

    if not any(feed.url for feed in feeds(settings.home)):
        raise SourceError(f"{settings.home} knows no feed; run: playback ingest FEED")
    with lock(feeds_folder(settings.home), wait=False) as held:
        if not held:
            print("another refresh is running; nothing to do")
            return 0
        known = [feed for feed in feeds(settings.home) if feed.url and feed.removed is None]
        allow = frozenset(options.allow_host)
        return run_ingest((partial(refresh_feed, feed, settings.home, allow) for feed in known), options, settings)


def remove(options: Namespace, settings: Settings) -> int:
    """Remove an episode or show from library and index, with --purge also from every generation on disk."""
    from api.terminal.ingest_run import publish_index
    from api.terminal.removal import removal_target, run_removal
    from index.building.purging import drop_others
    from index.generations.manifests import index_folder
    from index.generations.published import holds_index

    for line in run_removal(removal_target(options.name, settings.home), settings.home, options.reason, options.purge):
        print(line)
    if holds_index(settings.home):
        return publish_index(settings, rebuild=False, quiet=options.quiet, purge=options.purge)
    if options.purge and index_folder(settings.home).is_dir():  # a build that was killed leaves words there too
        drop_others(settings.home)
    return 0


def index(options: Namespace, settings: Settings) -> int:
    """Build and publish a generation; return 1 if it leaves out an episode that cannot be read."""
    from api.terminal.ingest_run import publish_index

    if not transcript_ids(settings.home):
        raise SourceError(f"{settings.home} holds no transcripts to index; run: playback ingest SOURCE")
    return publish_index(settings, options.rebuild, options.quiet)


def ask(options: Namespace, settings: Settings) -> int:
    """Answer a question; return 0 whatever the answer's status."""
    from api.answer import conversation
    from api.answer.contract_json import answer_json
    from api.answer.filters import parse_filters
    from api.answer.question import parse_question
    from api.knowledge_base import open_base
    from api.quotes.citation import USUAL_CITATIONS
    from api.terminal.text import answer_text

    question = parse_question(options.question)
    base = open_base(settings)
    filters = parse_filters(_asked(options), base.generation)
    asking = conversation.Asking(question, k=options.k or USUAL_CITATIONS, filters=filters)
    found = conversation.ask(base, asking)
    if settings.llm_url or settings.llm_model:
        from api.llm.rewrite import model_of, rewrite_if_model

        found = rewrite_if_model(found, model_of(settings))
    print_json(answer_json(found)) if options.json else print(answer_text(found, settings.public_url or ""))
    return 0


def search(options: Namespace, settings: Settings) -> int:
    """Find passages, a page of them or, with --format, everything that is about the question."""
    from api.answer.compose import DEFAULT_HITS, MOST_HITS
    from api.answer.contract_json import page_json
    from api.answer.filters import parse_filters
    from api.answer.gather import MOST_GATHERED, gather
    from api.answer.gathered_formats import render
    from api.answer.question import parse_question
    from api.errors import FilterError
    from api.knowledge_base import open_base
    from api.terminal.text import page_text

    question = parse_question(options.question)
    count = options.k or DEFAULT_HITS
    if count > MOST_HITS:
        raise FilterError(f"--k must be a number from 1 to {MOST_HITS}, not {count}")
    if options.page > MOST_GATHERED:
        raise FilterError(f"--page must be a number from 1 to {MOST_GATHERED}, not {options.page}")
    if options.output is not None and options.format is None:
        raise FilterError("--output needs --format csv, md or json")
    if options.format is not None and (options.json or options.page > 1):
        raise FilterError("--format gives everything that is about the question: leave out --json and --page")
    base = open_base(settings)
    filters = parse_filters(_asked(options), base.generation)
    gathered = gather(base, question, filters, least=options.page * count + 1)
    if options.format is not None:
        write_text(render(base, gathered, options.format, settings.public_url or ""), options.output)
    elif options.json:
        print_json(page_json(base, gathered, options.page, count))
    else:
        print(page_text(base, gathered, options.page, count))
    return 0


def lessons(options: Namespace, settings: Settings) -> int:
    """List the register of lessons, or store what the options decide and print the lessons as they are then."""
    from api.errors import FilterError
    from api.lessons.contract_json import lessons_json
    from api.lessons.register import register_of
    from api.terminal.lessons import decided, lessons_text, listed
    from index.store import open_generation

    if options.action == "list":
        if options.what:
            raise FilterError("lessons list takes filters only, such as --episode ID")
        register, found = listed(options, settings)
        entries, total = found[: options.limit], len(found)
    else:
        entries = decided(options, settings)
        total = len(entries)
        register = register_of(settings.home, open_generation(settings.home))
    print_json(lessons_json(register, entries)) if options.json else print(lessons_text(register, entries, total))
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


def show(options: Namespace, settings: Settings) -> int:
    """Print what is known of an episode, what it was made from, which text won and what was not understood."""
    from contextlib import closing
    from dataclasses import replace

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


def topics(options: Namespace, settings: Settings) -> int:
    """Print what the library often talks about, or one topic."""
    from contextlib import closing

    from api.terminal.topics import topic_text, topics_text
    from api.topics.topics import topic_lines, topic_page
    from index.store import open_generation

    with closing(open_generation(settings.home)) as generation:
        if options.topic is None:
            print_list("topics", topic_lines(generation), options, topics_text)
        else:
            print_one(topic_page(settings.home, generation, options.topic), options, settings, topic_text)
    return 0


def start(options: Namespace, settings: Settings) -> int:
    """Print where a newcomer begins."""
    from contextlib import closing

    from api.terminal.topics import start_text
    from api.topics.topics import start_of
    from index.store import open_generation

    with closing(open_generation(settings.home)) as generation:
        print_one(start_of(settings.home, generation), options, settings, start_text)
    return 0


def people(options: Namespace, settings: Settings) -> int:
    """Print everybody who speaks, or what is known of one person."""
    from contextlib import closing

    from api.people.profile import people_lines, profile_of
    from api.terminal.register import people_text, person_text
    from index.store import open_generation

    with closing(open_generation(settings.home)) as generation:
        if options.name is None:
            print_list("people", people_lines(settings.home, generation), options, people_text)
        else:
            print_one(profile_of(settings.home, generation, options.name), options, settings, person_text)
    return 0


def terms(options: Namespace, settings: Settings) -> int:
    """Print the names and abbreviations that are used, or what is known of one."""
    from contextlib import closing

    from api.terminal.register import term_text, terms_text
    from api.terms.entry import entry_of, term_lines
    from index.store import open_generation

    with closing(open_generation(settings.home)) as generation:
        if options.name is None:
            print_list("terms", term_lines(settings.home, generation), options, terms_text)
        else:
            print_one(entry_of(settings.home, generation, options.name), options, settings, term_text)
    return 0


def verify(options: Namespace, settings: Settings) -> int:
    """Print whether a text was said word for word, nearly, or not; see `api.terminal.quotes`."""
    from api.terminal import quotes

    return quotes.verify(options, settings)


def quote(options: Namespace, settings: Settings) -> int:
    """Print a quote in a form for citing; see `api.terminal.quotes`."""
    from api.terminal import quotes

    return quotes.quote(options, settings)


def check_links(options: Namespace, settings: Settings) -> int:
    """Check what pages and drafts say about quotes; see `api.terminal.check_links`."""
    from api.terminal import check_links

    return check_links.check_links(options, settings)


def publish_feed(options: Namespace, settings: Settings) -> int:
    """Write a show's feed with additions; see `api.terminal.publish_feed`."""
    from api.terminal import publish_feed

    return publish_feed.publish_feed(options, settings)


def clip(options: Namespace, settings: Settings) -> int:
    """Write a quote as a short recording or a picture; see `api.terminal.clip`."""
    from api.terminal import clip

    return clip.clip(options, settings)


def serve(options: Namespace, settings: Settings) -> int:
    """Serve until stopped; with an empty library the pages say what to run."""
    from api import serving

    warn(settings.store)
    serving.serve(settings, options.host, options.port)
    return 0


def mcp(options: Namespace, settings: Settings) -> int:
    """Serve an assistant over standard input and output until it closes them; see `api.terminal.assistant`."""
    from api.terminal.assistant import serve_assistant

    serve_assistant(settings)
    return 0


def archive(options: Namespace, settings: Settings) -> int:
    """Write every page to a folder; see `api.terminal.archive`."""
    from api.terminal.archive import run_archive

    return run_archive(options, settings)


def status(options: Namespace, settings: Settings) -> int:
    """Print every episode's state and reason, what was removed, the live generation and its encoder."""
    from api.terminal.status import status_of, status_text

    warn(settings.store)
    report = status_of(settings.home, settings.reranker)
    print_json(report) if options.json else print(status_text(report))
    return 0


def doctor(options: Namespace, settings: Settings) -> int:
    """Check library, index and models, and repair derived files; see `api.terminal.maintenance`."""
    from api.terminal import maintenance

    warn(settings.store)
    return maintenance.doctor(options, settings)


def backup(options: Namespace, settings: Settings) -> int:
    """Write the data folder to one file; see `api.terminal.maintenance`."""
    from api.terminal import maintenance

    return maintenance.backup(options, settings)


def restore(options: Namespace, settings: Settings) -> int:
    """Restore a backup into an empty data folder; see `api.terminal.maintenance`."""
    from api.terminal import maintenance

    return maintenance.restore(options, settings)


def evaluate(options: Namespace, settings: Settings) -> int:
    """Measure answers and hits against questions with gold quotes; see `api.terminal.evaluation`."""
    from api.terminal import evaluation

    return evaluation.evaluate(options, settings)


def store(options: Namespace, settings: Settings) -> int:
    """Make or upgrade the tables of the database that PLAYBACK_STORE names, or copy a library from store to store."""
    from api.terminal.store import copy_library, make_tables

    if options.action == "copy":
        return copy_library(options.source, options.target)
    return make_tables(settings.store, options.action)


def config(options: Namespace, settings: Settings) -> int:
    """Print every setting, its value and where it is set; secrets are hidden."""
    from api.terminal.config import config_text, setting_lines

    print_list("settings", setting_lines(options, settings), options, config_text)
    return 0


def completion(options: Namespace, settings: Settings) -> int:
    """Print a script that completes commands and options in a shell."""
    from api.terminal.completion import completion_script

    print(completion_script(options.whole, options.shell))
    return 0


def _episode(wanted: str, home: Path) -> Episode:
    from api.episodes.library import find_episode

    if wanted in episode_ids(home):  # does not read other episodes, one of which may be damaged
        return load_record(home, wanted).episode
    return find_episode(wanted, [record.episode for record in records(home)])


def _transcript(wanted: str, home: Path) -> Transcript:
    episode = _episode(wanted, home)
    transcript = load_transcript(home, episode.id)
    if transcript is None:
        raise SourceError(f"{episode.id} has no transcript yet; playback show {episode.id} says why")
    return with_episode(transcript, episode)


def _asked(options: Namespace) -> Any:
    from api.answer.filters import Asked

    return Asked(options.show, options.episode, options.speaker, options.since, options.until)
