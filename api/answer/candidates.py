"""Candidate quotes: runs of whole sentences in the hits, ordered by how well they answer the question."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from api.answer.function_words import subject_words
from api.episodes.transcripts import open_transcript
from api.knowledge_base import KnowledgeBase
from api.quotes.heard_confidence import heard_confidence, share_right
from api.quotes.quote import FEWEST_QUOTE_WORDS, MOST_QUOTE_WORDS
from index.generation import FoundSentence, Generation
from index.keywords import stems
from index.passage import Hit
from index.search import Query
from index.sentences import ends_as_question
from ingest.errors import LibraryError
from ingest.text.words import normalise, without_marks

Floats = NDArray[np.float32]

_MOST_SENTENCES = 3
# A sentence of fewer words is an interjection ("Yeah.", "Right, right.") and begins no quote.
_FEWEST_FIRST_WORDS = 4
# A candidate's score is a sum: its cosine, its share of the question's information and the logarithm of its length
# (each in standard deviations over all candidates of the question), plus its passage's score. A quote that only asks,
# or only repeats the question, loses _EMPTY_COST. The weights were chosen on the development questions; nearby values
# give almost the same figures (docs/evaluation.md).
_HIT_WEIGHT = 1.5
_EMPTY_COST = 6.0
_LENGTH_WEIGHT = 0.7
# Prefer the person the question names: "Where did Kat work before?" is answered by Kat, not by the host who introduces
# her.
_NAMED_WEIGHT = 1.0
# Hosts introduce, ask and sum up; guests answer.
_ASKER_COST = 1.0
# Among equals prefer the words that were heard more surely: the share of a quote's words that is expected to be wrong
# costs this. No other quote can lose anything.
_MISHEARD_COST = 1.0


@dataclass(frozen=True, slots=True)
class QuoteCandidate:
    """One to three neighbouring whole sentences of one turn that might become a quote."""

    hit: Hit
    speaker: str | None
    first_word: int
    words: int
    is_empty: bool
    by_named: bool
    by_asker: bool
    cosine: float
    coverage: float
    share_right: float = 1.0  # the share of its words expected to be what was said
    score: float = 0.0


def candidates_of(
    base: KnowledgeBase, query: Query, hits: Sequence[Hit], speaker: str | None = None
) -> tuple[QuoteCandidate, ...]:
    """Return the candidate quotes of all hits, best first; with `speaker`, only that person's quotes."""
    generation = base.generation
    # In a small library a function word such as "does" can be as rare as the subject, so only subject words count.
    information = information_of(generation, generation.terms(" ".join(subject_words(query.text))))
    asked = set(normalise(query.text))
    spans = []
    for hit in hits:
        hosts = generation.askers(hit.episode.id)
        for run in _runs(generation.sentences(hit.passage)):
            if speaker is None or run[0].speaker == speaker:
                person = run[0].speaker or ""
                named = any(_is_name(generation, word) for word in asked & set(normalise(person)))
                for chosen in _quotable(run):
                    span = _candidate(query, hit, chosen, information)
                    asker = person in hosts and not named
                    spans.append(
                        replace(span, by_named=named, by_asker=asker, share_right=_share_right(base, hit, chosen))
                    )
    return _ranked(spans)


def _is_name(generation: Generation, word: str) -> bool:
    """Say whether the library mostly writes a word with a capital: "will" and "mark" are also ordinary words."""
    capital, small = generation.letters(word)
    return capital >= small


def information_of(generation: Generation, terms: Sequence[str]) -> dict[str, float]:
    """Return each stem's share of the question's information, by inverse document frequency; the shares sum to 1."""
    weights = {term: generation.rarity(term) for term in terms}
    total = sum(weights.values())
    return {term: weight / total for term, weight in weights.items()} if total else {}


def _runs(sentences: Sequence[FoundSentence]) -> list[list[FoundSentence]]:
    """Split sentences where the turn changes."""
    runs = [list(sentences[:1])]
    for before, sentence in pairwise(sentences):
        if sentence.sentence.turn != before.sentence.turn:
            runs.append([])
        runs[-1].append(sentence)
    return [run for run in runs if run]


