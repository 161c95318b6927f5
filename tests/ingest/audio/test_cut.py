"""A stretch cut out of a recording is that stretch, however far into the file it lies."""

from pathlib import Path

import numpy as np
import pytest

from ingest.audio.encode import FORMATS, encode
from ingest.audio.load import CLIP_RATE, LONGEST_CUT, SAMPLE_RATE, blocks, cut, probe
from ingest.errors import AudioError
from tests.ingest.conftest import RATE, voice_of, write_recording
from tests.parts import one_in

KINDS = [("mp3", "libmp3lame"), ("m4a", "aac"), ("ogg", "libopus"), ("flac", "flac"), ("wav", "pcm_s16le")]
SAMPLE = Path(__file__).parents[3] / "data" / "sample" / "1-rehearsal.mp3"


def lag(one: np.ndarray, other: np.ndarray) -> float:
    """How many milliseconds `one` lies behind `other`, both at SAMPLE_RATE, by their cross-correlation."""
    size = len(one) + len(other)
    product = np.fft.irfft(np.fft.rfft(one, size).conj() * np.fft.rfft(other, size), size)
    place = int(product.argmax())
    return (place if place < size // 2 else place - size) * -1000 / SAMPLE_RATE


@pytest.mark.parametrize("kind", one_in(5, KINDS))
def test_a_cut_is_where_the_whole_recording_has_it(tmp_path, kind):
    """In each container, near the start and far from it: the same sound at the same place, to the millisecond."""
    ending, codec = kind
    times = 3 if codec == "libopus" else 1  # it takes no rate of 16 kHz here
    path = write_recording(tmp_path / f"talk.{ending}", np.repeat(voice_of(20), times), rate=times * RATE, codec=codec)
    whole = np.concatenate(list(blocks(path)))
    for start, end in ((0.0, 2.0), (1.5, 2.5), (9.25, 12.0)):
        found = cut(path, start, end)
        assert len(found) == round((end - start) * CLIP_RATE)
        part = found[::3].astype(np.float32)
        assert abs(lag(part, whole[round(start * SAMPLE_RATE) : round(end * SAMPLE_RATE)])) <= 1


def test_a_hole_in_the_time_stamps_is_silent_in_a_cut_too(tmp_path):
    """What comes after it keeps its place, whether the cut begins before the hole, in it, or ends in it."""
    import av

    path, voice = tmp_path / "talk.mkv", voice_of(20)
    samples = (voice / np.abs(voice).max() * 20_000).astype(np.int16)
    with av.open(str(path), "w", format="matroska") as container:
        stream = container.add_stream("pcm_s16le", rate=RATE, layout="mono")
        for begin in range(0, len(samples), 800):
            frame = av.AudioFrame.from_ndarray(samples[begin : begin + 800].reshape(1, -1), "s16", "mono")
            frame.sample_rate, frame.pts = RATE, begin + (5 * RATE if begin >= 10 * RATE else 0)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    whole = np.concatenate(list(blocks(path)))
    for start, end in ((9.5, 16.5), (14.5, 17.0), (8.0, 12.0)):
        found = cut(path, start, end)
        assert len(found) == round((end - start) * CLIP_RATE)
        part = found[::3].astype(np.float32)
        assert abs(lag(part, whole[round(start * SAMPLE_RATE) : round(end * SAMPLE_RATE)])) <= 1


def test_where_the_recording_ends_the_cut_ends(tmp_path):
    """Less is returned at its end, and nothing beyond it."""
    path = write_recording(tmp_path / "talk.wav", voice_of(3), codec="pcm_s16le")
    assert abs(len(cut(path, 2.0, 5.0)) - CLIP_RATE) <= 10
    assert not len(cut(path, 8.0, 9.0))


@pytest.mark.parametrize(("start", "end"), [(-1, 2), (3, 3), (5, 4), (0, LONGEST_CUT + 1), (1e9, 1e9 + 1)])
def test_only_a_bounded_stretch_is_cut(start, end):
    """Anything else is refused before a file is opened."""
    with pytest.raises(AudioError, match="no more than 180 seconds"):
        cut(Path("nowhere.mp3"), start, end)


@pytest.mark.parametrize("kind", FORMATS)
def test_what_is_encoded_is_heard_at_the_same_place(tmp_path, kind):
    """Of either format: the length of the samples, the same sound at the same place, and the credits."""
    import av

    found = cut(SAMPLE, 61.13, 65.13)
    path = tmp_path / f"clip.{kind}"
    tags = {
        "title": "Ärger “x”",
        "artist": "A",
        "album": "B",
        "copyright": "cc-by-4.0",
        "comment": "https://q.example/1",
    }
    path.write_bytes(encode(found, kind, tags))
    assert abs(probe(path).duration - 4.0) < 0.02
    assert abs(lag(np.concatenate(list(blocks(path))), found[::3].astype(np.float32))) <= 1
    with av.open(str(path)) as container:
        written = {**container.metadata, **container.streams[0].metadata}
    assert {key: written[key] for key in tags} == tags
