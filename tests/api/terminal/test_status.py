"""`playback status` says whose numbers an encoder uses that nobody measured."""

from pathlib import Path

from api.terminal.status import status_of, status_text
from index.fitted import usual


def test_an_encoder_that_nobody_measured_is_said_to_be_one(served_home: Path) -> None:
    """Its confidence may be wrong, so the last line of the index says whose weights and thresholds it uses."""
    report = status_of(served_home)
    assert report["encoder"]["unmeasured"] in status_text(report)
    assert usual().encoder in report["encoder"]["unmeasured"]
