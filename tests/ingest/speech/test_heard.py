"""Heard words as a file: what was written is read, and nothing that cannot be heard words."""

import math
from dataclasses import replace
from typing import Any

import pytest

from ingest.errors import LibraryError
from ingest.speech.heard import Heard, from_json, to_json
from ingest.transcript import HeardWord

HEARD = Heard(
    (HeardWord("Good", 0.0, 0.4, 0.9), HeardWord("day", 0.4, 0.8, None)),
    "en",
    "faster-whisper",
    "tiny.en",
    2.0,
    ("Ann",),
)


def test_what_is_written_is_read() -> None:
    """Words, probabilities that are known or not, and the settings."""
    assert from_json(to_json(HEARD)) == HEARD
    surely = replace(HEARD, words=(HeardWord("Good", 0.0, 0.4, 1.0000001),))
    assert from_json(to_json(surely)) == surely, "an engine's mean of probabilities may be rounded up"


def test_words_of_earlier_versions_may_lack_a_probability() -> None:
    """They are read as words of unknown probability."""
    data = to_json(HEARD)
    data["words"] = [word[:3] for word in data["words"]]
    assert {word.probability for word in from_json(data).words} == {None}


@pytest.mark.parametrize(
    "word",
    [
        ["Good", math.nan, 0.4, 0.9],
        ["Good", 0.0, math.inf, 0.9],
        ["Good", None, 0.4, 0.9],
        ["Good", 0.0, 0.4, math.nan],
        ["Good", 0.0, 0.4, 7.5],
        ["Good", 0.0, 0.4, -0.1],
        ["Good", 0.0, 0.4, "high"],
        [5, 0.0, 0.4, 0.9],
        ["Good", 0.0],
        ["Good", 0.0, 0.4, 0.9, "more"],
        None,
    ],
)
def test_what_is_no_heard_word_is_refused(word: Any) -> None:
    """With one line that says what to do: it must not reach a transcript, nor a quote's `heard_confidence`."""
    with pytest.raises(LibraryError, match=r"not of schema 1: .*; restore them from a backup, or hear again"):
        from_json({**to_json(HEARD), "words": [word]})