def _quotable(run: Sequence[FoundSentence]) -> list[Sequence[FoundSentence]]:
    """Return every run of one to three sentences whose length fits a quote, in printed and in normalised words."""
    found = []
    for first in range(len(run)):
        if run[first].sentence.words < _FEWEST_FIRST_WORDS and first + 1 < len(run):
            continue
        for last in range(first + 1, min(first + _MOST_SENTENCES, len(run)) + 1):
            chosen = run[first:last]
            pieces = sum(len(item.text.split()) for item in chosen)
            words = sum(item.sentence.words for item in chosen)
            if max(pieces, words) > MOST_QUOTE_WORDS:
                break
            if min(sum(_word_count(item.text) for item in chosen), words) >= FEWEST_QUOTE_WORDS:
                found.append(chosen)
    return found


def _word_count(text: str) -> int:
    """Count the pieces that hold a word, because marks and dashes at the ends of a quote are left out of it."""
    return sum(bool(normalise(piece)) for piece in without_marks(text).split())


def _candidate(
    query: Query, hit: Hit, chosen: Sequence[FoundSentence], information: Mapping[str, float]
) -> QuoteCandidate:
    vector = np.mean([item.vector for item in chosen], axis=0)
    # The speaker's name counts as part of the quote: Kat's own words cover "What did Kat say about it?".
    covered = {stem for text in (chosen[0].speaker or "", *(item.text for item in chosen)) for stem in stems(text)}
    return QuoteCandidate(
        hit=hit,
        speaker=chosen[0].speaker,
        first_word=chosen[0].sentence.first_word,
        words=sum(item.sentence.words for item in chosen),
        is_empty=ends_as_question(chosen[-1].text) or _only_repeats(query, chosen),
        by_named=False,
        by_asker=False,
        cosine=float(vector @ query.vector / max(float(np.linalg.norm(vector)), 1e-12)),
        coverage=sum(share for stem, share in information.items() if stem in covered),
    )


def _share_right(base: KnowledgeBase, hit: Hit, chosen: Sequence[FoundSentence]) -> float:
    """Return the share of the sentences' words that is expected to be right; 1 without opening written transcripts."""
    timing = hit.passage.timing
    if timing != "heard":
        return 1.0
    try:
        opened = open_transcript(base.home, hit.passage.episode_id)
    except LibraryError:  # only an answer that quotes it must fail, which says what to do
        opened = None
    first, last = chosen[0].sentence, chosen[-1].sentence
    if opened is None or first.turn >= len(opened.transcript.turns):  # changed since it was indexed
        return share_right(timing, None)
    return share_right(timing, heard_confidence(opened.transcript.turns[first.turn], first.start, last.end))


def _only_repeats(query: Query, chosen: Sequence[FoundSentence]) -> bool:
    """Say whether every subject word of the sentences is already in the question."""
    said = " ".join(item.text for item in chosen)
    return {*stems(" ".join(subject_words(said)))} <= {*stems(query.text)}


def _ranked(spans: Sequence[QuoteCandidate]) -> tuple[QuoteCandidate, ...]:
    if not spans:
        return ()
    scores = (
        _deviations([span.cosine for span in spans])
        + _deviations([span.coverage for span in spans])
        + _LENGTH_WEIGHT * _deviations([float(np.log(span.words)) for span in spans])
        + _HIT_WEIGHT * np.array([span.hit.score for span in spans], np.float32)
        + _NAMED_WEIGHT * np.array([span.by_named for span in spans], np.float32)
        - _ASKER_COST * np.array([span.by_asker for span in spans], np.float32)
        - _EMPTY_COST * np.array([span.is_empty for span in spans], np.float32)
        - _MISHEARD_COST * np.array([1 - span.share_right for span in spans], np.float32)
    )
    return tuple(replace(spans[place], score=float(scores[place])) for place in np.argsort(-scores, kind="stable"))


def _deviations(values: Sequence[float]) -> Floats:
    array = np.array(values, np.float32)
    deviation = array.std()
    result: Floats = (array - array.mean()) / deviation if deviation > 0 else np.zeros_like(array)
    return result
