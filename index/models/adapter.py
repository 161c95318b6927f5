"""The weights that make interview-MiniLM-L6-v2 of the packaged encoder, learned from questions about interviews.

`adapter.safetensors` holds for each adapted weight W, by its name in the model, two small matrices: A of shape (rank,
inputs) and B of shape (outputs, rank). The encoder computes with W + B A (Hu et al., LoRA, 2021), so it costs nothing.
Two encoders were trained, each on one half of the interviews: the first rows of A and columns of B are those of the
first. Their sum is the mean of both, because each alone computes with W + 2 B A.
`benchmarks/train_encoder.py` makes the file (docs/adr/0044-a-second-encoder-learned-from-questions.md).
"""

import hashlib
from pathlib import Path
from typing import Any

from index.errors import EncoderError

ADAPTER = Path(__file__).with_name("adapter.safetensors")
HALVES = 2


def adapter_weights(file: Path = ADAPTER) -> str:
    """Return the SHA-256 of the file in hexadecimal; raises EncoderError if it cannot be read."""
    try:
        return hashlib.sha256(file.read_bytes()).hexdigest()
    except OSError as error:
        raise EncoderError(
            f"{file.name} of Playback cannot be read: {error.strerror}; install Playback again"
        ) from error


def add_adapter(transformer: Any, file: Path = ADAPTER, half: int | None = None) -> None:
    """Add the learned weights to a loaded transformer, or those of one of the two encoders.

    Raises EncoderError for a file that does not fit it.
    """
    # Here, because settings name this encoder, and reading them must not load numpy. safetensors comes with
    # sentence-transformers.
    import numpy as np
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        learned = load_file(file)
        weights = dict(transformer.named_parameters())
        for name in sorted({name.rpartition(".")[0] for name in learned}):
            outer, inner = learned[f"{name}.B"].astype(np.float32), learned[f"{name}.A"].astype(np.float32)
            if half is not None:
                outer, inner = HALVES * np.hsplit(outer, HALVES)[half], np.vsplit(inner, HALVES)[half]
            weights[name].data += weights[name].new_tensor(outer @ inner)
    except (OSError, SafetensorError, KeyError, ValueError, RuntimeError) as error:
        raise EncoderError(f"{file.name} of Playback does not fit ({error}); install Playback again") from error
