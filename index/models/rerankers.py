"""Choose what reranks: a cross-encoder compiled for this data folder if it can be, else sentence-transformers."""

import logging
import shutil
from pathlib import Path

from index.errors import EncoderError
from index.models.compile import compiled_with
from index.models.compile_reranker import SentenceReranker, compile_reranker
from index.models.compiled_files import REPAIR, Description, descriptions, folder_in, rerankers_folder, verified_in
from index.models.compiled_reranker import opened_reranker
from index.models.encoder_files import folder_named, weights_of
from index.models.reranker import Reranker
from index.models.uncompiled import load_cross_encoder

logger = logging.getLogger(__name__)


def prepare_reranker(home: Path, name: str) -> Description:
    """Compile a reranker unless that was tried before, and return what was decided; raises EncoderError.

    What was made of other weights of the same name goes.
    """
    folder, weights = _found(name)
    root = rerankers_folder(home)
    try:
        decided = verified_in(folder_in(root, weights), weights)
    except EncoderError as error:
        logger.warning("%s; it is compiled anew", error)
        decided = None
    if decided is None or not (decided.is_compiled or decided.runtime == compiled_with()):
        decided = compile_reranker(home, _loaded(name, folder, weights))
    for other in descriptions(root):
        if other.name == name and other.weights != weights:
            shutil.rmtree(folder_in(root, other.weights), ignore_errors=True)
    return decided


def reranker_to_ask_with(home: Path, name: str) -> Reranker:
    """Return a reranker, the compiled one of this name if there is one; writes nothing.

    Takes a fraction of a second, or seconds for sentence-transformers. Raises EncoderError if neither is usable here.
    """
    decided = _decided(home, name)
    if decided is not None and decided.is_compiled:
        try:
            return opened_reranker(folder_in(rerankers_folder(home), decided.weights), decided)
        except EncoderError as error:
            said = str(error).removesuffix(f"; {REPAIR}")
            logger.warning("%s; run: playback index; until then sentence-transformers stands in", said)
    return _loaded(name, *_found(name))


def what_reranks(home: Path, name: str) -> str:
    """Return in what a reranker runs, and why it is not compiled if it is not; loads no model."""
    decided = _decided(home, name)
    if decided is not None and decided.is_compiled:
        return f"by the compiled {decided.form}"
    reason = "it was not compiled yet; playback index does that" if decided is None else decided.reason
    return f"by sentence-transformers, not compiled: {reason}"


def _decided(home: Path, name: str) -> Description | None:
    """Return what was decided about the reranker of this name, so that asking needs neither hub nor weights."""
    return next((found for found in descriptions(rerankers_folder(home)) if found.name == name), None)


def _found(name: str) -> tuple[Path, str]:
    """Return a reranker's folder and its weights' SHA-256."""
    try:
        folder = folder_named(name)
        return folder, weights_of(folder)
    except EncoderError as error:
        raise _of_reranker(error) from error


def _loaded(name: str, folder: Path, weights: str) -> SentenceReranker:
    try:
        return SentenceReranker(name, weights, load_cross_encoder(name, folder))
    except EncoderError as error:
        raise _of_reranker(error) from error


def _of_reranker(error: EncoderError) -> EncoderError:
    """Return an error that names the reranker's variable, as its files are checked like those of encoders."""
    said = str(error).replace("PLAYBACK_ENCODER", "PLAYBACK_RERANKER").replace("encoder '", "reranker '")
    return EncoderError(said.removesuffix(" for the packaged one"))
