"""The whole HTTP interface, asked with what schemathesis makes of its description: right, wrong and odd."""

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api.app import create_app
from api.episodes.transcripts import open_transcript
from api.quotes.quote import quote_at
from api.settings import Settings
from index.building.build import build
from tests.api.conftest import HashedStems, library_of
from tests.api.running import running

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
EPISODE = "harbour-1-aaaa"
CASES = 1_000
QUICK_CASES = 60


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    home = tmp_path_factory.mktemp("described")
    library_of(home)
    build(home, HashedStems())
    return create_app(Settings(home=home), HashedStems())


@pytest.fixture(scope="module")
def address(app: FastAPI) -> Iterator[str]:
    with running(app) as port:
        yield f"http://127.0.0.1:{port}"


def variants(app: FastAPI, operation: APIOperation) -> list[dict[str, Any]]:
    """Any values, and where an operation has an id, also one that is there, as none is found by chance."""
    if "{identifier}" not in operation.path:
        return [{}]
    known = quote_of(app) if "quotes" in operation.path else EPISODE
    extension = {"extension": "json"} if "{extension}" in operation.path else {}
    return [{}, {"path_parameters": {"identifier": known, **extension}}]


def quote_of(app: FastAPI) -> str:
    home: Path = app.state.live.settings.home
    source = open_transcript(home, EPISODE)
    assert source is not None
    return quote_at(source, 0, 6).id


def ask_everything(app: FastAPI, address: str, cases: int) -> Counter[int]:
    """Ask at least so many questions, spread over all operations, and return the statuses."""
    statuses: Counter[int] = Counter()
    schema = schemathesis.openapi.from_dict(app.openapi())
    operations = [found.ok() for found in schema.get_all_operations()]
    ways = [
        (operation, mode, variant)
        for operation in operations
        for mode in GenerationMode
        for variant in variants(app, operation)
        if mode is GenerationMode.POSITIVE or can_be_asked_wrongly(operation)
    ]
    number = 0
    with requests.Session() as session:
        while statuses.total() < cases:
            number += 1
            for operation, mode, variant in ways:
                ask = asking(session, address, statuses, cases // len(ways) + 1)
                seed(number)(given(operation.as_strategy(mode, **variant))(ask))()
    return statuses


def can_be_asked_wrongly(operation: APIOperation) -> bool:
    """Whether an operation takes more than nothing or an id, which may be any text."""
    return bool(operation.body) or any(item.location != "path" for item in operation.iter_parameters())


def asking(session: requests.Session, address: str, statuses: Counter[int], cases: int) -> Callable[[Case], None]:
    """What sends so many cases and checks each response."""

    @settings(
        max_examples=cases,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def ask(case: Case) -> None:
        response = case.call(base_url=address, session=session)
        statuses[response.status_code] += 1
        case.validate_response(response, checks=CHECKS)

    return ask


def test_nothing_that_can_be_asked_is_an_error_of_ours(app: FastAPI, address: str) -> None:
    """Every response is described, of its type and shape, and none is 500 or more."""
    statuses = ask_everything(app, address, QUICK_CASES)
    assert max(statuses) < 500
    assert {200, 404, 422} <= set(statuses)


@pytest.mark.torture
def test_a_thousand_cases(app: FastAPI, address: str) -> None:
    """The same, a thousand times."""
    statuses = ask_everything(app, address, CASES)
    figures = f"schemathesis: {statuses.total():,} cases, statuses {dict(sorted(statuses.items()))}"
    print(figures)  # noqa: T201 - for docs/reliability.md
    assert statuses.total() >= CASES
    assert max(statuses) < 500
