"""How far off a browser lands in a recording is known, and the copy that it lands right in holds the same sound."""

from pathlib import Path

import numpy as np
import pytest

from ingest.audio import load
from ingest.audio.decoder_messages import INFO, PACKETS
from ingest.audio.load import EXACT_SEEK, SAMPLE_RATE, blocks, encoded, probe, seeking_of
from ingest.audio.player_copy import is_one_track, write_player_copy
from ingest.errors import AudioError
from ingest.library.player import EXACT
from tests.parts import one_in
from tests.tones import KINDS, joined_rates, second_heard

av = pytest.importorskip("av")

SECONDS = 30
# Seconds that a browser is off at most, between these two; what tests/browser/test_heard.py hears in Chromium.
OFF = {
    "constant.mp3": (0.0, EXACT),
    "constant-bare.mp3": (0.0, EXACT),
    "variable.mp3": (EXACT, 0.5),
    "variable-bare.mp3": (5.0, 15.0),
    "average.mp3": (EXACT, 0.5),
    "advert-in-front.mp3": (4.0, 30.0),
    "advert-in-the-middle.mp3": (2.0, 10.0),
    "advert-in-variable.mp3": (4.0, 30.0),
    "joined-rates.mp3": (0.0, EXACT),
    "frames.aac": (0.0, EXACT),
    "tables.m4a": (0.0, EXACT),
    "opus.ogg": (0.0, EXACT),
    "lossless.flac": (0.0, EXACT),
    "plain.wav": (0.0, EXACT),
}


def copied(path: Path) -> Path | None:
    """The copy beside a recording, if it was made."""
    target = path.with_suffix(".copy.mp4")
    with target.open("wb") as file:
        seeking = seeking_of(path)
        if not is_one_track(path, seeking):
            return None
        write_player_copy(path, seeking, file)
    return target


@pytest.mark.parametrize("name", KINDS)
def test_it_is_known_how_far_off_a_browser_lands(tmp_path: Path, name: str) -> None:
    """As FFmpeg's own fast seek, which Chromium uses, finds it; containers with time stamps are exact."""
    error = seeking_of(KINDS[name](tmp_path / name, SECONDS)).error
    assert error is not None
    least, most = OFF[name]
    assert least <= error <= most
    assert error >= EXACT_SEEK


@pytest.mark.parametrize(
    "name", one_in(2, (name for name in KINDS if name.endswith(".mp3") and name != "joined-rates.mp3"))
)
def test_a_copy_holds_the_same_sound_at_the_same_seconds(tmp_path: Path, name: str) -> None:
    """Sample for sample what is decoded of the recording; only its end may be trimmed otherwise."""
    path = KINDS[name](tmp_path / name, SECONDS)
    copy = copied(path)
    assert copy is not None
    original, again = (np.concatenate(list(blocks(one))) for one in (path, copy))
    both = min(len(original), len(again)) - SAMPLE_RATE // 20
    assert abs(len(original) - len(again)) < 0.1 * SAMPLE_RATE
    assert np.abs(original[:both] - again[:both]).max() < 0.01
    assert second_heard(again[20 * SAMPLE_RATE :], SAMPLE_RATE) == pytest.approx(20, abs=0.2)
    assert probe(copy).duration == pytest.approx(probe(path).duration, abs=0.1)


def test_a_seek_in_a_copy_lands_on_a_frame_that_says_its_second(tmp_path: Path) -> None:
    """At most two seconds before the one that was asked for, and its time is that of the frames before it."""
    path = KINDS["variable-bare.mp3"](tmp_path / "a.mp3", SECONDS)
    copy = copied(path)
    with av.open(str(copy)) as container:
        stream = container.streams.audio[0]
        packets = [packet for packet in container.demux(stream) if packet.size]
        begun = {packet.pos: float(packet.pts * packet.time_base) for packet in packets}
        assert [bytes(packet) for packet in packets[:50]] == frames(path)[:50]
        for second in range(SECONDS):
            container.seek(int(second / stream.time_base), stream=stream)
            landed = next(container.demux(stream))
            assert begun[landed.pos] == float(landed.pts * landed.time_base)
            assert second - 2 <= begun[landed.pos] <= second


def frames(path: Path) -> list[bytes]:
    """The frames of an MP3."""
    with av.open(str(path)) as container:
        return [bytes(packet) for packet in container.demux(container.streams.audio[0]) if packet.size]


def test_what_one_track_cannot_hold_is_encoded(tmp_path: Path) -> None:
    """Another sample rate in the middle, where browsers stop in the recording, too; encoded anew it can be copied."""
    path = joined_rates(tmp_path / "a.mp3", SECONDS)
    assert copied(path) is None
    again = tmp_path / "b.mp3"
    again.write_bytes(b"".join(encoded(path, 2**20)))
    copy = copied(again)
    assert copy is not None
    sound = np.concatenate(list(blocks(copy)))
    for second in (5, 20):
        assert second_heard(sound[second * SAMPLE_RATE :], SAMPLE_RATE) == pytest.approx(second, abs=0.2)


def test_damage_in_the_middle_is_played_over(tmp_path: Path) -> None:
    """Bytes that are lost leave the rest where it is decoded."""
    path = KINDS["variable-bare.mp3"](tmp_path / "a.mp3", SECONDS)
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 2000] = bytes(2000)
    path.write_bytes(data)
    copy = copied(path)
    assert copy is not None
    assert probe(copy).duration == pytest.approx(probe(path).duration, abs=0.1)


@pytest.mark.parametrize(
    "said",
    [
        [(PACKETS, np.array([10, 2**40], np.int64).tobytes()), (INFO, b'{"off": 0.0, "skipped": 0.0}')],
        [(PACKETS, np.array([-10, 20], np.int64).tobytes()), (INFO, b'{"off": 0.0, "skipped": 0.0}')],
        [(INFO, b'{"off": NaN, "skipped": 0.0}')],
        [(INFO, b'{"off": 0.0, "skipped": -1e300}')],
        [(PACKETS, bytes(2**16))] * 1000,
        [],
    ],
)
def test_a_decoder_is_not_believed_anything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: list[tuple[bytes, bytes]]
) -> None:
    """A cell that a hostile file took over can name no place outside the file."""
    path = KINDS["constant.mp3"](tmp_path / "a.mp3", 5)
    monkeypatch.setattr(load, "_messages", lambda *_: iter(said))
    with pytest.raises(AudioError, match="returned invalid facts"):
        seeking_of(path)


def test_an_encoding_that_does_not_end_is_stopped(tmp_path: Path) -> None:
    """A decoder under foreign control cannot fill the disk: more bytes than the length can hold are an error."""
    path = joined_rates(tmp_path / "joined.mp3", SECONDS)
    with pytest.raises(AudioError, match="more than a recording of its length can hold"):
        list(encoded(path, 1_000))
