"""What people really hand over, through the command line: each bad thing is named in one line, the rest is ingested."""

import io
import json
import os
import subprocess
import sys
import wave
from pathlib import Path

import pytest

from api.cli import main
from ingest import pipeline
from ingest.errors import ModelMissing
from ingest.library.records import episode_ids, load_transcript, records

ROOT = Path(__file__).parents[2]
NOTES = """Ann Lee: Hello, I am Ann and this is the tea show.

Zoë Ray: Hello Ann, I am Zoë and the kettle in this café costs £5.

Ann Lee: That is a good price for a kettle, thank you.
"""
HTML = "<br>".join(NOTES.splitlines())
GOOD = f"<item><title>Good</title><guid>good</guid><description><![CDATA[{HTML}]]></description></item>"
VTT = "WEBVTT\n\n00:00:01.000 --> 00:00:03.000\n<v Ann Lee>Hello there.\n"


def feed(*items: str, title: str = "Tea show", link: str = "https://tea.example/") -> str:
    return f'<rss version="2.0"><channel><title>{title}</title><link>{link}</link>{"".join(items)}</channel></rss>'


def sound(seconds: float) -> bytes:
    data = io.BytesIO()
    with wave.open(data, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(int(seconds * 8000) * 2))
    return data.getvalue()


@pytest.fixture
def folder(tmp_path) -> Path:
    return tmp_path


@pytest.fixture(autouse=True)
def no_weights(monkeypatch):
    """Nothing asks the network for weights."""

    def missing(listening, download=False):
        raise ModelMissing("no weights for 'small.en'; put them somewhere")

    monkeypatch.setattr(pipeline, "weights_available", missing)
    pipeline.forget_missing_weights()
    yield
    pipeline.forget_missing_weights()


@pytest.fixture
def ingest(folder, capsys):
    """Run `playback ingest` without an index; returns exit code, lines of standard output, lines of standard error."""

    def run(*sources: str, options=("--no-audio",)) -> tuple[int, list[str], list[str]]:
        names = [name if "://" in name or not name else str(folder / name) for name in sources]
        code = main(["--home", str(folder / "home"), "ingest", *names, *options, "--no-index", "--quiet"])
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return code, out.splitlines(), err.splitlines()

    return run


def write(folder: Path, **files: str | bytes) -> None:
    for name, data in files.items():
        path = folder / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data if isinstance(data, bytes) else data.encode())


@pytest.mark.parametrize(
    ("name", "data", "complaint"),
    [
        ("missing.xml", None, "no such file"),
        ("page.xml", "<html><body>Hi</body></html>", "not a feed"),
        ("text.xml", "just text", "not a feed"),
        ("zero.xml", "", "not a feed"),
        ("empty.xml", feed(), "no items"),
        ("unusable.xml", feed("<item><title>Nothing</title></item>"), "item 1 (Nothing)"),
        ("cut.xml", feed(GOOD)[:60], "the XML is broken"),
        ("zero.txt", "", "empty"),
        ("blank.html", "  \n ", "empty"),
        ("binary.txt", b"\x00\x01\x02" * 3 + b"\x05" * 500, "binary"),
        ("notes.pdf", b"%PDF-1.4", "not supported"),
        ("folder", None, "no such file"),
    ],
)
def test_a_source_that_cannot_be_used_is_one_line_and_exit_code_1(folder, ingest, name, data, complaint):
    """The line names the source, says what is wrong, and no episode comes of it."""
    if data is not None:
        (folder / name).write_bytes(data if isinstance(data, bytes) else data.encode())
    code, _, err = ingest(name)
    assert (code, len(err)) == (1, 1)
    assert name in err[0]
    assert complaint in err[0]
    assert err[0].startswith("playback: ")
    assert episode_ids(folder / "home") == []


def test_an_empty_source_is_not_the_present_folder(ingest):
    """`playback ingest "$UNSET"` reads nothing."""
    code, _, err = ingest("")
    assert (code, len(err)) == (1, 1)
    assert "the source is empty" in err[0]


def test_a_bad_source_does_not_stop_the_next(folder, ingest):
    """What can be ingested is, whatever stands before and after it."""
    write(folder, page_xml="<html></html>", good_xml=feed(GOOD), zero_txt="")
    code, out, err = ingest("page.xml", "missing.xml", "good.xml", "zero.txt")
    assert (code, len(err)) == (1, 3)
    assert [name for line in err for name in ("page.xml", "missing.xml", "zero.txt") if name in line] == [
        "page.xml",
        "missing.xml",
        "zero.txt",
    ]
    assert ["ingested" in line for line in out] == [True, True]


def test_an_item_without_anything_is_named_and_the_others_ingested(folder, ingest):
    """The feed's good item is there, the useless one is a line on standard error that names feed and item."""
    write(folder, half_xml=feed("<item><title>Nothing here</title></item>", GOOD))
    code, out, err = ingest("half.xml")
    assert (code, len(err)) == (0, 1)
    assert "half.xml: item 1 (Nothing here)" in err[0]
    assert "1 episode: 1 ingested" in out


