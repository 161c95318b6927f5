"""Run the command line in this process."""

from collections.abc import Callable

import pytest

from api import cli

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def playback(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command line; return its exit code and what it printed and complained."""

    def ran(*arguments: str) -> tuple[int, str, str]:
        try:
            code = cli.main(arguments)
        except SystemExit as left:
            code = int(left.code or 0)
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return ran
