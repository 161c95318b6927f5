"""Read the text of a reply in the chat completions format: one JSON object, or events while it is written."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

# An event takes about 300 bytes, for a few letters.
MOST_BYTES = 2_000_000
_EVENTS = "text/event-stream"


class RewriteFailed(Exception):
    """The language model gave no usable reply, or no more of it; never reaches a reader."""


def text_pieces(chunks: Iterable[bytes], media_type: str) -> Iterator[str]:
    """Yield the text of a reply, piece by piece; the pieces may be empty.

    Raises RewriteFailed where the format, the size or the end is wrong: after the last piece if the reply was cut off.
    """
    bounded = _bounded(chunks)
    yield from _of_events(bounded) if media_type.strip().lower().startswith(_EVENTS) else _of_object(bounded)


def _bounded(chunks: Iterable[bytes]) -> Iterator[bytes]:
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > MOST_BYTES:
            raise RewriteFailed(f"its reply has over {MOST_BYTES:,} bytes")
        yield chunk


def _of_object(chunks: Iterable[bytes]) -> Iterator[str]:
    choice = _choice(b"".join(chunks))
    if choice is None:
        raise RewriteFailed("its reply has no text")
    yield _text(choice, "message") or ""
    _refuse_cut(choice)


def _of_events(chunks: Iterable[bytes]) -> Iterator[str]:
    rest = b""
    is_finished = False
    for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            name, _, data = line.partition(b":")
            if name != b"data":
                continue
            if data.strip() == b"[DONE]":
                is_finished = True
                break
            choice = _choice(data)  # None in an event that only counts tokens
            if choice is not None:
                yield _text(choice, "delta") or ""
                _refuse_cut(choice)
                is_finished = is_finished or bool(choice.get("finish_reason"))
        if is_finished:
            return
    raise RewriteFailed("its reply was cut off")


def _choice(data: bytes) -> dict[str, Any] | None:
    try:
        choices = json.loads(data)["choices"]
        choice = choices[0] if choices else None
    except (ValueError, LookupError, TypeError, RecursionError) as error:
        raise RewriteFailed("its reply is not in the chat completions format") from error
    if choice is not None and not isinstance(choice, dict):
        raise RewriteFailed("its reply is not in the chat completions format")
    return choice


def _text(choice: dict[str, Any], part: str) -> str | None:
    holder = choice.get(part)
    text = holder.get("content") if isinstance(holder, dict) else None
    if text is not None and not isinstance(text, str):
        raise RewriteFailed("its reply has no text")
    return text


def _refuse_cut(choice: dict[str, Any]) -> None:
    if choice.get("finish_reason") == "length":
        raise RewriteFailed("its reply reached a limit of the endpoint")
