"""Verify whether a text was said, by whom and when, by comparing it with every word of the library.

Words are compared in normal form, so capitals, punctuation and marks do not count. A match is exact only if one turn
says the text without a break; a near match, or a text joined from several places, comes with every difference.
"""

import logging
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise
from threading import Lock
from typing import Literal, NamedTuple
from weakref import WeakKeyDictionary

from api.episodes.transcripts import open_transcript
from api.errors import QuestionError
from api.knowledge_base import KnowledgeBase
from api.quotes.citation import MOST_CITATIONS, Citation, citation_of
from api.quotes.quote import quote_at
from api.quotes.verbatim_check import count_dropped, fault_of
from index.generation import Generation
from index.word_index import Ints, WordIndex, exact_matches, index_words, likeliest_turns, longest_matches
from ingest.text.words import normalise, without_marks

logger = logging.getLogger(__name__)

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
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Difference:
    """Words of the transcript, and the words of the text in their place; either may be empty."""

    said: str
    asked: str


@dataclass(frozen=True, slots=True)
class Verification:
    """Whether a text was said, where, and how it differs from what was said there.

    "exact": every citation says exactly these words without a break. "near": similar, with the differences; several
    citations are the places that the text was joined from, in its order. "not_found": neither.
    """

    result: Literal["exact", "near", "not_found"]
    citations: tuple[Citation, ...] = ()
    differences: tuple[Difference, ...] = ()


class _Match(NamedTuple):
    """Words [asked, asked + words) of the text equal words [said, said + words) of the library."""

    asked: int
    said: int
    words: int


class _AskedText(NamedTuple):
    """The text to verify: its normalised words, each with its characters [start, end)."""

    text: str
    words: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]

    def part(self, first: int, last: int) -> str:
        """Return the text of the words [first, last), empty for none."""
        return self.text[self.spans[first][0] : self.spans[last - 1][1]] if first < last else ""


def check_text(text: str) -> None:
    """Raise QuestionError unless a text has at most 2,000 characters and 3 to 400 words, not counting marks."""
    if len(text) > MOST_CHARACTERS:
        raise QuestionError(f"the text has {len(text):,} characters; it can have at most {MOST_CHARACTERS:,}")
    words = len(normalise(text))
    if not LEAST_WORDS <= words <= MOST_WORDS:
        raise QuestionError(f"the text has {words} words; give {LEAST_WORDS} to {MOST_WORDS}")


def verify(base: KnowledgeBase, text: str, speaker: str | None = None) -> Verification:
    """Say whether the words of a text were said; raises QuestionError as `check_text` does.

    With `speaker` (full name or some words of it), that person's places come first; if only others said it, the result
    is near, with the speaker as a difference. Compares every word of the live generation, so it finds whatever one turn
    says verbatim. The first call for a generation takes about a second per million words.
    """
    check_text(text)
    asked = _parse_text(text)
    spoken = words_of(base.generation)
    numbers = spoken.numbers(asked.words)
    wanted = None if speaker is None or not speaker.strip() else " ".join(speaker.casefold().split())
    matches = [_Match(0, int(position), len(numbers)) for position in exact_matches(spoken, numbers)]
    theirs = [match for match in matches if wanted is None or _is_named(spoken, match.said, wanted)]
    citations = _cited(base, spoken, theirs or matches)
    if citations and (theirs or wanted is None):
        return Verification("exact", citations)
    if citations:
        return Verification("near", citations, _speaker_differences(base, citations[0], speaker))
    return _near(base, spoken, asked, speaker if wanted else None)


_spoken: "WeakKeyDictionary[Generation, WordIndex]" = WeakKeyDictionary()
_reading = Lock()


def words_of(generation: Generation) -> WordIndex:
    """Return the words of a generation, cached as long as the generation lives; about 15 bytes per word."""
    with _reading:
        found = _spoken.get(generation)
        if found is None:
            found = _spoken[generation] = index_words(generation.spoken())
        return found


def _near(base: KnowledgeBase, spoken: WordIndex, asked: _AskedText, speaker: str | None) -> Verification:
    numbers = spoken.numbers(asked.words)
    matches = _best_stretch(spoken, numbers)
    if matches:
        places = [(matches[0].said, matches[-1].said + matches[-1].words)]
    else:
        matches = _joined(spoken, numbers)
        places = [(match.said, match.said + match.words) for match in matches]
    citations = _cited(base, spoken, [_Match(0, first, last - first) for first, last in places], _share(matches, asked))
    if not citations or len(citations) < min(len(places), MOST_CITATIONS):
        return Verification("not_found")  # a part was edited out after indexing
    differences = tuple(_differences(base, spoken, asked, matches))
    return Verification("near", citations, (*differences, *_speaker_differences(base, citations[0], speaker)))


def _share(matches: Sequence[_Match], asked: _AskedText) -> float:
    return sum(match.words for match in matches) / len(asked.words)


def _best_stretch(spoken: WordIndex, asked: Ints) -> list[_Match]:
    """Return how the text aligns with the most similar stretch of one turn, the newest on a tie; [] if none is near."""
    best: list[_Match] = []
    best_rank = (LEAST_SHARE, -len(spoken.words))
    margin = len(asked) // 2 + 1
    for position in likeliest_turns(spoken, asked, _CANDIDATES):
        last = min(position + len(asked), len(spoken.words)) - 1
        for turn in range(spoken.turn_at(position), spoken.turn_at(last) + 1):
            begin = max(int(spoken.begins[turn]), position - margin)
            end = min(int(spoken.begins[turn + 1]), last + 1 + margin)
            share, matches = _aligned(asked, spoken.words[begin:end].tolist(), begin)
            if matches and (rank := (share, -matches[0].said)) >= best_rank:
                best, best_rank = matches, rank
    return best


