"""A small library made through the real pipeline, and a server over it whose encoder counts shared words."""

import hashlib
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from starlette.testclient import TestClient

from api.app import create_app
from api.knowledge_base import KnowledgeBase, open_base
from api.settings import Settings
from index.building.build import build
from index.chunk import USUAL_SHAPE, PassageShape
from index.keywords import stems
from index.piece_vectors import EncodedParts, PieceVectors, codes_of
from index.sentences import WORD
from ingest.library.records import Record, episode_folder, save_record, save_transcript
from ingest.transcript import Episode, Show, Timing, Transcript, Turn, Word

NOTICE = "This is a sample <show> & nothing else."
RECORDING = bytes(range(256)) * 40
_SMALL_WORDS = frozenset(
    "a an and are at be did do does for have how i in is it of on or so that the they this to was we what when why "
    "with you".split()
)

HARBOUR = Show("harbour", "The Harbour Podcast", "https://example.org/harbour")
HOSTILE = Show("odd", 'Odd <b>show</b> & "friends"', "javascript:alert(1)")


class HashedStems:
    """An encoder whose cosine is the share of stems that two texts share, so that the right text really is nearest."""

    name = "hashed-stems"
    weights = "0" * 64
    form = "sentence-transformers"
    dimension = 512

    def encode(self, texts: Sequence[str], progress: Callable[[int, int], None] | None = None) -> NDArray[np.float32]:
        matrix = np.zeros((len(texts), self.dimension), np.float32)
        for row, text in enumerate(texts):
            for stem in set(stems(text)) - _SMALL_WORDS:
                matrix[row, int.from_bytes(hashlib.sha256(stem.encode()).digest()[:4]) % self.dimension] = 1
        return matrix / np.maximum(np.linalg.norm(matrix, axis=1, keepdims=True), 1e-12)

    def encode_query(self, text: str) -> NDArray[np.float32]:
        return self.encode([text])[0]

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return self.encode(texts)

    def basis(self) -> NDArray[np.float32]:
        return np.eye(self.dimension, dtype=np.float32)

    def encode_parts(
        self,
        texts: Sequence[str],
        parts: Sequence[Sequence[tuple[int, int]]],
        basis: NDArray[np.float32],
        progress: Callable[[int, int], None] | None = None,
    ) -> list[EncodedParts]:
        said = [[text[slice(*part)] for part in mine] for text, mine in zip(texts, parts, strict=True)]
        return [
            EncodedParts(
                self.encode(inner), tuple(codes_of(self.encode_pieces([part])[0].vectors, basis) for part in inner)
            )
            for inner in said
        ]

    def encode_pieces(self, texts: Sequence[str]) -> list[PieceVectors]:
        """Each word is a piece; small words all match each other, as they nearly do in real models."""
        found = [list(WORD.finditer(text)) for text in texts]
        read = []
        for words in found:
            vectors = self.encode([word.group() for word in words])
            vectors[~vectors.any(axis=1), -1] = 1
            read.append(PieceVectors(tuple(word.span() for word in words), vectors))
        return read

    def pieces(self, text: str) -> int:
        return len(text.split())


def turn_of(speaker: str | None, text: str, start: float | None, timing: Timing | None = "aligned") -> Turn:
    """A turn of two words a second."""
    words = [
        Word(word, None if start is None else start + 0.5 * place, None if start is None else start + 0.5 * place + 0.4)
        for place, word in enumerate(text.split())
    ]
    error = None if start is None else 15.0 if timing == "estimated" else 0.4
    return Turn(speaker, text, start, words[-1].end, None if start is None else timing, error, None, tuple(words))


def library_of(home: Path) -> None:
    """Four episodes with transcripts (timed with a recording, estimated, untimed, hostile) and one without."""
    timed = Episode(
        "harbour-1-aaaa", "h1", HARBOUR, 1, "Moving the records", "2021-10-28", 600.0,
        "https://example.org/harbour/1", "/api/episodes/harbour-1-aaaa/audio",
    )  # fmt: skip
    save(
        home,
        timed,
        turn_of("Mina Calder", "Hello and welcome. Why did the office leave the old platform?", 1.5),
        turn_of(
            "Tobias Renn",
            "Well, thank you for asking me here. The old platform lost its supplier, so nobody mended security holes "
            "any more. Moving away took nineteen months and two rehearsals.\nWe kept every mooring record.",
            8.0,
        ),
        turn_of("Mina Calder", "And where did the money come from in the end?", 40.0),
        turn_of("Tobias Renn", "The harbour council paid for the lighthouse database from its winter budget.", 46.0),
    )
    (episode_folder(home, timed.id) / "audio.mp3").write_bytes(RECORDING)
    guessed = Episode(
        "harbour-2-bbbb",
        "h2",
        HARBOUR,
        2,
        "The quiet switch",
        "2022-03-01",
        900.0,
        None,
        "https://cdn.example.org/2.mp3",
    )
    save(
        home,
        guessed,
        turn_of("Mina Calder", "Tell us about the switch itself, Oluchi.", 60.0, "estimated"),
        turn_of(
            "Oluchi Varga",
            "We switched the traffic on a quiet Tuesday before breakfast, because ferries are idle then. "
            "[laughs] Nobody noticed the switch at all.",
            754.0,
            "estimated",
        ),
    )
    untimed = Episode("harbour-3-cccc", "h3", HARBOUR, 3, "Letters", None)
    save(home, untimed, turn_of("Mina Renn", "Letters to captains were printed on yellow paper.", None))
    hostile = Episode(
        "odd-2020-01-02-dddd", "o1", HOSTILE, None, "</title><script>alert(1)</script>", "2020-01-02", 60.0,
        "javascript:alert(2)", "javascript:alert(3)",
    )  # fmt: skip
    save(
        home,
        hostile,
        turn_of(
            '<img src=x onerror="alert(4)">',
            'My favourite walrus is </blockquote><script>alert(5)</script> called "Gerald" & he\'s kind.',
            3.0,
        ),
    )
    waiting = Episode("harbour-4-eeee", "h4", HARBOUR, 4, None, "2023-05-05")
    save_record(home, Record(waiting, ()))


