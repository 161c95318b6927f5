"""A conversation printed as captions in any layout comes back with its words, their order and nobody else's words."""

import json
from collections.abc import Callable, Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ingest.captions.made_captions import said, vtt

Turns = Sequence[tuple[str, str]]

NAMES = (
    "Ann Lee",
    "Jo Brown, PhD",
    "jbrown",
    "Brown, Jo (Tea Board)",
    "Audience member",
    "KP",
    "Dr. Zoë O'Neil",
    "@mo_1",
)
WORDS = "so we heat the water and then pour it over leaves in an old pot note that one rule music well yes".split()
sentences = st.lists(st.sampled_from(WORDS), min_size=3, max_size=12).map(
    lambda words: " ".join(words).capitalize() + "."
)


@st.composite
def conversations(draw: st.DrawFn) -> Turns:
    """Two or three people who take turns, each of them at least twice."""
    people = draw(st.lists(st.sampled_from(NAMES), min_size=2, max_size=3, unique=True))
    return [(name, draw(sentences)) for name in people * draw(st.integers(2, 4))]


def bare(name: str) -> str:
    return name.replace("(", "").replace(")", "")


def halves(text: str) -> tuple[str, str]:
    words = text.split()
    return " ".join(words[: len(words) // 2]), " ".join(words[len(words) // 2 :])


def _json(turns: Turns, start: str, end: str, scale: int) -> str:
    return json.dumps(
        {"data": [{"speaker": name, start: 4 * n * scale, end: (4 * n + 4) * scale, "text": text}
                  for n, (name, text) in enumerate(turns)]}
    )  # fmt: skip


LAYOUTS: dict[str, Callable[[Turns], str]] = {
    "meeting": lambda turns: vtt(*(f"{name}: {text}" for name, text in turns)),
    "meeting, label on its line": lambda turns: vtt(*(f"{name}:\n{text}" for name, text in turns)),
    "arrows": lambda turns: vtt(
        *(part for name, text in turns for part in (f">> {name}: {halves(text)[0]}", halves(text)[1]))
    ),
    "arrows in one line": lambda turns: vtt(" ".join(f"&gt;&gt; {name}: {text}" for name, text in turns)),
    "brackets and a colon": lambda turns: vtt(*(f"[{bare(name)}]: {text}" for name, text in turns)),
    "closed voices": lambda turns: vtt(*(f"<v {name}>{text}</v>" for name, text in turns)),
    "open voices": lambda turns: vtt(*(f"<v {name}>{text}" for name, text in turns)),
    "voices that hold": lambda turns: vtt(
        *(part for name, text in turns for part in (f"<v {name}>{halves(text)[0]}", halves(text)[1]))
    ),
    "json": lambda turns: _json(turns, "start", "end", 1),
    "json in milliseconds": lambda turns: _json(turns, "start", "end", 1000),
    "json, keys with a unit": lambda turns: _json(turns, "startMs", "end_ms", 1000),
}  # fmt: skip


@pytest.mark.parametrize("layout", LAYOUTS)
@given(turns=conversations())
def test_a_conversation_comes_back(layout: str, turns: Turns) -> None:
    """Words and order are equal; the speakers too, however they are printed."""
    expected = turns
    if layout.startswith("brackets"):
        expected = [(bare(name), text) for name, text in turns]
    assert said(LAYOUTS[layout](turns)) == list(expected)


@given(turns=conversations())
def test_words_that_repeat_on_the_screen_come_back_once(turns: Turns) -> None:
    """Two-line captions that roll up say each line once."""
    parts = [part for _, text in turns for part in halves(text)]
    # With a number each: who says "so so so" again and again cannot be told from lines that roll up.
    lines = [f"{part} {number}" for number, part in enumerate(parts, 1)]
    texts = [lines[0], *(f"{one}\n{other}" for one, other in pairwise(lines))]
    assert " ".join(text for _, text in said(vtt(*texts))) == " ".join(lines)
