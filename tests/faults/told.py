"""What a generation tells, however its library is cut into segments."""

from typing import Any

import numpy as np

from index.generation import Generation


def told_by(generation: Generation) -> dict[str, Any]:
    """Everything that a generation holds, by name; equal for equal libraries, whatever was published before."""
    dimension = generation.manifest.dimension
    directions = np.eye(dimension, dtype=np.float32)
    ids = sorted(generation.nearest("passage", directions[0], generation.manifest.passages + 1).ids)
    passages = generation.passages(ids)
    spoken = generation.spoken()
    words = sorted({word for row in spoken for word in row[4].lower().split()})
    terms = sorted({term for row in spoken for term in generation.terms(row[4])})
    episodes = generation.episodes()
    return {
        "counts": (generation.manifest.passages, generation.manifest.sentences, generation.manifest.episodes),
        "episodes": episodes,
        "episode ids": generation.episode_ids(),
        "passages": passages,
        "vectors": {
            name: np.stack([generation.nearest_of(name, direction, ids) for direction in directions]).tolist()
            for name in ("passage", "turns")
        },
        "sentences": [
            [(one.sentence, one.speaker, one.text, one.vector.tobytes()) for one in generation.sentences(passage)]
            for passage in passages
        ],
        "spoken": spoken,
        "unsearched": [generation.unsearched(episode.id) for episode in episodes],
        "speakers": generation.speakers(),
        "named": [generation.speakers_named(name) for name in generation.speakers()],
        "askers": [generation.askers(episode.id) for episode in episodes],
        "letters": [generation.letters(word) for word in words],
        "frequencies": [generation.frequency(term) for term in terms],
        "rarities": [generation.rarity(term) for term in terms],
    }
