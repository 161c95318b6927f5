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
    rate = 48_000 if codec == "libopus" else RATE
    path = write_recording(tmp_path / f"talk.{ending}", voice_of(20), rate=rate, codec=codec)
    whole = np.concatenate(list(blocks(path)))
    for start, end in ((0.0, 2.0), (1.5, 2.5), (9.25, 12.0)):
        found = cut(path, start, end)
        assert len(found) == round((end - start) * CLIP_RATE)
        part = found[::3].astype(np.float32)
        assert abs(lag(part, whole[round(start * SAMPLE_RATE) : round(end * SAMPLE_RATE)])) <= 1


def test_where_the_recording_ends_the_cut_ends(tmp_path):
    """Less is returned at its end, and beyond it there is nothing to hear."""
    path = write_recording(tmp_path / "talk.wav", voice_of(3), codec="pcm_s16le")
    assert abs(len(cut(path, 2.0, 5.0)) - CLIP_RATE) <= 10
    with pytest.raises(AudioError, match=r"has no sound at 8\.0 s"):
        cut(path, 8.0, 9.0)


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
