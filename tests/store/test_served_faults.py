"""Servers whose database is killed, or whose network to it is cut: each reply is whole or one clear 503, and soon."""

import json
import random
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any

import psycopg
import pytest

from index.models.encoder import Encoder
from index.mounting import prepare
from ingest.library.postgres.connection import MOST
from tests.faults.two_nodes import ip, why_not
from tests.postgres import fresh_database, kill_postmaster, restart, running_server
from tests.store.serving import QUESTIONS, THINGS, Server, Wire, publish_round, serving, store_rounds

CLIENTS = 4
BACK_SECONDS = 15.0
# The longest that a reply may take: the silence that is noticed, a try to connect, and the wait for a connection.
REPLY_SECONDS = 30.0
AWAY = "The database cannot be used just now. The server's log says why."
BUSY = "Too many people are asking questions. Try again in a few seconds."
_NETWORK = "playback-web"
_HTTP, _DATABASE = "10.231.8", "10.231.9"


@dataclass
class Asked:
    """What clients were told: (status, kind, began, seconds) of each request, and what was wrong."""

    replies: list[tuple[int, str, float, float]] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def answered_since(self, moment: float) -> float:
        """Wait for a request that began after a moment and was answered; return how many seconds after it it ended."""
        while True:
            for status, kind, began, seconds in list(self.replies):
                if status == HTTPStatus.OK and kind == "answer" and began > moment:
                    return began + seconds - moment
            assert time.monotonic() - moment < 120, "it answers no more"
            time.sleep(0.05)


@contextmanager
def asked_on(server: Server) -> Iterator[Asked]:
    """Let clients ask a server until the block ends."""
    stop, found = threading.Event(), Asked()

    def ask(chance: random.Random) -> None:
        while not stop.is_set():
            question = chance.choice(QUESTIONS).format(chance.choice(THINGS))
            kind = chance.choice(("answer", "answer", "search", "episodes"))
            began = time.monotonic()
            try:
                if kind == "answer":
                    status, body = server.answer(question)
                elif kind == "search":
                    status, body = server.get(f"/api/search?q={question.replace(' ', '+')}")
                else:
                    status, body = server.get("/api/episodes")
            except OSError as error:
                found.wrong.append(f"{kind}: {error!r}")
                continue
            found.replies.append((status, kind, began, time.monotonic() - began))
            if problem := _problem(status, kind, body):
                found.wrong.append(problem)
            if status != HTTPStatus.OK:
                stop.wait(0.1)

    clients = [threading.Thread(target=ask, args=(random.Random(seed),)) for seed in range(CLIENTS)]
    for one in clients:
        one.start()
    try:
        yield found
    finally:
        stop.set()
        for one in clients:
            one.join()


def _problem(status: int, kind: str, body: str) -> str | None:
    """Return what is wrong with a reply that is neither whole nor one clear line."""
    data = json.loads(body)
    if status == HTTPStatus.OK:
        parts = {"answer": ("citations", "related"), "search": ("hits",), "episodes": ("episodes",)}[kind]
        return None if any(data[part] for part in parts) else f"{kind}: empty"
    said = [one["message"] for one in data["errors"]]
    return None if status == HTTPStatus.SERVICE_UNAVAILABLE and said in ([AWAY], [BUSY]) else f"{kind}: {status} {said}"


def open_connections(url: str) -> int:
    """How many connections of Playback a database has."""
    with psycopg.connect(url) as connection:
        query = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'playback'"
        return int((connection.execute(query).fetchone() or (0,))[0])


def report(name: str, asked: Asked, back: Sequence[float]) -> None:
    counts = Counter(status for status, *_ in asked.replies)
    slowest = max(seconds for *_, seconds in asked.replies)
    said = ", ".join(f"{one:.2f}" for one in back)
    print(f"{name}: {dict(counts)}, slowest reply {slowest:.1f} s, answered again after {said} s")  # noqa: T201 - docs


@pytest.mark.long
def test_the_database_is_killed_under_two_servers(tmp_path: Path, encoders: Path, encoder: Encoder) -> None:
    """Killed three times: each reply is whole or a 503, and both servers answer again soon after it does."""
    with running_server() as own, fresh_database(own) as url:
        prepare(url, is_upgrade=False)
        store_rounds(tmp_path / "library", url, 1)
        publish_round(tmp_path / "builder", url, encoder, 1)
        with (
            serving(tmp_path / "one", url, encoders) as first,
            serving(tmp_path / "two", url, encoders) as second,
            asked_on(first) as one,
            asked_on(second) as two,
        ):
            back: list[list[float]] = []
            for _ in range(3):
                time.sleep(1)
                kill_postmaster(own)
                time.sleep(1)
                restart(own)
                moment = time.monotonic()
                back.append([asked.answered_since(moment) for asked in (one, two)])
            assert [server.health()["status"] for server in (first, second)] == ["ok", "ok"]
            assert open_connections(url) <= 4 * MOST
        for name, asked, seconds in zip(
            ("first server", "second server"), (one, two), zip(*back, strict=True), strict=True
        ):
            report(f"killed, {name}", asked, seconds)
            assert max(seconds) <= BACK_SECONDS
            assert asked.wrong == []
            assert any(status != HTTPStatus.OK for status, *_ in asked.replies)


