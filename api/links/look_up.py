"""Look up quoted words in a library: all of them, in fragments where something was left out."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from api.episodes.transcripts import open_transcript, place_words
from api.quotes.compared import SpokenText, says, spoken_text
from api.quotes.quote import Quote, quote_at
from api.quotes.said_words import quote_of
from index.word_index import WordIndex, exact_matches
from ingest.library.records import earlier_paths, load_earlier, transcript_ids
from ingest.text.words import without_marks
from ingest.transcript import Turn

# Where a text says that it leaves words out, or puts its own in; a word is altered as a whole ("[w]hen", "work[ed]").
_GAP = re.compile(r"…|\.(?:\s?\.){2,}|\w*\[[^\[\]]{0,80}\]\w*|\*{3}")


@dataclass(frozen=True, slots=True)
class Library:
    """What statements are compared with: the words of the live generation, and the names of shows and speakers."""

    home: Path
    spoken: WordIndex
    shows: tuple[tuple[str, ...], ...]
    titles: tuple[str, ...]
    speakers: tuple[str, ...]
    host: str | None = None


def fragments_of(words: str) -> list[SpokenText]:
    """Return the parts of quoted words between what was left out, each with at least a word."""
    parts = (spoken_text(part) for part in _GAP.split(without_marks(words)))
    return [part for part in parts if part.words]


def holds(text: str, fragments: Sequence[SpokenText]) -> bool:
    """Say whether a text says all fragments, each in a row and one after the other."""
    return _span(spoken_text(text), fragments) is not None


def said_at(library: Library, fragments: Sequence[SpokenText]) -> Iterator[Quote]:
    """Yield the quotes that say all fragments in one turn, from the first word to the last; newest episode first."""
    if not fragments:
        return
    longest = max(fragments, key=lambda part: len(part.words))
    seen: set[int] = set()
    for position in exact_matches(library.spoken, library.spoken.numbers(longest.words)):
        turn = library.spoken.turn_at(int(position))
        if turn in seen:
            continue
        seen.add(turn)
        begin, end = int(library.spoken.begins[turn]), int(library.spoken.begins[turn + 1])
        words = library.spoken.words[begin:end].tolist()
        units = library.spoken.units[begin:end].tolist()
        said = SpokenText("", (), tuple(words), tuple(units))
        asked = [part._replace(words=tuple(library.spoken.numbers(part.words).tolist())) for part in fragments]
        if (span := _span(said, asked)) is None:
            continue
        quote = quote_of(library.home, library.spoken, begin + span[0], begin + span[1])
        if quote is not None:
            yield quote


def said_earlier(library: Library, fragments: Sequence[SpokenText]) -> Quote | None:
    """Return the quote of an earlier transcript that says all fragments, None if none of those that are kept does."""
    if not fragments:
        return None
    for identifier in transcript_ids(library.home):
        for path in earlier_paths(library.home, identifier):
            opened = place_words(load_earlier(path))
            for number, turn in enumerate(opened.transcript.turns):
                if (found := _normalised_span(turn, fragments)) is not None:
                    return quote_at(opened, opened.begins[number] + found[0], found[1] - found[0])
    return None


def turn_of(home: Path, quote: Quote) -> str:
    """Return the text of a quote's turn today, "" if it is gone."""
    opened = open_transcript(home, quote.episode.id)
    if opened is None or quote.turn >= len(opened.transcript.turns):
        return ""
    return opened.transcript.turns[quote.turn].text


def _span(said: SpokenText, fragments: Sequence[SpokenText]) -> tuple[int, int] | None:
    """Return the words [first, last) in which a text says all fragments in order."""
    first, place = None, 0
    for part in fragments:
        found = says(said, part, place)
        if found is None:
            return None
        first = found if first is None else first
        place = found + len(part.words)
    return None if first is None else (first, place)


def _normalised_span(turn: Turn, fragments: Sequence[SpokenText]) -> tuple[int, int] | None:
    said = spoken_text(turn.text)
    if (span := _span(said, fragments)) is None:
        return None
    first, last = said.of[span[0]], said.of[span[1] - 1]
    before = sum(unit.normalised for unit in said.units[:first])
    return before, before + sum(unit.normalised for unit in said.units[first : last + 1])
