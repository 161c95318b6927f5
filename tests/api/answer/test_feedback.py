"""Feedback on an answer: taken from this server's pages only, stored without anything about the reader."""

import json
import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from api.answer import feedback
from api.answer.feedback import MOST_COMMENT_BYTES, Feedback, append_feedback, feedback_of
from api.app import create_app
from api.errors import FeedbackError, FeedbackFull
from api.routes.feedback import is_same_origin
from api.settings import Settings, read_settings
from tests.api.markup import seen

QUESTION = "Which council paid for the lighthouse database?"
OURS = {"sec-fetch-site": "same-origin"}


@pytest.fixture
def asked(home: Path, encoder: Any) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(home=home), encoder), follow_redirects=False) as client:
        yield client


def form_of(client: TestClient, path: str) -> dict[str, str]:
    """The fields that a browser would send from the form below an answer."""
    page = seen(client.get(path))
    names = ("q", "after", "cited", "show", "episode", "speaker", "since", "until", "k", "quotes")
    hidden = [field.attributes for field in page.all("input", type="hidden")]
    first = next(place for place, field in enumerate(hidden) if field["name"] == "q")  # after the follow-up form
    sent = {str(field["name"]): str(field["value"]) for field in hidden[first:] if field["name"] in names}
    buttons = {str(button.attributes["value"]) for button in page.all("button", name="verdict")}
    assert buttons == {"useful", "not useful"}
    return {**sent, "comment": "", "verdict": "useful"}


def stored(home: Path) -> list[dict[str, Any]]:
    path = home / "feedback.jsonl"
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []


def test_a_verdict_is_stored_and_leads_back_to_the_answer(asked: TestClient, home: Path) -> None:
    """The line holds day, question, quotes, verdict and comment; the reader sees the same answer and a thank-you."""
    form = form_of(asked, f"/?{urlencode({'q': QUESTION, 'show': 'harbour'})}")
    answer = asked.post("/api/answers", json={"question": QUESTION, "show": "harbour"}).json()
    response = asked.post("/feedback", data={**form, "comment": "Grand,\r\nit was <b>this</b> day ☂"}, headers=OURS)
    assert response.status_code == 303
    assert response.headers["location"] == f"/?{urlencode({'q': QUESTION, 'show': 'harbour'})}&thanks=yes"
    page = seen(asked.get(response.headers["location"]))
    assert "Thank you" in page.of_class("govuk-notification-banner")[0].text
    assert page.of_class("app-card")
    assert not page.all("form", action="/feedback")
    assert stored(home) == [
        {
            "schema": 1,
            "day": datetime.now(UTC).date().isoformat(),
            "question": QUESTION,
            "quotes": [citation["id"] for citation in answer["citations"] or answer["related"][:3]],
            "verdict": "useful",
            "comment": "Grand,\nit was <b>this</b> day ☂",
        }
    ]


def test_feedback_in_a_thread_leads_back_into_it(asked: TestClient) -> None:
    """All earlier questions with their quotes come back in order, also one without quotes."""
    thread = [("after", "Where?"), ("cited", ""), ("after", "Why <b>?"), ("cited", "a.0.3.aaaaaaaaaa b.0.3.aaaaaaaaaa")]
    path = f"/?{urlencode([('q', 'And how?'), *thread])}"
    fields = form_of(asked, path) | {"after": ["Where?", "Why <b>?"], "cited": ["", thread[-1][1]]}
    page = seen(asked.get(path))
    assert [field.attributes["value"] for field in page.all("input", name="after")][-2:] == fields["after"]
    assert [field.attributes["value"] for field in page.all("input", name="cited")][-2:] == fields["cited"]
    location = asked.post("/feedback", data=fields, headers=OURS).headers["location"]
    assert parse_qsl(urlsplit(location).query, keep_blank_values=True) == [
        ("q", "And how?"),
        *thread[::2],
        *thread[1::2],
        ("thanks", "yes"),
    ]


def test_nothing_of_the_reader_is_kept(asked: TestClient, home: Path) -> None:
    """Neither address nor browser, cookie, language or time of day reaches the disk; only the owner may read it."""
    marks = {
        "user-agent": "Marked/1",
        "cookie": "marked=2",
        "accept-language": "cy-marked",
        "x-forwarded-for": "6.6.6.6",
    }
    asked.post("/feedback", data=form_of(asked, f"/?{urlencode({'q': QUESTION})}"), headers=OURS | marks)
    path = home / "feedback.jsonl"
    text = path.read_text("utf-8")
    assert not [word for word in ("arked", "6.6.6.6", "testclient", ":0", "T0", "T1", "T2") if word in text]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "none"},
        {"sec-fetch-site": "cross-site", "origin": "http://testserver"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://testserver.evil.example"},
        {"origin": "http://["},
    ],
)
def test_other_sites_cannot_send(asked: TestClient, home: Path, headers: dict[str, str]) -> None:
    """A form on another site, or one whose origin is hidden, is refused with 403, and nothing is stored."""
    response = asked.post("/feedback", data={"q": "x", "verdict": "useful"}, headers=headers)
    assert response.status_code == 403
    assert not stored(home)


