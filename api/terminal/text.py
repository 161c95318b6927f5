"""Answers and hits as plain text for a terminal."""

import re
from collections.abc import Collection, Iterator, Sequence

from api.answer.compose import Answer, verdict
from api.answer.gather import Gathered, by_episode, hits_on, quoted
from api.answer.hits import OpenedHit, open_hits
from api.formatting import counted, episode_name, reason_notes, search_notes, when
from api.knowledge_base import KnowledgeBase
from api.quotes.citation import Citation
from api.quotes.heard_confidence import heard_remark

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


def said_lines(citation: Citation, base: str) -> Iterator[str]:
    """Yield a quote under a fact that it states, then its source and address on one line."""
    yield f"  “{line_of(citation.quote)}”"
    yield f"  {sourceline_of(citation)}, {base}{citation.url}"


def answer_text(answer: Answer, base: str = "") -> str:
    """Return an answer for a terminal; quotes are numbered and followed by their source and address.

    `base` is the server's public URL without a slash at the end, "" for addresses that begin with a slash.
    """
    notes = _notes(answer)
    why = [line_of(note) for note in reason_notes(answer.reason, answer.never_said)]
    if answer.status == "unanswerable":
        near = [f"  “{line_of(citation.quote)}”\n   {sourceline_of(citation)}" for citation in answer.related[:3]]
        said = " ".join([f"{verdict(answer)}.", *why])
        return "\n".join([*notes, said, *(["The nearest quotes:"] if near else []), *near])
    lines = [*notes, *why, f"{verdict(answer)}:"] if answer.status == "partial" else notes
    if answer.composer != "extractive":
        # An extractive answer is just the quotes below, so only a model's statements are printed.
        numbers = {citation.id: number for number, citation in enumerate(answer.citations, 1)}
        for statement in answer.statements:
            cited = "".join(f"[{numbers[identifier]}]" for identifier in statement.citations)
            lines.append(f"{line_of(statement.text)} {cited}")
    for number, citation in enumerate(answer.citations, 1):
        lines += [f"{number}. “{line_of(citation.quote)}”", f"   {sourceline_of(citation)}"]
        lines.append(f"   {base}{citation.url}")
        lines += [f"   in reply to “{line_of(citation.in_reply_to)}”"] if citation.in_reply_to else []
    return "\n".join(lines)


def page_text(base: KnowledgeBase, gathered: Gathered, page: int, k: int) -> str:
    """Return a page of `k` hits for a terminal, with how many there are in all."""
    shown = hits_on(gathered, page, k)
    found = open_hits(base, quoted(base, gathered, [one.hit for one in shown]))
    unrelated = frozenset(one.hit.rank for one in shown if not one.relevance.is_about)
    nothing = f"There is no page {page}." if page > 1 else "Nothing found."
    lines = [*_notes(gathered), total_text(gathered), hits_text(found, unrelated) if found else nothing]
    if hits_on(gathered, page + 1, k):
        lines.append(f"More: --page {page + 1}")
    return "\n".join(lines)


def total_text(gathered: Gathered) -> str:
    """Return how many passages in how many episodes are about a question, and how many more hold its words."""
    about = gathered.about
    if not about:
        found = "No passage is about this"
    else:
        episodes = counted(len(by_episode(about)), "episode")
        found = f"{counted(len(about), 'passage')} in {episodes} {'is' if len(about) == 1 else 'are'} about this"
    more = gathered.mentions
    return f"{found}; {more} {'other holds' if more == 1 else 'others hold'} its words." if more else f"{found}."


def hits_text(found: Sequence[OpenedHit], unrelated: Collection[int] = ()) -> str:
    """Return hits for a terminal, each turn on a line of its own; the ranks in `unrelated` are said to be just near."""
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
            "may be about something else" if hit.rank in unrelated else None,
        )
        lines.append(f"{hit.rank}. {line_of(', '.join(part for part in parts if part))}")
        for said in one.turns:
            name = f"{said.speaker or 'Speaker not named'}: " if len(one.turns) > 1 else ""
            lines.append(f"   {line_of(name + said.text)}")
    return "\n".join(lines)


def line_of(text: str) -> str:
    """Return a text on one line, without the characters that a terminal obeys."""
    return _CONTROL.sub("\ufffd", " ".join(text.split()))


def _notes(found: Answer | Gathered) -> list[str]:
    return [line_of(note) for note in search_notes(found.also_searched_for, found.not_held)]
