"""Find the roles stated in an episode, by the person or by whoever introduces them; never guessed; pure.

Roles from the catalogue and from other episodes may be out of date, so they are not used here.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

from ingest.speakers.introductions import (
    Names,
    SpokenSentence,
    read_sentence,
    roles_of_oneself,
    roles_of_others,
    says_own_name,
)
from ingest.speakers.names import first_name, fold, is_role
from ingest.speakers.role_phrase import Phrase
from ingest.speakers.tokens import tokens_of
from ingest.text.words import without_marks
from ingest.transcript import Role, Turn

# The first words of an episode, in which people are introduced; and of a speaker, in which they introduce themselves.
_INTRODUCTION_WORDS = 1_500
_OWN_BEGINNING_WORDS = 300
# A later introduction counts if the person first speaks within this many turns.
_TURNS_BEFORE_FIRST = 2
# Sentences after a speaker's own name that still belong to the introduction.
_SENTENCES_AFTER_NAME = 2
_MOST_SENTENCE = 1_500  # characters; anything longer is text without punctuation

_STOP = re.compile(r"(?<!\b[MD]r)(?<!\bM[sx])(?<!\bMrs)(?<!\bProf)(?<!\bSt)(?<![.?!…])[.?!…]++[\"'”’)\]]*+(?=\s|$)|\n")

# The lowest rank wins: stated by the person, stated by someone else, only a part in the conversation ("your host").
_OWN, _OTHERS, _PART = 0, 1, 2


def find_roles(turns: Sequence[Turn], aliases: Mapping[str, str]) -> dict[str, Role]:
    """Return each speaker's present role as stated in the episode, with the sentence, by the speaker's label.

    What people say about themselves wins over what others say, and an earlier statement over a later one. A late
    statement counts only if speakers give their own name beside it, or if the person introduced first speaks right
    after.
    """
    labels = _labels(turns, aliases)
    best: dict[str, tuple[int, Role]] = {}
    for person, rank, role in _stated_roles(turns, aliases, _names(labels)):
        if person not in best or rank < best[person][0]:
            best[person] = (rank, role)
    return {label: best[person][1] for person, printed in labels.items() if person in best for label in printed}


def _labels(turns: Sequence[Turn], aliases: Mapping[str, str]) -> dict[str, list[str]]:
    """Return the labels of every speaker, by the folded name they stand for."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for label in dict.fromkeys(turn.speaker for turn in turns):
        if label and not is_role(label):
            found[_person(label, aliases)].append(label)
    return dict(found)


def _person(label: str | None, aliases: Mapping[str, str]) -> str:
    return fold(aliases.get(label, label)) if label else ""


def _names(labels: Mapping[str, Sequence[str]]) -> Names:
    """Return the names by which people are recognised: full names, and first names that only one person has."""
    people: dict[tuple[str, ...], str] = {}
    bearers = Counter(first_name(person) or person for person in labels)
    for person, printed in labels.items():
        for name in (person, *printed):
            people.setdefault(_words(name), person)
    for person in labels:
        if bearers[first_name(person)] == 1:
            people.setdefault(_words(first_name(person)), person)
    people.pop((), None)
    return Names(people, frozenset(word for name in people for word in name))


def _words(name: str) -> tuple[str, ...]:
    return tuple(token.low for token in tokens_of(name))


def _stated_roles(turns: Sequence[Turn], aliases: Mapping[str, str], names: Names) -> Iterator[tuple[str, int, Role]]:
    """Yield every person with a stated role and its rank, in order, lazily."""
    people = [_person(turn.speaker, aliases) for turn in turns]
    first: dict[str, int] = {}
    for number, person in enumerate(people):
        first.setdefault(person, number)
    total = 0
    spoken: Counter[str] = Counter()
    for number, turn in enumerate(turns):
        speaker = people[number]
        opening = total < _INTRODUCTION_WORDS
        following = range(number + 1, min(number + 1 + _TURNS_BEFORE_FIRST, len(turns)))
        introduces = {people[later] for later in following if first[people[later]] == later}
        total += len(turn.text.split())
        is_early = opening or introduces or spoken[speaker] < _OWN_BEGINNING_WORDS
        if not speaker or not (is_early or _holds_name(turn.text, speaker)):
            continue
        since_name = _SENTENCES_AFTER_NAME + 1
        for sentence in _sentences(turn.text):
            since_name = 0 if says_own_name(sentence, names, speaker) else since_name + 1
            named = since_name <= _SENTENCES_AFTER_NAME
            if named or spoken[speaker] < _OWN_BEGINNING_WORDS:
                for phrase in roles_of_oneself(sentence, names, speaker, named):
                    yield speaker, _PART if phrase.host else _OWN, _role(sentence, phrase, number)
            for person, phrase in roles_of_others(sentence, names, speaker):
                if opening or person in introduces:
                    yield person, _PART if phrase.host else _OTHERS, _role(sentence, phrase, number)
            spoken[speaker] += len(sentence.tokens)


def _holds_name(text: str, speaker: str) -> bool:
    folded = text.casefold()
    return any(word in folded for word in speaker.split())


def _role(sentence: SpokenSentence, phrase: Phrase, turn: int) -> Role:
    start, end = sentence.tokens[phrase.first].start, sentence.tokens[phrase.last - 1].end
    return Role(sentence.text[start:end], turn, sentence.text)


def _sentences(text: str) -> Iterator[SpokenSentence]:
    """Yield the sentences of a turn's text, lazily; pieces that are too long to be a sentence are left out."""
    start, inside = 0, False
    for stop in [*(found.end() for found in _STOP.finditer(without_marks(text))), len(text)]:
        piece = text[start:stop].strip()
        if piece and len(piece) <= _MOST_SENTENCE:
            sentence, inside = read_sentence(piece, inside)
            yield sentence
        if not piece or len(piece) > _MOST_SENTENCE or text[stop - 1] == "\n":
            inside = False
        start = stop
