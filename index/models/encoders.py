"""Choose what encodes: a model compiled for this data folder if it can be, else sentence-transformers."""

import logging
from pathlib import Path

from index.errors import EncoderError, EncoderMissing
from index.models.compile import compile_encoder, compiled_with
from index.models.compiled import load_compiled
from index.models.compiled_files import (
    REPAIR,
    Description,
    description_of,
    descriptions,
    encoders_folder,
    folder_of,
    verified,
)
from index.models.encoder import UNCOMPILED, Encoder
from index.models.encoder_files import weights_named
from index.models.uncompiled import load_encoder

logger = logging.getLogger(__name__)

# Two questions can be encoded at the same time.
_ASKING_THREADS = 2
# What this process has said about a folder of a compiled encoder: why it cannot be made, and why another encoder stands
# in. A server would say it, and try half a minute long, at every generation.
_given_up: set[Path] = set()
_said: dict[Path, str] = {}


def encoder_to_build_with(home: Path, name: str, threads: int = 1) -> Encoder:
    """Return the encoder of a model for a new generation, compiling the model if that was not tried before.

    Takes half a minute if it compiles, else a fraction of a second, or seconds for sentence-transformers. Raises
    EncoderError if the model is neither compiled nor usable here.
    """
    weights = _weights(home, name)
    decided = _usable(home, weights)
    if decided is not None and decided.is_compiled:
        try:
            verified(home, weights)  # also the float32 weights, which are opened only when a short text is met
            return load_compiled(home, weights, threads)
        except EncoderError as error:
            logger.warning("%s; it is compiled anew", error)
    loaded = load_encoder(name)
    if decided is None or decided.is_compiled:
        decided = compile_encoder(home, loaded, threads)
    return load_compiled(home, weights, threads) if decided.is_compiled else loaded


def compile_to_ask_with(home: Path, name: str, weights: str, form: str) -> None:
    """Compile the model that a generation names if that was not tried here: the index may come from another machine.

    Takes half a minute if it compiles. If it cannot be, `encoder_to_ask_with` says what stands in. What the disk
    refuses is tried once in a process.
    """
    folder = folder_of(home, weights)
    try:
        if form == UNCOMPILED or folder in _given_up or _usable(home, weights) is not None:
            return
        loaded = load_encoder(name)
        if loaded.weights == weights:
            compile_encoder(home, loaded, _ASKING_THREADS)
    except EncoderError as error:
        logger.info("not compiled: %s", error)
    except OSError as error:  # such as a folder that may only be read
        _given_up.add(folder)
        logger.warning(
            "%s: the encoder cannot be compiled there: %s; when that is mended, %s",
            *(encoders_folder(home), error.strerror, REPAIR),
        )


def encoder_to_ask_with(home: Path, name: str, weights: str, form: str) -> Encoder:
    """Return the encoder that a generation names, in the form that made its vectors; writes nothing.

    If the compiled one is missing or damaged, sentence-transformers stands in, if it is installed: its vectors are
    nearly the same. Raises EncoderError if neither is usable.
    """
    if form == UNCOMPILED:
        return load_encoder(name)
    folder = folder_of(home, weights)
    try:
        compiled = load_compiled(home, weights, _ASKING_THREADS)
        _said.pop(folder, None)
        return compiled
    except EncoderError as error:
        try:
            loaded = load_encoder(name)
        except EncoderError as missing:
            raise EncoderError(f"{str(error).removesuffix(f'; {REPAIR}')}, and {missing}") from missing
        if _said.get(folder) != str(error):
            _said[folder] = str(error)
            logger.warning("%s; until then sentence-transformers stands in", error)
        return loaded


def weights_and_form(home: Path, name: str) -> tuple[str, str | None]:
    """Return a model's weights' SHA-256 and the form in which it encodes here, None if that is not decided yet.

    Loads no model. Raises EncoderError if the model is neither compiled nor usable here.
    """
    weights = _weights(home, name)
    decided = _usable(home, weights)
    return weights, None if decided is None else decided.form


def compiled_problem(home: Path, weights: str) -> str | None:
    """Return what is wrong with the compiled encoder of these weights, None if nothing is; reads every file of it."""
    try:
        found = verified(home, weights)
    except EncoderError as error:
        return str(error)
    return None if found is not None else f"{folder_of(home, weights)} is missing; run: playback doctor"


def why_not_compiled(home: Path, weights: str) -> str | None:
    """Return why the model of these weights runs in sentence-transformers, None if it does not or nothing is known."""
    try:
        decided = description_of(home, weights)
    except EncoderError:
        return None
    return None if decided is None or decided.is_compiled else decided.reason


def _usable(home: Path, weights: str) -> Description | None:
    """Return what was decided, unless it is damaged or was decided against with another version of the runtime."""
    try:
        decided = description_of(home, weights)
    except EncoderError as error:
        logger.warning("%s", error)
        return None
    if decided is None or decided.is_compiled or decided.runtime == compiled_with():
        return decided
    return None


def _weights(home: Path, name: str) -> str:
    """Return a model's weights' SHA-256; if the model is not installed here, that of the compiled one of its name."""
    try:
        return weights_named(name)
    except EncoderMissing:
        for found in descriptions(encoders_folder(home)):
            if found.name == name and found.is_compiled:
                return found.weights
        raise
