"""The program of the sandboxed decoder process: decode one recording and write messages to a pipe.

`ingest.audio.decoder_process` starts it with the recording as standard input and with two arguments, the task and the
container. It never learns the recording's name and cannot open another file. Only this file imports PyAV.
"""

import contextlib
import io
import json
import os
import signal
import sys
from array import array
from bisect import bisect_left
from collections import deque
from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING

from ingest.audio import sandbox
from ingest.audio.decoder_messages import (
    CLIP_RATE,
    ERROR,
    INFO,
    MOST_BYTES,
    PACKETS,
    PLAYED_BITS,
    PLAYED_RATE,
    SAMPLE_RATE,
    SAMPLES,
    WARNING,
    message,
)
from ingest.audio.phase import Phase, stereo

if TYPE_CHECKING:
    from av import AudioFrame, AudioResampler
    from av.audio.stream import AudioStream
    from av.container import InputContainer

# The codecs that podcasts use; FFmpeg's several hundred other decoders stay unreachable.
CODECS = (
    "mp3float mp3 mp2float mp2 mp1float mp1 aac aac_latm alac flac opus vorbis adpcm_ms adpcm_ima_wav adpcm_ima_qt "
    "pcm_u8 pcm_s8 pcm_s16le pcm_s16be pcm_s24le pcm_s24be pcm_s32le pcm_s32be pcm_f32le pcm_f32be pcm_f64le pcm_f64be "
    "pcm_alaw pcm_mulaw"
).split()
# Codecs may trim both ends a little, so header and packets may differ by this many seconds without an error.
TRIM = 0.25
# A gap in the timestamps of up to this many seconds becomes silence, so that later sound keeps its time. A longer gap
# counts as broken timestamps; otherwise a file of a few bytes could produce years of silence.
LONGEST_HOLE = 60.0
SHORTEST_HOLE = 0.05  # seconds; a smaller gap comes from rounded timestamps
# Packets that may fail before the first one that decodes; the first packets of a cut MP3 need bytes that are missing.
FIRST_PACKETS = 500
# Seconds that are decoded before a cut, because a frame may need bytes of earlier frames.
RUN_UP = 1.0
# How many seeks are tried: one for each second of an hour, fewer per second in a longer recording.
MOST_SEEKS = 3600


class Unreadable(Exception):
    """The recording cannot be decoded; the message completes a sentence that starts with its name."""


def main(arguments: list[str]) -> int:
    """Run a task on standard input and answer on standard output.

    A task is `probe`, `decode`, `encode`, `seek`, `restrictions`, or `cut` with two times in seconds: "cut:12.5:20".
    """
    task, *times = arguments[0].split(":")
    kind = arguments[1]
    restrictions: dict[str, object] = {"network": sandbox.leave_network()}
    # Imported while files can still be opened; PyAV itself imports the last two only when it meets a stream.
    import av
    import av.subtitles.codeccontext
    import av.subtitles.stream  # noqa: F401

    # On Ctrl-C the parent stops this process; a traceback from here would only be noise.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    restrictions["landlock"] = sandbox.close_files()
    restrictions |= sandbox.limit_resources()  # last, because Landlock's rules need a file descriptor
    try:
        if task == "restrictions":
            _send_text(INFO, json.dumps(restrictions))
        elif task == "probe":
            _send_text(INFO, json.dumps(_measured(kind)))
        elif task == "seek":
            _send_text(INFO, json.dumps(_seeking(kind)))
        else:
            pending = bytearray()  # frames are a few kilobytes; full messages cost the parent less
            for samples in _task(task, kind, *map(float, times)):
                pending += samples
                while len(pending) >= MOST_BYTES:
                    _send(SAMPLES, bytes(pending[:MOST_BYTES]))
                    del pending[:MOST_BYTES]
            _send(SAMPLES, bytes(pending))
    except Unreadable as error:
        _send_text(ERROR, str(error))
    except MemoryError:
        _send_text(ERROR, f"needs more than {sandbox.MEMORY // 2**20} MiB of memory to be decoded; convert it to MP3")
    return 0


def _task(task: str, kind: str, start: float = 0.0, end: float = 0.0) -> Iterator[bytes]:
    if task == "cut":
        return _cut(kind, start, end)
    return _samples(kind) if task == "decode" else _encoded(kind)


def _send(kind: bytes, body: bytes) -> None:
    data = memoryview(message(kind, body))
    while data:
        data = data[os.write(1, data) :]


