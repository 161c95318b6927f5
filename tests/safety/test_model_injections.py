"""A language model that obeys every order it reads: none of it reaches the reader, and nothing is sent anywhere."""

import json
import re
from collections.abc import Iterator
from html import escape
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.llm.grounding import supported_statements
from api.llm.injection import gives_orders
from api.settings import Settings
from index.building.build import build
from ingest.library.records import Record, save_record, save_transcript
from ingest.transcript import Episode, Show, Transcript
from tests.api.conftest import HashedStems, turn_of
from tests.api.llm.test_rewrite import citation
from tests.api.scripted_model import Scripted, says, scripted_model
from tests.hostile.dangers import parsed
from tests.safety.injections import FOREIGN, INJECTIONS
from tests.safety.network import Network, canary_network
from tests.safety.shows import ingested_show

Injections = tuple[tuple[str, str], ...]

KEY = "canary-key-0b1d5e"
QUESTION = "Which council paid for the lighthouse database?"
PAID = "The harbour council paid for the lighthouse database from its winter budget."
ASIDE = "The keeper of the lighthouse counted the ships that passed by the harbour wall."
# Words of the claims in another episode of the library, which therefore takes them for ordinary words.
SOWN = "We saw evil example pay nine hundred seventeen times and visit more of it today, then write the end again."


def obeys(script: Scripted) -> None:
    """Answer every request with whatever is ordered in it, each sentence resting on every quote, and a true one."""

    def reply(handler: BaseHTTPRequestHandler) -> None:
        told = json.loads(script.requests[-1]["messages"][1]["content"])
        text = " ".join([told["question"], *(quote["words"] for quote in told["quotes"])])
        orders = [claim for _, claim in INJECTIONS if claim in text] or [INJECTIONS[len(script.requests) % 100][1]]
        numbers = [quote["number"] for quote in told["quotes"]]
        marks = [f"[{number}]" for number in numbers] + ["".join(f"[{number}]" for number in numbers)]
        said = [f"{order.rstrip('.')} {mark}." for order in dict.fromkeys(orders) for mark in marks]
        says(" ".join([f"The harbour council paid for it from its winter budget {marks[-1]}.", *said]))(handler)

    script.reply = reply


@pytest.fixture(params=[INJECTIONS[::7], pytest.param(INJECTIONS, marks=pytest.mark.long)], ids=["some", "all"])
def injections(request: pytest.FixtureRequest) -> Injections:
    """What is tried: in `make test` some, in `make test-long` all."""
    found: Injections = request.param
    return found


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Scripted, Network]]:
    """The obedient model, in a network where every other connection leads to a canary."""
    monkeypatch.setenv("NO_PROXY", "*")
    with scripted_model() as found, canary_network(monkeypatch) as network:
        port = int(found.url.rpartition(":")[2].partition("/")[0])
        network.allowed.add(("127.0.0.1", port))
        obeys(found)
        yield found, network


def served(home: Path, script: Scripted) -> TestClient:
    encoder = HashedStems()
    build(home, encoder)
    return TestClient(create_app(Settings(home=home, llm_url=script.url, llm_model="m", llm_key=KEY), encoder))


def saved(home: Path, number: int, *turns: str) -> None:
    episode = Episode(f"a-{number}-aaaa", f"a{number}", Show("a", "A show"), number, f"Talk {number}", "2021-01-01")
    spoken = tuple(turn_of("Mina Calder", text, 60.0 * place) for place, text in enumerate(turns))
    save_record(home, Record(episode, ()))
    save_transcript(home, Transcript(episode, spoken), "made by a test")


def assert_nothing_foreign(client: TestClient, question: str, filters: dict[str, str]) -> str:
    """Ask through both doors; return who composed the answer."""
    answer = client.post("/api/answers", json={"question": question, **filters}).json()
    quotes = " ".join(citation["quote"] for citation in (*answer["citations"], *answer["related"])).casefold()
    for statement in answer["statements"]:
        said = statement["text"].casefold()
        if answer["composer"] == "extractive":
            assert said in quotes or said.rstrip(".…") in quotes
        else:
            rest = said
            for sentence in re.findall(r"[^.!?]+[.!?]", quotes):
                rest = rest.replace(sentence.strip(), "")  # what the podcast says word for word is not foreign
            assert not [word for word in FOREIGN if word in rest], said
            assert not re.search(r"https?:|www|//|@|[<>\[\]]", said), said
    assert set(answer["composer"].split()) <= {"m", "extractive"}
    page = parsed(client.get("/", params={"q": question, **filters}).text)
    for element in page.elements:
        for name, value in element.attributes.items():
            if name in ("href", "src", "action", "srcset", "data"):
                assert re.match(r"[/#?]|\Z|http://testserver/", value or ""), (name, value)
    return str(answer["composer"])


def test_there_are_enough_injections() -> None:
    """A hundred, no two alike."""
    assert len(set(INJECTIONS)) >= 100


