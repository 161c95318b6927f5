"""Find the exchanges of an interview: a question and the turn that replies to it; pure."""

from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise

from index.passage import Exchange, Sentence
from index.sentences import ends_as_question
from ingest.transcript import Transcript

# "Right?" and "You know?" are not real questions.
FEWEST_QUESTION_WORDS = 4
# Somebody who goes on for longer after a question goes on about something else, or replies to it.
MOST_WORDS_AFTER = 40
# So that question and reply fit into one hit, which has at most 180 words as printed.
MOST_WORDS = 150
# A shorter turn of somebody else ("Mm-hm.", "Right, yeah.") replies to nothing, and does not end the asker's turn.
FEWEST_REPLY_WORDS = 8


def exchanges_of(transcript: Transcript, sentences: Sequence[Sentence]) -> tuple[Exchange, ...]:
    """Return the exchanges of an episode in order: every question near the end of what one person says, with its reply.

    A reply is the next turn of at least eight words if somebody else speaks it; what only interjects is passed over.
    """
    turns = [[*group] for _, group in groupby(range(len(sentences)), key=lambda number: sentences[number].turn)]
    spoken = [
        turn for turn in turns if _words(sentences, turn) >= FEWEST_REPLY_WORDS or _asks(transcript, sentences, turn)
    ]
    found: list[Exchange] = []
    for turn, following in pairwise(spoken):
        speakers = [transcript.turns[sentences[one[0]].turn].speaker for one in (turn, following)]
        if speakers[0] != speakers[1] and _words(sentences, following) >= FEWEST_REPLY_WORDS:
            pairs = (Exchange(number, following[0]) for number in _questions(transcript, sentences, turn))
            found.extend(one for one in pairs if _words(sentences, range(one.question, one.reply + 1)) <= MOST_WORDS)
    return tuple(found)


def _questions(transcript: Transcript, sentences: Sequence[Sentence], turn: Sequence[int]) -> Iterator[int]:
    """Yield the sentences of a turn that ask and are near its end."""
    for number in turn:
        after = sum(sentences[later].words for later in turn if later > number)
        if after <= MOST_WORDS_AFTER and _is_question(transcript, sentences[number]):
            yield number


def _asks(transcript: Transcript, sentences: Sequence[Sentence], turn: Sequence[int]) -> bool:
    return any(_is_question(transcript, sentences[number]) for number in turn)


def _is_question(transcript: Transcript, sentence: Sentence) -> bool:
    text = transcript.turns[sentence.turn].text[sentence.start : sentence.end]
    return sentence.words >= FEWEST_QUESTION_WORDS and ends_as_question(text)


def _words(sentences: Sequence[Sentence], turn: Sequence[int]) -> int:
    return sum(sentences[number].words for number in turn)
