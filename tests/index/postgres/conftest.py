"""An index in a database of its own for each test."""

import pytest

from index.postgres.schema import migrate
from ingest.library.postgres.connection import connect


@pytest.fixture
def database(empty: str) -> str:
    """The address of a database with the tables of an index and nothing in them."""
    with connect(empty) as connection:
        migrate(connection)
    return empty
