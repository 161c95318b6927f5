"""A library published step by step answers as one published at once, whatever was added, edited, removed and merged."""

import random
import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from index.building import tables
from index.building.build import build
from index.building.merging import Merging
from index.building.purging import drop_others
from index.chunk import PassageShape
from index.generation import Generation
from index.passage import Filters
from index.search import Query, search
from index.store import open_generation
from ingest.library.records import Record, episode_folder, episode_ids, load_record, save_record
from ingest.transcript import Transcript
from tests.faults.told import told_by
from tests.parts import one_in

Talk = Callable[..., Transcript]

SHAPE = PassageShape(25, 1)
SMALL = Merging(factor=2.0, most=40)
NOUNS = "mast rope sail anchor keel deck galley hull bell chart engine lantern pump rudder tiller winch".split()
VERBS = "mended painted sold borrowed measured hid found raised".split()
NAMES = ("Ada", "Bo", "Cy", "Dee")
QUESTIONS = ("Who mended the mast?", "What was sold in the harbour?", "the keel and the Tiller", "Lantern", "zebra")


ADVERT = (
    "This episode is brought to you by Bramble Hill Mattresses. Our springs are made from recycled bicycle chains and "
    "every pillow comes with a free lavender sachet. Order before Sunday and get thirty percent off with code badger."
)


def sentence(chance: random.Random) -> str:
    noun, other = chance.choices(NOUNS, k=2)
    noun = noun.capitalize() if chance.random() < 0.3 else noun
    year = chance.randrange(10**4)
    return f"The {noun} of the harbour was {chance.choice(VERBS)} with the {other} in the winter of {year}."


def episode(chance: random.Random, number: int, transcript_of: Talk) -> Transcript:
    """An episode of some turns, now and then without a word; some were only heard, with or without an advert."""
    turns = [
        (chance.choice((*NAMES, None)), " ".join(sentence(chance) for _ in range(chance.randrange(1, 5))))
        for _ in range(chance.choice((0, 1, 2, 3, 3, 4, 5)))
    ]
    facts: dict[str, object] = {"title": f"On {chance.choice(NOUNS)}s", "number": number}
    if chance.random() < 0.8:
        facts["published"] = f"20{chance.randrange(10, 14)}-0{chance.randrange(1, 4)}-01"
    if chance.random() < 0.3:
        facts["aliases"] = {"Ada": "Ada Brewer"}
    heard_by = chance.choice((None, "Whisper", "Whisper"))
    if heard_by and chance.random() < 0.8:
        turns.insert(chance.randrange(len(turns) + 1), (None, ADVERT))
    return replace(transcript_of(f"e-{number}-aaaa", *turns, **facts), heard_by=heard_by)


def changed(home: Path, chance: random.Random, transcript_of: Talk, save: Any) -> None:
    """Add, edit, rename or remove some episodes of a library."""
    for _ in range(chance.choice((1, 1, 1, 2, 6))):
        there = episode_ids(home)
        kind = chance.choice(("add", "add", "add", "edit", "rename", "remove")) if there else "add"
        if kind == "add":
            save(home, episode(chance, chance.randrange(1000), transcript_of))
        elif kind == "edit":
            name = chance.choice(there)
            save(home, episode(chance, int(name.split("-")[1]), transcript_of))
        elif kind == "rename":
            record = load_record(home, chance.choice(there))
            save_record(home, Record(replace(record.episode, title=f"Of {chance.choice(NOUNS)}s"), ()))
        else:
            shutil.rmtree(episode_folder(home, chance.choice(there)))


def found(generation: Generation, encoder: Any, question: str, filters: Filters) -> list[tuple[str, float]]:
    query = Query(question, encoder.encode_query(question), tuple(generation.terms(question)), ("winch",))
    return [(hit.passage.id, hit.score) for hit in search(generation, query, 8, filters)]


def asked(generation: Generation, encoder: Any) -> list[tuple[str, float]]:
    """Return ids and scores of all that questions find by any signal, with and without filters."""
    everything: list[tuple[str, float]] = []
    some = generation.episode_ids()[:1]
    filters = [Filters(), Filters(speaker="Ada"), Filters(since="2011-02-01"), Filters(without=frozenset(some))]
    for question in QUESTIONS:
        vector, terms = encoder.encode_query(question), generation.terms(question)
        for chosen in filters:
            everything += found(generation, encoder, question, chosen)
            for scored in (
                generation.nearest("passage", vector, 1000, chosen),
                generation.nearest("turns", vector, 1000, chosen),
                generation.matching("passage", terms, 1000, chosen)[0],
                generation.matching("episode", terms, 1000, chosen)[0],
            ):
                everything += zip(scored.ids, scored.scores, strict=True)
                everything += [("mean", scored.mean), ("deviation", scored.deviation)]
    return everything


def assert_same(one: Sequence[tuple[str, float]], other: Sequence[tuple[str, float]]) -> None:
    assert [name for name, _ in one] == [name for name, _ in other]
    np.testing.assert_allclose([score for _, score in one], [score for _, score in other], rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("seed", one_in(8, range(16)))
def test_step_by_step_is_as_at_once(
    seed: int, tmp_path: Path, transcript_of: Talk, save: Any, encoder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Same hits with the same scores, letters, speakers and frequencies as of the same library built anew.

    Segments were merged, some hold episodes that no longer count, none is larger than was allowed.
    """
    chance = random.Random(seed)
    if seed % 3 == 0:
        monkeypatch.setattr(tables, "_SUMMED_FROM", 0)  # sums over vectors are stored for small segments too
    home = tmp_path / "home"
    for number in range(3):
        said = transcript_of(f"h-{number}-aaaa", (None, f"{sentence(chance)} {ADVERT} {sentence(chance)}"))
        save(home, replace(said, heard_by="Whisper"))
    segments, dropped, left_out = set(), 0, False
    for step in range(14):
        changed(home, chance, transcript_of, save)
        manifest = build(home, encoder, shape=SHAPE, merging=SMALL)
        segments.add(len(manifest.segments))
        dropped += sum(len(entry.dropped) for entry in manifest.segments)
        assert all(entry.passages <= SMALL.most for entry in manifest.segments)
        if chance.random() < 0.2:
            drop_others(home)
        if step % 4 != 1:
            continue
        stepwise = open_generation(home)
        at_once = tmp_path / "at-once"
        shutil.rmtree(at_once, ignore_errors=True)
        shutil.copytree(home / "library", at_once / "library")
        build(at_once, encoder, shape=SHAPE)
        whole = open_generation(at_once)
        told = told_by(stepwise)
        left_out = left_out or any(told["unsearched"])
        assert told == told_by(whole)
        assert_same(asked(stepwise, encoder), asked(whole, encoder))
        stepwise.close()
        whole.close()
    assert len(segments) > 1 and max(segments) > 1
    assert dropped
    assert left_out, "no advert was left out"
