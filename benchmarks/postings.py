"""BM25 over any texts with any constants, for scores that the index does not have (see index/bm25.py)."""

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_matrix

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Postings:
    """Counts of each term in each text, shape (texts, terms), and the column of each term."""

    counts: csc_matrix
    columns: Mapping[Hashable, int]
    lengths: Floats


def postings_of(texts: Sequence[Sequence[Hashable]]) -> Postings:
    """Return the postings of texts given as their terms."""
    columns: dict[Hashable, int] = {}
    rows, places, counts = [], [], []
    for row, terms in enumerate(texts):
        for term, count in Counter(terms).items():
            rows.append(row)
            places.append(columns.setdefault(term, len(columns)))
            counts.append(count)
    shape = (len(texts), len(columns))
    matrix = csc_matrix((np.array(counts, np.float32), (rows, places)), shape=shape)
    return Postings(matrix, columns, np.array([len(terms) for terms in texts], np.float32))


def bm25(
    postings: Postings,
    terms: Sequence[Hashable],
    alike: Mapping[Hashable, Mapping[int, float]] | None = None,
    k1: float = 1.2,
    b: float = 0.75,
) -> Floats:
    """Return the BM25 score of every text for these terms.

    `alike` returns the columns that count as a term, with their weights; without it a term matches only itself.
    """
    scores = np.zeros(len(postings.lengths), np.float32)
    for term in set(terms):
        itself = {postings.columns[term]: 1.0} if term in postings.columns else {}
        found = itself if alike is None else alike[term]
        if not found:
            continue
        frequency = postings.counts[:, list(itself)].nnz
        rarity = np.log(1 + (len(scores) - frequency + 0.5) / (frequency + 0.5))
        counts = postings.counts[:, list(found)] @ np.array(list(found.values()), np.float32)
        length = k1 * (1 - b + b * postings.lengths / postings.lengths.mean())
        scores += np.float32(rarity) * counts * (k1 + 1) / (counts + length)
    return scores
