"""Read a recording's facts and its sound as 16 kHz mono samples, through `ingest.audio.decoder_process`."""

import contextlib
import logging
import math
import re
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from ingest.audio.container import NotARecording, container_of
from ingest.audio.decoder_messages import CLIP_RATE, ERROR, INFO, PACKETS, SAMPLE_RATE, SAMPLES, WARNING
from ingest.audio.decoder_process import facts_in, line_in, run_decoder
from ingest.errors import AudioError
from ingest.versions import require_pyav

__all__ = ["CLIP_RATE", "SAMPLE_RATE", "AudioInfo", "Seeking", "blocks", "cut", "encoded", "probe", "seeking_of"]

logger = logging.getLogger(__name__)

# Seconds. A few kilobytes of FLAC can hold weeks of silence; the longest podcasts last half a day.
LONGEST = 24 * 3600.0
LONGEST_CUT = 180.0  # seconds; a quote of 80 words takes half a minute
_MOST_WARNINGS = 10
# Containers without timestamps: players guess where a second is from a table or the bit rate.
_GUESSED = ("mp3", "aac")
# Seconds that a browser may be off even if it lands on the right packet: the length of a packet, and frames that are
# silent because they need bytes of earlier frames.
EXACT_SEEK = 0.06


@dataclass(frozen=True, slots=True)
class AudioInfo:
    """A recording's facts: duration in seconds, samples per second, channels, codec, file size in bytes.

    `duration` is measured as the sum of the packets in the file. If the header agrees within 0.25 s, the header's value
    is used, because it accounts for what the codec trims.
    """

    duration: float
    sample_rate: int
    channels: int
    codec: str
    bytes: int


@dataclass(frozen=True, slots=True)
class Seeking:
    """How a browser seeks in a recording: the most seconds it may be off (None if unknown), and what a copy needs.

    For an MP3, `packets` are pairs of position in the file and size, in order, and `skipped` is the seconds that a
    decoder leaves out at the start.
    """

    error: float | None
    packets: NDArray[np.int64]
    skipped: float


def probe(path: Path) -> AudioInfo:
    """Return a recording's facts, reading all of its packets but decoding only the first.

    Raises AudioError if there is nothing to hear (missing, empty, text, no audio stream, 0 s), if it lasts longer than
    a day, or if its decoder fails; ModelMissing if PyAV is missing or too old.
    """
    for name, body in _messages(path, "probe"):
        if name == INFO:
            return _info(path, facts_in(body))
    raise AudioError(f"{path}: its decoder returned no facts; download the recording again")


def blocks(path: Path, seconds: float = 30.0) -> Iterator[NDArray[np.float32]]:
    """Yield a recording as 16 kHz mono samples in -1…1, in blocks of `seconds` (the last is shorter), lazily.

    The file is not opened before the first block is requested, and memory does not grow with the recording. Damaged
    packets are left out. If the file is shorter than its header promises, a warning is logged.
    Raises AudioError and ModelMissing as `probe` does.
    """
    size = 2 * round(seconds * SAMPLE_RATE)
    pending = bytearray()
    count = 0
    with contextlib.closing(_messages(path, "decode")) as messages:
        for name, body in messages:
            if name != SAMPLES:
                continue
            pending += body
            count += len(body)
            if count > 2 * LONGEST * SAMPLE_RATE:
                raise AudioError(f"{path}: lasts longer than {LONGEST / 3600:.0f} hours; cut it into parts")
            while len(pending) >= size:
                yield _floats(pending[:size])
                del pending[:size]
    if len(pending) > 1:
        yield _floats(pending)


def cut(path: Path, start: float, end: float) -> NDArray[np.int16]:
    """Return a recording's sound between two seconds as mono samples of CLIP_RATE; less, or none, where it ends.

    Raises AudioError if more than LONGEST_CUT seconds are asked for; else as `probe` does.
    """
    if not 0 <= start < end <= LONGEST or end - start > LONGEST_CUT:
        raise AudioError(f"{path}: no more than {LONGEST_CUT:.0f} seconds can be cut out of it")
    require_pyav("clip")
    most = 2 * round((end - start) * CLIP_RATE + 1)
    found = bytearray()
    with contextlib.closing(_messages(path, f"cut:{start:.3f}:{end:.3f}")) as messages:
        for name, body in messages:
            if name == SAMPLES:
                found += body
                if len(found) > most:
                    raise AudioError(f"{path}: its decoder sends more than was asked for")
    return np.frombuffer(bytes(found[: len(found) & ~1]), np.int16)


