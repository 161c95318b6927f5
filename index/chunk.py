"""Cut transcripts into sentences and passages (Law 8 of the design); pure."""

import hashlib
import logging
import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

from index.passage import Passage, Sentence
from ingest.text.words import marks, normalise, without_marks
from ingest.transcript import Transcript, Turn

logger = logging.getLogger(__name__)

# With header; all-MiniLM-L6-v2 reads 256 pieces and two of them are its own.
MOST_PIECES = 250
MOST_HEADER_PIECES = 100
# Words of a passage, in normal form (about 120 as printed), and sentences shared by neighbours.
PASSAGE_WORDS = 135
OVERLAP_SENTENCES = 2
# The contract's bound for a hit, whatever size of passage is asked for.
MOST_PASSAGE_WORDS = 180
MOST_SENTENCE_WORDS = 80
UNPUNCTUATED_WORDS = 40
# A pause of this many seconds ends a sentence where a text has no punctuation.
PAUSE = 0.7
# A pause after fewer words is a hesitation and ends nothing.
_FEWEST_BEFORE_PAUSE = 3

# Possessive, and only from the first stop of a run on, so that a thousand dots cost a thousand steps.
_STOP = re.compile(r"(?<![.?!…])[.?!…]++[\"'”’)\]]*+(?=\s|$)")
# A stop after one of these ends no sentence.
_ABBREVIATION = re.compile(r"(?:\b(?:mr|mrs|ms|dr|prof|st|vs)|\b(?:e\.g|i\.e))\.$", re.IGNORECASE)
_ABBREVIATION_LETTERS = 10  # with what stands before one
_BREAK = re.compile(r"[,;][\"'”’)\]]*+(?=\s|$)|[–—]|\s-+(?=\s)|--+")
_SPACE = re.compile(r"\S+")
# What a piece without blanks falls into where it alone is too long for the encoder (an address, a row of symbols).
_PART = re.compile(r"\w+|[^\w\s]{1,20}")


def sentences_of(transcript: Transcript) -> tuple[Sentence, ...]:
    """Return every sentence of the turns in order; together they cover all words, marks alone make none."""
    found: list[Sentence] = []
    position = 0
    for number, turn in enumerate(transcript.turns):
        for start, end in sentence_spans(turn):
            count = len(normalise(turn.text[start:end]))
            if count:
                found.append(Sentence(number, start, end, position, count))
                position += count
    return tuple(found)


def sentence_spans(turn: Turn) -> Iterator[tuple[int, int]]:
    """Yield the sentences of a turn as character spans [start, end), without outer blanks, in order; no mark is cut."""
    spoken = without_marks(turn.text)
    position = 0
    for paragraph in turn.text.split("\n"):
        for start, end in _stopped(turn.text, spoken, position, position + len(paragraph)):
            yield from _short_enough(turn, spoken, start, end)
        position += len(paragraph) + 1


def fitting(
    transcript: Transcript, sentences: Sequence[Sentence], pieces: Callable[[str], int]
) -> tuple[Sentence, ...]:
    """Cut at words each sentence that with its header exceeds the encoder's input; a single word stays whole."""
    rooms = {
        speaker: MOST_PIECES - pieces(_header(transcript, (speaker,) if speaker else (), pieces))
        for speaker in {turn.speaker for turn in transcript.turns}
    }
    found: list[Sentence] = []
    for sentence in sentences:
        turn = transcript.turns[sentence.turn]
        room = rooms[turn.speaker]
        if pieces(without_marks(turn.text[sentence.start : sentence.end])) <= room:
            found.append(sentence)
            continue
        position = sentence.first_word
        for start, end in _cut_by_pieces(without_marks(turn.text), sentence, pieces, room):
            count = len(normalise(turn.text[start:end]))
            if count:
                found.append(Sentence(sentence.turn, start, end, position, count))
                position += count
                if pieces(turn.text[start:end]) > room:
                    message = "%s: the word %.20r… is longer than the encoder reads; its end is found by keyword only"
                    logger.warning(message, transcript.episode.id, turn.text[start:end])
    return tuple(found)


