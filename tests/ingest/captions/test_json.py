"""Caption JSON of many tools: the list, its speakers and its times are found by their shape."""

import json
from contextlib import suppress
from typing import Any

import pytest

from ingest.captions.reader import read_caption_file, read_captions
from ingest.captions.turns import named, turns_of
from ingest.errors import SourceError
from tests.growth import LINEAR, growth
from tests.ingest.captions.known_json import A0, A1, ANN, JO, KNOWN, TIMES, words
from tests.ingest.captions.made_captions import said_json


@pytest.mark.parametrize("name", KNOWN)
def test_captions_are_found_by_their_shape(name: str) -> None:
    """Speakers, words with their signs and starts in seconds, wherever the list stands and whatever its keys are."""
    data, ann, jo = KNOWN[name]
    if ann == jo:
        cues = read_captions(json.dumps(data).encode(), "x")
        assert " ".join(" ".join(cue.text for cue in cues).split()) == f"{ANN} {JO}"
        assert [cues[0].start, cues[-1].end] == [1.0, 8.0]
    else:
        assert said_json(data) == [(ann, ANN, 1.0), (jo, JO, 4.5)]


@pytest.mark.parametrize("name", ["deepgram", "assemblyai", "rev ai", "google"])
def test_words_inside_captions_keep_their_times(name: str) -> None:
    """The words of a caption start when the file says so, not in proportion to their letters."""
    turns = turns_of(read_captions(json.dumps(KNOWN[name][0]).encode(), "x"))
    starts = [word.start for turn in turns for word in turn.words]
    expected = [part["start"] for text, span in ((ANN, TIMES[0]), (JO, TIMES[1])) for part in words(text, *span)]
    assert starts == expected


@pytest.mark.parametrize(
    ("segments", "duration", "start"),
    [
        ([(1000, 4000, ANN), (4000, 9000, JO)], None, 1.0),
        ([(1, 4, ANN), (4, 9, JO)], None, 1.0),
        ([(60_000, 63_000, ANN), (3_600_000, 3_603_000, JO)], 4000.0, 60.0),
        ([(60, 63, ANN), (3600, 3603, JO)], 4000.0, 60.0),
        ([(1000, 31_000, "Yes."), (31_000, 90_000, "No.")], None, 1.0),
        ([(10, 40, "Yes."), (40, 900, "No.")], 1000.0, 10.0),
        ([(0, 300, "Intro"), (300, 3000, "Talk")], 3600.0, 0.0),
        ([(1.5, 4.5, "Yes."), (400.5, 900.5, "No.")], None, 1.5),
        ([(1000.5, 4000.25, ANN), (4000.25, 9000.75, JO)], None, 1.0),
        ([(1000.5, 4000.25, ANN), (4000.25, 9000.75, JO)], 10.0, 1.0),
        ([(1000, None, ANN), (4000, None, JO), (8000, None, ANN)], None, 1.0),
        ([(2, None, ANN), (4, None, JO), (8, None, ANN)], None, 2.0),
    ],
)
def test_milliseconds_are_told_from_seconds(
    segments: list[tuple[float, float | None, str]], duration: float | None, start: float
) -> None:
    """By how fast people speak, and by the recording's duration where that leaves a doubt."""
    data = [{"start": begin, "end": end, "text": text} for begin, end, text in segments]
    assert read_caption_file(json.dumps(data).encode(), "x", duration).cues[0].start == start


@pytest.mark.parametrize(
    "speaker",
    [
        "A",
        "b",
        "3",
        "12",
        "Speaker A",
        "speaker_b",
        "spk_0",
        "SPEAKER_00",
        "S1",
        "Speaker #2",
        "Unknown",
        "Speaker",
        "Sprecher 1",
        "participant 2",
        "channel 0",
    ],
)
def test_letters_and_numbers_are_no_names(speaker: str) -> None:
    """What only tells voices apart never makes captions official text."""
    data = [{"speaker": speaker, "start": A0, "end": A1, "text": ANN}]
    assert not named(read_captions(json.dumps(data).encode(), "x"))


