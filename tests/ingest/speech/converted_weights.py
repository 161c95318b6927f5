"""Turns a CTranslate2 Whisper (model.bin) into openai-whisper's checkpoint, so that two engines run the same weights.

The layout of model.bin is that of CTranslate2's `ModelSpec._serialize`, version 6; the names are those of its
`WhisperSpec`. Values stay in the file's half precision, which both engines read without loss.
"""

import json
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

VERSION = 6
# The numbers of types in the file, in the order of CTranslate2's `DataType`.
TYPES = (np.float32, np.int8, np.int16, np.int32, np.float16)

# CTranslate2's names and those of openai-whisper. Both number the linear layers in the order in which they are used.
BLOCK = (
    ("self_attention/layer_norm", "attn_ln"),
    ("attention/layer_norm", "cross_attn_ln"),
    ("ffn/layer_norm", "mlp_ln"),
    ("ffn/linear_0", "mlp.0"),
    ("ffn/linear_1", "mlp.2"),
)
OUTSIDE = {
    "encoder/conv1": "encoder.conv1",
    "encoder/conv2": "encoder.conv2",
    "encoder/layer_norm": "encoder.ln_post",
    "decoder/layer_norm": "decoder.ln",
}
ENDS = {"gamma": "weight", "beta": "bias", "weight": "weight", "bias": "bias"}

Variables = dict[str, NDArray[np.generic]]


def convert(model: Path, checkpoint: Path) -> None:
    """Write the weights of a model.bin as a .safetensors file with openai-whisper's names and dimensions."""
    from safetensors.numpy import save_file

    variables = read_variables(model)
    heads = {part: int(variables[f"{part}/num_heads"]) for part in ("encoder", "decoder")}
    layers = {
        part: sum(name.startswith(part) and name.endswith("ffn/linear_0/bias") for name in variables) for part in heads
    }
    state = dict(_renamed(variables))
    audio, text = state["encoder.positional_embedding"].shape, state["decoder.positional_embedding"].shape
    dims = {
        "n_mels": state["encoder.conv1.weight"].shape[1],
        "n_audio_ctx": audio[0],
        "n_audio_state": audio[1],
        "n_audio_head": heads["encoder"],
        "n_audio_layer": layers["encoder"],
        "n_vocab": state["decoder.token_embedding.weight"].shape[0],
        "n_text_ctx": text[0],
        "n_text_state": text[1],
        "n_text_head": heads["decoder"],
        "n_text_layer": layers["decoder"],
    }
    save_file(state, checkpoint, metadata={"dims": json.dumps(dims)})


def read_variables(model: Path) -> Variables:
    """Return every variable of a model.bin by its name; raises ValueError for another version or kind of model."""
    with model.open("rb") as file:
        version, kind, _ = _number(file, "I"), _string(file), _number(file, "I")
        if (version, kind) != (VERSION, "WhisperSpec"):
            raise ValueError(f"{model} is {kind} in version {version}, not WhisperSpec in version {VERSION}")
        return dict(_variable(file) for _ in range(_number(file, "I")))


def _variable(file: BinaryIO) -> tuple[str, NDArray[np.generic]]:
    name = _string(file)
    shape = [_number(file, "I") for _ in range(_number(file, "B"))]
    kind = TYPES[_number(file, "B")]
    return name, np.frombuffer(file.read(_number(file, "I")), kind).reshape(shape)


def _number(file: BinaryIO, code: str) -> int:
    return int(struct.unpack(f"<{code}", file.read(struct.calcsize(f"<{code}")))[0])


def _string(file: BinaryIO) -> str:
    return file.read(_number(file, "H")).rstrip(b"\0").decode()


def _renamed(variables: Variables) -> Iterator[tuple[str, NDArray[np.generic]]]:
    """Yield openai-whisper's tensors; raises ValueError for a variable of more than one value that has no place."""
    for name, value in variables.items():
        place, _, end = name.rpartition("/")
        part, _, rest = place.partition("/")
        if not value.ndim:
            continue  # a setting, such as the number of heads
        if name == "decoder/embeddings/weight":
            yield "decoder.token_embedding.weight", value
        elif end == "encodings":
            yield f"{part}.positional_embedding", value
        elif place in OUTSIDE:
            yield f"{OUTSIDE[place]}.{ENDS[end]}", value
        elif rest.startswith("layer_"):
            layer, _, inner = rest.partition("/")
            yield from _of_block(f"{part}.blocks.{layer.removeprefix('layer_')}", inner, ENDS[end], value)
        else:
            raise ValueError(f"no place for {name}")


def _of_block(
    block: str, inner: str, end: str, value: NDArray[np.generic]
) -> Iterator[tuple[str, NDArray[np.generic]]]:
    names = dict(BLOCK)
    if inner in names:
        yield f"{block}.{names[inner]}.{end}", value
        return
    attention, _, linear = inner.rpartition("/linear_")
    ours = {"self_attention": "attn", "attention": "cross_attn"}[attention]
    # One matrix computes query, key and value; across the two halves of the model, the first only the query.
    parts = {("attn", "0"): ("query", "key", "value"), ("attn", "1"): ("out",)} | {
        ("cross_attn", "0"): ("query",),
        ("cross_attn", "1"): ("key", "value"),
        ("cross_attn", "2"): ("out",),
    }
    wanted = parts[ours, linear]
    for role, piece in zip(wanted, np.split(value, len(wanted)), strict=True):
        if (role, end) == ("key", "bias"):  # openai-whisper's keys have none, so the converter wrote zeros
            if piece.any():
                raise ValueError(f"{block} has a bias for its keys, which openai-whisper has not")
        else:
            yield f"{block}.{ours}.{role}.{end}", np.ascontiguousarray(piece)
