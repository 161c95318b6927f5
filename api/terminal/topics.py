"""`playback topics` and `playback start`: what is often talked about, and where to begin, for a terminal.

`base` is the server's public URL without a slash at the end, "" for addresses that begin with a slash.
"""

from collections.abc import Iterator, Sequence

from api.formatting import counted, episode_name, when
from api.quotes.citation import Citation
from api.terminal.text import line_of
from api.topics.topics import Start, TopicLine, TopicPage


def topics_text(topics: Sequence[TopicLine]) -> str:
    """Return the topics, one to a line; what to say if there are none."""
    lines = [line_of(f"{one.id}: {one.title} ({counted(one.passages, 'passage')})") for one in topics]
    return "\n".join(lines) or "too little was said to find topics"


def topic_text(found: TopicPage, base: str) -> str:
    """Return one topic, with where to begin in it."""
    head = [f"{found.topic.title} ({counted(found.topic.passages, 'passage')})"]
    head.append(f"Often said: {', '.join(found.topic.phrases)}")
    for name, things in (("Terms", found.terms), ("People", found.people)):
        if things:
            head.append(f"{name}: {', '.join(one.name for one in things)}")
    return "\n".join(map(line_of, [*head, *_lines(found.start, base)]))


def start_text(start: Start, base: str) -> str:
    """Return where a newcomer begins; what to say if nothing was found."""
    return "\n".join(map(line_of, _lines(start, base))) or "too little was said to choose where to begin"


def _lines(start: Start, base: str) -> Iterator[str]:
    if start.about is not None:
        yield f"What it is: {_said(start.about, base)}"
    for one in start.terms:
        yield f"Term: {one.term.name}: {_said(one.quote, base)}"
    if start.people:
        yield f"People to know: {', '.join(one.name for one in start.people)}"
    for theme in start.themes:
        yield f"{theme.topic.name}: {_said(theme.quote, base)}"
    for number, step in enumerate(start.steps, 1):
        yield f"Listen {number}: {episode_name(step.episode)} ({step.episode.id}): {step.reason}"


def _said(citation: Citation, base: str) -> str:
    time = when(citation.start, citation.timing)
    place = ", ".join(part for part in (citation.speaker, episode_name(citation.episode), time) if part)
    return f"“{citation.quote}” ({place}) {base}{citation.url}"
