"""Layouts in which transcripts stand in show notes: HTML, Markdown and plain text."""

import html
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from tests.printed.conversation import Said, clock

Form = Literal["text", "markdown", "html"]


@dataclass(frozen=True, slots=True)
class Layout:
    """How one turn is printed, what stands between turns, and around all of them.

    `timed`: the start of each turn is printed. `traits` say what decides whether a decoration makes sense here:
    "no names" (numbers), "no colon" (nothing but its place marks a name), "capitals", "cells" (nothing fits between
    turns), "one line" (no line breaks), "brackets" (around the name), "given" (a tag says what is a name).
    """

    form: Form
    turn: Callable[[Said], str]
    between: str = "\n\n"
    around: tuple[str, str] = ("", "")
    timed: bool = False
    traits: frozenset[str] = frozenset()


def _plain(opening: str, between: str = "\n") -> Callable[[Said], str]:
    """Return a printer of plain text or Markdown: the opening, then the paragraphs."""
    return lambda said: opening.format(**_fields(said, str)) + between.join(said.paragraphs)


def _tags(opening: str, closing: str = "</p>", between: str = "</p>\n<p>") -> Callable[[Said], str]:
    """Return a printer of HTML: the opening, the paragraphs, the closing."""
    return lambda said: (
        opening.format(**_fields(said, html.escape)) + between.join(map(html.escape, said.paragraphs)) + closing
    )


def _fields(said: Said, escaped: Callable[[str], str]) -> dict[str, str | int]:
    frames = said.start % 25
    return {
        "name": escaped(said.label),
        "capitals": escaped(said.label.upper()),
        "time": said.clock,
        "seconds": said.start,
        "short": said.clock.removeprefix("0"),
        "range": f"{_frames(said.start, frames)} - {_frames(said.end, frames)}",
        "span": f"{said.clock} - {clock(said.end, hours=said.clock.count(':') == 2)}",
    }


def _hours(seconds: int) -> str:
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def _frames(seconds: int, frames: int) -> str:
    return f"{_hours(seconds)}:{frames:02}"


def _table(columns: str) -> Layout:
    """Return a table with a header row and its columns in this order."""
    order = columns.split()
    head = "".join(f"<th>{column}</th>" for column in order)

    def row(said: Said) -> str:
        text = "<br>".join(map(html.escape, said.paragraphs))
        cells = {"Time": said.clock, "Speaker": html.escape(said.label), "Text": text}
        return "<tr>" + "".join(f"<td>{cells[column]}</td>" for column in order) + "</tr>"

    around = (f"<table><thead><tr>{head}</tr></thead>\n<tbody>", "</tbody></table>")
    return Layout("html", row, "\n", around, timed="Time" in order, traits=frozenset({"cells", "given"}))


def _cited(said: Said) -> str:
    """Print the blocks of a known transcript service, without a name where there is none."""
    name = "<cite>{name}:</cite>\n" if said.label else ""
    return _tags(name + "<time>{short}</time>\n<p>")(said)


_NO_COLON = frozenset({"no colon"})
_BARE_TIMED = frozenset({"no colon", "given"})  # a time in a fixed place says what is a name
_PARAGRAPH = ("<p>", "</p>")

