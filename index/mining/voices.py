"""Find who speaks in an episode: how much, as an asker or not, and the role with the sentence that states it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import accumulate

from index.mined.episode import Span, Voice
from index.mining.introducing import introduces_person
from index.mining.sentence_grades import holds, masked, plain
from index.passage import Sentence
from index.sentences import MOST_SENTENCE_WORDS, ends_as_question
from ingest.speakers.label_shape import names_nobody
from ingest.speakers.names import first_name
from ingest.transcript import Role, Transcript

_FEWEST_QUOTE_WORDS = 3
# People are introduced in the first words of an episode, and introduce themselves in their own first words.
_OPENING_WORDS = 1_500
_OWN_BEGINNING_WORDS = 300
# "I'm Ada." is a greeting. What is to stand alone says more.
_LEAST_GRADE = 0.65
_FEWEST_WORDS = 6


def find_voices(transcript: Transcript, sentences: Sequence[Sentence], askers: frozenset[str]) -> tuple[Voice, ...]:
    """Return the people who speak in an episode, in the order in which they first do.

    A label that names only a part in the conversation ("Host", "Speaker 1", "Audience Member") is nobody.
    """
    words: Counter[str] = Counter()
    of_turn: dict[int, list[Sentence]] = {}
    of_label: dict[str, list[int]] = {}
    for number, sentence in enumerate(sentences):
        of_turn.setdefault(sentence.turn, []).append(sentence)
        if label := transcript.turns[sentence.turn].speaker:
            words[label] += sentence.words
            of_label.setdefault(label, []).append(number)
    opening = _opening(transcript, sentences)
    labels: dict[str, list[str]] = {}
    for label in words:
        name = transcript.aliases.get(label, label)
        if not names_nobody(name):
            labels.setdefault(name, []).append(label)
    return tuple(
        Voice(
            name,
            tuple(mine),
            sum(words[label] for label in mine),
            any(label in askers for label in mine),
            *_role(transcript, mine, of_turn),
            *_introduction(transcript, (name, *mine), [of_label[label] for label in mine], sentences, opening),
        )
        for name, mine in labels.items()
    )


def _role(
    transcript: Transcript, labels: Sequence[str], sentences: Mapping[int, Sequence[Sentence]]
) -> tuple[str | None, Span | None]:
    """Return the role of the person with these labels and the words that state it; (None, None) if nothing does."""
    for label in labels:
        role = transcript.roles.get(label)
        if role is not None and (stated := _stated(transcript, role, sentences.get(role.turn, ()))) is not None:
            return role.role, stated
    return None, None


def _opening(transcript: Transcript, sentences: Sequence[Sentence]) -> tuple[int, str]:
    """Return how many sentences the opening of an episode has, and its text."""
    inside = [one for one in sentences if one.first_word <= _OPENING_WORDS]
    return len(inside), "\n".join(transcript.turns[one.turn].text[one.start : one.end] for one in inside)


def _introduction(
    transcript: Transcript,
    labels: Sequence[str],
    own: Sequence[Sequence[int]],
    sentences: Sequence[Sentence],
    opening: tuple[int, str],
) -> tuple[Span | None, float]:
    """Return the words that introduce a person best and their grade; (None, 0) if none does.

    `labels` begin with the name; `own` are the numbers of the person's sentences, for each label. Only the first of
    these and, if it holds a name, the `opening` are read, because an episode may have thousands of people.
    """
    best, best_grade = None, 0.0
    names = tuple(dict.fromkeys([*labels, *([first_name(labels[0])] if first_name(labels[0]) else [])]))
    mine = sorted(number for numbers in own for number in numbers)
    said = accumulate(sentences[number].words for number in mine)
    first = [number for number, words in zip(mine, said, strict=True) if words <= _OWN_BEGINNING_WORDS]
    others = {*range(opening[0])}.difference(mine) if holds(opening[1], names) else set()
    for number in sorted(others.union(first)):
        one, following = sentences[number], sentences[number + 1] if number + 1 < len(sentences) else None
        is_own = number not in others
        text = transcript.turns[one.turn].text[one.start : one.end]
        if not is_own and not holds(text, names):
            continue
        grade = introduces_person(masked(plain(text), names), is_own)
        words = one.words
        if grade.continues:
            words += following.words if _goes_on(transcript, one, following) and following else 0
        if grade.score > best_grade and grade.score >= _LEAST_GRADE and _FEWEST_WORDS <= words <= MOST_SENTENCE_WORDS:
            best, best_grade = Span(one.first_word, words), round(grade.score, 4)
    return best, best_grade


def _goes_on(transcript: Transcript, one: Sentence, following: Sentence | None) -> bool:
    """Say whether the sentence after one is of the same turn and says something."""
    if following is None or following.turn != one.turn:
        return False
    return not ends_as_question(transcript.turns[following.turn].text[following.start : following.end])


def _stated(transcript: Transcript, role: Role, sentences: Sequence[Sentence]) -> Span | None:
    """Return the whole sentences that state a role; None if the turn no longer says it or they are too long to quote.

    Where the sentence was cut because it is long, these are the pieces that hold the role.
    """
    text = transcript.turns[role.turn].text if role.turn < len(transcript.turns) else ""
    begin = text.find(role.sentence)
    start = text.find(role.role, begin)
    if begin < 0 or start < 0:
        return None
    end = start + len(role.role)
    held = [one for one in sentences if one.start < end and start < one.end]
    if held and held[0].words < _FEWEST_QUOTE_WORDS:  # "A baker." says little, and is no quote
        held = [one for one in sentences if one.start < begin + len(role.sentence) and begin < one.end]
    count = sum(one.words for one in held)
    return Span(held[0].first_word, count) if _FEWEST_QUOTE_WORDS <= count <= MOST_SENTENCE_WORDS else None
