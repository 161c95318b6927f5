"""Say whether a subject is spoken of, by one person or by anybody: who is named in a question is not its subject."""

from dataclasses import replace

from api.answer.compose import WEIGHED_HITS, Answer, hits_of
from api.answer.question import parse_question, query_of
from api.answer.standing import says
from api.answer.subject import MENTIONED, Reason, said_words, subject_of
from api.knowledge_base import KnowledgeBase
from api.quotes.citation import MOST_CITATIONS
from index.function_words import has_subject
from index.passage import Filters, Hit
from index.sentences import WORD

# A longer subject is a clause, whose words nobody need say.
_MOST_SUBJECT_WORDS = 4


def is_spoken_of(base: KnowledgeBase, about: str, filters: Filters) -> bool:
    """Say whether one of the best hits holds every word of a subject, or most likely speaks of it in other words.

    With a speaker in `filters`, only that person's words count. Of a subject of more than four words nothing is known,
    so it may be.
    """
    if sum(has_subject(word) for word in WORD.findall(about)) > _MOST_SUBJECT_WORDS:
        return True
    query = query_of(base, parse_question(about))
    found = (_own(hit, filters.speaker) for hit in hits_of(base, query, WEIGHED_HITS, filters))
    hits = [hit for hit in found if hit.sentences]
    if any(says(" ".join(one.text for one in hit.sentences), query.text) for hit in hits):
        return True
    return subject_of(base, query, hits).confidence >= MENTIONED


def refused(base: KnowledgeBase, answer: Answer, about: str) -> Answer:
    """Return the refusal, with its reason, of a question to one person about a subject; what was found only touches."""
    said = said_words(base, query_of(base, parse_question(about)))
    never_said = tuple(word for word, is_said in said.items() if not is_said)
    reason: Reason = "not_mentioned" if never_said else "mentioned"
    return replace(
        answer,
        status="unanswerable",
        statements=(),
        citations=(),
        related=(*answer.citations, *answer.related)[:MOST_CITATIONS],
        as_of=None,
        confidence=0.0,
        reason=reason,
        never_said=never_said,
    )


def _own(hit: Hit, speaker: str | None) -> Hit:
    """Return a hit with only the sentences of this speaker, with all of them for None."""
    return replace(hit, sentences=tuple(one for one in hit.sentences if speaker in (None, one.speaker)))
