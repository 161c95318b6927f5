"""The commands with their arguments and options, and what each value may be."""

import argparse
import re
from pathlib import Path

from api.terminal.parser import Parser
from ingest.text.urls import printable
from ingest.versions import own_version

_LAST_PORT = 65_535
_MOST_NUMBER = 999_999_999
_CLUSTER = re.compile(r"(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]):[0-9]{1,5}")
_LESSON_ACTIONS = ("accept", "reject", "propose", "retitle", "tag", "untag", "merge", "note")


def command_parser() -> Parser:
    """Return the parser of all commands, by name in its default `commands`."""
    parser = Parser(prog="playback", description="Answers questions about a podcast with quotes you can hear.")
    parser.add_argument("--version", action="version", version=f"playback {own_version()}")
    parser.add_argument("--home", type=Path, metavar="DIR", help="data folder (default: PLAYBACK_HOME, else data)")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    ingest = commands.add_parser("ingest", help="read feeds, folders or files into the library and publish the index")
    ingest.add_argument(
        "sources", nargs="+", metavar="SOURCE", help="feed URL or file, folder, recording, show notes, captions"
    )
    ingest.add_argument("--again", action="store_true", help="run every stage again, restore removed episodes")
    ingest.add_argument("--limit", type=_positive, metavar="N", help="only the first N episodes")
    ingest.set_defaults(unchanged=True)
    _add_ingest_options(ingest)

    refresh = commands.add_parser("refresh", help="read all known feeds again and ingest what is new or changed")
    refresh.set_defaults(again=False, limit=None, unchanged=False)
    _add_ingest_options(refresh)

    remove = commands.add_parser("remove", help="remove an episode or a show from the library and the index")
    remove.add_argument("name", metavar="EPISODE|SHOW", help="id of either, or an episode's number if it is unique")
    remove.add_argument("--purge", action="store_true", help="delete all its files, also from every index generation")
    remove.add_argument("--reason", default="", metavar="TEXT", help="shown to readers who open one of its quotes")
    remove.add_argument("--quiet", action="store_true", help="show no progress")

    index = commands.add_parser("index", help="build and publish a generation of the index")
    index.add_argument("--rebuild", action="store_true", help="encode everything again")
    index.add_argument("--quiet", action="store_true", help="show no progress")

    for name, noun, text in (
        ("ask", "question", "answer a question with quotes"),
        ("search", "query", "find passages"),
    ):
        command = commands.add_parser(name, help=text)
        command.add_argument("question", metavar=noun.upper())
        command.add_argument("--json", action="store_true", help="print JSON")
        command.add_argument("--k", type=_positive, metavar="N", help="at most N quotes or passages")
        command.add_argument("--episode", metavar="ID|NUMBER")
        command.add_argument("--show", metavar="ID")
        command.add_argument("--speaker", metavar="NAME", help="full name or unambiguous part")
        command.add_argument("--since", metavar="DATE")
        command.add_argument("--until", metavar="DATE")
        if name == "search":
            command.add_argument("--page", type=_positive, default=1, metavar="N", help="which page of passages")
            command.add_argument(
                "--format", choices=("csv", "md", "json"), help="everything about the query, each passage with a quote"
            )
            command.add_argument("--output", type=Path, metavar="FILE", help="write what --format gives to a file")

    _add_lessons(commands.add_parser("lessons", help="list the lessons that are told, and decide about them"))

    export = commands.add_parser("export", help="print an episode's transcript")
    export.add_argument("episode", metavar="EPISODE", help="id, or number if it is unique")
    export.add_argument("--format", choices=("json", "vtt", "srt", "md", "txt", "captions-json"), required=True)
    export.add_argument("--output", type=Path, metavar="FILE")

    divergence = commands.add_parser("divergence", help="show where an episode's official text and recording differ")
    divergence.add_argument("episode", metavar="EPISODE", help="id, or number if it is unique")
    divergence.add_argument("--json", action="store_true")

    show = commands.add_parser(
        "show", help="show an episode's sources, which text won and why, what was not understood"
    )
    show.add_argument("episode", metavar="EPISODE", help="id, or number if it is unique")
    show.add_argument("--json", action="store_true")

    topics = commands.add_parser("topics", help="list what the library often talks about, or show one topic")
    topics.add_argument("topic", nargs="?", metavar="TOPIC", help="id of a topic")
    topics.add_argument("--json", action="store_true")

    start = commands.add_parser("start", help="show where a newcomer begins")
    start.add_argument("--json", action="store_true")
    for name, noun, text in (
        ("people", "person", "list everybody who speaks, or show somebody's roles, episodes and lessons with quotes"),
        ("terms", "term", "list names and abbreviations, or show what one is, with quotes"),
    ):
        command = commands.add_parser(name, help=text)
        command.add_argument("name", nargs="?", metavar=noun.upper(), help=f"id or name of a {noun}")
        command.add_argument("--json", action="store_true")

    verify = commands.add_parser("verify", help="say whether something was said word for word, nearly, or not")
    verify.add_argument("text", metavar="TEXT|FILE", help="what is supposed to have been said, or a file with it")
    verify.add_argument("--speaker", metavar="NAME", help="who is supposed to have said it: full name or words of it")
    verify.add_argument("--json", action="store_true")

    quote = commands.add_parser("quote", help="print a quote in the form that a text needs")
    quote.add_argument("id", metavar="ID", help="id or address of a quote")
    quote.add_argument("--form", choices=("blog", "html", "text", "json-ld"), default="text", help="default: text")
    quote.add_argument("--json", action="store_true", help="print JSON, with the words around the quote")

    links = commands.add_parser("check-links", help="check what pages, feeds and drafts say about quotes")
    links.add_argument(
        "sources", nargs="+", metavar="SOURCE", help="web page, Markdown or HTML file, folder of drafts, sitemap, feed"
    )
    links.add_argument(
        "--least", type=_positive, default=5, metavar="N", help="quoted words count from N words on (default: 5)"
    )
    links.add_argument(
        "--allow-host", action="append", default=[], metavar="HOST", help="allow reading from this non-public host"
    )
    printed = links.add_mutually_exclusive_group()
    printed.add_argument("--json", action="store_true")
    printed.add_argument("--sarif", action="store_true", help="print SARIF 2.1.0, for code hosts")

    publish = commands.add_parser(
        "publish-feed", help="write a show's feed with transcripts, chapters and people added"
    )
    publish.add_argument("show", metavar="SHOW", help="id of a show")
    publish.add_argument("--output", type=Path, metavar="FILE")

    clip = commands.add_parser("clip", help="write a quote as a short recording with captions, or as a picture")
    clip.add_argument("quote", metavar="QUOTE_ID", help="id or address of a quote")
    clip.add_argument("--format", choices=("opus", "m4a", "svg", "png"), help="default: the ending of FILE, else opus")
    clip.add_argument("--output", type=Path, metavar="FILE", help="default: the quote's id with the format")

    serve = commands.add_parser("serve", help="serve the web pages and the HTTP interface")
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=_port, default=8000)

    commands.add_parser("mcp", help="serve an assistant over standard input and output (Model Context Protocol)")

    archive = commands.add_parser("archive", help="write all pages to a folder that needs no server")
    archive.add_argument("folder", type=Path, metavar="FOLDER", help="an empty folder, or an archive to renew")
    archive.add_argument("--recordings", action="store_true", help="copy the library's recordings too")
    archive.add_argument("--quiet", action="store_true", help="show no progress")

    status = commands.add_parser(
        "status", help="list every episode's state and reason, the live generation, the encoder"
    )
    status.add_argument("--json", action="store_true")

    doctor = commands.add_parser("doctor", help="check library and index, repair derived files, report the rest")
    doctor.add_argument("--json", action="store_true")

    backup = commands.add_parser("backup", help="write library and live generation to one file, also while in use")
    backup.add_argument("file", type=Path, metavar="FILE")

    restore = commands.add_parser("restore", help="restore a backup into an empty data folder")
    restore.add_argument("file", type=Path, metavar="FILE")

    evaluate = commands.add_parser("evaluate", help="measure answers against questions with gold quotes")
    evaluate.add_argument("questions", type=Path, metavar="QUESTIONS.jsonl")
    evaluate.add_argument("--json", action="store_true")
    evaluate.add_argument("--misses", type=Path, metavar="FILE", help="write the misses to FILE.html or FILE.json")
    evaluate.add_argument("--against", type=Path, metavar="DIR", help="compare with the index of another data folder")
    evaluate.add_argument(
        "--encoders",
        type=_names,
        metavar="A,B",
        help="index the library with each of these encoders, elsewhere, and compare them",
    )

    _add_store(commands.add_parser("store", help="make, upgrade or fill the database that PLAYBACK_STORE names"))

    config = commands.add_parser("config", help="show every setting, its value and where it is set")
    config.add_argument("--json", action="store_true")

    completion = commands.add_parser("completion", help="print a script that completes commands and options in a shell")
    completion.add_argument("shell", choices=("bash", "zsh", "fish"), metavar="SHELL", help="bash, zsh or fish")
    completion.set_defaults(whole=parser)

    parser.set_defaults(commands=commands.choices)
    return parser


