"""Candidate quotes: runs of whole sentences in the hits, ordered by how well they answer the question."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from api.answer.asked_number import asks_number, holds_number
from api.answer.introductions import Place
from api.answer.runs import MOST_SENTENCES, Run, quotable, says_nothing, turns_of
from api.answer.sentence_figures import asked_words, figures_of, only_repeats, speakers_figures
from api.episodes.transcripts import open_transcript
from api.knowledge_base import KnowledgeBase
from api.quotes.heard_confidence import heard_confidence, share_right
from index.fitted import Fitted
from index.mining.sentence_grades import NOTHING, Grade
from index.passage import FoundSentence, Hit
from index.piece_vectors import best_matches
from index.search import Query, sameness
from ingest.errors import LibraryError

Floats = NDArray[np.float32]

# A candidate's score is a sum: its cosine, its share of the question's information, how well it matches the question's
# words and the logarithm of its length (each in standard deviations over all candidates of the question), plus its
# passage's score. A quote that only asks, or only repeats the question, loses _EMPTY_COST; one that begins its
# turn and ends before it, _OPENING_COST. The weights were chosen on the development questions; nearby values give
# almost the same figures (docs/evaluation.md).
_COVERAGE_WEIGHT = 0.2
_MATCH_WEIGHT = 1.5
_LENGTH_WEIGHT = 1.0
_HIT_WEIGHT = 1.5
_EMPTY_COST = 6.0
_OPENING_COST = 1.0
# A quote without a number answers no question that asks for one.
_NO_NUMBER_COST = 3.0
# The first that somebody said in reply to the same question.
_REPLY_WEIGHT = 8.0
# Prefer the person the question names: "Where did Kat work before?" is answered by Kat, not by the host who introduces
# her.
_NAMED_WEIGHT = 1.0
# Hosts introduce, ask and sum up; guests answer.
_ASKER_COST = 2.5
# Among equals prefer the words that were heard more surely: the share of a quote's words that is expected to be wrong
# costs this. No other quote can lose anything.
_MISHEARD_COST = 1.0
# A definition or person question is answered by the sentence that defines or introduces, whatever else speaks for
# another: only a grade just above _LITTLE can be outweighed by the other figures. The second sentence counts a little
# less, and so does a quote that ends before the sentence that must follow ("I'm Kat Stevens.").
_INTRODUCES_WEIGHT = 80.0
_LITTLE = 0.4
_SECOND_SHARE = 0.85
_CUT_SHARE = 0.9
_NO_GRADES: Mapping[Place, Grade] = {}
# A quote that holds words the reader has seen in this conversation gives way to new ones that answer about as well.
_SHOWN_COST = 3.0
_LEAST_NORM = np.float32(1e-12)  # so that nothing is divided by zero


class QuoteCandidate(NamedTuple):
    """Neighbouring whole sentences of one turn that might become a quote.

    It is chosen by its first one to six sentences: the figures are theirs, and they have `core_words` words. `match`
    says how well they match the question's words (`index.search.match`), `reply` how surely they are the first that was
    said in reply to the same question; both from 0 to 1. `is_opening` says that it begins a turn that goes on after it.
    """

    hit: Hit
    speaker: str | None
    first_word: int
    words: int
    core_words: int
    is_empty: bool
    by_named: bool
    by_asker: bool
    cosine: float
    coverage: float
    match: float = 0.0
    reply: float = 0.0
    share_right: float = 1.0  # the share of its words expected to be what was said
    introduces: float = 0.0  # how well it defines or introduces what is asked about, 0 to 1
    is_opening: bool = False
    is_shown: bool = False
    lacks_number: bool = False  # the question asks for one
    score: float = 0.0


def candidates_of(
    base: KnowledgeBase,
    query: Query,
    hits: Sequence[Hit],
    speaker: str | None = None,
    grades: Mapping[Place, Grade] = _NO_GRADES,
    shown: Mapping[str, Sequence[range]] | None = None,
) -> tuple[QuoteCandidate, ...]:
    """Return the candidate quotes of all hits, best first; with `speaker`, only that person's quotes.

    `grades` are those of sentences that define or introduce what is asked about (see api.answer.introductions). `shown`
    are the words of each episode, by its id, that the reader has seen; they count less.
    """
    generation, seen = base.generation, shown or {}
    asked = asked_words(generation, query)
    # Hits overlap, so many of their sentences are the same.
    turns = turns_of(hits, cache(lambda text: figures_of(text, asked)))
    asking = {place for hit in hits for place in _asking(hit)}
    runs = [
        run
        for turn in turns
        if speaker is None or _speaker(turn) == speaker
        for run in quotable(turn, {word for episode, word in asking if episode == turn.hit.episode.id})
    ]
    sentences = [sentence for hit in hits for sentence in hit.sentences]
    matches = _matches(query, sentences)
    people = speakers_figures(generation, {_speaker(run) for run in runs}, asked)
    askers = generation.askers_of({hit.episode.id for hit in hits})
    wants_number, has_number = asks_number(query.text), cache(holds_number)
    found = []
    for run, cosine in zip(runs, _cosines([one.vector for one in sentences], runs, query.vector), strict=True):
        person = people[_speaker(run)]
        # The speaker's name counts as part of the quote: Kat's own words cover "What did Kat say about it?".
        covered = person.covered.union(*(each.covered for each in run.figures))
        found.append(
            QuoteCandidate(
                hit=run.hit,
                speaker=run.sentences[0].speaker,
                first_word=run.sentences[0].sentence.first_word,
                words=sum(each.sentence.words for each in run.quoted),
                core_words=sum(each.sentence.words for each in run.sentences),
                is_empty=run.figures[-1].asks or only_repeats(run.figures),
                by_named=person.is_named,
                by_asker=_speaker(run) in askers[run.hit.episode.id] and not person.is_named,
                cosine=float(cosine),
                coverage=sum(share for stem, share in asked.information.items() if stem in covered),
                match=float(matches[run.number : run.number + len(run.sentences)].max(axis=0) @ query.shares),
                reply=_reply(run, query.fitted),
                share_right=_share_right(base, run),
                introduces=_introduces(run, grades),
                is_opening=run.is_opening,
                is_shown=any(overlap(_words(run), words) for words in seen.get(run.hit.episode.id, ())),
                lacks_number=wants_number and not any(has_number(each.text) for each in run.quoted),
            )
        )
    return _ranked(found)


def _speaker(run: Run) -> str:
    return run.sentences[0].speaker or ""


def _asking(hit: Hit) -> Iterator[tuple[str, int]]:
    """Yield episode and first word of each sentence from the same question to its reply: who asks does not answer."""
    if hit.asked is not None:
        question, reply = hit.asked.exchange
        for found in hit.sentences[: reply - question]:
            yield hit.episode.id, found.sentence.first_word


def _reply(run: Run, fitted: Fitted) -> float:
    """Return how surely a run is the beginning of the reply to the same question, without what says nothing."""
    asked = run.hit.asked
    if asked is None:
        return 0.0
    numbers = range(*run.hit.passage.sentences)
    first = next(
        (
            found.sentence
            for number, found in zip(numbers, run.hit.sentences, strict=True)
            if number >= asked.exchange.reply and not says_nothing(found)
        ),
        None,
    )
    return sameness(asked, fitted) if run.sentences[0].sentence == first else 0.0


def _matches(query: Query, sentences: Sequence[FoundSentence]) -> Floats:
    """Return each sentence's best match with each word of the question, shape (sentences, words)."""
    if not sentences or not len(query.words):
        return np.zeros((len(sentences), len(query.words)), np.float32)
    return np.array([best_matches(query.words, one.pieces) for one in sentences])


