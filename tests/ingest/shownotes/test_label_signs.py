"""Labels that other signs than a colon mark: braces, brackets with a time, angle brackets, capitals before a stop."""

import html
import re
from collections.abc import Callable

import pytest

from ingest.shownotes.parse import OfficialText, parse_notes
from tests.growth import LINEAR, growth
from tests.ingest.shownotes.test_conversation import LISTS
from tests.ingest.shownotes.test_other_layouts import SAID

Printed = Callable[[str, str, int], str]  # a name, a text and its second, to the paragraph

FORMS: dict[str, Printed] = {
    "{Name} text": lambda name, text, _: f"{{{name}}} {text}",
    "<Name> text": lambda name, text, _: f"<{name}> {text}",
    "&lt;Name&gt; text": lambda name, text, _: html.escape(f"<{name}> {text}"),
    "NAME. text": lambda name, text, _: f"{name.upper()}. {text}",
    "[Name, 00:00:09] text": lambda name, text, start: f"[{name}, 00:00:{start:02}] {text}",
    "[Name 0:09] text": lambda name, text, start: f"[{name} 0:{start:02}] {text}",
    "[0:09 - Name] text": lambda name, text, start: f"[0:{start:02} - {name}] {text}",
    "(Name, 0:09): text": lambda name, text, start: f"({name}, 0:{start:02}): {text}",
    "[0:09] {Name} / text": lambda name, text, start: f"[0:{start:02}] {{{name}}}\n\n{text}",
    "NAME (0:09). text": lambda name, text, start: f"{name.upper()} (0:{start:02}). {text}",
    "0:09 NAME. text": lambda name, text, start: f"0:{start:02} {name.upper()}. {text}",
}


def _turns(text: OfficialText) -> list[tuple[str | None, str]]:
    return [(turn.speaker, turn.text) for turn in text.turns]


def _print(form: str, said: list[tuple[str, str]] = SAID) -> list[str]:
    return [FORMS[form](name, text, 7 * place) for place, (name, text) in enumerate(said)]


@pytest.mark.parametrize("marker", [[], ["Full transcript below:"]])
@pytest.mark.parametrize("form", FORMS)
def test_what_each_sign_marks_is_a_label(form: str, marker: list[str]) -> None:
    """With the times that are printed, with and without a marker, in plain text and in HTML."""
    lines = [*marker, *_print(form)]
    expected = [(name.upper() if "NAME" in form else name, text) for name, text in SAID]

    for notes in ("\n\n".join(lines), "".join(f"<p>{line}</p>" for line in "\n\n".join(lines).split("\n\n"))):
        found = parse_notes(notes)

        assert _turns(found) == expected
        assert [turn.start for turn in found.turns] == [float(7 * n) if ":" in form else None for n in range(4)]


@pytest.mark.parametrize("form", ["{Name} text", "<Name> text", "NAME. text", "[Name, 00:00:09] text"])
def test_a_list_is_none_the_less_a_list(form: str) -> None:
    """Credits, picks, chapters, frequent questions and the like are refused, whatever marks their names."""
    for kind, text in LISTS.items():
        notes = re.sub(
            r"(^|<p>)(?:<b>)?([A-Z][\w ]{1,30}):(?:</b>)? ",
            lambda found: found[1] + FORMS[form](found[2], "", 9),
            text,
            flags=re.MULTILINE,
        )

        assert parse_notes(notes).turns == (), kind


def test_a_name_that_is_an_element_of_html_is_a_name_where_nothing_closes_it() -> None:
    """ "<Mark>" is somebody; "<mark>" with its end is markup, and so is a paragraph that stays open."""
    said = [("Mark", text) if name == "Jo Brown" else (name, text) for name, text in SAID]

    assert _turns(parse_notes("\n\n".join(_print("<Name> text", said)))) == said
    marked = "".join(f"<P>{name}: <Mark>{text[:5]}</Mark>{text[5:]}" for name, text in SAID)
    assert _turns(parse_notes(marked)) == SAID


@pytest.mark.parametrize("aside", ["OK. So it went.", "NASA. That is who.", "I. Am. Sure of it.", "{sic} it said."])
def test_a_sign_in_speech_gives_no_words_to_a_person(aside: str) -> None:
    """A paragraph that begins with capitals and a stop or with a bracket stays, or closes the turn; it names nobody."""
    for form in ("NAME. text", "{Name} text"):
        lines = _print(form)
        lines.insert(2, aside)

        found = parse_notes("Full transcript below:\n\n" + "\n\n".join(lines))

        known = {name.upper() if "NAME" in form else name for name, _ in SAID} | {None}
        assert {turn.speaker for turn in found.turns} <= known
        assert " ".join(turn.text for turn in found.turns).count(aside.partition(" ")[2]) == 1


def test_titles_initials_and_parts_before_a_full_stop() -> None:
    """The stop of "MR." or "J." does not end the label; "Q." and "THE WITNESS." are labels."""
    names = ("MR. BROWN", "J. P. HARROW", "THE WITNESS", "O'NEIL JR", "ANN LEE & MR. BROWN")
    said = [(name, text) for name in names for _, text in (SAID[0], SAID[2])]
    order = [said[place] for place in (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)]

    found = parse_notes("Full transcript below:\n\n" + "\n\n".join(f"{name}. {text}" for name, text in order))

    assert _turns(found) == order


def test_a_dash_behind_a_full_stop_is_the_sign() -> None:
    """The stop of "LEE JR. – Good." is part of the name, and the dash is not said."""
    said = [("ANN LEE JR." if name == "Ann Lee" else name.upper(), text) for name, text in SAID]

    found = parse_notes("Full transcript below:\n\n" + "\n\n".join(f"{name} – {text}" for name, text in said))

    assert _turns(found) == said


def test_headings_and_footers_are_found_beside_signs() -> None:
    """As beside colons: they are left out of the turns."""
    lines = [f"<p>{line}</p>" for line in _print("&lt;Name&gt; text")]
    lines.insert(2, "<h3>How it began</h3>")
    footer = '<p>Transcribed by Kit Pell. <a href="https://k.example">Subscribe to our show</a></p>'

    found = parse_notes("<h2>Transcript</h2>" + "".join(lines) + footer)

    assert _turns(found) == SAID
    assert len(found.left_out) == 2


@pytest.mark.parametrize("part", ["{A} b ", "<Mark> ", "[A, 0:01] b\n", "A. b\n", "MR. ", "A. B. C. ", "{[<(A "])
def test_hostile_repetition_of_signs(part: str) -> None:
    """They are read in proportion to their number."""
    assert growth(lambda size: parse_notes(part * size), 300) < LINEAR
