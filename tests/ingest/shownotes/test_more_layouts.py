"""Layouts of word processors, Markdown and transcript services, and lists that explain the labels of a transcript."""

from collections.abc import Callable

import pytest

from ingest.shownotes.parse import OfficialText, parse_notes
from tests.growth import LINEAR, growth
from tests.ingest.shownotes.test_other_layouts import SAID

Printed = Callable[[str, str, int], str]  # a name, a text and its second, to the paragraph

TIMED: dict[str, Printed] = {
    "a time as code": lambda name, text, start: f"**{name}:** `0:{start:02}` {text}",
    "a line break with a backslash": lambda name, text, start: f"**{name}** 0:{start:02}\\\n{text}",
    "a time behind the colon": lambda name, text, start: f"{name}:\t00:00:{start:02}\t{text}",
}
UNTIMED: dict[str, Printed] = {
    "bold and italic": lambda name, text, _: f"***{name}:*** {text}",
    "an arrow": lambda name, text, _: f"{name} -> {text}",
    "an angle": lambda name, text, _: f"{name} > {text}",
    "Word": lambda name, text, _: f'<p class="MsoNormal"><b>{name}:<o:p></o:p></b></p><p>{text}<o:p></o:p></p>',
}


def _turns(text: OfficialText) -> list[tuple[str | None, str]]:
    return [(turn.speaker, turn.text) for turn in text.turns]


@pytest.mark.parametrize("layout", [*TIMED, *UNTIMED])
def test_a_layout_is_read(layout: str) -> None:
    """No word lost, none invented, each under its speaker and with its printed time."""
    printed = (TIMED | UNTIMED)[layout]
    lines = ["Full transcript below:", *(printed(name, text, 7 * n) for n, (name, text) in enumerate(SAID))]

    found = parse_notes("\n\n".join(lines))

    assert _turns(found) == SAID
    assert [turn.start for turn in found.turns] == [float(7 * n) if layout in TIMED else None for n in range(4)]


def test_a_first_name_in_bold_needs_no_colon() -> None:
    """Where two of them come back; a bold word that begins sentences is speech."""
    said = [(name.split()[0], text) for name, text in SAID]

    found = parse_notes("<h2>Transcript</h2>" + "".join(f"<p><b>{name}</b> {text}</p>" for name, text in said))

    assert _turns(found) == said
    kettles = "".join(f"<p><b>Kettles</b> They sing, part {n}.</p>" for n in range(6))
    assert parse_notes(f"<h2>Transcript</h2>{kettles}").turns == ()
    lines = [f"<p><b>{name}:</b> {text}</p><p><b>Tea</b> We drink it.</p>" for name, text in said[:3]]
    found = parse_notes("<h2>Transcript</h2>" + "".join(lines))
    assert {turn.speaker for turn in found.turns} <= {"Ann", "Jo", None}


def test_two_people_in_each_paragraph() -> None:
    """The second one has a turn, although no paragraph begins with that name."""
    pairs = [f"{a}: {one} {b}: {other}" for (a, one), (b, other) in (SAID[:2], SAID[2:])] * 2

    assert _turns(parse_notes("Full transcript below:\n\n" + "\n\n".join(pairs))) == SAID * 2


@pytest.mark.parametrize(
    "legend",
    [
        ["AL: Ann Lee", "JB: Jo Brown"],
        ["AL = Ann Lee, host", "JB = Jo Brown (Tea Board)"],
        ["- AL – Ann Lee", "- JB – Jo Brown"],
        ["Speakers: Ann Lee (AL), Jo Brown (JB)"],
        ["Ann Lee (AL) and Jo Brown (JB)"],
    ],
)
@pytest.mark.parametrize("before", [True, False])
def test_a_list_explains_the_initials(legend: list[str], before: bool) -> None:
    """Nobody says it, before the marker or below it; the initials are aliases of the names."""
    said = [("".join(word[0] for word in name.split()), text) for name, text in SAID]
    marker = ["Full transcript below:"]
    lines = [*(legend + marker if before else marker + legend), *(f"{name}: {text}" for name, text in said)]

    found = parse_notes("\n\n".join(lines))

    assert _turns(found) == said
    assert found.aliases == {"AL": "Ann Lee", "JB": "Jo Brown"}
    assert found.left_out == (() if before else tuple(legend))


@pytest.mark.parametrize(("ann", "jo"), [("Host", "Guest"), ("H", "G"), ("Ann", "Jo")])
def test_a_list_explains_parts_letters_and_first_names(ann: str, jo: str) -> None:
    """Below the marker, where it would be said by those whom it explains."""
    labels = {"Ann Lee": ann, "Jo Brown": jo}
    lines = [f"{ann}: Ann Lee", f"{jo}: Jo Brown, Tea Board", *(f"{labels[name]}: {text}" for name, text in SAID)]

    found = parse_notes("Full transcript below:\n\n" + "\n\n".join(lines))

    assert [text for _, text in _turns(found)] == [text for _, text in SAID]
    assert [found.aliases.get(speaker or "", speaker) for speaker, _ in _turns(found)] == [name for name, _ in SAID]


def test_small_words_of_a_name_may_have_initials() -> None:
    """Ann van Berg is AVB or AB."""
    for short in ("AVB", "AB"):
        lines = [
            f"{short}: Ann van Berg",
            "JB: Jo Brown",
            f"{short}: Who was it?",
            f"JB: {SAID[1][1]}",
            f"{short}: Well.",
        ]
        found = parse_notes("Full transcript below:\n\n" + "\n\n".join(lines))
        assert [text for _, text in _turns(found)] == ["Who was it?", SAID[1][1], "Well."]
        assert found.aliases == {short: "Ann van Berg", "JB": "Jo Brown"}


@pytest.mark.parametrize(("ann", "jo"), [("AL", "JB"), ("Ann", "Jo"), ("Host", "Guest")])
def test_people_who_introduce_themselves_are_heard(ann: str, jo: str) -> None:
    """What ends as a sentence is said, though it begins as a list would."""
    said = [(ann, "Ann Lee, from the Tea Board."), (jo, "Jo Brown, what else?"), (ann, "Shall we begin?"), (jo, "Yes.")]

    found = parse_notes("Full transcript below:\n\n" + "\n\n".join(f"{name}: {text}" for name, text in said))

    assert [text for _, text in _turns(found)] == [text for _, text in said]
    assert found.left_out == ()


def test_an_answer_with_a_name_is_no_list() -> None:
    """One line alone, or a name that has other initials, is what somebody said."""
    lines = ["AL: Who was it?", "JB: Jo Brown", "AL: I see. And who are you?", "JB: Jo Brown, of course."]

    found = parse_notes("Full transcript below:\n\n" + "\n\n".join(lines))

    assert [text for _, text in _turns(found)] == [line.partition(": ")[2] for line in lines]


@pytest.mark.parametrize("part", ["AB: Ann Brown\n", "Ann Brown (AB), ", "**", "<o:p>", "A: 0:01 b\n", "a\\\n"])
def test_hostile_repetition_of_these(part: str) -> None:
    """It is read in proportion to its length."""
    assert growth(lambda size: parse_notes(part * size), 300) < LINEAR
