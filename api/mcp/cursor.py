"""Opaque cursors: where a list goes on, for the call that it belongs to and no other; pure."""

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

from api.errors import FilterError

_CURSOR = re.compile(r"[A-Za-z0-9_-]{4,40}")
_MOST = 1_000_000  # no list is longer
_DIGEST_BYTES = 6


def cursor_at(tool: str, asked: Mapping[str, Any], offset: int) -> str:
    """Return the cursor for the items from `offset` of a list; `asked` are the arguments that choose the list."""
    return base64.urlsafe_b64encode(_digest(tool, asked) + offset.to_bytes(4)).decode().rstrip("=")


def offset_of(cursor: str, tool: str, asked: Mapping[str, Any]) -> int:
    """Return where a cursor goes on, 0 for ""; raises FilterError if it does not belong to this call."""
    if not cursor:
        return 0
    try:
        found = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)) if _CURSOR.fullmatch(cursor) else b""
    except binascii.Error:
        found = b""
    offset = int.from_bytes(found[_DIGEST_BYTES:])
    if len(found) != _DIGEST_BYTES + 4 or found[:_DIGEST_BYTES] != _digest(tool, asked) or offset > _MOST:
        raise FilterError(
            f"this cursor is of no earlier {tool} with the same arguments; repeat those, or call without a cursor"
        )
    return offset


def _digest(tool: str, asked: Mapping[str, Any]) -> bytes:
    text = json.dumps([tool, dict(asked)], sort_keys=True)
    return hashlib.sha256(text.encode()).digest()[:_DIGEST_BYTES]
