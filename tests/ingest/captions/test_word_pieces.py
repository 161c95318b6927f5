"""Captions that hold a word, a letter or a sign: the text reads as written and each word keeps its time."""

import json

import pytest

from ingest.captions.turns import read_captions, turns_of
from tests.ingest.captions.made_captions import vtt


def read(texts: list[str], kind: str) -> list[tuple[str, float | None]]:
    """The words and their starts, of captions half a second long, one per text."""
    if kind == "json":
        segments = [{"startTime": n / 2, "endTime": n / 2 + 0.5, "body": text} for n, text in enumerate(texts)]
        data = json.dumps({"segments": segments})
    else:
        data = vtt(*(text.replace("<", "&lt;") for text in texts), start=0.0, seconds=0.5)
    return [(word.text, word.start) for turn in turns_of(read_captions(data.encode(), "x")) for word in turn.words]


@pytest.mark.parametrize("kind", ["json", "vtt"])
@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["Hello", ",", "world", "."], [("Hello,", 0.0), ("world.", 1.0)]),
        (["Is", "it", "tea", "?", "Yes", "!"], [("Is", 0.0), ("it", 0.5), ("tea?", 1.0), ("Yes!", 2.0)]),
        (["I", "'", "m", "here", "."], [("I'm", 0.0), ("here.", 1.5)]),
        (["He", "said", '"', "go", '"', "."], [("He", 0.0), ("said", 0.5), ('"go".', 1.5)]),
        (["At", "10", ":", "30", "."], [("At", 0.0), ("10:30.", 0.5)]),
        (["Well", "…", "so", "."], [("Well…", 0.0), ("so.", 1.0)]),
        (["He", "said", ":", "“", "go", "”", "."], [("He", 0.0), ("said:", 0.5), ("“go”.", 1.5)]),
        (["It", "'s", "tea", "."], [("It's", 0.0), ("tea.", 1.0)]),
        (["We", "do", "n't", "know", ";", "you"], [("We", 0.0), ("don't", 0.5), ("know;", 1.5), ("you", 2.5)]),
        (["Tea", "(", "green", ")", "."], [("Tea", 0.0), ("(green).", 1.0)]),
        (["Hello there", ",", "my friend", "."], [("Hello", 0.0), ("there,", 0.25), ("my", 1.0), ("friend.", 1.125)]),
        (["A", "cup", ",", "I", "say", "!"], [("A", 0.0), ("cup,", 0.5), ("I", 1.5), ("say!", 2.0)]),
        (["茶", "。", "水", "。"], [("茶。", 0.0), ("水。", 1.0)]),
    ],
)
def test_punctuation_of_its_own_belongs_to_the_word_beside_it(
    kind: str, texts: list[str], expected: list[tuple[str, float]]
) -> None:
    """A sign has no word of its own; the word before it, or behind an opening one, keeps its time."""
    found = read(texts, kind)
    assert [word for word, _ in found] == [word for word, _ in expected]
    starts = [start for _, start in found if start is not None]
    assert all(abs(start - at) < 0.6 for start, (_, at) in zip(starts, expected, strict=False))


@pytest.mark.parametrize("kind", ["json", "vtt"])
def test_pieces_of_words_with_spaces_of_their_own_are_joined(kind: str) -> None:
    """What a recogniser writes as " ket" and "tle" is one word."""
    texts = [" The", " ket", "tle", " hour", ",", " a", " show", " on", " tea", " leav", "es", "."]
    found = read(texts, kind)
    assert " ".join(word for word, _ in found) == "The kettle hour, a show on tea leaves."
    assert dict(found)["kettle"] == 0.5


def test_letters_are_joined_where_the_file_shows_where_words_end() -> None:
    """Captions of one letter are words where empty captions, or gaps in time, stand between words."""
    texts = [*"Warm", " ", *"the", " ", *"pot", "."]
    assert [word for word, _ in read(texts, "json")] == ["Warm", "the", "pot."]


def test_words_of_one_letter_stay_words() -> None:
    """ "I" and "A" between longer words are not joined to anything."""
    assert [word for word, _ in read(["I", "have", "a", "cup", "I", "like", "a", "lot"], "vtt")] == (
        "I have a cup I like a lot".split()
    )


def test_words_of_a_script_without_spaces_are_joined_up_to_a_sign() -> None:
    """Captions of one or two Japanese characters read as a line, and lines stay captions with their times."""
    texts = ["今日", "は", "海", "へ", "行き", "ます", "。", "船", "を", "見", "ます"]
    assert read(texts, "json") == [("今日は海へ行きます。", 0.0), ("船を見ます", 3.5)]
    lines = [f"今日は海へ行きます{number}" for number in range(9)]
    assert [word for word, _ in read(lines, "json")] == lines


def test_letters_with_gaps_are_joined_where_the_gaps_between_words_are_longer() -> None:
    """A recogniser leaves a little time between letters, and more where a blank stood."""
    text = "We row. So do I."
    segments = [{"startTime": n / 2, "endTime": n / 2 + 0.45, "body": letter} for n, letter in enumerate(text)]
    (turn,) = turns_of(read_captions(json.dumps({"segments": segments}).encode(), "x"))
    assert turn.text == text
