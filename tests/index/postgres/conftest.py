"""One PostgreSQL for all of these tests, and an empty database for each."""

from collections.abc import Iterator
from typing import Any

import pytest

from index.postgres.schema import migrate
from ingest.library.postgres.connection import connect
from tests.postgres import fresh_database, running_server


@pytest.fixture(scope="session")
def server() -> Iterator[Any]:
    with running_server() as started:
        yield started


@pytest.fixture
def empty(server: Any) -> Iterator[str]:
    """The address of a database without tables."""
    with fresh_database(server) as url:
        yield url


@pytest.fixture
def database(empty: str) -> str:
    """The address of a database with the tables of an index and nothing in them."""
    with connect(empty) as connection:
        migrate(connection)
    return empty
