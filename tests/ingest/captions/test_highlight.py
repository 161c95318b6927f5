"""Word-highlight (karaoke) captions say each line once, with the times of its words."""

from collections.abc import Callable, Iterator

import pytest

from ingest.captions.turns import read_captions, turns_of
from tests.growth import LINEAR, growth
from tests.ingest.captions.made_captions import vtt

FIRST, SECOND = "So first is there any tea", "No there is only coffee here"

MARKS: dict[str, Callable[[list[str], int], str]] = {
    "underlined": lambda words, at: _with(words, at, f"<u>{words[at]}</u>"),
    "class": lambda words, at: _with(words, at, f"<c.yellow>{words[at]}</c>"),
    "bold": lambda words, at: _with(words, at, f"<b>{words[at]}</b>"),
    "colour": lambda words, at: _with(words, at, f'<font color="#ff0">{words[at]}</font>'),
    "colour in a colour": lambda words, at: (
        f'<font color="white">{_with(words, at, f"<font color=red>{words[at]}</font>")}</font>'
    ),
    "capitals": lambda words, at: _with(words, at, words[at].upper()),
    "asterisks": lambda words, at: _with(words, at, f"*{words[at]}*"),
    "two asterisks": lambda words, at: _with(words, at, f"**{words[at]}**"),
    "square brackets": lambda words, at: _with(words, at, f"[{words[at]}]"),
    "growing": lambda words, at: f"<c>{' '.join(words[: at + 1])}</c> {' '.join(words[at + 1 :])}",
    "shrinking": lambda words, at: f"{' '.join(words[: at + 1])} <i>{' '.join(words[at + 1 :])}</i>",
    "in a voice": lambda words, at: f"<v Ann>{_with(words, at, f'<u>{words[at]}</u>')}",
}


def _with(words: list[str], at: int, marked: str) -> str:
    return " ".join([*words[:at], marked, *words[at + 1 :]])


def steps(line: str, mark: Callable[[list[str], int], str], has_copies: bool) -> Iterator[str]:
    """The line once per word, with its mark there, and a copy without a mark behind each."""
    words = line.split()
    for at in range(len(words)):
        yield mark(words, at)
        if has_copies:
            yield line


@pytest.mark.parametrize("has_copies", [False, True])
@pytest.mark.parametrize("name", MARKS)
def test_a_line_whose_mark_moves_is_said_once_with_the_times_of_its_words(name: str, has_copies: bool) -> None:
    """Whatever the mark is, with copies between or without: two lines, each word at the time of its own caption."""
    mark = MARKS[name]
    has_copies = has_copies and name not in ("colour in a colour", "shrinking", "in a voice")
    texts = [*steps(FIRST, mark, has_copies), *steps(SECOND, mark, has_copies)]
    turns = turns_of(read_captions(vtt(*texts, start=0.0, seconds=0.25).encode(), "x"))
    assert " ".join(turn.text for turn in turns) == f"{FIRST} {SECOND}"
    step = 0.5 if has_copies else 0.25
    starts = [word.start for turn in turns for word in turn.words]
    assert starts == [step * number for number in range(len(FIRST.split()) + len(SECOND.split()))]


@pytest.mark.parametrize(
    "texts",
    [
        ["Yes.", "Yes.", "YES!", "Yes."],
        ["No no no.", "No no no.", "NO NO NO.", "No no no."],
        ["<i>Stop that.</i>", "Stop that.", "<i>Stop that.</i>"],
        ["<u>One</u> of them", "One <u>of</u> us", "One of <u>those</u>"],
        ["So *what* is tea?", "Tea is *leaves* in water.", "And *water*?"],
    ],
)
def test_people_who_repeat_themselves_are_kept(texts: list[str]) -> None:
    """Without a mark that moves over a line, every caption's words stay."""
    words = [word for turn in turns_of(read_captions(vtt(*texts, seconds=1.1).encode(), "x")) for word in turn.words]
    plain = " ".join(texts).replace("<i>", "").replace("</i>", "").replace("<u>", "").replace("</u>", "")
    assert " ".join(word.text for word in words) == plain


def test_highlighted_lines_take_linear_time() -> None:
    """A long file, a long line and a line of marks are read in proportion to their size."""

    def read(size: int) -> None:
        line = " ".join(f"w{number}" for number in range(10))
        texts = [text for _ in range(size // 2000) for text in steps(line, MARKS["underlined"], has_copies=True)]
        read_captions(vtt(*texts, "<u>a</u> " * (size // 10), seconds=0.2).encode(), "x")

    assert growth(read, 8_000) < LINEAR
