"""Answer a question in its conversation: complete a follow-up from the earlier questions, then search for it."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from api.answer import compose
from api.answer.asked_episode import asked_episode
from api.answer.asked_form import ABOUT_PEOPLE, form_of
from api.answer.asked_lessons import AskedLessons, asked_lessons, filters_of
from api.answer.asked_person import asked_person
from api.answer.capitals import with_capitals
from api.answer.compose import Answer
from api.answer.followup import EarlierQuestion, WholeQuestion, needs_earlier_question, resolve_followup
from api.answer.question import Question
from api.answer.spoken_of import is_spoken_of, refused
from api.answer.subject import MENTIONED
from api.episodes.transcripts import open_transcript
from api.errors import QuoteGone, QuoteUnknown
from api.formatting import episode_name
from api.knowledge_base import KnowledgeBase
from api.quotes.citation import MOST_CITATIONS, USUAL_CITATIONS
from api.quotes.quote import MOST_QUOTE_WORDS, QUOTE_ID, Quote, quote_at
from api.quotes.resolve import resolve
from index.passage import Filters

# A follow-up may refer to the speakers of this many citations. The limit bounds the cost: resolving an outdated id
# searches its whole episode.
_READ_CITATIONS = 3
MOST_HISTORY = 10  # earlier questions
# Characters of earlier questions and their citations that a page's address holds: ten questions of a usual length with
# four citations each. Proxies refuse addresses of more than about 8,000 bytes.
_MOST_CARRIED = 4_000


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """An earlier question and the ids of the quotes that answered it, best first."""

    question: str
    citations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Asking:
    """The question a person asks now and their earlier questions, oldest first."""

    question: Question
    history: tuple[HistoryEntry, ...] = ()
    k: int = USUAL_CITATIONS
    filters: Filters = field(default_factory=Filters)


def ask(base: KnowledgeBase, asking: Asking) -> Answer:
    """Answer a question with quotes only, no language model.

    A follow-up is searched as the complete question it stands for; the answer shows that as its rewritten question.
    Quotes of earlier answers count less than new ones. If the question names one episode, that is searched first.
    """
    if (within := _within_episode(base, asking)) is not None:
        return within
    whole = _complete_question(base, _with_capitals(base, asking))
    searched = None if whole is None else whole.searched
    named = base.generation.speakers_named
    told = asked_lessons(searched or asking.question.text, named)
    person = asked_person(asking.question.text if whole is None else whole.last, named) if told is None else None
    if told is not None:
        from api.answer.told_lessons import holds_rejected, tell_lessons  # seldom needed, and slow to load

        answer = tell_lessons(base, asking.question, told, asking.k, asking.filters)
        filters = filters_of(told, asking.filters)
        if answer.status == "unanswerable" and _may_be_said(base, told, filters):
            # The register holds only what is told as a lesson: somebody may have said it in other words.
            subject = told.about if told.about and filters.speaker is not None else searched
            quoted = _quoted(base, replace(asking, filters=filters), subject)
            if quoted.status != "unanswerable" and not holds_rejected(base, quoted.citations):
                answer = quoted
    elif person is not None and asking.filters.speaker in (None, person.by):
        own = replace(asking, filters=replace(asking.filters, speaker=person.by))
        if is_spoken_of(base, person.about, own.filters):
            answer = _quoted(base, own, person.about)
            if answer.status == "unanswerable" and answer.estimates.subject >= MENTIONED:
                answer = _quoted(base, own, searched)  # two words that are spoken of may be little evidence alone
            if answer.status == "unanswerable":
                answer = refused(base, answer, person.about)
        else:
            answer = refused(base, _quoted(base, asking, searched), person.about)
    else:
        answer = _quoted(base, asking, searched)
    if whole is None or whole.text == asking.question.text:
        return answer
    return replace(answer, rewritten_question=whole.text)


def _within_episode(base: KnowledgeBase, asking: Asking) -> Answer | None:
    """Return the answer of the one episode that a question names; None if it names none, or if that holds none."""
    one = None if asking.filters.episode is not None else asked_episode(base, asking.question.text)
    if one is None:
        return None
    question, filters = replace(asking.question, text=one.about), replace(asking.filters, episode=one.id)
    answer = ask(base, replace(asking, question=question, filters=filters))
    if answer.status == "unanswerable":
        return None
    return replace(answer, rewritten_question=answer.rewritten_question or one.about)


def _may_be_said(base: KnowledgeBase, told: AskedLessons, filters: Filters) -> bool:
    """Say whether somebody who is asked for lessons may say what no lesson of the register tells."""
    if told.by and filters.speaker is not None and filters.speaker not in told.by:
        return False
    return not told.about or is_spoken_of(base, told.about, filters)


def _quoted(base: KnowledgeBase, asking: Asking, searched: str | None) -> Answer:
    return compose.ask(base, asking.question, asking.k, asking.filters, searched, _shown(asking.history))


def _with_capitals(base: KnowledgeBase, asking: Asking) -> Asking:
    """Return the conversation with its names in capitals, by which a follow-up is told from a question of its own."""
    if not asking.history:
        return asking
    return replace(
        asking,
        question=replace(asking.question, text=with_capitals(base, asking.question.text)),
        history=tuple(replace(past, question=with_capitals(base, past.question)) for past in asking.history),
    )


def asked_on(history: Sequence[HistoryEntry]) -> tuple[HistoryEntry, ...]:
    """Return the newest earlier questions that fit in a page's address, at least one.

    The first of them is completed from those that are left out, so that the subject is never lost.
    """
    kept = list(history[-MOST_HISTORY:])
    while len(kept) > 1 and sum(map(_characters, kept)) > _MOST_CARRIED:
        kept.pop(0)
    if left_out := history[: len(history) - len(kept)]:
        earlier = [EarlierQuestion(past.question) for past in left_out]
        kept[0] = replace(kept[0], question=resolve_followup(kept[0].question, earlier).text)
    return tuple(kept)


def _characters(past: HistoryEntry) -> int:
    return len(past.question) + sum(len(identifier) + 1 for identifier in past.citations)


def first_quotes(home: Path, history: Sequence[HistoryEntry]) -> tuple[Quote | None, ...]:
    """Return the first quote of each earlier answer, None where there was none or its words changed since."""
    return tuple(_quote_in_place(home, past.citations[0]) if past.citations else None for past in history)


def _quote_in_place(home: Path, identifier: str) -> Quote | None:
    """Return the quote with this id if it stands where the id says; searching for ten of them would take too long."""
    parsed = QUOTE_ID.fullmatch(identifier)
    if parsed is None or int(parsed["count"], 32) > MOST_QUOTE_WORDS:
        return None
    opened = open_transcript(home, parsed["episode"])
    if opened is None:
        return None
    try:
        quote = quote_at(opened, int(parsed["first"], 32), int(parsed["count"], 32))
    except ValueError:
        return None
    return quote if quote.id == identifier else None


def _shown(history: Sequence[HistoryEntry]) -> dict[str, list[range]]:
    """Return the words of each episode that earlier answers quoted, read from the quotes' ids."""
    found: dict[str, list[range]] = {}
    for past in history:
        for parsed in map(QUOTE_ID.fullmatch, past.citations[:MOST_CITATIONS]):
            if parsed is not None:
                first, count = int(parsed["first"], 32), int(parsed["count"], 32)
                found.setdefault(parsed["episode"], []).append(range(first, first + count))
    return found


