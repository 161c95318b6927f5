"""The tools about one quote: verify_quote, get_quote, cite."""

from typing import Any

from api.answer.contract_json import citation_json, quote_json, verification_json
from api.errors import FilterError
from api.mcp.arguments import CiteAsked, QuoteAsked, VerifyAsked
from api.mcp.desk import Desk, Reply
from api.mcp.shapes import is_sendable
from api.quotes.citation_formats import as_html, as_json_ld, as_markdown, as_text
from api.quotes.claimed_quote import check_text, verify
from api.quotes.context import Surroundings, surroundings_of

_FORMS = {"blog": as_markdown, "html": as_html, "text": as_text, "json-ld": as_json_ld}


def verify_quote(desk: Desk, asked: VerifyAsked) -> Reply:
    """Say whether a text was said; the same as POST /api/quotes/verify."""
    check_text(asked.text)
    told = verification_json(verify(desk.base, asked.text, asked.speaker or None))
    parts = {name: [one for one in told.get(name, ()) if is_sendable(one)] for name in ("citations", "nearest")}
    left_out = sum(len(told.get(name, ())) - len(parts[name]) for name in parts)
    return Reply({**told, **parts}, ("nearest", "differences", "citations"), left_out=left_out)


def get_quote(desk: Desk, asked: QuoteAsked) -> Reply:
    """Return a quote in context; the same as GET /api/quotes/{id}."""
    told = quote_json(_found(desk, asked.id))
    return Reply({**told, "cited": told["cited"] if is_sendable(told["cited"]) else None})


def cite(desk: Desk, asked: CiteAsked) -> Reply:
    """Return a quote in a form to paste."""
    found = _found(desk, asked.id)
    told: dict[str, Any] = {
        "id": found.citation.id,
        "form": asked.form,
        "text": _FORMS[asked.form](found.citation, desk.address),
        "changed": found.resolved.changed,
        "url": found.citation.url,
    }
    return Reply(told)


def _found(desk: Desk, identifier: str) -> Surroundings:
    found = surroundings_of(desk.home, identifier)
    if not is_sendable(citation_json(found.citation)):
        raise FilterError("these words are too long to be a quote; read them with get_transcript")
    return found
