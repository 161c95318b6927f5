"""A data folder whose documents are kept in files or in PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from index.mounting import prepare
from ingest.library.store import mount_store
from ingest.storage.mounts import unmount
from tests.postgres import fresh_database, name_of


@pytest.fixture(scope="session")
def prepared(server: Any) -> Iterator[str]:
    """The name of a database with the tables of an empty library and index, which is copied and else left alone."""
    with fresh_database(server) as url:
        prepare(url, is_upgrade=False)
        yield name_of(url)


@pytest.fixture
def database(server: Any, prepared: str) -> Iterator[str]:
    """The address of a database with these tables."""
    with fresh_database(server, prepared) as url:
        yield url


@pytest.fixture(params=["folder", "postgresql"])
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    """A data folder: every test that asks for it runs on both stores."""
    folder = tmp_path / "home"
    if request.param == "postgresql":
        mount_store(folder, request.getfixturevalue("database"))
    yield folder
    unmount(folder)
