"""How often a question asks the database: not more often for more quotes, and seldom in all."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from api.answer.compose import Answer, ask, best_quotes, hits_of
from api.answer.question import parse_question, query_of
from api.episodes import transcripts
from api.knowledge_base import KnowledgeBase
from index.building.build import build
from index.chunk import PassageShape
from index.generations.published import mount_index
from index.passage import Filters
from index.postgres.opening import mount_database
from index.postgres.publish import publish_generation
from index.store import open_generation
from ingest.library.store import mount_store
from ingest.storage.mounts import unmount
from ingest.transcript import Transcript
from tests.api.conftest import HashedStems
from tests.index.conftest import save, transcript_of

THINGS = "mast rope sail hull deck keel anchor harbour tide wind gull pier".split()
WORDS = (
    "cold wooden careful broken early morning village painter ladder winter narrow copper yellow market baker letter "
    "garden window silver basket candle meadow bridge kitchen blanket sparrow lantern orchard pillow thunder "
    "whistle journey velvet marble cotton"
).split()


def talk(number: int, thing: str) -> Transcript:
    """An episode in which somebody says something of a thing and of the storms, and nobody else says the same."""
    chance = random.Random(number)

    def some(count: int) -> str:
        return " ".join(chance.sample(WORDS, count))

    said = [
        ("Bo", f"What did the {some(4)} people tell you about your {thing}?"),
        ("Ada", f"They mend what the storms break: {some(5)} and the {thing} with {some(4)}."),
        ("Bo", f"I remember a {some(6)} at the {thing} of your {some(3)}."),
        ("Ada", f"A {thing} is what holds a {some(3)} together when {some(5)} comes."),
    ]
    return transcript_of(f"boats-{number}-aaaa", *said, aliases={"Ada": "Ada Lovelace", "Bo": "Bo Diddley"})


@pytest.fixture
def base(tmp_path: Path, database: str) -> Iterator[KnowledgeBase]:
    """A library and its index in a database, of which nothing was asked yet."""
    home, encoder = tmp_path / "home", HashedStems()
    mount_store(home, database)
    save(home, *(talk(number, thing) for number, thing in enumerate(THINGS)))
    build(home, encoder, shape=PassageShape(20, 1))
    publish_generation(home, database)
    mount_database(home, database)
    transcripts._kept.clear()
    yield KnowledgeBase(home, open_generation(home), encoder)
    mount_index(home, None)
    unmount(home)


@contextmanager
def counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Collect the statements that are sent meanwhile."""
    sent: list[str] = []
    execute = psycopg.Cursor.execute

    def counting(self: Any, query: Any, *arguments: Any, **options: Any) -> Any:
        sent.append(str(query))
        return execute(self, query, *arguments, **options)

    with monkeypatch.context() as patch:
        patch.setattr(psycopg.Cursor, "execute", counting)
        yield sent


def quotes(answer: Answer) -> int:
    return len(answer.citations) + len(answer.related)


@pytest.mark.parametrize(
    "question",
    ["Who mends what the storms break?", "What is a mast?", "What did people learn about ropes?"],
)
def test_an_answer_asks_no_more_often_for_more_quotes(
    question: str, base: KnowledgeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither when the words are new nor afterwards; the transcripts themselves are read once."""
    asked = parse_question(question)
    with counted(monkeypatch) as first:
        answer = ask(base, asked, 8)
    assert quotes(answer) >= 3
    assert len([one for one in first if "body" not in one]) <= 25, first
    counts = []
    for k in (1, 4, 8):
        with counted(monkeypatch) as sent:
            ask(base, asked, k)
        counts.append(len(sent))
    assert counts[0] == counts[1] == counts[2] <= 16


def test_the_quotes_of_many_hits_are_looked_at_once(base: KnowledgeBase, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page of ten hits asks as often as one of two."""
    query = query_of(base, parse_question("what the storms break"))
    hits = hits_of(base, query, 10, Filters())
    assert len({hit.episode.id for hit in hits}) > 5
    best_quotes(base, query, hits, Filters())
    counts = []
    for some in (hits[:2], hits):
        with counted(monkeypatch) as sent:
            assert all(identifier for _, identifier in best_quotes(base, query, some, Filters()))
        counts.append(len(sent))
    assert counts[0] == counts[1] <= 2
