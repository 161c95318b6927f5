"""Compile a model for CTranslate2, and compare it with sentence-transformers before it is used.

A conversion can be wrong without a word, so what decides is the comparison, and the reason is kept if the model is not
compiled.
"""

import contextlib
import logging
import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

from index.errors import EncoderError
from index.models.comparison_texts import comparison_texts
from index.models.compiled import ACTIVATIONS, PROBE, opened
from index.models.compiled_files import DESCRIPTION, TOKENIZER, Description, folder_of, verified_in
from index.models.encoder import UNCOMPILED, Encoder
from index.models.uncompiled import SentenceEncoder, pooling_of, prompts_of, quiet
from index.piece_vectors import Part, Vectors
from ingest.storage.disk_space import disk_error_in
from ingest.storage.files import lock, sha256_of, sync_folder, write_json

logger = logging.getLogger(__name__)

_SCHEMA = 1
_NEIGHBOURS = 10
_SAME = np.float32(1e-5)  # two cosines that differ by less are the same


@dataclass(frozen=True, slots=True)
class Agreement:
    """How well a compiled encoder agrees with sentence-transformers: cosines, and the share of equal nearest texts.

    All texts are read as passages and every fourth as a question: `cosine` is the smallest of these. `overlap` is the
    mean share of a text's ten nearest texts that both name. The word pieces of every fourth text are compared: `piece`
    is the smallest cosine, `pieces` the mean.
    """

    texts: int
    cosine: float
    overlap: float
    piece: float
    pieces: float


# What each form must reach at least; the first that does is used.
LEAST = {
    "int8": Agreement(200, 0.985, 0.94, 0.7, 0.98),
    "float32": Agreement(200, 0.9999, 0.99, 0.999, 0.9999),
}


class NotUnderstood(Exception):
    """Why a model is not compiled, as part of a sentence."""


def compiled_with() -> str:
    """Return the name and version of the installed runtime."""
    try:
        return f"ctranslate2 {version('ctranslate2')}"
    except PackageNotFoundError:
        return "none"


def compile_encoder(home: Path, loaded: SentenceEncoder, threads: int = 1) -> Description:
    """Compile a model for a data folder unless another process has, and return what was decided.

    Takes a quarter of a minute. The compiled encoder reads the texts of the comparison with `threads` threads. Writes
    under a temporary name and renames, so that a folder is whole or not there. Raises OSError.
    """
    target = folder_of(home, loaded.weights)
    return compiled_once(target, loaded.weights, lambda working: _decided(working, loaded, threads))


def compiled_once(target: Path, weights: str, decide: Callable[[Path], Description]) -> Description:
    """Return what was decided about the model of these weights, else what `decide` makes of it in a new folder."""
    root = target.parent
    with lock(root):
        for left in root.glob(".*.part"):
            shutil.rmtree(left, ignore_errors=True)
        with contextlib.suppress(EncoderError):
            known = verified_in(target, weights)
            if known is not None and (known.is_compiled or known.runtime == compiled_with()):
                return known
        working = Path(tempfile.mkdtemp(dir=root, prefix=".", suffix=".part"))
        try:
            decided = decide(working)
            _publish(working, target, decided)
        finally:
            shutil.rmtree(working, ignore_errors=True)
        return decided