def cut_and_mended(server: Server, url: str, cut: Any, mend: Any) -> None:
    """Cut the network for a short while and for longer ones; check what is said meanwhile and afterwards."""
    back, files = [], []
    with asked_on(server) as asked:
        asked.answered_since(time.monotonic())
        for seconds in (3.0, 25.0, 40.0):
            cut()
            began = time.monotonic()
            if seconds > 20:
                while server.health()["status"] == "ok":
                    assert time.monotonic() - began < REPLY_SECONDS
                    time.sleep(0.2)
                status, body = server.get("/healthcheck")
                assert (status, json.loads(body)["status"], json.loads(body)["message"]) == (503, "broken", AWAY)
                pages = [server.get(path, "text/html") for path in ("/docs", "/openapi.json")]
                assert [status for status, _ in pages] == [200, 200]
                status, body = server.get("/?q=Who+mended+the+halyard", "text/html")
                assert (status, "The database cannot be used just now" in body) == (503, True)
            time.sleep(max(0.0, seconds - (time.monotonic() - began)))
            mend()
            back.append(asked.answered_since(time.monotonic()))
            files.append(server.files())
    report("cut network", asked, back)
    assert asked.wrong == []
    assert any(status != HTTPStatus.OK for status, *_ in asked.replies)
    assert max(seconds for *_, seconds in asked.replies) <= REPLY_SECONDS
    assert max(back) <= BACK_SECONDS
    assert server.health()["status"] == "ok"
    while open_connections(url) > 2 * MOST:  # those that the server has given up end when the database notices
        assert time.monotonic() - began < 120
        time.sleep(0.5)
    assert files[-1] <= files[0] + 2 * MOST
    assert "Traceback" not in server.log.read_text()


@pytest.mark.long
def test_a_wire_that_passes_nothing_on(tmp_path: Path, database: str, encoders: Path, encoder: Encoder) -> None:
    """A proxy on the way takes packets and lets them vanish; TCP notices nothing of it."""
    store_rounds(tmp_path / "library", database, 1)
    publish_round(tmp_path / "builder", database, encoder, 1)
    wire = Wire(database)
    try:
        with serving(tmp_path / "home", wire.url, encoders) as server:
            cut_and_mended(server, database, wire.cut, wire.mend)
    finally:
        wire.close()


@contextmanager
def network() -> Iterator[None]:
    """A network with two cables to this one: over one a server is asked, over the other it asks the database."""
    try:
        ip("netns", "add", _NETWORK)
        ip("-n", _NETWORK, "link", "set", "lo", "up")
        for cable, net in (("playbackhttp", _HTTP), ("playbackdata", _DATABASE)):
            ip("link", "add", f"{cable}0", "type", "veth", "peer", "name", f"{cable}1", "netns", _NETWORK)
            ip("address", "add", f"{net}.1/24", "dev", f"{cable}0")
            ip("-n", _NETWORK, "address", "add", f"{net}.2/24", "dev", f"{cable}1")
            ip("link", "set", f"{cable}0", "up")
            ip("-n", _NETWORK, "link", "set", f"{cable}1", "up")
        yield
    finally:
        subprocess.run(["ip", "netns", "del", _NETWORK], check=False, capture_output=True)


@pytest.mark.torture
def test_a_network_that_is_cut(tmp_path: Path, database: str, encoders: Path, encoder: Encoder) -> None:
    """A cable is pulled between a server and its database: packets vanish in either direction."""
    if (reason := why_not(_NETWORK)) is not None:
        pytest.skip(reason)
    store_rounds(tmp_path / "library", database, 1)
    publish_round(tmp_path / "builder", database, encoder, 1)
    with network():
        wire = Wire(database, f"{_DATABASE}.1")
        inside = ("ip", "netns", "exec", _NETWORK)
        try:
            with serving(tmp_path / "home", wire.url, encoders, f"{_HTTP}.2", inside) as server:
                cut_and_mended(
                    server,
                    database,
                    lambda: ip("link", "set", "playbackdata0", "down"),
                    lambda: ip("link", "set", "playbackdata0", "up"),
                )
        finally:
            wire.close()
