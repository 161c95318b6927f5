"""The glossary shipped with the package: acronyms and product names with their meanings."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Term:
    """An entry of the glossary; `expansion` is what an acronym stands for, `aliases` are other forms people say."""

    term: str
    expansion: str | None
    definition: str
    source: str
    aliases: tuple[str, ...]


@cache
def glossary() -> tuple[Term, ...]:
    """Return the entries of `data/glossary.json` in their order, read once."""
    data = json.loads((files("data") / "glossary.json").read_text("utf-8"))
    return tuple(Term(**{**entry, "aliases": tuple(entry["aliases"])}) for entry in data["terms"])


def expansions(text: str) -> tuple[str, ...]:
    """Return the long forms of a text's acronyms and the acronyms of its long forms, each once.

    Forms of three letters or more match in any case, since people type "sre".
    """
    found: list[str] = []
    for pattern, meaning in _patterns():
        if pattern.search(text):
            found.append(meaning)
    return tuple(dict.fromkeys(found))


def spelled_out(text: str, is_known: Callable[[str], bool]) -> str:
    """Return the text with each acronym that is not known replaced by its long form."""
    for entry in glossary():
        form = _whole(entry.term)
        if entry.expansion is not None and form.search(text) and not is_known(entry.term):
            text = form.sub(entry.expansion.replace("\\", r"\\"), text)
    return text


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    pairs = []
    for entry in glossary():
        if entry.expansion is not None:
            pairs.append((_whole(entry.term), entry.expansion))
            pairs += [(_whole(form), entry.term) for form in (entry.expansion, *entry.aliases) if " " in form]
    return tuple(pairs)


@cache
def _whole(form: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(form)}(?!\w)", re.IGNORECASE if len(form) > 2 else 0)
