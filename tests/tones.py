"""Recordings whose sound tells its second, and the second that is heard in samples of them."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np

# A second is three tones at once: its place among 32, among 32 times 32, and beyond; 4.5 hours are told apart.
_STEPS = 32
_LOWEST = (400.0, 1800.0, 3200.0)  # hertz
_STEP = 40.0  # hertz
_WINDOW = 0.06  # seconds that are looked at to tell one second
_HOP = 0.005


def tones(first: int, seconds: int, rate: int = 22_050, noisy: "frozenset[int] | set[int]" = frozenset()) -> Any:
    """Return `seconds` of sound from second `first` on, -1…1; those in `noisy` hiss too and cost an encoder bits."""
    random = np.random.default_rng(first)
    parts = []
    for second in range(first, first + seconds):
        at = np.arange(rate) / rate
        sound = sum(0.15 * np.sin(2 * np.pi * hertz * at) for hertz in _hertz(second))
        if second in noisy:
            sound = sound + random.normal(0, 0.08, rate)
        parts.append(sound)
    return np.concatenate(parts).astype(np.float32)


def second_heard(samples: Any, rate: int) -> float | None:
    """Return the second of the recording at which the sound in some samples begins, None if it cannot be told.

    The samples must hold a change from one second to the next: 1.2 seconds of them always do.
    """
    loud = np.flatnonzero(np.abs(samples) > 0.02)
    if not len(loud):
        return None
    told = _told(samples[loud[0] :], rate)
    for place in range(4, len(told) - 4):
        before, after = told[place - 1], told[place]
        if (
            after == before + 1
            and (told[place - 4 : place] == before).all()
            and (told[place : place + 4] == after).all()
        ):
            return float(after - place * _HOP - _WINDOW / 2)
    return None


def _hertz(second: int) -> list[float]:
    places = (second % _STEPS, second // _STEPS % _STEPS, second // _STEPS**2)
    return [low + _STEP * place for low, place in zip(_LOWEST, places, strict=True)]


def _told(sound: Any, rate: int) -> Any:
    """Return the second that is told by each window of a sound."""
    size = round(_WINDOW * rate)
    windows = np.lib.stride_tricks.sliding_window_view(sound, size)[:: round(_HOP * rate)]
    at = np.hanning(size) * np.exp(-2j * np.pi * np.outer(np.arange(_STEPS) * _STEP, np.arange(size) / rate))
    second = np.zeros(len(windows), int)
    for power, low in enumerate(_LOWEST):
        kernels = at * np.exp(-2j * np.pi * low * np.arange(size) / rate)
        second += np.abs(windows @ kernels.T).argmax(axis=1) * _STEPS**power
    return second


def write(path: Path, sound: Any, rate: int = 22_050, codec: str = "libmp3lame", **options: str) -> Path:
    """Write a recording in the container of its name; options are FFmpeg's, `quality` is LAME's variable bit rate."""
    import av

    quality, kbit = options.pop("quality", None), options.pop("kbit", "64")
    encoder = {name: options.pop(name) for name in ("abr",) if name in options}
    with av.open(str(path), "w", options=options) as container:
        stream = container.add_stream(codec, rate=rate, layout="mono", options=encoder)
        if quality is not None:
            stream.codec_context.qscale = True
            stream.codec_context.global_quality = int(quality) * 118
        elif codec not in ("flac", "pcm_s16le"):
            stream.bit_rate = int(kbit) * 1000
        resampler = av.AudioResampler(stream.format, stream.layout, stream.rate, stream.frame_size or None)
        for start in range(0, len(sound), 60 * rate):
            minute = (sound[start : start + 60 * rate] * 32767).astype(np.int16)[None]
            frame = av.AudioFrame.from_ndarray(minute, format="s16", layout="mono")
            frame.sample_rate = rate
            for part in resampler.resample(frame):
                container.mux(stream.encode(part))
        for part in resampler.resample(None):
            container.mux(stream.encode(part))
        container.mux(stream.encode(None))
    return path


_BARE = {"write_xing": "0", "id3v2_version": "0"}  # neither header nor tag


def _spliced(path: Path, seconds: int, at: int, **options: str) -> Path:
    """A recording into which an advert of a fifth of it was spliced at a second, without a word in its header."""
    advert = seconds // 5
    later = tones(at + advert, seconds - at - advert)
    rest = np.concatenate((tones(0, at), later)) if at else later
    whole = write(path, rest, **options).read_bytes()
    cut = _place_of(path, at)
    inserted = write(path, tones(at, advert), **_BARE).read_bytes()
    path.write_bytes(whole[:cut] + inserted + whole[cut:])
    return path


def _place_of(path: Path, second: int) -> int:
    """Where in an MP3 the packet of a second begins; for 0 that is behind the header, which stays in front."""
    import av

    begun = 0.0
    with av.open(str(path)) as container:
        for packet in container.demux(container.streams.audio[0]):
            if begun >= second:
                return int(packet.pos or 0)
            begun += float((packet.duration or 0) * (packet.time_base or 0))
    raise ValueError(f"{path} has no second {second}")


def _varied(seconds: int) -> Any:
    """Sound whose first third costs an encoder many bits and whose rest few."""
    return tones(0, seconds, noisy=set(range(seconds // 3)))


# What is published as a podcast: a file's name with its ending, and how it is written, `seconds` long.
KINDS: dict[str, Callable[[Path, int], Path]] = {
    "constant.mp3": lambda path, seconds: write(path, _varied(seconds)),
    "constant-bare.mp3": lambda path, seconds: write(path, _varied(seconds), **_BARE),
    "variable.mp3": lambda path, seconds: write(path, _varied(seconds), quality="2"),
    "variable-bare.mp3": lambda path, seconds: write(path, _varied(seconds), quality="2", **_BARE),
    "average.mp3": lambda path, seconds: write(path, _varied(seconds), abr="1"),
    "advert-in-front.mp3": lambda path, seconds: _spliced(path, seconds, 0, quality="4"),
    "advert-in-the-middle.mp3": lambda path, seconds: _spliced(path, seconds, seconds // 2),
    "advert-in-variable.mp3": lambda path, seconds: _spliced(path, seconds, seconds // 2, quality="4"),
    "joined-rates.mp3": lambda path, seconds: joined_rates(path, seconds),
    "frames.aac": lambda path, seconds: write(path, _varied(seconds), codec="aac"),
    "tables.m4a": lambda path, seconds: write(path, _varied(seconds), codec="aac"),
    "opus.ogg": lambda path, seconds: write(path, tones(0, seconds, 48_000), 48_000, "libopus"),
    "lossless.flac": lambda path, seconds: write(path, _varied(seconds), codec="flac"),
    "plain.wav": lambda path, seconds: write(path, _varied(seconds), codec="pcm_s16le"),
}


def joined_rates(path: Path, seconds: int) -> Path:
    """An MP3 in the middle of which another sample rate begins, which no browser plays to its end."""
    half = seconds // 2
    first = write(path, tones(0, half, 44_100), 44_100, **_BARE).read_bytes()
    path.write_bytes(first + write(path, tones(half, seconds - half), **_BARE).read_bytes())
    return path


def tone_show(folder: Path, names: Iterable[str], seconds: int) -> Path:
    """A feed of one episode for each kind of recording, with captions: a sentence every three seconds."""
    items = []
    for number, name in enumerate(names, 1):
        KINDS[name](folder / name, seconds)
        cues = [
            f"00:00:{at:02}.000 --> 00:00:{at + 3:02}.000\n<v Ann Smith>At second {at} of this recording I say so."
            for at in range(0, seconds - 2, 3)
        ]
        (folder / f"{name}.vtt").write_text("WEBVTT\n\n" + "\n\n".join(cues) + "\n")
        items.append(
            f"<item><title>Episode {number}: {name}</title><guid>{name}</guid>"
            f'<enclosure url="{name}" type="audio/mpeg" length="1"/>'
            f'<podcast:transcript url="{name}.vtt" type="text/vtt"/></item>'
        )
    head = '<rss version="2.0" xmlns:podcast="https://podcastindex.org/namespace/1.0"><channel><title>Tones</title>'
    feed = folder / "feed.xml"
    feed.write_text(f"{head}<link>https://tones.example/</link>{''.join(items)}</channel></rss>")
    return feed
