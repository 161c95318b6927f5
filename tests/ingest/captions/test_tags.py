"""Voices of captions: how long they hold, and those without a name."""

import pytest

from tests.ingest.captions.made_captions import said, vtt

Turns = list[tuple[str | None, str]]


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["<v Ann>Hello.", "Welcome.", "<v Jo>Thanks."], [("Ann", "Hello. Welcome."), ("Jo", "Thanks.")]),
        (
            ["<v Ann>Hello.", "Welcome.", "<v Jo>Thanks.", "It is", "good."],
            [("Ann", "Hello. Welcome."), ("Jo", "Thanks. It is good.")],
        ),
        (["<v.loud Ann>Hello.", "<i>Welcome.</i>", "<v.soft Jo>Yes."], [("Ann", "Hello. Welcome."), ("Jo", "Yes.")]),
        (
            ["Before.", "<v Ann>Hello.", "Welcome.", "<v Jo>Yes."],
            [(None, "Before."), ("Ann", "Hello. Welcome."), ("Jo", "Yes.")],
        ),
        (
            ["<v Ann>Hello.", "Welcome.", "<v Jo>Yes.", "[Music]", "Who is this?"],
            [("Ann", "Hello. Welcome."), ("Jo", "Yes."), (None, "Who is this?")],
        ),
        (
            ["<v Ann>Hello.", "<v Ann>Welcome.", "So.", "<v Jo>Yes.", "Quite."],
            [("Ann", "Hello. Welcome. So."), ("Jo", "Yes. Quite.")],
        ),
        (
            ["<v Ann>Hello.\n<v Jo>Yes.", "Quite so.", "<v Ann>Well."],
            [("Ann", "Hello."), ("Jo", "Yes. Quite so."), ("Ann", "Well.")],
        ),
        (["<v Ann>Hello.", "[laughs] Welcome.", "<v Jo>Yes."], [("Ann", "Hello. [laughs] Welcome."), ("Jo", "Yes.")]),
    ],
)
def test_a_voice_holds_until_the_next_where_the_whole_file_is_written_so(texts: list[str], expected: Turns) -> None:
    """No voice is closed and cues without one stand between: they are the words of the voice before."""
    assert said(vtt(*texts)) == expected


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (
            ["<v Ann>Hello.</v>", "Welcome.", "<v Jo>Thanks.</v>"],
            [("Ann", "Hello."), (None, "Welcome."), ("Jo", "Thanks.")],
        ),
        (
            ["<v Ann>Hello.</v>", "Welcome.", "<v Jo>Thanks."],
            [("Ann", "Hello."), (None, "Welcome."), ("Jo", "Thanks.")],
        ),
        (
            ["<v Ann>One.", "<v Ann>Two.", "Three.", "<v Jo>Four.", "<v Jo>Five."],
            [("Ann", "One. Two."), (None, "Three."), ("Jo", "Four. Five.")],
        ),
        (["<v Ann>Hello.", "Welcome."], [("Ann", "Hello."), (None, "Welcome.")]),
    ],
)
def test_a_voice_ends_with_its_cue_in_any_other_file(texts: list[str], expected: Turns) -> None:
    """Closed voices, or a voice on each of a speaker's cues: words without one are nobody's."""
    assert said(vtt(*texts)) == expected


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["<v ->Hello.</v>", "Welcome.", "<v ->Thanks.</v>"], [(None, "Hello. Welcome."), (None, "Thanks.")]),
        (["<v ->Hello.", "Welcome.", "<v ->Thanks."], [(None, "Hello. Welcome."), (None, "Thanks.")]),
        (["<v –>Hello.", "<v —>Thanks."], [(None, "Hello."), (None, "Thanks.")]),
        (["<v ->One.\n<v ->Two."], [(None, "One."), (None, "Two.")]),
        (["<v>Hello.", "Welcome.", "<v>Thanks."], [(None, "Hello. Welcome."), (None, "Thanks.")]),
        (
            ["<v Ann>Hello.</v>", "<v ->Thanks.</v>", "<v ->So.</v>"],
            [("Ann", "Hello."), (None, "Thanks."), (None, "So.")],
        ),
        (["<v>Hello.</v>", "<v>Welcome.</v>", "<v>Thanks.</v>"], [(None, "Hello. Welcome. Thanks.")]),
        (["<v Ann>Hello.</v>", "<v Jean-Luc>Yes.</v>"], [("Ann", "Hello."), ("Jean-Luc", "Yes.")]),
    ],
)
def test_a_voice_without_a_name_opens_the_turn_of_somebody_unnamed(texts: list[str], expected: Turns) -> None:
    """A dash or an empty voice is no name; empty voices on all cues tell nothing."""
    assert said(vtt(*texts)) == expected


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (
            ["<v Ann>We heat the water</v>", "and warm the pot.", "Who is it?", "<v Jo>Me,</v>", "the cook."],
            [("Ann", "We heat the water and warm the pot."), (None, "Who is it?"), ("Jo", "Me, the cook.")],
        ),
        (["<v Ann>So</v> they say", "and <v Jo>Hi.</v>", "yes"], [("Ann", "So"), (None, "they say and"), ("Jo", "Hi."),
                                                                  (None, "yes")]),
        (["<v Ann>so we heat</v>", "and warm", "<v Jo>it is warm</v>"], [("Ann", "so we heat"), (None, "and warm"),
                                                                         ("Jo", "it is warm")]),
    ],
)  # fmt: skip
def test_a_voice_that_is_closed_holds_for_the_rest_of_its_sentence(texts: list[str], expected: Turns) -> None:
    """A cue without a voice that goes on in lower case is the same speaker's; in a text without signs none is."""
    assert said(vtt(*texts)) == expected


def test_a_voice_that_stands_in_the_text_as_well_is_no_word() -> None:
    """ "<v Ann>Ann: Hello." says the name twice, and nobody said it; another's name is somebody's words."""
    found = said(vtt("<v Ann>Ann: Hello.</v>", "<v Jo>JO: Hi: you.</v>", "<v Ann>Jo: that is you.</v>"))
    assert found == [("Ann", "Hello."), ("Jo", "Hi: you."), ("Ann", "Jo: that is you.")]
