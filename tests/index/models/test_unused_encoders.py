"""Compiled encoders go when nothing uses them any more, and never before."""

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from index.building.build import build
from index.models.compiled_files import encoders_folder, folder_of
from index.models.unused_encoders import remove_unused_encoders
from ingest.storage.files import lock

SET, LIVE, EARLIER, UNUSED = (letter * 64 for letter in "abcd")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with two generations and four encoders of last week, one that was compiled just now, and a stranger."""
    for number, weights in ((1, EARLIER), (2, LIVE)):
        folder = tmp_path / "index" / str(number)
        folder.mkdir(parents=True)
        (folder / "manifest.json").write_text(json.dumps({"schema": number, "weights": weights}))
    for weights in (SET, LIVE, EARLIER, UNUSED, "e" * 64):
        folder_of(tmp_path, weights).mkdir(parents=True)
        (folder_of(tmp_path, weights) / "encoder.json").write_text("{}")
    (encoders_folder(tmp_path) / f"{LIVE[:16]}-ctranslate2-0").mkdir()
    (encoders_folder(tmp_path) / "notes").mkdir()
    for path in encoders_folder(tmp_path).iterdir():
        if not path.name.startswith("e"):
            os.utime(path, (time.time() - 7 * 86_400,) * 2)
    return tmp_path


def left(home: Path) -> set[str]:
    return {path.name for path in encoders_folder(home).iterdir()}


def test_only_what_nothing_uses_goes(home: Path) -> None:
    """Encoders of the setting, of every generation on disk, of the last day and unknown folders stay."""
    before = left(home)
    gone = remove_unused_encoders(home, SET)
    assert [path.name for path in gone] == [f"{LIVE[:16]}-ctranslate2-0", folder_of(home, UNUSED).name]
    assert left(home) == before - {path.name for path in gone}
    assert remove_unused_encoders(home, SET) == []


@pytest.mark.parametrize("manifest", ["", "[]", '{"schema": 1}', None])
def test_none_goes_if_a_generation_does_not_say_what_it_needs(home: Path, manifest: str | None) -> None:
    """A manifest that is damaged, missing or names no weights may need any encoder."""
    path, before = home / "index" / "1" / "manifest.json", left(home)
    path.unlink() if manifest is None else path.write_text(manifest)
    assert remove_unused_encoders(home, SET) == []
    assert left(home) == before


def test_none_goes_while_another_process_compiles(home: Path) -> None:
    """Whoever compiles holds the folder's lock."""
    with lock(encoders_folder(home)):
        assert remove_unused_encoders(home, SET) == []
    assert folder_of(home, UNUSED) in remove_unused_encoders(home, SET)


def test_an_encoder_stays_for_a_build_that_waits(home: Path, encoder: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is older than a day and no generation names it; the build that publishes first does not remove it."""
    gone: list[Path] = []

    @contextmanager
    def published_meanwhile(folder: Path) -> Iterator[bool]:
        gone.extend(remove_unused_encoders(home, SET))
        raise TimeoutError
        yield True

    monkeypatch.setattr(encoder, "weights", UNUSED, raising=False)
    monkeypatch.setattr("index.building.build.lock", published_meanwhile)
    with pytest.raises(TimeoutError):
        build(home, encoder)
    assert gone
    assert folder_of(home, UNUSED).is_dir()


def test_without_encoders_nothing_is_written(tmp_path: Path) -> None:
    """A library whose model runs in sentence-transformers has no such folder, and gets none."""
    assert remove_unused_encoders(tmp_path, SET) == []
    assert list(tmp_path.iterdir()) == []