def _complete_question(base: KnowledgeBase, asking: Asking) -> WholeQuestion | None:
    if not asking.history or not needs_earlier_question(asking.question.text):
        return None
    last = next((place for place in reversed(range(len(asking.history))) if asking.history[place].citations), None)
    return resolve_followup(
        asking.question.text,
        [
            _with_speakers(base, past, past.citations[:_READ_CITATIONS] if place == last else ())
            for place, past in enumerate(asking.history)
        ],
    )


def _with_speakers(base: KnowledgeBase, past: HistoryEntry, citations: Sequence[str]) -> EarlierQuestion:
    """Return an earlier question with who speaks in its quotes; before them comes the person whom it asks about."""
    quotes = [quote for identifier in citations if (quote := _quote_or_none(base.home, identifier))]
    speakers = (quote.speaker for quote in quotes if quote.speaker)
    return EarlierQuestion(
        past.question,
        tuple(dict.fromkeys((*_person_asked_about(base, past.question), *speakers))),
        tuple(dict.fromkeys(episode_name(quote.episode) for quote in quotes)),
    )


def _person_asked_about(base: KnowledgeBase, question: str) -> Sequence[str]:
    """Return the full name of the one speaker whom a question asks about, or for what they say; () without one."""
    named = base.generation.speakers_named
    if (person := asked_person(question, named)) is not None:
        return (person.by,)
    form = form_of(question)
    people = named(form.subject) if form is not None and form.kind in ABOUT_PEOPLE else ()
    return people if len(people) == 1 else ()


def _quote_or_none(home: Path, identifier: str) -> Quote | None:
    """Return the quote with this id, or None if it is unknown or gone: a follow-up must not fail because of that."""
    try:
        return resolve(home, identifier).quote
    except (QuoteUnknown, QuoteGone):
        return None
