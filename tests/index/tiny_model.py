"""A tiny BERT of random weights, saved as a sentence-transformers model; its word pieces are letters."""

import json
import string
from pathlib import Path
from typing import Any

SPECIAL = "[PAD] [UNK] [CLS] [SEP] [MASK]".split()
LETTERS = string.ascii_lowercase + string.digits + string.punctuation
WIDTH = 32


def tiny_model(
    folder: Path,
    pooling: str = "mean",
    modules: tuple[Any, ...] = (),
    prompts: dict[str, str] | None = None,
    kind: str = "Bert",
) -> Path:
    """Save a model to a new folder inside `folder` and return that; `modules` follow the pooling."""
    import torch
    import transformers
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer

    torch.manual_seed(7)
    bare, whole = folder / "bare", folder / "model"
    bare.mkdir(parents=True)
    words = [*SPECIAL, *LETTERS, *(f"##{letter}" for letter in LETTERS)]
    (bare / "vocab.txt").write_text("\n".join(words))
    transformers.BertTokenizerFast(vocab=str(bare / "vocab.txt"), model_max_length=256).save_pretrained(bare)
    config = getattr(transformers, f"{kind}Config")(
        vocab_size=len(words), hidden_size=WIDTH, num_hidden_layers=2, num_attention_heads=2,
        intermediate_size=64, max_position_embeddings=300, initializer_range=0.3,
    )  # fmt: skip
    getattr(transformers, f"{kind}Model")(config).save_pretrained(bare)
    model = SentenceTransformer(
        modules=[Transformer(str(bare), max_seq_length=256), Pooling(WIDTH, pooling_mode=pooling), *modules],
        device="cpu",
    )
    model.save(str(whole))
    path = whole / "config_sentence_transformers.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"prompts": prompts or {}}))
    return whole
