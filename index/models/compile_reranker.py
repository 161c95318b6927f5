"""Compile a cross-encoder for CTranslate2, and compare its scores with sentence-transformers before it is used."""

import logging
import shutil
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from index.errors import EncoderError
from index.models.comparison_texts import comparison_texts
from index.models.compile import NotUnderstood, checksums, compiled_once, compiled_with, convert
from index.models.compiled_files import TOKENIZER, Description, folder_in, rerankers_folder
from index.models.compiled_reranker import opened_reranker
from index.models.encoder import UNCOMPILED
from index.models.reranker import Reranker
from index.piece_vectors import Vectors

logger = logging.getLogger(__name__)

_HEAD = "head.npz"
_SAME = 1e-4  # two scores that differ by less, in deviations, have no order


class SentenceReranker:
    """A cross-encoder that runs in sentence-transformers."""

    form = UNCOMPILED

    def __init__(self, name: str, weights: str, model: Any) -> None:
        self.name = name
        self.weights = weights
        self.model = model

    def score(self, question: str, passage: str) -> float:
        """Return how well a passage answers a question: the model's score before any activation."""
        pair = [(question, passage)]
        # Its activation changes no order, but may give many passages exactly 1.
        (found,) = self.model.predict(pair, activation_fn=lambda scores: scores, show_progress_bar=False)
        return float(found)


@dataclass(frozen=True, slots=True)
class ScoreAgreement:
    """How well two rerankers agree: the share of pairs of texts' scores in the same order, and the largest difference.

    `largest` is in standard deviations of the scores of sentence-transformers.
    """

    texts: int
    order: float
    largest: float


# What each form must reach; the first that does is used. Chosen on models of random weights: no real one can be had.
LEAST = {"int8": ScoreAgreement(200, 0.97, 0.5), "float32": ScoreAgreement(200, 0.999, 0.01)}


def compile_reranker(home: Path, loaded: SentenceReranker) -> Description:
    """Compile a cross-encoder for a data folder unless that was tried before, and return what was decided.

    Takes half a minute for a small model.
    """
    folder = folder_in(rerankers_folder(home), loaded.weights)
    return compiled_once(folder, loaded.weights, lambda working: _decided(working, loaded))


def _decided(working: Path, loaded: SentenceReranker) -> Description:
    bare = Description(loaded.name, loaded.weights, UNCOMPILED, compiled_with())
    reason = ""
    try:
        longest = _write_parts(loaded.model, working)
        backend = loaded.model.tokenizer.backend_tokenizer
        texts = comparison_texts(lambda text: len(backend.encode(text, add_special_tokens=False).ids), longest // 2)
        expected = _scores(loaded, texts)
        for numbers, least in LEAST.items():
            convert(loaded.model[0].auto_model.base_model, loaded.model.tokenizer, working / numbers, numbers)
            description = replace(
                bare, form=f"ctranslate2-{numbers}", dimension=1, longest=longest, modules=(("head", _HEAD),)
            )
            found = agreement(expected, _scores(opened_reranker(working, description), texts))
            logger.info("%s as %s: %s", loaded.name, description.form, found)
            if found.order >= least.order and found.largest <= least.largest:
                return replace(description, reason=reason or None, agreement=asdict(found), files=checksums(working))
            shutil.rmtree(working / numbers)
            reason = (
                f"as {numbers} it does not agree with sentence-transformers on {found.texts} pairs of texts: "
                f"{found.order} of them in the same order, largest difference {found.largest} deviations"
            )
    except NotUnderstood as error:
        reason = str(error)
    except EncoderError as error:
        reason = f"its conversion cannot be used: {error}"
    return replace(bare, reason=reason)


def agreement(expected: Vectors, found: Vectors) -> ScoreAgreement:
    """Return how well scores of the same texts agree; those that are no numbers agree with nothing."""
    mine, theirs = (scores / max(float(expected.std()), 1e-9) for scores in (expected, found))
    if not np.isfinite(theirs).all():
        return ScoreAgreement(len(expected), 0.0, float("inf"))
    here, there = mine[:, None] - mine[None, :], theirs[:, None] - theirs[None, :]
    same = (np.sign(here) == np.sign(there)) | (np.abs(here) < _SAME)
    above = np.triu_indices(len(mine), 1)
    return ScoreAgreement(len(mine), round(float(same[above].mean()), 5), round(float(np.abs(mine - theirs).max()), 5))


def _scores(reranker: Reranker, texts: tuple[str, ...]) -> Vectors:
    """Return the scores of pairs of the texts, of all lengths."""
    pairs = [(text, texts[(7 * number + 3) % len(texts)]) for number, text in enumerate(texts)]
    return np.array([reranker.score(*pair) for pair in pairs], np.float32)


def _write_parts(model: Any, folder: Path) -> int:
    """Write tokenizer and head, and return the most pieces that are read; raises NotUnderstood."""
    names = [type(module).__name__ for module in model]
    if names != ["Transformer"]:
        raise NotUnderstood(f"its modules are {', '.join(names)}")
    if any((getattr(model, "prompts", None) or {}).values()):
        raise NotUnderstood("it puts prompts before its texts")
    if (longest := model.max_seq_length) is None:
        raise NotUnderstood("it names no maximum length")
    inner, outer = _head(model[0].auto_model)
    parts = {"inner": inner, "outer": outer}
    arrays = {f"{name}_weight": part.weight.detach().float().numpy() for name, part in parts.items()}
    arrays |= {f"{name}_bias": part.bias.detach().float().numpy() for name, part in parts.items()}
    np.savez(folder / _HEAD, **arrays)
    (folder / TOKENIZER).write_text(model.tokenizer.backend_tokenizer.to_str(), encoding="utf-8")
    return int(longest)


def _head(transformer: Any) -> tuple[Any, Any]:
    """Return the two layers, with a tanh between, that make a score of the first piece; raises NotUnderstood."""
    kind = type(transformer).__name__
    if kind == "BertForSequenceClassification":
        return transformer.bert.pooler.dense, transformer.classifier
    if kind in ("RobertaForSequenceClassification", "XLMRobertaForSequenceClassification"):
        return transformer.classifier.dense, transformer.classifier.out_proj
    raise NotUnderstood(f"its head is that of {kind}")
