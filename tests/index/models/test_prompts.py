"""A model's own prompts: put before questions and passages, never before single pieces. Random weights, made here."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from index.errors import EncoderError
from index.models.uncompiled import SentenceEncoder, load_encoder

WORDS = "[PAD] [UNK] [CLS] [SEP] [MASK] query document passage : the ferry sails at noon boat harbour".split()
PROMPTS = {"query": "query : ", "document": "document : "}


@pytest.fixture
def folder(tmp_path: Path) -> Callable[..., Path]:
    """Make a folder with a tiny BERT of random weights, these prompts, and so many positions."""
    torch = pytest.importorskip("torch")
    from sentence_transformers import SentenceTransformer
    from transformers import BertConfig, BertModel, BertTokenizerFast

    def made(prompts: dict[str, str], default: str | None = None, reads: int = 256, positions: int = 300) -> Path:
        torch.manual_seed(7)
        bare, whole = tmp_path / "bare", tmp_path / "model"
        bare.mkdir()
        (bare / "vocab.txt").write_text("\n".join(WORDS))
        BertTokenizerFast(vocab=str(bare / "vocab.txt"), model_max_length=reads).save_pretrained(bare)
        BertModel(
            BertConfig(
                vocab_size=len(WORDS), hidden_size=16, num_hidden_layers=1, num_attention_heads=2,
                intermediate_size=16, max_position_embeddings=positions, initializer_range=1.0,
            )
        ).save_pretrained(bare)  # fmt: skip
        model = SentenceTransformer(str(bare), device="cpu")  # adds the mean over all pieces
        model.max_seq_length = reads
        model.save(str(whole))
        path = whole / "config_sentence_transformers.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | {"prompts": prompts, "default_prompt_name": default}))
        return whole

    return made


def mean_of_pieces(folder: Path, text: str) -> NDArray[np.float32]:
    """The unit vector of a text as it stands, by transformers alone."""
    import torch
    from transformers import AutoModel, AutoTokenizer

    with torch.no_grad():
        states = AutoModel.from_pretrained(folder)(**AutoTokenizer.from_pretrained(folder)(text, return_tensors="pt"))
    mean: NDArray[np.float32] = states.last_hidden_state[0].mean(dim=0).numpy()
    return mean / np.linalg.norm(mean)


@pytest.mark.parametrize(
    ("prompts", "default", "query", "document"),
    [
        (PROMPTS, None, "query : ", "document : "),
        ({"query": "query : "}, None, "query : ", ""),
        ({"query": "query : ", "document": ""}, None, "query : ", ""),
        ({"passage": "passage : "}, None, "", "passage : "),
        ({"query": "query : ", "other": "boat : "}, "other", "query : ", "boat : "),
        ({}, None, "", ""),
    ],
)
def test_prompts_of_the_model_are_used(
    folder: Callable[..., Path], prompts: dict[str, str], default: str | None, query: str, document: str
) -> None:
    """A question is encoded behind the model's query prompt, a passage behind that for documents, if there is one."""
    where = folder(prompts, default)
    encoder = load_encoder(str(where))
    text = "the ferry sails"
    np.testing.assert_allclose(encoder.encode_query(text), mean_of_pieces(where, query + text), atol=1e-5)
    # Passages may be encoded in shorter numbers than questions.
    assert encoder.encode([text])[0] @ mean_of_pieces(where, document + text) > 0.999
    if query != document:
        assert encoder.encode_query(text) @ mean_of_pieces(where, document + text) < 0.999


def test_single_pieces_have_no_prompt(folder: Callable[..., Path]) -> None:
    """Pieces keep their characters, whatever the model wants before whole texts."""
    encoder = load_encoder(str(folder(PROMPTS | {"other": "boat : "}, "other")))
    (found,) = encoder.encode_pieces(["the ferry sails"])
    assert found.spans == ((0, 3), (4, 9), (10, 15))
    assert found.vectors.shape == (3, 16)
    assert encoder.pieces("the ferry sails") == 3


def test_a_prompt_takes_no_room_from_a_passage(folder: Callable[..., Path]) -> None:
    """A model set to read 256 pieces is let read the prompt too, so that the last words of a passage still count."""
    encoder = load_encoder(str(folder({"document": "document : " * 4})))
    noon, boat = (encoder.encode(["the " * 249 + last])[0] for last in ("noon", "boat"))
    assert not np.array_equal(noon, boat)


def test_a_model_without_room_for_the_prompt_is_refused(folder: Callable[..., Path]) -> None:
    """Where prompt and passage do not fit, a person is told; nothing is cut in silence."""
    where = folder({"document": "document : " * 10}, positions=256)
    with pytest.raises(EncoderError, match="reads 256 word pieces and passages hold up to 250"):
        load_encoder(str(where))


class Slow:
    """A model whose tokenizer is written in Python, as those without tokenizer.json are."""

    tokenizer = object()
    max_seq_length = None

    def get_embedding_dimension(self) -> int:
        return 4


def test_a_model_without_a_fast_tokenizer_is_one_line() -> None:
    """Such a tokenizer does not say which characters a piece is, so the model is refused with what to do."""
    with pytest.raises(EncoderError, match=r"'slow' has no fast tokenizer .*PLAYBACK_ENCODER unset") as caught:
        SentenceEncoder("slow", "0", Slow())  # type: ignore[arg-type]
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("kept", [(), ("tokenizer_config.json",)])
def test_a_folder_without_its_tokenizer_is_one_line(folder: Callable[..., Path], kept: tuple[str, ...]) -> None:
    """Weights whose tokenizer was not copied are named with what to do."""
    where = folder(PROMPTS)
    for name in ("tokenizer.json", "tokenizer_config.json", "vocab.txt", "special_tokens_map.json"):
        if name not in kept:
            (where / name).unlink(missing_ok=True)
    with pytest.raises(EncoderError, match=r"holds no tokenizer\.json; .*PLAYBACK_ENCODER unset") as caught:
        load_encoder(str(where))
    assert "\n" not in str(caught.value)
