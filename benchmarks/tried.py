"""Scores of passages that were tried for retrieval but are not used: shape (questions, passages), not normalised.

Each is a function of the scoreboard; `benchmarks/candidates.py` measures them.
"""

from collections import Counter
from collections.abc import Sequence
from itertools import islice, pairwise

import numpy as np

from benchmarks.postings import bm25, postings_of
from benchmarks.retrieval import Floats, Scoreboard, cosines, distinct, fused
from index.chunk import header_of
from index.function_words import subject_words
from index.keywords import stems
from index.segments.files import FILES
from ingest.library.records import load_transcript
from ingest.text.words import normalise, without_marks

REREAD = 5  # how many first hits late interaction reorders
_CARD_WORDS = 300  # how many words from the start of an episode its card has
_BEST_PASSAGES = 3
_LEAST_ALIKE, _MOST_ALIKE = 0.6, 20  # least cosine and highest number of words that count as synonyms

# Turn, speaker and text of a sentence.
Said = tuple[int, str | None, str]


def soft_words(board: Scoreboard) -> Floats:
    """BM25 in which a word also matches up to 20 others with similar vectors, weighted by cosine squared."""
    texts = [f"{passage.header} {passage.text}" for passage in board.passages]
    postings = postings_of([stems(text) for text in texts])
    usual: dict[str, str] = {}
    for word, _ in Counter(word for text in texts for word in normalise(without_marks(text))).most_common():
        for stem in stems(word):
            usual.setdefault(stem, word)
    vectors = board.base.encoder.encode([usual.get(str(stem), str(stem)) for stem in postings.columns])
    scores = []
    for query in board.queries:
        alike = {}
        for term in query.terms:
            column = postings.columns.get(term)
            cosines = vectors @ (board.base.encoder.encode_query(term) if column is None else vectors[column])
            near = [int(place) for place in np.argsort(-cosines)[:_MOST_ALIKE] if cosines[place] > _LEAST_ALIKE]
            alike[term] = {place: float(cosines[place]) ** 2 for place in near}
        scores.append(bm25(postings, query.terms, alike))
    return np.array(scores)


def other_constants(board: Scoreboard) -> Floats:
    """BM25 with k1 0.9 and b 0.4, as for long texts; the index's are 1.2 and 0.75."""
    postings = postings_of([stems(f"{passage.header} {passage.text}") for passage in board.passages])
    return np.array([bm25(postings, query.terms, k1=0.9, b=0.4) for query in board.queries])


def pairs_of_words(board: Scoreboard) -> Floats:
    """BM25 of pairs of neighbouring words."""
    postings = postings_of([list(pairwise(stems(passage.text))) for passage in board.passages])
    return np.array([bm25(postings, list(pairwise(stems(query.text)))) for query in board.queries])


def without_grammar(board: Scoreboard) -> dict[str, Floats]:
    """Both cosines, encoding only the subject words of the question."""
    encode = board.base.encoder.encode_query
    vectors = [encode(" ".join(subject_words(query.text))) for query in board.queries]
    return {field: cosines(board.base, field, vectors, board.ids) for field in FILES}


def best_sentence(board: Scoreboard) -> Floats:
    """The cosine of a passage's best sentence."""
    asked, columns = _asked(board), []
    for passage in board.passages:
        vectors = [sentence.vector for sentence in board.base.generation.sentences(passage)]
        columns.append((asked @ np.array(vectors).T).max(axis=1))
    return np.array(columns).T


def neighbours(board: Scoreboard) -> Floats:
    """The mean cosine of the passages before and after, in the same episode."""
    return _beside(board, board.signals["passage"])


def neighbours_words(board: Scoreboard) -> Floats:
    """The mean BM25 of the passages before and after, in the same episode."""
    return _beside(board, board.signals["words"])


def card_mean(board: Scoreboard) -> Floats:
    """The cosine of an episode's card as the mean of its sentences, weighted by the square root of their words."""
    means = []
    for texts in _cards(board):
        weights = np.sqrt([max(1, len(text.split())) for text in texts])
        mean = weights @ board.base.encoder.encode(texts)
        means.append(mean / np.linalg.norm(mean))
    return (_asked(board) @ np.array(means).T)[:, board.episodes]


def card_best(board: Scoreboard) -> Floats:
    """The cosine of the best sentence of an episode's card."""
    asked = _asked(board)
    best = [(asked @ board.base.encoder.encode(texts).T).max(axis=1) for texts in _cards(board)]
    return np.array(best).T[:, board.episodes]


def card_words(board: Scoreboard) -> Floats:
    """BM25 of an episode's card."""
    postings = postings_of([stems("\n".join(texts)) for texts in _cards(board)])
    return np.array([bm25(postings, query.terms) for query in board.queries])[:, board.episodes]


