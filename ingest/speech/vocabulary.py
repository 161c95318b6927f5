"""Words that Whisper would misspell: an episode's people and title, and the glossary's terms."""

from collections.abc import Iterable, Sequence

from ingest.reference.glossary import glossary

PROMPT = 600  # characters of vocabulary given to Whisper: about 200 of the 223 tokens it reads


def vocabulary_for(title: str | None, names: Iterable[str]) -> tuple[str, ...]:
    """Return the words Whisper should expect, most useful first: people, title, glossary; each once."""
    terms = (entry.term for entry in glossary())
    return tuple(dict.fromkeys(entry for entry in (*names, title, *terms) if entry))


def prompt(vocabulary: Sequence[str]) -> str:
    """Return the vocabulary as Whisper's prompt: comma-separated whole entries, as many as fit."""
    text = ""
    for entry in vocabulary:
        longer = f"{text}, {entry}" if text else entry
        if len(longer) > PROMPT:
            break
        text = longer
    return text