def _send_text(kind: bytes, text: str) -> None:
    _send(kind, text.encode(errors="replace"))


def _measured(kind: str) -> dict[str, object]:
    """Return the recording's facts: read all packets, but decode only until the first one succeeds."""
    import av

    with _opened(kind) as (container, stream):
        seconds, decoded, packets = 0.0, False, 0
        with contextlib.suppress(av.FFmpegError):  # the recording ends there; packets read before it count
            for packets, packet in enumerate(container.demux(stream), start=1):
                seconds += float((packet.duration or 0) * (packet.time_base or 0)) if packet.size else 0.0
                if not decoded:
                    with contextlib.suppress(av.FFmpegError):
                        decoded = bool(packet.decode())
                if not decoded and packets >= FIRST_PACKETS:
                    break
        header = container.duration / av.time_base if container.duration else 0.0
        # Some Matroska files have packets without durations, so only the header can tell.
        duration = header if not seconds or abs(header - seconds) <= TRIM else seconds
        if not decoded or not duration:
            raise Unreadable(f"no sound can be decoded ({packets} packets, 0 s); download the recording again")
        context = stream.codec_context
        return {
            "duration": duration,
            "sample_rate": context.sample_rate,
            "channels": context.channels,
            "codec": context.codec.canonical_name,
        }


def _seeking(kind: str) -> dict[str, object]:
    """Send the position of every packet, then seek to each second as Chromium does, with FFmpeg's `fastseek`.

    With it FFmpeg trusts the header's table or the average bit rate, and gives the packet it lands on the requested
    time. The packet's position among all packets gives its true time.
    """
    import av

    packets, begins, seconds = array("q"), array("d"), 0.0
    with _opened(kind) as (container, stream), contextlib.suppress(av.FFmpegError):
        for packet in container.demux(stream):
            if packet.size and packet.pos is not None:
                packets.extend((packet.pos, packet.size))
                begins.append(seconds)
            seconds += float((packet.duration or 0) * (packet.time_base or 0)) if packet.size else 0.0
    sent = packets.tobytes() if kind == "mp3" else b""
    for start in range(0, len(sent), MOST_BYTES):
        _send(PACKETS, sent[start : start + MOST_BYTES])
    places = packets[::2]
    offs = []
    with _opened(kind, {"fflags": "+fastseek"}) as (container, stream):
        header = container.duration / av.time_base if container.duration else seconds
        unit = stream.time_base or Fraction(1)
        step = max(1.0, seconds / MOST_SEEKS)
        for wanted in (number * step for number in range(int(seconds / step)) if places):
            asked = min(wanted, header)  # a seek ends where the header says the recording ends
            with contextlib.suppress(av.FFmpegError, StopIteration):
                container.seek(int(asked / unit), stream=stream)
                landed = next(container.demux(stream))
                if landed.pts is not None and landed.pos is not None:
                    true = begins[min(bisect_left(places, landed.pos), len(places) - 1)]
                    offs.append(true - float(landed.pts * unit) + asked - wanted)
        skipped = float((stream.start_time or 0) * unit)
    return {"off": max(map(abs, offs)) if offs else None, "skipped": skipped}


@contextlib.contextmanager
def _opened(kind: str, more: dict[str, str] | None = None) -> "Iterator[tuple[InputContainer, AudioStream]]":
    import av

    # Bytes instead of a file name, one named container and no protocol: nothing in the file can open anything else.
    options = {"format_whitelist": kind, "protocol_whitelist": "none", "codec_whitelist": ",".join(CODECS)}
    with io.FileIO(0, closefd=False) as file:
        file.seek(0)
        try:
            container = av.open(file, "r", format=kind, metadata_errors="replace", options=options | (more or {}))
        except (av.FFmpegError, OSError) as error:
            reason = error.strerror or str(error)
            raise Unreadable(f"is not a recording, or is cut off near its start ({reason})") from error
        with container:
            stream = container.streams.best("audio")
            if not isinstance(stream, av.AudioStream):
                kinds = ", ".join(sorted({other.type for other in container.streams} - {"audio"})) or "unknown data"
                raise Unreadable(f"has no audio that can be decoded (only {kinds})")
            if stream.codec_context is None or stream.codec_context.codec.name not in CODECS:
                raise Unreadable("has an unsupported audio codec; convert it to MP3, AAC, FLAC or WAV")
            stream.codec_context.thread_count = 1  # one thread per worker; the pipeline decides how many workers
            yield container, stream


