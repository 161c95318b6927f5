"""Captions for podcast apps: short lines, voices, increasing starts, and no estimated time."""

import html
import itertools
import json
import re

import pytest
import webvtt

from api.feeds.captions import MOST_LINE, captions_text
from ingest.transcript import Episode, Show, Transcript, Turn, Word
from tests.api.conftest import turn_of
from tests.api.feeds import antennapod

EPISODE = Episode("tea-1-aaaa", "g1", Show("tea", "Tea"), title="Pots")
LONG = " ".join(f"word{number}" for number in range(60)) + "."


def transcript(*turns: Turn) -> Transcript:
    return Transcript(EPISODE, turns)


SPOKEN = transcript(
    turn_of("Ada Host", LONG, 0.0),
    turn_of("Bo & Co <x>", "Is 3 < 4? Yes --> it is: so there.", 31.0),
    turn_of("Ada Host", "At the same time.", 31.0),
    turn_of(None, "Nobody knows who said this " + "x" * 150, 40.0),
)


def words_of(found: Transcript) -> list[str]:
    return [word for turn in found.turns for word in turn.text.split()]


def test_vtt_has_voices_and_short_lines():
    """Every cue names its speaker; as displayed, no line is longer than the standard allows; all words are there."""
    text = captions_text(SPOKEN, "vtt")
    cues = [block.split("\n") for block in text.strip().split("\n\n")[1:]]
    assert all(cue[2].startswith("<v ") for cue in cues)
    shown = [[html.unescape(re.sub(r"^<v [^>]*>", "", line)) for line in cue[2:]] for cue in cues]
    assert max(len(line) for lines in shown for line in lines) <= MOST_LINE == 65
    joined = " ".join(" ".join(lines) for lines in shown)
    assert joined.replace("x ", "x").split()[: len(words_of(SPOKEN)) - 1] == words_of(SPOKEN)[:-1]
    assert "-->" not in "".join("".join(cue[2:]) for cue in cues)


def test_webvtt_py_reads_the_same():
    """An independent reader: the cues' times increase, and each voice is whoever spoke."""
    cues = list(webvtt.from_string(captions_text(SPOKEN, "vtt")))
    starts = [cue.start_in_seconds + cue.start_time.milliseconds / 1000 for cue in cues]
    assert starts == sorted(set(starts))
    assert {html.unescape(cue.voice) for cue in cues} == {"Ada Host", "Bo & Co <x>", "Unknown speaker"}
    assert cues[0].text.startswith("word0 word1")


def test_srt_names_each_speaker_once_a_turn():
    """As the standard shows it: the name, a colon, the words; lines as short as in WebVTT."""
    text = captions_text(SPOKEN, "srt")
    assert len(re.findall(r"^Ada Host: ", text, re.MULTILINE)) == 2
    assert re.search(r"^00:00:31,00\d --> 00:00:3\d,\d{3}$", text, re.MULTILINE)
    assert max(map(len, text.split("\n"))) <= MOST_LINE


def test_json_is_that_of_the_standard():
    """Version, segments with speaker, start, end and body; each starts later than the one before and has a length."""
    found = json.loads(captions_text(SPOKEN, "json"))
    assert found["version"] == "1.0.0"
    segments = found["segments"]
    assert set(segments[0]) == {"speaker", "startTime", "endTime", "body"}
    starts = [one["startTime"] for one in segments]
    assert all(one < other for one, other in itertools.pairwise(starts))
    assert all(one["endTime"] > one["startTime"] for one in segments)
    assert " ".join(one["body"] for one in segments).split() == [
        word for turn in sorted(SPOKEN.turns, key=lambda turn: turn.start) for word in turn.text.split()
    ]


@pytest.mark.parametrize(("extension", "read"), [("json", antennapod.json_segments), ("vtt", antennapod.vtt_segments)])
def test_antennapod_gives_nobody_the_words_of_another(extension, read):
    """By its rules nothing is refused, and each word is given to its speaker."""
    plain = transcript(SPOKEN.turns[0], turn_of("Bo Guest", "Yes.", 31.0), SPOKEN.turns[2], SPOKEN.turns[3])
    found = read(captions_text(plain, extension))
    by = {name: " ".join(one.words for one in found if one.speaker == name) for name in ("Ada Host", "Bo Guest")}
    assert by == {"Ada Host": f"{LONG} At the same time.", "Bo Guest": "Yes."}


def test_estimated_times_are_never_published():
    """An episode with estimates has no captions; a few estimated turns are left out of those of another."""
    guessed = turn_of("Bo Guest", "A guess.", 50.0, "estimated")
    assert captions_text(transcript(guessed), "vtt") is None
    assert captions_text(transcript(turn_of("Ada Host", "One.", 0.0), guessed), "json") is None
    assert captions_text(transcript(turn_of("Ada Host", "No time.", None)), "srt") is None
    text = captions_text(transcript(*SPOKEN.turns[:1], guessed), "vtt")
    assert "word59" in text
    assert "guess" not in text


def test_words_without_times_of_their_own_are_spread_within_their_turn():
    """Captions of a turn that only begins and ends at known times."""
    turn = Turn("Ada Host", LONG, 10.0, 30.0, "published", 0.5, words=tuple(Word(piece) for piece in LONG.split()))
    segments = json.loads(captions_text(transcript(turn), "json"))["segments"]
    assert (segments[0]["startTime"], segments[-1]["endTime"]) == (10.0, 30.0)
