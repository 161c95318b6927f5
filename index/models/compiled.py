"""Encode text with a compiled encoder: CTranslate2, tokenizers and numpy, and nothing of torch."""

import logging
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import lru_cache, partial
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar

import numpy as np

from index.errors import EncoderError
from index.models.basis import basis_of
from index.models.compiled_files import (
    REPAIR,
    Description,
    check,
    description_of,
    encoders_folder,
    folder_of,
    opened_from,
    tokenizer_in,
)
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

logger = logging.getLogger(__name__)

T = TypeVar("T")

# A runtime that reads a model otherwise than the one that compiled it gives this sentence another vector.
PROBE = "The runtime that compiled this encoder gave this sentence the vector that stands beside it."
_LEAST_OF_PROBE = 0.98
# A text of fewer word pieces, special ones included, gets its vector from the float32 weights: the errors of 8-bit
# numbers cancel out over many pieces only (smallest cosine from 8 pieces on 0.993, of "." 0.976).
_FEWEST_PIECES = 8
# Texts that are read or wait to be: bounds what is in memory, and how soon a person's interruption is noticed.
_STEP = 32
# Of so many texts the pieces' vectors are remembered: a question is read for its own vector and for those of its words.
_REMEMBERED = 32
ACTIVATIONS: dict[str, Callable[[Vectors], Any]] = {
    "Identity": lambda values: values,
    "Tanh": np.tanh,
    "ReLU": lambda values: np.maximum(values, 0),
    "Sigmoid": lambda values: 1 / (1 + np.exp(-values)),
}


def load_compiled(home: Path, weights: str, threads: int = 1) -> "CompiledEncoder":
    """Load the compiled encoder of these weights in a fraction of a second.

    Raises EncoderError if there is none, a file has changed, or its runtime is missing or gives other vectors.
    """
    found = description_of(home, weights)
    if found is None or not found.is_compiled:
        raise EncoderError(f"{encoders_folder(home)} holds no compiled encoder of these weights; {REPAIR}")
    encoder = opened(folder_of(home, weights), found, threads)
    if float(encoder.encode([PROBE])[0] @ np.asarray(found.probe, np.float32)) < _LEAST_OF_PROBE:
        raise EncoderError(f"the compiled encoder in {folder_of(home, weights)} gives other vectors here; {REPAIR}")
    return encoder


def opened(folder: Path, description: Description, threads: int = 1) -> "CompiledEncoder":
    """Open a compiled encoder, verifying each file that has a checksum; raises EncoderError if that fails."""
    return opened_from("encoder", folder, lambda: CompiledEncoder(folder, description, threads))


