"""The tools that look for words: answer, search, who_said."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from api.answer.compose import verdict
from api.answer.contract_json import answer_json, citation_json, gathered_json
from api.answer.conversation import Asking, ask
from api.answer.filters import parse_filters
from api.answer.gather import gather, quoted
from api.answer.question import Question, parse_question
from api.episodes.transcripts import open_transcript
from api.errors import QuestionError, QuoteGone, QuoteUnknown
from api.formatting import reason_notes, search_notes
from api.knowledge_base import KnowledgeBase
from api.mcp.arguments import AnswerAsked, Filtered, SearchAsked, WhoSaidAsked
from api.mcp.cursor import offset_of
from api.mcp.desk import Desk, Reply, page_of
from api.mcp.shapes import is_sendable
from api.people.profile import person_named
from api.quotes.citation import Citation, citation_of
from api.quotes.claimed_quote import verify
from api.quotes.resolve import resolve

# An answer's page has the question in its address, which takes up to nine bytes for a character: longer ones are left
# out, for they would take the room of quotes.
_MOST_URL_BYTES = 600
# Passages whose best quotes are looked up for a list of people; each opens a transcript.
_MOST_PASSAGES = 60


def answer(desk: Desk, asked: AnswerAsked) -> Reply:
    """Answer a question as the pages do, without a language model: the caller is one."""
    question = parse_question(asked.question)
    base = desk.base
    found = ask(base, Asking(question, (), asked.k, parse_filters(asked.asked(), base.generation)))
    told = answer_json(found)
    parts = {name: [one for one in told[name] if is_sendable(one)] for name in ("citations", "related")}
    notes = [*reason_notes(found.reason, found.never_said), *search_notes(found.also_searched_for, found.not_held)]
    given = {"q": question.text, **asked.model_dump(include=set(Filtered.model_fields))}
    url = "/?" + urlencode({name: value for name, value in given.items() if value})
    shown = url if len(url) <= _MOST_URL_BYTES else None
    return Reply(
        {**told, **parts, "verdict": verdict(found), "notes": notes, "url": shown},
        ("related", "citations"),
        left_out=sum(len(told[name]) - len(parts[name]) for name in parts),
    )


def search(desk: Desk, asked: SearchAsked) -> Reply:
    """Return a part of the hits of a query."""
    question = parse_question(asked.query)
    offset = offset_of(asked.cursor, "search", asked.choice())
    base = desk.base
    gathered = gather(base, question, parse_filters(asked.asked(), base.generation), offset + asked.limit + 1)
    shown = gathered.hits[offset : offset + asked.limit]
    quote_ids = [quote_id for _, quote_id in quoted(base, gathered, [one.hit for one in shown])]
    told = gathered_json(gathered, shown, quote_ids)
    return Reply(told, ("hits",), page_of("hits", offset, asked.limit, len(gathered.hits)))


def who_said(desk: Desk, asked: WhoSaidAsked) -> Reply:
    """Return who said some words or, if nobody did, who speaks of the subject, those who say most of it first."""
    question = parse_question(asked.text)
    offset = offset_of(asked.cursor, "who_said", asked.choice())
    base = desk.base
    result, citations = _said(base, question.text)
    if not citations:
        result, citations = "about", _about(base, question)
    people = [one for one in _by_person(base, citations) if is_sendable(one["citation"])]
    return Reply(
        {"result": result if people else "not_found", "people": people[offset : offset + asked.limit]},
        ("people",),
        page_of("people", offset, asked.limit, len(people)),
    )


def _said(base: KnowledgeBase, text: str) -> tuple[str, Sequence[Citation]]:
    """Return whether a text was said, and the quotes that say it; none if it is too short or too long to tell."""
    try:
        found = verify(base, text)
    except QuestionError:
        return "not_found", ()
    return found.result, found.citations


def _about(base: KnowledgeBase, question: Question) -> list[Citation]:
    """Return the best quotes of the passages that are about a subject, best first."""
    gathered = gather(base, question)
    citations = []
    for _, quote_id in quoted(base, gathered, gathered.about[:_MOST_PASSAGES]):
        if quote_id is None:
            continue
        try:
            citations.append(citation_of(resolve(base.home, quote_id).quote))
        except (QuoteGone, QuoteUnknown):
            continue  # the transcript was replaced meanwhile
    return citations


def _by_person(base: KnowledgeBase, citations: Sequence[Citation]) -> list[dict[str, Any]]:
    """Return each person once with the first quote, those with most quotes first; each quote without a name alone."""
    groups: dict[str, list[Citation]] = {}
    for one in citations:
        groups.setdefault(_full_name(base, one) or f"?{one.id}", []).append(one)
    people = []
    for group in sorted(groups.values(), key=len, reverse=True):  # stable: otherwise in the order of the quotes
        name = _full_name(base, group[0])
        person = None if name is None else person_named(base.generation.overview, name)
        people.append(
            {"name": name, "person": person and person.id, "quotes": len(group), "citation": citation_json(group[0])}
        )
    return people


def _full_name(base: KnowledgeBase, citation: Citation) -> str | None:
    opened = open_transcript(base.home, citation.episode.id)
    aliases = {} if opened is None else opened.transcript.aliases
    return None if citation.speaker is None else aliases.get(citation.speaker, citation.speaker)