def passages_from(
    transcript: Transcript,
    sentences: Sequence[Sentence],
    pieces: Callable[[str], int],
    shape: tuple[int, int] = (PASSAGE_WORDS, OVERLAP_SENTENCES),
) -> tuple[Passage, ...]:
    """Return the passages of a transcript in order; `shape` is words of a passage and sentences of overlap.

    `sentences` come from `fitting`, `pieces` counts word pieces with the encoder's own tokenizer; no passage with its
    header holds more than 250. Every sentence is in at least one passage, and none lies whole inside the one before.
    """
    words, overlap = shape
    found: list[Passage] = []
    first = reached = 0
    while first < len(sentences):
        last, held = first + 1, sentences[first].words
        while last < len(sentences) and held + sentences[last].words <= words:
            held += sentences[last].words
            last += 1
        passage = _passage(transcript, sentences, (first, last), pieces)
        while last > first + 1 and not _fits(passage, pieces):
            last -= 1
            passage = _passage(transcript, sentences, (first, last), pieces)
        # Where a long sentence follows, the overlap alone would fill a passage that says nothing new.
        if last > reached:
            found.append(passage)
            reached = last
        if last == len(sentences):
            break
        first = max(first + 1, last - overlap)
    return tuple(found)


def header_of(transcript: Transcript, speakers: Sequence[str]) -> str:
    """Return what is encoded with a passage and never quoted: the episode's title and who speaks."""
    title = transcript.episode.title or transcript.episode.show.title
    return f"{_bounded(title)}. {_bounded(', '.join(speakers))}." if speakers else f"{_bounded(title)}."


def _header(transcript: Transcript, speakers: Sequence[str], pieces: Callable[[str], int]) -> str:
    """Return as much of the header as leaves most of the room to the passage."""
    candidates = (header_of(transcript, speakers), header_of(transcript, ()))
    return next((header for header in candidates if pieces(header) <= MOST_HEADER_PIECES), "")


def _fits(passage: Passage, pieces: Callable[[str], int]) -> bool:
    weight = pieces(f"{passage.header}\n{without_marks(passage.text)}")
    return weight <= MOST_PIECES and len(passage.text.split()) <= MOST_PASSAGE_WORDS


def _passage(
    transcript: Transcript, sentences: Sequence[Sentence], chosen: tuple[int, int], pieces: Callable[[str], int]
) -> Passage:
    mine = sentences[slice(*chosen)]
    text = "\n".join(transcript.turns[turn].text[start:end] for turn, start, end in _stretches(mine))
    turns = [transcript.turns[turn] for turn in dict.fromkeys(item.turn for item in mine)]
    speakers = tuple(dict.fromkeys(turn.speaker for turn in turns if turn.speaker))
    count = sum(item.words for item in mine)
    digest = hashlib.sha256(text.encode()).hexdigest()[:12]
    return Passage(
        id=f"{transcript.episode.id}.{mine[0].first_word}.{count}.{digest}",
        episode_id=transcript.episode.id,
        text=text,
        header=_header(transcript, speakers, pieces),
        sentences=chosen,
        speakers=speakers,
        start=window(turns[0], mine[0].start, mine[0].end)[0],
        end=window(turns[-1], mine[-1].start, mine[-1].end)[1],
        timing=turns[0].timing,
    )


def window(turn: Turn, start: int, end: int) -> tuple[float | None, float | None]:
    """Return the seconds at which characters [start, end) of a turn are spoken, None where no word there has a time."""
    spans = _pieces_of(turn.text)
    assert len(spans) == len(turn.words), "a turn's words are the pieces of its text"
    first = bisect_right(spans, start, key=lambda span: span[1])
    inside = turn.words[first : bisect_left(spans, end, key=lambda span: span[0])]
    starts = [word.start for word in inside if word.start is not None]
    ends = [word.end for word in inside if word.end is not None]
    return (min(starts) if starts else turn.start, max(ends) if ends else turn.end)


@lru_cache(maxsize=16)
def _pieces_of(text: str) -> tuple[tuple[int, int], ...]:
    """Return the pieces of a turn's text as characters [start, end); kept, because each passage of a long turn asks."""
    return tuple(piece.span() for piece in _SPACE.finditer(text))


