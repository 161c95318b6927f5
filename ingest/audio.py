"""Recordings: what a file holds, and its sound as 16 kHz mono samples. The only file that imports PyAV."""

import contextlib
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ingest.errors import AudioError, ModelMissing

if TYPE_CHECKING:
    from av import AudioFrame, AudioResampler
    from av.audio.stream import AudioStream
    from av.container import InputContainer

logger = logging.getLogger(__name__)

SAMPLE_RATE = 16_000  # samples per second: what Whisper and Silero hear

# Containers that hold a recording. Playlists (HLS, concat, DASH) are left out: they make FFmpeg open other files.
FORMATS = "mp3,aac,wav,w64,flac,ogg,mov,matroska,webm,aiff,caf,asf,amr,au,ac3,eac3,mpegts,mpeg,avi,flv"
# Codecs may trim a little at both ends, so a header and the packets differ by this many seconds without being wrong.
TRIM = 0.25
# A hole in the time stamps up to this many seconds becomes silence, so that what follows keeps its time; a longer one
# is taken for broken time stamps, or a file of a few bytes could ask for years of silence.
LONGEST_HOLE = 60.0
SHORTEST_HOLE = 0.05  # seconds; below this it is rounding of time stamps
# Packets that may fail before the first one that decodes; the first of a cut MP3 lean on bytes that are gone.
FIRST_PACKETS = 500


@dataclass(frozen=True, slots=True)
class AudioInfo:
    """What a recording is: seconds, samples per second, channels, codec, size of the file in bytes.

    `duration` is measured: the sum of the packets that are there, not what the header claims; where both agree within
    0.25 s it is the header's value, which knows what the codec trims.
    """

    duration: float
    sample_rate: int
    channels: int
    codec: str
    bytes: int


def probe(path: Path) -> AudioInfo:
    """Return what a recording is, reading all of its packets but decoding only the first.

    Raises AudioError where there is nothing to hear (missing, empty, text, no audio stream, 0 s), ModelMissing where
    PyAV is missing or too old.
    """
    with _opened(path) as (container, stream):
        import av

        seconds, decoded, packets = 0.0, False, 0
        try:
            for packets, packet in enumerate(container.demux(stream), start=1):
                seconds += float((packet.duration or 0) * (packet.time_base or 0)) if packet.size else 0.0
                if not decoded:
                    with contextlib.suppress(av.FFmpegError):
                        decoded = bool(packet.decode())
                if not decoded and packets >= FIRST_PACKETS:
                    break
        except av.FFmpegError as error:
            logger.info("%s: stops being readable after %.1f s: %s", path, seconds, error.strerror)
        header = container.duration / av.time_base if container.duration else 0.0
        # Packets without a duration of their own (some AVI and Matroska files) leave only the header to ask.
        duration = header if not seconds or abs(header - seconds) <= TRIM else seconds
        if not decoded or not duration:
            raise AudioError(f"{path}: no sound can be decoded ({packets} packets, 0 s); get the recording again")
        context = stream.codec_context
        return AudioInfo(
            duration, context.sample_rate, context.channels, context.codec.canonical_name, path.stat().st_size
        )


def blocks(path: Path, seconds: float = 30.0) -> Iterator[NDArray[np.float32]]:
    """Yield a recording as 16 kHz mono samples in -1…1, in blocks of `seconds` (the last is shorter), lazily.

    Nothing is opened before the first block is asked for, and memory does not grow with the recording. What is damaged
    is left out; a tail that the header promises and the file lacks is logged as a warning.
    Raises AudioError and ModelMissing as `probe` does.
    """
    size = round(seconds * SAMPLE_RATE)
    pending: list[NDArray[np.float32]] = []
    count = 0
    for piece in _samples(path):
        pending.append(piece)
        count += len(piece)
        if count >= size:
            joined = np.concatenate(pending)
            whole = count - count % size
            for start in range(0, whole, size):
                yield joined[start : start + size].copy()
            pending, count = [joined[whole:].copy()], count - whole
    if count:
        yield np.concatenate(pending)


