"""The commands, which `api.cli` looks up by their names: each calls the file that does the work."""

from argparse import Namespace

from api.settings import Settings
from api.terminal.output import print_json, print_list
from index.mounting import warn


def ingest(options: Namespace, settings: Settings) -> int:
    """Ingest sources, and publish the index; see `api.terminal.ingest_run`."""
    from api.terminal import ingest_run

    return ingest_run.ingest(options, settings)


def refresh(options: Namespace, settings: Settings) -> int:
    """Read all known feeds again; see `api.terminal.ingest_run`."""
    from api.terminal import ingest_run

    return ingest_run.refresh(options, settings)


def remove(options: Namespace, settings: Settings) -> int:
    """Remove an episode or a show; see `api.terminal.removal`."""
    from api.terminal import removal

    return removal.remove(options, settings)


def index(options: Namespace, settings: Settings) -> int:
    """Build and publish a generation; see `api.terminal.ingest_run`."""
    from api.terminal import ingest_run

    return ingest_run.index(options, settings)


def ask(options: Namespace, settings: Settings) -> int:
    """Answer a question; see `api.terminal.questions`."""
    from api.terminal import questions

    return questions.ask(options, settings)


def search(options: Namespace, settings: Settings) -> int:
    """Find passages; see `api.terminal.questions`."""
    from api.terminal import questions

    return questions.search(options, settings)


def lessons(options: Namespace, settings: Settings) -> int:
    """List lessons, or decide about them; see `api.terminal.lessons`."""
    from api.terminal import lessons

    return lessons.lessons(options, settings)


def export(options: Namespace, settings: Settings) -> int:
    """Write an episode's transcript; see `api.terminal.episode`."""
    from api.terminal import episode

    return episode.export(options, settings)


def divergence(options: Namespace, settings: Settings) -> int:
    """Print where an official text and its recording differ; see `api.terminal.episode`."""
    from api.terminal import episode

    return episode.divergence(options, settings)


def show(options: Namespace, settings: Settings) -> int:
    """Print what is known of an episode; see `api.terminal.episode`."""
    from api.terminal import episode

    return episode.show(options, settings)


def topics(options: Namespace, settings: Settings) -> int:
    """Print what is often talked about; see `api.terminal.topics`."""
    from api.terminal import topics

    return topics.topics(options, settings)


def start(options: Namespace, settings: Settings) -> int:
    """Print where a newcomer begins; see `api.terminal.topics`."""
    from api.terminal import topics

    return topics.start(options, settings)


def people(options: Namespace, settings: Settings) -> int:
    """Print who speaks, or what is known of one person; see `api.terminal.people`."""
    from api.terminal import people

    return people.people(options, settings)


def terms(options: Namespace, settings: Settings) -> int:
    """Print names and abbreviations, or what is known of one; see `api.terminal.terms`."""
    from api.terminal import terms

    return terms.terms(options, settings)


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
