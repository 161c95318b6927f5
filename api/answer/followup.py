"""Complete a follow-up question so that it can be searched alone, by rules of English grammar and without a model.

A question depends on the one before if it points back ("it", "they", "that"), opens as a continuation ("And why?",
"What about …?"), or is too short to stand alone. It then gets the earlier question's subject words; "he" and "she"
become the quoted speaker, and "What about X?" becomes the earlier question about X.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from api.answer.function_words import AUXILIARIES, QUESTION_WORDS, is_function_word
from api.answer.question import MOST_QUESTION_CHARACTERS
from index.sentences import WORD

_MOST_ADDED = 12  # words
_MOST_NAME_CHARACTERS = 100
# A question with fewer subject words than this may not stand alone.
_FEW = 4
_OPENER = re.compile(r"^\W*(?:(?:and|but|so|also|or|then|ok|okay|well)\b[\s,]*)+", re.IGNORECASE)
_ABOUT = re.compile(r"^\W*(?:(?:and|but|so|or)\b[\s,]*)?(?:(?:what|how)\s+about|and)\b[\s,]*", re.IGNORECASE)
_DEFINES = re.compile(
    r"^\W*(?:what|who|whats|what's|what’s|who's|who’s)\s+(?:(?:is|are|was|were)\s+)?(?!the\b)", re.IGNORECASE
)
_POINTERS = frozenset("it its itself this these those".split())
_PEOPLE = frozenset("he him his himself she her hers herself".split())
_MANY = frozenset("they them their theirs themselves".split())
# "that" points back at the start or end of a question and after these words; elsewhere it joins clauses.
_BEFORE_THAT = (
    AUXILIARIES
    | QUESTION_WORDS
    | frozenset("about of for in with like after before to on from by than and but so or at into over during".split())
)
_BE = frozenset("is are was were be been isnt arent wasnt werent".split())
# In "Is it true that …" and "was it hard to …" the "it" points at nothing.
_EMPTY_IT = re.compile(
    r"\b(?:is|was|be|isn['’]t|wasn['’]t)\s+it\s+(?:\w+ly\s+)?(?!\w+ed\b)\w+\s+(?:that|to)\b", re.IGNORECASE
)
_SUCH_EPISODE = re.compile(r"\b(?:that|this|the same)\s+(?:episode|podcast|interview|conversation)\b", re.IGNORECASE)
_PERSON = re.compile(r"\b(?:he|she|him)\b(?!['’])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class EarlierQuestion:
    """An earlier question, with the speakers and episode titles of the quotes that answered it, best first."""

    question: str
    speakers: tuple[str, ...] = ()
    episodes: tuple[str, ...] = ()


def resolve_followup(question: str, history: Sequence[EarlierQuestion]) -> str:
    """Return a question that can be searched alone; one that already stands alone is returned unchanged.

    `history` is oldest first; earlier questions are completed in the same way. The result has at most 2,000 characters,
    unless the question itself has more.
    """
    context: EarlierQuestion | None = None
    for earlier in history:
        if earlier.question.strip():
            whole = _completed(earlier.question, context)
            before = context or earlier
            # If an answer had no quotes, "he" and "she" still mean the speakers of the answer before it.
            context = EarlierQuestion(whole, earlier.speakers or before.speakers, earlier.episodes or before.episodes)
    return _completed(question, context)


def needs_earlier_question(question: str) -> bool:
    """Say whether a question points back to an earlier one or is too short to be searched alone."""
    words = _words(question)
    if not words:
        return False
    content = _content(question)
    if _points_back(question, words) or _SUCH_EPISODE.search(question):
        return True
    about = _ABOUT.match(question)
    if about is not None and (about.group().lower().rstrip(" ,").endswith("about") or len(content) < _FEW):
        return True
    if _OPENER.match(question) and len(content) < _FEW:
        return True
    return _is_elliptic(question, words, content)


def _completed(question: str, context: EarlierQuestion | None) -> str:
    text = " ".join(question.split())
    if context is None or not needs_earlier_question(text):
        return text
    if (swapped := _about_instead(text, context.question)) is not None:
        return swapped
    return _with_subject_words(_with_person(text, context), context)


def _about_instead(question: str, earlier: str) -> str | None:
    """For "What about X?", return the earlier question with its first name replaced by X; None if X is not a name."""
    about = _ABOUT.match(question)
    subject = question[about.end() :].strip(" ?!.,") if about else ""
    names, before = _names(f"a {subject}"), _names(earlier)
    if not names or names[0] != subject or not before or subject.casefold() in earlier.casefold():
        return None
    text = earlier.replace(before[0], subject, 1)
    return text if len(text) <= MOST_QUESTION_CHARACTERS else None


def _with_person(question: str, context: EarlierQuestion) -> str:
    if not context.speakers:
        return question
    named = [name for name in context.speakers if _shares_word(name, context.question)]
    name = " ".join((named or context.speakers)[0].split())[:_MOST_NAME_CHARACTERS]
    return _PERSON.sub(lambda _: name, question, count=1)


def _with_subject_words(question: str, context: EarlierQuestion) -> str:
    held = {word.casefold() for word in _words(question)}
    added = [word for word in _content(context.question) if word.casefold() not in held]
    added = list(dict.fromkeys(added))[:_MOST_ADDED]
    if context.episodes and _SUCH_EPISODE.search(question):
        added.append(" ".join(context.episodes[0].split())[:_MOST_NAME_CHARACTERS])
    if any(word.casefold() in _PEOPLE for word in _words(question)) and context.speakers:
        added.append(context.speakers[0][:_MOST_NAME_CHARACTERS])
    stem, end = question.rstrip(" ?!."), "?" if question.rstrip().endswith("?") else ""
    while added and len(text := f"{stem} ({' '.join(added)}){end}") > MOST_QUESTION_CHARACTERS:
        added.pop()
    return text if added else question


def _points_back(question: str, words: Sequence[str]) -> bool:
    """Say whether a pronoun refers to an earlier question rather than to a word in this one."""
    content = _content(question)
    empty = _EMPTY_IT.search(question) is not None
    seen = 0  # words before the pronoun that it could stand for
    for place, word in enumerate(_plain(words)):
        if _is_pointer(place, _plain(words)) and not (word == "it" and empty) and (seen < 2 or len(content) < _FEW):
            return True
        seen += not is_function_word(word)
    return False


def _is_pointer(place: int, words: Sequence[str]) -> bool:
    word = words[place]
    before = words[place - 1] if place else ""
    after = words[place + 1] if place + 1 < len(words) else ""
    if word == "that":
        return not before or not after or before in _BEFORE_THAT
    if word == "there":
        return before not in _BE and after not in _BE
    return word in _POINTERS or word in _PEOPLE or word in _MANY


def _is_elliptic(question: str, words: Sequence[str], content: Sequence[str]) -> bool:
    plain = _plain(words)
    if not content:
        return True
    begins = plain[0] in QUESTION_WORDS or plain[0] in AUXILIARIES
    complete = any(word in AUXILIARIES for word in plain)
    if not begins:
        # "The cost?", "In production?"; not a bare search such as "kubernetes security".
        return len(content) < _FEW and is_function_word(plain[0]) and not _names(question)
    if _names(question):
        return False
    if complete and _DEFINES.match(question):
        return False  # "What is serverless?"
    return len(content) < _FEW - 1 or (len(content) < _FEW and (not complete or "the" in plain))


def _words(text: str) -> list[str]:
    return [found.group() for found in WORD.finditer(text)]


def _plain(words: Sequence[str]) -> list[str]:
    """Return the words in lower case without their contracted endings: "it's" becomes "it"."""
    return [re.sub(r"['’](?:s|re|d|ll|ve|m)\Z", "", word.casefold()) for word in words]


def _content(text: str) -> list[str]:
    """Return the words that say what a text is about, in order."""
    return [word for word in _words(text) if not is_function_word(word) and not is_function_word(_plain([word])[0])]


def _names(text: str) -> list[str]:
    """Return runs of words with a capital or a digit, leaving out function words such as "I" and the first word."""
    runs: list[tuple[int, int]] = []
    for place, found in enumerate(WORD.finditer(text)):
        word = found.group()
        inside = "." in word.strip(".")
        capital = any(character.isupper() or character.isdigit() for character in word)
        if not (capital or inside) or (place == 0 and not inside) or is_function_word(word):
            continue
        if runs and text[runs[-1][1] : found.start()] == " ":
            runs[-1] = runs[-1][0], found.end()
        else:
            runs.append(found.span())
    return [text[start:end] for start, end in runs]


def _shares_word(name: str, text: str) -> bool:
    return not {word.casefold() for word in _words(name)}.isdisjoint(_plain(_words(text)))
