"""Call a tool: check its arguments, work, shape the result and keep it within its bound; and say what went wrong."""

import json
import logging
import re
from collections.abc import Mapping
from typing import Any

from api.errors import (
    EpisodeGone,
    EpisodeUnknown,
    FilterError,
    LessonUnknown,
    PersonUnknown,
    QuoteGone,
    QuoteUnknown,
    TermUnknown,
)
from api.mcp.arguments import Arguments
from api.mcp.budget import MOST_TOKENS, fits, fitted
from api.mcp.cursor import cursor_at
from api.mcp.desk import Desk, Reply
from api.mcp.tools import TOOLS, Tool
from api.server.refusals import refusal_of, without_command
from ingest.errors import PlaybackError

logger = logging.getLogger(__name__)

_BY_NAME = {tool.name: tool for tool in TOOLS}
# What a caller does next, instead of the command or page that the message names for people.
_NEXT: dict[type[PlaybackError], str] = {
    EpisodeUnknown: "list_episodes lists the ids",
    EpisodeGone: "list_episodes lists what is left",
    QuoteUnknown: "take ids from answer, search, verify_quote or who_said, whole and unchanged",
    QuoteGone: "do not quote it; verify_quote finds where words are said today",
    LessonUnknown: "list_lessons lists the ids",
    PersonUnknown: "who_said finds people by what they said",
    TermUnknown: "search finds passages with the word",
}


# Names of the library in a message: strangers wrote them, so they are quoted.
_NAMES = re.compile(r"(?<= may be ).+(?=; give the full name)|(?<=; did you mean: ).+")
_MOST_NAMES_CHARACTERS = 200


def tool_named(name: str) -> Tool:
    """Return a tool; raises FilterError naming all."""
    if name not in _BY_NAME:
        raise FilterError(f"there is no such tool; there are {', '.join(_BY_NAME)}")
    return _BY_NAME[name]


def result_of(tool: Tool, desk: Desk, asked: Arguments) -> dict[str, Any]:
    """Return what a tool tells, as JSON of its schema, within `max_tokens`; raises PlaybackError."""
    reply = tool.work(desk, asked)
    told = tool.returns.model_validate(dict(reply.told), context={"address": desk.address}).model_dump(mode="json")
    shown = bounded(told, reply, asked.max_tokens)
    if reply.page is not None and (following := _next_place(reply, len(shown[reply.page.name]), asked.max_tokens)):
        choice = asked.model_dump(mode="json", exclude={"cursor", "max_tokens", "limit"})
        shown["next_cursor"] = cursor_at(tool.name, choice, following)
    return shown


def bounded(told: Mapping[str, Any], reply: Reply, most: int) -> dict[str, Any]:
    """Return a result of at most `most` tokens, saying what was left out; raises FilterError if none is so short."""
    shown = fitted(told, reply.lists, most)
    if not fits(shown, most):
        raise FilterError(f"the result does not fit in {most:,} tokens; {_more(most, told.get('url'))}")
    lost = {name: len(told[name]) - len(shown[name]) for name in reply.lists}
    said = []
    page = reply.page
    if page is not None and (lost.pop(page.name) or page.end is not None):
        said.append(f"More {page.name} follow: call again with the same arguments and cursor set to next_cursor.")
    if gone := [f"{count} of {len(told[name])} {name}" for name, count in lost.items() if count]:
        said.append(f"Left out to stay within {most:,} tokens: {', '.join(gone)}; {_more(most, told.get('url'))}.")
    if reply.left_out:
        said.append(f"Left out because they are too long to be quotes: {reply.left_out}.")
    return {**shown, "cut": " ".join(said) or None}


def sentence_of(error: PlaybackError) -> str:
    """Return what a caller is told of an error: in one line, what is wrong and what to do; no names of files."""
    said = refusal_of(error).sentence or _NAMES.sub(_quoted, " ".join(str(error).split()))
    following = _NEXT.get(type(error))
    return said if following is None else f"{without_command(said)}; {following}"


def _quoted(names: re.Match[str]) -> str:
    return json.dumps(names.group()[:_MOST_NAMES_CHARACTERS], ensure_ascii=False)


def _more(most: int, url: str | None) -> str:
    if most < MOST_TOKENS:
        return f"call again with max_tokens up to {MOST_TOKENS:,}"
    return f"open {url} for all" if url else "ask for less"


def _next_place(reply: Reply, kept: int, most: int) -> int | None:
    """Return the place at which a list goes on behind the items that were kept, None at its end."""
    page = reply.page
    assert page is not None
    if kept == len(page.places):
        return page.end
    if kept:
        return page.places[kept - 1]
    if most < MOST_TOKENS:
        raise FilterError(f"the next of the {page.name} does not fit in {most:,} tokens; {_more(most, None)}")
    return page.places[0]  # it fits in no result, so it is passed over
