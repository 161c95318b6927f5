"""What is read of many places at once looks at those rows, not at every row of a table."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from index.building.build import build
from index.chunk import PassageShape
from index.mined.episode import Lesson, Span
from index.segments.tables import FileTables
from index.store import open_generation
from ingest.transcript import Transcript

MANY = 100
ID = "a-1-aaaa"


def test_many_places_are_looked_up_by_their_rows(
    tmp_path: Path,
    transcript_of: Callable[..., Transcript],
    save: Any,
    encoder: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Sentences, passages, episodes and what lessons say, for one place as for a hundred."""
    said = " ".join(f"The mast {number} was mended by many people." for number in range(50))
    save(tmp_path, transcript_of(ID, ("Ada", said)))
    build(tmp_path, encoder, shape=PassageShape(20, 1))
    generation, read = open_generation(tmp_path), FileTables.rows
    scanned: list[str] = []

    def rows(self: FileTables, query: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        plan = read(self, f"EXPLAIN QUERY PLAN {query}", values)
        tables = ("sentences", "vectors", "passages", "episodes")
        scanned.extend(step for *_, step in plan if step.startswith("SCAN") and step.endswith(tables))
        return read(self, query, values)

    monkeypatch.setattr(FileTables, "rows", rows)
    for count in (1, MANY):
        places = [(ID, place % 50) for place in range(count)]
        spans = [(ID, Span(8 * number, 8)) for _, number in places]
        (one,) = generation.sentences_at(ID, Span(8, 8))
        assert one.text == "The mast 1 was mended by many people."
        found = generation.sentences_at_each(spans)
        assert [len(each) for each in found] == [1] * count
        assert generation.sentences_from([(ID, span.first_word) for _, span in spans]) == [n for _, n in places]
        assert [len(each) for each in generation.stretches([(ID, n, n + 1) for _, n in places])] == [1] * count
        passages = generation.passages(generation.passages_with(places))
        for passage, (_, number) in zip(passages, places, strict=True):
            assert passage.sentences[0] <= number < passage.sentences[1]
        texts, _ = generation.mined.told([Lesson(ID, 0, span, "Ada", "advice", 1.0, "") for _, span in spans])
        assert texts == [each.text for (each,) in found]
        assert generation.episodes_of([ID])[ID].id == ID
    assert scanned == []
