"""The index answers the same from files and from PostgreSQL."""

import random
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
import pytest

from index import keywords
from index.building.build import build
from index.building.merging import Merging
from index.building.purging import drop_others
from index.chunk import PassageShape
from index.errors import IndexBroken, IndexMissing
from index.generation import Generation
from index.generations.published import mount_index, mounted_index, published_manifest, published_stamp
from index.passage import Filters
from index.postgres import opening, segments, vectors
from index.postgres.opening import mount_database
from index.search import Query, search
from index.store import drop_index, open_generation
from ingest.library.records import episode_folder
from ingest.transcript import Transcript
from tests.postgres import fresh_database

Talk = Callable[..., Transcript]
SHAPE = PassageShape(20, 1)
INDEXED = "postgres with indexes"
WORDS = "mast rope sail hull deck keel anchor harbour tide wind gull pier crane barge canal lock".split()
FILTERS = (
    Filters(),
    Filters(speaker="Ada Lovelace"),
    Filters(episode="boats-2-aaaa"),
    Filters(since="2021-01-01", until="2022-12-31"),
    Filters(without=frozenset({"boats-1-aaaa", "boats-3-aaaa"})),
    Filters(show="nothing"),
    Filters(speaker="Ada\0'; DROP TABLE passages; -- %s ?"),
)


def talks(transcript_of: Talk, count: int = 6) -> list[Transcript]:
    """Conversations of two people, whose words are drawn once."""
    chance = random.Random(3)
    found = []
    for number in range(1, count + 1):
        turns = []
        for turn in range(12):
            if turn % 4 == 0:
                turns.append(("Bo", f"What about the {chance.choice(WORDS)} of number {number}, and why was it there?"))
            else:
                said = " ".join(
                    f"The {chance.choice(WORDS)} near the {chance.choice(WORDS)} was {chance.choice(WORDS)}-like."
                    for _ in range(4)
                )
                turns.append(("Ada", f"Well, {said} We mended the {chance.choice(WORDS)} because of the storm."))
        facts = {"published": f"20{18 + number}-05-01", "aliases": {"Ada": "Ada Lovelace", "Bo": "Bo Diddley"}}
        found.append(transcript_of(f"boats-{number}-aaaa", *turns, **facts))
    return found


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, transcript_of: Talk, save: Any, new_encoder: type[Any]) -> Path:
    """A library in two segments."""
    home, (*first, last) = tmp_path_factory.mktemp("built"), talks(transcript_of)
    for some in (first, [last]):
        save(home, *some)
        build(home, new_encoder(), shape=SHAPE, merging=Merging(factor=0))
    return home


@contextmanager
def stored(kind: str, built: Path, folder: Path, server: Any, migrated: str) -> Iterator[Path]:
    """A data folder whose index is answered from its files, or from a database, also as if it were a large one."""
    shutil.copytree(built, folder)
    if kind == "files":
        yield folder
        return
    with pytest.MonkeyPatch.context() as patch, fresh_database(server, migrated) as url:
        if kind == INDEXED:
            for module in (segments, vectors, opening):
                patch.setattr(module, "INDEXED_FROM", 1)
            patch.setattr(vectors, "_NARROW", 0)
        mount_database(folder, url)
        publish(folder)
        yield folder
        mount_index(folder, None)


@pytest.fixture(params=["files", "postgres", INDEXED], scope="module")
def home(
    request: pytest.FixtureRequest, built: Path, tmp_path_factory: pytest.TempPathFactory, server: Any, migrated: str
) -> Iterator[Path]:
    """A data folder with an index in each store, which nobody changes."""
    with stored(request.param, built, tmp_path_factory.mktemp("stored") / "home", server, migrated) as folder:
        yield folder


@pytest.fixture(params=["files", "postgres"])
def own(request: pytest.FixtureRequest, built: Path, tmp_path: Path, server: Any, migrated: str) -> Iterator[Path]:
    """A data folder with an index in each store, to change."""
    with stored(request.param, built, tmp_path / "home", server, migrated) as folder:
        yield folder


def publish(home: Path, keep: int = 3) -> None:
    """Publish the files where servers look for them; nothing to do where these are the files."""
    mounted = mounted_index(home)
    if mounted is not None:
        mounted.publish(keep)


@pytest.fixture
def files(built: Path) -> Iterator[Generation]:
    generation = open_generation(built)
    yield generation
    generation.close()


def query_of(encoder: Any, generation: Generation, text: str) -> Query:
    return Query(text, encoder.encode_query(text), tuple(generation.terms(text)))


def test_everything_that_is_read_is_the_same(home: Path, files: Generation) -> None:
    """Episodes, passages, sentences, people, questions and what is mined are those of the files, in the same order."""
    opened = open_generation(home)
    ids = files.episode_ids()
    assert opened.episode_ids() == ids
    assert opened.episodes() == files.episodes()
    assert opened.spoken() == files.spoken()
    assert (opened.speakers(), opened.starters()) == (files.speakers(), files.starters())
    assert opened.overview == files.overview
    assert opened.vocabulary.words == files.vocabulary.words
    assert opened.mined.lessons(50) == files.mined.lessons(50)
    assert opened.mined.voices() == files.mined.voices()
    assert opened.mined.term_uses(ids[1]) == files.mined.term_uses(ids[1])
    assert opened.mined.chapters(ids[1]) == files.mined.chapters(ids[1])
    assert opened.speakers_named("ada") == files.speakers_named("ada") == ["Ada Lovelace"]
    for identifier in ids:
        assert opened.askers(identifier) == files.askers(identifier) == frozenset({"Bo Diddley"})
        assert opened.stretch(identifier, 0, 99) == files.stretch(identifier, 0, 99)
        assert opened.sentences_at(identifier, (10, 30)) == files.sentences_at(identifier, (10, 30))
        assert opened.passages_with([(identifier, 3)]) == files.passages_with([(identifier, 3)])
        assert opened.unsearched(identifier) == files.unsearched(identifier)
    mine, theirs = (one.stretch(ids[0], 0, 5) for one in (opened, files))
    assert all((a.vector == b.vector).all() and (a.pieces == b.pieces).all() for a, b in zip(mine, theirs, strict=True))
    found = files.having(files.terms("storm"))
    assert opened.passages(found) == files.passages(found)
    assert opened.letters("the") == files.letters("the")
    assert (opened.basis == files.basis).all()


