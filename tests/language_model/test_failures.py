"""A real server that is slow, stops, has no room or talks without end: the answer is sound, the server is let go."""

from pathlib import Path
from threading import Thread

import pytest
from starlette.testclient import TestClient

from tests.api.running import wait_for
from tests.language_model.conftest import answer_of, playback
from tests.language_model.grounded import assert_sound
from tests.language_model.served_model import ServedModel, sample_questions, served_model

QUESTION = sample_questions(1)[0]


@pytest.fixture(scope="module")
def without(plain: TestClient) -> dict[str, object]:
    """The answer without a language model."""
    return answer_of(plain, QUESTION)


def test_a_server_that_is_slower_than_the_reader_may_wait(
    home: Path, endless: ServedModel, without: dict[str, object]
) -> None:
    """Before its first word the time is over: the quotes stay, and the server stops writing for nobody."""
    with playback(home, endless.url, seconds=0.3) as client:
        answer = answer_of(client, QUESTION)
    assert answer["composer"] == "extractive"
    assert_sound(answer, without)
    wait_for(lambda: not endless.is_busy())


def test_a_model_that_never_stops(home: Path, endless: ServedModel, without: dict[str, object]) -> None:
    """It would write tens of thousands of tokens; it is read for a while, and then stopped."""
    with playback(home, endless.url, seconds=15) as client:
        assert_sound(answer_of(client, QUESTION), without)
    wait_for(lambda: not endless.is_busy())


def test_a_server_that_stops_in_the_middle(home: Path, without: dict[str, object]) -> None:
    """Killed while it writes: whole sentences or the quotes; afterwards nobody is there, and the quotes stay."""
    with served_model(most_tokens=-1) as dying, playback(home, dying.url) as client:
        killer = Thread(target=lambda: (wait_for(dying.is_busy), dying.process.kill()))
        killer.start()
        assert_sound(answer_of(client, QUESTION), without)
        killer.join()
        answer = answer_of(client, QUESTION)
    assert answer["composer"] == "extractive"
    assert_sound(answer, without)


def test_a_context_that_is_too_short(home: Path, without: dict[str, object]) -> None:
    """Where the quotes do not fit, the server refuses the request."""
    with served_model(context=256) as small, playback(home, small.url) as client:
        answer = answer_of(client, QUESTION)
    assert answer["composer"] == "extractive"
    assert_sound(answer, without)


def test_another_address_of_the_server(home: Path, model: ServedModel, without: dict[str, object]) -> None:
    """A path that it does not serve."""
    with playback(home, f"{model.url}/other") as client:
        answer = answer_of(client, QUESTION)
    assert answer["composer"] == "extractive"
    assert_sound(answer, without)
