"""`playback divergence` tells where official text and recording differ, and says so where nothing can be compared."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from api.cli import main
from ingest.alignment.align import align
from ingest.alignment.divergence import suspicion
from ingest.library.records import episode_folder, episode_ids, load_transcript, save_transcript
from ingest.pipeline import IngestSettings, ingest_episode
from ingest.sources import register_source
from ingest.speech.weights import PACKAGED, packaged_folder
from ingest.transcript import Divergence, HeardWord, OfficialTurn, Turn, Unheard, Unwritten, untimed

SPOKEN = Path(__file__).parents[3].parent / "shared" / "audio" / "spoken"

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


def captions(*texts: str | float) -> str:
    """Each text is spoken at two words a second, one after the other; a number is that many seconds without words."""
    cues, now = ["WEBVTT"], 0.0
    for text in texts:
        if isinstance(text, float):
            now += text
            continue
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
    assert found["gaps"] == []
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


def test_a_part_that_the_text_lacks_has_its_times_length_and_first_words(tmp_path, capsys) -> None:
    """An advert of ten seconds between two turns, and eight seconds without words before the last."""
    advert = f"{ADVERT} {ADVERT} and on"
    home, episode = ingested(tmp_path, NOTES.replace("Cy Poe:\n\n", ""), captions(ASK, advert, TELL, 8.0, CLOSE))
    lines = told(home, episode, capsys).splitlines()[-4:]
    assert lines[0] == "parts of the recording that the text lacks: 2"
    assert re.fullmatch(rf"  0:\d\d to 0:\d\d \(10 s\): “{advert}”", lines[1])
    assert re.fullmatch(r"  0:\d\d to 0:\d\d \(8 s\): no words were heard", lines[2])
    assert lines[3] == "other heard words not in the text: none"
    spoken, silent = json.loads(told(home, episode, capsys, "--json"))["gaps"]
    start, after = len(ASK.split()) / 2, len(f"{ASK} {advert} {TELL}".split()) / 2
    assert (spoken["text"], silent["text"]) == (advert, "")
    assert (spoken["start"], spoken["end"]) == pytest.approx((start, start + 10), abs=0.6)
    assert (silent["start"], silent["end"]) == pytest.approx((after, after + 8), abs=0.6)


def test_a_text_that_was_heard_whole_shows_no_difference(tmp_path, capsys) -> None:
    """Nothing is listed, nothing suspected."""
    home, episode = ingested(tmp_path, NOTES.replace("Cy Poe:\n\n", ""), captions(ASK, TELL, CLOSE))
    assert told(home, episode, capsys).splitlines() == [
        f"{episode}: 100.0% of the official words were heard",
        "official words not heard: none",
        "parts of the recording that the text lacks: none",
        "heard words not in the text: none",
    ]


def test_another_recording_is_suspected(tmp_path, capsys) -> None:
    """A recording of other words is named, and no time of the text is called aligned."""
    home, episode = ingested(tmp_path, NOTES, captions(ASK, TELL, CLOSE))
    transcript = load_transcript(home, episode)
    assert transcript is not None
    other = "penguins inspect every harbour in january before ferries leave for distant islands".split() * 5
    turns, divergence = align(
        tuple(OfficialTurn(turn.speaker, turn.text) for turn in transcript.turns),
        tuple(HeardWord(word, place / 2, place / 2 + 0.4) for place, word in enumerate(other)),
        None,
    )
    save_transcript(home, replace(transcript, turns=turns, divergence=divergence), "by a test")
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


def heard(name: str, home: Path, capsys: pytest.CaptureFixture[str]) -> tuple[dict, dict, str]:
    """A spoken variant of the seed, heard for real: what is known of it, its divergence, its outcome."""
    if not SPOKEN.is_dir() or packaged_folder() is None:
        pytest.skip("recordings in ../shared, and weights")
    truth = json.loads((SPOKEN / f"{name}.truth.json").read_text("utf-8"))
    (episode,) = register_source(str(SPOKEN / name), home).episodes
    outcome = ingest_episode(episode, home, IngestSettings(fallback=PACKAGED))
    return truth, json.loads(told(home, episode.id, capsys, "--json")), outcome.message


@pytest.mark.corpus
def test_music_and_an_advert_that_are_heard_are_named_within_a_second(tmp_path, capsys) -> None:
    """Both are gaps of the text; the advert has its words, the music none, and the outcome names both."""
    truth, found, outcome = heard("musicad", tmp_path, capsys)
    assert len(found["gaps"]) == len(truth["inserted"]) == 2
    for gap, inserted in zip(found["gaps"], truth["inserted"], strict=True):
        assert gap["start"] == pytest.approx(inserted["start"], abs=1.0)
        assert gap["end"] == pytest.approx(inserted["end"], abs=1.0)
        assert gap["text"].split()[:7] == inserted["text"].split()[:7]
    assert "not in the text: 28 s at 4:56 (“This episode is brought to you by" in outcome
    assert "at 0:00 (no words)" in outcome


@pytest.mark.corpus
def test_paragraphs_that_were_not_said_are_named_where_they_would_have_been(tmp_path, capsys) -> None:
    """Both with all of their words, within a second of the words around them; the recording has nothing else."""
    truth, found, outcome = heard("unspoken", tmp_path, capsys)
    turns = truth["turns"]
    unsaid = [(number, text) for number, turn in enumerate(turns) for text in turn["unspoken"]]
    assert [item["turn"] for item in found["unheard"]] == [number for number, _ in unsaid]
    # The first is inside a turn, after "on GOV.UK Pay."; the second is a whole turn.
    inside = next(item for item in turns[0]["sentences"] if item["text"].startswith("Today"))
    places = [inside["end"], turns[unsaid[1][0] - 1]["end"]]
    for item, (_, text), place in zip(found["unheard"], unsaid, places, strict=True):
        assert item["text"].split()[:8] == text.split()[:8]
        assert item["start"] == pytest.approx(place, abs=1.0)
        assert item["end"] == pytest.approx(place, abs=1.0)
    assert found["gaps"] == []
    assert "not heard: 87 words at 0:18 (“GDS has many products" in outcome


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
