"""Rolling captions say everything once, whatever part of the line before they repeat."""

import pytest

from tests.growth import LINEAR, growth
from tests.ingest.captions.made_captions import said, vtt

WORDS = "so first we heat the water and then we pour it over the leaves in the old pot and wait for a while"


@pytest.mark.parametrize(
    "texts",
    [
        [
            "so first we heat the water",
            "heat the water and then we pour it",
            "then we pour it over the leaves",
            "over the leaves in the old pot",
            "in the old pot and wait for a while",
        ],
        [
            "so first we heat",
            "so first we heat\nthe water and then",
            "the water and then\nwe pour it over",
            "we pour it over\nthe leaves in the",
            "the leaves in the\nold pot and wait",
            "old pot and wait\nfor a while",
        ],
        [
            "so first we heat",
            "so first we heat the water",
            "and then we pour",
            "and then we pour it over the leaves",
            "in the old pot",
            "in the old pot and wait for a while",
        ],
        [
            "so first we heat\nthe water and",
            "the water and\nthen we pour it",
            "then we pour it\nover the leaves",
            "over the leaves\nin the old pot",
            "in the old pot\nand wait for a while",
        ],
        [
            "so first we heat the",
            "so first we heat the\nwater and then",
            "so first we heat the\nwater and then we pour",
            "water and then we pour\nit over the leaves",
            "it over the leaves\nin the old pot and wait",
            "in the old pot and wait\nfor a while",
        ],
        [
            "so",
            "so first",
            "so first we",
            "so first we heat the water",
            "and then we pour it",
            "and then we pour it over",
            "and then we pour it over the leaves in the old pot",
            "and wait",
            "and wait for a while",
        ],
        [
            "so first we heat the water",
            "so first we heat the water",
            "heat the water and then we pour it",
            "heat the water and then we pour it",
            "then we pour it over the leaves in the old pot",
            "in the old pot and wait for a while",
        ],
    ],
)
def test_what_a_cue_repeats_of_the_one_before_is_said_once(texts: list[str]) -> None:
    """Whole lines that move up, half lines, lines that grow, with copies between."""
    assert " ".join(text for _, text in said(vtt(*texts))) == WORDS


def test_words_that_got_their_comma_later_are_said_once() -> None:
    """A recogniser that corrects itself repeats its words with other signs and capitals."""
    texts = ["so first we heat", "So first, we heat the water", "the water and then", "The water, and then we pour."]
    assert [text.lower().replace(",", "") for _, text in said(vtt(*texts))] == [
        "so first we heat the water and then we pour."
    ]


@pytest.mark.parametrize(
    "texts",
    [
        ["I think so.", "I think so too.", "It is tea.", "We pour.", "We wait.", "We drink.", "We go.", "We come."],
        ["No, no.", "No, no.", "Not at all.", "Not at all.", "Well."],
        ["Yes.", "Yes and no.", "Tea.", "Tea is good.", "So.", "So be it."],
    ],
)
def test_people_who_repeat_a_few_words_are_kept(texts: list[str]) -> None:
    """In a file that does not roll nothing is left out; a copy of one word is no overlap."""
    assert " ".join(text for _, text in said(vtt(*texts, seconds=1.0))) == " ".join(texts)


def test_rolling_captions_take_linear_time() -> None:
    """Long lines of one word, which overlap in every way, are read in proportion to their size."""
    assert growth(lambda size: said(vtt(*["a a a " * 30] * (size // 180))), 20_000) < LINEAR


def test_a_line_that_stays_while_it_moves_up_makes_no_pause() -> None:
    """Lines of which each stands alone for seconds before the next joins it are one turn, said once."""
    texts = ["we row out", "we row out\nto the light", "to the light", "to the light\nand back", "and back"]
    assert said(vtt(*texts)) == [(None, "we row out to the light and back")]


def test_three_captions_that_all_overlap_roll() -> None:
    """In a short file every caption must repeat the end of the one before; people who repeat once are kept."""
    texts = ["we row out to the light", "to the light and then", "and then we come back"]
    assert said(vtt(*texts)) == [(None, "we row out to the light and then we come back")]
    texts = ["we row out to the light", "to the light and then", "we come back"]
    assert said(vtt(*texts)) == [(None, " ".join(texts))]
