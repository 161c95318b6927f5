"""The disk of the server fills up while a generation is published: one line, and what is published answers on."""

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from index.building.build import build
from index.chunk import PassageShape
from index.generations.published import mount_index
from index.postgres.opening import mount_database
from index.postgres.publish import publish_generation
from index.postgres.schema import prepare
from index.search import Query, search
from index.store import open_generation
from ingest.errors import StoreError
from ingest.transcript import Transcript
from tests.index.postgres.test_publishing import generations, schemas
from tests.postgres import small_disk

SHAPE = PassageShape(20, 1)


@pytest.mark.torture
def test_a_publication_that_runs_out_of_space_changes_nothing(
    server: Any, tmp_path: Path, save: Any, transcript_of: Callable[..., Transcript], encoder: Any
) -> None:
    """Wherever the space ends; with room the same command publishes."""
    home, chance = tmp_path / "home", random.Random(5)
    words = "mast rope sail hull deck keel anchor harbour tide wind gull pier crane barge canal lock".split()
    save(home, transcript_of("a-1-aaaa", ("Ada", "The mast of the harbour was mended in the winter by many people.")))
    build(home, encoder, shape=SHAPE)
    query = Query("mast", encoder.encode_query("mast"), ("mast",))
    with small_disk(server) as (url, leave_free):
        prepare(url)
        mount_database(home, url)
        publish_generation(home, url)
        before = schemas(url)
        said = [
            " ".join(f"The {chance.choice(words)} {n} {chance.random()} was sold." for n in range(400)) for _ in "ab"
        ]
        save(home, *(transcript_of(f"a-{n}-aaaa", ("Ada", said[n % 2])) for n in range(2, 12)))
        build(home, encoder, shape=SHAPE)
        for free in (0, 2**18, 2**20):
            leave_free(free)
            with pytest.raises(StoreError, match="the server's disk is full; free some space there") as caught:
                publish_generation(home, url)
            assert "\n" not in str(caught.value)
            assert (generations(url), schemas(url)) == ([1], before)
            opened = open_generation(home)
            assert [hit.passage.episode_id for hit in search(opened, query, 5)] == ["a-1-aaaa"]
        leave_free(2**26)
        assert publish_generation(home, url).generation == 2
        assert open_generation(home).manifest.episodes == 11
        mount_index(home, None)
