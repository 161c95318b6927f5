"""Complete a follow-up question so that it can be searched alone, by rules of English grammar and without a model.

A question depends on the one before if it points back ("it", "they", "that"), opens as a continuation ("And why?",
"What about …?"), or is too short to stand alone. It is then asked as a person would who starts again: the question that
named the subject, the question directly before, then the follow-up ("Why did Pay move its database? And the cost?").
"What about X?" becomes the earlier question about X, "Why?" after "How did Pay move?" becomes "Why did Pay move?", and
"he" and "she" become the quoted speaker. Search is worse with whole earlier questions than with their subject words, so
it gets the follow-up and these.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from api.answer.question import MOST_QUESTION_CHARACTERS
from index.function_words import AUXILIARIES, QUESTION_WORDS, is_function_word
from index.sentences import WORD

_MOST_ADDED = 12  # subject words that are searched with a follow-up
_MOST_REPEATED = 40  # words of an earlier question that are shown
_MOST_NAME_CHARACTERS = 100
# A question with fewer subject words than this may not stand alone.
_FEW = 4
_OPENER = re.compile(r"^\W*(?:(?:and|but|so|also|or|then|ok|okay|well)\b[\s,]*)+", re.IGNORECASE)
_ABOUT = re.compile(r"^\W*(?:(?:and|but|so|or)\b[\s,]*)?(?:(?:what|how)\s+about|and)\b[\s,]*", re.IGNORECASE)
_DEFINES = re.compile(
    r"^\W*(?:what|who|whats|what's|what’s|who's|who’s)\s+(?:(?:is|are|was|were)\s+)?+(?!(?:the|not)\b)", re.IGNORECASE
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
# "her" is possessive before a word that is no function word: "her team", but "ask her about".
_PERSON = re.compile(r"\b(?P<person>he|she|him|his|her)\b(?=(?:\s+(?P<next>\w+))?)", re.IGNORECASE)
# "Why?" and "And when?": a question that is only an adverb.
_ADVERB = "why|how|when|where"
_ONLY_ADVERB = re.compile(rf"^\W*(?:(?:and|but|so|or|then)\b[\s,]*)*({_ADVERB})\W*$", re.IGNORECASE)
_VERB = "|".join(sorted(AUXILIARIES))
# "How did Pay move?" and "Did Pay move?" can be asked with another adverb, but not "What did Pay move?", where the
# question word is a part of the sentence, nor "Can you say …?", which is a request.
_TAKES_ADVERB = re.compile(
    rf"^\W*(?:(?:and|but|so|or|then)\b[\s,]*)*(?:(?:{_ADVERB})\b)?\s*(?=(?:{_VERB})\b)(?!(?:can|could|will|would)\s+you\b)",
    re.IGNORECASE,
)
_QUOTATION_MARKS = str.maketrans("", "", '"“”„«»')
_ENDS = (".", "?", "!", "…")


@dataclass(frozen=True, slots=True)
class EarlierQuestion:
    """An earlier question, with the speakers and episode titles of the quotes that answered it, best first."""

    question: str
    speakers: tuple[str, ...] = ()
    episodes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WholeQuestion:
    """A follow-up that stands alone: `text` is what a person would ask, `searched` its words as they are searched.

    `last` is the follow-up itself, the last question in `text`.
    """

    text: str
    searched: str
    last: str


def resolve_followup(question: str, history: Sequence[EarlierQuestion]) -> WholeQuestion:
    """Return a question that can be searched alone; one that already stands alone is returned unchanged.

    `history` is oldest first; earlier questions are completed in the same way. Each text has at most 2,000 characters,
    unless the question itself has more.
    """
    context = _Context()
    for earlier in history:
        if earlier.question.strip():
            asked = _completed(earlier.question, context)
            # If an answer had no quotes, "he" and "she" still mean the speakers of the answer before it.
            context = _Context(
                asked[:1] + asked[1:][-1:], earlier.speakers or context.speakers, earlier.episodes or context.episodes
            )
    asked = _completed(question, context)
    return WholeQuestion(" ".join(asked), _searched(asked), asked[-1])


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


@dataclass(frozen=True, slots=True)
class _Context:
    """What a follow-up may mean; `questions` are the one that named the subject and the one directly before."""

    questions: tuple[str, ...] = ()
    speakers: tuple[str, ...] = ()
    episodes: tuple[str, ...] = ()


def _completed(question: str, context: _Context) -> tuple[str, ...]:
    """Return the questions that together can be searched, the follow-up last; just that if it stands alone."""
    text = " ".join(question.split())
    if not context.questions or not needs_earlier_question(text):
        return (text,)
    if (swapped := _about_instead(text, context) or _asked_instead(text, context)) is not None:
        return swapped
    last = _as_question(_with_episode(_with_person(text, context), context))
    return (*_shortened(context.questions, MOST_QUESTION_CHARACTERS - len(last)), last)


def _searched(asked: Sequence[str]) -> str:
    """Return the last question with the subject words of those before it, the newest first."""
    *earlier, last = asked
    held = {word.casefold() for word in _words(last)}
    words = [word for question in reversed(earlier) for word in _content(question) if word.casefold() not in held]
    added = list(dict.fromkeys(words))[:_MOST_ADDED]
    stem, end = last.rstrip(" ?!."), "?" if last.endswith("?") else ""
    while added and len(text := f"{stem} ({' '.join(added)}){end}") > MOST_QUESTION_CHARACTERS:
        added.pop()
    return text if added else last


def _about_instead(question: str, context: _Context) -> tuple[str, ...] | None:
    """For "What about X?", return the earlier questions with X as their first name; None if X is not a name."""
    about = _ABOUT.match(question)
    subject = question[about.end() :].strip(" ?!.,") if about else ""
    names = _names(f"a {subject}")
    if not names or names[0] != subject or subject.casefold() in " ".join(context.questions).casefold():
        return None
    for place, earlier in enumerate(context.questions):
        if before := _names(earlier):
            text = earlier.replace(before[0], subject, 1)
            asked = (*context.questions[:place], text, *context.questions[place + 1 :])
            return asked if len(" ".join(asked)) <= MOST_QUESTION_CHARACTERS else None
    return None


def _asked_instead(question: str, context: _Context) -> tuple[str, ...] | None:
    """For "Why?", return the question before with "why" as its adverb; None if its grammar does not allow that."""
    adverb, before = _ONLY_ADVERB.match(question), _TAKES_ADVERB.match(context.questions[-1])
    if adverb is None or before is None:
        return None
    rest = context.questions[-1][before.end() :]
    asked = _as_question(f"{adverb[1]} {rest[:1].lower()}{rest[1:]}")
    return (*_shortened(context.questions[:-1], MOST_QUESTION_CHARACTERS - len(asked)), asked)


def _with_person(question: str, context: _Context) -> str:
    """Replace the first "he", "she", "him", "his" or "her" by the speaker's name."""
    if not context.speakers:
        return question
    named = [name for name in context.speakers if _shares_word(name, " ".join(context.questions))]
    name = " ".join((named or context.speakers)[0].split())[:_MOST_NAME_CHARACTERS]

    def named_as(found: re.Match[str]) -> str:
        word = found["person"].lower()
        owns = word == "his" or (word == "her" and found["next"] is not None and not is_function_word(found["next"]))
        return f"{name}'s" if owns else name

    return _PERSON.sub(named_as, question, count=1)