def test_notes_without_a_transcript_are_an_outcome(folder, ingest):
    """An item that holds only a description is skipped, and says why."""
    item = "<item><title>Teaser</title><guid>t</guid><description>Next week: kettles.</description></item>"
    write(folder, feed_xml=feed(item, GOOD))
    code, out, err = ingest("feed.xml")
    assert (code, err) == (0, [])
    assert [line.split("  ")[1].split(":")[0] for line in out[:2]] == ["skipped", "ingested"]
    assert "no transcript in its notes" in out[0]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-16-be", "latin-1", "cp1252"])
def test_text_of_any_encoding_gives_the_same_words(folder, ingest, encoding):
    """UTF-16 and Latin-1 files are read as what they are."""
    write(folder, notes_txt=NOTES.encode(encoding))
    code, _, err = ingest("notes.txt")
    assert (code, err) == (0, [])
    (identifier,) = episode_ids(folder / "home")
    turns = load_transcript(folder / "home", identifier).turns
    assert [turn.speaker for turn in turns] == ["Ann Lee", "Zoë Ray", "Ann Lee"]
    assert turns[1].text == "Hello Ann, I am Zoë and the kettle in this café costs £5."


@pytest.mark.parametrize(("encoding", "name"), [("utf-16", "UTF-16"), ("latin-1", "ISO-8859-1"), ("latin-1", "UTF-8")])
def test_a_feed_of_any_encoding_is_read(folder, ingest, encoding, name):
    """Also one that declares an encoding it does not have."""
    write(folder, feed_xml=f'<?xml version="1.0" encoding="{name}"?>{feed(GOOD)}'.encode(encoding))
    assert ingest("feed.xml")[0] == 0
    (identifier,) = episode_ids(folder / "home")
    assert "café costs £5" in load_transcript(folder / "home", identifier).turns[1].text


@pytest.mark.parametrize(
    ("name", "data", "complaint"),
    [
        ("zero.wav", b"", "the file is empty"),
        ("zero.mp3", b"", "the file is empty"),
        ("cut.wav", sound(1.0)[:30], "cut off"),
        ("text.mp3", b"this is no sound at all, it is text" * 9, "not a recording"),
        ("header.wav", sound(0.0), "no sound"),
    ],
)
def test_a_recording_that_cannot_be_decoded_fails_by_name(folder, ingest, name, data, complaint):
    """Zero bytes, cut off in the header, no sound at all: one outcome that names the file; the others are done."""
    (folder / name).write_bytes(data)
    write(folder, good_txt=NOTES)
    code, out, _ = ingest(name, "good.txt", options=())
    assert code == 1
    failed = [line for line in out if "failed:" in line]
    assert len(failed) == 1
    assert name in failed[0]
    assert complaint in failed[0]
    assert sum("ingested:" in line for line in out) == 1


def test_a_recording_that_is_cut_off_is_used_as_far_as_it_goes(folder, ingest):
    """Half a recording can be decoded: it waits for weights like any other and is not refused."""
    write(folder, half_wav=sound(2.0)[:16000])
    code, out, _ = ingest("half.wav", options=())
    assert code == 1
    assert "waiting: not transcribed: no weights for 'small.en'" in out[0]


def test_a_recording_that_the_feed_names_and_nobody_has_is_named(folder, ingest):
    """A missing file beside a feed fails its own episode only."""
    lone = '<item><title>Lone</title><guid>l</guid><enclosure url="gone.mp3" type="audio/mpeg" length="1"/></item>'
    write(folder, feed_xml=feed(lone, GOOD))
    code, out, _ = ingest("feed.xml", options=())
    assert code == 1
    assert "failed:" in out[0]
    assert "gone.mp3" in out[0]
    assert "ingested:" in out[1]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("zero.vtt", ""),
        ("empty.vtt", "WEBVTT\n"),
        ("text.srt", "no times at all"),
        ("cut.json", '{"segments": [{"startTime": 0'),
        ("other.json", '{"name": "package", "version": 1}'),
    ],
)
def test_captions_that_hold_nothing_fail_by_name(folder, ingest, name, data):
    """The outcome names the file; the other captions are read."""
    (folder / name).write_text(data)
    write(folder, good_vtt=VTT)
    code, out, _ = ingest(name, "good.vtt")
    assert code == 1
    assert "failed:" in out[0]
    assert name in out[0]
    assert "ingested:" in out[1]


def test_half_a_character_stops_nobody_else(folder, ingest):
    r"""JSON can spell "\ud800", which no file can hold: that episode alone may fail, without a traceback."""
    write(folder, bad_json=json.dumps({"segments": [{"startTime": 0, "endTime": 2, "body": "half \ud800 here"}]}))
    write(folder, good_vtt=VTT)
    _, out, _ = ingest("bad.json", "good.vtt")
    assert "ingested:" in out[1]
    assert "2 episodes" in out[2]


