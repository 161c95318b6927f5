"""The HTTP interface: the contract's shapes, one error shape, ranges, and a server that follows what is published."""

import inspect
import json
import logging
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from pydantic import TypeAdapter
from starlette.testclient import TestClient

from api.answer.compose import Answer
from api.app import create_app
from api.episodes.transcripts import open_transcript
from api.knowledge_base import KnowledgeBase, open_base
from api.quotes.quote import quote_at
from api.routes import answers
from api.routes.response_schemas import EpisodesResponse, ErrorResponse, HealthResponse, QuoteResponse, SearchResponse
from api.server import refusals
from api.server.live_index import Live
from api.server.refusals import REFUSALS
from api.settings import Settings
from index.building.build import build
from index.errors import IndexMissing
from ingest.errors import PlaybackError, StoreError
from ingest.export import render
from ingest.library.records import load_transcript, recording
from tests.api.endpoints import endpoints

TIMED, GUESSED, UNTIMED, WAITING = "harbour-1-aaaa", "harbour-2-bbbb", "harbour-3-cccc", "harbour-4-eeee"
QUESTION = "Which council paid for the lighthouse database?"


def cited(client: TestClient, question: str, **more: object) -> list[dict[str, Any]]:
    """The quotes of an answer, whatever its status."""
    answer = client.post("/api/answers", json={"question": question, **more}).json()
    found: list[dict[str, Any]] = answer["citations"] or answer["related"]
    return found


def assert_error(response: Any, status: int, name: str) -> str:
    assert response.status_code == status, response.text
    body = ErrorResponse.model_validate(response.json())
    assert set(response.json()) == {"status_code", "errors"}
    assert body.status_code == status
    assert body.errors[0].error == name
    return body.errors[0].message


# --- answers and search


def test_an_answer_has_the_contracts_shape(client: TestClient) -> None:
    """POST /api/answers gives every field of the contract and no other."""
    response = client.post("/api/answers", json={"question": QUESTION})
    assert response.status_code == 200
    TypeAdapter(Answer).validate_python(response.json(), extra="forbid")
    assert response.json()["question"] == QUESTION
    assert set(response.json()["timings_ms"]) == {"encode", "search", "compose", "total"}


def test_quotes_are_verbatim_in_their_turn(client: TestClient, served_home: Path) -> None:
    """Every quote stands in the turn it names, said by that speaker inside that turn's time."""
    for citation in cited(client, QUESTION) + cited(client, "Why did the office leave the old platform?"):
        transcript = load_transcript(served_home, citation["episode"]["id"])
        assert transcript is not None
        turn = transcript.turns[citation["turn"]]
        assert citation["quote"] in turn.text
        assert citation["speaker"] == turn.speaker
        assert citation["url"] == f"/quotes/{citation['id']}"
        if turn.start is None or turn.end is None:
            assert (citation["start"], citation["end"], citation["timing"]) == (None, None, None)
        else:
            assert turn.start <= citation["start"] < citation["end"] <= turn.end


def test_the_best_quote_comes_first(client: TestClient) -> None:
    """The sentence that shares the question's rare words is cited first, with the address of its second."""
    best = cited(client, QUESTION)[0]
    assert best["quote"] == "The harbour council paid for the lighthouse database from its winter budget."
    assert (best["speaker"], best["turn"], best["start"]) == ("Tobias Renn", 3, 46.0)
    assert best["listen_url"] == f"/api/episodes/{TIMED}/audio#t=46.0,51.9"


@pytest.mark.parametrize("k", [1, 2, 8, 9, 10**30])
def test_k_bounds_citations(client: TestClient, k: int) -> None:
    """An answer has at most k quotes, and at most 8 however large k is."""
    assert 1 <= len(cited(client, "Why did the office leave the old platform?", k=k)) <= min(k, 8)


def test_search_has_the_contracts_shape(client: TestClient) -> None:
    """GET /api/search gives ranked hits with the contract's fields; their quotes resolve and lie in their text."""
    response = client.get("/api/search", params={"q": QUESTION, "k": 3})
    found = SearchResponse.model_validate(response.json(), extra="forbid")
    assert [hit.rank for hit in found.hits] == list(range(1, len(found.hits) + 1))
    assert "lighthouse" in found.hits[0].text
    for hit in found.hits:
        quote = client.get(f"/api/quotes/{hit.quote_id}").json()
        assert " ".join(quote["quote"].split()) in " ".join(hit.text.split())


