"""A sample of the runs under faults: killed, or with a disk that fails.

`make test` makes a few of them, `make test-long` some of every command, `make torture` all.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

TORTURE = Path(__file__).with_name("torture.py")
ROOT = TORTURE.parents[2]


def torture(*arguments: str) -> dict[str, Any]:
    """Run trials and return what they print."""
    done = subprocess.run(
        [sys.executable, str(TORTURE), *arguments, "--seed", "7"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
    )
    assert done.stdout, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize(
    ("trials", "command"),
    [
        (("kill/97", "disk/499", "limits/21"), "ingest"),
        pytest.param(("kill/97", "disk/499"), "all", marks=pytest.mark.long),
        pytest.param(("moments/20", "limits/7", "together/10"), "ingest", marks=pytest.mark.long),
        pytest.param(("room/8",), "ingest", marks=pytest.mark.long),
    ],
)
def test_a_run_under_faults_loses_nothing(trials: tuple[str, ...], command: str) -> None:
    """After any fault a data folder is readable, and the same command, run again, ends as if it had run undisturbed.

    A run that is not killed says in a line what stopped it; no finished transcript is made again; no temporary file
    stays that the doctor does not remove; of a purged episode no text stays; a download goes on where it was.
    """
    found = torture(*trials, "--of", command)
    assert found.pop("failures") == []
    runs = [result for by_command in found.values() for result in by_command.values()]
    for result in runs:
        if "skipped" in result:
            pytest.skip(result["skipped"])
        assert result["runs"] >= 1
    assert len(found) == len(trials)


@pytest.mark.long  # test_server_switch.py has the same in one process
def test_queries_go_on_while_generations_change() -> None:
    """While ten generations are published no query fails, and none is answered from two of them."""
    found = torture("switches/5")
    assert found["failures"] == []
    assert found["switches"]["ingest"]["queries"] == 200
    assert found["switches"]["ingest"]["generations_seen"] >= 2
