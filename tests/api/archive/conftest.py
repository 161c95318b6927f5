"""The small library with lessons, so that pages link to quotes, and folders to write archives to."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from index.building.build import build
from tests.api.conftest import HashedStems, library_of
from tests.api.lessons.scripted import miner_of


@pytest.fixture(scope="module", autouse=True)
def told() -> Iterator[None]:
    """Every two sentences in a row are a lesson."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("index.mining.mine.find_lessons", miner_of(2))
        yield


@pytest.fixture(scope="module")
def told_home(told: None, encoder: HashedStems, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The library with its index; nobody writes to it."""
    home = tmp_path_factory.mktemp("told")
    library_of(home)
    build(home, encoder)
    return home


@pytest.fixture
def home(told_home: Path, tmp_path: Path) -> Path:
    """The same for a test to change."""
    return shutil.copytree(told_home, tmp_path / "home")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder beside the library."""
    return tmp_path / "archive"
