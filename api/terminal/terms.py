"""`playback terms`: what names and abbreviations mean.

`base` is the server's public URL without a slash at the end, "" for addresses that begin with a slash.
"""

from argparse import Namespace
from collections.abc import Iterator, Sequence
from contextlib import closing

from api.formatting import counted, episode_name
from api.settings import Settings
from api.terminal.output import print_list, print_one
from api.terminal.text import line_of, said_lines
from api.terms.entry import Entry, TermLine, entry_of, term_lines
from index.store import open_generation


def terms(options: Namespace, settings: Settings) -> int:
    """Print the names and abbreviations that are used, or what is known of one."""
    with closing(open_generation(settings.home)) as generation:
        if options.name is None:
            print_list("terms", term_lines(settings.home, generation), options, terms_text)
        else:
            print_one(entry_of(settings.home, generation, options.name), options, settings, term_text)
    return 0


def terms_text(lines: Sequence[TermLine]) -> str:
    """Return a list of terms, one per line with their id; what to say if there are none."""
    told = (
        line_of(
            f"{line.id}: {line.name}{f': {line.expansion}' if line.expansion else ''} "
            f"({counted(line.uses, 'use')}, {counted(line.episodes, 'episode')})"
        )
        for line in lines
    )
    return "\n".join(told) or "no names or abbreviations were found"


def term_text(term: Entry, base: str) -> str:
    """Return what is known of a term, each fact with its quote."""
    return "\n".join(_of_term(term, base))


def _of_term(term: Entry, base: str) -> Iterator[str]:
    yield line_of(", ".join(term.names) + (f": {term.expansion}" if term.expansion else ""))
    shown: list[str] = []
    for what, citation in (
        ("What it is", term.definition),
        ("What it stands for", term.expanded),
        ("First said", term.first),
        ("Last said", term.latest),
    ):
        if citation is not None and citation.id not in shown:
            shown.append(citation.id)
            yield f"{what}:"
            yield from said_lines(citation, base)
    if term.related:
        yield line_of(f"Often said with it: {', '.join(one.name for one in term.related)}")
    for one in term.episodes:
        yield line_of(f"{episode_name(one.episode)} ({one.episode.id}): {counted(one.uses, 'use')}")
