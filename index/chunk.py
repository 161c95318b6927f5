"""Cut transcripts into sentences and passages (Law 8 of the design); pure."""

import hashlib
import logging
import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from index.passage import Passage, Sentence
from index.sentences import SPACE, window
from ingest.text.words import normalise, without_marks
from ingest.transcript import Transcript

logger = logging.getLogger(__name__)

# Word pieces including the header; all-MiniLM-L6-v2 reads 256 pieces, of which two are special tokens.
MOST_PIECES = 250
MOST_HEADER_PIECES = 100
# The contract's limit for a hit, whatever the shape of passages.
MOST_PASSAGE_WORDS = 180

# How to split a piece without spaces (such as a URL or a row of symbols) that alone is too long for the encoder.
_PART = re.compile(r"\w+|[^\w\s]{1,20}")


class PassageShape(NamedTuple):
    """The size of passages in normalised words (135 are about 120 as printed), and the sentences neighbours share."""

    words: int = 135
    overlap: int = 2


USUAL_SHAPE = PassageShape()


def fitting(
    transcript: Transcript, sentences: Sequence[Sentence], pieces: Callable[[str], int]
) -> tuple[Sentence, ...]:
    """Cut at words every sentence that, with its header, is too long for the encoder; never splits a word."""
    rooms = {
        speaker: MOST_PIECES - pieces(_header(transcript, (speaker,) if speaker else (), pieces))
        for speaker in {turn.speaker for turn in transcript.turns}
    }
    found: list[Sentence] = []
    for sentence in sentences:
        turn = transcript.turns[sentence.turn]
        room = rooms[turn.speaker]
        if _is_within(without_marks(turn.text[sentence.start : sentence.end]), room, pieces):
            found.append(sentence)
            continue
        position = sentence.first_word
        for start, end in _cut_by_pieces(without_marks(turn.text), sentence, pieces, room):
            count = len(normalise(turn.text[start:end]))
            if count:
                found.append(Sentence(sentence.turn, start, end, position, count))
                position += count
                if pieces(turn.text[start:end]) > room:
                    message = "%s: the word %.20r… is too long for the encoder; its end is found by keyword only"
                    logger.warning(message, transcript.episode.id, turn.text[start:end])
    return tuple(found)


def passages_from(
    transcript: Transcript,
    sentences: Sequence[Sentence],
    pieces: Callable[[str], int],
    shape: PassageShape = USUAL_SHAPE,
) -> tuple[Passage, ...]:
    """Return the passages of a transcript in order.

    `sentences` come from `fitting`; `pieces` counts word pieces with the encoder's own tokenizer. A passage with its
    header has at most 250 pieces. Every sentence is in at least one passage, and no passage is completely inside the
    one before.
    """
    found: list[Passage] = []
    first = reached = 0
    while first < len(sentences):
        last, held = first + 1, sentences[first].words
        while last < len(sentences) and held + sentences[last].words <= shape.words:
            held += sentences[last].words
            last += 1
        passage = _passage(transcript, sentences, first, last, pieces)
        while last > first + 1 and not _fits(passage, pieces):
            last -= 1
            passage = _passage(transcript, sentences, first, last, pieces)
        # Skip a passage that would consist of the overlap alone, because a long sentence follows.
        if last > reached:
            found.append(passage)
            reached = last
        if last == len(sentences):
            break
        first = max(first + 1, last - shape.overlap)
    return tuple(found)


def header_of(transcript: Transcript, speakers: Sequence[str]) -> str:
    """Return a passage's header, which is searched but never quoted: the episode's title and the speakers."""
    title = transcript.episode.title or transcript.episode.show.title
    return f"{_bounded(title)}. {_bounded(', '.join(speakers))}." if speakers else f"{_bounded(title)}."


def _header(transcript: Transcript, speakers: Sequence[str], pieces: Callable[[str], int]) -> str:
    """Return the header, without speakers or empty if it would take too much of the encoder's input."""
    candidates = (header_of(transcript, speakers), header_of(transcript, ()))
    return next((header for header in candidates if pieces(header) <= MOST_HEADER_PIECES), "")


def _is_within(text: str, room: int, pieces: Callable[[str], int]) -> bool:
    """Say whether a text has at most `room` word pieces; counts only where its characters do not show it."""
    # A word piece has a character at least, and tokenizers put at most one before a text of ASCII.
    return (text.isascii() and len(text) < room) or pieces(text) <= room


def _fits(passage: Passage, pieces: Callable[[str], int]) -> bool:
    weight = pieces(f"{passage.header}\n{without_marks(passage.text)}")
    return weight <= MOST_PIECES and len(passage.text.split()) <= MOST_PASSAGE_WORDS


def _passage(
    transcript: Transcript, sentences: Sequence[Sentence], first: int, last: int, pieces: Callable[[str], int]
) -> Passage:
    mine = sentences[first:last]
    text = "\n".join(transcript.turns[turn].text[start:end] for turn, start, end in _stretches(mine))
    turns = [transcript.turns[turn] for turn in dict.fromkeys(item.turn for item in mine)]
    speakers = tuple(dict.fromkeys(turn.speaker for turn in turns if turn.speaker))
    return Passage(
        id=passage_id(transcript.episode.id, mine, text),
        episode_id=transcript.episode.id,
        text=text,
        header=_header(transcript, speakers, pieces),
        sentences=(first, last),
        speakers=speakers,
        start=window(turns[0], mine[0].start, mine[0].end)[0],
        end=window(turns[-1], mine[-1].start, mine[-1].end)[1],
        timing=turns[0].timing,
    )


def passage_id(episode_id: str, sentences: Sequence[Sentence], text: str) -> str:
    """Return the id of a passage: episode id, first word and count of its words, 12 digits of its text's SHA-256."""
    count = sum(item.words for item in sentences)
    digest = hashlib.sha256(text.encode()).hexdigest()[:12]
    return f"{episode_id}.{sentences[0].first_word}.{count}.{digest}"


def _stretches(sentences: Sequence[Sentence]) -> Iterator[tuple[int, int, int]]:
    """Yield (turn, start, end), joining neighbouring sentences of a turn into one verbatim stretch."""
    position = 0
    while position < len(sentences):
        last = position
        while last + 1 < len(sentences) and sentences[last + 1].turn == sentences[position].turn:
            last += 1
        yield sentences[position].turn, sentences[position].start, sentences[last].end
        position = last + 1


def _cut_by_pieces(
    spoken: str, sentence: Sentence, pieces: Callable[[str], int], room: int
) -> Iterator[tuple[int, int]]:
    parts = list(_parts(spoken, sentence, pieces, room))
    begin = 0
    while begin < len(parts):
        last = begin + 1
        while last < len(parts) and pieces(spoken[parts[begin][0] : parts[last][1]]) <= room:
            last += 1
        yield parts[begin][0], parts[last - 1][1]
        begin = last


def _parts(spoken: str, sentence: Sentence, pieces: Callable[[str], int], room: int) -> Iterator[tuple[int, int]]:
    """Yield the parts between which a sentence may be cut: its pieces, or the words of a piece that is too long."""
    for piece in SPACE.finditer(spoken, sentence.start, sentence.end):
        if pieces(piece.group()) <= room:
            yield piece.span()
        else:
            yield from (part.span() for part in _PART.finditer(spoken, *piece.span()))


def _bounded(text: str, most: int = 120) -> str:
    """Return the text cut at a word to at most `most` characters, so that a long title leaves room for the passage."""
    return text if len(text) <= most else text[:most].rsplit(" ", 1)[0]
