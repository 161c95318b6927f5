"""Words a recogniser would misspell: the people and title of an episode, and the terms of the glossary."""

from collections.abc import Iterable, Sequence

from ingest.reference.glossary import glossary

PROMPT = 600  # characters of vocabulary given to Whisper: about 200 of the 223 tokens it reads


def vocabulary_for(title: str | None, names: Iterable[str]) -> tuple[str, ...]:
    """Return what Whisper should expect, most telling first: people, the title, then the glossary; each once."""
    terms = (entry.term for entry in glossary())
    return tuple(dict.fromkeys(entry for entry in (*names, title, *terms) if entry))


def prompt(vocabulary: Sequence[str]) -> str:
    """Return the vocabulary as Whisper's prompt: whole entries, comma-separated, as many as it reads."""
    text = ""
    for entry in vocabulary:
        longer = f"{text}, {entry}" if text else entry
        if len(longer) > PROMPT:
            break
        text = longer
    return text
