"""The contract's JSON for answers, citations, verifications and hits, the same in the CLI and over HTTP."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from api.answer.compose import Answer
from api.answer.gather import Gathered, GatheredHit, by_episode, hits_on, quoted
from api.knowledge_base import KnowledgeBase
from api.quotes.citation import Citation
from index.passage import Hit

if TYPE_CHECKING:  # an answer needs no index of all words
    from api.quotes.claimed_quote import Verification
    from api.quotes.context import Surroundings


def answer_json(answer: Answer) -> dict[str, Any]:
    """Return an answer as the contract's JSON object."""
    return asdict(answer)


def citation_json(citation: Citation) -> dict[str, Any]:
    """Return a citation as the contract's JSON object."""
    return asdict(citation)


def quote_json(found: "Surroundings") -> dict[str, Any]:
    """Return a quote with the words around it as the contract's JSON object.

    `cited` is who said which words when the id was made, if they have changed since.
    """
    cited = found.resolved.cited
    return {
        **citation_json(found.citation),
        "before": found.context.text_before(),
        "after": found.context.text_after(),
        "changed": found.resolved.changed,
        "cited": None if cited is None else {"quote": cited.text, "speaker": cited.speaker},
    }


def verification_json(verification: "Verification") -> dict[str, Any]:
    """Return the result of a verification as the contract's JSON object."""
    return asdict(verification)


def hits_json(query: str, found: Sequence[tuple[Hit, str | None]]) -> dict[str, Any]:
    """Return hits, each with the id of its best quote, as the contract's JSON object."""
    return {"query": query, "hits": [_hit_json(hit, quote_id) for hit, quote_id in found]}


def page_json(base: KnowledgeBase, gathered: Gathered, page: int, k: int) -> dict[str, Any]:
    """Return a page of `k` hits, counted from 1, as the contract's JSON object; `next` is the next page's number."""
    shown = hits_on(gathered, page, k)
    quote_ids = [quote_id for _, quote_id in quoted(base, gathered, [one.hit for one in shown])]
    following = page + 1 if hits_on(gathered, page + 1, k) else None
    return {**gathered_json(gathered, shown, quote_ids), "page": page, "next": following}


def gathered_json(gathered: Gathered, shown: Sequence[GatheredHit], quote_ids: Sequence[str | None]) -> dict[str, Any]:
    """Return some hits of a question with the ids of their best quotes, and what there is in all, for the contract.

    `total` counts the hits that are about the question, `episodes` their episodes, `mentions` the hits that only hold
    its words.
    """
    about = gathered.about
    return {
        "query": gathered.question.asked,
        "also_searched_for": list(gathered.also_searched_for),
        "not_held": list(gathered.not_held),
        "total": len(about),
        "mentions": gathered.mentions,
        "episodes": [{"id": group.episode.id, "hits": group.total} for group in by_episode(about)],
        "hits": [
            {
                **_hit_json(one.hit, quote_id),
                "about": one.relevance.is_about,
                "cosine": round(one.relevance.cosine, 4),
                "coverage": round(one.relevance.coverage, 4),
            }
            for one, quote_id in zip(shown, quote_ids, strict=True)
        ],
    }


def _hit_json(hit: Hit, quote_id: str | None) -> dict[str, Any]:
    return {
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
