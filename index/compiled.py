"""Encode text with a compiled encoder: CTranslate2, tokenizers and numpy, and nothing of torch.

<home>/index/encoders/<weights>-ctranslate2-<version>/encoder.json   what it is and how well it agrees with
                                                                     sentence-transformers, SHA-256 of every other file
<home>/index/encoders/<weights>-ctranslate2-<version>/int8/ float32/ the transformer with weights in these numbers
<home>/index/encoders/<weights>-ctranslate2-<version>/tokenizer.json dense-<n>.npz
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar

import numpy as np

from index.encode import (
    UNCOMPILED,
    Part,
    PieceVectors,
    Vectors,
    part_means,
    piece_vectors,
    shifted,
    unit,
)
from index.errors import EncoderError
from ingest.errors import LibraryError
from ingest.storage.files import read_json, sha256_of

T = TypeVar("T")

# Increase it when what is written here changes, so that models are compiled anew.
VERSION = 1
DESCRIPTION = "encoder.json"
TOKENIZER = "tokenizer.json"
# A runtime that reads a model otherwise than the one that compiled it gives this sentence another vector.
PROBE = "The runtime that compiled this encoder gave this sentence the vector that stands beside it."
_LEAST_OF_PROBE = 0.98
_LETTERS = 16  # of the weights' SHA-256 in a folder's name
# Texts of fewer word pieces, special ones included, are read by the float32 weights: the errors of 8-bit numbers cancel
# out over many pieces (smallest cosine from 8 pieces on 0.994, of "Yes" 0.976).
_FEWEST_PIECES = 8
# Texts whose vectors are awaited together: bounds what waits in the queue.
_STEP = 512
ACTIVATIONS: dict[str, Callable[[Vectors], Any]] = {
    "Identity": lambda values: values,
    "Tanh": np.tanh,
    "ReLU": lambda values: np.maximum(values, 0),
    "Sigmoid": lambda values: 1 / (1 + np.exp(-values)),
}


@dataclass(frozen=True, slots=True)
class Description:
    """What a folder of `encoders` holds, or why the model runs in sentence-transformers (`form` says which).

    `modules` are what makes one vector of the pieces' vectors, in order: ("mean",) or ("cls",), then any of
    ("dense", file, activation) and ("normalize",). `longest` is the most pieces that are read, `agreement` the figures
    of the comparison with sentence-transformers, `probe` the vector of `PROBE`.
    """

    name: str
    weights: str
    form: str
    runtime: str
    reason: str | None = None
    dimension: int = 0
    longest: int = 0
    prompts: dict[str, str] = field(default_factory=dict)
    modules: tuple[tuple[str, ...], ...] = ()
    agreement: dict[str, float] = field(default_factory=dict)
    probe: tuple[float, ...] = ()
    files: dict[str, str] = field(default_factory=dict)

    @property
    def is_compiled(self) -> bool:
        """Say whether the folder holds a compiled encoder."""
        return self.form != UNCOMPILED


def encoders_folder(home: Path) -> Path:
    """Return the folder of the compiled encoders of a data folder."""
    return home / "index" / "encoders"


def folder_of(home: Path, weights: str) -> Path:
    """Return the folder of the compiled encoder of these weights."""
    return encoders_folder(home) / f"{weights[:_LETTERS]}-ctranslate2-{VERSION}"


def descriptions(home: Path) -> Iterator[Description]:
    """Yield what was decided about each model, without those whose description is damaged."""
    for folder in sorted(encoders_folder(home).glob(f"*-ctranslate2-{VERSION}")):
        try:
            yield _read(folder)
        except EncoderError:
            continue


def description_of(home: Path, weights: str) -> Description | None:
    """Return what was decided about the model of these weights, None if nothing was.

    Raises EncoderError if that is damaged.
    """
    folder = folder_of(home, weights)
    if not (folder / DESCRIPTION).exists():
        return None
    found = _read(folder)
    if found.weights != weights:
        raise EncoderError(f"{folder / DESCRIPTION} is not about the weights that its folder names; {_REPAIR}")
    return found


_REPAIR = "run: playback doctor"


def _read(folder: Path) -> Description:
    path = folder / DESCRIPTION
    try:
        data = read_json(path)
        del data["schema"]
        steps = tuple(tuple(step) for step in data["modules"])
        return Description(**{**data, "modules": steps, "probe": tuple(data["probe"]), "files": dict(data["files"])})
    except (LibraryError, TypeError, KeyError, ValueError) as error:
        raise EncoderError(f"{path} is damaged; {_REPAIR}") from error


def verified(home: Path, weights: str) -> Description | None:
    """Return what was decided about the model of these weights after checking that every file matches its checksum.

    Parses no file but the description. Raises EncoderError if a file is missing or has changed.
    """
    found = description_of(home, weights)
    if found is not None:
        _check(folder_of(home, weights), found.files)
    return found


def _check(folder: Path, files: dict[str, str]) -> None:
    for name, checksum in files.items():
        try:
            actual = sha256_of(folder / name)
        except OSError as error:
            raise EncoderError(f"{folder / name} cannot be read: {error.strerror}; {_REPAIR}") from error
        if actual != checksum:
            raise EncoderError(f"{folder / name} has changed since it was compiled; {_REPAIR}")


def load_compiled(home: Path, weights: str, threads: int = 1) -> "CompiledEncoder":
    """Load the compiled encoder of these weights in a fraction of a second.

    Raises EncoderError if there is none, a file has changed, or its runtime is missing or gives other vectors.
    """
    found = description_of(home, weights)
    if found is None or not found.is_compiled:
        raise EncoderError(f"{encoders_folder(home)} holds no compiled encoder of these weights; {_REPAIR}")
    encoder = opened(folder_of(home, weights), found, threads)
    if float(encoder.encode([PROBE])[0] @ np.asarray(found.probe, np.float32)) < _LEAST_OF_PROBE:
        raise EncoderError(f"the compiled encoder in {folder_of(home, weights)} gives other vectors here; {_REPAIR}")
    return encoder


def opened(folder: Path, description: Description, threads: int = 1) -> "CompiledEncoder":
    """Open a compiled encoder, verifying each file that has a checksum; raises EncoderError if that fails."""
    try:
        return CompiledEncoder(folder, description, threads)
    except ImportError as error:
        raise EncoderError(f"CTranslate2 is not usable here ({error}); run: pip install gds-playback") from error
    except (OSError, ValueError, RuntimeError, KeyError) as error:
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise EncoderError(f"the compiled encoder in {folder} cannot be loaded: {reason}; {_REPAIR}") from error


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
        self._tokenizer: Any = Tokenizer.from_file(str(folder / TOKENIZER))
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        self._reading: Any = Tokenizer.from_str(self._tokenizer.to_str())
        self._reading.enable_truncation(description.longest)
        self._numbers = description.form.removeprefix("ctranslate2-")
        self._models = {self._numbers: self._opened(self._numbers)}
        self._opening = Lock()
        self._pool = ThreadPoolExecutor(threads) if threads > 1 else None

    def encode(self, texts: Sequence[str], progress: Callable[[int, int], None] | None = None) -> Vectors:
        """Return one unit vector per text, shape (texts, dimension), with the model's own passage prompt if any."""
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for number, vector in enumerate(self._each(self._passage, texts, progress)):
            vectors[number] = vector
        return vectors

    def encode_query(self, text: str) -> Vectors:
        """Return the unit vector of a question, shape (dimension,), with the model's own query prompt if it has one."""
        return self._vector(self._prompts["query"] + text)

    def encode_pieces(self, texts: Sequence[str]) -> list[PieceVectors]:
        """Return the word pieces of each text with their contextual vectors, without what the model truncates."""
        return list(self._each(self._pieces, texts))

    def encode_parts(
        self, texts: Sequence[str], parts: Sequence[Sequence[Part]], progress: Callable[[int, int], None] | None = None
    ) -> tuple[Vectors, list[Vectors]]:
        """Return one unit vector per text, and for each text one per part, shape (parts, dimension)."""
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        inner: list[Vectors] = []
        pairs = list(zip(texts, parts, strict=True))
        for number, (vector, found) in enumerate(self._each(self._with_parts, pairs, progress)):
            vectors[number] = vector
            inner.append(found)
        return vectors, inner

    def pieces(self, text: str) -> int:
        """Return how many word pieces the text has, not counting special tokens."""
        return len(self._tokenizer.encode(text, add_special_tokens=False).ids)

    def _each(
        self, work: Callable[[Any], T], items: Sequence[Any], progress: Callable[[int, int], None] | None = None
    ) -> Iterator[T]:
        """Yield the result of each item in order, computed by all threads."""
        for begin in range(0, len(items), _STEP):
            chosen = items[begin : begin + _STEP]
            found: Iterable[T] = map(work, chosen) if self._pool is None else self._pool.map(work, chosen)
            yield from found
            if progress is not None:
                progress(begin + len(chosen), len(items))

    def _passage(self, text: str) -> Vectors:
        return self._vector(self._prompts["passage"] + text)

    def _vector(self, text: str) -> Vectors:
        return self._pooled(self._states(self._reading.encode(text).ids))

    def _pieces(self, text: str) -> PieceVectors:
        encoding = self._reading.encode(text)
        return piece_vectors(encoding.offsets, self._states(encoding.ids))

    def _with_parts(self, pair: tuple[str, Sequence[Part]]) -> tuple[Vectors, Vectors]:
        text, parts = pair
        prompt = self._prompts["passage"]
        encoding = self._reading.encode(prompt + text)
        states = self._states(encoding.ids)
        offsets = shifted(encoding.offsets, len(prompt))
        means = part_means(parts, offsets, states) if self._takes_mean else [None] * len(parts)
        vectors = np.zeros((len(parts), self.dimension), dtype=np.float32)
        for number, ((start, end), mean) in enumerate(zip(parts, means, strict=True)):
            vectors[number] = self._passage(text[start:end]) if mean is None else self._after_pooling(mean)
        return self._pooled(states), vectors

    def _states(self, ids: list[int]) -> Vectors:
        """Return the last hidden state of each piece, shape (pieces, width)."""
        if not ids:
            ids = [0]  # a tokenizer without special tokens makes nothing of an empty text
        model = self._model(self._numbers if len(ids) >= _FEWEST_PIECES else "float32")
        states: Vectors = np.array(model.forward_batch([ids]).last_hidden_state, dtype=np.float32)[0]
        return states

    def _model(self, numbers: str) -> Any:
        if numbers not in self._models:
            with self._opening:
                if numbers not in self._models:
                    self._models[numbers] = self._opened(numbers)
        return self._models[numbers]

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
        _check(self._folder, {name: value for name, value in self._files.items() if _within(name) == inside})

    def _pooled(self, states: Vectors) -> Vectors:
        return self._after_pooling(states.mean(axis=0) if self._takes_mean else states[0])

    def _after_pooling(self, vector: Vectors) -> Vectors:
        for module in self._modules:
            vector = module(vector)
        result: Vectors = unit(vector[None])[0]
        return result


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
