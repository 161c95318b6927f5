"""`playback topics` and `playback start`: what is often talked about, and where to begin.

`base` is the server's public URL without a slash at the end, "" for addresses that begin with a slash.
"""

from argparse import Namespace
from collections.abc import Iterator, Sequence
from contextlib import closing

from api.formatting import counted, episode_name, when
from api.quotes.citation import Citation
from api.settings import Settings
from api.terminal.output import print_list, print_one
from api.terminal.text import line_of
from api.topics.topics import Start, TopicLine, TopicPage, start_of, topic_lines, topic_page
from index.store import open_generation


def topics(options: Namespace, settings: Settings) -> int:
    """Print what the library often talks about, or one topic."""
    with closing(open_generation(settings.home)) as generation:
        if options.topic is None:
            print_list("topics", topic_lines(generation), options, topics_text)
        else:
            print_one(topic_page(settings.home, generation, options.topic), options, settings, topic_text)
    return 0


def start(options: Namespace, settings: Settings) -> int:
    """Print where a newcomer begins."""
    with closing(open_generation(settings.home)) as generation:
        print_one(start_of(settings.home, generation), options, settings, start_text)
    return 0


def topics_text(found: Sequence[TopicLine]) -> str:
    """Return the topics, one to a line; what to say if there are none."""
    lines = [line_of(f"{one.id}: {one.title} ({counted(one.passages, 'passage')})") for one in found]
    return "\n".join(lines) or "too little was said to find topics"


def topic_text(found: TopicPage, base: str) -> str:
    """Return one topic, with where to begin in it."""
    head = [f"{found.topic.title} ({counted(found.topic.passages, 'passage')})"]
    head.append(f"Often said: {', '.join(found.topic.phrases)}")
    for name, things in (("Terms", found.terms), ("People", found.people)):
        if things:
            head.append(f"{name}: {', '.join(one.name for one in things)}")
    return "\n".join(map(line_of, [*head, *_lines(found.start, base)]))


def start_text(found: Start, base: str) -> str:
    """Return where a newcomer begins; what to say if nothing was found."""
    return "\n".join(map(line_of, _lines(found, base))) or "too little was said to choose where to begin"


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