def _aligned(asked: Ints, said: list[int], begin: int) -> tuple[float, list[_Match]]:
    """Return the best run of matching blocks and its score: same words divided by the longer of text and stretch."""
    blocks = SequenceMatcher(None, asked.tolist(), said, autojunk=False).get_matching_blocks()[:-1]
    best, chosen = 0.0, slice(0, 0)
    for first in range(len(blocks)):
        same = 0
        for last in range(first, len(blocks)):
            same += blocks[last].size
            stretch = blocks[last].b + blocks[last].size - blocks[first].b
            if (share := same / max(len(asked), stretch)) > best:
                best, chosen = share, slice(first, last + 1)
    return best, [_Match(block.a, begin + block.b, block.size) for block in blocks[chosen]]


def _joined(spoken: WordIndex, asked: Ints) -> list[_Match]:
    """Return the verbatim stretches that a text was joined from (a frankenquote), in its order; [] if it was not."""
    found: list[_Match] = []
    place = 0
    while place < len(asked):
        position, words = longest_matches(spoken, asked[place:], _LEAST_STRETCH)
        if words:
            found.append(_Match(place, position, words))
        place += max(words, 1)
    return found if sum(match.words for match in found) >= LEAST_SHARE * len(asked) else []


def _differences(
    base: KnowledgeBase, spoken: WordIndex, asked: _AskedText, matches: Sequence[_Match]
) -> Iterator[Difference]:
    """Yield what was said and what the text has instead, before, between and after the matching words.

    Where the text continues with words from another place, those words replace nothing (`said` is "").
    """
    if before := asked.part(0, matches[0].asked):
        yield Difference("", before)
    for match, following in pairwise(matches):
        after, until = match.asked + match.words, following.asked
        begin, end = match.said + match.words, following.said
        if 0 <= end - begin <= _MOST_GAP and spoken.turn_at(begin - 1) == spoken.turn_at(end):
            said = _transcript_text(base, spoken, begin, end)
        else:
            said, until = "", following.asked + following.words
        if said or after < until:
            yield Difference(said, asked.part(after, until))
    if rest := asked.part(matches[-1].asked + matches[-1].words, len(asked.words)):
        yield Difference("", rest)


def _transcript_text(base: KnowledgeBase, spoken: WordIndex, begin: int, end: int) -> str:
    """Return the words [begin, end) of the library, all in one turn, as they are written there."""
    turn = spoken.turns[spoken.turn_at(begin)]
    source = open_transcript(base.home, turn.episode_id)
    first = turn.first_word + begin - int(spoken.begins[spoken.turn_at(begin)])
    places = () if source is None else source.placed(first, end - begin)
    if source is None or not places:
        return ""
    return source.transcript.turns[places[0].turn].text[places[0].start : places[-1].end]


def _cited(
    base: KnowledgeBase, spoken: WordIndex, matches: Iterable[_Match], score: float = 1.0
) -> tuple[Citation, ...]:
    """Return the first places as verified citations, skipping those edited after indexing."""
    found: list[Citation] = []
    for match in matches:
        if len(found) == MOST_CITATIONS:
            break
        if (citation := _citation(base, spoken, match, score)) is not None:
            found.append(citation)
    return tuple(found)


def _citation(base: KnowledgeBase, spoken: WordIndex, match: _Match, score: float) -> Citation | None:
    number = spoken.turn_at(match.said)
    turn = spoken.turns[number]
    source = open_transcript(base.home, turn.episode_id)
    first = turn.first_word + match.said - int(spoken.begins[number])
    words = spoken.words[match.said : match.said + match.words]
    if source is None or spoken.numbers(source.words(first, match.words)).tolist() != words.tolist():
        logger.info("a quote was dropped: %s was edited since it was indexed", turn.episode_id)
        return None
    try:
        quote = quote_at(source, first, match.words)
    except ValueError:  # its turn was split
        logger.info("a quote was dropped: %s was edited since it was indexed", turn.episode_id)
        return None
    if (fault := fault_of(quote, source.transcript)) is not None:
        count_dropped(fault)
        logger.warning("a quote was dropped: %s in %s", fault, turn.episode_id)
        return None
    return citation_of(quote, score)


def _is_named(spoken: WordIndex, position: int, wanted: str) -> bool:
    return _names(spoken.turns[spoken.turn_at(position)].speaker, wanted)


def _names(speaker: str | None, wanted: str) -> bool:
    return speaker is not None and f" {wanted} " in f" {' '.join(speaker.casefold().split())} "


def _speaker_differences(base: KnowledgeBase, citation: Citation, speaker: str | None) -> tuple[Difference, ...]:
    """Return the actual speaker and the named one as a difference, or () if the named person spoke."""

    if speaker is None:
        return ()
    source = open_transcript(base.home, citation.episode.id)
    aliases = {} if source is None else source.transcript.aliases
    said = citation.speaker and aliases.get(citation.speaker, citation.speaker)
    if _names(said, " ".join(speaker.casefold().split())):
        return ()
    return (Difference(said or "", speaker),)


def _parse_text(text: str) -> _AskedText:
    placed = [
        (word, found.span()) for found in _WORD.finditer(without_marks(text)) for word in normalise(found.group())
    ]
    return _AskedText(text, tuple(word for word, _ in placed), tuple(span for _, span in placed))
