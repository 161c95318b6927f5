"""A sample of the runs under faults (`make torture` makes them all): killed, or with a disk that fails."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

TORTURE = Path(__file__).with_name("torture.py")
ROOT = TORTURE.parents[2]


@pytest.mark.parametrize(
    ("trial", "every"),
    [("kill", 13), ("moments", 20), ("disk", 61), ("limits", 7), ("room", 8), ("together", 10)],
)
def test_a_run_under_faults_loses_nothing(trial: str, every: int) -> None:
    """After any fault the same command, run again, ends with the library and index of an undisturbed run.

    A run that is not killed says in a line what stopped it; no finished transcript is made again; no temporary file
    stays that the doctor does not remove.
    """
    command = [sys.executable, str(TORTURE), trial, "--every", str(every), "--seed", "7"]
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=False
    )
    assert done.stdout, done.stderr
    result = json.loads(done.stdout)
    assert result["failures"] == []
    if "skipped" in result:
        pytest.skip(result["skipped"])
    assert result["runs"] >= 1


def test_queries_go_on_while_generations_change() -> None:
    """While ten generations are published no query fails, and none is answered from two of them."""
    command = [sys.executable, str(TORTURE), "switches", "--every", "5"]
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=False
    )
    assert done.stdout, done.stderr
    result = json.loads(done.stdout)
    assert result["failures"] == []
    assert result["queries"] == 200
    assert result["generations_seen"] >= 2