class CompiledEncoder:
    """A compiled encoder with a number of threads; each text is read by one of them, alone.

    A text's vectors are the same bytes whatever else is encoded and however many threads there are.
    """

    def __init__(self, folder: Path, description: Description, threads: int = 1) -> None:
        """Verify and open the files; the float32 weights of an int8 form only when they are needed."""
        from tokenizers import Tokenizer

        self._folder = folder
        self._files = description.files
        self._threads = threads
        self._check("")
        self.name = description.name
        self.weights = description.weights
        self.form = description.form
        self.dimension = description.dimension
        self._prompts = description.prompts
        self._modules = [_module(folder, step) for step in description.modules[1:]]
        self._takes_mean = description.modules[0] == ("mean",)
        self._tokenizer = tokenizer_in(folder)
        self._tokenizer.no_truncation()
        self._reading: Any = Tokenizer.from_str(self._tokenizer.to_str())
        self._reading.enable_truncation(description.longest)
        self._numbers = description.form.removeprefix("ctranslate2-")
        self._models = {self._numbers: self._opened(self._numbers)}
        self._basis: Vectors | None = None
        self._opening = Lock()
        self._pool = ThreadPoolExecutor(threads) if threads > 1 else None
        self._recent = lru_cache(_REMEMBERED)(self._states)

    def encode(self, texts: Sequence[str], progress: Callable[[int, int], None] | None = None) -> Vectors:
        """Return one unit vector per text, shape (texts, dimension), with the model's own passage prompt if any."""
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for number, vector in enumerate(self._each(self._passage, texts, progress)):
            vectors[number] = vector
        return vectors

    def encode_query(self, text: str) -> Vectors:
        """Return the unit vector of a question, shape (dimension,), with the model's own query prompt if it has one."""
        ids = self._reading.encode(self._prompts["query"] + text).ids
        return self._pooled(self._recent(tuple(ids), self._numbers_for(ids)))

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Return the unit vector of each question, shape (texts, dimension)."""
        return np.array([*self._each(self._query, texts)], dtype=np.float32).reshape(len(texts), self.dimension)

    def encode_pieces(self, texts: Sequence[str]) -> list[PieceVectors]:
        """Return the word pieces of each text with their contextual vectors, without what the model truncates."""
        return list(self._each(self._pieces, texts))

    def encode_parts(
        self,
        texts: Sequence[str],
        parts: Sequence[Sequence[Part]],
        basis: Vectors,
        progress: Callable[[int, int], None] | None = None,
    ) -> list[EncodedParts]:
        """Return for each text one unit vector per part, and the codes of each part's word pieces in this basis."""
        return list(self._each(partial(self._parts, basis), list(zip(texts, parts, strict=True)), progress))

    def basis(self) -> Vectors:
        """Return the basis in which word pieces are stored; takes seconds the first time."""
        if self._basis is None:
            self._basis = basis_of(self)
        return self._basis

    def pieces(self, text: str) -> int:
        """Return how many word pieces the text has, not counting special tokens."""
        return len(self._tokenizer.encode(text, add_special_tokens=False).ids)

    def _each(
        self, work: Callable[[Any], T], items: Sequence[Any], progress: Callable[[int, int], None] | None = None
    ) -> Iterator[T]:
        """Yield the result of each item in order, computed by all threads."""
        found = map(work, items) if self._pool is None else _in_order(self._pool, work, items)
        for done, result in enumerate(found, 1):
            yield result
            if progress is not None and (done % _STEP == 0 or done == len(items)):
                progress(done, len(items))

    def _query(self, text: str) -> Vectors:
        return self._vector(self._prompts["query"] + text)

    def _passage(self, text: str) -> Vectors:
        return self._vector(self._prompts["passage"] + text)

    def _vector(self, text: str) -> Vectors:
        ids = self._reading.encode(text).ids
        return self._pooled(self._states(ids, self._numbers_for(ids)))

    def _pieces(self, text: str) -> PieceVectors:
        encoding = self._reading.encode(text)
        return piece_vectors(encoding.offsets, self._recent(tuple(encoding.ids), self._numbers))

    def _parts(self, basis: Vectors, pair: tuple[str, Sequence[Part]]) -> EncodedParts:
        text, parts = pair
        prompt = self._prompts["passage"]
        encoding = self._reading.encode(prompt + text)
        states = self._states(encoding.ids, self._numbers_for(encoding.ids))
        offsets = shifted(encoding.offsets, len(prompt))
        means = part_means(parts, offsets, states) if self._takes_mean else [None] * len(parts)
        vectors = np.zeros((len(parts), self.dimension), dtype=np.float32)
        for number, ((start, end), mean) in enumerate(zip(parts, means, strict=True)):
            vectors[number] = self._passage(text[start:end]) if mean is None else self._after_pooling(mean)
        return EncodedParts(vectors, part_codes(parts, offsets, states, basis))

    def _numbers_for(self, ids: Sequence[int]) -> str:
        return self._numbers if len(ids) >= _FEWEST_PIECES else "float32"

    def _states(self, ids: Sequence[int], numbers: str) -> Vectors:
        """Return the last hidden state of each piece, shape (pieces, width); not to be changed."""
        read = [[*ids] or [0]]  # a tokenizer without special tokens makes nothing of an empty text
        states: Vectors = np.array(self._model(numbers).forward_batch(read).last_hidden_state, dtype=np.float32)[0]
        states.flags.writeable = False
        return states

    def _model(self, numbers: str) -> Any:
        if numbers not in self._models:
            with self._opening:
                if numbers not in self._models:
                    self._models[numbers] = self._opened_or_usual(numbers)
        return self._models[numbers]

    def _opened_or_usual(self, numbers: str) -> Any:
        """Open the weights for short texts; if they are damaged, the usual ones, which read these a little worse.

        Only for questions: before passages are encoded, every file is verified (`index.models.encoders`).
        """
        try:
            return self._opened(numbers)
        except EncoderError as error:
            logger.warning("%s; until then short texts are read in %s", error, self._numbers)
            return self._models[self._numbers]

    def _opened(self, numbers: str) -> Any:
        import ctranslate2

        self._check(numbers)
        return ctranslate2.Encoder(
            str(self._folder / numbers),
            device="cpu",
            compute_type=numbers,
            inter_threads=self._threads,
            intra_threads=1,
        )

    def _check(self, inside: str) -> None:
        """Verify the files that lie in a folder, "" for those beside the description."""
        check(self._folder, {name: value for name, value in self._files.items() if _within(name) == inside})

    def _pooled(self, states: Vectors) -> Vectors:
        return self._after_pooling(states.mean(axis=0) if self._takes_mean else states[0])

    def _after_pooling(self, vector: Vectors) -> Vectors:
        for module in self._modules:
            vector = module(vector)
        result: Vectors = unit(vector[None])[0]
        return result


def _in_order(pool: ThreadPoolExecutor, work: Callable[[Any], T], items: Sequence[Any]) -> Iterator[T]:
    """Yield results in order; the next items are always at hand, so that no thread waits for the slowest one."""
    waiting: deque[Future[T]] = deque()
    try:
        for item in items:
            waiting.append(pool.submit(work, item))
            if len(waiting) == _STEP:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        for future in waiting:
            future.cancel()


def _within(name: str) -> str:
    return name.rpartition("/")[0]


def _module(folder: Path, step: tuple[str, ...]) -> Callable[[Vectors], Vectors]:
    """Return what a module after the pooling does with a vector."""
    if step == ("normalize",):
        return lambda vector: unit(vector[None])[0]
    _, file, activation = step
    with np.load(folder / file, allow_pickle=False) as stored:
        weight, bias = stored["weight"], stored["bias"]
    function = ACTIVATIONS[activation]
    return lambda vector: function(weight @ vector + bias)
