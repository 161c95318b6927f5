"""Libraries in which everything that comes from outside is hostile, and the same fields of plain words."""

from collections.abc import Iterator

import pytest

from tests.hostile.dangers import vocabulary
from tests.hostile.payloads import ALL
from tests.hostile.serving import ASKED, PLAIN, STORED, Served, pages_of, served


@pytest.fixture(scope="session")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    yield from served(tmp_path_factory.mktemp("hostile"), ALL)


@pytest.fixture(scope="session")
def many_plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Enough plain episodes for several pages of the list."""
    yield from served(tmp_path_factory.mktemp("many"), PLAIN * 11)


@pytest.fixture(scope="session")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    yield from served(tmp_path_factory.mktemp("plain"), PLAIN)


@pytest.fixture(scope="session")
def plain_vocabulary(plain: Served) -> set[tuple[str, str]]:
    """Every element and attribute that the templates write for plain words."""
    return {
        word
        for path in (*STORED, *ASKED, "/?q=number1&thanks=yes")
        for _, page in pages_of(plain, PLAIN, path)
        for word in vocabulary(page)
    }
