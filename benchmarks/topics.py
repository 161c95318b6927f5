"""How many passages change their topic when an episode is added to a library, and what finding topics costs.

    python benchmarks/topics.py HOME [--episodes 12]

Leaves out one episode after another, finds the topics of the rest, and adds the episode: once with the topics taken
over, as publishing does, and once found anew, matched with the earlier ones by the passages that they share.
"""

import argparse
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np

from index.generation import Generation
from index.generations.files import open_files
from index.generations.manifests import index_folder
from index.mined.overview import Topic
from index.mining.topics import assign, topics_of
from index.store import open_generation


def without(home: Path, generation: Generation, episode: str) -> Generation:
    """Return the generation as if an episode had been removed."""
    manifest, folder = generation.manifest, index_folder(home) / str(generation.manifest.generation)
    entries = tuple(
        replace(entry, dropped=(*entry.dropped, episode)) if any(one.id == episode for one in segment.held) else entry
        for entry, segment in zip(manifest.segments, generation._segments, strict=True)
    )
    held = {one.id: one.passages for segment in generation._segments for one in segment.held}
    return open_files(folder, replace(manifest, segments=entries, passages=manifest.passages - held[episode]))


def assigned(generation: Generation, topics: tuple[Topic, ...]) -> dict[str, str]:
    """Return the id of the topic or aside of each passage."""
    return {
        name: topics[number].id
        for places, block in generation.passage_vectors()
        for (name, _), number in zip(places, assign(block, topics).tolist(), strict=True)
    }


def matched(before: dict[str, str], after: dict[str, str]) -> float:
    """Return the share of passages outside the pairs of topics that share most, each topic in one pair."""
    shared = Counter((topic, after[name]) for name, topic in before.items())
    pairs: dict[str, str] = {}
    for (one, other), _ in shared.most_common():
        if one not in pairs and other not in pairs.values():
            pairs[one] = other
    return float(np.mean([pairs.get(topic) != after[name] for name, topic in before.items()]))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("home", type=Path)
    parser.add_argument("--episodes", type=int, default=12)
    options = parser.parse_args()
    generation = open_generation(options.home)
    names = generation.episode_ids()
    begun = time.process_time()
    whole = topics_of(generation, (), (), ())
    cost = time.process_time() - begun
    print(f"{len(names)} episodes, {generation.manifest.passages} passages: {len(whole[0])} topics in {cost:.1f} CPU s")
    taken_over, anew = [], []
    for place in np.unique(np.linspace(0, len(names) - 1, options.episodes).astype(int)).tolist():
        fewer = without(options.home, generation, names[place])
        found = topics_of(fewer, (), (), ())
        before = assigned(fewer, (*found[0], *found[1]))
        kept = topics_of(generation, (), (), (*found[0], *found[1]))
        after = assigned(generation, (*kept[0], *kept[1]))
        taken_over.append(np.mean([topic != after[name] for name, topic in before.items()]))
        anew.append(matched(before, assigned(generation, (*whole[0], *whole[1]))))
        fewer.close()
    for name, shares in (("taken over", taken_over), ("found anew", anew)):
        print(f"{name}: {np.mean(shares):.1%} of the passages change their topic, at most {max(shares):.1%}")


if __name__ == "__main__":
    main()