@pytest.mark.parametrize(
    ("filters", "allowed"),
    [
        ({"episode": GUESSED}, {GUESSED}),
        ({"episode": "2"}, {GUESSED}),
        ({"show": "odd"}, {"odd-2020-01-02-dddd"}),
        ({"speaker": "oluchi varga"}, {GUESSED}),
        ({"speaker": "Tobias"}, {TIMED}),
        ({"since": "2022-01-01"}, {GUESSED}),
        ({"until": "2021-12-31"}, {TIMED, "odd-2020-01-02-dddd"}),
        ({"since": "2021-01-01", "until": "2021-12-31"}, {TIMED}),
        ({"speaker": "Oluchi", "show": "odd"}, set()),
        ({"show": ""}, {TIMED, GUESSED, UNTIMED, "odd-2020-01-02-dddd"}),
    ],
)
def test_filters_restrict_search_and_answers(client: TestClient, filters: dict[str, str], allowed: set[str]) -> None:
    """A filter lets in what it names and nothing else."""
    hits = client.get("/api/search", params={"q": "switch platform walrus letters", **filters}).json()["hits"]
    assert {hit["episode"]["id"] for hit in hits} == allowed
    quotes = cited(client, "switch platform walrus letters", **filters)
    assert {quote["episode"]["id"] for quote in quotes} <= allowed


def test_an_episode_may_be_a_bare_number(client: TestClient) -> None:
    """{"episode": 2} means the episode whose number is 2."""
    assert {quote["episode"]["id"] for quote in cited(client, "switch", episode=2)} == {GUESSED}


@pytest.mark.parametrize("question", ["a\0b", "\ud800 half a pair", "‮gnol", "?" * 2000, "' OR 1=1 --", "{{7*7}}"])
def test_odd_questions_are_answered_or_refused_politely(client: TestClient, question: str) -> None:
    """Anything from 1 to 2,000 characters gets 200."""
    response = client.post(
        "/api/answers", content=json.dumps({"question": question}), headers={"content-type": "application/json"}
    )
    assert response.status_code == 200, response.text


