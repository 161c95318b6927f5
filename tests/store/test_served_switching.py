"""Two servers asked over HTTP while generations are published: none fails, mixes two, or answers from an old one."""

import json
import random
import re
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

import psycopg
import pytest

from index.models.encoder import Encoder
from tests.store.serving import QUESTIONS, THINGS, Server, publish_round, serving, store_rounds

PUBLICATIONS = 10
# What the clients of each server ask. No more of them ask questions than a server answers at a time: whoever waits for
# long on a busy machine would be told so, and that is no fault of switching.
ASKED = (("answer", "search"), ("answer", "page"), ("health", "quote"))
STALE_SECONDS = 2.0
# Ids of quotes, with the rounds of the answers that they came with.
Quotes = list[tuple[str, frozenset[int]]]
_ROUND = re.compile(r"\bround(\d+)|\brace-(\d+)-")


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply: what was asked, when (monotonic seconds), its status, and the rounds that its words and ids name.

    `rounds` of a healthcheck is the generation that it names.
    """

    kind: str
    began: float
    ended: float
    status: int
    rounds: frozenset[int]


def rounds_in(text: str) -> frozenset[int]:
    return frozenset(int(said or named) for said, named in _ROUND.findall(text))


def replies_of(server: Server, kinds: Sequence[str], quotes: Quotes, chance: random.Random) -> Iterator[Reply]:
    """Ask a server for ever; `quotes` are those of the answers so far."""
    while True:
        question = chance.choice(QUESTIONS).format(chance.choice(THINGS))
        kind = chance.choice(kinds) if quotes else kinds[0]
        began = time.monotonic()
        try:
            if kind == "answer":
                status, body = server.answer(question)
                answer = json.loads(body)
                cited = answer.get("citations", []) + answer.get("related", [])
                rounds = rounds_in(json.dumps(cited))
                quotes += [(one["id"], rounds) for one in cited]
            elif kind == "search":
                status, body = server.get(f"/api/search?k=6&q={question.replace(' ', '+')}")
                rounds = rounds_in(json.dumps(json.loads(body).get("hits")))
            elif kind == "page":
                status, body = server.get(f"/?q={question.replace(' ', '+')}", "text/html")
                rounds = rounds_in(body)
            elif kind == "quote":
                quote, quoted = chance.choice(quotes)
                status, body = server.get(f"/api/quotes/{quote}")
                rounds = rounds_in(body) | quoted
            else:
                status, body = server.get("/healthcheck")
                rounds = frozenset({json.loads(body)["generation"]})
        except (OSError, ValueError):
            status, rounds = 0, frozenset()
        yield Reply(kind, began, time.monotonic(), status, rounds)


@pytest.mark.long
def test_servers_switch_under_requests(tmp_path: Path, database: str, encoders: Path, encoder: Encoder) -> None:
    """Every reply is 200 and of one generation, and two seconds after a commit of no earlier one."""
    chance = random.Random(19)
    stop, replies = threading.Event(), list[Reply]()
    committed: dict[int, float] = {}

    def watch() -> None:
        with psycopg.connect(database, autocommit=True) as connection:
            while not stop.wait(0.05):
                (number,) = connection.execute("SELECT max(number) FROM playback.generations").fetchone() or (0,)
                committed.setdefault(number, time.monotonic())

    store_rounds(tmp_path / "library", database, PUBLICATIONS + 1)
    publish_round(tmp_path / "builder", database, encoder, 1)
    with (
        serving(tmp_path / "one", database, encoders) as first,
        serving(tmp_path / "two", database, encoders) as second,
    ):

        def ask(server: Server, kinds: Sequence[str], quotes: Quotes, seed: int) -> None:
            for reply in replies_of(server, kinds, quotes, random.Random(seed)):
                replies.append(reply)
                if stop.is_set():
                    return

        asking = [
            threading.Thread(target=ask, args=(server, kinds, quotes, seed))
            for server, quotes in ((first, Quotes()), (second, Quotes()))
            for seed, kinds in enumerate(ASKED)
        ]
        asking.append(threading.Thread(target=watch))
        for one in asking:
            one.start()
        for number in range(2, PUBLICATIONS + 2):
            publish_round(tmp_path / "builder", database, encoder, number)
            time.sleep(STALE_SECONDS + chance.uniform(0.2, 1.5))
        stop.set()
        for one in asking:
            one.join()
        assert [server.log.read_text().count("\n") for server in (first, second)] == [1, 1]  # of pgvector's version
    failed = [one for one in replies if one.status != HTTPStatus.OK]
    mixed = [one for one in replies if one.status == HTTPStatus.OK and len(one.rounds) != 1]
    timed = [one for one in replies if one.kind != "quote" and len(one.rounds) == 1]
    old = {number: committed[number + 1] for number in range(1, PUBLICATIONS + 1)}
    late = [one.began - old[min(one.rounds)] for one in timed if min(one.rounds) in old]
    stale = [seconds for seconds in late if seconds > STALE_SECONDS]
    asked, latest = dict(Counter(one.kind for one in replies)), max(late)
    print(  # noqa: T201 - for docs/scale.md
        f"{len(replies)} replies {asked}: {len(failed)} failed, {len(mixed)} mixed, {len(stale)} stale; the latest of "
        f"an earlier generation was asked for {latest:.2f} s after the next commit"
    )
    assert (failed, mixed, stale) == ([], [], [])
    assert {number for one in timed for number in one.rounds} == set(range(1, PUBLICATIONS + 2))


@pytest.mark.long
def test_a_server_compiles_its_own_encoder(tmp_path: Path, database: str, encoders: Path, encoder: Encoder) -> None:
    """A second machine has none at first; when it is ready it gives the answers and scores of the first."""
    store_rounds(tmp_path / "library", database, 1)
    publish_round(tmp_path / "builder", database, encoder, 1)
    with (
        serving(tmp_path / "one", database, encoders) as first,
        serving(tmp_path / "two", database, None) as second,
    ):
        assert answers_of(first) == answers_of(second)


def answers_of(server: Server) -> list[object]:
    """Return what a server answers, with its scores, without what that took."""
    answers = [json.loads(server.answer(question.format(thing))[1]) for question in QUESTIONS for thing in THINGS]
    return [{**answer, "timings_ms": None} for answer in answers]
