"""A reply is read while it is written: what is whole of it counts, however it ends and wherever it is cut."""

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.llm.grounding import has_enough, whole_sentences
from api.llm.reply import MOST_BYTES, RewriteFailed, text_pieces
from api.llm.rewrite import Model, rewrite
from tests.api.llm.test_rewrite import EXTRACTIVE
from tests.api.scripted_model import Reply, Scripted, event, says, sends, streams

EVENTS = "text/event-stream"
FIRST = "The harbour council paid for the database [1]. "
SECOND = "Moving away took nineteen months [2]. "
# Its marks already support it, but the word that is still to come could turn it round.
UNFINISHED = "Nobody noticed the switch [2] at"


def written(script: Scripted, reply: Reply, timeout: float = 30) -> list[str]:
    """The sentences of the answer if they are the model's, else none."""
    script.reply = reply
    answer = rewrite(EXTRACTIVE, Model(script.url, "m", timeout=timeout))
    assert answer.citations == EXTRACTIVE.citations
    return [found.text for found in answer.statements] if answer.composer == "m" else []


def test_a_reply_as_events_becomes_the_answer(script: Scripted) -> None:
    """The pieces are put together, wherever they were cut."""
    assert written(script, streams(*FIRST, SECOND[:7], "", SECOND[7:])) == [
        "The harbour council paid for the database.",
        "Moving away took nineteen months.",
    ]
    assert script.requests[0]["stream"] is True


@pytest.mark.parametrize(
    "reply",
    [
        streams(FIRST, UNFINISHED, finish=None),
        streams(FIRST, UNFINISHED, finish="length"),
        says(FIRST + UNFINISHED, finish="length"),
        sends((event({"content": FIRST + UNFINISHED}) + b"data: {}\n\n").decode(), **{"Content-Type": EVENTS}),
        sends((event({"content": FIRST + UNFINISHED}) + b'data: {"err').decode(), **{"Content-Type": EVENTS}),
    ],
    ids=["the server stops", "a limit of tokens", "a limit, not as events", "an error", "garbage"],
)
def test_what_is_whole_of_a_reply_that_is_cut_off_counts(script: Scripted, reply: Reply) -> None:
    """The sentences before the cut stay; the one that was cut never does."""
    assert written(script, reply) == ["The harbour council paid for the database."]
    assert written(script, streams(UNFINISHED, finish=None)) == []


def test_what_is_whole_when_the_time_is_over_counts(script: Scripted) -> None:
    """A model that is slow has said something by then; the connection is closed."""
    pytest.importorskip("openai")
    reply = streams(FIRST, *([SECOND] * 3), *UNFINISHED, pause=0.2)
    found = written(script, reply, timeout=3.0)
    assert found[0] == "The harbour council paid for the database."
    assert not any("Nobody" in text for text in found)
    assert script.closed.wait(30), "the connection was left open"


def test_a_model_that_does_not_stop_is_stopped(script: Scripted) -> None:
    """After as many sentences as are looked at, the connection is closed, long before the time is over."""
    assert not has_enough(FIRST * 12)
    assert has_enough(FIRST * 12 + "And")
    found = written(script, streams(FIRST, SECOND, "\n", pause=0.01, repeats=True), timeout=600)
    assert found[:2] == ["The harbour council paid for the database.", "Moving away took nineteen months."]
    assert script.closed.wait(30), "the connection was left open"


def test_an_endpoint_that_refuses_to_stream_is_asked_without(script: Scripted) -> None:
    """Some endpoints stream to some accounts only (400); then the reply comes whole, and nothing is asked thrice."""

    def refuses(handler: object) -> None:
        wants = script.requests[-1]["stream"]
        (sends('{"error": {"param": "stream"}}', 400) if wants else says(FIRST))(handler)  # type: ignore[arg-type]

    assert written(script, refuses) == ["The harbour council paid for the database."]
    assert [request["stream"] for request in script.requests] == [True, False]
    script.requests.clear()
    assert written(script, sends("{}", 400)) == []
    assert len(script.requests) == 2


# --- the formats


@pytest.mark.parametrize(
    "line",
    [
        *("", ": a comment", "event: message", "id: 4", "retry: 10", 'data: {"choices": []}', "\r"),
        'data: {"choices": [{"delta": {"role": "assistant", "content": null}}]}',
        'data: {"choices": [{"delta": {"reasoning_content": "Let me see"}}]}',
        'data: {"choices": [{"index": 0}]}',
    ],
)
def test_events_without_text_are_passed_over(line: str) -> None:
    """Comments, other fields, counts of tokens, roles, and thoughts, which are no part of the reply."""
    body = line.encode() + b"\n" + event({"content": "So"}) + line.encode() + b"\n" + event({}, "stop")
    assert "".join(text_pieces([body], EVENTS)) == "So"


@given(st.text(max_size=40), st.lists(st.integers(0, 400), max_size=6), st.sampled_from([b"\n", b"\r\n"]))
def test_where_a_connection_cuts_does_not_matter(text: str, cuts: list[int], line_end: bytes) -> None:
    """The text is the same however the bytes arrive, be it within a letter."""
    body = b"".join(event({"content": letter}) for letter in text) + event({}, "stop") + b"data: [DONE]\n\n"
    body = body.replace(b"\n", line_end)
    chunks = [body[first:last] for first, last in pairwise(sorted({0, *cuts, len(body)}))]
    assert "".join(text_pieces(chunks, "Text/Event-Stream;charset=utf-8")) == text


@given(st.lists(st.binary(max_size=60) | st.just(b'data: {"choices": '), max_size=6), st.sampled_from([EVENTS, ""]))
def test_garbage_fails_in_one_way(chunks: list[bytes], media_type: str) -> None:
    """Whatever the bytes, the only exception is the one that leads to the extractive answer."""
    with pytest.raises(RewriteFailed):
        list(text_pieces(chunks, media_type))


@pytest.mark.parametrize("media_type", [EVENTS, "application/json"])
@pytest.mark.parametrize("choices", [[4], "text", {"0": 1}, [{"delta": {"content": 1}, "message": {"content": 1}}]])
def test_other_shapes_fail(media_type: str, choices: object) -> None:
    """A choice that is none, and a text that is none."""
    with pytest.raises(RewriteFailed):
        list(
            text_pieces(
                [b"data: " * (media_type == EVENTS) + json.dumps({"choices": choices}).encode() + b"\n"], media_type
            )
        )


@pytest.mark.parametrize("media_type", [EVENTS, "application/json"])
def test_an_endless_reply_is_given_up(media_type: str) -> None:
    """By its bytes, also where it is one line."""
    read = 0

    def endless():
        nonlocal read
        while True:
            read += 100_000
            yield b"x" * 100_000

    with pytest.raises(RewriteFailed, match="over 2,000,000 bytes"):
        list(text_pieces(endless(), media_type))
    assert read <= MOST_BYTES + 100_000


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("", ""),
        ("No end", ""),
        ("One [1].", ""),
        ("One [1]. Two", "One [1]."),
        ("One [1].\nTwo [2]. Three", "One [1].\nTwo [2]."),
        ("One [1].\n\n- Two", "One [1]."),
        ("One [1]. \n", ""),
    ],
)
def test_the_last_sentence_may_lack_words(text: str, whole: str) -> None:
    """Of a reply that was cut off the last sentence goes, even if it seems to end: a mark could still follow."""
    assert whole_sentences(text) == whole
