"""A quote as a short recording: its edges, fades, captions and credits, and what has none."""

import importlib.metadata
import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import webvtt
from starlette.testclient import TestClient

from api.app import create_app
from api.cli import main
from api.clips.clip import FADE, captions_of, clip_of
from api.episodes.transcripts import open_transcript
from api.errors import NoClip
from api.quotes.quote import quote_at
from api.quotes.resolve import Resolved
from api.settings import Settings
from ingest.audio.load import CLIP_RATE, SAMPLE_RATE, blocks, cut
from ingest.errors import ModelMissing
from ingest.library.records import episode_folder, episode_ids
from ingest.text.words import normalise
from tests.api.feeds.conftest import BASE, SAMPLE
from tests.ingest.audio.test_cut import lag, voice_of, write_recording

NAMES = ("1-rehearsal", "2-switch", "3-afterwards")
# Seconds that an edge may be off; the exact word times are those of the synthetic voices.
MOST_OFF = 0.06


@pytest.fixture(scope="module")
def home(sample_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample show with its recordings, whose words have the times at which they are spoken."""
    home = shutil.copytree(sample_home, tmp_path_factory.mktemp("clips") / "home")
    for identifier, name in zip(episode_ids(home), NAMES, strict=True):
        shutil.copy(SAMPLE / f"{name}.mp3", episode_folder(home, identifier) / "audio.mp3")
    return home


def quotes_of(home: Path, identifier: str) -> list[Any]:
    """A quote of up to twenty words from each turn that is long enough."""
    opened = open_transcript(home, identifier)
    counts = [(begin, end - begin) for begin, end in zip(opened.begins, opened.begins[1:], strict=False)]
    return [quote_at(opened, begin + 2, min(20, count - 2)) for begin, count in counts if count > 8]


def first_quote(home: Path) -> Any:
    return quotes_of(home, episode_ids(home)[0])[1]


def spoken_at(name: str, words: list[str], near: float) -> tuple[float, float]:
    """When some words are spoken by the exact times, at the place nearest to a time."""
    exact = json.loads((SAMPLE / f"{name}.words.json").read_text("utf-8"))
    said = [(part, one["start"], one["end"]) for one in exact for part in normalise(one["text"])]
    texts = [part for part, _, _ in said]
    places = [n for n in range(len(said)) if texts[n : n + len(words)] == words]
    assert places, words
    place = min(places, key=lambda number: abs(said[number][1] - near))
    return said[place][1], said[place + len(words) - 1][2]


@pytest.mark.parametrize("name", [NAMES[0], *(pytest.param(name, marks=pytest.mark.long) for name in NAMES[1:])])
def test_a_clip_is_the_quote_of_the_recording(home, name):
    """Cross-correlated with the recording, each clip lies where its quote's times say, and has their length."""
    identifier = episode_ids(home)[NAMES.index(name)]
    whole = np.concatenate(list(blocks(SAMPLE / f"{name}.mp3")))
    for quote in quotes_of(home, identifier)[:2]:
        clip = clip_of(home, quote.id, BASE)
        begin, end = quote.start - FADE, quote.end + FADE
        assert abs(len(clip.samples) / CLIP_RATE - (end - begin)) < 0.001
        room = whole[round((begin - 0.5) * SAMPLE_RATE) : round((end + 0.5) * SAMPLE_RATE)]
        off = lag(room, clip.samples[::3].astype(np.float32)) / 1000 - 0.5
        assert abs(off) <= MOST_OFF


def test_the_edges_are_those_of_the_exact_word_times(home):
    """The library's times of the sample are within the stated error of the exact ones, so the clip's edges are too."""
    for identifier, name in zip(episode_ids(home), NAMES, strict=True):
        for quote in quotes_of(home, identifier):
            start, end = spoken_at(name, normalise(quote.text), quote.start)
            assert abs(quote.start - start) <= max(MOST_OFF, quote.timing_error)
            assert abs(quote.end - end) <= max(MOST_OFF, quote.timing_error)


def test_the_sound_grows_and_fades_outside_the_words(home):
    """Silence at the very first and last sample, and nothing is taken from the words between."""
    clip = clip_of(home, first_quote(home).id, BASE)
    edge = round(FADE * CLIP_RATE)
    assert clip.samples[0] == clip.samples[-1] == 0
    quote = first_quote(home)
    raw = cut(SAMPLE / "1-rehearsal.mp3", quote.start - FADE, quote.end + FADE)
    assert np.array_equal(clip.samples[edge : len(raw) - edge], raw[edge:-edge])
    assert np.abs(clip.samples[:edge]).max() <= np.abs(raw[:edge]).max()


def test_the_captions_count_from_the_start_of_the_clip(home):
    """All words of the quote with its speaker, inside the clip."""
    quote = first_quote(home)
    clip = clip_of(home, quote.id, BASE)
    cues = list(webvtt.from_string(clip.captions))
    assert " ".join(" ".join(cue.text.split()) for cue in cues) == " ".join(quote.text.split())
    assert {cue.voice for cue in cues} == {quote.speaker}
    assert cues[0].start == "00:00:00.020"
    assert cues[-1].end_in_seconds <= len(clip.samples) / CLIP_RATE


def test_the_credits_name_speaker_episode_licence_and_address(home):
    """What a listener needs to find where it comes from."""
    quote = first_quote(home)
    assert clip_of(home, quote.id, BASE).tags == {
        "title": f"{quote.speaker} in Rehearsing the data move",
        "artist": quote.speaker,
        "album": "The Moving Day podcast",
        "date": "2026-09-03",
        "copyright": "cc-by-4.0",
        "comment": f"{BASE}/quotes/{quote.id}",
    }
    assert clip_of(home, quote.id, None).tags["comment"] == "Rehearsing the data move, The Moving Day podcast"


def test_an_estimate_cannot_be_cut_out(served_home):
    """When it was said is no fact; nor is there a clip without times."""
    for identifier in ("harbour-2-bbbb", "harbour-3-cccc"):
        quote = quote_at(open_transcript(served_home, identifier), 0, 5)
        with pytest.raises(NoClip, match="only an estimate"):
            clip_of(served_home, quote.id, BASE)


def test_without_a_recording_there_is_no_clip(sample_home):
    """The publisher's file is not fetched for it."""
    with pytest.raises(NoClip, match="has no recording"):
        clip_of(sample_home, first_quote(sample_home).id, BASE)


def test_a_recording_that_ends_too_early_is_refused(home, monkeypatch):
    """A clip holds all words of its quote; what is missing by more than the stated error is said."""
    quote = first_quote(home)
    monkeypatch.setattr("api.clips.clip.cut", lambda path, start, end: cut(path, start, end)[: -2 * CLIP_RATE])
    with pytest.raises(NoClip, match=r"ends 2\.0 s before these words do"):
        clip_of(home, quote.id, BASE)
    kept = round(quote.timing_error * CLIP_RATE)
    monkeypatch.setattr("api.clips.clip.cut", lambda path, start, end: cut(path, start, end)[: -kept or None])
    assert len(clip_of(home, quote.id, BASE).samples)


def test_a_recording_that_ends_before_the_quote_begins_is_refused(home, encoder, tmp_path):
    """There is nothing to hear: 404 with the reason, and one line on the command line."""
    home = shutil.copytree(home, tmp_path / "home")
    identifier = episode_ids(home)[0]
    quote = quotes_of(home, identifier)[-1]
    write_recording(episode_folder(home, identifier) / "audio.mp3", voice_of(3))
    with TestClient(create_app(Settings(home=home), encoder)) as client:
        refused = client.get(f"/api/quotes/{quote.id}/clip.opus")
    said = f"the recording of {identifier} ends before these words begin"
    assert (refused.status_code, said in refused.json()["errors"][0]["message"]) == (404, True)
    with pytest.raises(NoClip, match=said):
        clip_of(home, quote.id, BASE)


def test_times_after_a_day_are_refused(home, monkeypatch):
    """Captions may state them, but no recording lasts so long."""
    quote = first_quote(home)
    late = replace(quote, start=quote.start + 100 * 3600, end=quote.end + 100 * 3600)
    monkeypatch.setattr("api.clips.clip.resolve", lambda *_: Resolved(late, changed=False))
    with pytest.raises(NoClip, match="no recording lasts 100 hours"):
        clip_of(home, quote.id, BASE)


def test_captions_are_written_without_reading_sound(home, encoder, monkeypatch):
    """Their times are those of the words, so nothing is decoded."""
    quote = first_quote(home)
    whole = clip_of(home, quote.id, BASE).captions
    monkeypatch.setattr("api.clips.clip.cut", None)
    assert captions_of(home, quote.id) == whole
    with TestClient(create_app(Settings(home=home), encoder)) as client:
        assert client.get(f"/api/quotes/{quote.id}/clip.vtt").text == whole


def test_without_pyav_the_extra_is_named(home, monkeypatch):
    """It is that of clips, not the one that transcribes."""

    def missing(package):
        raise importlib.metadata.PackageNotFoundError(package)

    quote = first_quote(home)
    monkeypatch.setattr(importlib.metadata, "version", missing)
    with pytest.raises(ModelMissing, match=r"gds-playback\[clip\]"):
        clip_of(home, quote.id, BASE)


def test_the_command_writes_sound_and_captions(home, tmp_path, capsys, monkeypatch):
    """In the format that the file's name ends with; any other ending is wrong usage, an unknown quote one line.

    A quote may be given by its address, as for `playback quote`.
    """
    monkeypatch.setenv("PLAYBACK_PUBLIC_URL", BASE)
    quote = first_quote(home)
    target = tmp_path / "said.m4a"
    assert main(["--home", str(home), "clip", quote.id, "--output", str(target)]) == 0
    assert capsys.readouterr().out.split() == [str(target), str(tmp_path / "said.vtt")]
    assert target.read_bytes()[4:8] == b"ftyp"
    assert (tmp_path / "said.vtt").read_text("utf-8").startswith("WEBVTT")
    picture = str(tmp_path / "said.svg")
    assert main(["--home", str(home), "clip", f"{BASE}/quotes/{quote.id}", "--output", picture]) == 0
    assert main(["--home", str(home), "clip", quote.id, "--output", str(tmp_path / "said.mp3")]) == 2
    assert main(["--home", str(home), "clip", "nonsense"]) == 1
    assert "is not a quote id" in capsys.readouterr().err


def test_the_page_offers_what_there_is(home, served_home, encoder):
    """Downloads stand on the page of a quote that can be heard; of one that cannot, only the picture."""
    quote = first_quote(home)
    with TestClient(create_app(Settings(home=home, public_url=BASE), encoder)) as client:
        page = client.get(f"/quotes/{quote.id}").text
        for name in ("clip.m4a", "clip.opus", "clip.vtt", "card.png", "card.svg"):
            assert f'href="/api/quotes/{quote.id}/{name}"' in page
            response = client.get(f"/api/quotes/{quote.id}/{name}")
            assert response.status_code == 200
            assert response.headers["content-disposition"] == f'attachment; filename="{quote.id}.{name[5:]}"'
        assert client.get(f"/api/quotes/{quote.id}/clip.opus").content[:4] == b"OggS"
        assert client.get(f"/api/quotes/{quote.id}/clip.mp3").status_code == 404
    guessed = quote_at(open_transcript(served_home, "harbour-2-bbbb"), 0, 5)
    with TestClient(create_app(Settings(home=served_home), encoder)) as client:
        page = client.get(f"/quotes/{guessed.id}").text
        assert "clip.m4a" not in page
        assert "card.png" in page
        refused = client.get(f"/api/quotes/{guessed.id}/clip.m4a")
        assert (refused.status_code, refused.json()["errors"][0]["error"]) == (404, "NoClip")
