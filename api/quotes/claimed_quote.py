"""Verify whether a text was said, by whom and when, by comparing it with every word of the library.

Words are compared as they are said aloud, so capitals, punctuation and marks do not count, nor how figures and
abbreviations are written. A match is exact only if one turn says the text without a break; a near match, or a text
joined from several places, comes with every difference, and a text that nobody said with the nearest quotes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Literal

import numpy as np

from api.episodes.transcripts import open_transcript
from api.errors import QuestionError
from api.formatting import counted
from api.knowledge_base import KnowledgeBase
from api.quotes.citation import MOST_CITATIONS, Citation, citation_of
from api.quotes.compared import Match, SpokenText, same_words, spoken_text, whole_units
from api.quotes.said_words import cited, extended, quote_of, words_of, written
from index.word_index import Ints, WordIndex, exact_matches, likeliest_turns, longest_matches, rarities
from ingest.text.words import normalise

LEAST_WORDS, MOST_WORDS = 3, 400
MOST_CHARACTERS = 2_000
# A stretch is near if this share of the longer of stretch and text is the same words in order; a text joined from
# stretches is near if they hold this share of its words.
LEAST_SHARE = 0.75
# Shorter runs of words occur by chance ("one of the things") and prove no quote.
_LEAST_STRETCH = 5
# A text that leaves out at most this many words of a turn continues the same stretch; near stretches leave out fewer.
_MOST_GAP = MOST_WORDS // 3 + 1
# How many stretches of the library are aligned with the text: those that share the most words.
_CANDIDATES = 12
# How many quotes are given for a text that nobody said.
_NEAREST = 3
# The share of a text that a stretch of one turn has, and the words that are the same.
_Stretch = tuple[float, list[Match]]


@dataclass(frozen=True, slots=True)
class Difference:
    """Words of the transcript, and the words of the text in their place; either may be empty."""

    said: str
    asked: str


@dataclass(frozen=True, slots=True)
class Verification:
    """Whether a text was said, where, and how it differs from what was said there.

    "exact": every citation says exactly these words without a break. "near": similar, with the differences; several
    citations are the places that the text was joined from, in its order. "not_found": neither; `nearest` are up to
    three quotes that share the most with the text.
    """

    result: Literal["exact", "near", "not_found"]
    citations: tuple[Citation, ...] = ()
    differences: tuple[Difference, ...] = ()
    nearest: tuple[Citation, ...] = ()


def check_text(text: str) -> None:
    """Raise QuestionError unless a text has at most 2,000 characters and 3 to 400 words, not counting marks."""
    if len(text) > MOST_CHARACTERS:
        raise QuestionError(f"the text has {len(text):,} characters; it can have at most {MOST_CHARACTERS:,}")
    words = len(normalise(text))
    if not LEAST_WORDS <= words <= MOST_WORDS:
        raise QuestionError(f"the text has {counted(words, 'word')}; give {LEAST_WORDS} to {MOST_WORDS}")


def verify(base: KnowledgeBase, text: str, speaker: str | None = None) -> Verification:
    """Say whether the words of a text were said, as `verify_in` does, in a knowledge base."""
    return verify_in(base.home, words_of(base.generation), text, speaker)


def verify_in(home: Path, spoken: WordIndex, text: str, speaker: str | None = None) -> Verification:
    """Say whether the words of a text were said; raises QuestionError as `check_text` does.

    With `speaker` (full name or some words of it), that person's places come first; if only others said it, the result
    is near, with the speaker as a difference. Compares every word of the live generation, so it finds whatever one turn
    says verbatim. `words_of` reads those words.
    """
    check_text(text)
    asked = spoken_text(text)
    numbers = spoken.numbers(asked.words)
    wanted = None if speaker is None or not speaker.strip() else " ".join(speaker.casefold().split())
    places = [(int(position), int(position) + len(numbers)) for position in exact_matches(spoken, numbers)]
    theirs = [place for place in places if wanted is None or _is_named(spoken, place[0], wanted)]
    citations = cited(home, spoken, theirs or places)
    if citations and (theirs or wanted is None):
        return Verification("exact", citations)
    if citations:
        return Verification("near", citations, _speaker_differences(home, citations[0], speaker))
    return _near(home, spoken, asked, speaker if wanted else None)


def nearest_to(home: Path, spoken: WordIndex, text: str) -> tuple[Citation, ...]:
    """Return up to three quotes that share the most with a text; raises QuestionError as `check_text` does."""
    check_text(text)
    asked = spoken_text(text)
    return _nearest(home, spoken, _stretches(spoken, spoken.numbers(asked.words), asked.of))


def _near(home: Path, spoken: WordIndex, asked: SpokenText, speaker: str | None) -> Verification:
    numbers = spoken.numbers(asked.words)
    stretches = _stretches(spoken, numbers, asked.of)
    matches: Sequence[Match] = stretches[0][1] if stretches and stretches[0][0] >= LEAST_SHARE else ()
    if matches:
        # Words in place of the first or last of a sentence are cited beside those that were said there.
        room = matches[0].asked, len(asked.words) - matches[-1].asked - matches[-1].words
        places = [extended(home, spoken, matches[0].said, matches[-1].said + matches[-1].words, room)]
    else:
        matches = _joined(spoken, asked, numbers)
        places = [(match.said, match.said + match.words) for match in matches]
    citations = cited(home, spoken, places, _share(matches, asked))
    if not citations or len(citations) < min(len(places), MOST_CITATIONS):  # perhaps a part was edited since
        return Verification("not_found", nearest=_nearest(home, spoken, stretches))
    differences = tuple(_differences(home, spoken, asked, matches, (places[0][0], places[-1][1])))
    return Verification("near", citations, (*differences, *_speaker_differences(home, citations[0], speaker)))


def _share(matches: Sequence[Match], asked: SpokenText) -> float:
    return sum(match.words for match in matches) / len(asked.words)


def _nearest(home: Path, spoken: WordIndex, stretches: Sequence[_Stretch]) -> tuple[Citation, ...]:
    """Return the sentences of the stretches that share the most with a text; rare words weigh more."""
    found: dict[str, Citation] = {}
    for share, matches in sorted(stretches, key=lambda one: -_weight(spoken, one[1])):
        if len(found) == _NEAREST:
            break
        quote = quote_of(home, spoken, matches[0].said, matches[-1].said + matches[-1].words, sentences=True)
        if quote is not None:
            found.setdefault(quote.id, citation_of(quote, share))
    return tuple(found.values())


def _weight(spoken: WordIndex, matches: Sequence[Match]) -> float:
    words = [spoken.words[one.said : one.said + one.words].astype(np.int64) for one in matches]
    return float(rarities(spoken, np.concatenate(words)).sum())


def _stretches(spoken: WordIndex, asked: Ints, of: Sequence[int]) -> list[_Stretch]:
    """Return how the text aligns with the most similar stretches of single turns, with the share that is the same.

    The best comes first, the newest on a tie.
    """
    best: dict[int, _Stretch] = {}
    margin = len(asked) // 2 + 1
    for position in likeliest_turns(spoken, asked, _CANDIDATES):
        last = min(position + len(asked), len(spoken.words)) - 1
        for turn in range(spoken.turn_at(position), spoken.turn_at(last) + 1):
            begin = max(int(spoken.begins[turn]), position - margin)
            end = min(int(spoken.begins[turn + 1]), last + 1 + margin)
            said = spoken.words[begin:end].tolist(), spoken.units[begin:end].tolist()
            share, matches = _aligned(asked, of, *said)
            if matches:
                moved = [match._replace(said=match.said + begin) for match in matches]
                best[moved[0].said] = max(best.get(moved[0].said, (0.0, moved)), (share, moved))
    return sorted(best.values(), key=lambda found: (-found[0], found[1][0].said))


def _aligned(asked: Ints, of: Sequence[int], said: list[int], said_of: list[int]) -> tuple[float, list[Match]]:
    """Return the best run of matching blocks and its score: same words divided by the longer of text and stretch."""
    blocks = same_words(asked.tolist(), said, of, said_of)
    best, chosen = 0.0, slice(0, 0)
    for first in range(len(blocks)):
        same = 0
        for last in range(first, len(blocks)):
            same += blocks[last].words
            stretch = blocks[last].said + blocks[last].words - blocks[first].said
            if (share := same / max(len(asked), stretch)) > best:
                best, chosen = share, slice(first, last + 1)
    return best, blocks[chosen]


def _joined(spoken: WordIndex, asked: SpokenText, numbers: Ints) -> list[Match]:
    """Return the verbatim stretches that a text was joined from (a frankenquote), in its order; [] if it was not."""
    found: list[Match] = []
    place = 0
    while place < len(numbers):
        position, words = longest_matches(spoken, numbers[place:], _LEAST_STRETCH)
        whole = _whole(spoken, Match(place, position, words), asked.of)
        found += [whole] if whole.words else []
        place += max(words, 1)
    return found if sum(match.words for match in found) >= LEAST_SHARE * len(numbers) else []


def _whole(spoken: WordIndex, match: Match, of: Sequence[int]) -> Match:
    begin = max(match.said - 1, 0)  # with the words beside it, which tell whether its ends are inside a unit
    said_of = spoken.units[begin : match.said + match.words + 1].tolist()
    whole = whole_units(match._replace(said=match.said - begin), of, said_of)
    return whole._replace(said=whole.said + begin)


def _differences(
    home: Path, spoken: WordIndex, asked: SpokenText, matches: Sequence[Match], cited: tuple[int, int]
) -> Iterator[Difference]:
    """Yield what was said and what the text has instead, before, between and after the matching words.

    Where the text continues with words from another place, those words replace nothing (`said` is "").
    """
    if before := asked.part(0, matches[0].asked):
        yield Difference(_written(home, spoken, cited[0], matches[0].said), before)
    for match, following in pairwise(matches):
        after, until = match.asked + match.words, following.asked
        begin, end = match.said + match.words, following.said
        if 0 <= end - begin <= _MOST_GAP and spoken.turn_at(begin - 1) == spoken.turn_at(end):
            said = _written(home, spoken, begin, end)
        else:
            said, until = "", following.asked + following.words
        if said or after < until:
            yield Difference(said, asked.part(after, until))
    if rest := asked.part(matches[-1].asked + matches[-1].words, len(asked.words)):
        yield Difference(_written(home, spoken, matches[-1].said + matches[-1].words, cited[1]), rest)


def _written(home: Path, spoken: WordIndex, begin: int, end: int) -> str:
    return written(home, spoken, begin, end) if begin < end else ""


def _is_named(spoken: WordIndex, position: int, wanted: str) -> bool:
    return _names(spoken.turns[spoken.turn_at(position)].speaker, wanted)


def _names(speaker: str | None, wanted: str) -> bool:
    return speaker is not None and f" {wanted} " in f" {' '.join(speaker.casefold().split())} "


def _speaker_differences(home: Path, citation: Citation, speaker: str | None) -> tuple[Difference, ...]:
    """Return the actual speaker and the named one as a difference, or () if the named person spoke."""
    if speaker is None:
        return ()
    source = open_transcript(home, citation.episode.id)
    aliases = {} if source is None else source.transcript.aliases
    said = citation.speaker and aliases.get(citation.speaker, citation.speaker)
    if _names(said, " ".join(speaker.casefold().split())):
        return ()
    return (Difference(said or "", speaker),)