def _add_store(command: argparse.ArgumentParser) -> None:
    """Add the actions of `store`."""
    actions = command.add_subparsers(dest="action", required=True, metavar="ACTION")
    actions.add_parser("init", help="make the tables in an empty database")
    actions.add_parser("migrate", help="upgrade the tables that an earlier version made")
    copy = actions.add_parser("copy", help="copy a library to another store and verify it; run it again to go on")
    for name, text in (("source", "FROM"), ("target", "TO")):
        copy.add_argument(name, metavar=text, help="a data folder, or postgresql://…")


def _add_lessons(command: argparse.ArgumentParser) -> None:
    """Add the options of `lessons`."""
    command.add_argument("action", nargs="?", choices=("list", *_LESSON_ACTIONS), default="list", help="default: list")
    command.add_argument("what", nargs="*", metavar="ID|TEXT", help="id of a lesson, then a title, tag, note or ids")
    command.add_argument("--episode", metavar="ID|NUMBER")
    command.add_argument("--theme", metavar="TEXT", help="a tag, term or topic")
    command.add_argument("--kind", choices=("problem", "cause", "decision", "remedy", "result", "advice"))
    command.add_argument("--person", metavar="NAME", help="who says it: full name or words of it")
    command.add_argument("--state", choices=("proposed", "accepted", "rejected", "withdrawn"))
    command.add_argument("--show", metavar="ID")
    command.add_argument("--year", metavar="YYYY")
    command.add_argument("--limit", type=_positive, default=20, metavar="N", help="at most N lessons (default: 20)")
    command.add_argument("--page", type=_positive, default=1, metavar="N", help="which page of lessons")
    command.add_argument("--by", metavar="NAME", help="who decides (default: the name of this user)")
    command.add_argument("--json", action="store_true")


