"""The contract's JSON for answers, citations, verifications and hits, the same in the CLI and over HTTP."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from api.answer.compose import Answer, Found
from api.quotes.citation import Citation
from index.passage import Hit

if TYPE_CHECKING:  # an answer needs no index of all words
    from api.quotes.claimed_quote import Verification


def answer_json(answer: Answer) -> dict[str, Any]:
    """Return an answer as the contract's JSON object."""
    return asdict(answer)


def citation_json(citation: Citation) -> dict[str, Any]:
    """Return a citation as the contract's JSON object."""
    return asdict(citation)


def verification_json(verification: "Verification") -> dict[str, Any]:
    """Return the result of a verification as the contract's JSON object."""
    return asdict(verification)


def found_json(query: str, found: Found) -> dict[str, Any]:
    """Return what a search found as the contract's JSON object."""
    return {
        **hits_json(query, found.hits),
        "also_searched_for": list(found.also_searched_for),
        "not_held": list(found.not_held),
    }


def hits_json(query: str, found: Sequence[tuple[Hit, str | None]]) -> dict[str, Any]:
    """Return hits, each with the id of its best quote, as the contract's JSON object."""
    return {
        "query": query,
        "hits": [
            {
                "rank": hit.rank,
                "score": round(hit.score, 4),
                "text": hit.passage.text,
                "speakers": list(hit.passage.speakers),
                "episode": asdict(hit.episode),
                "start": hit.passage.start,
                "end": hit.passage.end,
                "timing": hit.passage.timing,
                "quote_id": quote_id,
            }
            for hit, quote_id in found
        ],
    }
