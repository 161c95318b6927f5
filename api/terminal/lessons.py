"""`playback lessons`: list the register of lessons, and decide about its entries."""

import getpass
from argparse import Namespace
from collections.abc import Sequence

from api.errors import FilterError
from api.formatting import counted, day, when
from api.lessons.asked import asked_query
from api.lessons.chosen import FacetName, chosen
from api.lessons.contract_json import lessons_page_json
from api.lessons.decide import decide
from api.lessons.register import Entry, Register, register_of
from api.quotes.citation_formats import name_of, one_line
from api.settings import Settings
from api.terminal.output import print_json
from index.generation import Generation
from index.store import open_generation
from ingest.library.decisions import Action, decision_of

# What stands after the action: ids of lessons, or one id with the words of the value.
_WITH_VALUE: dict[Action, str] = {"retitle": "a title", "tag": "a tag", "untag": "a tag", "note": "a text"}
_FILTERS: tuple[FacetName, ...] = ("theme", "kind", "show", "person", "year", "state", "episode")


def lessons(options: Namespace, settings: Settings) -> int:
    """List the register of lessons, or store what the options decide and print the lessons as they are then."""
    if options.action == "list":
        if options.what:
            raise FilterError("lessons list takes filters only, such as --episode ID")
        page, limit = options.page, options.limit
        register, found = listed(options, settings)
    else:
        found = decided(options, settings)
        page, limit = 1, len(found)  # all of them
        register = register_of(settings.home, open_generation(settings.home))
    if options.json:
        print_json(lessons_page_json(register, found, page, limit))
    else:
        print(lessons_text(register, found, page, limit))
    return 0


def listed(options: Namespace, settings: Settings) -> tuple[Register, list[Entry]]:
    """Return the register and the entries that the filters allow, the best first."""
    register = register_of(settings.home, open_generation(settings.home))
    given = {name: (value,) for name in _FILTERS if (value := getattr(options, name)) is not None}
    return register, chosen(register.entries, asked_query(register, given))


def decided(options: Namespace, settings: Settings) -> list[Entry]:
    """Store what the command line decides, one lesson after the other, and return them as they are then."""
    generation = open_generation(settings.home)
    by = options.by or _user()
    return [
        decide(settings.home, generation, identifier, decision_of(options.action, identifier, by, value))
        for identifier, value in _pairs(options.action, options.what, generation, settings)
    ]


def _pairs(
    action: Action, what: Sequence[str], generation: Generation, settings: Settings
) -> list[tuple[str, str | None]]:
    """Return each lesson to decide about with the value; all ids are checked before anything is stored."""
    if not what:
        raise FilterError(f"lessons {action} needs the id of a lesson; playback lessons lists them")
    first, *rest = what
    if action in _WITH_VALUE:
        if not rest:
            raise FilterError(f"lessons {action} needs an id and {_WITH_VALUE[action]}")
        return [(first, " ".join(rest))]
    register = register_of(settings.home, generation)
    for identifier in what:
        register.entry(identifier)
    if action != "merge":
        return [(identifier, None) for identifier in what]
    if not rest:
        raise FilterError("lessons merge needs the id of a lesson, and those to show under it")
    return [(first, other) for other in rest]


def lessons_text(register: Register, found: Sequence[Entry], page: int, limit: int) -> str:
    """Return a page of lessons for a terminal: title, facts, quotes with their sources, notes."""
    if not found:
        return "no lessons; playback lessons --state rejected, or fewer filters, may show some"
    count = counted(len(found), "lesson")
    entries = found[(page - 1) * limit : page * limit]
    if not entries:
        return f"no lessons on page {page}, of {count} in all"
    shown = count if len(entries) == len(found) else f"{len(entries)} of {count}"
    if len(found) > page * limit:
        shown += f"; --limit N shows more, --page {page + 1} the next ones"
    return "\n\n".join([*(_text(register, entry) for entry in entries), shown])


def _text(register: Register, entry: Entry) -> str:
    entry = register.as_shown(entry)
    facts = [entry.kind, entry.state, f"{entry.score:.2f}", *(["words changed, check"] if entry.changed else [])]
    lines = [one_line(entry.title), f"  {', '.join(facts)}  {register.read_as(entry)}"]
    if entry.themes:
        lines.append(f"  about {', '.join(map(one_line, entry.themes))}")
    if entry.reason:
        lines.append(f"  {one_line(entry.reason)}")
    for cited in register.whole(entry):
        role = f", {one_line(cited.role)}" if cited.role else ""
        source = (name_of(cited.episode), day(cited.episode.published), when(cited.start, cited.timing))
        lines.append(f"  “{one_line(cited.quote)}”")
        lines.append(f"  {one_line(cited.speaker or 'Speaker not named')}{role}: {', '.join(filter(None, source))}")
    lines += [f"  {note.at[:10]} {one_line(note.by)}: {one_line(note.text)}" for note in entry.notes]
    return "\n".join(lines)


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container may have no name for its user
        raise FilterError("say who decides: --by NAME") from None
