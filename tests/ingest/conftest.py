"""Sounds, recordings and Whisper checkpoints that the tests make for themselves."""

import importlib.util
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

RATE = 16_000
# The first three formants of six vowels, in Hz (Peterson and Barney 1952).
VOWELS = (
    (730, 1090, 2440),
    (270, 2290, 3010),
    (300, 870, 2240),
    (530, 1840, 2480),
    (570, 840, 2410),
    (660, 1720, 2410),
)


def voice_of(seconds: float, seed: int = 0) -> NDArray[np.float32]:
    """Babble that Silero takes for speech: vowels of a wandering pitch with short hisses between them."""
    random = np.random.default_rng(seed)
    parts: list[NDArray[np.float64]] = []
    while sum(map(len, parts)) < seconds * RATE:
        times = np.arange(int(random.uniform(0.09, 0.22) * RATE)) / RATE
        pitch = 110 + 30 * random.random() + 15 * np.sin(2 * np.pi * 3 * times)
        phase = 2 * np.pi * np.cumsum(pitch) / RATE
        formants = VOWELS[random.integers(len(VOWELS))]
        loudness = [
            sum(np.exp(-(((pitch * n - formant) / (90 + 40 * i)) ** 2)) / (1 + i) for i, formant in enumerate(formants))
            for n in range(1, 40)
        ]
        vowel = (
            sum(level * np.sin(n * phase) for n, level in enumerate(loudness, start=1)) * np.hanning(len(times)) ** 0.5
        )
        hiss = random.normal(0, 0.08, int(random.uniform(0.02, 0.07) * RATE))
        parts += [vowel / np.abs(vowel).max(), hiss * np.hanning(len(hiss))]
    return (0.4 * np.concatenate(parts)[: round(seconds * RATE)]).astype(np.float32)


def write_recording(
    path: Path, samples: NDArray[np.float32], rate: int = RATE, codec: str = "libmp3lame", **settings: object
) -> Path:
    """Encode samples, of shape (n,) or (channels, n), at `rate` into the container that the path's ending names."""
    import av

    channels = np.atleast_2d(samples)
    layout = "stereo" if len(channels) == 2 else "mono"
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=rate, layout=layout)
        for name, value in settings.items():
            setattr(stream, name, value)
        minute = 60 * rate
        for start in range(0, channels.shape[1], minute):
            part = np.round(np.clip(channels[:, start : start + minute], -1, 1) * 32767).astype(np.int16)
            frame = av.AudioFrame.from_ndarray(part.T.reshape(1, -1), format="s16", layout=layout)
            frame.sample_rate, frame.pts = rate, start
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


@pytest.fixture(scope="session")
def voice() -> Callable[..., NDArray[np.float32]]:
    return voice_of


@pytest.fixture(scope="session")
def record() -> Callable[..., Path]:
    return write_recording


@pytest.fixture(scope="session")
def checkpoints(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one tiny random Whisper as tiny.pt, tiny.safetensors and ct2/."""
    path = Path(__file__).with_name("whisper_checkpoint.py")
    spec = importlib.util.spec_from_file_location("whisper_checkpoint", path)
    assert spec is not None
    assert spec.loader is not None
    maker = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(maker)
    folder = tmp_path_factory.mktemp("weights")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of transformers' and CTranslate2's converters, which are not tested here
        maker.make(folder)
    return folder


# A conversation of the tests: who says what.
SPOKEN = [
    ("Ann Smith", "Hello and welcome to the tea show, my name is Ann Smith."),
    ("Bob Jones", "Thank you, I am Bob Jones and I have put the kettle on."),
    ("Ann Smith", "How long does it take until the water is hot enough?"),
    ("Bob Jones", "About four minutes, if nobody has filled it to the brim."),
]


def write_headerless_mp3(path: Path, sound: NDArray[np.floating], rate: int) -> None:
    """Encode sound (-1 to 1) by quality, so with a variable bit rate, without the header that tells the length."""
    import av

    with av.open(str(path), "w", options={"write_xing": "0", "id3v2_version": "0"}) as container:
        stream = container.add_stream("libmp3lame", rate=rate, layout="mono", options={"q": "2"})
        stream.codec_context.qscale = True
        stream.codec_context.global_quality = 2 * 118
        frame = av.AudioFrame.from_ndarray((sound * 32767).astype(np.int16)[None], format="s16", layout="mono")
        frame.sample_rate = rate
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