def _decided(working: Path, loaded: SentenceEncoder, threads: int) -> Description:
    """Compile into a folder; an encoder that does not agree leaves nothing there but the reason."""
    bare = Description(loaded.name, loaded.weights, UNCOMPILED, compiled_with())
    reason = ""
    try:
        modules = _modules_of(loaded, working)
        reference = SentenceEncoder(loaded.name, loaded.weights, loaded.model, exact=True)
        longest = _longest(loaded)
        _write_tokenizer(loaded, working)
        texts = comparison_texts(loaded.pieces, longest)
        expected = _Vectors.of(reference, texts)
        transformer, tokenizer = loaded.model[0].auto_model, loaded.model.tokenizer
        convert(transformer, tokenizer, working / "float32", "float32")
        for numbers, least in LEAST.items():
            if numbers != "float32":
                convert(transformer, tokenizer, working / numbers, numbers)
            description = replace(
                bare,
                form=f"ctranslate2-{numbers}",
                dimension=loaded.dimension,
                longest=longest,
                prompts=prompts_of(loaded.model),
                modules=modules,
                probe=tuple(float(value) for value in reference.encode([PROBE])[0]),
            )
            compiled = opened(working, description, threads)
            agreement = expected.agreement(_Vectors.of(compiled, texts))
            missed = _missed(agreement, least)
            logger.info("%s as %s: %s", loaded.name, description.form, agreement)
            if missed is None:
                figures, files = asdict(agreement), checksums(working)
                return replace(description, reason=reason or None, agreement=figures, files=files)
            if numbers != "float32":
                shutil.rmtree(working / numbers)
            reason = f"as {numbers} it does not agree with sentence-transformers on {agreement.texts} texts: {missed}"
    except NotUnderstood as error:
        reason = str(error)
    except EncoderError as error:
        reason = f"its conversion cannot be used: {error}"
    return replace(bare, reason=reason)


def convert(transformer: Any, tokenizer: Any, folder: Path, numbers: str) -> None:
    """Convert a model's transformer into a new folder, with weights in these numbers.

    Raises NotUnderstood, and OSError for what the disk refuses, which says nothing about the model.
    """
    from ctranslate2.converters import TransformersConverter

    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".", suffix=".part") as saved, quiet():
        if not hasattr(transformer.config, "position_embedding_type"):
            transformer.config.position_embedding_type = "absolute"  # the only one that newer versions know
        try:
            transformer.save_pretrained(saved)
            tokenizer.save_pretrained(saved)
            TransformersConverter(saved).convert(str(folder), quantization=numbers)
        except Exception as error:  # of any kind: a model that it does not know fails anywhere
            if (refused := disk_error_in(error)) is not None:
                raise refused from error
            reason = (str(error).strip() or type(error).__name__).splitlines()[0].partition(" (supported")[0]
            raise NotUnderstood(f"CTranslate2 does not convert it: {reason}") from error