def _stretches(sentences: Sequence[Sentence]) -> Iterator[tuple[int, int, int]]:
    """Yield (turn, start, end): neighbouring sentences of one turn as one verbatim stretch."""
    position = 0
    while position < len(sentences):
        last = position
        while last + 1 < len(sentences) and sentences[last + 1].turn == sentences[position].turn:
            last += 1
        yield sentences[position].turn, sentences[position].start, sentences[last].end
        position = last + 1


def _stopped(text: str, spoken: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    for stop in _STOP.finditer(spoken, start, end):
        if not _ABBREVIATION.search(spoken, max(start, stop.end() - _ABBREVIATION_LETTERS), stop.end()):
            yield from _trimmed(text, start, stop.end())
            start = stop.end()
    yield from _trimmed(text, start, end)


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start < end:
        yield start, end


def _short_enough(turn: Turn, spoken: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Cut a sentence of over 80 words, and one without any punctuation sooner; the pieces cover it."""
    if _STOP.search(spoken, start, end) or _BREAK.search(spoken, start, end):
        cuts = _at_breaks(turn.text, spoken, start, end)
    else:
        cuts = _at_pauses(turn, spoken, start, end)
    for cut in cuts:
        yield from _trimmed(turn.text, start, cut)
        start = cut
    yield from _trimmed(turn.text, start, end)


def _at_breaks(text: str, spoken: str, start: int, end: int) -> Iterator[int]:
    """Yield where a sentence is cut: after the last comma, semicolon or dash within 80 words, else at 80."""
    words = [piece.span() for piece in _SPACE.finditer(text, start, end)]
    if len(words) <= MOST_SENTENCE_WORDS:
        return
    breaks = [found.end() for found in _BREAK.finditer(spoken, start, end)]
    hidden = [(start + begin, start + finish) for begin, finish in marks(text[start:end])]
    first = 0
    while len(words) - first > MOST_SENTENCE_WORDS:
        limit = words[first + MOST_SENTENCE_WORDS - 1][1]
        place = bisect_right(breaks, limit) - 1
        cut = breaks[place] if place >= 0 and breaks[place] > start else _outside(hidden, start, limit)
        yield cut
        start = cut
        # A piece that is cut at its dash ("word—word") counts on both sides.
        first = bisect_right(words, cut, key=lambda word: word[1])


def _outside(hidden: Sequence[tuple[int, int]], start: int, cut: int) -> int:
    """Return the cut, before the mark it would fall into."""
    for begin, finish in hidden:
        if begin < cut < finish:
            return begin if begin > start else finish
    return cut


def _at_pauses(turn: Turn, spoken: str, start: int, end: int) -> Iterator[int]:
    """Yield where text without punctuation is cut: at pauses, else every 40 words."""
    spans = _pieces_of(turn.text)
    held = 0
    before: int | None = None
    for number in range(bisect_left(spans, (start, start)), bisect_left(spans, (end, end))):
        if spoken[slice(*spans[number])].isspace():
            continue  # a mark
        if before is not None and (
            held == UNPUNCTUATED_WORDS or (held >= _FEWEST_BEFORE_PAUSE and _paused(turn, before, number))
        ):
            yield spans[before][1]
            held = 0
        held += 1
        before = number


def _paused(turn: Turn, before: int, number: int) -> bool:
    end, start = turn.words[before].end, turn.words[number].start
    return end is not None and start is not None and round(start - end, 3) >= PAUSE


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
    """Yield the parts between which a sentence may be cut: its pieces, and the words of one that alone is too long."""
    for piece in _SPACE.finditer(spoken, sentence.start, sentence.end):
        if pieces(piece.group()) <= room:
            yield piece.span()
        else:
            yield from (part.span() for part in _PART.finditer(spoken, *piece.span()))


def _bounded(text: str, most: int = 120) -> str:
    """A title of a thousand words must leave room for the passage."""
    return text if len(text) <= most else text[:most].rsplit(" ", 1)[0]
