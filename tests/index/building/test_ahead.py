"""Promises of encoding before the index is built: nothing is encoded twice, and nothing damaged is used."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from index.building.ahead import encode_ahead
from index.building.build import build
from index.generations.manifests import current_number_or_zero, encoded_folder
from index.store import open_generation
from ingest.errors import LibraryError
from ingest.transcript import Transcript

TEXT = "The harbour was dredged twice. A pilot waits outside. Nobody may anchor here."


@pytest.fixture
def talk(tmp_path: Path, transcript_of: Callable[..., Transcript], save: Any) -> Transcript:
    """An episode in a library at `tmp_path`."""
    transcript = transcript_of("a-1-aaaa", ("Ada", TEXT), ("Bo", "We thank you for it."))
    save(tmp_path, transcript)
    return transcript


def sentences_of(home: Path) -> np.ndarray[Any, Any]:
    """The vectors of the sentences of the only passage."""
    generation = open_generation(home)
    scored, _ = generation.matching("passage", generation.terms("harbour"), 1)
    (passage,) = generation.passages(scored.ids)
    found = np.stack([sentence.vector for sentence in generation.sentences(passage)])
    generation.close()
    return found


def test_what_was_encoded_ahead_is_not_encoded_again(
    tmp_path: Path, talk: Transcript, encoder: Any, new_encoder: type[Any]
) -> None:
    """The build encodes headers only, its vectors are those of a build that encodes all, and it cleans up."""
    encode_ahead(tmp_path, encoder, encoder.basis(), talk)
    assert encoder.encoded == [f"{TEXT} We thank you for it."]
    encode_ahead(tmp_path, encoder, encoder.basis(), talk)
    build(tmp_path, encoder)
    assert encoder.encoded == [f"{TEXT} We thank you for it.", "Boats. Ada, Bo."]
    assert not encoded_folder(tmp_path).exists()
    ahead = sentences_of(tmp_path)
    build(tmp_path, new_encoder(), rebuild=True)
    assert (sentences_of(tmp_path) == ahead).all()


def test_a_build_that_fails_goes_on_where_it_was(
    tmp_path: Path, talk: Transcript, encoder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Encoding takes longest, so its results outlive a build that is killed after it."""
    with monkeypatch.context() as patched:
        patched.setattr("index.building.build.write_segment", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            build(tmp_path, encoder)
    encoder.encoded.clear()
    build(tmp_path, encoder)
    assert encoder.encoded == ["Boats. Ada, Bo."]


@pytest.mark.parametrize("place", [0, 20, 100, 300, -1])
def test_a_damaged_file_is_encoded_again(place: int, tmp_path: Path, talk: Transcript, encoder: Any) -> None:
    """Whichever byte is wrong, and wherever the file is cut."""
    encode_ahead(tmp_path, encoder, encoder.basis(), talk)
    (path,) = encoded_folder(tmp_path).iterdir()
    whole = path.read_bytes()
    for damaged in (bytes([*whole[:place], whole[place] ^ 1, *whole[place:][1:]]), whole[:place]):
        path.write_bytes(damaged)
        encoder.encoded.clear()
        encode_ahead(tmp_path, encoder, encoder.basis(), talk)
        assert len(encoder.encoded) == 1
        assert path.read_bytes() == whole


def test_vectors_of_another_encoder_are_not_used(tmp_path: Path, talk: Transcript, encoder: Any) -> None:
    """Other weights, or the same in another form."""
    encode_ahead(tmp_path, encoder, encoder.basis(), talk)
    encoder.encoded.clear()
    encoder.form = "compiled"
    encode_ahead(tmp_path, encoder, encoder.basis(), talk)
    assert len(encoder.encoded) == 1


def test_an_edited_episode_is_encoded_from_the_edit_on(
    tmp_path: Path, transcript_of: Callable[..., Transcript], encoder: Any
) -> None:
    """Windows before the edit stay as they are."""
    long = [("Ada", " ".join(f"This is sentence number {n} of the first speech." for n in range(30)))]
    encode_ahead(tmp_path, encoder, encoder.basis(), transcript_of("a-1-aaaa", *long))
    before = len(encoder.encoded)
    encoder.encoded.clear()
    encode_ahead(
        tmp_path, encoder, encoder.basis(), transcript_of("a-1-aaaa", *long, ("Bo", "And one more at the end."))
    )
    assert before == 3
    assert len(encoder.encoded) == 1


def test_what_is_encoded_ahead_until_the_build_encodes_is_not_encoded_again(
    tmp_path: Path, talk: Transcript, encoder: Any, new_encoder: type[Any]
) -> None:
    """The build says when it begins to encode, before it looks for what was encoded ahead."""
    said: list[tuple[int, int]] = []

    def progress(done: int, whole: int) -> None:
        if not said:
            encode_ahead(tmp_path, new_encoder(), encoder.basis(), talk)
        said.append((done, whole))

    build(tmp_path, encoder, progress=progress)
    assert said[0] == (0, 1)
    assert encoder.encoded == ["Boats. Ada, Bo."]


def test_a_file_in_the_way_is_named(tmp_path: Path, talk: Transcript, encoder: Any) -> None:
    """Where the folder of encoded episodes would be; the file is left as it is, and nothing is published."""
    encoded_folder(tmp_path).parent.mkdir()
    encoded_folder(tmp_path).write_text("mine")
    with pytest.raises(LibraryError, match="index/encoded is a file where a folder is needed; move it away, "):
        build(tmp_path, encoder)
    assert encoded_folder(tmp_path).read_text() == "mine"
    assert current_number_or_zero(tmp_path) == 0
