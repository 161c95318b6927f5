"""A library whose lessons a scripted miner proposes."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.knowledge_base import KnowledgeBase
from api.lessons.register import Register, register_of
from api.settings import Settings
from tests.api.conftest import library_of
from tests.api.lessons.scripted import publish

TOKEN = "a secret"


@pytest.fixture
def told(tmp_path: Path) -> Iterator[KnowledgeBase]:
    """The harbour library with one proposal for each longer sentence of a guest."""
    library_of(tmp_path)
    base = publish(tmp_path)
    yield base
    base.generation.close()


@pytest.fixture
def register(told: KnowledgeBase) -> Register:
    return register_of(told.home, told.generation)


@pytest.fixture
def site(told: KnowledgeBase, encoder: Any) -> Iterator[TestClient]:
    """A server over that library, which has a token."""
    with TestClient(create_app(Settings(home=told.home, token=TOKEN, rate=0), encoder)) as opened:
        yield opened
