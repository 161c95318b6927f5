"""The sample show keeps what data/README.md says of it: one feed, recordings, exact word times, captions, questions."""

import difflib
import html
import importlib
import json
import re
from pathlib import Path
from types import ModuleType
from typing import Any

import feedparser
import numpy as np
import pytest

from ingest.text.words import normalise, pieces

SAMPLE = Path(__file__).parents[2] / "data" / "sample"
NAMES = ("1-rehearsal", "2-switch", "3-afterwards")
CUE = re.compile(r"(\d\d):(\d\d\.\d{3}) --> (\d\d):(\d\d\.\d{3})\n(.+)")


@pytest.fixture
def make_sample(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(SAMPLE)
    return importlib.import_module("make_sample")


@pytest.fixture(scope="module")
def feed() -> Any:
    return feedparser.parse((SAMPLE / "feed.xml").read_bytes())


def word_times(name: str) -> list[dict[str, Any]]:
    return json.loads((SAMPLE / f"{name}.words.json").read_text("utf-8"))


def cues(name: str) -> list[tuple[float, float, str]]:
    found = CUE.findall((SAMPLE / f"{name}.vtt").read_text("utf-8"))
    return [(round(int(a) * 60 + float(b), 3), round(int(c) * 60 + float(d), 3), text) for a, b, c, d, text in found]


def questions() -> list[dict[str, Any]]:
    return [json.loads(line) for line in (SAMPLE / "questions.jsonl").read_text("utf-8").splitlines()]


def samples(name: str, rate: int = 16_000) -> np.ndarray:
    av = pytest.importorskip("av")
    with av.open(str(SAMPLE / f"{name}.mp3")) as container:
        resampler = av.AudioResampler(format="flt", layout="mono", rate=rate)
        frames = [part for frame in container.decode(audio=0) for part in resampler.resample(frame)]
    return np.concatenate([frame.to_ndarray().ravel() for frame in frames])


def test_feed_lists_three_complete_episodes(feed: Any) -> None:
    """Every episode has number, date, page, duration, people, licence, captions and notes; the feed is valid XML."""
    assert not feed.bozo
    assert feed.feed.title == "The Moving Day podcast"
    assert "invented" in feed.feed.subtitle
    assert [item.itunes_episode for item in feed.entries] == ["1", "2", "3"]
    assert [item.published_parsed[:3] for item in feed.entries] == [(2026, 9, 3), (2026, 9, 10), (2026, 9, 17)]
    for item in feed.entries:
        assert item.link.startswith("https://example.org/")
        assert re.fullmatch(r"\d\d:\d\d:\d\d", item.itunes_duration)
        assert item.podcast_license["url"].startswith("https://creativecommons.org/")
        assert item.podcast_transcript["type"] == "text/vtt"
        assert item.podcast_person
        assert "episode follows:" in item.content[0].value


def test_files_of_the_feed_lie_beside_it(feed: Any) -> None:
    """Enclosures and captions are relative names of files beside the feed, and the stated sizes are theirs."""
    for item in feed.entries:
        (enclosure,) = item.enclosures
        assert (SAMPLE / enclosure.href).stat().st_size == int(enclosure.length)
        assert (SAMPLE / item.podcast_transcript["url"]).is_file()


def test_sample_is_small() -> None:
    """The whole sample takes less than 2 MB."""
    assert sum(path.stat().st_size for path in SAMPLE.iterdir() if path.is_file()) < 2_000_000


@pytest.mark.parametrize("number", range(3))
def test_notes_in_the_feed_are_the_text_files(feed: Any, number: int) -> None:
    """The notes of the feed are, line for line, the text file from which the recording was spoken."""
    paragraphs = re.findall(r"<p>(.*?)</p>", feed.entries[number].content[0].value, flags=re.DOTALL)
    notes = (SAMPLE / f"{NAMES[number]}.txt").read_text("utf-8")
    lines = [html.unescape(paragraph).strip() for paragraph in paragraphs]
    assert lines == [line.strip() for line in notes.splitlines()]


def test_script_still_writes_this_feed(feed: Any, make_sample: ModuleType) -> None:
    """Nobody changed a text, a fact or the feed without running the script again."""
    recordings = []
    for facts, item in zip(make_sample.EPISODES, feed.entries, strict=True):
        hours, minutes, seconds = map(int, item.itunes_duration.split(":"))
        recording = make_sample.Recording(int(item.enclosures[0].length), hours * 3600 + minutes * 60 + seconds)
        recordings.append((facts, (SAMPLE / f"{facts.name}.txt").read_text("utf-8"), recording))
    assert make_sample.feed(recordings) == (SAMPLE / "feed.xml").read_text("utf-8")


@pytest.mark.parametrize("number", range(3))
def test_script_still_writes_these_captions(make_sample: ModuleType, number: int) -> None:
    """Captions follow from the exact word times and the list of words misheard."""
    words = [make_sample.TimedWord(**word) for word in word_times(NAMES[number])]
    written = make_sample.captions(words, make_sample.EPISODES[number].misheard)
    assert written == (SAMPLE / f"{NAMES[number]}.vtt").read_text("utf-8")


def test_script_reads_notes_by_turns(make_sample: ModuleType) -> None:
    """A label opens a turn, a clip has no speaker, paragraphs are joined, separators are no text."""
    notes = (
        "About kettles.\n\u00a0\n---------\nThe transcript of the episode follows:\n"
        "Ada Host:\nOne.\n\u00a0\nTwo.\n\u00a0\n"
        "[Audio starts]\nHiss.\n\u00a0\nBo Guest:\u00a0\n[laughs] Three.\n"
    )
    expected = [("Ada Host", "One.\nTwo."), (None, "Hiss."), ("Bo Guest", "[laughs] Three.")]
    assert make_sample.read_notes(notes) == ("About kettles.", expected)


@pytest.mark.parametrize("number", range(3))
def test_product_reads_the_same_turns(feed: Any, make_sample: ModuleType, number: int) -> None:
    """Playback's own reader of show notes finds in the feed the turns that were spoken."""
    shownotes = pytest.importorskip("ingest.shownotes.parse")
    official = shownotes.parse_notes(feed.entries[number].content[0].value)
    _, turns = make_sample.read_notes((SAMPLE / f"{NAMES[number]}.txt").read_text("utf-8"))
    assert [(turn.speaker, turn.text) for turn in official.turns] == turns


@pytest.mark.parametrize("name", NAMES)
def test_two_people_speak_in_each_episode(make_sample: ModuleType, name: str) -> None:
    """Each episode has two named speakers; there are marks, and one episode plays a clip."""
    notes = (SAMPLE / f"{name}.txt").read_text("utf-8")
    _, turns = make_sample.read_notes(notes)
    assert len({speaker for speaker, _ in turns if speaker}) == 2
    assert "[laughs]" in notes
    assert [speaker for speaker, _ in turns].count(None) == (1 if name == "3-afterwards" else 0)


@pytest.mark.parametrize("name", NAMES)
def test_every_official_word_has_its_time(make_sample: ModuleType, name: str) -> None:
    """The words with times are the pieces of the official turns in order, marks left out; times run forward."""
    _, turns = make_sample.read_notes((SAMPLE / f"{name}.txt").read_text("utf-8"))
    official = [
        (number, piece.text) for number, (_, text) in enumerate(turns) for piece in pieces(text) if not piece.mark
    ]
    timed = word_times(name)
    spoken = [(word["turn"], normalise(word["text"])) for word in timed]
    assert spoken == [(turn, normalise(text)) for turn, text in official]
    edges = [time for word in timed for time in (word["start"], word["end"])]
    assert edges == sorted(edges)
    assert all(0.02 < word["end"] - word["start"] < 3 for word in timed)


@pytest.mark.parametrize("number", range(3))
def test_recording_has_the_stated_length(feed: Any, number: int) -> None:
    """A recording lasts 2 to 4 minutes and as long as the feed says within 1 s; every word lies inside it."""
    seconds = len(samples(NAMES[number])) / 16_000
    hours, minutes, rest = map(int, feed.entries[number].itunes_duration.split(":"))
    assert 120 <= seconds <= 240
    assert abs(seconds - (hours * 3600 + minutes * 60 + rest)) <= 1
    assert word_times(NAMES[number])[-1]["end"] <= seconds


@pytest.mark.parametrize("name", NAMES)
def test_word_times_are_those_of_the_sound(name: str) -> None:
    """After every pause of 200 ms the sound begins within 50 ms of the stated start; in long pauses it is quiet."""
    wave, hop = samples(name), 80  # 5 ms at 16 kHz
    power = np.add.reduceat(wave.astype(np.float64) ** 2, np.arange(0, len(wave), hop)) / hop
    loud = 10 * np.log10(power + 1e-12) > -54  # dB of full scale; a soft "th" has -48, mp3 noise in pauses under -60
    timed = word_times(name)
    onsets = []
    for before, word in zip([{"end": 0.0}, *timed], timed, strict=False):
        pause = word["start"] - before["end"]
        if pause >= 0.2:
            first = int((word["start"] - 0.08) * 200)
            onsets.append((first + int(np.argmax(loud[first : first + 80]))) / 200 - word["start"])
        if pause >= 0.5:
            middle = loud[int((before["end"] + 0.1) * 200) : int((word["start"] - 0.1) * 200)]
            assert not middle.any(), (before, word)
    assert len(onsets) >= 40
    assert max(map(abs, onsets)) <= 0.05


@pytest.mark.parametrize("name", NAMES)
def test_captions_name_nobody_and_mishear_a_little(make_sample: ModuleType, name: str) -> None:
    """Captions carry no speaker labels; 90 to 99 % of the official words stand in them as they are."""
    _, turns = make_sample.read_notes((SAMPLE / f"{name}.txt").read_text("utf-8"))
    official = [word for _, text in turns for word in normalise(text)]
    texts = [text for _, _, text in cues(name)]
    assert not any(re.match(r"[A-Z]\w+ [A-Z]\w+:|<v", text) for text in texts)
    heard = [word for text in texts for word in normalise(text)]
    matcher = difflib.SequenceMatcher(a=official, b=heard, autojunk=False)
    same = sum(block.size for block in matcher.get_matching_blocks()) / len(official)
    assert 0.9 < same < 0.99


@pytest.mark.parametrize("number", range(3))
def test_no_mishearing_is_listed_in_vain(make_sample: ModuleType, number: int) -> None:
    """Each misheard phrase of the list stands in the captions."""
    text = " ".join(text for _, _, text in cues(NAMES[number]))
    assert [heard for heard in make_sample.EPISODES[number].misheard.values() if heard not in text] == []


@pytest.mark.parametrize("name", NAMES)
def test_cues_lie_on_word_edges(name: str) -> None:
    """A cue begins and ends with a word, cues do not overlap, and none is longer than 8 s."""
    timed, found = word_times(name), cues(name)
    starts, ends = {word["start"] for word in timed}, {word["end"] for word in timed}
    on_edges = [start in starts and end in ends for start, end, _ in found]
    assert sum(on_edges) >= 0.9 * len(found)  # the rest begin or end inside a misheard phrase
    edges = [time for start, end, _ in found for time in (start, end)]
    assert edges == sorted(edges)
    assert max(end - start for start, end, _ in found) < 8


@pytest.mark.parametrize("name", NAMES)
def test_product_reads_the_captions(name: str) -> None:
    """Playback's own reader of captions finds the same cues, at the same times, without speakers."""
    captions = pytest.importorskip("ingest.captions.turns")
    read = captions.read_captions((SAMPLE / f"{name}.vtt").read_bytes(), f"{name}.vtt")
    read_cues = getattr(read, "cues", read)
    assert [(cue.start, cue.end, cue.text) for cue in read_cues] == [
        (pytest.approx(start), pytest.approx(end), text) for start, end, text in cues(name)
    ]
    assert {cue.speaker for cue in read_cues} == {None}


def test_questions_have_the_form_of_the_contract() -> None:
    """About 14 answerable and 8 unanswerable questions, ids unique; only the answerable have gold quotes."""
    asked = questions()
    assert (
        len({question["id"] for question in asked}) == len({question["question"] for question in asked}) == len(asked)
    )
    assert sum(question["answerable"] for question in asked) >= 14
    assert sum(not question["answerable"] for question in asked) >= 8
    for question in asked:
        assert {"id", "question", "answerable", "kind", "persona", "gold", "also"} <= set(question)
        assert bool(question["gold"]) == question["answerable"]
        assert question["answerable"] or not question["also"]


def test_gold_quotes_stand_in_their_turns(make_sample: ModuleType) -> None:
    """Each gold quote is a run of whole sentences of one turn, verbatim, by the stated speaker, of 3 to 80 words."""
    turns = {}
    for facts in make_sample.EPISODES:
        _, turns[f"moving-day-{facts.number}"] = make_sample.read_notes(
            (SAMPLE / f"{facts.name}.txt").read_text("utf-8")
        )
    for quote in (quote for question in questions() for quote in question["gold"] + question["also"]):
        speaker, text = turns[quote["episode"]][quote["turn"]]
        before, found, _ = text.partition(quote["quote"])
        assert found and speaker == quote["speaker"], quote
        assert not before or before.rstrip()[-1] in ".?!]:", quote
        assert quote["quote"][-1] in ".?!", quote
        assert 3 <= len(quote["quote"].split()) <= 80


def test_marks_are_not_spoken(monkeypatch: pytest.MonkeyPatch) -> None:
    """A mark is no word; its full stop ends the word before it."""
    monkeypatch.syspath_prepend(SAMPLE)
    speak = importlib.import_module("speak")
    assert [word for word, _, _ in speak.words("Oh yes [laughs]. It is.")] == ["Oh", "yes.", "It", "is."]
    assert [word for word, _, _ in speak.words("[laughs] The test.")] == ["The", "test."]
