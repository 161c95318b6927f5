"""Words a recogniser would misspell: the people and title of an episode, and the terms of the glossary."""

from collections.abc import Iterable

from ingest.reference.glossary import glossary


def vocabulary_for(title: str | None, names: Iterable[str]) -> tuple[str, ...]:
    """Return what Whisper should expect, most telling first: people, the title, then the glossary; each once."""
    terms = (entry.term for entry in glossary())
    return tuple(dict.fromkeys(entry for entry in (*names, title, *terms) if entry))
