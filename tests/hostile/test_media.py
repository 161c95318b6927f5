"""Recordings made to break the decoder: each costs at most its own episode, and none makes us open anything."""

import os
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import numpy as np
import pytest

from ingest.audio.load import SAMPLE_RATE, blocks, probe
from ingest.errors import AudioError
from tests.hostile.mutations import SAMPLE, mutated, playlists
from tests.ingest.conftest import voice_of, write_recording
from tests.parts import one_in

av = pytest.importorskip("av")

ROOT = Path(__file__).parents[2]
KINDS = (
    ("a.mp3", "libmp3lame", 16_000),
    ("a.m4a", "aac", 16_000),
    ("a.aac", "aac", 16_000),
    ("a.flac", "flac", 16_000),
    ("a.wav", "pcm_s16le", 16_000),
    ("a.ogg", "libopus", 48_000),
    ("b.mka", "flac", 16_000),
    ("a.webm", "libopus", 48_000),
)


@pytest.fixture(scope="module")
def sources(tmp_path_factory) -> list[bytes]:
    """The beginnings of the sample show's recordings, and two seconds of a voice in every container that is read."""
    folder = tmp_path_factory.mktemp("sources")
    made = [write_recording(folder / name, voice_of(2.0), rate, codec) for name, codec, rate in KINDS]
    return [path.read_bytes()[:40_000] for path in sorted(SAMPLE.glob("*.mp3"))] + [path.read_bytes() for path in made]


@contextmanager
def canary() -> Iterator[tuple[str, list[str]]]:
    """An address of this machine that notes who comes."""
    visitors: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def watch() -> None:
            while True:
                try:
                    connection, address = server.accept()
                except OSError:
                    return
                connection.close()
                visitors.append(str(address))

        Thread(target=watch, daemon=True).start()
        yield f"127.0.0.1:{server.getsockname()[1]}", visitors
        server.shutdown(socket.SHUT_RDWR)


def outcome(path: Path) -> str:
    """What becomes of a recording: "heard", "refused" or "crashed"; anything but AudioError comes through."""
    try:
        length = sum(len(block) for block in blocks(path) if np.isfinite(block).all() and np.abs(block).max() <= 1)
        duration = probe(path).duration
    except AudioError as error:
        line = str(error)
        assert line.startswith(f"{path}: ")
        assert line.isprintable()
        return "crashed" if "decoder" in line and "stopped" in line else "refused"
    assert 0 < length < 3600 * SAMPLE_RATE
    assert 0 < duration < 24 * 3600
    return "heard"


def descriptors() -> int:
    folder = Path("/proc/self/fd")
    return len(list(folder.iterdir())) if folder.exists() else 0


# Playlists and references that pass for recordings by their first bytes, so that damage may wake what they ask for.
DISGUISED = ("tagged-hls.mp3", "riff-hls.wav", "ogg-hls.ogg", "reference-movie.mp4", "external-data.mp4")


def survived(sources: list[bytes], folder: Path, count: int, seed: int) -> Counter[str]:
    """What becomes of damaged files, some of which hold the address of a canary that hears nobody."""
    with canary() as (address, visitors):
        lures = [data for name, data in playlists(address).items() if name in DISGUISED]
        paths = []
        for number, data in enumerate(mutated(sources + lures, count, seed)):
            paths.append(folder / f"{number}.mp3")
            paths[-1].write_bytes(data)
        assert sum(address.encode() in path.read_bytes() for path in paths) >= count // 20
        with ThreadPoolExecutor(2) as two:
            found = Counter(two.map(outcome, paths))
        assert visitors == []
        socket.create_connection(tuple(address.split(":"))).close()
        _until(lambda: len(visitors) == 1)  # it was listening all the time
    return found


def _until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.01)


@pytest.mark.parametrize("count", one_in(2, [12, 24]))
def test_mutated_recordings_cost_only_themselves(tmp_path, sources, count):
    """Of damaged files each is heard as far as it goes, or is one line."""
    found = survived(sources, tmp_path, count, seed=1)
    assert found.total() == count
    assert found["heard"] >= count // 4, found  # or the files would be refused before anything reads them
    assert found["refused"] >= count // 8, found


