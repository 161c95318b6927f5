"""Libraries in which everything that comes from outside is hostile, and the same fields of plain words."""

from collections.abc import Iterator

import pytest

from tests.hostile.dangers import vocabulary
from tests.hostile.payloads import ALL, SOME
from tests.hostile.serving import ASKED, PLAIN, STORED, Served, pages_of, served


@pytest.fixture(scope="session", params=[SOME, pytest.param(ALL, marks=pytest.mark.long)], ids=["some", "all"])
def texts(request: pytest.FixtureRequest) -> tuple[str, ...]:
    """Hostile texts, of which there are many."""
    found: tuple[str, ...] = request.param
    return found


@pytest.fixture(scope="session")
def hostile(texts: tuple[str, ...], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    yield from served(tmp_path_factory.mktemp("hostile"), texts)


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
        for path in (*STORED, *ASKED, "/?q=number1&thanks=yes", "/search?q=words&k=1")
        for _, page in pages_of(plain, path)
        for word in vocabulary(page)
    }
