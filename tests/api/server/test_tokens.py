"""The token that opens what is not open to everybody."""

import pytest

from api.server.admission import is_bearer_of


@pytest.mark.parametrize(
    ("header", "token", "expected"),
    [
        ("Bearer secret", "secret", True),
        ("bearer  secret ", "secret", True),
        ("Bearer sécret", "sécret", True),
        ("Bearer secre", "secret", False),
        ("Bearer secret2", "secret", False),
        ("Bearer", "secret", False),
        ("Basic secret", "secret", False),
        ("secret", "secret", False),
        ("", "secret", False),
        ("Bearer ", None, False),
        ("Bearer None", None, False),
        ("Bearer ", "", False),
        ("Bearer", "", False),
    ],
)
def test_only_the_token_opens(header: str, token: str | None, expected: bool) -> None:
    """The whole token behind its scheme; where none is set nothing opens."""
    assert is_bearer_of(header, token) == expected