LAYOUTS: dict[str, Layout] = {
    "Name: text": Layout("text", _plain("{name}: ")),
    "Name: text, single lines": Layout("text", _plain("{name}: "), "\n"),
    "Name: / text": Layout("text", _plain("{name}:\n")),
    "[Name]: text": Layout("text", _plain("[{name}]: "), traits=frozenset({"brackets"})),
    "NAME – text": Layout("text", _plain("{capitals} – "), traits=frozenset({"capitals"})),
    "NAME: text": Layout("text", _plain("{capitals}: "), traits=frozenset({"capitals"})),
    "NAME. text": Layout("text", _plain("{capitals}. "), traits=frozenset({"capitals"})),
    "{Name} text": Layout("text", _plain("{{{name}}} "), traits=frozenset({"brackets"})),
    "<Name> text": Layout("text", _plain("<{name}> "), traits=frozenset({"brackets"})),
    "<p>&lt;Name&gt; text": Layout("html", _tags("<p>&lt;{name}&gt; "), traits=frozenset({"brackets"})),
    "[Name, 00:12] text": Layout("text", _plain("[{name}, {time}] "), timed=True, traits=frozenset({"brackets"})),
    "[00:12 Name] text": Layout("text", _plain("[{time} {name}] "), timed=True, traits=frozenset({"brackets"})),
    "Speaker #1: text": Layout("text", _plain("{name}: "), traits=frozenset({"no names"})),
    "Name (00:12): text": Layout("text", _plain("{name} ({time}): "), timed=True),
    "Name (00:12 - 00:20): text": Layout("text", _plain("{name} ({span}): "), timed=True),
    "[00:12] Name: text": Layout("text", _plain("[{time}] {name}: "), timed=True),
    "Name  0:12 / text": Layout("text", _plain("{name}  {short}  \n"), timed=True, traits=_BARE_TIMED),
    "00:12 / Name: text": Layout("text", _plain("{time}\n{name}: "), timed=True),
    "range with frames / Name / text": Layout("text", _plain("{range}\n{name}\n"), timed=True, traits=_BARE_TIMED),
    "Name&nbsp;： text": Layout("text", _plain("{name}\xa0： ")),
    "all in one line": Layout("text", _plain("{name}: ", " "), " ", traits=frozenset({"one line"})),
    "**Name:** text": Layout("markdown", _plain("**{name}:** ", "\n\n")),
    "**Name** / text": Layout("markdown", _plain("**{name}**\n\n", "\n\n"), traits=_NO_COLON),
    "**[00:12] Name:** text": Layout("markdown", _plain("**[{time}] {name}:** ", "\n\n"), timed=True),
    "<p>Name: text": Layout("html", _tags("<p>{name}: ")),
    "<b>Name</b>: text": Layout("html", _tags("<p><b>{name}</b>: ")),
    "<strong>Name:</strong>&nbsp;text": Layout("html", _tags("<p><strong>{name}:</strong>&nbsp;"), "<p>&nbsp;</p>\n"),
    "<b>Name</b> / text": Layout("html", _tags("<p><b>{name}</b></p>\n<p>"), traits=_NO_COLON),
    "<p>Name:</p> / text": Layout("html", _tags("<p>{name}:</p>\n<p>")),
    "<b>Name:</b> text<br>": Layout("html", _tags("<b>{name}:</b> ", "", "<br>\n"), "<br>\n<br>\n", _PARAGRAPH),
    "Name: text<br>": Layout("html", _tags("{name}: ", "", "<br>"), "<br>", _PARAGRAPH),
    "one paragraph": Layout(
        "html", _tags("{name}: ", "", " "), " ", _PARAGRAPH, traits=frozenset({"cells", "one line"})
    ),
    "table: Time, Speaker, Text": _table("Time Speaker Text"),
    "table: Speaker, Time, Text": _table("Speaker Time Text"),
    "table: Speaker, Text": _table("Speaker Text"),
    "table: Text, Speaker, Time": _table("Text Speaker Time"),
    "<dl>": Layout(
        "html",
        _tags("<dt>{name}</dt>\n<dd>", "</dd>", "</dd>\n<dd>"),
        "\n",
        ("<dl>", "</dl>"),
        traits=frozenset({"cells", "given"}),
    ),
    "<cite>, <time>, <p>": Layout("html", _cited, "\n", timed=True, traits=frozenset({"given"})),
    "<a href=?t=12>0:12</a> Name: text": Layout(
        "html",
        _tags('<p><a href="https://lamps.example/7?t={seconds}">{short}</a> <strong>{name}:</strong> '),
        timed=True,
    ),
}


def numbered(turns: Sequence[Said]) -> list[Said]:
    """Return the turns with numbers instead of names, as machines print them."""
    numbers = {person: f"Speaker #{number}" for number, person in enumerate(dict.fromkeys(s.person for s in turns), 1)}
    return [replace(said, label=numbers[said.person], speakers=frozenset({numbers[said.person]})) for said in turns]
