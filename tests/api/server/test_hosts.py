"""Which names a server answers to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.server.hosts import LOOPBACK, is_served

BOUND = (*LOOPBACK, "192.0.2.7", "Playback.Example.org")


@pytest.mark.parametrize(
    ("host", "names", "expected"),
    [
        ("localhost", LOOPBACK, True),
        ("LOCALHOST:8000", LOOPBACK, True),
        ("127.0.0.1:8000", LOOPBACK, True),
        ("[::1]:8000", LOOPBACK, True),
        ("[0:0:0:0:0:0:0:1]", LOOPBACK, True),
        ("localhost.", LOOPBACK, True),
        ("playback.example.org:443", BOUND, True),
        ("192.0.2.7", BOUND, True),
        ("192.0.2.8", BOUND, False),
        ("evil.example", BOUND, False),
        ("localhost.evil.example", LOOPBACK, False),
        ("localhost:80:80", LOOPBACK, False),
        ("localhost:http", LOOPBACK, False),
        ("localhost/x", LOOPBACK, False),
        ("user@localhost", LOOPBACK, False),
        ("", (*LOOPBACK, "*"), False),
        ("a.example.org", ("*.example.org",), True),
        ("example.org", ("*.example.org",), False),
        ("badexample.org", ("*.example.org",), False),
        ("anything.example", ("*",), True),
        ("203.0.113.5:8000", ("0.0.0.0",), True),
        ("[2001:db8::1]", ("::",), True),
        ("evil.example", ("0.0.0.0",), False),
    ],
)
def test_known_names_are_served(host: str, names: tuple[str, ...], expected: bool) -> None:
    """A name counts in any case, with any port; what is bound to everything takes addresses, and no foreign names."""
    assert is_served(host, names) == expected


@given(st.text(max_size=40))
def test_any_text_is_judged(host: str) -> None:
    """Whatever stands in the header, it is judged without an error, and only a loopback name passes."""
    if is_served(host, LOOPBACK):
        assert host.lower().strip("[]").startswith(("localhost", "127.0.0.1", "::1", "0", ":"))
