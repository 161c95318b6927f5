"""A served library that is large enough for topics and chapters, with a hostile episode in it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from index.building.build import build
from ingest.library.records import Record, save_record, save_transcript
from ingest.transcript import Episode, Show, Transcript
from tests.api.conftest import turn_of
from tests.index.mining.subjects import interview

SHOW = Show("tide", "Tidewater <b>&</b> friends")
WELCOME = "Welcome to Tidewater, the podcast about harbours and the people who keep them."
ASKED = (("How do keepers clean a brass lamp?", "lamp"), ("When does the apple harvest begin?", "harvest"))
HOSTILE = 'The <script>alert(1)</script> lamp is "></a><img src=x onerror=alert(2)> bright.'


@pytest.fixture(scope="session")
def tide_home(tmp_path_factory: pytest.TempPathFactory, encoder: Any) -> Path:
    """A library of those interviews with its index."""
    home = tmp_path_factory.mktemp("tide")
    tide_of(home)
    build(home, encoder)
    return home


def tide_of(home: Path) -> None:
    """Four interviews about two subjects; the last one says hostile things in every sentence of a host."""
    for number in range(4):
        episode = Episode(
            f"tide-{number}-aaaa",
            f"t{number}",
            SHOW,
            number,
            f"Keepers <i>{number}</i>",
            f"2021-01-0{number + 1}",
            3000.0,
        )
        turns = [("Ada Pole", WELCOME if number < 3 else HOSTILE), *interview(*ASKED)]
        said = tuple(turn_of(name, text, 600.0 * place) for place, (name, text) in enumerate(turns))
        save_record(home, Record(episode, ()))
        save_transcript(home, Transcript(episode, said), "made by a test")


@pytest.fixture(scope="session")
def tide(tide_home: Path, encoder: Any) -> Iterator[TestClient]:
    """A server over it."""
    with TestClient(create_app(Settings(home=tide_home), encoder)) as opened:
        yield opened