@contextlib.contextmanager
def _opened(path: Path) -> "Iterator[tuple[InputContainer, AudioStream]]":
    _require_pyav()
    import av

    if not path.is_file():
        raise AudioError(f"{path}: no such file")
    if not path.stat().st_size:
        raise AudioError(f"{path}: the file is empty (0 bytes); get the recording again")
    try:
        # Absolute, because FFmpeg would take a name such as "concat:a|b" for a protocol.
        container = av.open(
            str(path.absolute()),
            metadata_errors="replace",
            options={"format_whitelist": FORMATS, "protocol_whitelist": "file"},
        )
    except (av.FFmpegError, OSError) as error:
        reason = error.strerror or str(error)
        raise AudioError(f"{path}: not a recording, or cut off too early to be one ({reason})") from error
    with container:
        stream = container.streams.best("audio")
        if not isinstance(stream, av.AudioStream):
            kinds = ", ".join(sorted({other.type for other in container.streams} - {"audio"})) or "unknown data"
            raise AudioError(f"{path}: holds no audio that can be decoded (only {kinds})")
        if stream.codec_context is None:
            raise AudioError(f"{path}: no decoder for its audio codec; convert it to MP3, AAC, FLAC or WAV")
        stream.codec_context.thread_count = 1  # one thread per worker; the pipeline decides how many workers
        yield container, stream


def _samples(path: Path) -> Iterator[NDArray[np.float32]]:
    with _opened(path) as (container, stream):
        import av

        header = container.duration / av.time_base if container.duration else 0.0
        resampler, kind = _resampler(), None
        heard = 0.0  # seconds of input decoded or filled so far
        first: float | None = None
        for frame in _frames(path, container, stream):
            first = frame.time if first is None else first
            hole = (frame.time or 0.0) - (first or 0.0) - heard
            if SHORTEST_HOLE < hole <= LONGEST_HOLE:
                yield from _converted(path, resampler, None)
                resampler, kind = _resampler(), None
                yield np.zeros(round(hole * SAMPLE_RATE), np.float32)
                heard += hole
            # Stations glue adverts of another sample rate into the same MP3; a resampler takes one kind of frame only.
            if kind not in (None, _kind(frame)):
                yield from _converted(path, resampler, None)
                resampler = _resampler()
            kind = _kind(frame)
            heard += frame.samples / frame.sample_rate
            yield from _converted(path, resampler, frame)
        if not heard:
            raise AudioError(f"{path}: no sound can be decoded (0 s); get the recording again")
        yield from _converted(path, resampler, None)
        missing = max(header - heard, _bytes_missing(path) / max(path.stat().st_size, 1) * heard)
        if missing > max(1.0, 0.01 * header):
            logger.warning(
                "%s: the header promises %.1f s, %.1f s can be decoded; %.1f s are missing, or the header is wrong",
                path.name,
                heard + missing,
                heard,
                missing,
            )


def _frames(path: Path, container: "InputContainer", stream: "AudioStream") -> "Iterator[AudioFrame]":
    import av

    damaged = 0
    packets = container.demux(stream)
    while True:
        try:
            packet = next(packets, None)
        except av.FFmpegError as error:
            logger.warning("%s: cannot be read to its end: %s", path.name, error.strerror)
            break
        if packet is None:
            break
        try:
            yield from packet.decode()
        except av.FFmpegError:
            damaged += 1
    if damaged:
        logger.warning("%s: %d damaged packets were left out", path.name, damaged)


def _kind(frame: "AudioFrame") -> tuple[str, str, int]:
    return frame.format.name, frame.layout.name, frame.sample_rate


def _resampler() -> "AudioResampler":
    import av

    # 16 bit integers, because FFmpeg weights the channels of a stereo sum differently for floats (louder by √2), and
    # because Whisper was trained on samples made this way (whisper/audio.py::load_audio).
    return av.AudioResampler(format="s16", layout="mono", rate=SAMPLE_RATE)


def _converted(path: Path, resampler: "AudioResampler", frame: "AudioFrame | None") -> Iterator[NDArray[np.float32]]:
    import av

    try:
        for part in resampler.resample(frame):
            yield part.to_ndarray().reshape(-1).astype(np.float32) / 32768.0
    except av.FFmpegError as error:
        raise AudioError(f"{path}: its channels cannot be mixed to one ({error.strerror})") from error


def _bytes_missing(path: Path) -> int:
    """Return how many bytes a WAV file's header promises beyond the file's end; FFmpeg hides this from its duration."""
    with path.open("rb") as file:
        head = file.read(12)
    if head[:4] != b"RIFF" or head[8:] != b"WAVE":
        return 0
    promised = int.from_bytes(head[4:8], "little")
    # 0 and the largest value mean that the writer could not know.
    return max(0, promised + 8 - path.stat().st_size) if 0 < promised < 0xFFFFFF00 else 0


def _require_pyav() -> None:
    try:
        import av
    except ImportError as error:
        raise ModelMissing("recordings need PyAV: pip install 'gds-playback[transcribe]'") from error
    version = tuple(int(part) for part in av.__version__.split(".")[:2])
    if version < (17, 1):
        raise ModelMissing(f"PyAV {av.__version__} has a known hole (CVE-2026-40962): pip install 'av>=17.1'")
