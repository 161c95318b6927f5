"""A publisher's server, and a library of its feed as it was at first."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.promises import Engine, hear_with, visited
from tests.faults.publisher import Publisher, publishing, site


@pytest.fixture(scope="module")
def publisher() -> Iterator[Publisher]:
    with publishing() as running:
        yield running


@pytest.fixture(scope="module")
def first(publisher, tmp_path_factory) -> Path:
    """A library of the feed as it was at first."""
    home: Path = tmp_path_factory.mktemp("first")
    with pytest.MonkeyPatch.context() as monkeypatch:
        hear_with(Engine(), monkeypatch)
        assert all(outcome.status == "ingested" for outcome in visited(publisher, home)[0])
    return home


@pytest.fixture
def engine(monkeypatch) -> Engine:
    found = Engine()
    hear_with(found, monkeypatch)
    return found


@pytest.fixture
def home(first, publisher, tmp_path) -> Path:
    publisher.site = site()
    shutil.copytree(first, tmp_path / "home")
    return tmp_path / "home"
