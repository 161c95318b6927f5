"""A data folder whose documents are kept in files or in PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from index.models.compiled_files import encoders_folder
from index.models.encoder import Encoder
from index.models.encoder_files import PACKAGED
from index.models.encoders import encoder_to_build_with
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


@pytest.fixture(scope="session")
def encoders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the packaged encoder, compiled."""
    home = tmp_path_factory.mktemp("encoders")
    encoder_to_build_with(home, PACKAGED, threads=2)
    return encoders_folder(home)


@pytest.fixture
def encoder(encoders: Path) -> Encoder:
    """The packaged encoder, which real servers use."""
    return encoder_to_build_with(encoders.parents[1], PACKAGED)
