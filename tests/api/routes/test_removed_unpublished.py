"""An episode that was removed a moment ago, while a server still answers from a generation that holds its words.

`playback remove` takes the episode out of the library first and publishes the next generation after that, which takes
seconds, or for ever if it is killed between. From the first step on no door may tell anything of it.
"""

from collections.abc import Iterator, Set
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api.answer.compose import find
from api.answer.question import parse_question
from api.app import create_app
from api.knowledge_base import open_base, removed_since
from api.settings import Settings
from index.generation import Generation
from ingest.library.removal import remove_episode
from tests.api.conftest import HashedStems

REMOVED, STAYS = "harbour-1-aaaa", "harbour-2-bbbb"
# Words of the removed episode and of no other: of its title, its turns and its speakers.
TOLD = ("moving the records", "lighthouse", "rehearsals", "supplier", "mooring", "tobias")
SAID = "The harbour council paid for the lighthouse database from its winter budget."
# Finds the removed episode first, in none of the words above.
QUESTION = "Which council paid from its winter budget?"


STARTER, OTHER = "What happened to the supplier?", "Who rings the bell?"


def starters(generation: Generation, without: Set[str] = frozenset()) -> tuple[str, ...]:
    """One question of each episode, as a larger library would have."""
    return tuple(question for question, told in ((STARTER, REMOVED), (OTHER, STAYS)) if told not in without)


@pytest.fixture
def server(home: Path, encoder: HashedStems, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """A server that has answered from the generation that holds both episodes."""
    monkeypatch.setattr("index.generation.Generation.starters", starters)  # so few words begin with none
    with TestClient(create_app(Settings(home=home), encoder)) as opened:
        assert any("lighthouse" in hit["text"] for hit in hits(opened))
        assert "lighthouse" in opened.post("/api/answers", json={"question": QUESTION}).text
        assert STARTER in opened.get("/").text
        yield opened


def hits(server: TestClient, **filters: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = server.get("/api/search", params={"q": QUESTION, **filters}).json()["hits"]
    return found


@pytest.mark.parametrize("purge", [False, True])
def test_no_door_tells_what_was_removed(server: TestClient, home: Path, purge: bool) -> None:
    """Neither search, answer, pages, lists nor verification, though no generation was published since."""
    quote = hits(server)[0]["quote_id"]
    remove_episode(home, REMOVED, "asked for", purge)
    for path in ("/", "/search", "/episodes", "/api/search", "/api/episodes", f"/episodes/{STAYS}"):
        for query in ({}, {"q": QUESTION}, {"q": QUESTION, "show": "harbour"}, {"q": QUESTION, "speaker": "Mina Renn"}):
            said = server.get(path, params=query).text.lower()
            assert [word for word in TOLD if word in said] == [], (path, query)
    for question in (QUESTION, "Who is idle?"):
        said = server.post("/api/answers", json={"question": question}).text.lower()
        assert [word for word in TOLD if word in said] == []
    for text in (SAID, SAID.replace("paid", "pays")):
        assert server.post("/api/quotes/verify", json={"text": text}).json()["result"] == "not_found"
    for path in (f"/episodes/{REMOVED}", f"/api/episodes/{REMOVED}", f"/quotes/{quote}", f"/api/quotes/{quote}"):
        assert server.get(path).status_code == 410
    assert hits(server, episode=REMOVED) == []


def test_a_search_is_as_full_without_it(server: TestClient, home: Path, encoder: HashedStems) -> None:
    """The others move up: k hits if k exist, in the order they had."""
    base = open_base(Settings(home=home), encoder)
    before = [hit.passage.id for hit, _ in find(base, parse_question(QUESTION), 4) if hit.episode.id != REMOVED]
    remove_episode(home, REMOVED, "asked for", purge=False)
    assert removed_since(home, base.generation) == {REMOVED}
    assert [hit.passage.id for hit, _ in find(base, parse_question(QUESTION), len(before))] == before
    base.generation.close()


def test_only_questions_of_the_removed_episode_are_not_offered_any_more(server: TestClient, home: Path) -> None:
    """Each question is known by its episode, so those of others stay."""
    assert OTHER in server.get("/").text
    remove_episode(home, REMOVED, "asked for", purge=True)
    assert STARTER not in server.get("/").text
    assert OTHER in server.get("/").text
