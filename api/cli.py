"""The command line: run one command, and turn every failure into a line and an exit code.

Heavy modules are imported only by the commands that need them.
"""

import logging
import os
import sys
from collections.abc import Sequence
from dataclasses import replace

from api.settings import read_settings
from api.terminal.arguments import command_parser
from api.terminal.parser import parsed
from index.mounting import mount
from ingest.errors import PlaybackError
from ingest.storage.disk_space import disk_problem
from ingest.versions import require_versions

logger = logging.getLogger(__name__)

DONE, FAILED, WRONG_USAGE, INTERRUPTED = 0, 1, 2, 130
# These work without the database that PLAYBACK_STORE names.
_WITHOUT_STORE = ("store", "config", "completion")
# These libraries log URLs with tokens, server responses, and what is sent to a language model or by one.
_TALKATIVE = ("httpx", "httpcore", "httpx2", "httpcore2", "openai", "mcp")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 done, 1 a clear error in one line, 2 wrong usage."""
    # After each small product of matrices, the threads of numpy's OpenBLAS spin for milliseconds, on cores that the
    # encoder needs. OpenBLAS reads this when numpy is imported.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    options = parsed(command_parser(), arguments)
    from api.terminal import commands

    try:
        settings = read_settings()
        _log_at(settings.log)
        require_versions()
        if options.home is not None:
            settings = replace(settings, home=options.home)
        if options.command not in _WITHOUT_STORE:
            mount(settings.home, settings.store)
        code: int = getattr(commands, options.command.replace("-", "_"))(options, settings)
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader (head, less) has closed the pipe, which is not an error. Python flushes stdout again at exit, so
        # stdout now goes to /dev/null.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except KeyboardInterrupt:
        print("playback: stopped; run the same command again to continue", file=sys.stderr)
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the CLI's only broad handler: every failure becomes one line and an exit code
        return _failed(error)
    return code


def _log_at(level: str) -> None:
    logging.basicConfig(level=level, format="%(levelname)s %(name)s: %(message)s")
    for library in _TALKATIVE:
        logging.getLogger(library).setLevel(max(logging.WARNING, logging.getLevelNamesMapping()[level]))
    # It warns of what cannot be undone on a lost connection; the loss itself is said in one line.
    logging.getLogger("psycopg").setLevel(logging.ERROR)


def _failed(error: Exception) -> int:
    from api.errors import FilterError, QuestionError

    if isinstance(error, PlaybackError):
        logger.info("refused", exc_info=error)
        print(f"playback: {' '.join(str(error).split())}", file=sys.stderr)
        return WRONG_USAGE if isinstance(error, FilterError | QuestionError) else FAILED
    if isinstance(error, OSError) and (line := disk_problem(error)):
        print(f"playback: {line}", file=sys.stderr)
        return FAILED
    logger.debug("unexpected", exc_info=error)
    reason = " ".join(str(error).split()) or type(error).__name__
    print(f"playback: {type(error).__name__}: {reason}; PLAYBACK_LOG=debug shows where", file=sys.stderr)
    return FAILED


if __name__ == "__main__":
    sys.exit(main())
