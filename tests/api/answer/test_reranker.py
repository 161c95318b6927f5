"""With a reranker every door shows the first hits in its order; without one nothing changes."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api.answer.compose import ask, find
from api.answer.gather import gather
from api.answer.question import parse_question
from api.app import create_app
from api.cli import main
from api.knowledge_base import KnowledgeBase, open_base
from api.settings import Settings, read_settings
from index.models.encoder import Encoder
from index.models.reranker import RERANKED
from tests.index.models.tiny_model import tiny_cross_encoder

MakeBase = Callable[..., KnowledgeBase]
QUESTION = parse_question("What of the ferry?")
# No two share a run of three words, because then one would not be shown beside the other.
TALK = {
    f"a-{number}-aaaa": [
        ("Ada", f"Ferry {' '.join(f'{word}{number}' for word in 'rope mast sail keel'.split())} number {number}.")
    ]
    for number in range(1, RERANKED + 6)
}


class Numbered:
    """The higher the number, the better; remembers what it read."""

    name = "/somewhere/numbered"
    form = "none"

    def __init__(self) -> None:
        self.read: list[str] = []

    def score(self, question: str, passage: str) -> float:
        self.read.append(passage)
        return float(passage.rpartition(" ")[2].rstrip("."))


def test_the_first_hits_are_in_the_rerankers_order_at_every_door(base_of: MakeBase) -> None:
    """Search, its pages and the answer agree; hits behind the first stay behind them, each is there once."""
    base = base_of(TALK)
    reranker = Numbered()
    other = replace(base, reranker=reranker)
    before = [hit for hit, _ in find(base, QUESTION, RERANKED + 5)]
    after = [hit for hit, _ in find(other, QUESTION, RERANKED + 5)]
    assert [hit.rank for hit in after] == list(range(1, RERANKED + 6))
    first, moved = ([one.passage.text for one in hits[:RERANKED]] for hits in (before, after))
    assert first != moved
    assert moved == sorted(first, key=lambda text: -reranker.score("", text))
    assert after[RERANKED:] == before[RERANKED:]
    assert [hit.score for hit in after] == [hit.score for hit in before]
    assert [hit for hit, _ in find(other, QUESTION, 3)] == after[:3]
    assert [one.hit for one in gather(other, QUESTION, least=8).hits[:8]] == after[:8]
    answer = ask(other, QUESTION)
    reranker.read.clear()
    assert ask(other, QUESTION).citations == answer.citations
    assert len(reranker.read) == RERANKED


def test_the_setting_loads_it_and_status_and_health_say_so(
    served_home: Path,
    encoder: Encoder,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A folder named in PLAYBACK_RERANKER is used by a server and by the command line; health tells no path."""
    pytest.importorskip("torch")
    folder = tiny_cross_encoder(tmp_path / "model", counts=True)
    settings = replace(read_settings({"PLAYBACK_RERANKER": str(folder)}), home=served_home)
    with TestClient(create_app(settings, encoder)) as client:
        assert client.get("/api/search", params={"q": "platform"}).status_code == 200
        assert client.get("/healthcheck").json()["reranker"] == "model (sentence-transformers)"
    reranker = open_base(settings, encoder).reranker
    assert reranker is not None
    assert open_base(settings, encoder, reranker).reranker is reranker
    assert open_base(Settings(home=served_home), encoder).reranker is None
    monkeypatch.setenv("PLAYBACK_RERANKER", str(folder))
    assert main(["--home", str(served_home), "status"]) == 0
    said = (
        f"the first hits are ordered anew by {folder}, by sentence-transformers, not compiled: it was not compiled yet"
    )
    assert said in capsys.readouterr().out
    monkeypatch.setenv("PLAYBACK_RERANKER", str(tmp_path))
    assert main(["--home", str(served_home), "status", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["reranker"]["name"] == str(tmp_path)