def seeking_of(path: Path) -> Seeking:
    """Return how far off a browser may land in a recording; reads all packets and decodes none.

    Chromium seeks with FFmpeg, so this does the same. Raises AudioError and ModelMissing as `probe` does.
    """
    with _opened(path) as recording, contextlib.suppress(NotARecording):  # `_messages` reports what is wrong
        if container_of(recording) not in _GUESSED:
            return Seeking(EXACT_SEEK, np.empty((0, 2), np.int64), 0.0)
    table, size = bytearray(), path.stat().st_size
    for name, body in _messages(path, "seek"):
        if name == PACKETS:
            table += body
            if len(table) > 16 * size:
                break
        elif name == INFO:
            facts = facts_in(body)
            packets = np.frombuffer(table[: len(table) // 16 * 16], np.int64).reshape(-1, 2)
            off, skipped = facts.get("off"), facts.get("skipped")
            inside = (packets >= 0).all() and (packets.sum(axis=1) <= size).all()
            if not inside or not isinstance(skipped, float) or not 0 <= skipped < 1:
                break
            if off is None or (isinstance(off, float) and math.isfinite(off)):
                return Seeking(None if off is None else round(off + EXACT_SEEK, 2), packets, skipped)
    raise AudioError(f"{path}: its decoder returned invalid facts; download the recording again")


def encoded(path: Path, most: int) -> Iterator[bytes]:
    """Yield a recording re-encoded as MP3 with one sample rate and a constant bit rate (96 kbit/s, mono), lazily.

    Raises AudioError if that takes more than `most` bytes, else AudioError and ModelMissing as `probe` does.
    """
    count = 0
    with contextlib.closing(_messages(path, "encode")) as messages:
        for name, body in messages:
            if name == SAMPLES:
                count += len(body)
                if count > most:
                    raise AudioError(f"{path}: its decoder sends more than a recording of its length can hold")
                yield body


def _floats(integers: bytearray) -> NDArray[np.float32]:
    samples: NDArray[np.float32] = np.frombuffer(integers[: len(integers) & ~1], np.int16).astype(np.float32)
    return samples / np.float32(32768)


def _messages(path: Path, task: str) -> Generator[tuple[bytes, bytes], None, None]:
    """Yield the decoder's messages on a recording; log its warnings and raise AudioError for its errors."""
    require_pyav()
    warnings = 0
    with _opened(path) as recording:
        try:
            kind = container_of(recording)
            recording.seek(0)
            for name, body in run_decoder(task, kind, recording):
                if name == ERROR:
                    raise AudioError(line_in(body))
                if name == WARNING and (warnings := warnings + 1) <= _MOST_WARNINGS:
                    logger.warning("%s: %s", path.name, line_in(body))
                yield name, body
        except (NotARecording, AudioError) as error:
            raise AudioError(f"{path}: {error}") from error
        except OSError as error:
            raise AudioError(f"{path}: cannot be read: {error.strerror or error}") from error


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    if not path.is_file():
        raise AudioError(f"{path}: no such file")
    try:
        file = path.open("rb", buffering=0)  # unbuffered, because the decoder process shares the file position
    except OSError as error:
        raise AudioError(f"{path}: cannot be read: {error.strerror}") from error
    with file:
        if not path.stat().st_size:
            raise AudioError(f"{path}: the file is empty (0 bytes); download the recording again")
        yield file


def _info(path: Path, facts: dict[str, Any]) -> AudioInfo:
    """Check the type and range of the decoder's facts and return them; raises AudioError if they are invalid."""
    duration, rate, channels, codec = (facts.get(name) for name in ("duration", "sample_rate", "channels", "codec"))
    if (
        not isinstance(duration, float)
        or not math.isfinite(duration)
        or duration <= 0
        or not isinstance(rate, int)
        or not isinstance(channels, int)
        or not re.fullmatch(r"\w{1,40}", str(codec))
    ):
        raise AudioError(f"{path}: its decoder returned invalid facts; download the recording again")
    if duration > LONGEST:
        raise AudioError(f"{path}: lasts longer than {LONGEST / 3600:.0f} hours; cut it into parts")
    return AudioInfo(duration, rate, channels, str(codec), path.stat().st_size)
