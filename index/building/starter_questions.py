"""Suggested questions: those that a host asked in one clear sentence and a guest answered at length."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from index.fitted import fitted_for
from index.generation import Generation
from index.keywords import stems
from index.mining.questions import stands_alone
from index.models.encoder import Encoder
from index.search import Query, search
from index.sentences import sentence_spans
from ingest.text.words import normalise, without_marks
from ingest.transcript import Transcript, Turn

# So many are kept of a segment: those of removed episodes are not shown, and segments are merged.
MOST_KEPT_STARTERS = 20
_FEWEST_ANSWER_WORDS = 40
# Only this many of the best candidates are encoded and searched.
_SEARCHED = 60
# The guest's answer must be among this many first hits, else the search does not answer the question.
_FOUND_AMONG = 3


@dataclass(frozen=True, slots=True)
class StarterCandidate:
    """A question as the host asked it, with its episode and the number of the turn that answers it."""

    question: str
    episode_id: str
    answer: int
    stems: tuple[str, ...]


def starters(
    generation: Generation, encoder: Encoder, transcripts: Sequence[Transcript]
) -> tuple[StarterCandidate, ...]:
    """Return distinct questions whose answer the search finds, at most twenty: the best of each episode come first.

    Ranks questions by the information (inverse document frequency of stems) that their answers take up.
    """
    found = [candidate for item in transcripts for candidate in candidates(item)]
    information = {candidate: sum(generation.rarity(stem) for stem in candidate.stems) for candidate in found}
    found.sort(key=lambda candidate: (-information[candidate], candidate.episode_id, candidate.answer))
    leading = [candidate for candidate in found[:_SEARCHED] if _finds_answer(generation, encoder, candidate)]
    # The best of each episode first, then the second best, and so on.
    episodes: Counter[str] = Counter()
    order = {}
    for candidate in leading:
        order[candidate] = episodes[candidate.episode_id]
        episodes[candidate.episode_id] += 1
    distinct: dict[str, StarterCandidate] = {}
    for candidate in sorted(leading, key=order.__getitem__):
        distinct.setdefault(candidate.question, candidate)
    return tuple(distinct.values())[:MOST_KEPT_STARTERS]


def candidates(transcript: Transcript) -> Iterator[StarterCandidate]:
    """Yield each question that ends a turn, stands alone, and is answered by another person's long turn."""
    for number, (turn, following) in enumerate(pairwise(transcript.turns), 1):
        if not turn.speaker or not following.speaker or turn.speaker == following.speaker:
            continue
        question = _last_sentence(turn)
        answer = normalise(without_marks(following.text))
        if stands_alone(question) and len(answer) >= _FEWEST_ANSWER_WORDS:
            said = set(stems(following.text))
            taken_up = tuple(stem for stem in dict.fromkeys(stems(question)) if stem in said)
            yield StarterCandidate(question, transcript.episode.id, number, taken_up)


def _last_sentence(turn: Turn) -> str:
    spans = list(sentence_spans(turn))
    return turn.text[slice(*spans[-1])] if spans else ""


def _finds_answer(generation: Generation, encoder: Encoder, candidate: StarterCandidate) -> bool:
    """Say whether the search finds the answer among its first hits."""
    text = candidate.question
    terms = tuple(generation.terms(text))
    query = Query(text, encoder.encode_query(text), terms, fitted=fitted_for(encoder.weights))
    hits = search(generation, query, _FOUND_AMONG)
    return any(
        found.sentence.turn == candidate.answer
        for hit in hits
        if hit.episode.id == candidate.episode_id
        for found in hit.sentences
    )
