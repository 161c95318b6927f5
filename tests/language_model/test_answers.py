"""Ordinary questions to a real language model: only its words are in question, and they are the quotes' own."""

import json
import logging
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api.cli import main
from tests.language_model.conftest import EVENTS, answer_of, playback
from tests.language_model.grounded import assert_sound, copied, foreign_words
from tests.language_model.served_model import NAME, ServedModel, sample_questions

QUESTIONS = sample_questions(12)


@pytest.mark.parametrize("question", QUESTIONS)
def test_an_ordinary_question(
    question: str, home: Path, model: ServedModel, plain: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    """The model replies, what stays of it is said in the quotes it cites, and each quote was really said."""
    without = answer_of(plain, question)
    with playback(home, model.url) as client, caplog.at_level(logging.WARNING, "api"):
        answer = answer_of(client, question)
    assert_sound(answer, without)
    assert answer["citations"]
    assert "the language model was not used" not in caplog.text
    for citation in answer["citations"]:
        said = plain.post("/api/quotes/verify", json={"text": citation["quote"], "speaker": citation["speaker"]}).json()
        assert said["result"] == "exact"


def test_both_doors(
    home: Path, model: ServedModel, plain: TestClient, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    """Citations first, then what the model wrote, then all; on the command line the same holds."""
    question = QUESTIONS[0]
    without = answer_of(plain, question)
    with playback(home, model.url) as client:
        lines = client.post("/api/answers", json={"question": question}, headers=EVENTS).text.splitlines()
    sent = [json.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data: ")]
    assert sent[0] == without["citations"]
    assert sent[1:-1] == sent[-1]["statements"]
    assert_sound(sent[-1], without)
    for name, value in (("URL", model.url), ("MODEL", NAME)):
        monkeypatch.setenv(f"PLAYBACK_LLM_{name}", value)
    assert main(["--home", str(home), "ask", question, "--json"]) == 0
    assert_sound(json.loads(capsys.readouterr().out), without)


def test_a_question_without_an_answer_is_not_sent(home: Path, plain: TestClient) -> None:
    """Where nothing is cited there is nothing to reword: no request is made, so an address without a server is none."""
    question = "Which cloud provider hosts the new platform?"
    without = answer_of(plain, question)
    with playback(home, "http://127.0.0.1:9/v1") as client:
        answer = answer_of(client, question)
    assert without["status"] == "unanswerable"
    assert_sound(answer, without)


def test_the_checks_of_these_tests_find_what_they_look_for() -> None:
    """Words from elsewhere, and runs of words from the instructions and from the examples."""
    held = "We moved on a Tuesday in November. Mina Calder"
    assert foreign_words("Mina Calder says they moved on a Tuesday.", held) == []
    assert foreign_words("They moved on 2 hot stones.", held) == ["two", "hot", "stones"]
    assert copied("The user message is one JSON object.", held)
    assert copied("They put hot stones in the van.", held)
    assert copied("We moved on a Tuesday.", held) == []
