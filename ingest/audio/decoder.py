"""The program of the cell: it decodes one recording and writes what it finds to a pipe. Only this file imports PyAV.

`ingest.audio.load` starts it as a process of its own, with the recording as standard input, and reads its messages;
it is told the container by its one argument. It never learns the recording's name and cannot open another file.
"""

import contextlib
import io
import json
import os
import signal
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ingest.audio import sandbox
from ingest.audio.decoder_messages import ERROR, INFO, MOST_BYTES, SAMPLE_RATE, SAMPLES, WARNING, message

if TYPE_CHECKING:
    from av import AudioFrame, AudioResampler
    from av.audio.stream import AudioStream
    from av.container import InputContainer

# What podcasts are made of; FFmpeg's other decoders, several hundred, stay out of reach.
CODECS = (
    "mp3float mp3 mp2float mp2 mp1float mp1 aac aac_latm alac flac opus vorbis adpcm_ms adpcm_ima_wav adpcm_ima_qt "
    "pcm_u8 pcm_s8 pcm_s16le pcm_s16be pcm_s24le pcm_s24be pcm_s32le pcm_s32be pcm_f32le pcm_f32be pcm_f64le pcm_f64be "
    "pcm_alaw pcm_mulaw"
).split()
# Codecs may trim a little at both ends, so a header and the packets differ by this many seconds without being wrong.
TRIM = 0.25
# A hole in the time stamps up to this many seconds becomes silence, so that what follows keeps its time; a longer one
# is taken for broken time stamps, or a file of a few bytes could ask for years of silence.
LONGEST_HOLE = 60.0
SHORTEST_HOLE = 0.05  # seconds; below this it is rounding of time stamps
# Packets that may fail before the first one that decodes; the first of a cut MP3 lean on bytes that are gone.
FIRST_PACKETS = 500


class Unreadable(Exception):
    """The recording cannot be decoded; the message is the end of a sentence that names it."""


def main(arguments: list[str]) -> int:
    """Run one task (`probe`, `decode` or `walls`) on standard input and write its messages to standard output."""
    task, kind = arguments
    walls: dict[str, object] = {"network": sandbox.leave_network()}
    # While files may still be opened; PyAV imports the last two only when it meets a stream.
    import av
    import av.subtitles.codeccontext
    import av.subtitles.stream  # noqa: F401

    # The parent reads whether it is gone from the pipe's end, not from a traceback.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    walls["landlock"] = sandbox.close_files()
    walls |= sandbox.limit_resources()  # at last, as Landlock's rules come as an open file
    try:
        if task == "walls":
            _say(INFO, json.dumps(walls))
        elif task == "probe":
            _say(INFO, json.dumps(_measured(kind)))
        else:
            waiting = bytearray()  # frames are a few kilobytes; full messages cost the parent less
            for samples in _samples(kind):
                waiting += samples
                while len(waiting) >= MOST_BYTES:
                    _send(SAMPLES, bytes(waiting[:MOST_BYTES]))
                    del waiting[:MOST_BYTES]
            _send(SAMPLES, bytes(waiting))
    except Unreadable as error:
        _say(ERROR, str(error))
    except MemoryError:
        _say(ERROR, f"needs more than {sandbox.MEMORY // 2**20} MiB of memory to be decoded; convert it to MP3")
    return 0


def _send(kind: bytes, body: bytes) -> None:
    data = memoryview(message(kind, body))
    while data:
        data = data[os.write(1, data) :]


def _say(kind: bytes, text: str) -> None:
    _send(kind, text.encode(errors="replace"))


def _measured(kind: str) -> dict[str, object]:
    """Read all packets, decode until the first one that can be."""
    import av

    with _opened(kind) as (container, stream):
        seconds, decoded, packets = 0.0, False, 0
        with contextlib.suppress(av.FFmpegError):  # it ends there; what was read before counts
            for packets, packet in enumerate(container.demux(stream), start=1):
                seconds += float((packet.duration or 0) * (packet.time_base or 0)) if packet.size else 0.0
                if not decoded:
                    with contextlib.suppress(av.FFmpegError):
                        decoded = bool(packet.decode())
                if not decoded and packets >= FIRST_PACKETS:
                    break
        header = container.duration / av.time_base if container.duration else 0.0
        # Packets without a duration of their own (some Matroska files) leave only the header to ask.
        duration = header if not seconds or abs(header - seconds) <= TRIM else seconds
        if not decoded or not duration:
            raise Unreadable(f"no sound can be decoded ({packets} packets, 0 s); get the recording again")
        context = stream.codec_context
        return {
            "duration": duration,
            "sample_rate": context.sample_rate,
            "channels": context.channels,
            "codec": context.codec.canonical_name,
        }


