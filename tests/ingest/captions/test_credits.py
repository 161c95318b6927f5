"""Captions that say who wrote them are nobody's words."""

import pytest

from ingest.captions.reader import read_caption_file
from tests.ingest.captions.made_captions import said, vtt

TALK = ["Ann Lee: Good morning and welcome.", "Jo Brown: Thank you.", "Ann Lee: How did you begin?", "Jo Brown: So."]


@pytest.mark.parametrize(
    "line",
    [
        "Transcribed by https://otter.ai",
        "Subtitles by the Amara.org community",
        "Captions by Kit Pell",
        "Subtitles by: Max",
        "Closed captioning provided by Kettle Captions Inc.",
        "Transcription by Kit Pell.",
        "[Captions made by volunteers]",
        "Untertitel von Kit Pell",
        "Sous-titres par Kit Pell",
        "Subtítulos por la comunidad de Amara.org",
    ],
)
@pytest.mark.parametrize("is_first", [False, True])
def test_credits_at_the_start_or_end_are_left_out(line: str, is_first: bool) -> None:
    """They are in no turn, the speakers stay, and the reader tells what it left out."""
    texts = [line, *TALK] if is_first else [*TALK, line]
    found = read_caption_file(vtt(*texts).encode(), "x")
    assert said(vtt(*texts)) == said(vtt(*TALK))
    assert found.left_out == (line,)


@pytest.mark.parametrize(
    "words",
    ["This was transcribed by hand, and I liked it.", "Captions are what I write.", "We had it subtitled."],
)
def test_speech_about_captions_stays(words: str) -> None:
    """What somebody says about captions is said; in the middle of a talk nothing is left out."""
    texts = [*TALK[:2], "Ann Lee: Captions by Kit Pell", *TALK[2:], f"Ann Lee: {words}"]
    found = read_caption_file(vtt(*texts).encode(), "x")
    assert found.left_out == ()
    assert said(vtt(*texts))[-1] == ("Ann Lee", words)
