"""Say that something is read which is kept as long as the generation is open: no time limit of searches holds for it.

A database stops a search that takes too long. What is read once, such as every word, may take longer in a large
library, and would never be there if it was stopped.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_is_unlimited = ContextVar("is_unlimited", default=False)


@contextmanager
def unlimited() -> Iterator[None]:
    """Let what this thread reads take as long as it takes; also a decorator."""
    before = _is_unlimited.set(True)
    try:
        yield
    finally:
        _is_unlimited.reset(before)


def is_unlimited() -> bool:
    """Return whether this thread reads something that may take as long as it takes."""
    return _is_unlimited.get()
