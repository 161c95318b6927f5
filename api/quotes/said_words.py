"""What a generation says, word by word, and the places in it as verified citations."""

import logging
from collections.abc import Iterable
from pathlib import Path
from threading import Lock
from weakref import WeakKeyDictionary

from api.episodes.transcripts import OpenedTranscript, open_transcript
from api.quotes.citation import MOST_CITATIONS, Citation, citation_of
from api.quotes.neighbours import in_sentences, sentence_borders
from api.quotes.quote import Quote, quote_at
from api.quotes.verbatim_check import count_dropped, fault_of
from index.generation import Generation
from index.word_index import WordIndex, index_words
from ingest.alignment.spoken_units import spoken_units, spoken_words

logger = logging.getLogger(__name__)

_spoken: "WeakKeyDictionary[Generation, WordIndex]" = WeakKeyDictionary()
_reading = Lock()
# Signs that are said aloud and stand beside a figure.
_SIGNS_BEFORE, _SIGNS_AFTER = "£$€+&@", "%"


def words_of(generation: Generation) -> WordIndex:
    """Return the words of a generation, cached as long as the generation lives; about 27 bytes per word.

    The first call takes about five seconds per million words.
    """
    with _reading:
        found = _spoken.get(generation)
        if found is None:
            found = _spoken[generation] = index_words(generation.spoken())
        return found


def cited(home: Path, spoken: WordIndex, places: Iterable[tuple[int, int]], score: float = 1.0) -> tuple[Citation, ...]:
    """Return the first places, given as words [begin, end), as verified citations, at most 8.

    Places that were edited after indexing are skipped.
    """
    found: list[Citation] = []
    for begin, end in places:
        if len(found) == MOST_CITATIONS:
            break
        if (quote := quote_of(home, spoken, begin, end)) is not None:
            found.append(citation_of(quote, score))
    return tuple(found)


def quote_of(home: Path, spoken: WordIndex, begin: int, end: int, sentences: bool = False) -> Quote | None:
    """Return the words [begin, end) of the library as a verified quote; None if they were edited after indexing.

    With `sentences`, the quote has the whole sentences that they are in, if those have at most 80 words.
    """
    turn = spoken.turns[spoken.turn_at(begin)]
    source = open_transcript(home, turn.episode_id)
    first, last = int(spoken.firsts[begin]), int(spoken.lasts[end - 1])
    quote = None if source is None else _quoted(source, first, last)
    if quote is None or source is None or not _says(spoken, begin, end, quote.text):
        logger.info("a quote was dropped: %s was edited since it was indexed", turn.episode_id)
        return None
    if sentences:
        quote = in_sentences(source, quote)
    if (fault := fault_of(quote, source.transcript)) is not None:
        count_dropped(fault)
        logger.warning("a quote was dropped: %s in %s", fault, turn.episode_id)
        return None
    return quote


def extended(home: Path, spoken: WordIndex, begin: int, end: int, room: tuple[int, int]) -> tuple[int, int]:
    """Return the words [begin, end) of one turn with about as many more as `room` says, before and after them.

    None are added from other sentences, and a sentence is ended if at most twice as many will do.
    """
    turn = spoken.turn_at(begin)
    source, number = open_transcript(home, spoken.turns[turn].episode_id), spoken.turns[turn].number
    if source is None or number >= len(source.transcript.turns):
        return begin, end
    starts, ends = sentence_borders(source, number)
    first = max((start for start in starts if start <= spoken.firsts[begin]), default=spoken.firsts[begin])
    last = min((after for after in ends if after >= spoken.lasts[end - 1]), default=spoken.lasts[end - 1])
    least, most = begin, end
    while least > spoken.begins[turn] and spoken.firsts[least - 1] >= first:
        least -= 1
    while most < spoken.begins[turn + 1] and spoken.lasts[most] <= last:
        most += 1
    begin = least if begin - least <= 2 * room[0] else begin - room[0]
    end = most if most - end <= 2 * room[1] else end + room[1]
    # A figure is quoted whole; its words are of one sentence.
    while begin > least and spoken.units[begin - 1] == spoken.units[begin]:
        begin -= 1
    while end < most and spoken.units[end] == spoken.units[end - 1]:
        end += 1
    return begin, end


def written(home: Path, spoken: WordIndex, begin: int, end: int) -> str:
    """Return the words [begin, end) of the library, all in one turn, as they are written there; "" if they are gone."""
    turn = spoken.turns[spoken.turn_at(begin)]
    source = open_transcript(home, turn.episode_id)
    first, last = int(spoken.firsts[begin]), int(spoken.lasts[end - 1])
    places = () if source is None else source.placed(first, last - first)
    if source is None or not places or places[0].turn != places[-1].turn:
        return ""
    text = source.transcript.turns[places[0].turn].text
    start, finish = places[0].start, places[-1].end
    while start and text[start - 1] in _SIGNS_BEFORE:
        start -= 1
    while finish < len(text) and text[finish] in _SIGNS_AFTER:
        finish += 1
    return text[start:finish]


def _quoted(source: OpenedTranscript, first: int, last: int) -> Quote | None:
    try:
        return quote_at(source, first, last - first)
    except ValueError:  # its turn was split, or these are no words
        return None


def _says(spoken: WordIndex, begin: int, end: int, text: str) -> bool:
    """Say whether a text has the indexed words; a sign that stands alone at either end may be missing."""
    while end - begin > 1 and spoken.firsts[begin] == spoken.lasts[begin]:
        begin += 1
    while end - begin > 1 and spoken.firsts[end - 1] == spoken.lasts[end - 1]:
        end -= 1
    return list(spoken.numbers(spoken_words(spoken_units(text)))) == list(spoken.words[begin:end])
