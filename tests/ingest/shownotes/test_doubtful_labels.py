"""Labels in doubt: acronyms before a full stop, sentences in capitals, brackets that do not belong together."""

import pytest

from ingest.shownotes.parse import OfficialText, parse_notes
from tests.growth import LINEAR, growth
from tests.ingest.shownotes.test_other_layouts import SAID

MARKER = "Full transcript below:"
IN_CAPITALS = [(name.upper(), text) for name, text in SAID]


def _turns(text: OfficialText) -> list[tuple[str | None, str]]:
    return [(turn.speaker, turn.text) for turn in text.turns]


def _read(lines: list[str]) -> list[tuple[str | None, str]]:
    return _turns(parse_notes("\n\n".join([MARKER, *lines])))


def _between(said: list[tuple[str, str]], *asides: str) -> list[tuple[str | None, str]]:
    """Put asides, which nobody is known to say, behind the first turn and then behind every second one."""
    turns: list[tuple[str | None, str]] = [*said]
    for place, aside in zip((1, 4, 7), asides, strict=False):
        turns.insert(place, (None, aside))
    return turns


@pytest.mark.parametrize("names", [IN_CAPITALS, [(name.split()[0], text) for name, text in IN_CAPITALS]])
@pytest.mark.parametrize("aside", ["UK", "EU", "NASA", "DWP"])
def test_an_acronym_that_begins_paragraphs_again_and_again_is_no_speaker(
    aside: str, names: list[tuple[str, str]]
) -> None:
    """Its words stay in a turn of nobody; of what few know, an article in speech tells ("the DWP")."""
    said = [(name, text.replace("my aunt", "the DWP")) for name, text in names]
    expected = _between(said, f"{aside}. It is a long way.", f"{aside}. And it was far.")

    found = _read([text if name is None else f"{name}. {text}" for name, text in expected])

    assert found == expected


@pytest.mark.parametrize("printed", ["{}: {}", "{}. {}"])
def test_initials_of_a_name_are_no_acronym(printed: str) -> None:
    """UK is Uma Khan where her name stands in full, and whoever speaks often where all labels are initials."""
    full = [("ANN LEE", SAID[0][1]), ("UMA KHAN", SAID[1][1]), ("ANN LEE", SAID[2][1]), ("UK", SAID[3][1])] * 2
    short = [("UK" if name == "Jo Brown" else "AL", f"{text} Part {n}.") for n in range(4) for name, text in SAID]

    for said in (full, short):
        found = parse_notes("\n\n".join([MARKER, *(printed.format(name, text) for name, text in said)]))

        assert {found.aliases.get(speaker or "", speaker) for speaker, _ in _turns(found)} == {
            found.aliases.get(name, name) for name, _ in said
        }


@pytest.mark.parametrize("layout", ["{}: {}", "{} - {}", "{}\n\n{}"])
@pytest.mark.parametrize(
    "sentence", ["THANK YOU SO MUCH - IT IS GOOD.", "NOBODY KNEW: NOT EVEN HIM.", "MY AUNT SAID: DRINK."]
)
def test_a_sentence_is_no_speaker_in_notes_in_capitals(layout: str, sentence: str) -> None:
    """What is printed like a name only because all is in capitals keeps its words, and nobody is named for it."""
    lines = [layout.format(name, text).upper() for name, text in SAID]
    lines.insert(2, sentence)

    found = _read(lines)

    assert {speaker for speaker, _ in found} <= {"ANN LEE", "JO BROWN", None}
    assert " ".join(text for _, text in found).replace("\n", " ").count(sentence) == 1


def test_a_sentence_in_capitals_before_a_full_stop_is_no_speaker() -> None:
    """Also where the rest has small letters."""
    expected = _between(IN_CAPITALS, "THANK YOU SO MUCH. It was good.")

    assert _read([text if name is None else f"{name}. {text}" for name, text in expected]) == expected


def test_a_name_that_is_a_word_of_sentences_too_is_a_speaker() -> None:
    """If it comes back, or is known from elsewhere."""
    said = [("WILL LEE" if name == "Ann Lee" else "THERESA MAY", text.upper()) for name, text in SAID]
    notes = "\n\n".join([MARKER, *(f"{name}: {text}" for name, text in said)])

    assert _turns(parse_notes(notes)) == said
    once = [*said, ("KIM SO", "YES, AND WITH MILK.")]
    notes = "\n\n".join([MARKER, *(f"{name}: {text}" for name, text in once)])
    assert _turns(parse_notes(notes, ["Kim So"])) == once


@pytest.mark.parametrize("odd", ["[Ann}", "{Jo Brown]", "<Ann)", "[Jo Brown, 0:09}", "0:09 [Ann}"])
@pytest.mark.parametrize("layout", ["[{}] {}", "{{{}}} {}", "<{}> {}"])
def test_brackets_that_do_not_belong_together_name_nobody(layout: str, odd: str) -> None:
    """Whether they hold a label is in doubt: what follows is nobody's, and their words stay in it."""
    lines = [layout.format(name, text) for name, text in SAID]
    lines.insert(1, f"{odd} It is odd, I say.")

    assert _read(lines) == _between(SAID, f"{odd.removeprefix('0:09 ')} It is odd, I say.")


def test_odd_brackets_before_a_colon_name_nobody() -> None:
    """Where labels have a colon."""
    lines = [f"[{name}]: {text}" for name, text in SAID]
    lines.insert(1, "[Jo Brown}: It is odd, I say.")

    assert _read(lines) == _between(SAID, "[Jo Brown}: It is odd, I say.")


@pytest.mark.parametrize("part", ["UK. b\n", "the UK UK. b\n\n", "[A} b ", "THANK YOU: SO\n", "A UK. "])
def test_hostile_repetition_of_doubt(part: str) -> None:
    """It is read in proportion to its length."""
    assert growth(lambda size: parse_notes(part * size), 300) < LINEAR


def test_a_full_stop_in_the_place_of_a_dash_makes_no_doubt_of_a_speaker() -> None:
    """ANN has a dash four times and a full stop once: she is no word of speech."""
    said = [(("ANN", "JO")[place % 2], text) for place, (_, text) in enumerate(IN_CAPITALS)]
    stopped = [place for place, (name, _) in enumerate(said) if name == "ANN"][1]

    found = _read(
        [f"{name}. {text}" if place == stopped else f"{name} - {text}" for place, (name, text) in enumerate(said)]
    )

    assert found == said


def test_a_first_name_that_stands_once_is_that_of_the_full_name_before() -> None:
    """Full names first, then first names once each: nobody loses a turn."""
    said = [*zip(("MARA LINDQVIST", "TOM OKAFOR", "MARA", "TOM"), (text for _, text in SAID), strict=False)]

    found = _read([f"{name}. {text}" for name, text in said])

    assert [text for _, text in found] == [text for _, text in said]
    assert [(speaker or "").upper().split()[0] for speaker, _ in found] == ["MARA", "TOM", "MARA", "TOM"]
