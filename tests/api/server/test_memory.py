"""What is asked of glibc is left out where the C library is another."""

import ctypes
from types import SimpleNamespace

import pytest

from api.server.memory import limit_arenas, release_memory


def test_another_c_library_is_left_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """musl and macOS have neither function; glibc's are called with numbers of its header."""
    monkeypatch.setattr(ctypes, "CDLL", lambda name: SimpleNamespace())
    limit_arenas()
    release_memory()
    called: list[tuple[object, ...]] = []
    functions = {
        name: lambda *numbers, name=name: called.append((name, *numbers)) for name in ("mallopt", "malloc_trim")
    }
    monkeypatch.setattr(ctypes, "CDLL", lambda name: SimpleNamespace(**functions))
    limit_arenas()
    release_memory()
    assert called == [("mallopt", -8, 2), ("malloc_trim", 0)]