@pytest.mark.parametrize("filters", FILTERS)
def test_the_three_questions_have_the_same_answers(
    filters: Filters, home: Path, files: Generation, encoder: Any
) -> None:
    """BM25 to the bit; vectors to half precision, with the same means and deviations, and k where k are allowed."""
    opened = open_generation(home)
    terms, synonyms = files.terms("the mast and the rope of the harbour"), files.terms("canal")
    for name in ("passage", "episode"):
        mine, all_mine = opened.matching(name, terms, 30, filters, synonyms)
        theirs, all_theirs = files.matching(name, terms, 30, filters, synonyms)
        assert mine == theirs
        assert all_mine.tobytes() == all_theirs.tobytes()
    assert opened.having(terms[:1], filters) == files.having(terms[:1], filters)
    vector = encoder.encode_query("who mended the mast of the barge")
    everything = files.manifest.passages
    for field in ("passage", "turns"):
        for k in (1, 10, everything):
            mine, theirs = opened.nearest(field, vector, k, filters), files.nearest(field, vector, k, filters)
            assert len(mine.ids) == len(theirs.ids)
            assert np.allclose(mine.scores, theirs.scores, atol=1e-3)
            assert (mine.mean, mine.deviation) == (theirs.mean, theirs.deviation)
        ids = theirs.ids
        assert np.allclose(opened.nearest_of(field, vector, ids), files.nearest_of(field, vector, ids), atol=1e-3)
    mine, theirs = opened.asked(vector, 3, filters), files.asked(vector, 3, filters)
    assert np.allclose([one.cosine for one in mine], [one.cosine for one in theirs], atol=1e-3)


def test_a_search_finds_the_same_hits(home: Path, files: Generation, encoder: Any) -> None:
    """The same passages with the same sentences, in the same order, with scores to half precision."""
    opened = open_generation(home)
    for text in ("why was the anchor there", "the gull near the pier", "mended because of the storm"):
        query = query_of(encoder, files, text)
        mine, theirs = search(opened, query, 5), search(files, query, 5)
        assert [one.passage for one in mine] == [one.passage for one in theirs]
        assert np.allclose([one.score for one in mine], [one.score for one in theirs], atol=0.05)


def test_what_is_removed_is_not_found_and_what_is_purged_is_nowhere(own: Path, encoder: Any) -> None:
    """After a removal and its publication nothing of it is found; after a purge its words are in no table."""
    shutil.rmtree(episode_folder(own, "boats-2-aaaa"))
    build(own, encoder, shape=SHAPE)
    publish(own)
    opened = open_generation(own)
    assert "boats-2-aaaa" not in opened.episode_ids()
    assert not opened.nearest("passage", encoder.encode_query("mast"), 99, Filters(episode="boats-2-aaaa")).ids
    assert all("number 2" not in text for *_, text in opened.spoken())
    found = opened.nearest("passage", encoder.encode_query("mast"), 999)
    assert len(found.ids) == opened.manifest.passages
    drop_others(own)
    publish(own, keep=1)
    assert open_generation(own).episode_ids() == opened.episode_ids()
    mounted: Any = mounted_index(own)
    if mounted is not None:
        with psycopg.connect(mounted._url) as connection:
            tables = connection.execute(
                "SELECT table_schema, table_name FROM information_schema.tables "
                "WHERE table_schema LIKE 'segment%' OR table_schema = 'playback'"
            ).fetchall()
            for schema, table in tables:
                query: Any = f'SELECT count(*) FROM "{schema}"."{table}" t WHERE t::text LIKE %s'
                assert connection.execute(query, ("%boats-2-aaaa%",)).fetchone() == (0,), table


def test_an_index_of_nothing_is_said_with_what_to_run(own: Path) -> None:
    """Without any generation both say the same."""
    drop_index(own)
    assert published_manifest(own) is None
    assert published_stamp(own) is None
    with pytest.raises(IndexMissing, match="holds no index yet; run: playback ingest SOURCE"):
        open_generation(own)


def test_postings_of_other_stems_are_refused(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stems change with versions of tantivy; neither store answers with others."""
    monkeypatch.setattr(keywords, "_tested", lambda: "other")
    with pytest.raises(IndexBroken, match=r"built with other word stems .* run: playback index --rebuild"):
        open_generation(home)


def test_the_manifest_says_the_same(home: Path, built: Path) -> None:
    """But for its number, the names of segments, and the files, of which a database has none."""
    mine, theirs = published_manifest(home), published_manifest(built)
    assert mine is not None and theirs is not None
    differ = ("generation", "segments", "files", "sizes")
    assert {k: v for k, v in asdict(mine).items() if k not in differ} == {
        k: v for k, v in asdict(theirs).items() if k not in differ
    }
