"""The numbers that depend on the encoder, read from `encoders.toml` beside this file, which says what each means."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True, slots=True)
class Fitted:
    """Weights and bounds fitted on questions for the encoder of this name; `encoders.toml` says what each means."""

    encoder: str
    weights: str  # SHA-256 of the encoder's weights
    signals: Mapping[str, float]
    same_question: float
    same_weight: float
    match_weight: float
    words_weight: float
    about: float
    subject_weights: tuple[float, ...]
    subject_constant: float
    confidence_weights: tuple[float, ...]
    confidence_constant: float
    quote_weights: tuple[float, ...]
    quote_constant: float
    sure: float
    touches: float
    usual_weakest_name: float
    held_name: float
    least_cosine: float
    least_match: float


def fitted_for(weights: str) -> Fitted:
    """Return the numbers fitted for the encoder of these weights (SHA-256), the usual ones if nobody measured it."""
    tables, _ = _read()
    return tables.get(weights) or usual()


def usual() -> Fitted:
    """Return the numbers for an encoder that nobody measured: those of the encoder that the file names as default."""
    return _read()[1]


def unmeasured(weights: str) -> str | None:
    """Return what to say of an encoder that nobody measured, None if somebody did."""
    if fitted_for(weights).weights == weights:
        return None
    return f"nobody measured this encoder: it uses the weights and thresholds of {usual().encoder} (docs/encoders.md)"


@cache
def _read() -> tuple[dict[str, Fitted], Fitted]:
    """Return the numbers by weights' SHA-256, and the usual ones."""
    given = tomllib.loads((files(__package__) / "encoders.toml").read_text("utf-8"))
    default = given.pop("default")
    tables = {name: _fitted(name, table) for name, table in given.items()}
    return {found.weights: found for found in tables.values()}, tables[default]


def _fitted(name: str, table: Mapping[str, Any]) -> Fitted:
    given: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in table.items()}
    return Fitted(name, **given)