def test_question_text_is_not_logged(client: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    """What people ask stays out of the log, whatever its level."""
    with caplog.at_level(logging.DEBUG):
        client.post("/api/answers", json={"question": "my secret zanzibar illness"})
        client.post("/api/answers", json={"question": "zanzibar " * 400})
    assert "zanzibar" not in caplog.text


# --- errors


def ask(client: TestClient, **body: object) -> Any:
    return client.post("/api/answers", json=body)


def send_bytes(client: TestClient, body: bytes) -> Any:
    return client.post("/api/answers", content=body, headers={"content-type": "application/json"})


@pytest.mark.parametrize(
    ("send", "status", "name"),
    [
        (lambda c: ask(c, question=""), 422, "ValidationError"),
        (lambda c: ask(c, question=" \n "), 422, "ValidationError"),
        (lambda c: ask(c, question="x" * 2001), 422, "ValidationError"),
        (lambda c: ask(c), 422, "ValidationError"),
        (lambda c: ask(c, question=None), 422, "ValidationError"),
        (lambda c: ask(c, question=["x"]), 422, "ValidationError"),
        (lambda c: ask(c, question="x", k=0), 422, "ValidationError"),
        (lambda c: ask(c, question="x", k=-1), 422, "ValidationError"),
        (lambda c: ask(c, question="x", k="many"), 422, "ValidationError"),
        (lambda c: ask(c, question="x", since="yesterday"), 422, "ValidationError"),
        (lambda c: ask(c, question="x", speaker="Mina"), 422, "ValidationError"),
        (lambda c: ask(c, question="x", speaker="Nobody Known"), 422, "ValidationError"),
        (lambda c: ask(c, question="x", show="no-such"), 422, "ValidationError"),
        (lambda c: ask(c, question="x", episode="no-such"), 422, "ValidationError"),
        (lambda c: c.get("/api/search?q=x&speaker=Nobody"), 422, "ValidationError"),
        (lambda c: ask(c, question="x", speaker="y" * 300), 422, "ValidationError"),
        (lambda c: send_bytes(c, b"{"), 422, "ValidationError"),
        (lambda c: send_bytes(c, b"\xff"), 400, "BadRequest"),
        (lambda c: send_bytes(c, b"[" * 50_000), 400, "BadRequest"),
        (lambda c: ask(c, question="x" * 70_000), 413, "ContentTooLarge"),
        (lambda c: c.post("/api/answers"), 422, "ValidationError"),
        (lambda c: c.get("/api/answers"), 405, "MethodNotAllowed"),
        (lambda c: c.get("/api/search"), 422, "ValidationError"),
        (lambda c: c.get("/api/search?q="), 422, "ValidationError"),
        (lambda c: c.get("/api/search?q=x&k=0"), 422, "ValidationError"),
        (lambda c: c.get("/api/search?q=x&k=101"), 422, "ValidationError"),
        (lambda c: c.get("/api/episodes/none-1-zzzz"), 404, "EpisodeUnknown"),
        (lambda c: c.get("/api/episodes/..%2f..%2fetc"), 404, "NotFound"),
        (lambda c: c.get("/api/episodes/%2e%2e"), 404, "EpisodeUnknown"),
        (lambda c: c.get("/api/episodes/a%00b"), 404, "EpisodeUnknown"),
        (lambda c: c.get("/api/episodes/none-1-zzzz/transcript.json"), 404, "EpisodeUnknown"),
        (lambda c: c.get("/api/episodes/none-1-zzzz/audio"), 404, "EpisodeUnknown"),
        (lambda c: c.get(f"/api/episodes/{TIMED}/transcript.exe"), 404, "NotFound"),
        (lambda c: c.get(f"/api/episodes/{WAITING}/transcript.json"), 404, "NotFound"),
        (lambda c: c.get(f"/api/episodes/{UNTIMED}/transcript.vtt"), 422, "ValidationError"),
        (lambda c: c.get(f"/api/episodes/{GUESSED}/audio"), 404, "NotFound"),
        (lambda c: c.get("/api/quotes/nonsense"), 404, "QuoteUnknown"),
        (lambda c: c.get(f"/api/quotes/{TIMED}.0.3.0000000000"), 404, "QuoteUnknown"),
        (lambda c: c.get("/nowhere"), 404, "NotFound"),
        (lambda c: c.get("/api/nowhere", headers={"accept": "text/html"}), 404, "NotFound"),
        (lambda c: c.get("/assets/../app.py"), 404, "NotFound"),
        (lambda c: c.put("/", headers={"accept": "application/json"}), 405, "MethodNotAllowed"),
    ],
)  # fmt: skip
def test_every_error_has_one_shape(
    client: TestClient, send: Callable[[TestClient], Any], status: int, name: str
) -> None:
    """Whatever is wrong, a client needs one parser; and nothing that was sent comes back."""
    message = assert_error(send(client), status, name)
    assert message
    assert "xxxxx" not in message


@pytest.mark.parametrize(
    ("path", "leads_to"),
    [
        ("/episodes/", "/episodes"),
        ("/people/", "/people"),
        ("/lessons/?page=2&theme=a%20b", "/lessons?page=2&theme=a%20b"),
        ("/people/AC/DC/", "/people/AC/DC"),
        ("//evil.example/", "/evil.example"),
        ("/%5cevil.example/", "/%5Cevil.example"),
        ("//", "/"),
    ],
)
def test_an_address_with_a_slash_at_its_end_leads_to_the_one_without(
    client: TestClient, path: str, leads_to: str
) -> None:
    """On this server, whatever stands in it: static hosts show an archive's pages so."""
    for method in ("GET", "HEAD"):
        response = client.request(method, f"http://testserver{path}", follow_redirects=False)
        assert (response.status_code, response.headers["location"]) == (308, leads_to)


def test_monitors_may_ask_without_a_body(client: TestClient) -> None:
    """HEAD of the healthcheck, and of a transcript that a feed links to."""
    for path in ("/healthcheck", f"/api/episodes/{UNTIMED}/transcript.txt"):
        response = client.head(path)
        assert (response.status_code, response.content) == (200, b"")


@pytest.mark.parametrize(
    ("path", "accept", "is_page"),
    [
        ("/terms/readme.md", "text/html", True),  # a term, and no file
        ("/people/data.json", "text/html", True),
        ("/lessons.json?episode=none", "text/html", False),
        ("/search.atom?q=", "text/html", False),
        (f"/verify?q=x&speaker={'x' * 201}", "*/*", True),
        ("/embed/none/x", "text/html", True),
    ],
)
def test_readers_get_pages_and_programs_get_json(client: TestClient, path: str, accept: str, is_page: bool) -> None:
    """By the address and what they accept."""
    response = client.get(path, headers={"accept": accept})
    assert response.status_code in (404, 422)
    assert response.headers["content-type"].startswith("text/html" if is_page else "application/json")


def all_errors(base: type[PlaybackError] = PlaybackError) -> set[type[PlaybackError]]:
    rooms = ("ingest.", "index.", "api.")
    below = {kind for child in base.__subclasses__() for kind in all_errors(child)}
    return {kind for kind in below | {base} if kind.__module__.startswith(rooms)}


def test_every_error_is_mapped_to_a_status() -> None:
    """A new class of error must be given a status."""
    assert all_errors() == set(REFUSALS)


@pytest.mark.parametrize("kind", sorted(REFUSALS, key=lambda kind: kind.__name__))
def test_errors_leave_by_the_table(
    client: TestClient, kind: type[PlaybackError], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Each error gets its status; the text of the server's own faults is logged and not sent, a crowd is no fault.

    A lost database is a fault, though a transient one; it is logged once in five seconds.
    """

    def failing(*_: object, **__: object) -> None:
        raise kind("/srv/private/file is\nbroken")

    monkeypatch.setattr(answers, "ask", failing)
    monkeypatch.setattr(refusals, "_logged_at", -refusals._LOG_AGAIN)
    refusal = REFUSALS[kind]
    message = assert_error(ask(client, question="x"), refusal.status, refusal.name)
    if refusal.status >= 500:
        assert "/srv" not in message
        ask(client, question="x")
        lines = 2 if refusal.retry_after is None else 1 if kind is StoreError else 0
        assert caplog.text.count("/srv/private/file") == lines
    else:
        assert message == "/srv/private/file is broken"


def test_an_unexpected_error_is_logged_and_not_sent(
    served_home: Path, encoder: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A mistake of ours is a 500 in the one shape, with the security headers and without its text."""

    def failing(*_: object, **__: object) -> None:
        raise RuntimeError("a private detail")

    monkeypatch.setattr(answers, "ask", failing)
    with TestClient(create_app(Settings(home=served_home), encoder), raise_server_exceptions=False) as client:
        response = ask(client, question="x")
    assert "private" not in response.text
    assert_error(response, 500, "InternalError")
    assert response.headers["x-content-type-options"] == "nosniff"
    assert "a private detail" in caplog.text


# --- episodes, transcripts, recordings


def test_episodes_are_listed_newest_first(client: TestClient) -> None:
    """The list holds every episode of the library, also one that waits; those without a date come last."""
    response = client.get("/api/episodes")
    found = EpisodesResponse.model_validate(response.json(), extra="forbid")
    assert [episode.id for episode in found.episodes] == [WAITING, GUESSED, TIMED, "odd-2020-01-02-dddd", UNTIMED]
    assert client.get(f"/api/episodes/{TIMED}").json() == response.json()["episodes"][2]


@pytest.mark.parametrize(
    ("extension", "media"),
    [
        ("json", "application/json"),
        ("vtt", "text/vtt; charset=utf-8"),
        ("srt", "application/x-subrip; charset=utf-8"),
        ("md", "text/markdown; charset=utf-8"),
        ("txt", "text/plain; charset=utf-8"),
    ],
)
def test_transcripts_are_the_exports(client: TestClient, served_home: Path, extension: Any, media: str) -> None:
    """A transcript is what `playback export` writes, under its own media type."""
    transcript = load_transcript(served_home, TIMED)
    assert transcript is not None
    response = client.get(f"/api/episodes/{TIMED}/transcript.{extension}")
    assert response.text == render(transcript, extension)
    assert response.headers["content-type"] == media


@pytest.mark.parametrize(
    ("asked", "status", "part"),
    [
        (None, 200, slice(None)),
        ("bytes=0-99", 206, slice(0, 100)),
        ("bytes=100-", 206, slice(100, None)),
        ("bytes=-50", 206, slice(-50, None)),
        ("bytes=5-2", 200, slice(None)),
        ("lines=1-2", 200, slice(None)),
        ("nonsense", 200, slice(None)),
    ],
)
def test_recordings_come_in_ranges(
    client: TestClient, served_home: Path, asked: str | None, status: int, part: slice
) -> None:
    """A player gets the bytes it asks for; a range that means nothing is ignored."""
    path = recording(served_home, TIMED)
    assert path is not None
    whole = path.read_bytes()
    response = client.get(f"/api/episodes/{TIMED}/audio", headers={"range": asked} if asked else {})
    assert (response.status_code, response.content) == (status, whole[part])
    assert response.headers["content-type"] == "audio/mpeg"
    assert response.headers["accept-ranges"] == "bytes"
    if status == 206:
        first = range(len(whole))[part][0]
        last = range(len(whole))[part][-1]
        assert response.headers["content-range"] == f"bytes {first}-{last}/{len(whole)}"


def test_a_range_past_the_end_is_refused(client: TestClient) -> None:
    """416 says how long the recording is, in the one error shape."""
    response = client.get(f"/api/episodes/{TIMED}/audio", headers={"range": "bytes=999999-"})
    assert_error(response, 416, "RangeNotSatisfiable")
    assert response.headers["content-range"] == "bytes */10240"


def test_a_recording_can_be_looked_at_without_its_bytes(client: TestClient) -> None:
    """HEAD gives the length."""
    response = client.head(f"/api/episodes/{TIMED}/audio")
    assert (response.status_code, response.headers["content-length"], response.content) == (200, "10240", b"")


# --- quotes


def test_a_quote_comes_with_the_words_around_it(client: TestClient) -> None:
    """Before and after are the rest of the turn; where the quote fills its turn, they are the neighbours' words."""
    best = cited(client, QUESTION)[0]
    response = client.get(f"/api/quotes/{best['id']}")
    TypeAdapter(QuoteResponse).validate_python(response.json(), extra="forbid")
    assert response.json()["quote"] == best["quote"]
    assert response.json()["before"] == "And where did the money come from in the end?"
    assert response.json()["after"] == ""
    assert response.json()["changed"] is False


def test_before_quote_and_after_are_one_text(client: TestClient, served_home: Path) -> None:
    """Put together they stand in the turn without a gap."""
    quotes = cited(client, "nineteen months two rehearsals") + cited(client, "quiet Tuesday breakfast ferries")
    inside = [client.get(f"/api/quotes/{quote['id']}").json() for quote in quotes]
    checked = 0
    for quote in inside:
        transcript = load_transcript(served_home, quote["episode"]["id"])
        assert transcript is not None
        text = " ".join(transcript.turns[quote["turn"]].text.split())
        if text != " ".join(quote["quote"].split()):
            parts = [" ".join(quote[name].split()) for name in ("before", "quote", "after")]
            assert " ".join(part for part in parts if part in text).strip() == text
            checked += 1
    assert checked


def test_the_second_of_two_like_quotes_has_its_own_surroundings(
    home: Path, encoder: Any, rewrite: Callable[..., None]
) -> None:
    """Where a turn says the same words twice, the id says which; a search for the text would find the first."""
    rewrite(home, TIMED, 3, "So first we wait. Then the tide turns, so first we wait. At last we sail.")
    source = open_transcript(home, TIMED)
    assert source is not None
    second = len(source.places) - 4 - 3  # before "first we wait", which is followed by "At last we sail"
    quote = quote_at(source, second, 3)
    with TestClient(create_app(Settings(home=home), encoder)) as client:
        found = client.get(f"/api/quotes/{quote.id}").json()
    assert (found["before"], found["quote"], found["after"]) == (
        "So first we wait. Then the tide turns, so",
        "first we wait.",
        "At last we sail.",
    )


def test_a_quote_follows_its_words(home: Path, encoder: Any, rewrite: Callable[..., None]) -> None:
    """An id given out stays good: a corrected word marks it changed, removed words give 410 with the reason."""
    with TestClient(create_app(Settings(home=home), encoder)) as client:
        identifier = cited(client, QUESTION)[0]["id"]
        rewrite(home, TIMED, 3, "The harbour council paid for the lighthouse databases from its winter budget.")
        corrected = client.get(f"/api/quotes/{identifier}").json()
        assert corrected["changed"] is True
        assert "lighthouse databases" in corrected["quote"]
        rewrite(home, TIMED, 3, "Something else entirely was meant by us.")
        message = assert_error(client.get(f"/api/quotes/{identifier}"), 410, "QuoteGone")
        assert "earlier transcript" in message


# --- the running server


def test_healthcheck_names_what_is_live(client: TestClient) -> None:
    """It says which generation and encoder answer, and how much they hold."""
    response = client.get("/healthcheck")
    found = HealthResponse.model_validate(response.json(), extra="forbid")
    assert (response.status_code, found.status, found.generation, found.encoder) == (200, "ok", 1, "hashed-stems")
    assert found.counts.episodes == 4
    assert found.counts.passages >= 4


def test_an_empty_library_says_what_to_run(empty: TestClient, tmp_path: Path) -> None:
    """Without an index the server runs, answers 503 with the command, and writes nothing."""
    health = empty.get("/healthcheck")
    assert (health.status_code, health.json()["status"]) == (200, "empty")
    assert "playback ingest" in health.json()["message"]
    assert "playback ingest" in assert_error(ask(empty, question="x"), 503, "IndexMissing")
    assert_error(ask(empty, question=""), 422, "ValidationError")
    for name in ("episodes", "lessons", "people", "terms", "topics"):
        assert empty.get(f"/api/{name}").json()[name] == []
    assert empty.get("/api/start").status_code == 200
    assert not (tmp_path / "nothing").exists()


def test_a_broken_index_is_said(home: Path, encoder: Any) -> None:
    """An index whose bytes are not those published is refused, by command and not by path."""
    (home / "index" / "1" / "vectors.faiss").write_bytes(b"bits")
    with TestClient(create_app(Settings(home=home), encoder)) as client:
        message = assert_error(ask(client, question="x"), 503, "IndexBroken")
    assert "playback index --rebuild" in message
    assert str(home) not in message


def test_an_unreadable_manifest_is_unhealthy(home: Path, encoder: Any) -> None:
    """The healthcheck is 503 when what is published cannot be read."""
    (home / "index" / "1" / "manifest.json").write_text("{")
    with TestClient(create_app(Settings(home=home), encoder)) as client:
        response = client.get("/healthcheck")
    assert (response.status_code, response.json()["status"]) == (503, "broken")


def test_a_new_generation_is_picked_up_without_failing_a_request(
    home: Path, encoder: Any, add_episode: Callable[[Path], None]
) -> None:
    """While a generation is published requests go on, and those after it find what is new."""
    with TestClient(create_app(Settings(home=home), encoder)) as client:
        statuses: list[int] = []
        done = Event()

        def asking() -> None:
            while not done.is_set():
                statuses.append(client.get("/api/search", params={"q": QUESTION}).status_code)

        asking_threads = [Thread(target=asking) for _ in range(3)]
        for thread in asking_threads:
            thread.start()
        add_episode(home)
        build(home, encoder)
        for _ in range(200):
            if client.get("/healthcheck").json()["generation"] == 2:
                break
        done.set()
        for thread in asking_threads:
            thread.join()
        assert statuses
        assert set(statuses) == {200}
        assert cited(client, "Which penguins inspect a harbour in January?")[0]["speaker"] == "Pia Pond"


def test_a_request_keeps_the_generation_it_began_with(
    home: Path, encoder: Any, add_episode: Callable[[Path], None]
) -> None:
    """A base once given answers after the switch; the encoder is not loaded again."""
    live = Live(Settings(home=home), encoder)
    before = live.base()
    assert live.base() is before
    add_episode(home)
    build(home, encoder)
    after = live.base()
    assert (before.generation.manifest.generation, after.generation.manifest.generation) == (1, 2)
    assert len(before.generation.episodes()) == 4
    assert len(after.generation.episodes()) == 5
    assert after.encoder is before.encoder
    live.close()


def test_nobody_waits_for_a_switch(
    home: Path, encoder: Any, add_episode: Callable[[Path], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """While one thread opens the new generation, the others are given the one before at once."""
    live = Live(Settings(home=home), encoder)
    before = live.base()
    add_episode(home)
    build(home, encoder)
    opening, finish = Event(), Event()

    def slowly(*arguments: Any) -> KnowledgeBase:
        opening.set()
        assert finish.wait(60)
        return open_base(*arguments)

    monkeypatch.setattr("api.server.live_index.open_base", slowly)
    switching = Thread(target=live.base)
    switching.start()
    assert opening.wait(60)
    assert live.base() is before
    finish.set()
    switching.join()
    assert live.base().generation.manifest.generation == 2
    live.close()


def test_a_generation_that_cannot_be_opened_leaves_the_one_before(
    home: Path, encoder: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """A broken publication is logged once and fails no request; the next good one is taken."""
    live = Live(Settings(home=home), encoder)
    before = live.base()
    (home / "index" / "current").write_text("99")
    assert live.base() is before
    assert live.base() is before
    assert len([record for record in caplog.records if record.levelno == logging.ERROR]) == 1
    (home / "index" / "current").write_text("1")
    assert live.base().generation is not before.generation
    live.close()


def test_no_index_is_said_by_the_live_base(tmp_path: Path, encoder: Any) -> None:
    """A server over an empty folder has nothing to answer from."""
    with pytest.raises(IndexMissing, match="playback ingest"):
        Live(Settings(home=tmp_path), encoder).base()


def test_nothing_is_opened_before_the_start(tmp_path: Path) -> None:
    """Building the app reads and loads nothing; its resources come with the start."""
    app = create_app(Settings(home=tmp_path / "nothing"))
    assert not hasattr(app.state, "live")
    with TestClient(app) as client:
        assert client.get("/healthcheck").json()["status"] == "empty"


def test_no_endpoint_runs_on_the_event_loop() -> None:
    """Encoding and searching take time, so every endpoint is a plain function for a worker thread."""
    assert endpoints()
    assert not [route.path for route in endpoints() if inspect.iscoroutinefunction(route.endpoint)]


def test_the_description_names_every_operation(client: TestClient) -> None:
    """openapi.json and /docs list what the contract promises, and errors in the one shape."""
    schema = client.get("/openapi.json").json()
    assert set(schema["paths"]) == {
        "/api/answers",
        "/api/search",
        "/api/search.{extension}",
        "/search.atom",
        "/api/topics",
        "/api/topics/{identifier}",
        "/api/start",
        "/api/episodes",
        "/api/episodes/{identifier}",
        "/api/episodes/{identifier}/about",
        "/api/episodes/{identifier}/transcript.{extension}",
        "/api/episodes/{identifier}/audio",
        "/api/episodes/{identifier}/captions.{extension}",
        "/api/episodes/{identifier}/chapters.json",
        "/feeds/{show}.xml",
        "/api/quotes/{identifier}",
        "/api/quotes/{identifier}/clip.{extension}",
        "/api/quotes/{identifier}/card.{extension}",
        "/api/quotes/verify",
        "/api/lessons",
        "/api/lessons/{identifier}",
        "/api/people",
        "/api/people/{identifier}",
        "/api/terms",
        "/api/terms/{term}",
        "/healthcheck",
    }
    page = client.get("/docs").text
    assert "integer 1–1,000,000" in page
    for path, methods in schema["paths"].items():
        assert path in page
        for operation in methods.values():
            assert "ErrorResponse" in json.dumps(operation["responses"]["422"])


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/people/nobody", "nobody who speaks here is called 'nobody'; see /people"),
        ("/people/run;%20playback%20it", "nobody who speaks here is called 'run; playback it'; see /people"),
        ("/terms/zorgon", "no term here is called 'zorgon'; see /terms"),
        ("/topics/zorgon", "no topic 'zorgon' in this library; see /topics"),
        ("/lessons/zorgon", "no lesson 'zorgon' in this library; see /lessons"),
        ("/feeds/zorgon.xml", "no show 'zorgon' in this library"),
    ],
)
def test_a_reader_is_not_told_to_run_a_command(client: TestClient, path: str, says: str) -> None:
    """What a message tells the person at a terminal to run is left out, and a page to open stands in its place."""
    (problem,) = client.get(path, headers={"accept": "application/json"}).json()["errors"]
    assert problem["message"] == says
