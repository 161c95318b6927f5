"""`playback export --format captions-json`: captions as Podcasting 2.0 JSON, which come back as the same turns."""

import json
from pathlib import Path

import pytest

from api.cli import main
from ingest.export import podcasting_json
from ingest.library.records import Record, episode_ids, load_transcript, save_record, save_transcript
from ingest.transcript import Episode, OfficialTurn, Show, Transcript, untimed

CAPTIONS = """WEBVTT

00:00:01.250 --> 00:00:03.500
<v Ann Lee>Good morning. How are you &amp; yours?

00:00:03.500 --> 00:00:09.001
<v Zoë Ray>We moved the service step by step, “quietly”, and [laughs] nobody noticed.

00:00:10.000 --> 00:00:12.000
<v Ann Lee>That is <i>good</i>.
"""


def turns_in(home: Path) -> list[tuple[str | None, str, float | None, float | None, str | None]]:
    (identifier,) = episode_ids(home)
    transcript = load_transcript(home, identifier)
    assert transcript is not None
    return [(turn.speaker, turn.text, turn.start, turn.end, turn.timing) for turn in transcript.turns]


def test_captions_written_at_the_command_line_are_ingested_as_the_same_turns(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Speakers, words and times of every turn survive a file in between."""
    first, second, file = tmp_path / "first", tmp_path / "second", tmp_path / "talk.json"
    (tmp_path / "talk.vtt").write_text(CAPTIONS)
    assert main(["--home", str(first), "ingest", str(tmp_path / "talk.vtt"), "--no-index", "--quiet"]) == 0
    (identifier,) = episode_ids(first)
    assert main(["--home", str(first), "export", identifier, "--format", "captions-json", "--output", str(file)]) == 0
    assert main(["--home", str(second), "ingest", str(file), "--no-index", "--quiet"]) == 0
    assert len(turns_in(first)) == 3
    assert turns_in(second) == turns_in(first)
    # Printed, it is the same file.
    capsys.readouterr()
    assert main(["--home", str(first), "export", identifier, "--format", "captions-json"]) == 0
    out, err = capsys.readouterr()
    assert (out, err) == (file.read_text(), "")
    transcript = load_transcript(first, identifier)
    assert transcript is not None
    assert json.loads(out) == podcasting_json(transcript)
    assert json.loads(out)["segments"][1]["speaker"] == "Zoë Ray"


def test_captions_of_a_text_without_times_are_refused_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It names the episode, the format, and the formats that need no times."""
    episode = Episode("tea-1-abcd", "g", Show("tea", "Tea"))
    save_record(tmp_path, Record(episode, ()))
    save_transcript(tmp_path, Transcript(episode, (untimed(OfficialTurn("Ann Lee", "Hello.")),)), "made by a test")
    assert main(["--home", str(tmp_path), "export", episode.id, "--format", "captions-json"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines() == [
        "playback: tea-1-abcd has no times, so it cannot be written as Podcasting 2.0 JSON; use md, txt or json"
    ]
