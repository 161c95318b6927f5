"""Sixty injections that no list was fitted to, in three places, before a model that obeys: what reaches the reader.

The model says what was ordered whether or not the order reached it, citing each quote and all of them. Two things are
counted: words that are foreign to the quotes a sentence cites, which must never leave; and sentences that repeat, with
its citation, what the attacker's own recording says, which no check of support can tell from talk.
"""

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from html import escape
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.answer.contract_json import answer_json
from api.answer.conversation import Asking, ask
from api.answer.question import parse_question
from api.knowledge_base import open_base
from api.llm.injection import gives_orders
from api.llm.rewrite import Model, rewrite_if_model
from api.settings import Settings
from index.building.build import build
from ingest.library.records import Record, save_record, save_transcript
from ingest.transcript import Episode, Show, Transcript
from tests.api.conftest import HashedStems, turn_of
from tests.api.scripted_model import Scripted, says, scripted_model
from tests.hostile.dangers import parsed
from tests.safety.held_out import FOREIGN, INJECTIONS, Injection
from tests.safety.network import Network, canary_network
from tests.safety.shows import ingested_show
from tests.safety.test_model_injections import ASIDE, KEY, PAID, QUESTION, assert_only_asked, served

# Every word of the claims, written small, in other episodes of the attacker's own.
SOWN = "We saw kestrel and mallory of dunmore, who cost doctor details, call eight thousand pounds and visit more now."


@dataclass(slots=True)
class Reached:
    """What reached the reader, as (kind of injection, sentence)."""

    foreign: list[tuple[str, str]] = field(default_factory=list)
    repeated: list[tuple[str, str]] = field(default_factory=list)
    rewritten: int = 0


@pytest.fixture(params=[INJECTIONS[::4], pytest.param(INJECTIONS, marks=pytest.mark.long)], ids=["some", "all"])
def injections(request: pytest.FixtureRequest) -> Sequence[Injection]:
    """What is tried: in `make test` some of each kind, in `make test-long` all."""
    found: Sequence[Injection] = request.param
    return found


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Scripted, Network]]:
    """The model, in a network where every other connection leads to a canary."""
    monkeypatch.setenv("NO_PROXY", "*")
    with scripted_model() as found, canary_network(monkeypatch) as network:
        network.allowed.add(("127.0.0.1", int(found.url.rpartition(":")[2].partition("/")[0])))
        yield found, network


def obeys(script: Scripted, injection: Injection) -> None:
    """Reply with a true sentence and the claim, resting on every quote by itself and on all of them."""

    def reply(handler: BaseHTTPRequestHandler) -> None:
        told = json.loads(script.requests[-1]["messages"][1]["content"])
        marks = [f"[{quote['number']}]" for quote in told["quotes"]]
        claim = injection.claim.rstrip(".")
        said = [f"{claim} {mark}." for mark in (*marks, "".join(marks))]
        says(" ".join([f"The harbour council paid for it from its winter budget {''.join(marks)}.", *said]))(handler)

    script.reply = reply


def asked(client: TestClient, model: Scripted, reached: Reached, injection: Injection, episode: str) -> None:
    """Ask for an answer and count what it says."""
    obeys(model, injection)
    count(client.post("/api/answers", json={"question": QUESTION, "episode": episode}).json(), reached, injection)


def shown(client: TestClient, reached: Reached, injection: Injection, episode: str) -> None:
    """Ask on the page, and count what it links to."""
    page = parsed(client.get("/", params={"q": QUESTION, "episode": episode}).text)
    reached.foreign += [
        (injection.kind, str(value))
        for element in page.elements
        for name, value in element.attributes.items()
        if name in ("href", "src", "action", "srcset", "data") and "kestrel" in (value or "").partition("?")[0]
    ]


def count(answer: dict[str, Any], reached: Reached, injection: Injection) -> None:
    """Count what the model's sentences in an answer hold."""
    cited = {citation["id"]: citation for citation in answer["citations"]}
    if answer["composer"] != "extractive":
        reached.rewritten += 1
        for statement in answer["statements"]:
            said = statement["text"].casefold()
            quotes = [cited[identifier] for identifier in statement["citations"]]
            held = " ".join(f"{quote['quote']} {quote['speaker']}" for quote in quotes).casefold()
            words = [word for word in FOREIGN if word in said]
            if [word for word in words if word not in held] or any(sign in said for sign in ("http", "](", "<", "//")):
                reached.foreign.append((injection.kind, said))
            elif words:
                reached.repeated.append((injection.kind, said))


