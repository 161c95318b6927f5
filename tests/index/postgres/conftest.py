"""An index in a database of its own for each test."""

from collections.abc import Iterator
from typing import Any

import pytest

from index.postgres.schema import migrate
from ingest.library.postgres.connection import connect
from tests.postgres import fresh_database, name_of


@pytest.fixture(scope="session")
def migrated(server: Any) -> Iterator[str]:
    """The name of a database with the tables of an index and nothing in them, which is copied and else left alone."""
    with fresh_database(server) as url:
        with connect(url) as connection:
            migrate(connection)
        yield name_of(url)


@pytest.fixture
def database(server: Any, migrated: str) -> Iterator[str]:
    """The address of a database with these tables."""
    with fresh_database(server, migrated) as url:
        yield url
