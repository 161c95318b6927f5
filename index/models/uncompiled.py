"""Encode text as vectors with the packaged encoder, or any sentence-transformers model by name or folder."""

import contextlib
import json
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from index.chunk import MOST_PIECES
from index.errors import EncoderError
from index.models.adapter import add_adapter
from index.models.basis import basis_of
from index.models.encoder import UNCOMPILED
from index.models.encoder_files import PACKAGED, TRAINED, folder_named, weights_in
from index.piece_vectors import (
    EncodedParts,
    Part,
    PieceVectors,
    Vectors,
    part_codes,
    part_means,
    piece_vectors,
    shifted,
    unit,
)

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder, SentenceTransformer

# Larger batches cost memory and gain nothing on a CPU (measured on two cores).
_BATCH = 16
# The most special tokens that a model adds at the ends of a text.
_OWN_PIECES = 6
# Names under which models configure a prompt for questions and for passages; the first name found is used.
_QUERY_PROMPTS = ("query",)
_PASSAGE_PROMPTS = ("document", "passage", "corpus")


class SentenceEncoder:
    """A loaded sentence-transformers model that uses one thread; `exact` forbids bfloat16."""

    form = UNCOMPILED

    def __init__(self, name: str, weights: str, model: "SentenceTransformer", exact: bool = False) -> None:
        self.name = name
        self.weights = weights
        self.model = model
        self._exact = exact
        self.dimension = int(model.get_embedding_dimension() or 0)
        # A copy, because a call of the model changes what its own cuts and fills, and counting needs the whole text.
        backend = _backend(name, model)
        self._tokenizer: Any = type(backend).from_str(backend.to_str())
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self._truncating: Any = type(backend).from_str(self._tokenizer.to_str())
        if (longest := getattr(model, "max_seq_length", None)) is not None:
            self._truncating.enable_truncation(longest)

    def encode(self, texts: Sequence[str], progress: Callable[[int, int], None] | None = None) -> Vectors:
        """Return one unit vector per text, shape (texts, dimension), with the model's own passage prompt if it has one.

        Encodes texts of similar length together, to save padding.
        """
        prompt = prompts_of(self.model)["passage"]
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        order = sorted(range(len(texts)), key=lambda number: len(texts[number]))
        step = 64 * _BATCH
        for begin in range(0, len(order), step):
            chosen = order[begin : begin + step]
            vectors[chosen] = self._encoded([texts[number] for number in chosen], prompt, bulk=True)
            if progress is not None:
                progress(min(begin + step, len(order)), len(order))
        return vectors

    def encode_query(self, text: str) -> Vectors:
        """Return the unit vector of a question, shape (dimension,), with the model's own query prompt if it has one."""
        vector: Vectors = self._encoded([text], prompts_of(self.model)["query"], bulk=False)[0]
        return vector

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Return the unit vector of each question, shape (texts, dimension)."""
        return self._encoded(list(texts), prompts_of(self.model)["query"], bulk=True)

    def encode_pieces(self, texts: Sequence[str]) -> list[PieceVectors]:
        """Return the word pieces of each text with their contextual vectors, without what the model truncates.

        Uses no prompt, so that pieces of questions and passages are comparable and character positions are right.
        """
        with self._numbers():
            found = self.model.encode(
                list(texts), prompt="", output_value="token_embeddings", convert_to_numpy=False, show_progress_bar=False
            )
        return [
            piece_vectors(self._truncating.encode(text).offsets, vectors.float().cpu().numpy())
            for text, vectors in zip(texts, found, strict=True)
        ]

    def basis(self) -> Vectors:
        """Return the basis in which word pieces are stored; takes seconds."""
        return basis_of(self)

    def encode_parts(
        self,
        texts: Sequence[str],
        parts: Sequence[Sequence[Part]],
        basis: Vectors,
        progress: Callable[[int, int], None] | None = None,
    ) -> list[EncodedParts]:
        """Return for each text one unit vector per part, and the codes of each part's word pieces in this basis."""
        prompt = prompts_of(self.model)["passage"]
        inner: list[EncodedParts] = []
        for begin in range(0, len(texts), _BATCH):
            chosen = list(texts[begin : begin + _BATCH])
            with self._numbers():
                found: Any = self.model.encode(chosen, prompt=prompt, output_value=None, show_progress_bar=False)
            for number, (text, features) in enumerate(zip(chosen, found, strict=True), begin):
                offsets = self._truncating.encode(prompt + text).offsets
                pieces = features["token_embeddings"].float().cpu().numpy()[: len(offsets)]
                places = shifted(offsets, len(prompt))
                vectors = self._parts(text, parts[number], places, pieces)
                inner.append(EncodedParts(vectors, part_codes(parts[number], places, pieces, basis)))
            if progress is not None:
                progress(begin + len(chosen), len(texts))
        return inner

    def _parts(self, text: str, parts: Sequence[Part], offsets: Sequence[Part], pieces: Vectors) -> Vectors:
        """Return the unit vector of each part; one without word pieces of its own is encoded alone."""
        means = part_means(parts, offsets, pieces) if pooling_of(self.model) == "mean" else [None] * len(parts)
        vectors = np.zeros((len(parts), self.dimension), dtype=np.float32)
        for number, ((start, end), mean) in enumerate(zip(parts, means, strict=True)):
            vectors[number] = self.encode([text[start:end]])[0] if mean is None else self._after_pooling(mean)
        return unit(vectors)

    def _after_pooling(self, mean: Vectors) -> Vectors:
        """Return what the modules after the pooling make of one pooled vector."""
        import torch

        features: Any = {"sentence_embedding": torch.from_numpy(mean[None])}
        with torch.no_grad():
            for module in list(self.model)[2:]:
                features = module(features)
        return np.asarray(features["sentence_embedding"][0].float().numpy(), dtype=np.float32)

    def pieces(self, text: str) -> int:
        """Return how many word pieces the text has, not counting special tokens."""
        return len(self._tokenizer.encode(text, add_special_tokens=False).ids)

    def _encoded(self, texts: list[str], prompt: str, bulk: bool) -> Vectors:
        with self._numbers() if bulk else contextlib.nullcontext():
            vectors = self.model.encode(
                texts,
                batch_size=_BATCH,
                prompt=prompt,
                convert_to_numpy=True,
                normalize_embeddings=False,
                show_progress_bar=False,
            )
        return unit(np.asarray(vectors, dtype=np.float32))

    def _numbers(self) -> contextlib.AbstractContextManager[None]:
        return contextlib.nullcontext() if self._exact else _fast()


