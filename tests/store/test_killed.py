"""kill -9 while a library is ingested into PostgreSQL: what was acknowledged is stored, nothing twice, nothing half."""

import random
from typing import Any

import pytest

from tests.store.killing import KINDS, main, run_killed


@pytest.mark.long
@pytest.mark.parametrize("kind", KINDS)
def test_a_killed_process_loses_nothing(kind: str, server: Any) -> None:
    """Of the ingesting process, one of its workers, and the server's first process: the next run completes the work."""
    assert run_killed(server, kind, random.Random(kind)).faults == ()


@pytest.mark.torture
def test_sixty_killed_runs_lose_nothing() -> None:
    """As above, at sixty moments; prints how soon the database answered."""
    assert main(60) == 0
