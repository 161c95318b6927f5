"""Promises of encoding while other episodes are read: it saves time, and a failure of it costs nothing else."""

from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest

from api.settings import Settings
from api.terminal.encode_ahead import EncodeAhead
from index.errors import EncoderError
from index.generations.manifests import encoded_folder
from tests.api.conftest import HashedStems, library_of


@pytest.fixture
def home(tmp_path: Path) -> Path:
    library_of(tmp_path)
    return tmp_path


def ids(home: Path) -> list[str]:
    return sorted(
        path.name for path in (home / "library" / "episodes").iterdir() if (path / "transcript.json").exists()
    )


def wait_for(condition: Callable[[], bool]) -> None:
    for _ in range(1000):
        if condition():
            return
        Event().wait(0.01)
    raise AssertionError("it did not come true in ten seconds")


def test_finished_episodes_are_encoded_beside_the_run(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One after the other, by the encoder that the build will use too."""
    monkeypatch.setattr("index.models.encoders.encoder_to_build_with", lambda *_: HashedStems())
    with EncodeAhead(Settings(home=home), 1) as ahead:
        for identifier in ids(home):
            ahead.add(identifier)
        wait_for(lambda: encoded_folder(home).is_dir() and len([*encoded_folder(home).iterdir()]) == len(ids(home)))
        assert isinstance(ahead.encoder(), HashedStems)


def test_nothing_is_loaded_for_nothing(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that finds nothing new loads no encoder."""
    monkeypatch.setattr("index.models.encoders.encoder_to_build_with", lambda *_: pytest.fail("loaded"))
    with EncodeAhead(Settings(home=home), 1) as ahead:
        pass
    assert ahead.encoder() is None


@pytest.mark.parametrize("error", [EncoderError("there is none"), OSError(28, "No space left on device")])
def test_a_failure_is_left_to_the_build(error: Exception, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It says the same again, and says it once."""

    def fail(*_: object) -> Any:
        raise error

    monkeypatch.setattr("index.models.encoders.encoder_to_build_with", fail)
    with EncodeAhead(Settings(home=home), 1) as ahead:
        ahead.add(ids(home)[0])
    assert ahead.encoder() is None


def test_an_interrupted_run_does_not_wait_for_long_episodes(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between two steps of an episode's encoding it stops; the next build does the rest."""
    begun = Event()

    class Slow(HashedStems):
        def encode_parts(self, texts: Any, parts: Any, basis: Any, progress: Any = None) -> Any:
            begun.set()
            wait_for(lambda: progress(1, len(texts)))
            pytest.fail("it went on")

    def interrupt() -> None:
        with EncodeAhead(Settings(home=home), 1) as ahead:
            ahead.add(ids(home)[0])
            assert begun.wait(10)
            raise KeyboardInterrupt

    monkeypatch.setattr("index.models.encoders.encoder_to_build_with", lambda *_: Slow())
    with pytest.raises(KeyboardInterrupt):
        interrupt()
    assert not encoded_folder(home).exists()


def test_the_episode_at_work_is_finished_and_no_other_begun(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the build has to encode, nothing that is half done is lost."""
    begun, ending = Event(), Event()

    class Slow(HashedStems):
        def encode_parts(self, texts: Any, parts: Any, basis: Any, progress: Any = None) -> Any:
            begun.set()
            assert ending.wait(10)
            return super().encode_parts(texts, parts, basis, progress)

    monkeypatch.setattr("index.models.encoders.encoder_to_build_with", lambda *_: Slow())
    with EncodeAhead(Settings(home=home), 1) as ahead:
        for identifier in ids(home):
            ahead.add(identifier)
        assert begun.wait(10)
        finishing = Thread(target=ahead.finish)
        finishing.start()
        wait_for(ahead._enough.is_set)
        ending.set()
        finishing.join(10)
        assert [path.name for path in encoded_folder(home).iterdir()] == ids(home)[:1]
