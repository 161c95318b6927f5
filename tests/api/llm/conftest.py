"""A scripted language model for each test."""

from collections.abc import Iterator

import pytest

from tests.api.scripted_model import Scripted, scripted_model


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> Iterator[Scripted]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with scripted_model() as found:
        yield found