def test_one_bad_file_of_a_folder_is_named_and_the_others_ingested(folder, ingest):
    """Empty notes, an empty recording and broken captions in a folder of good files."""
    write(folder, x__empty_txt="", x__zero_mp3=b"", x__bad_vtt="nothing", x__good_txt=NOTES, x__named_vtt=VTT)
    code, out, err = ingest("x", options=())
    assert code == 1
    assert len(err) == 2
    assert "empty.txt" in err[0]
    assert err[1] == "playback: 2 of 4 episodes failed or wait; the lines above say why"
    assert sum("ingested:" in line for line in out) == 2
    assert [name for name in ("bad.vtt", "zero.mp3") if any(name in line and "failed:" in line for line in out)] == [
        "bad.vtt",
        "zero.mp3",
    ]


def test_two_shows_with_the_same_guids_stay_two(folder, ingest):
    """Guids like "1" are every publisher's: nothing of one show is laid over the other."""
    other = GOOD.replace("Ann Lee", "Eve Fox")
    write(folder, a_xml=feed(GOOD), b_xml=feed(other, title="Coffee show", link="https://coffee.example/"))
    code, _, err = ingest("a.xml", "b.xml")
    assert (code, err) == (0, [])
    speakers = {
        record.episode.show.title: load_transcript(folder / "home", record.episode.id).turns[0].speaker
        for record in records(folder / "home")
    }
    assert speakers == {"Tea show": "Ann Lee", "Coffee show": "Eve Fox"}


def test_no_audio_is_no_failure(folder, ingest):
    """With --no-audio an episode that has only audio is skipped, exit code 0."""
    write(folder, talk_wav=sound(1.0))
    code, out, err = ingest("talk.wav")
    assert (code, err) == (0, [])
    assert out[0].endswith("skipped: audio only")


@pytest.mark.parametrize(
    "options",
    [
        ("--engine", "cassette"),
        ("--workers", "0"),
        ("--workers", "many"),
        ("--limit", "-1"),
        ("--colour",),
    ],
)
def test_an_unknown_option_value_is_wrong_usage(folder, ingest, capsys, options):
    """Exit code 2, the option named, nothing ingested."""
    write(folder, good_xml=feed(GOOD))
    with pytest.raises(SystemExit) as stopped:
        ingest("good.xml", options=options)
    assert stopped.value.code == 2
    assert options[0] in capsys.readouterr().err.splitlines()[-1]
    assert not (folder / "home").exists()


def test_an_unknown_model_is_named(folder, ingest, monkeypatch):
    """A model that does not exist is a reason to wait, said in the outcome."""
    monkeypatch.undo()
    pipeline.forget_missing_weights()
    write(folder, talk_wav=sound(1.0))
    code, out, _ = ingest("talk.wav", options=("--model", "no-such-model"))
    assert code == 1
    assert "waiting:" in out[0]
    assert "no-such-model" in out[0]


def test_a_broken_library_is_one_line_that_names_the_file(folder, ingest):
    """A damaged episode.json stops the run with the file and what to do; nothing is overwritten."""
    write(folder, good_xml=feed(GOOD))
    ingest("good.xml")
    (identifier,) = episode_ids(folder / "home")
    path = folder / "home" / "library" / "episodes" / identifier / "episode.json"
    path.write_text("{")
    code, _, err = ingest("good.xml")
    assert (code, len(err)) == (1, 1)
    assert str(path) in err[0]
    assert "restore it from a backup, or delete it" in err[0]
    path.unlink()
    assert ingest("good.xml")[0] == 0
    assert episode_ids(folder / "home") == [identifier]


def test_a_process_prints_one_line_and_no_traceback(folder):
    """As a person sees it: exit code 1, one line on standard error."""
    done = subprocess.run(
        [sys.executable, "-m", "api.cli", "--home", "home", "ingest", "missing.xml", "--no-index"],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "playback: missing.xml: no such file or folder; give a feed URL, a feed file, a folder or a file that exists"
    ]


def test_many_episodes_without_sound_are_read_in_another_process(folder, ingest, monkeypatch):
    """This process is free to load the encoder; outcomes come in the feed's order."""
    items = [GOOD.replace(">Good<", f">Good {number}<").replace(">good<", f">good-{number}<") for number in range(9)]
    write(folder, many_xml=feed(*items))
    monkeypatch.setattr("api.terminal.ingest_run.ingest_episode", None)
    code, out, _ = ingest("many.xml")
    assert (code, out[-1]) == (0, "9 episodes: 9 ingested")
    assert [load_transcript(folder / "home", line.split()[0]).episode.guid for line in out[:9]] == [
        f"good-{number}" for number in range(9)
    ]