def test_the_origin_counts_where_a_browser_says_no_more() -> None:
    """On plain http of an internal host browsers send the Origin header alone; its host and port must be ours."""
    assert is_same_origin({"origin": "http://playback.internal:8000", "host": "playback.internal:8000"})
    assert not is_same_origin({"origin": "http://playback.internal:8001", "host": "playback.internal:8000"})
    assert not is_same_origin({"host": "playback.internal"})


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"verdict": ""}, "useful or not"),
        ({"verdict": "fine"}, "useful or not"),
        ({"q": " "}, "empty"),
        ({"q": "x" * 2001}, "2,001 characters"),
        ({"comment": "é" * 501}, "1,000 bytes"),
        ({"quotes": " ".join(f"e.{n}.3.aaaaaaaaaa" for n in range(9))}, "not made by this service"),
        ({"quotes": "x" * 61}, "not made by this service"),
        ({"k": "many"}, "k:"),
    ],
)
def test_what_cannot_be_stored_is_refused(asked: TestClient, home: Path, fields: dict[str, str], reason: str) -> None:
    """A form that says nothing, or too much, is 422 with the reason."""
    form = {"q": "x", "verdict": "useful", "comment": "", **fields}
    response = asked.post("/feedback", data=form, headers=OURS | {"accept": "application/json"})
    assert response.status_code == 422
    assert reason in response.json()["errors"][0]["message"]
    assert not stored(home)


@pytest.mark.parametrize(
    "body", [b"q=%ff%fe&verdict=useful", b"\xff\xfe", b"&".join(b"a%d=1" % n for n in range(30)), b""]
)
def test_a_broken_form_is_refused(asked: TestClient, home: Path, body: bytes) -> None:
    """Bytes that are no form, or too many fields, are a client's error; nothing is stored of them."""
    kind = {"content-type": "application/x-www-form-urlencoded"}
    response = asked.post("/feedback", content=body, headers=OURS | kind)
    assert response.status_code in (303, 400, 422)
    assert [line["question"] for line in stored(home)] in ([], ["\ufffd\ufffd"])


def test_where_it_leads_is_always_here(asked: TestClient) -> None:
    """Whatever the fields hold, the redirect is a path of the first page."""
    form = {
        "q": "//evil.example/\r\nSet-Cookie: a=b",
        "verdict": "useful",
        "show": "https://evil.example",
        "comment": "",
    }
    response = asked.post("/feedback", data=form, headers=OURS)
    assert response.headers["location"].startswith("/?q=")
    assert "set-cookie" not in response.headers
    assert "\n" not in response.headers["location"]


def test_it_can_be_switched_off(served_home: Path, encoder: Any) -> None:
    """With PLAYBACK_FEEDBACK=off there is no form, and what is sent all the same is not found."""
    assert read_settings({"PLAYBACK_FEEDBACK": "off"}).feedback is False
    assert read_settings({}).feedback is True
    with TestClient(create_app(Settings(home=served_home, feedback=False), encoder)) as client:
        page = seen(client.get(f"/?{urlencode({'q': QUESTION})}"))
        assert not page.all("form", action="/feedback")
        assert not page.all("meta", name="referrer")
        assert client.post("/feedback", data={"q": "x", "verdict": "useful"}, headers=OURS).status_code == 404


def test_lines_are_appended_whole(tmp_path: Path) -> None:
    """Each call adds one line and touches none before it."""
    first = Feedback("Why?", (), "useful", "")
    append_feedback(tmp_path, first, datetime(2026, 3, 1, 23, 59, tzinfo=UTC))
    before = (tmp_path / "feedback.jsonl").read_bytes()
    append_feedback(tmp_path, Feedback("How?", ("a.1.3.aaaaaaaaaa",), "not useful", "line\nbreak \u2028"))
    assert (tmp_path / "feedback.jsonl").read_bytes().startswith(before)
    assert json.loads(before) == {
        "schema": 1,
        "day": "2026-03-01",
        "question": "Why?",
        "quotes": [],
        "verdict": "useful",
        "comment": "",
    }
    assert (tmp_path / "feedback.jsonl").read_bytes().count(b"\n") == 2


def test_the_disk_is_not_filled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Past the limit nothing is stored, and that is an error of the server's."""
    monkeypatch.setattr(feedback, "MOST_STORED_BYTES", 150)
    append_feedback(tmp_path, Feedback("Why?", (), "useful", ""))
    with pytest.raises(FeedbackFull):
        append_feedback(tmp_path, Feedback("Why?", (), "useful", ""))
    assert len(stored(tmp_path)) == 1


@given(st.text(max_size=600))
def test_a_comment_is_kept_or_refused_whole(comment: str) -> None:
    """A comment is never cut: it is stored unchanged, except line ends and surrounding blanks, or refused."""
    try:
        kept = feedback_of("Why?", "", "useful", comment).comment
    except FeedbackError:
        assert len(comment.encode("utf-8", "surrogatepass")) > MOST_COMMENT_BYTES
    else:
        assert len(kept.encode()) <= MOST_COMMENT_BYTES
        assert (
            kept == comment.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\r\n", "\n").strip()
        )