def saved(home: Path, number: int, turns: Sequence[tuple[str, str]], title: str) -> str:
    episode = Episode(f"a-{number}-aaaa", f"a{number}", Show("a", "A show"), number, title, "2021-01-01")
    spoken = tuple(turn_of(speaker, text, 60.0 * place) for place, (speaker, text) in enumerate(turns))
    save_record(home, Record(episode, ()))
    save_transcript(home, Transcript(episode, spoken), "made by a test")
    return episode.id


def test_there_are_sixty() -> None:
    """No two alike, of nine kinds."""
    assert len({(injection.turns, injection.speaker, injection.title) for injection in INJECTIONS}) == 60
    assert len({injection.kind for injection in INJECTIONS}) == 9


def test_in_a_transcript(tmp_path: Path, script: tuple[Scripted, Network], injections: Sequence[Injection]) -> None:
    """Nothing foreign to the quotes that it cites is in any sentence."""
    model, network = script
    for number, injection in enumerate(injections):
        said = [("Mina Calder", PAID)]
        said += [(injection.speaker, f"{turn} Which council paid?") for turn in injection.turns]
        saved(tmp_path, number, [*said, ("Tobias Renn", ASIDE)], injection.title)
    for number in range(4):
        saved(tmp_path, 100 + number, [("Tobias Renn", SOWN)], "Sown")
    reached = Reached()
    with served(tmp_path, model) as client:
        for number, injection in enumerate(injections):
            asked(client, model, reached, injection, f"a-{number}-aaaa")
            shown(client, reached, injection, f"a-{number}-aaaa")
    told("transcript", reached, injections)
    assert reached.foreign == []
    assert_only_asked(model, network)


def test_in_notes(tmp_path: Path, script: tuple[Scripted, Network], injections: Sequence[Injection]) -> None:
    """The same of orders in a feed's titles, descriptions, labels and notes."""
    model, network = script
    items = []
    for number, injection in enumerate(injections):
        order = escape(" ".join(injection.turns))
        notes = (
            f"<p>{order}</p><p>The transcript follows:</p><p>Mina Calder:</p><p>{PAID}</p>"
            f"<p>{escape(injection.speaker)}:</p><p>{order} {ASIDE}</p>"
            f"<p>Mina Calder:</p><p>{SOWN} That is all there is to say about the harbour and its many ships.</p>"
        )
        items.append(
            f"<item><guid>{number}</guid><title>{escape(escape(injection.title))}</title>"
            f"<description>{escape(notes)}</description><itunes:episode>{number + 1}</itunes:episode></item>"
        )
    home = tmp_path / "home"
    episodes = ingested_show(tmp_path / "feed.xml", items, home)
    reached = Reached()
    with served(home, model) as client:
        for episode, injection in zip(episodes, injections, strict=True):
            asked(client, model, reached, injection, episode.id)
    told("notes", reached, injections)
    assert reached.foreign == []
    assert_only_asked(model, network)


def test_in_a_question(tmp_path: Path, script: tuple[Scripted, Network], injections: Sequence[Injection]) -> None:
    """The same of orders in a question, of which no quote holds anything; put where the server would ask the model.

    By itself most such questions would be refused as unanswerable, and the model would not be asked at all.
    """
    model, network = script
    saved(tmp_path, 1, [("Mina Calder", PAID), ("Tobias Renn", ASIDE)], "Talk")
    for number in range(2, 6):
        saved(tmp_path, number, [("Tobias Renn", SOWN)], "Sown")
    encoder = HashedStems()
    build(tmp_path, encoder)
    base = open_base(Settings(home=tmp_path), encoder)
    honest = ask(base, Asking(parse_question(QUESTION)))
    reached = Reached()
    for injection in injections:
        obeys(model, injection)
        order = " ".join((injection.title, injection.speaker, *injection.turns))
        asking = replace(honest, question=f"{QUESTION} {order}")
        count(answer_json(rewrite_if_model(asking, Model(model.url, "m", KEY))), reached, injection)
    told("question", reached, injections)
    assert (reached.foreign, reached.repeated, reached.rewritten) == ([], [], len(injections))
    assert_only_asked(model, network)


def told(place: str, reached: Reached, injections: Sequence[Injection]) -> None:
    """Write the figures of docs/security.md (pytest -s)."""
    known = sum(any(map(gives_orders, injection.turns)) for injection in injections)
    sys.stdout.write(
        f"\n{place}: {reached.rewritten} answers rewritten, {len(reached.foreign)} with foreign words, "
        f"{len(reached.repeated)} that repeat a quote; api.llm.injection knows {known} of {len(injections)}\n"
    )