def _cosines(vectors: Sequence[Floats], runs: Sequence[Run], query: Floats) -> Floats:
    """Return the cosine of the question with the mean of each run's vectors, shape (runs,)."""
    if not runs:
        return np.empty(0, np.float32)
    everything = np.array(vectors)
    numbers = np.array([run.number for run in runs])
    lengths = np.array([len(run.sentences) for run in runs])
    means = everything[numbers]
    for further in range(1, MOST_SENTENCES):
        longer = lengths > further
        means[longer] += everything[numbers[longer] + further]
    means /= lengths[:, None].astype(np.float32)
    # One product per run, so that its cosine does not depend, in the last digit, on which others there are.
    rows = means[:, None, :]
    products = (rows @ query[:, None]).ravel()
    norms = np.sqrt((rows @ means[:, :, None]).ravel())
    result: Floats = products / np.maximum(norms, _LEAST_NORM)
    return result


def overlap(one: range, other: range) -> bool:
    """Say whether two stretches of an episode share words."""
    return one.start < other.stop and other.start < one.stop


def _words(run: Run) -> range:
    first, last = run.quoted[0].sentence, run.quoted[-1].sentence
    return range(first.first_word, last.first_word + last.words)


def _share_right(base: KnowledgeBase, run: Run) -> float:
    """Return the share of the quote's words that is expected to be right; 1 without opening written transcripts."""
    timing = run.hit.passage.timing
    if timing != "heard":
        return 1.0
    first, last = run.quoted[0].sentence, run.quoted[-1].sentence
    try:
        opened = open_transcript(base.home, run.hit.passage.episode_id)
        if opened is not None and first.turn < len(opened.transcript.turns):  # else it changed since it was indexed
            turn = opened.transcript.turns[first.turn]
            return share_right(timing, heard_confidence(turn, first.start, last.end))
    except LibraryError:  # only an answer that quotes it must fail, which says what to do
        pass
    return share_right(timing, None)