def _with_episode(question: str, context: _Context) -> str:
    """Replace "that episode" by the episode's title."""
    if not context.episodes:
        return question
    title = " ".join(context.episodes[0].split())[:_MOST_NAME_CHARACTERS]
    return _SUCH_EPISODE.sub(lambda _: f"the episode {title}", question, count=1)


def _as_question(text: str) -> str:
    """Return a text that begins with a capital and ends as a sentence."""
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith(_ENDS) else '?'}"


def _shortened(earlier: Sequence[str], room: int) -> list[str]:
    """Return earlier questions in at most `room` characters, each of at most 40 words; the newest ones come first.

    Without quotation marks, because a phrase in them would have to stand in what answers the follow-up too.
    """
    found: list[str] = []
    for question in reversed(earlier):
        words = question.translate(_QUOTATION_MARKS).split()
        kept = words[:_MOST_REPEATED]
        while kept and len(text := _as_question(" ".join(kept)) if kept == words else " ".join(kept) + " …") >= room:
            kept.pop()
        if kept:
            found.insert(0, text)
            room -= len(text) + 1
    return found


def _points_back(question: str, words: Sequence[str]) -> bool:
    """Say whether a pronoun refers to an earlier question rather than to a word in this one."""
    content = _content(question)
    empty = _EMPTY_IT.search(question) is not None
    seen = 0  # words before the pronoun that it could stand for
    plain = _plain(words)
    for place, word in enumerate(plain):
        if _is_pointer(place, plain) and not (word == "it" and empty) and (seen < 2 or len(content) < _FEW):
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
