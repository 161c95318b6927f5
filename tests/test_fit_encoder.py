"""Bounds of similarity are carried over to another encoder's scale, and what is printed is a table that can be read."""

import tomllib
from dataclasses import asdict, replace

import pytest

from benchmarks.fit_encoder import Scale, Scales, carried_over, table_of
from index.fitted import Fitted, usual

NARROW = Scales(Scale(0.5, 0.2), Scale(0.6, 0.1), Scale(0.5, 0.1))


def test_the_same_scale_changes_nothing() -> None:
    """An encoder that is like the measured one has its numbers."""
    before, after = usual(), carried_over(usual(), NARROW, NARROW)
    for name, value in asdict(before).items():
        expected = pytest.approx(value) if isinstance(value, float | tuple) else value
        assert getattr(after, name) == expected, name


def test_a_bound_keeps_its_place_on_another_scale() -> None:
    """Cosines that are all higher and closer together: known answers."""
    given = replace(usual(), same_question=0.7, words_weight=0.3, held_name=0.7, match_weight=6.0, least_match=0.1)
    found = carried_over(given, NARROW, Scales(Scale(0.8, 0.05), Scale(0.9, 0.02), Scale(0.8, 0.05)))
    assert found.same_question == pytest.approx(0.85), "one deviation above the mean"
    assert found.words_weight == pytest.approx(0.075)
    assert found.held_name == pytest.approx(0.92)
    assert (found.match_weight, found.least_match) == (pytest.approx(12.0), pytest.approx(0.05))
    said, matched, near = given.subject_weights
    assert found.subject_weights == pytest.approx((said, 2 * matched, 4 * near))
    before = given.subject_constant + 0.6 * matched + 0.7 * near
    after = found.subject_constant + 0.85 * 2 * matched + 0.85 * 4 * near
    assert after == pytest.approx(before), "one deviation above both means is worth the same"
    assert (found.signals, found.touches) == (given.signals, given.touches)


def test_the_printed_table_is_read_as_it_was() -> None:
    """Names of hubs hold slashes."""
    fitted = replace(usual(), encoder="some/encoder", weights="0" * 64)
    table = tomllib.loads("\n".join(table_of(fitted)))["some/encoder"]
    read = {key: tuple(value) if isinstance(value, list) else value for key, value in table.items()}
    assert Fitted("some/encoder", **read) == fitted
