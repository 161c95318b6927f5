"""Figures of a benchmark as text for people, or as JSON."""

import json
from collections.abc import Mapping
from typing import Any


def print_figures(figures: Mapping[str, Mapping[str, Any]], as_json: bool) -> None:
    """Print figures by part, one to a line."""
    if as_json:
        print(json.dumps(figures, indent=1))
        return
    for part, values in figures.items():
        print(part)
        for name, value in values.items():
            print(f"  {name}: {_shown(value)}")


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return " · ".join(f"{name} {_shown(item)}" for name, item in value.items())
    return f"{value:.3f}" if isinstance(value, float) else str(value)