@pytest.mark.torture
def test_five_hundred_mutated_recordings_cost_only_themselves(tmp_path, sources):
    """The parent lives, needs no more memory, opens nothing it does not close, and reaches nobody."""
    statm = Path("/proc/self/statm")
    before = int(statm.read_text().split()[1]) if statm.exists() else 0
    open_before = descriptors()
    found = survived(sources, tmp_path, 500, seed=7)
    sys.stdout.write(f"\n500 damaged recordings: {dict(found)}\n")
    assert found.total() == 500
    assert found["heard"] >= 100, found
    if statm.exists():
        grown = (int(statm.read_text().split()[1]) - before) * os.sysconf("SC_PAGE_SIZE")
        assert grown < 64 * 2**20
        assert descriptors() <= open_before + 2


def test_playlists_reach_nobody(tmp_path):
    """Every kind of playlist and reference, under the names of recordings: refused, and the canary saw no one."""
    with canary() as (address, visitors):
        socket.create_connection(tuple(address.split(":"))).close()
        files = playlists(address)
        for name, data in files.items():
            path = tmp_path / name
            path.write_bytes(data)
            # FFmpeg takes the bytes of a movie's other file from the movie itself, which is harmless noise.
            assert outcome(path) == ("heard" if name == "external-data.mp4" else "refused"), name
        _until(lambda: len(visitors) == 1)  # the canary sings, and sang once
    assert len(files) >= 28


@pytest.mark.parametrize("name", ["concat:a|b.mp3", "http:127.0.0.1.mp3", "-i.mp3", "data:audio.mp3", "pipe:0.mp3"])
def test_a_name_is_no_protocol(tmp_path, name):
    """FFmpeg never learns a recording's name, so that it cannot mean anything to it."""
    path = write_recording(tmp_path / "plain.mp3", voice_of(1.0)).rename(tmp_path / name)
    assert outcome(path) == "heard"


def test_a_header_that_promises_an_age_is_not_believed(tmp_path):
    """A FLAC of thirty seconds that claims 2^36 samples, fifty days, lasts thirty seconds."""
    path = write_recording(tmp_path / "a.flac", np.zeros(30 * SAMPLE_RATE, np.float32), codec="flac")
    data = bytearray(path.read_bytes())
    assert data[:4] == b"fLaC"
    data[21:26] = bytes([data[21] | 0x0F, 255, 255, 255, 255])
    path.write_bytes(data)
    assert probe(path).duration == pytest.approx(30, abs=0.5)
    assert sum(map(len, blocks(path))) == pytest.approx(30 * SAMPLE_RATE, abs=5_000)


def test_pictures_and_films_are_not_decoded(tmp_path):
    """The decoders of pictures, FFmpeg's most attacked, are out of reach: an MP4 with a film gives its sound."""
    path = tmp_path / "film.mp4"
    with av.open(str(path), "w") as container:
        film = container.add_stream("mpeg4", rate=10)
        film.width = film.height = 64
        sound = container.add_stream("aac", rate=16_000, layout="mono")
        for _ in range(10):
            container.mux(film.encode(av.VideoFrame(64, 64, "yuv420p")))
        frame = av.AudioFrame.from_ndarray((voice_of(1.0) * 32767).astype(np.int16)[None], format="s16", layout="mono")
        frame.sample_rate = 16_000
        container.mux(sound.encode(frame))
        for stream in (film, sound):
            container.mux(stream.encode(None))
    assert probe(path).codec == "aac"
    assert outcome(path) == "heard"


def test_an_episode_with_a_playlist_is_one_that_failed(tmp_path):
    """Through the command line: the playlist's episode fails by name, its neighbour is ingested."""
    (tmp_path / "list.mp3").write_text("#EXTM3U\nhttp://127.0.0.1/a.mp3\n")
    (tmp_path / "notes.txt").write_text("Ann Lee: Hello, I am Ann and this is tea.\n\nZoe Ray: Hello Ann, I am Zoe.\n")
    done = subprocess.run(
        [sys.executable, "-m", "api.cli", "--home", "home", "ingest", "list.mp3", "notes.txt", "--no-index"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    failed, ingested, *_ = done.stdout.splitlines()
    assert "failed: " in failed
    assert "is a playlist, which only names other files" in failed
    assert "ingested: " in ingested
    assert "Traceback" not in done.stderr
