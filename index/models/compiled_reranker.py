"""Score passages with a compiled reranker: CTranslate2 reads both texts, numpy makes a score of the first piece."""

from pathlib import Path
from typing import Any

import numpy as np

from index.models.compiled_files import Description, check, opened_from, tokenizer_in
from index.piece_vectors import Vectors

# Two questions at a time are read by the server's threads.
_THREADS = 2


def opened_reranker(folder: Path, description: Description) -> "CompiledReranker":
    """Open a compiled reranker, verifying each file that has a checksum; raises EncoderError if that fails."""
    return opened_from("reranker", folder, lambda: CompiledReranker(folder, description))


class CompiledReranker:
    """A compiled cross-encoder; a pair's score is the same whatever else is scored."""

    def __init__(self, folder: Path, description: Description) -> None:
        """Verify and open the files."""
        import ctranslate2

        check(folder, description.files)
        self.name = description.name
        self.form = description.form
        self._tokenizer = tokenizer_in(folder)
        self._tokenizer.enable_truncation(description.longest, strategy="longest_first")
        numbers = description.form.removeprefix("ctranslate2-")
        self._model: Any = ctranslate2.Encoder(
            str(folder / numbers), device="cpu", compute_type=numbers, inter_threads=_THREADS, intra_threads=1
        )
        ((_, file),) = description.modules
        with np.load(folder / file, allow_pickle=False) as stored:
            self._inner: tuple[Vectors, Vectors] = (stored["inner_weight"], stored["inner_bias"])
            self._outer: tuple[Vectors, Vectors] = (stored["outer_weight"], stored["outer_bias"])

    def score(self, question: str, passage: str) -> float:
        """Return how well a passage answers a question: the model's score before any activation."""
        read = self._tokenizer.encode(question, passage)
        output = self._model.forward_batch([read.ids], token_type_ids=[read.type_ids])
        first: Vectors = np.array(output.last_hidden_state, dtype=np.float32)[0, 0]
        inner = np.tanh(self._inner[0] @ first + self._inner[1])
        return float((self._outer[0] @ inner + self._outer[1])[0])