def _samples(kind: str, rate: int = SAMPLE_RATE) -> Iterator[bytes]:
    """Yield the sound as 16-bit integers, mono, in this machine's byte order, lazily."""
    import av

    with _opened(kind) as (container, stream):
        header = container.duration / av.time_base if container.duration else 0.0
        resampler, last = _resampler(rate), None
        heard = 0.0  # seconds of input decoded or filled so far
        first: float | None = None
        for frame in _audible(_frames(container, stream)):
            first = frame.time if first is None else first
            gap = (frame.time or 0.0) - (first or 0.0) - heard
            if SHORTEST_HOLE < gap <= LONGEST_HOLE:
                yield from _converted(resampler, None)
                resampler, last = _resampler(rate), None
                yield bytes(2 * round(gap * rate))
                heard += gap
            # Stations splice adverts with another sample rate into an MP3; a resampler accepts only one kind of frame.
            if last not in (None, _kind(frame)):
                yield from _converted(resampler, None)
                resampler = _resampler(rate)
            last = _kind(frame)
            heard += frame.samples / frame.sample_rate
            yield from _converted(resampler, frame)
        if not heard:
            raise Unreadable("no sound can be decoded (0 s); download the recording again")
        yield from _converted(resampler, None)
    size = os.fstat(0).st_size
    missing = max(header - heard, _bytes_missing(size) / max(size, 1) * heard)
    if missing > max(1.0, 0.01 * header):
        promised = f"the header promises {heard + missing:.1f} s, but only {heard:.1f} s can be decoded"
        _send_text(WARNING, f"{promised}; {missing:.1f} s are missing, or the header is wrong")


def _cut(kind: str, start: float, end: float) -> Iterator[bytes]:
    """Yield the sound from `start` to `end` seconds as 16-bit integers of CLIP_RATE, mono, lazily.

    Time is counted as in `_samples`. What comes more than RUN_UP before the start is read and not decoded.
    """
    with _opened(kind) as (container, stream):
        resampler, last, due = _resampler(CLIP_RATE), None, 0.0
        sent: int | None = None  # the number of the next sample in the recording
        heard = round(start * CLIP_RATE)
        places: deque[float] = deque()
        for frame in _audible(_noted(_placed(container, stream, start), places)):
            at = places.popleft()
            if sent is not None and (last != _kind(frame) or at - due > SHORTEST_HOLE):
                for samples in _converted(resampler, None):
                    yield _within(samples, sent, start, end)
                    sent += len(samples) // 2
                resampler, heard, sent = _resampler(CLIP_RATE), max(heard, sent), None
            if sent is None:
                sent = round(at * CLIP_RATE)
                yield bytes(2 * max(0, min(sent, round(end * CLIP_RATE)) - heard))  # a hole is silent, as in `_samples`
            if at > end + RUN_UP:
                break
            last, due = _kind(frame), at + frame.samples / frame.sample_rate
            for samples in _converted(resampler, frame):
                yield _within(samples, sent, start, end)
                sent += len(samples) // 2
        for samples in _converted(resampler, None) if sent is not None else ():
            yield _within(samples, sent or 0, start, end)


def _noted(found: "Iterator[tuple[float, AudioFrame]]", places: deque[float]) -> "Iterator[AudioFrame]":
    for place, frame in found:
        places.append(place)
        yield frame


def _placed(container: "InputContainer", stream: "AudioStream", start: float) -> "Iterator[tuple[float, AudioFrame]]":
    """Yield the frames from RUN_UP before `start` on, each with the second of the recording at which it begins."""
    import av

    heard, skipped = 0.0, False
    first: float | None = None
    packets = container.demux(stream)
    while True:
        try:
            packet = next(packets, None)
        except av.FFmpegError:
            return
        if packet is None:
            return
        unit = float(packet.time_base or 0)
        length = float(packet.duration or 0) * unit
        if first is not None and packet.pts is not None and heard + length < start - RUN_UP:
            heard += length + _hole(packet.pts * unit - first - heard)
            skipped = True
            continue
        with contextlib.suppress(av.FFmpegError):
            for frame in packet.decode():
                first = frame.time or 0.0 if first is None else first
                gap = (frame.time or 0.0) - first - heard
                heard += gap if skipped and abs(gap) < RUN_UP else _hole(gap)
                skipped = False
                at, heard = heard, heard + frame.samples / frame.sample_rate
                if heard >= start - RUN_UP:
                    yield at, frame