def _add_ingest_options(command: argparse.ArgumentParser) -> None:
    """Add the options that `ingest` and `refresh` share."""
    command.add_argument(
        "--no-audio", action="store_true", help="do not download or transcribe audio; still read captions"
    )
    command.add_argument("--transcribe", action="store_true", help="transcribe even if captions have times")
    command.add_argument(
        "--model", help="Whisper model name, folder or file (default: small.en, or the packaged tiny.en without it)"
    )
    command.add_argument("--engine", choices=("faster-whisper", "openai-whisper"), default="faster-whisper")
    command.add_argument(
        "--workers",
        type=_positive,
        metavar="N",
        help="episodes at a time (default: 1), and cores to encode on (default: all)",
    )
    command.add_argument(
        "--cluster",
        type=_cluster,
        metavar="auto|ADDRESS",
        help="ingest with Ray: on this machine (auto), or on the cluster whose head is at HOST:PORT",
    )
    command.add_argument(
        "--allow-host", action="append", default=[], metavar="HOST", help="allow fetching from this non-public host"
    )
    command.add_argument("--no-index", action="store_true", help="do not publish the index")
    command.add_argument("--quiet", action="store_true", help="show no progress")


def _positive(text: str) -> int:
    # int() refuses thousands of digits.
    if not text.isdecimal() or len(text) > len(str(_MOST_NUMBER)) or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{printable(text)} is not a whole number from 1 to {_MOST_NUMBER:,}")
    return int(text)


def _cluster(text: str) -> str:
    if text == "auto":
        return text
    if not _CLUSTER.fullmatch(text):
        raise argparse.ArgumentTypeError(f"{printable(text)} is neither auto nor the HOST:PORT of a Ray cluster's head")
    _port(text.rpartition(":")[2])
    return text


def _names(text: str) -> list[str]:
    names = [*dict.fromkeys(name.strip() for name in text.split(",") if name.strip())]
    if not names:
        raise argparse.ArgumentTypeError("name at least one encoder, or several separated by commas")
    return names


def _port(text: str) -> int:
    port = _positive(text)
    if port > _LAST_PORT:
        raise argparse.ArgumentTypeError(f"{text} is not a port; the highest is {_LAST_PORT}")
    return port
