"""Recognise by its form a question about one episode that it names: "In the episode with Ada Moss, what ...?".

Which one is meant must be certain: the full name of a guest of one episode alone, or a whole title that no other has.
A title without a word, such as "???", names no episode.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from api.answer.asked_lessons import bare
from api.knowledge_base import KnowledgeBase, removed_since
from index.function_words import AUXILIARIES, QUESTION_WORDS, has_subject
from index.sentences import WORD
from ingest.speakers.names import first_name, fold

_MOST_CHARACTERS = 400
_THE_EPISODE = (
    r"(?:in|from|during|on) the (?:podcast )?(?:episode|interview|conversation|show|talk)"
    r"(?: (?:with|featuring|about|on|called|titled|named|entitled))? ['\"“‘]?"
)
_FIRST = re.compile(rf"{_THE_EPISODE}(?P<rest>.+)", re.IGNORECASE)
_LAST = re.compile(rf"(?P<about>.+?),? {_THE_EPISODE}(?P<which>.+?)['\"”’]?", re.IGNORECASE)
# Behind a name or title that a question begins with: a mark, or the word that begins what is asked. "The episode about
# money and power" does not mean "Money".
_ASKS = "|".join(sorted(QUESTION_WORDS | AUXILIARIES))
_BORDER = re.compile(rf"(?:['\"”’]?[,:;]|['\"”’]| [-–—]) | (?=(?:{_ASKS})\b)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class AskedEpisode:
    """The id of the episode that is asked about, and the question without what names it."""

    id: str
    about: str


def asked_episode(base: KnowledgeBase, question: str) -> AskedEpisode | None:
    """Return which episode a question is about and what it asks of it; None if it names none for certain."""
    text = bare(question)
    if len(text) > _MOST_CHARACTERS:
        return None
    for identifier, about in _read(base, text):
        if any(has_subject(word) for word in WORD.findall(about)):
            return AskedEpisode(identifier, about)
    return None


def _read(base: KnowledgeBase, text: str) -> Iterator[tuple[str, str]]:
    """Yield the episode that each reading of a question names, with the rest of the question."""
    if found := _FIRST.fullmatch(text):
        rest = found["rest"]
        # Of "Rope" and "Rope and tar" the longer one is meant.
        for name, identifier in sorted(_certain(base).items(), key=lambda pair: -len(pair[0])):
            words = len(name.split())
            said = " ".join(rest.split()[:words])
            if fold(said.rstrip(",:;'\"”’")) == name and (border := _BORDER.match(rest, len(said.rstrip(",:;'\"”’")))):
                yield identifier, rest[border.end() :]
    if (found := _LAST.fullmatch(text)) and (identifier := _certain(base).get(fold(found["which"]), "")):
        yield identifier, found["about"]


def _certain(base: KnowledgeBase) -> dict[str, str]:
    """Return the ids of episodes by each folded name and title that names one of them alone."""
    generation, gone = base.generation, removed_since(base.home, base.generation)
    named: dict[str, set[str]] = {}
    for person in generation.overview.people:
        if first_name(person.names[0]):
            guest = {one.episode_id for one in person.episodes if not one.asks} - gone
            for name in person.names:
                named.setdefault(fold(name), set()).update(guest)
    for episode in generation.episodes():
        if episode.title and WORD.search(episode.title) and episode.id not in gone:
            named.setdefault(fold(episode.title.rstrip(" ?!.…")), set()).add(episode.id)
    return {name: next(iter(ids)) for name, ids in named.items() if len(ids) == 1}