@contextlib.contextmanager
def _opened(kind: str) -> "Iterator[tuple[InputContainer, AudioStream]]":
    import av

    # Bytes and not a name, one container by its name, no protocol at all: nothing in the file can lead elsewhere.
    options = {"format_whitelist": kind, "protocol_whitelist": "none", "codec_whitelist": ",".join(CODECS)}
    with io.FileIO(0, closefd=False) as file:
        try:
            container = av.open(file, "r", format=kind, metadata_errors="replace", options=options)
        except (av.FFmpegError, OSError) as error:
            reason = error.strerror or str(error)
            raise Unreadable(f"not a recording, or cut off too early to be one ({reason})") from error
        with container:
            stream = container.streams.best("audio")
            if not isinstance(stream, av.AudioStream):
                kinds = ", ".join(sorted({other.type for other in container.streams} - {"audio"})) or "unknown data"
                raise Unreadable(f"holds no audio that can be decoded (only {kinds})")
            if stream.codec_context is None or stream.codec_context.codec.name not in CODECS:
                raise Unreadable("is in an audio codec that is not decoded here; convert it to MP3, AAC, FLAC or WAV")
            stream.codec_context.thread_count = 1  # one thread per worker; the pipeline decides how many workers
            yield container, stream


def _samples(kind: str) -> Iterator[bytes]:
    """Yield the sound as 16 bit integers, 16 kHz mono, in the order of this machine's bytes, lazily."""
    import av

    with _opened(kind) as (container, stream):
        header = container.duration / av.time_base if container.duration else 0.0
        resampler, last = _resampler(), None
        heard = 0.0  # seconds of input decoded or filled so far
        first: float | None = None
        for frame in _frames(container, stream):
            first = frame.time if first is None else first
            hole = (frame.time or 0.0) - (first or 0.0) - heard
            if SHORTEST_HOLE < hole <= LONGEST_HOLE:
                yield from _converted(resampler, None)
                resampler, last = _resampler(), None
                yield bytes(2 * round(hole * SAMPLE_RATE))
                heard += hole
            # Stations glue adverts of another sample rate into the same MP3; a resampler takes one kind of frame only.
            if last not in (None, _kind(frame)):
                yield from _converted(resampler, None)
                resampler = _resampler()
            last = _kind(frame)
            heard += frame.samples / frame.sample_rate
            yield from _converted(resampler, frame)
        if not heard:
            raise Unreadable("no sound can be decoded (0 s); get the recording again")
        yield from _converted(resampler, None)
    size = os.fstat(0).st_size
    missing = max(header - heard, _bytes_missing(size) / max(size, 1) * heard)
    if missing > max(1.0, 0.01 * header):
        promised = f"the header promises {heard + missing:.1f} s, {heard:.1f} s can be decoded"
        _say(WARNING, f"{promised}; {missing:.1f} s are missing, or the header is wrong")


def _frames(container: "InputContainer", stream: "AudioStream") -> "Iterator[AudioFrame]":
    import av

    damaged = 0
    packets = container.demux(stream)
    while True:
        try:
            packet = next(packets, None)
        except av.FFmpegError as error:
            _say(WARNING, f"cannot be read to its end: {error.strerror}")
            break
        if packet is None:
            break
        try:
            yield from packet.decode()
        except av.FFmpegError:
            damaged += 1
    if damaged:
        _say(WARNING, f"{damaged} damaged packets were left out")


def _kind(frame: "AudioFrame") -> tuple[str, str, int]:
    return frame.format.name, frame.layout.name, frame.sample_rate


def _resampler() -> "AudioResampler":
    import av

    # 16 bit integers, because FFmpeg weights the channels of a stereo sum differently for floats (louder by √2), and
    # because Whisper was trained on samples made this way (whisper/audio.py::load_audio).
    return av.AudioResampler(format="s16", layout="mono", rate=SAMPLE_RATE)


def _converted(resampler: "AudioResampler", frame: "AudioFrame | None") -> Iterator[bytes]:
    import av

    try:
        for part in resampler.resample(frame):
            yield bytes(memoryview(part.planes[0])[: 2 * part.samples])
    except av.FFmpegError as error:
        raise Unreadable(f"its channels cannot be mixed to one ({error.strerror})") from error


def _bytes_missing(size: int) -> int:
    """Return how many bytes a WAV file's header promises beyond the file's end; FFmpeg hides this from its duration."""
    head = os.pread(0, 12, 0)
    if head[:4] != b"RIFF" or head[8:] != b"WAVE":
        return 0
    promised = int.from_bytes(head[4:8], "little")
    # 0 and the largest value mean that the writer could not know.
    return max(0, promised + 8 - size) if 0 < promised < 0xFFFFFF00 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
