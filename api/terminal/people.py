"""`playback people`: who speaks, and what is known of one person.

`base` is the server's public URL without a slash at the end, "" for addresses that begin with a slash.
"""

from argparse import Namespace
from collections.abc import Iterator, Sequence
from contextlib import closing

from api.formatting import counted, episode_name
from api.people.profile import PersonLine, Profile, people_lines, profile_of
from api.settings import Settings
from api.terminal.output import print_list, print_one
from api.terminal.text import line_of, said_lines
from index.store import open_generation


def people(options: Namespace, settings: Settings) -> int:
    """Print everybody who speaks, or what is known of one person."""
    with closing(open_generation(settings.home)) as generation:
        if options.name is None:
            print_list("people", people_lines(settings.home, generation), options, people_text)
        else:
            print_one(profile_of(settings.home, generation, options.name), options, settings, person_text)
    return 0


def people_text(lines: Sequence[PersonLine]) -> str:
    """Return a list of people, one per line with their id; what to say if there are none."""
    told = (
        line_of(f"{line.id}: {line.name}{f', {line.role}' if line.role else ''} ({counted(line.episodes, 'episode')})")
        for line in lines
    )
    return "\n".join(told) or "no transcript names anybody who speaks"


def person_text(person: Profile, base: str) -> str:
    """Return what is known of a person, each role with its quote."""
    return "\n".join(_of_person(person, base))


def _of_person(person: Profile, base: str) -> Iterator[str]:
    yield line_of(", ".join(person.names))
    if person.introduced is not None:
        yield from said_lines(person.introduced, base)
    for held in person.roles:
        yield line_of(f"Role: {held.role} ({_span(held.since, held.until)})")
        yield from said_lines(held.citation, base)
    for lesson in person.lessons:
        yield line_of(f"Lesson ({lesson.kind}): {lesson.title}, {base}{lesson.citation.url}")
    for year in person.years:
        said = f"{counted(year.words, 'word')} in {counted(year.episodes, 'episode')}"
        yield line_of(f"{year.year}: {said}, {base}{year.url}")
    for one in person.episodes:
        asks = ", asks the questions" if one.asks else ""
        yield line_of(f"{episode_name(one.episode)} ({one.episode.id}): {one.share:.0%} of the words{asks}")


def _span(since: str | None, until: str | None) -> str:
    if until is None:
        return "undated"
    return until if since in (None, until) else f"{since} to {until}"
