"""Of many cases `make test` runs some; `make test-long` runs the others."""

from collections.abc import Iterable
from typing import Any

import pytest


def one_in(number: int, cases: Iterable[Any]) -> list[Any]:
    """Return the cases for `pytest.mark.parametrize`, all but each n-th, from the first on, marked as long."""
    return [pytest.param(case, marks=pytest.mark.long) if place % number else case for place, case in enumerate(cases)]