def save(home: Path, episode: Episode, *turns: Turn) -> None:
    save_record(home, Record(episode, ()))
    save_transcript(home, Transcript(episode, turns), "made by a test")


@pytest.fixture(scope="session")
def encoder() -> HashedStems:
    return HashedStems()


@pytest.fixture(scope="session")
def served_home(tmp_path_factory: pytest.TempPathFactory, encoder: HashedStems) -> Path:
    """The library with its index; nobody writes to it."""
    home = tmp_path_factory.mktemp("served")
    library_of(home)
    build(home, encoder)
    return home


@pytest.fixture
def home(served_home: Path, tmp_path: Path) -> Path:
    """A library with its index that the test may change."""
    return shutil.copytree(served_home, tmp_path, dirs_exist_ok=True)


@pytest.fixture(scope="session")
def client(served_home: Path, encoder: HashedStems) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(home=served_home, notice=NOTICE), encoder)) as opened:
        yield opened


@pytest.fixture
def empty(tmp_path: Path, encoder: HashedStems) -> Iterator[TestClient]:
    """A server over a folder that does not exist yet."""
    with TestClient(create_app(Settings(home=tmp_path / "nothing"), encoder)) as opened:
        yield opened


@pytest.fixture(scope="session")
def sample_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample show, ingested without its recordings and without an index; copy it before you change it."""
    from api import cli

    home = tmp_path_factory.mktemp("sample")
    feed = Path(__file__).parents[2] / "data" / "sample" / "feed.xml"
    assert cli.main(("--home", str(home), "ingest", str(feed), "--no-audio", "--no-index", "--quiet")) == 0
    return home


@pytest.fixture
def rewrite() -> Callable[[Path, str, int, str], None]:
    """Replace the text of one turn of an episode, as ingesting a corrected text does."""

    def replaced(home: Path, identifier: str, number: int, text: str) -> None:
        from ingest.library.records import load_transcript

        transcript = load_transcript(home, identifier)
        assert transcript is not None
        turns = list(transcript.turns)
        turns[number] = turn_of(turns[number].speaker, text, turns[number].start)
        save_transcript(home, replace(transcript, turns=tuple(turns)), "rewritten by a test")

    return replaced


@pytest.fixture
def add_episode() -> Callable[[Path], None]:
    """Add an episode about penguins to a library."""

    def added(home: Path) -> None:
        episode = Episode("harbour-5-ffff", "h5", HARBOUR, 5, "Penguins", "2024-01-01")
        save(home, episode, turn_of("Pia Pond", "Penguins inspect every penguin harbour in January.", 2.0))

    return added


@pytest.fixture
def base_of(tmp_path: Path, encoder: HashedStems) -> Callable[..., KnowledgeBase]:
    """Make the opened base of a library; an episode is its id and its turns, as (speaker, text)."""

    def made(episodes: dict[str, list[tuple[str | None, str]]], shape: PassageShape = USUAL_SHAPE) -> KnowledgeBase:
        for number, (identifier, turns) in enumerate(episodes.items(), 1):
            episode = Episode(identifier, identifier, HARBOUR, number, "Talk", f"2021-01-{number:02}")
            save(
                tmp_path,
                episode,
                *(turn_of(speaker, text, 100.0 * place) for place, (speaker, text) in enumerate(turns)),
            )
        build(tmp_path, encoder, shape=shape)
        return open_base(Settings(home=tmp_path), encoder)

    return made


@pytest.fixture(scope="session")
def served_base(served_home: Path, encoder: HashedStems) -> KnowledgeBase:
    """The opened base of the library that nobody writes to."""
    return open_base(Settings(home=served_home), encoder)