def title(board: Scoreboard) -> Floats:
    """The cosine of an episode's title."""
    titles = [board.base.generation.episode(name).title or "" for name in _names(board)]
    return (_asked(board) @ board.base.encoder.encode(titles).T)[:, board.episodes]


def best_passages(board: Scoreboard) -> Floats:
    """The mean of an episode's three best passages by all signals in use."""
    totals = fused(board.signals)
    columns = [totals[:, board.episodes == number] for number in range(len(_names(board)))]
    means = [np.sort(column, axis=1)[:, -_BEST_PASSAGES:].mean(axis=1) for column in columns]
    return np.array(means).T[:, board.episodes]


def guest_share(board: Scoreboard) -> Floats:
    """The share of a passage's words that are not said by the episode's askers."""
    spoken = _spoken(board)
    askers = {name: board.base.generation.askers(name) for name in spoken}
    shares = []
    for passage in board.passages:
        said = spoken[passage.episode_id][slice(*passage.sentences)]
        guests = [speaker not in askers[passage.episode_id] for _, speaker, _ in said]
        shares.append(float(np.average(guests, weights=[len(text.split()) for _, _, text in said])))
    return _for_every_question(board, shares)


def few_questions(board: Scoreboard) -> Floats:
    """The number of questions in a passage, as a negative score."""
    return _for_every_question(board, [-passage.text.count("?") for passage in board.passages])


def long_turns(board: Scoreboard) -> Floats:
    """The logarithm of the length of a passage's turns in words, weighted by each turn's share of the passage."""
    spoken = _spoken(board)
    lengths: Counter[tuple[str, int]] = Counter()
    for name, said in spoken.items():
        for turn, _, text in said:
            lengths[name, turn] += len(text.split())
    means = []
    for passage in board.passages:
        said = spoken[passage.episode_id][slice(*passage.sentences)]
        values = [np.log(lengths[passage.episode_id, turn]) for turn, _, _ in said]
        means.append(float(np.average(values, weights=[len(text.split()) for _, _, text in said])))
    return _for_every_question(board, means)


def late_interaction(board: Scoreboard) -> Floats:
    """Late interaction with each of the first five hits, in deviations; all other passages score far less.

    The mean over the question's pieces of the best cosine with a piece of the passage (Khattab and Zaharia, ColBERT,
    2020), so that adding it to a score reorders the five alone.
    """
    scores = np.full_like(board.signals["passage"], -100)
    for row, (query, totals) in enumerate(zip(board.queries, fused(board.signals), strict=True)):
        places = list(islice(distinct(board, totals), REREAD))
        texts = [" ".join(without_marks(board.passages[place].text).split()) for place in places]
        asked, *said = board.base.encoder.encode_pieces([query.text, *texts])
        best = np.array([(asked.vectors @ text.vectors.T).max(axis=1).mean() for text in said])
        scores[row, places] = (best - best.mean()) / max(float(best.std()), 1e-6)
    return scores


def _asked(board: Scoreboard) -> Floats:
    return np.array([query.vector for query in board.queries])


def _names(board: Scoreboard) -> list[str]:
    """Return the episodes' ids in the order of the scoreboard's numbers."""
    return list(dict.fromkeys(passage.episode_id for passage in board.passages))


def _spoken(board: Scoreboard) -> dict[str, list[Said]]:
    """Return the sentences of each episode, in the order in which passages number them."""
    spoken: dict[str, list[Said]] = {}
    for name, turn, _, speaker, text in board.base.generation.spoken():
        spoken.setdefault(name, []).append((turn, speaker, text))
    return spoken


def _cards(board: Scoreboard) -> list[list[str]]:
    """Return each episode's title and people with the sentences of its first 300 words."""
    cards = []
    spoken = _spoken(board)
    for name in _names(board):
        transcript = load_transcript(board.base.home, name)
        assert transcript is not None, f"{name} is indexed and has no transcript"
        people = dict.fromkeys(turn.speaker for turn in transcript.turns if turn.speaker)
        card, words = [header_of(transcript, tuple(people))], 0
        for _, _, text in spoken[name]:
            if words >= _CARD_WORDS:
                break
            card.append(without_marks(text))
            words += len(text.split())
        cards.append(card)
    return cards


def _beside(board: Scoreboard, scores: Floats) -> Floats:
    """Return for each passage the mean score of its neighbours in the episode."""

    same = (board.episodes[1:] == board.episodes[:-1]).astype(np.float32)
    sums, counts = np.zeros_like(scores), np.zeros(len(board.passages), np.float32)
    sums[:, 1:] += scores[:, :-1] * same
    sums[:, :-1] += scores[:, 1:] * same
    counts[1:] += same
    counts[:-1] += same
    return sums / np.maximum(counts, 1)


def _for_every_question(board: Scoreboard, scores: Sequence[float]) -> Floats:
    return np.tile(np.array(scores, np.float32), (len(board.queries), 1))
