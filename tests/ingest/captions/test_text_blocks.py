"""Times of WebVTT and SRT in odd forms, and captions whose time cannot be read."""

import pytest

from ingest.captions.reader import read_caption_file, read_captions


@pytest.mark.parametrize(
    ("line", "start", "end"),
    [
        ("0.860 --> 7.380", 0.86, 7.38),
        ("59.5 --> 1:01.000", 59.5, 61.0),
        ("1:01.000 --> 65.5", 61.0, 65.5),
        ("3599,25 --> 3601,5", 3599.25, 3601.5),
        ("  12.0-->13.25 align:start", 12.0, 13.25),
        ("-0.5 --> 1.0", 0.0, 1.0),
        ("0.0 --> 0.0", 0.0, 0.0),
        ("7200.125 --> 7201.0", 7200.125, 7201.0),
        ("0:00.860 --> 0:07.380", 0.86, 7.38),
        ("00:00:00.86 --> 7.38", 0.86, 7.38),
    ],
)
@pytest.mark.parametrize("head", ["WEBVTT\n\n", "WEBVTT\n\n1\n", "1\n"])
def test_plain_seconds_are_times(head: str, line: str, start: float, end: float) -> None:
    """A clock in seconds alone is read, also beside one with minutes, in WebVTT and SRT."""
    (cue,) = read_captions(f"{head}{line}\nHello".encode(), "x")
    assert (cue.start, cue.end, cue.text) == (start, end, "Hello")


@pytest.mark.parametrize("words", ["1 --> 2 is a step", "2.5 --> many", "so 0.5 --> 0.7", "3 --> 4"])
def test_arrows_between_numbers_in_words_are_words(words: str) -> None:
    """Only two times with a fraction or a colon make a line of times."""
    (cue,) = read_captions(f"1\n00:00:01,000 --> 00:00:02,000\nfirst\n{words}\n".encode(), "x")
    assert cue.text == f"first\n{words}"


@pytest.mark.parametrize(
    "line", ["00:00:05:200 --> 00:00:09:000", "00:0a:05.2 --> 00:00:09.0", "0:05 --> soon", "5:2:1:7 --> 9:0"]
)
def test_captions_without_a_readable_time_are_said_by_their_first_words(line: str) -> None:
    """They are left out, their words never move to another time, and the reader tells which they were."""
    first, last = "00:01.000 --> 00:05.000\nOne.", "00:09.000 --> 00:12.000\nTwo."
    data = f"WEBVTT\n\n{first}\n\n{line}\n<v Ann>We pour the water into the old pot\n\n{last}"
    found = read_caption_file(data.encode(), "x")
    assert [(cue.start, cue.text) for cue in found.cues] == [(1.0, "One."), (9.0, "Two.")]
    assert found.left_out == ("We pour the water into the",)


@pytest.mark.parametrize(("line", "start", "end"), [("3601 --> 3604", 3601.0, 3604.0), ("59.5s --> 61s", 59.5, 61.0)])
@pytest.mark.parametrize("head", ["", "2\n"])
def test_whole_seconds_are_times_where_a_caption_begins(head: str, line: str, start: float, end: float) -> None:
    """Behind an empty line, or one and a number, no words are expected, so that numbers with an arrow are times."""
    data = f"1\n0.5 --> 3.25\nThe first line.\n\n{head}{line}\nOver the hour.\n"
    cues = read_captions(data.encode(), "x")
    assert [(cue.start, cue.end, cue.text) for cue in cues] == [
        (0.5, 3.25, "The first line."),
        (start, end, "Over the hour."),
    ]
