"""Answers as server-sent events: the quotes come first, work stops when the reader leaves."""

import json
import logging
from http.client import HTTPConnection
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from pydantic import TypeAdapter
from starlette.testclient import TestClient

from api.answer.compose import Answer
from api.routes.stream import event, wants_stream
from api.settings import Settings
from index.models.encoder import Encoder
from tests.api.running import asking, served, wait_for
from tests.api.scripted_model import drips, says, scripted_model

QUESTION = "Which council paid for the lighthouse database?"
STREAM = {"Accept": "text/event-stream"}


def events_of(text: str) -> list[tuple[str, Any]]:
    """The events of a stream, read as a browser reads them."""
    found = []
    for block in text.split("\n\n")[:-1]:
        name, data = block.split("\n")
        found.append((name.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
    return found


def test_the_citations_come_first_and_the_answer_last(client: TestClient) -> None:
    """Citations, one event for each statement, the whole answer; and it is the answer that JSON gives."""
    response = client.post("/api/answers", json={"question": QUESTION}, headers=STREAM)
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/event-stream")
    assert response.headers["cache-control"] == "no-store"
    events = events_of(response.text)
    whole = events[-1][1]
    TypeAdapter(Answer).validate_python(whole, extra="forbid")
    assert [name for name, _ in events] == ["citations", *["statement"] * len(whole["statements"]), "answer"]
    assert events[0][1] == whole["citations"]
    assert [data for name, data in events if name == "statement"] == whole["statements"]
    assert whole["citations"]
    plain = client.post("/api/answers", json={"question": QUESTION}).json()
    assert whole | {"timings_ms": 0} == plain | {"timings_ms": 0}


def test_an_unanswerable_question_streams_too(client: TestClient) -> None:
    """No citations, no statements, and an answer that says so."""
    response = client.post("/api/answers", json={"question": "Zebra quantum marmalade?"}, headers=STREAM)
    (first, citations), (last, answer) = events_of(response.text)
    assert (first, citations, last, answer["status"]) == ("citations", [], "answer", "unanswerable")


def test_a_follow_up_streams(client: TestClient) -> None:
    """History counts in a stream as it does elsewhere."""
    asked = {"question": "And from which budget was that?", "history": [{"question": QUESTION, "citations": []}]}
    answer = events_of(client.post("/api/answers", json=asked, headers=STREAM).text)[-1][1]
    assert "lighthouse" in answer["rewritten_question"]


@pytest.mark.parametrize(
    "body", [{"question": ""}, {"question": "x" * 2001}, {}, {"question": "Why?", "since": "soon"}]
)
def test_what_is_refused_is_refused_before_the_stream(client: TestClient, body: dict[str, str]) -> None:
    """Errors keep their status and shape."""
    response = client.post("/api/answers", json=body, headers=STREAM)
    assert response.status_code == 422
    assert response.json()["errors"][0]["error"] == "ValidationError"


def test_an_empty_library_is_refused_before_the_stream(empty: TestClient) -> None:
    """So is a server that has nothing to answer from."""
    response = empty.post("/api/answers", json={"question": QUESTION}, headers=STREAM)
    assert (response.status_code, response.json()["errors"][0]["error"]) == (503, "IndexMissing")


@pytest.mark.parametrize(
    ("accept", "streams"),
    [
        ("text/event-stream", True),
        ("Text/Event-Stream; charset=utf-8", True),
        ("text/event-stream, */*;q=0.1", True),
        ("application/json, text/event-stream", False),
        ("*/*", False),
        ("", False),
    ],
)
def test_who_gets_a_stream(accept: str, streams: bool) -> None:
    """Those who ask for events, and not for JSON as well."""
    assert wants_stream(accept) == streams


def test_an_event_is_one_line_of_data() -> None:
    """Line breaks in what was said do not end an event."""
    text = "one\ntwo\r\n\r\nevent: answer\u2028"
    assert event("statement", {"text": text}).count("\n") == 3
    assert events_of(event("statement", {"text": text})) == [("statement", {"text": text})]


def asked_of(port: int) -> HTTPConnection:
    return asking(port, QUESTION, **STREAM)


def test_citations_are_sent_before_the_model_has_answered(
    served_home: Path, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The quotes are read while the model still writes; its words follow."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    go_on = Event()

    def late(handler: Any) -> None:
        go_on.wait(30)
        says("The harbour council paid for the lighthouse database [1].")(handler)

    with scripted_model() as script:
        script.reply = late
        settings = Settings(home=served_home, llm_url=script.url, llm_model="small-model")
        with served(settings, encoder) as port:
            connection = asked_of(port)
            response = connection.getresponse()
            assert response.readline() == b"event: citations\n"
            assert json.loads(response.readline().removeprefix(b"data: "))
            assert not go_on.is_set()
            go_on.set()
            rest = response.read().decode().lstrip("\n")
            connection.close()
    events = events_of(rest)
    assert [name for name, _ in events] == ["statement", "answer"]
    assert events[0][1]["text"] == "The harbour council paid for the lighthouse database."
    assert events[-1][1]["composer"] == "small-model"


def test_a_reader_who_leaves_stops_the_model(
    served_home: Path, encoder: Encoder, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The model's connection is closed after the reader's, before it has answered, and the server goes on."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    caplog.set_level(logging.WARNING, "api")
    with scripted_model() as script:
        script.reply = drips(b"HTTP/1.1 200 OK\r\n\r\n", b" ", 0.02)
        settings = Settings(home=served_home, llm_url=script.url, llm_model="small-model")
        with served(settings, encoder) as port:
            connection = asked_of(port)
            response = connection.getresponse()
            assert response.readline() == b"event: citations\n"
            wait_for(lambda: bool(script.requests))
            assert not script.closed.is_set()
            response.close()
            connection.close()
            assert script.closed.wait(30)
            wait_for(lambda: "the reader has left" in caplog.text)
            script.reply = says("")
            connection = asked_of(port)
            assert b"event: answer" in connection.getresponse().read()
            connection.close()
