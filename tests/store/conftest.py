"""A data folder whose documents are kept in files or in PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from index.mounting import prepare
from ingest.library.store import mount_store
from ingest.storage.mounts import unmount


@pytest.fixture
def database(empty: str) -> str:
    """The address of a database with the tables of an empty library and index."""
    prepare(empty, is_upgrade=False)
    return empty


@pytest.fixture(params=["folder", "postgresql"])
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    """A data folder: every test that asks for it runs on both stores."""
    folder = tmp_path / "home"
    if request.param == "postgresql":
        mount_store(folder, request.getfixturevalue("database"))
    yield folder
    unmount(folder)