def _hole(gap: float) -> float:
    return gap if SHORTEST_HOLE < gap <= LONGEST_HOLE else 0.0


def _within(samples: bytes, number: int, start: float, end: float) -> bytes:
    """Return those of some samples, of which the first has this number, that lie between two times."""
    begin, finish = round(start * CLIP_RATE) - number, round(end * CLIP_RATE) - number
    return samples[2 * max(0, begin) : 2 * max(0, finish)]


def _encoded(kind: str) -> Iterator[bytes]:
    """Yield the sound as MP3 of one sample rate, one channel and a constant bit rate, without any header, lazily."""
    import av

    try:
        encoder = av.AudioCodecContext.create("libmp3lame", "w")
    except ValueError as error:
        raise Unreadable("cannot be made playable, as this PyAV writes no MP3") from error
    encoder.sample_rate, encoder.layout, encoder.format = PLAYED_RATE, "mono", "s16p"
    encoder.bit_rate, encoder.thread_count = PLAYED_BITS, 1
    encoder.open()
    size = 2 * encoder.frame_size
    waiting = bytearray()
    for samples in _samples(kind, PLAYED_RATE):
        waiting += samples
        while len(waiting) >= size:
            frame = av.AudioFrame(format="s16p", layout="mono", samples=encoder.frame_size)
            frame.planes[0].update(bytes(waiting[:size]).ljust(frame.planes[0].buffer_size, b"\0"))
            frame.sample_rate = PLAYED_RATE
            del waiting[:size]
            yield from map(bytes, encoder.encode(frame))
    yield from map(bytes, encoder.encode(None))


def _frames(container: "InputContainer", stream: "AudioStream") -> "Iterator[AudioFrame]":
    import av

    damaged = 0
    packets = container.demux(stream)
    while True:
        try:
            packet = next(packets, None)
        except av.FFmpegError as error:
            _send_text(WARNING, f"cannot be read to its end: {error.strerror}")
            break
        if packet is None:
            break
        try:
            yield from packet.decode()
        except av.FFmpegError:
            damaged += 1
    if damaged:
        _send_text(WARNING, f"{damaged} damaged packets were left out")


def _audible(frames: "Iterator[AudioFrame]") -> "Iterator[AudioFrame]":
    """Yield the frames, and of those whose two channels would cancel each other in a mix only the left channel."""
    import av

    phase = Phase()
    for frame in frames:
        planes = [memoryview(plane) for plane in frame.planes]
        channels = stereo(planes, frame.format.name, frame.samples) if frame.layout.nb_channels == 2 else None
        if channels is None or not phase.cancels(*channels, frame.samples / frame.sample_rate):
            yield frame
            continue
        left = av.AudioFrame(format=frame.format.name, layout="mono", samples=frame.samples)
        left.planes[0].update(channels[0].tobytes().ljust(left.planes[0].buffer_size, b"\0"))
        left.sample_rate, left.pts, left.time_base = frame.sample_rate, frame.pts, frame.time_base
        yield left


def _kind(frame: "AudioFrame") -> tuple[str, str, int]:
    return frame.format.name, frame.layout.name, frame.sample_rate


def _resampler(rate: int) -> "AudioResampler":
    import av

    # 16-bit integers, because FFmpeg mixes stereo to mono louder by √2 for floats, and because Whisper was trained on
    # samples made this way (whisper/audio.py::load_audio).
    return av.AudioResampler(format="s16", layout="mono", rate=rate)


def _converted(resampler: "AudioResampler", frame: "AudioFrame | None") -> Iterator[bytes]:
    import av

    try:
        for part in resampler.resample(frame):
            yield bytes(memoryview(part.planes[0])[: 2 * part.samples])
    except av.FFmpegError as error:
        raise Unreadable(f"its channels cannot be mixed to mono ({error.strerror})") from error


def _bytes_missing(size: int) -> int:
    """Return how many bytes a WAV header promises beyond the file's end; FFmpeg's duration does not show this."""
    head = os.pread(0, 12, 0)
    if head[:4] != b"RIFF" or head[8:] != b"WAVE":
        return 0
    promised = int.from_bytes(head[4:8], "little")
    # 0 and the largest values mean that the writer did not know the size.
    return max(0, promised + 8 - size) if 0 < promised < 0xFFFFFF00 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