def prompts_of(model: "SentenceTransformer") -> dict[str, str]:
    """Return what a model's configuration puts before a question ("query") and a passage, "" for nothing."""
    return {"query": _prompt(model, _QUERY_PROMPTS), "passage": _prompt(model, _PASSAGE_PROMPTS)}


def pooling_of(model: "SentenceTransformer") -> str:
    """Return how a model makes one vector of its pieces' vectors: "mean", "cls", or another name or "" if unknown."""
    mode = getattr(model[1], "pooling_mode", "") if len(model) > 1 else ""
    return mode if isinstance(mode, str) else "+".join(mode)


def _prompt(model: "SentenceTransformer", names: Sequence[str]) -> str:
    """Return the prompt that a model's configuration puts before its input, "" if it has none."""
    prompts = getattr(model, "prompts", None) or {}
    wanted = (*names, getattr(model, "default_prompt_name", None))
    return next((prompts[name] for name in wanted if prompts.get(name)), "")


def _backend(name: str, model: "SentenceTransformer") -> Any:
    """Return the model's fast tokenizer, which gives character offsets; raises EncoderError if it has none."""
    backend = getattr(getattr(model, "tokenizer", None), "backend_tokenizer", None)
    if not hasattr(backend, "to_str"):
        raise EncoderError(
            f"encoder {name!r} has no fast tokenizer (tokenizer.json); name another one, "
            "or leave PLAYBACK_ENCODER unset"
        )
    return backend