@pytest.mark.parametrize("speaker", ["Ann", "Al", "Bo", "Ann Lee", "KP", "DE", "Host", "Jo B", "R2D2", "@jo"])
def test_names_stay_names(speaker: str) -> None:
    """Short names and initials are names."""
    data = [{"speaker": speaker, "start": A0, "end": A1, "text": ANN}]
    assert named(read_captions(json.dumps(data).encode(), "x"))


@pytest.mark.parametrize(
    "data",
    [
        {"version": "1.2.0", "chapters": [{"startTime": 0, "title": "One"}, {"startTime": 9, "title": "Two"}]},
        {
            "chapters": [
                *({"startTime": n, "title": "x"} for n in range(5)),
                {"startTime": 9, "title": "y", "value": "z"},
            ]
        },
        [1, 2, 3],
        {"a": {"b": [{"text": "no times"}]}},
        [{"start": 1, "end": 2}],
    ],
)
def test_other_json_is_refused(data: Any) -> None:
    """Chapters, numbers and texts without times are no captions."""
    with pytest.raises(SourceError, match=r"^feed/c\.json: "):
        read_captions(json.dumps(data).encode(), "feed/c.json")


@pytest.mark.parametrize(
    "unit", ['{"start":1,"text":"a"},', '{"a":[{"start":1,"text":"a b"}]},', '{"words":[{"word":"a","start":1}]},']
)
def test_json_takes_linear_time(unit: str) -> None:
    """Many captions, many lists and many words are read in proportion to their size."""

    def read(size: int) -> None:
        data = f"[{(unit * (size // len(unit))).rstrip(',')}]".encode()
        with suppress(SourceError):
            read_captions(data, "x")

    assert growth(read, 20_000) < LINEAR


def test_json_lines_are_captions() -> None:
    """One object per line, as tools write that add to their file."""
    lines = [
        json.dumps({"start": start, "end": end, "text": text})
        for (start, end), text in zip(TIMES, (ANN, JO), strict=True)
    ]
    assert [(cue.text, cue.start) for cue in read_captions("\n".join(lines).encode(), "x")] == [(ANN, 1.0), (JO, 4.5)]


def test_captions_without_a_readable_time_are_told_by_their_first_words() -> None:
    """A segment whose times are no times is left out by name; a sign without a time belongs to the word before."""
    segments = [
        {"startTime": 1, "endTime": 5, "body": "We coil the rope"},
        {"body": "."},
        {"startTime": "soon", "endTime": None, "body": "We stow the sail below the deck"},
        {"startTime": 9, "endTime": 12, "body": "We go home."},
    ]
    found = read_caption_file(json.dumps({"segments": segments}).encode(), "x")
    assert [cue.text for cue in found.cues] == ["We coil the rope.", "We go home."]
    assert found.left_out == ("We stow the sail below the",)


def test_an_id_that_stands_beside_a_name_is_that_name_where_it_stands_alone() -> None:
    """A voice that is missing once is known from its id; ids of the machine are no names."""
    long = "6ab2c1d0-aaaa-bbbb-cccc-0123456789ab"
    for one, other in (("3", "7"), (3, 7), (long, long.replace("6", "7"))):
        segments = [
            {"start": 0, "end": 4, "speaker": one, "voice": "Mara Finch", "text": "We row out."},
            {"start": 4, "end": 8, "speaker": other, "voice": "Otto Reed", "text": "So do we."},
            {"start": 8, "end": 12, "speaker": one, "voice": "", "text": "Then come along."},
        ]
        cues = read_captions(json.dumps(segments).encode(), "x")
        assert [cue.speaker for cue in cues] == ["Mara Finch", "Otto Reed", "Mara Finch"]
