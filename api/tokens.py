"""The token that opens what is not open to everybody; pure."""

from hmac import compare_digest

_SCHEME = "bearer"


def is_bearer_of(authorization: str, token: str | None) -> bool:
    """Say whether an Authorization header carries the token, in a time that does not depend on it.

    Where no token is set, or an empty one, nobody does.
    """
    scheme, _, given = authorization.partition(" ")
    if not token or scheme.lower() != _SCHEME:
        return False
    # Bytes, because compare_digest takes no text with other letters than ASCII.
    return compare_digest(given.strip().encode(errors="surrogateescape"), token.encode(errors="surrogateescape"))