def checksums(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of every file in a folder, by its path there."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): sha256_of(path) for path in files}


def _modules_of(loaded: SentenceEncoder, folder: Path) -> tuple[tuple[str, ...], ...]:
    """Return what makes a vector of the pieces' vectors, and write the weights of its parts; raises NotUnderstood."""
    model = loaded.model
    names = [type(module).__name__ for module in model]
    pooling = pooling_of(model)
    if names[:2] != ["Transformer", "Pooling"]:
        raise NotUnderstood(f"its modules are {', '.join(names)}")
    if pooling not in ("mean", "cls"):
        raise NotUnderstood(f"its pooling is {pooling or 'unknown'}")
    if not getattr(model[1], "include_prompt", True) and any(prompts_of(model).values()):
        raise NotUnderstood("its pooling leaves out the prompt")
    if getattr(model, "truncate_dim", None) is not None:
        raise NotUnderstood("its vectors are cut short")
    steps: list[tuple[str, ...]] = [(pooling,)]
    for number, module in enumerate(list(model)[2:], 2):
        steps.append(_step(number, module, folder))
    return tuple(steps)


def _step(number: int, module: Any, folder: Path) -> tuple[str, ...]:
    kind = type(module).__name__
    inner = "sentence_embedding"
    if kind not in ("Normalize", "Dense"):
        raise NotUnderstood(f"its module {kind} is not known")
    if {getattr(module, "module_input_name", inner), getattr(module, "module_output_name", inner)} != {inner}:
        raise NotUnderstood(f"its module {kind} changes something else than a text's vector")
    if kind == "Normalize":
        return ("normalize",)
    activation = type(module.activation_function).__name__
    if activation not in ACTIVATIONS or getattr(module, "use_residual", False):
        raise NotUnderstood(f"its Dense module has the activation {activation}, or a residual")
    weight = module.linear.weight.detach().float().numpy()
    bias = np.zeros(len(weight), np.float32) if module.linear.bias is None else module.linear.bias.detach().numpy()
    name = f"dense-{number}.npz"
    np.savez(folder / name, weight=weight, bias=bias.astype(np.float32))
    return ("dense", name, activation)


def _longest(loaded: SentenceEncoder) -> int:
    longest = loaded.model.max_seq_length
    if longest is None:
        raise NotUnderstood("it names no maximum length")
    return int(longest)


def _write_tokenizer(loaded: SentenceEncoder, folder: Path) -> None:
    (folder / TOKENIZER).write_text(loaded.model.tokenizer.backend_tokenizer.to_str(), encoding="utf-8")


@dataclass(frozen=True, slots=True)
class _Vectors:
    """What an encoder makes of the texts of the comparison."""

    passages: Vectors
    questions: Vectors
    pieces: tuple[Vectors, ...]
    spans: tuple[tuple[Part, ...], ...]

    @classmethod
    def of(cls, encoder: Encoder, texts: tuple[str, ...]) -> "_Vectors":
        pieces = encoder.encode_pieces(texts[::4])
        questions = np.stack([encoder.encode_query(text) for text in texts[::4]])
        found = encoder.encode(texts)
        return cls(found, questions, tuple(item.vectors for item in pieces), tuple(item.spans for item in pieces))

    def agreement(self, other: "_Vectors") -> Agreement:
        """Return how well another encoder's vectors agree with these; other word pieces count as no agreement."""
        if self.spans != other.spans or self.passages.shape != other.passages.shape:
            return Agreement(len(self.passages), -1.0, 0.0, -1.0, -1.0)
        passages = (self.passages * other.passages).sum(axis=1)
        questions = (self.questions * other.questions).sum(axis=1)
        pieces = (np.concatenate(self.pieces) * np.concatenate(other.pieces)).sum(axis=1)
        smallest = min(passages.min(), questions.min())
        figures = (smallest, _overlap(self.passages, other.passages), pieces.min(), pieces.mean())
        return Agreement(len(passages), *(round(float(figure), 5) for figure in figures))


def _overlap(mine: Vectors, theirs: Vectors) -> float:
    """Return the mean share of the ten texts nearest to each text by `theirs` that are among the ten nearest by `mine`.

    A text as near as the tenth by `mine` counts as one of them, because several texts may have the same word pieces.
    """
    cosines, others = mine @ mine.T, theirs @ theirs.T
    for matrix in (cosines, others):
        np.fill_diagonal(matrix, -2)
    tenth = np.sort(cosines, axis=1)[:, -_NEIGHBOURS, None]
    found = np.argsort(-others, axis=1, kind="stable")[:, :_NEIGHBOURS]
    return float((np.take_along_axis(cosines, found, axis=1) >= tenth - _SAME).mean())


def _missed(found: Agreement, least: Agreement) -> str | None:
    """Return the first figure that is too low, with what it should be; None if none is, NaN is too low."""
    for name, wanted in asdict(least).items():
        figure = getattr(found, name)
        if not figure >= wanted:
            return f"{name} is {figure}, at least {wanted} is needed"
    return None


def _publish(working: Path, target: Path, decided: Description) -> None:
    """Write the description, and put the folder in its place with one rename."""
    if not decided.files:
        for path in list(working.iterdir()):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    for path in working.rglob("*"):
        if path.is_file():
            with path.open("rb+") as file:
                os.fsync(file.fileno())
        elif path.is_dir():
            sync_folder(path)
    write_json(working / DESCRIPTION, {"schema": _SCHEMA, **asdict(decided)})
    sync_folder(working)
    if target.exists():  # damaged, or decided with another version of the runtime
        shutil.rmtree(target)
    working.rename(target)
    sync_folder(target.parent)
