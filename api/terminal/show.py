"""`playback show`: the account of one episode for a terminal."""

from collections.abc import Iterator

from api.episodes.about import About
from api.episodes.about_words import sections_of
from api.formatting import episode_name
from api.terminal.text import line_of


def about_text(about: About) -> str:
    """Return the account as text for a terminal, one fact per line."""
    return "\n".join("  " * depth + line_of(text) for depth, text in _lines(about))


def _lines(about: About) -> Iterator[tuple[int, str]]:
    yield 0, f"{episode_name(about.episode)} ({about.episode.id})"
    for section in sections_of(about):
        yield 0, section.title
        for row in section.rows:
            yield 1, f"{row.name}: {row.text}" if row.name else row.text
            yield from ((2, line) for line in row.lines)
