"""Find an episode's topics: glossary terms and catalogue tags that its turns say often; pure."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from ingest.reference.catalogue import known_shows
from ingest.reference.glossary import glossary

LEAST_TIMES = 3
# "scale" or "community" is often said in passing; an episode is about it only if it says it at least this often.
LEAST_TIMES_OF_A_COMMON_WORD = 8

_WORD = re.compile(r"\w+")
_IN_A_SENTENCE = re.compile(r"[\w,;:’')] \Z")


@dataclass(frozen=True, slots=True)
class TopicForm:
    """One way to say a topic: `text` in lower case, unless it has a capital; then it matches with that capital only.

    `is_ambiguous`: at the start of a sentence the word may not be the name ("Pay", "Notify"). `least` is how often it
    must be said.
    """

    text: str
    topic: str
    is_ambiguous: bool
    least: int


def topics_of(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the topics of an episode's turns, most frequent first, ties by name.

    A term counts where one of its forms occurs as whole words, plurals included; of overlapping forms only the longest
    counts ("GOV.UK Pay" is not also "GOV.UK"). Linear in the length of the texts.
    """
    said: Counter[str] = Counter()
    least: dict[str, int] = {}
    for text in texts:
        for form in _forms_in(text):
            said[form.topic] += 1
            least[form.topic] = min(form.least, least.get(form.topic, form.least))
    often = [topic for topic, times in said.items() if times >= least[topic]]
    return tuple(sorted(often, key=lambda topic: (-said[topic], topic.casefold())))


def _forms_in(text: str) -> Iterator[TopicForm]:
    """Yield the forms that occur in a text, in order, lazily."""
    forms, free = _forms(), 0
    for word in _WORD.finditer(text):
        start = word.start()
        if start < free:
            continue  # inside the previous form
        for form in forms.get(word.group().casefold().removesuffix("s"), ()):
            end = start + len(form.text)
            if _matches_at(form, text, start, end):
                yield form
                free = end
                break


def _matches_at(form: TopicForm, text: str, start: int, end: int) -> bool:
    found = text[start:end]
    if (found if _is_name(form.text) else found.casefold()) != form.text:
        return False
    if form.is_ambiguous and not _IN_A_SENTENCE.search(text, max(0, start - 2), start):
        return False
    following = text[end : end + 2].ljust(2)
    if following[0] == "s":
        following = following[1] + " "
    return not (following[0].isalnum() or following[0] == "_")


@cache
def _forms() -> dict[str, tuple[TopicForm, ...]]:
    """Return all forms by their first word without a plural "s", longest form first."""
    found: dict[str, TopicForm] = {}
    for term in glossary():
        for text in (term.term, term.expansion, *term.aliases):
            if text:
                found.setdefault(_key(text), _form(text, term.term, LEAST_TIMES))
    for tag in sorted({tag for show in known_shows() for episode in show.episodes for tag in episode.tags}):
        is_common = " " not in tag and not _is_name(tag)
        times = LEAST_TIMES_OF_A_COMMON_WORD if is_common else LEAST_TIMES
        # A tag that the glossary has with other capitals ("Step by step navigation") stays one topic.
        found.setdefault(_key(tag), _form(tag, tag, times))
    by_word: dict[str, list[TopicForm]] = {}
    for form in sorted(found.values(), key=lambda form: -len(form.text)):
        first = _WORD.search(form.text)
        if first is not None:
            by_word.setdefault(first.group().casefold().removesuffix("s"), []).append(form)
    return {word: tuple(forms) for word, forms in by_word.items()}


def _form(text: str, topic: str, least: int) -> TopicForm:
    is_ambiguous = " " not in text and text[0].isupper() and text[1:].islower()
    return TopicForm(text if _is_name(text) else text.casefold(), topic, is_ambiguous, least)


def _key(text: str) -> str:
    return text.casefold()


def _is_name(text: str) -> bool:
    return any(letter.isupper() for letter in text)
