"""What depends on the encoder is kept with it, and an encoder that nobody measured is said to be one."""

import pytest

from index.fitted import fitted_for, unmeasured, usual
from index.models.encoder_files import PACKAGED, TRAINED, weights_named

UNKNOWN = "0" * 64


@pytest.mark.parametrize("name", [PACKAGED, TRAINED])
def test_what_comes_with_playback_is_measured(name: str) -> None:
    """Its table is found by its weights, whatever the file calls it."""
    found = fitted_for(weights_named(name))
    assert (found.encoder, unmeasured(found.weights)) == (name, None)
    assert set(found.signals) == {"passage", "turns", "words", "episode"}


def test_an_encoder_that_nobody_measured_gets_the_usual_numbers_and_a_remark() -> None:
    """It answers all the same, and the remark names whose numbers it uses."""
    assert fitted_for(UNKNOWN) == usual()
    assert usual().encoder in (unmeasured(UNKNOWN) or "")
