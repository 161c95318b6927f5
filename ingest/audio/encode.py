"""Encode samples of our own as Opus or AAC with a title and credits; no stranger's bytes are read here."""

import io
from collections.abc import Mapping
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from ingest.audio.decoder_messages import CLIP_RATE
from ingest.errors import AudioError
from ingest.versions import require_pyav

ClipFormat = Literal["opus", "m4a"]
FORMATS: tuple[ClipFormat, ...] = get_args(ClipFormat)
# Container, encoder, its sample format, bits per second: speech of one channel that nobody tells from the original.
_KINDS = {"opus": ("ogg", "libopus", "s16", 48_000), "m4a": ("ipod", "aac", "fltp", 80_000)}
_BLOCK = 960  # samples of a frame of Opus; AAC takes any number


def encode(samples: NDArray[np.int16], kind: ClipFormat, tags: Mapping[str, str]) -> bytes:
    """Return mono samples of CLIP_RATE as a file; raises AudioError if this PyAV cannot write it."""
    require_pyav("clip")
    import av

    container_name, codec, layout, bits = _KINDS[kind]
    file = io.BytesIO()
    try:
        # Equal samples give equal bytes: otherwise FFmpeg draws the number of an Ogg stream.
        with av.open(file, "w", format=container_name, container_options={"fflags": "+bitexact"}) as container:
            container.metadata.update(tags)
            stream = container.add_stream(codec, rate=CLIP_RATE)
            assert isinstance(stream, av.AudioStream)
            stream.bit_rate, stream.layout = bits, "mono"
            stream.codec_context.thread_count = 1
            resampler = av.AudioResampler(format=layout, layout="mono", rate=CLIP_RATE)
            for start in range(0, len(samples), _BLOCK):
                block = np.ascontiguousarray(samples[start : start + _BLOCK]).reshape(1, -1)
                frame = av.AudioFrame.from_ndarray(block, format="s16", layout="mono")
                frame.sample_rate, frame.pts = CLIP_RATE, start
                for part in resampler.resample(frame):
                    container.mux(stream.encode(part))
            container.mux(stream.encode(None))
    except (av.FFmpegError, ValueError) as error:
        raise AudioError(f"this PyAV cannot write {kind}: {error}; use the other format") from error
    return file.getvalue()
