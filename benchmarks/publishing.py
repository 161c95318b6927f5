"""What it costs to publish one new short episode in libraries of 60, 600 and 6,000 episodes, and 64 one by one.

    python benchmarks/publishing.py [--sizes 60 600 6000] [--series 64] [--encoder NAME]

Episodes are made up, of 300 words each. Without `--encoder`, vectors are made by hashing words, so that figures are of
publishing and not of encoding. Times are seconds of the CPU, of this process; bytes are those of files that no earlier
generation has.
"""

import argparse
import hashlib
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.building.build import build, up_to_date
from index.generations.manifests import index_folder
from index.manifest import Manifest
from index.models.encoder import Encoder
from index.models.uncompiled import load_encoder
from index.piece_vectors import EncodedParts, codes_of
from ingest.library.records import Record, save_record, save_transcript
from ingest.transcript import Episode, Show, Transcript, Turn, Word

SHOW = Show("made-up", "Made Up")
WORDS = 300
_VOCABULARY = 5_000


class HashedWords:
    """An encoder that costs next to nothing: a vector is the sum of directions that stand for words."""

    name, weights, form, dimension = "hashed-words", "0" * 64, "sentence-transformers", 384

    def encode(self, texts: Sequence[str], progress: Callable[[int, int], None] | None = None) -> NDArray[np.float32]:
        """Return unit vectors of shape (texts, dimension)."""
        return np.stack([self.encode_query(text) for text in texts])

    def encode_query(self, text: str) -> NDArray[np.float32]:
        """Return a unit vector."""
        vector = np.full(self.dimension, 1e-3, np.float32)
        for word in text.lower().split():
            seed = int.from_bytes(hashlib.blake2b(word.encode(), digest_size=8).digest())
            vector[[seed % self.dimension, (seed >> 20) % self.dimension]] += 1
        return vector / np.float32(np.linalg.norm(vector))

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return unit vectors of shape (texts, dimension)."""
        return self.encode(texts)

    def encode_parts(
        self,
        texts: Sequence[str],
        parts: Sequence[Sequence[tuple[int, int]]],
        basis: NDArray[np.float32],
        progress: Callable[[int, int], None] | None = None,
    ) -> list[EncodedParts]:
        """Return for each text the unit vectors of its parts, and one code for each word."""
        said = [[text[slice(*part)] for part in mine] for text, mine in zip(texts, parts, strict=True)]
        return [
            EncodedParts(self.encode(inner), tuple(codes_of(self.encode(part.split()), basis) for part in inner))
            for inner in said
        ]

    def basis(self) -> NDArray[np.float32]:
        """Return the first 64 directions."""
        return np.eye(self.dimension, 64, dtype=np.float32)

    def pieces(self, text: str) -> int:
        """Return the number of word pieces of a text, as if every word were one and a third."""
        return len(text.split()) * 4 // 3


def add_episode(home: Path, number: int) -> None:
    """Put an episode of made-up words into the library: questions and answers of two sentences of twelve words."""
    chance = random.Random(number)  # noqa: S311 - not for secrets
    turns = []
    for turn in range(WORDS // 25):
        text = " ".join(f"{_sentence(chance)}{'?' if turn % 2 == 0 and last else '.'}" for last in (False, True))
        turns.append(Turn(("Host", "Guest")[turn % 2], text, words=tuple(Word(word) for word in text.split())))
    day = f"{2000 + number % 25}-{1 + number % 12:02}-{1 + number % 28:02}"
    episode = Episode(f"made-up-{number}-aaaa", f"guid-{number}", SHOW, number, f"Part {number}", day)
    save_record(home, Record(episode, ()))
    save_transcript(home, Transcript(episode, tuple(turns)), "made up")


def _sentence(chance: random.Random) -> str:
    # Frequent words are drawn more often, as in speech.
    return " ".join(f"Word{int(_VOCABULARY * chance.random() ** 3)}" for _ in range(12))


def published(home: Path, encoder: Encoder) -> tuple[float, int, Manifest]:
    """Publish as `playback index` does; return CPU seconds, bytes written and the manifest."""
    began = time.process_time()
    assert not up_to_date(home, encoder.name, encoder.weights)
    manifest = build(home, encoder)
    taken = time.process_time() - began
    folder = index_folder(home) / str(manifest.generation)
    files = [path.stat() for path in folder.rglob("*") if path.is_file()]
    return taken, sum(file.st_size for file in files if file.st_nlink == 1), manifest


def measure(size: int, series: int, encoder: Encoder) -> None:
    """Print what publishing costs in a library of so many episodes."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        for number in range(size):
            add_episode(home, number)
        first, written, manifest = published(home, encoder)
        print(f"{size:,} episodes at once: {manifest.passages:,} passages, {first:.2f} s, {written / 1e6:,.1f} MB")
        times, sizes, segments = [], [], []
        for number in range(size, size + series):
            add_episode(home, number)
            taken, written, manifest = published(home, encoder)
            times.append(taken)
            sizes.append(written)
            segments.append(len(manifest.segments))
        began = time.process_time()
        assert up_to_date(home, encoder.name, encoder.weights)
        looking = time.process_time() - began
        print(f"  the next one: {times[0]:.3f} s, {sizes[0] / 1e6:.2f} MB; to find out what changed: {looking:.3f} s")
        for name, values in (("CPU seconds", times), ("MB", [one / 1e6 for one in sizes])):
            middle, mean = statistics.median(values), statistics.fmean(values)
            print(f"  {series} one by one, {name}: median {middle:.3f}, mean {mean:.3f}, largest {max(values):.3f}")
        print(f"  segments: {max(segments)} at most")


def main() -> None:
    """Read the options and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[60, 600, 6000])
    parser.add_argument("--series", type=int, default=64)
    parser.add_argument("--encoder", help="a sentence-transformers model; made-up vectors without it")
    options = parser.parse_args()
    encoder = HashedWords() if options.encoder is None else load_encoder(options.encoder)
    for size in options.sizes:
        measure(size, options.series, encoder)


if __name__ == "__main__":
    main()
