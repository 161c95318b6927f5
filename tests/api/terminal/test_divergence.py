"""`playback divergence` tells where official text and recording differ, and says so where nothing can be compared."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from api.cli import main
from ingest.alignment.divergence import suspicion
from ingest.library.records import episode_folder, episode_ids
from ingest.pipeline import IngestSettings, ingest_episode
from ingest.sources import register_source
from ingest.transcript import Divergence, OfficialTurn, Turn, Unheard, Unwritten, untimed

ASK = "Hello and welcome to the tea show, where we talk about kettles and cups. How did you choose your kettle?"
TELL = (
    "We looked at seven kettles in the big shop by the river. The green one whistled far too early in the morning. "
    "So we took the copper one home and never looked back."
)
CLOSE = "Thank you for coming in today, it was lovely to hear about your copper kettle."
NOTES = f"Tea show 1\n\nTranscript\n\nAnn Lee:\n{ASK}\n\nBob Ray:\n{TELL}\n\nCy Poe:\n\nAnn Lee:\n{CLOSE}\n"
SKIPPED = "The green one whistled far too early in the morning."
ADVERT = "this show is brought to you by purple teapots"


def clock(seconds: float) -> str:
    return f"00:{int(seconds) // 60:02}:{seconds % 60:06.3f}"


def captions(*texts: str) -> str:
    """Each text is spoken at two words a second, one after the other."""
    cues, now = ["WEBVTT"], 0.0
    for text in texts:
        end = now + len(text.split()) / 2
        cues.append(f"{clock(now)} --> {clock(end)}\n{text}")
        now = end
    return "\n\n".join(cues) + "\n"


def ingested(folder: Path, notes: str | None, vtt: str | None) -> tuple[Path, str]:
    """Ingest one episode through a feed; returns the library's home and the episode's id."""
    link = ""
    if vtt is not None:
        (folder / "1.vtt").write_text(vtt)
        link = '<podcast:transcript url="1.vtt" type="text/vtt"/>'
    paragraphs = "".join(f"&lt;p&gt;{line}&lt;/p&gt;" for line in (notes or "").split("\n") if line)
    (folder / "feed.xml").write_text(
        '<rss version="2.0" xmlns:podcast="https://podcastindex.org/namespace/1.0"><channel><title>Tea show</title>'
        f"<item><title>Kettles</title><guid>tea-1</guid><description>{paragraphs}</description>{link}</item>"
        "</channel></rss>"
    )
    home = folder / "home"
    for episode in register_source(str(folder / "feed.xml"), home).episodes:
        assert ingest_episode(episode, home, IngestSettings(audio=False)).status == "ingested"
    return home, episode_ids(home)[0]


def told(home: Path, episode: str, capsys: pytest.CaptureFixture[str], *options: str) -> str:
    assert main(["--home", str(home), "divergence", episode, *options]) == 0
    return capsys.readouterr().out


@pytest.fixture
def differing(tmp_path: Path) -> tuple[Path, str]:
    """A recording that lacks a sentence of the text and holds an advert that the text lacks."""
    return ingested(tmp_path, NOTES, captions(ASK, TELL.replace(SKIPPED + " ", ""), ADVERT, CLOSE))


def test_json_is_the_divergence_of_the_contract(differing, capsys) -> None:
    """Coverage, the sentence that was not heard with its turn and time, the advert, and the label without text."""
    home, episode = differing
    found = json.loads(told(home, episode, capsys, "--json"))
    words = len(f"{ASK} {TELL} {CLOSE}".split())
    assert found["episode"] == episode
    assert found["coverage"] == pytest.approx((words - len(SKIPPED.split())) / words, abs=0.001)
    assert [(item["turn"], item["text"]) for item in found["unheard"]] == [(1, SKIPPED)]
    assert found["unheard"][0]["start"] == pytest.approx((len(ASK.split()) + 11) / 2, abs=1.0)
    advert = len(f"{ASK} {TELL}".split()) - len(SKIPPED.split())
    assert [(item["text"], item["start"]) for item in found["unwritten"]] == [(ADVERT, advert / 2)]
    assert found["problems"] == ["label without text: 'Cy Poe'"]
    exported = json.loads((episode_folder(home, episode) / "transcript.json").read_text())["divergence"]
    assert {name: found[name] for name in exported} == exported


def test_people_read_turn_speaker_and_time(differing, capsys) -> None:
    """The text names each difference where it is: 58 of 68 words were heard, ten and an advert of nine were not."""
    lines = told(*differing, capsys).splitlines()
    assert lines[0] == f"{differing[1]}: 85.3% of the official words were heard"
    assert lines[1] == "official words not heard: 1"
    assert f"  turn 1, Bob Ray, 0:15: “{SKIPPED}”" in lines
    assert f"  0:21 to 0:26: “{ADVERT}”" in lines
    assert lines[-2:] == ["problems in the official text: 1", "  label without text: 'Cy Poe'"]


def test_a_text_that_was_heard_whole_shows_no_difference(tmp_path, capsys) -> None:
    """Nothing is listed, nothing suspected."""
    home, episode = ingested(tmp_path, NOTES.replace("Cy Poe:\n\n", ""), captions(ASK, TELL, CLOSE))
    assert told(home, episode, capsys).splitlines() == [
        f"{episode}: 100.0% of the official words were heard",
        "official words not heard: none",
        "heard words not in the text: none",
    ]


def test_another_recording_is_suspected(tmp_path, capsys) -> None:
    """A recording of other words is named, and no time of the text is called aligned."""
    other = "penguins inspect every harbour in january before ferries leave for distant islands " * 5
    home, episode = ingested(tmp_path, NOTES, captions(other))
    found = json.loads(told(home, episode, capsys, "--json"))
    assert found["coverage"] < 0.3
    assert found["suspected"].startswith("another recording")
    assert "suspected: another recording" in told(home, episode, capsys)


@pytest.mark.parametrize(
    ("notes", "vtt", "line"),
    [
        (NOTES.replace("Cy Poe:\n\n", ""), None, "no heard words or captions to compare"),
        (None, captions(ASK, TELL, CLOSE), "no official text to compare"),
    ],
)
def test_where_nothing_can_be_compared_one_line_says_so(tmp_path, capsys, notes, vtt, line) -> None:
    """Notes alone or captions alone: one line, null in JSON, and the command is done."""
    home, episode = ingested(tmp_path, notes, vtt)
    assert told(home, episode, capsys) == f"{episode}: {line}\n"
    found = json.loads(told(home, episode, capsys, "--json"))
    assert found == {"episode": episode, "divergence": None, "suspected": None, "problems": []}


def test_impossible_printed_times_are_among_the_problems(tmp_path, capsys) -> None:
    """What the text prints and nobody could speak is a problem of the text."""
    notes = NOTES.replace("Cy Poe:\n\n", "").replace("Ann Lee:\n", "Ann Lee: [9:00]\n", 1)
    home, episode = ingested(tmp_path, notes.replace("Bob Ray:\n", "Bob Ray: [0:09]\n"), None)
    problems = json.loads(told(home, episode, capsys, "--json"))["problems"]
    assert len(problems) == 1
    assert problems[0].startswith("printed times that run backwards")


def test_an_unknown_episode_is_an_error_in_one_line(differing, capsys) -> None:
    """The line names the episode that was asked for."""
    assert main(["--home", str(differing[0]), "divergence", "nowhere"]) != 0
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "nowhere" in error


def aligned(*starts: float) -> list[Turn]:
    """Turns of 100 words each that begin at these seconds."""
    turn = untimed(OfficialTurn("A", words(100)))
    return [replace(turn, start=start, end=start + 30, timing="aligned", timing_error=1.0) for start in starts]


def words(count: int) -> str:
    return " ".join(["word"] * count)


@pytest.mark.parametrize(
    ("starts", "divergence", "expected"),
    [
        ((0, 40, 80, 120, 160), Divergence(0.9, tuple(Unheard(1, words(3)) for _ in range(10))), None),
        ((0, 40, 80, 120, 160), Divergence(0.9, (Unheard(1, words(19)),)), None),
        ((0, 40, 80, 120, 160), Divergence(0.9, (Unheard(1, words(25)),)), "5% of the words are missing from the rec"),
        (
            (0, 40, 80, 120, 160),
            Divergence(1.0, (), (Unwritten(words(50), 0, 9),)),
            "10% of the words are missing from",
        ),
        ((0, 120, 80, 40, 160), Divergence(1.0), "the text is in another order in 2 places"),
        ((0, 120, 40, 80, 160), Divergence(1.0), "a part of the text was moved"),
        ((0, 40, 15, 80, 120), Divergence(1.0), None),
    ],
)
def test_long_differences_and_another_order_are_another_edit(starts, divergence, expected) -> None:
    """Mishearings, one slip and people who interrupt each other are none."""
    found = suspicion(aligned(*map(float, starts)), divergence)
    assert found == expected or (found is not None and found.startswith(f"another edit: {expected}"))
