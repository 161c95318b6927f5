"""A tiny BERT of random weights, saved as a sentence-transformers model; its word pieces are letters.

Also a cross-encoder, of random weights or with such that its score is the higher the more often a letter stands.
"""

import json
import string
from pathlib import Path
from typing import Any

SPECIAL = "[PAD] [UNK] [CLS] [SEP] [MASK]".split()
LETTERS = string.ascii_lowercase + string.digits + string.punctuation
WIDTH = 32
COUNTED = "z"
_PIECES = [*SPECIAL, *LETTERS, *(f"##{letter}" for letter in LETTERS)]


def tiny_model(
    folder: Path,
    pooling: str = "mean",
    modules: tuple[Any, ...] = (),
    prompts: dict[str, str] | None = None,
    kind: str = "Bert",
) -> Path:
    """Save a model to a new folder inside `folder` and return that; `modules` follow the pooling."""
    import transformers
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer

    bare, whole = folder / "bare", folder / "model"
    getattr(transformers, f"{kind}Model")(_configured(bare, kind)).save_pretrained(bare)
    model = SentenceTransformer(
        modules=[Transformer(str(bare), max_seq_length=256), Pooling(WIDTH, pooling_mode=pooling), *modules],
        device="cpu",
    )
    model.save(str(whole))
    path = whole / "config_sentence_transformers.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"prompts": prompts or {}}))
    return whole


def tiny_cross_encoder(folder: Path, kind: str = "Bert", labels: int = 1, counts: bool = False) -> Path:
    """Save a cross-encoder to a new folder inside `folder` and return that; one that `counts` scores by COUNTED."""
    import transformers
    from sentence_transformers import CrossEncoder

    bare, whole = folder / "bare", folder / "model"
    config = _configured(bare, kind)
    config.num_labels = labels
    model = getattr(transformers, f"{kind}ForSequenceClassification")(config)
    if counts:
        _count(model)
    model.save_pretrained(bare)
    CrossEncoder(str(bare), device="cpu").save_pretrained(str(whole))
    return whole


def _configured(bare: Path, kind: str) -> Any:
    """Save the tokenizer to a new folder and return the configuration of a model for it."""
    import torch
    import transformers

    torch.manual_seed(7)
    bare.mkdir(parents=True)
    padding = 1 if "Roberta" in kind else 0  # as in all real ones of that kind, whose positions begin behind it
    pieces = [*_PIECES[1 : padding + 1], _PIECES[0], *_PIECES[padding + 1 :]]
    (bare / "vocab.txt").write_text("\n".join(pieces))
    transformers.BertTokenizerFast(vocab=str(bare / "vocab.txt"), model_max_length=256).save_pretrained(bare)
    return getattr(transformers, f"{kind}Config")(
        vocab_size=len(_PIECES), hidden_size=WIDTH, num_hidden_layers=2, num_attention_heads=2, pad_token_id=padding,
        intermediate_size=64, max_position_embeddings=300, initializer_range=0.3, type_vocab_size=2,
    )  # fmt: skip


def _count(model: Any) -> None:
    """Set a BERT's weights: every piece looks at all alike and adds what it finds, and the first number is the score.

    The first piece alone has the second number, so that normalisation keeps how large the first is beside it.
    """
    import torch

    attention = [layer.attention for layer in model.bert.encoder.layer]
    alike = [part for one in attention for part in (one.self.value, one.output.dense)]
    with torch.no_grad():
        for name, weight in model.named_parameters():
            weight.fill_(1.0 if name.endswith("LayerNorm.weight") else 0.0)
        for part in (*alike, model.bert.pooler.dense):
            part.weight.copy_(torch.eye(WIDTH))
        model.bert.pooler.dense.weight.mul_(0.2)  # away from where tanh is flat
        model.classifier.weight[0, 0] = 1.0
        embeddings = model.bert.embeddings.word_embeddings.weight
        for piece, number in ((COUNTED, 0), (f"##{COUNTED}", 0), ("[CLS]", 1)):
            embeddings[_PIECES.index(piece), number] = 1.0