def _introduces(run: Run, grades: Mapping[Place, Grade]) -> float:
    """Return how well the first sentence, or the second, defines or introduces; less if what must follow is missing."""
    found = [grades.get(Place(run.hit.episode.id, one.sentence.first_word), NOTHING) for one in run.sentences[:2]]
    return max(
        share * grade.score * (_CUT_SHARE if grade.continues and len(run.quoted) == place + 1 else 1)
        for place, (grade, share) in enumerate(zip(found, (1.0, _SECOND_SHARE), strict=False))
    )


def _ranked(spans: Sequence[QuoteCandidate]) -> tuple[QuoteCandidate, ...]:
    if not spans:
        return ()
    scores = (
        _deviations([span.cosine for span in spans])
        + _COVERAGE_WEIGHT * _deviations([span.coverage for span in spans])
        + _MATCH_WEIGHT * _deviations([span.match for span in spans])
        + _LENGTH_WEIGHT * _deviations([float(np.log(span.core_words)) for span in spans])
        + _HIT_WEIGHT * np.array([span.hit.score for span in spans], np.float32)
        + _REPLY_WEIGHT * np.array([span.reply for span in spans], np.float32)
        + _NAMED_WEIGHT * np.array([span.by_named for span in spans], np.float32)
        + _INTRODUCES_WEIGHT * np.array([max(span.introduces - _LITTLE, 0) for span in spans], np.float32)
        - _ASKER_COST * np.array([span.by_asker for span in spans], np.float32)
        - _OPENING_COST * np.array([span.is_opening for span in spans], np.float32)
        - _EMPTY_COST * np.array([span.is_empty for span in spans], np.float32)
        - _SHOWN_COST * np.array([span.is_shown for span in spans], np.float32)
        - _NO_NUMBER_COST * np.array([span.lacks_number for span in spans], np.float32)
        - _MISHEARD_COST * np.array([1 - span.share_right for span in spans], np.float32)
    )
    return tuple(spans[place]._replace(score=float(scores[place])) for place in np.argsort(-scores, kind="stable"))


def _deviations(values: Sequence[float]) -> Floats:
    array = np.array(values, np.float32)
    deviation = array.std()
    result: Floats = (array - array.mean()) / deviation if deviation > 0 else np.zeros_like(array)
    return result