@contextlib.contextmanager
def _fast() -> Iterator[None]:
    """Compute in bfloat16 if the CPU supports it: 2.3 times the passages per second, cosine to float32 0.9999."""
    import torch  # takes seconds to import, so commands that never encode do not import it

    with torch.autocast("cpu", dtype=torch.bfloat16) if _has_fast_bfloat16() else contextlib.nullcontext():
        yield


def load_encoder(name: str = PACKAGED) -> SentenceEncoder:
    """Load an encoder: the packaged one, a folder, or a sentence-transformers name (from the local cache or the hub).

    Takes seconds. Raises EncoderError if it is missing, unusable, or its checksum is wrong.
    """
    folder = folder_named(name)
    weights = weights_in(name, folder)  # before loading anything, because it refuses pickles
    model: SentenceTransformer = _loaded("SentenceTransformer", folder, f"encoder {name!r}")
    if name == TRAINED:
        add_adapter(model[0].auto_model)
    _read_whole_passages(name, model)
    return SentenceEncoder(name, weights, model)


def load_cross_encoder(name: str, folder: Path) -> "CrossEncoder":
    """Load a cross-encoder from its folder, whose files were checked (`index.models.encoder_files.weights_of`).

    Takes seconds. Raises EncoderError if it is unusable, or is a model without a head that gives one score.
    """
    try:
        kinds = json.loads((folder / "config.json").read_bytes())["architectures"]
        scores = any(str(kind).endswith("ForSequenceClassification") for kind in kinds)
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        scores = False
    model: CrossEncoder | None = _loaded("CrossEncoder", folder, f"reranker {name!r}") if scores else None
    if model is None or model.num_labels != 1:
        # transformers would give it a head of random weights, and say so in a warning only.
        raise EncoderError(f"reranker {name!r} is no cross-encoder that gives one score; name another one")
    return model


def _loaded(kind: Literal["SentenceTransformer", "CrossEncoder"], folder: Path, what: str) -> Any:
    """Load a model with a class of sentence-transformers; raises EncoderError."""
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    try:
        import sentence_transformers
        import torch
        import transformers
        from safetensors import SafetensorError
    except ImportError as error:
        raise EncoderError(
            f"sentence-transformers is not usable here ({error}); run: pip install 'gds-playback[encode]'"
        ) from error
    transformers.utils.logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # the CLI draws its own
    torch.set_num_threads(1)  # a second thread does not help and slows down other requests (measured)
    try:
        return getattr(sentence_transformers, kind)(
            str(folder), device="cpu", trust_remote_code=False, model_kwargs={"use_safetensors": True}
        )
    except (OSError, ValueError, KeyError, SafetensorError) as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise EncoderError(
            f"{what} cannot be loaded: {reason}; name a folder that holds it, or leave PLAYBACK_ENCODER unset"
        ) from error


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keep what the libraries print about loading and saving from the person."""
    import transformers

    before = transformers.utils.logging.get_verbosity()
    transformers.utils.logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    try:
        yield
    finally:
        transformers.utils.logging.set_verbosity(before)


def _read_whole_passages(name: str, model: "SentenceTransformer") -> None:
    """Raise a model's input limit to a whole passage if necessary; raises EncoderError if the model cannot take one."""
    prompt = _prompt(model, _PASSAGE_PROMPTS)
    needed = MOST_PIECES + _OWN_PIECES + (len(_backend(name, model).encode(prompt).ids) if prompt else 0)
    if model.max_seq_length is None or model.max_seq_length >= needed:
        return
    positions = getattr(getattr(model[0], "auto_model", None), "config", None)
    if getattr(positions, "max_position_embeddings", 0) < needed:
        raise EncoderError(
            f"encoder {name!r} reads {model.max_seq_length} word pieces and passages hold up to {MOST_PIECES}; "
            "name another one, or leave PLAYBACK_ENCODER unset"
        )
    model.max_seq_length = needed


def _has_fast_bfloat16() -> bool:
    """Say whether this CPU multiplies bfloat16 natively."""
    import torch

    supported = getattr(torch.ops.mkldnn, "_is_mkldnn_bf16_supported", None)  # missing in builds without oneDNN
    return supported is not None and bool(supported())
