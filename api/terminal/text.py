"""Answers and hits as plain text for a terminal."""

import re
from collections.abc import Sequence

from api.answer.compose import Answer, Found
from api.answer.hits import OpenedHit, open_hits
from api.formatting import episode_name, when
from api.knowledge_base import KnowledgeBase
from api.quotes.citation import Citation
from api.quotes.heard_confidence import heard_remark

UNANSWERABLE = "The podcast does not answer this."
PARTIAL = "The podcast touches on this:"
# Control characters: terminals obey them, and a feed may hold them.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def sourceline_of(citation: Citation) -> str:
    """Return who said a quote, where and when, on one line."""
    parts = (
        citation.speaker,
        episode_name(citation.episode),
        citation.episode.published,
        when(citation.start, citation.timing),
        heard_remark(citation.timing, citation.heard_confidence),
    )
    return line_of(", ".join(part for part in parts if part))


def answer_text(answer: Answer) -> str:
    """Return an answer for a terminal; quotes are numbered and followed by their source."""
    notes = notes_of(answer)
    if answer.status == "unanswerable":
        near = [f"  “{line_of(citation.quote)}”\n   {sourceline_of(citation)}" for citation in answer.related[:3]]
        return "\n".join([*notes, UNANSWERABLE, *(["The nearest quotes:"] if near else []), *near])
    lines = [*notes, PARTIAL] if answer.status == "partial" else notes
    if answer.composer != "extractive":
        # An extractive answer is just the quotes below, so only a model's statements are printed.
        numbers = {citation.id: number for number, citation in enumerate(answer.citations, 1)}
        for statement in answer.statements:
            cited = "".join(f"[{numbers[identifier]}]" for identifier in statement.citations)
            lines.append(f"{line_of(statement.text)} {cited}")
    for number, citation in enumerate(answer.citations, 1):
        lines += [f"{number}. “{line_of(citation.quote)}”", f"   {sourceline_of(citation)}", f"   {citation.url}"]
        lines += [f"   in reply to “{line_of(citation.in_reply_to)}”"] if citation.in_reply_to else []
    return "\n".join(lines)


def found_text(base: KnowledgeBase, found: Found) -> str:
    """Return what a search found for a terminal."""
    return "\n".join([*notes_of(found), hits_text(open_hits(base, found.hits))])


def notes_of(found: Answer | Found) -> list[str]:
    """Return what is to be said about a search, line by line: words that were added, and words that could not stand."""
    notes = [f"Also searched for: {', '.join(found.also_searched_for)}"] if found.also_searched_for else []
    if found.not_held:
        phrases = ", ".join(f"“{line_of(phrase)}”" for phrase in found.not_held)
        notes.append(f"No passage that was searched holds these words: {phrases}")
    return notes


def hits_text(found: Sequence[OpenedHit]) -> str:
    """Return hits for a terminal, each turn on a line of its own."""
    if not found:
        return "Nothing found."
    lines = []
    for one in found:
        hit = one.hit
        parts = (
            ", ".join(hit.passage.speakers),
            episode_name(hit.episode),
            when(hit.passage.start, hit.passage.timing),
            heard_remark(one.timing, one.heard_confidence),
        )
        lines.append(f"{hit.rank}. {line_of(', '.join(part for part in parts if part))}")
        for said in one.turns:
            name = f"{said.speaker or 'Speaker not named'}: " if len(one.turns) > 1 else ""
            lines.append(f"   {line_of(name + said.text)}")
    return "\n".join(lines)


def line_of(text: str) -> str:
    """Return a text on one line, without the characters that a terminal obeys."""
    return _CONTROL.sub("\ufffd", " ".join(text.split()))