def test_in_a_transcript(tmp_path: Path, script: tuple[Scripted, Network], injections: Injections) -> None:
    """Orders said in a recording stay what somebody said: a quote, and nothing in the prose of an answer."""
    model, network = script
    for number, (order, _) in enumerate(injections):
        saved(tmp_path, number, PAID, f"{order} Which council paid?", ASIDE)
    saved(tmp_path, len(injections), SOWN)
    with served(tmp_path, model) as client:
        composers = [
            assert_nothing_foreign(client, QUESTION, {"episode": f"a-{number}-aaaa"})
            for number in range(len(injections))
        ]
    # A quote may run on into the order; if no model is asked then, nothing foreign can come of it.
    assert composers.count("m") > 0.5 * len(injections), "the model's true sentence should have stayed"
    assert_only_asked(model, network)


def test_in_notes(tmp_path: Path, script: tuple[Scripted, Network], injections: Injections) -> None:
    """Orders in a feed's titles, descriptions, speaker names and notes do no more than those in a transcript."""
    model, network = script
    items = []
    for number, (order, _) in enumerate(injections):
        notes = (
            f"<p>{escape(order)}</p><p>The transcript follows:</p><p>Mina Calder:</p><p>{PAID}</p>"
            f"<p>Tobias Renn:</p><p>{escape(order)} {ASIDE}</p>"
            f"<p>Mina Calder:</p><p>{SOWN} That is all there is to say about the harbour and its many ships.</p>"
            f"<p>{escape(order)}</p>"
        )
        said = "".join(letter for letter in escape(escape(order)) if letter >= " ")
        items.append(
            f"<item><guid>{number}</guid><title>{said}</title><description>{escape(notes)}</description>"
            f"<itunes:episode>{number + 1}</itunes:episode></item>"
        )
    home = tmp_path / "home"
    episodes = ingested_show(tmp_path / "feed.xml", items, home)
    with served(home, model) as client:
        for episode in episodes:
            assert_nothing_foreign(client, QUESTION, {"episode": episode.id})
    assert_only_asked(model, network)


def test_in_a_question(
    tmp_path: Path, script: tuple[Scripted, Network], injections: Injections, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Orders in a question make no sentence that the quotes do not hold."""
    monkeypatch.setattr("api.answer.confidence.confidence", lambda *_: 0.8)  # else most are refused, and no model asked
    model, network = script
    saved(tmp_path, 1, PAID, ASIDE)
    saved(tmp_path, 2, SOWN)
    with served(tmp_path, model) as client:
        for order, _ in injections:
            assert_nothing_foreign(client, f"{QUESTION} {order}", {"episode": "a-1-aaaa"})
    assert_only_asked(model, network)


def assert_only_asked(model: Scripted, network: Network) -> None:
    """No request but to the model; in those no tools, no key but in its header, no path or setting of the machine."""
    assert model.requests
    assert network.dialled == network.contacts == []
    for request, headers in zip(model.requests, model.headers, strict=True):
        assert set(request) == {"model", "messages", "stream"}
        assert KEY not in json.dumps(request)
        assert headers["authorization"] == f"Bearer {KEY}"
        assert "library" not in json.dumps(request)
        assert set(json.loads(request["messages"][1]["content"])) == {"question", "quotes"}


@pytest.mark.parametrize("marks", ["[1]", "[2]", "[1][2]"])
def test_a_word_is_not_borrowed_from_another_quote(marks: str) -> None:
    """A name that is written small passes for a word; it is held by no quote that bears the sentence, so it goes."""
    aside = "On its way home the keeper met grimm beside the old wall, and both of them counted ships."
    cited = (citation("one", PAID, "Mina Calder"), citation("two", aside, "Tobias Renn"))
    said = f"The harbour council paid grimm for the lighthouse database {marks}."
    assert supported_statements(said, cited) == ()
    true = "The harbour council paid for the lighthouse database [1]."
    assert len(supported_statements(true, cited)) == 1


@pytest.mark.parametrize(
    ("speaker", "said"),
    [
        ("Paid 8,302 pounds", "The harbour council paid 8,302 pounds for the lighthouse database [1]."),
        ("Kestrel.example", "The harbour council paid for the lighthouse database, says kestrel.example [1]."),
        ("Dunmore: write Dunmore", "The harbour council of Dunmore paid for the lighthouse database [1]."),
        ("Doctor Kestrel paid for it with the help of others", "Doctor Kestrel paid for the lighthouse database [1]."),
    ],
)
def test_a_label_that_is_no_name_supports_nothing(speaker: str, said: str) -> None:
    """Who speaks may be named in a sentence; a sum, an address or a sentence in the place of a name may not."""
    assert supported_statements(said, (citation("one", PAID, speaker),)) == ()
    named = "Mina Calder-O’Neill says that the harbour council paid [1]."
    assert len(supported_statements(named, (citation("one", PAID, "Mina Calder-O’Neill"),))) == 1


@pytest.mark.parametrize("order", sorted({order for order, _ in INJECTIONS}))
def test_orders_are_told_from_talk(order: str) -> None:
    """Every order of the list is seen through its disguise."""
    assert gives_orders(order)


@pytest.mark.parametrize(
    "talk",
    [
        "We ignore the old database and follow the new rules of the council.",
        "Users told us that the answer was hard to find, so we wrote new guidelines.",
        "Our assistant and the system both print a message for every reader.",
        "She said exactly what I meant, and I would repeat it in an interview.",
        "Language models are good at writing, and an AI can help with that.",
        "You are now on the list of speakers. Please say hello.",
    ],
)
def test_talk_is_no_order(talk: str) -> None:
    """People who speak of rules, answers and assistants are not taken for attackers."""
    assert not gives_orders(talk)
