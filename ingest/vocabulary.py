"""Words a recogniser would misspell: the people and title of an episode, and the terms of the glossary."""

import json
from collections.abc import Iterable
from functools import cache
from importlib.resources import files


@cache
def glossary_terms() -> tuple[str, ...]:
    """Return the terms of `data/glossary.json` in its order, read once."""
    data = json.loads((files("data") / "glossary.json").read_text("utf-8"))
    return tuple(entry["term"] for entry in data["terms"])


def vocabulary_for(title: str | None, names: Iterable[str]) -> tuple[str, ...]:
    """Return what Whisper should expect, most telling first: people, the title, then the glossary; each once."""
    return tuple(dict.fromkeys(entry for entry in (*names, title, *glossary_terms()) if entry))
