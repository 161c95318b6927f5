"""Find who speaks in an episode: how much, as an asker or not, and the role with the sentence that states it."""

from collections import Counter
from collections.abc import Mapping, Sequence

from index.mined import Span, Voice
from index.mining.introducing import introduces_person
from index.mining.sentence_grades import holds, masked, plain
from index.passage import Sentence
from index.sentences import MOST_SENTENCE_WORDS, ends_as_question
from ingest.speakers.names import first_name, is_role
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

    A label that names only a part in the conversation ("Host", "Speaker 1") is nobody.
    """
    words: Counter[str] = Counter()
    of_turn: dict[int, list[Sentence]] = {}
    for sentence in sentences:
        of_turn.setdefault(sentence.turn, []).append(sentence)
    for number, turn in enumerate(transcript.turns):
        if turn.speaker:
            words[turn.speaker] += sum(sentence.words for sentence in of_turn.get(number, ()))
    labels: dict[str, list[str]] = {}
    for label in words:
        name = transcript.aliases.get(label, label)
        if words[label] and not is_role(name):
            labels.setdefault(name, []).append(label)
    return tuple(
        Voice(
            name,
            tuple(mine),
            sum(words[label] for label in mine),
            any(label in askers for label in mine),
            *_role(transcript, mine, of_turn),
            *_introduction(transcript, name, mine, sentences),
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


def _introduction(
    transcript: Transcript, name: str, labels: Sequence[str], sentences: Sequence[Sentence]
) -> tuple[Span | None, float]:
    """Return the words that introduce a person best and their grade; (None, 0) if none does."""
    best, best_grade, own = None, 0.0, 0
    names = tuple(dict.fromkeys([name, *labels, *([first_name(name)] if first_name(name) else [])]))
    for one, following in zip(sentences, [*sentences[1:], None], strict=True):
        turn = transcript.turns[one.turn]
        is_own = turn.speaker in labels
        own += one.words * is_own
        if (own > _OWN_BEGINNING_WORDS) if is_own else (one.first_word > _OPENING_WORDS):
            if own > _OWN_BEGINNING_WORDS and one.first_word > _OPENING_WORDS:
                break
            continue
        text = turn.text[one.start : one.end]
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
