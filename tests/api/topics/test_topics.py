"""Topics and where to begin: pages, HTTP and terminal say the same, and every quote is one that can be opened."""

import json
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.cli import main
from api.episodes.chapters import chapter_at
from api.settings import Settings
from api.topics.topics import TopicLine
from index.building.build import build
from index.mined.episode import Chapter
from ingest.library.records import Record, load_transcript, save_record, save_transcript
from ingest.library.removal import remove_episode
from ingest.text.clock import clock
from ingest.transcript import Episode, Show, Transcript
from tests.api.conftest import turn_of
from tests.api.markup import seen
from tests.api.topics.conftest import WELCOME
from tests.index.mining.subjects import interview

MOST_BYTES = 60_000


def quotes(found: Any) -> Iterator[dict[str, Any]]:
    """Every citation anywhere in a JSON value."""
    if isinstance(found, dict):
        if "quote" in found and "listen_url" in found:
            yield found
        for value in found.values():
            yield from quotes(value)
    elif isinstance(found, list):
        for value in found:
            yield from quotes(value)


def links(client: TestClient, path: str) -> set[str]:
    return {str(link.attributes["href"]) for link in seen(client.get(path)).all("a")}


def test_topics_are_listed_and_lead_to_their_pages(tide: TestClient) -> None:
    """The page links those that the interface gives, in its order; each can be opened."""
    listed = tide.get("/api/topics").json()["topics"]
    assert listed
    page = seen(tide.get("/topics"))
    assert [" ".join(each.text.split()) for each in page.all("h2")] == [one["title"] for one in listed]
    assert {one["url"] for one in listed} <= links(tide, "/topics")
    for one in listed:
        assert tide.get(f"/api{one['url']}").json()["topic"] == one
        assert seen(tide.get(one["url"])).all("h1")[0].text == one["title"]


def test_the_list_says_of_a_topic_what_its_title_does_not() -> None:
    """A phrase of words of the title is left out; a word that only begins like one is not."""
    line = TopicLine("x", "Database, Kubernetes API", "/topics/x", ("API", "database", "data", "Kubernetes", "SQL"), 9)
    assert line.also == ("data", "SQL")


def test_a_newcomer_reads_what_the_podcast_is(tide: TestClient) -> None:
    """In its words, with themes and episodes in order."""
    start = tide.get("/api/start").json()
    assert start["about"]["quote"] == WELCOME
    assert start["themes"]
    assert start["steps"]
    words = " ".join(seen(tide.get("/start")).all("main")[0].text.split())
    assert WELCOME in words
    assert all(step["reason"] in words for step in start["steps"])
    assert {f"/episodes/{step['episode']['id']}" for step in start["steps"]} <= links(tide, "/start")


def test_every_quote_is_the_one_that_its_address_shows(tide: TestClient) -> None:
    """Word for word, with its speaker and its time."""
    paths = ["/api/start", *(f"/api{one['url']}" for one in tide.get("/api/topics").json()["topics"])]
    found = [one for path in paths for one in quotes(tide.get(path).json())]
    assert found
    for one in found:
        opened = tide.get(f"/api{one['url']}").json()
        assert [opened[name] for name in ("quote", "speaker", "start")] == [
            one[name] for name in ("quote", "speaker", "start")
        ]


def test_an_unknown_topic_is_refused(tide: TestClient) -> None:
    """On both doors, in one shape, without markup of its name."""
    assert tide.get("/api/topics/nothing").json()["errors"][0]["error"] == "TopicUnknown"
    for path in ("/topics/nothing", "/topics/%3Cscript%3E", "/topics/" + "a" * 3000):
        page = seen(tide.get(path, headers={"accept": "text/html"}), 404)
        assert not [each for each in page.all("script") if "src" not in each.attributes]


@pytest.mark.parametrize("path", ["/start", "/topics"])
def test_without_an_index_the_pages_say_what_to_run(empty: TestClient, path: str) -> None:
    """And the interface has none to list."""
    assert "playback ingest SOURCE" in seen(empty.get(path)).all("main")[0].text
    assert empty.get(f"/api{path}").status_code == 200


@pytest.mark.parametrize("path", ["/start", "/topics"])
def test_a_small_library_leads_to_its_episodes(client: TestClient, path: str) -> None:
    """Four short episodes have neither topics nor themes."""
    assert "/episodes" in links(client, path)


def test_hostile_words_stay_words(tide: TestClient) -> None:
    """Titles and words of an episode are escaped on every page."""
    topic = tide.get("/api/topics").json()["topics"][0]["url"]
    for path in ("/start", "/topics", topic, "/episodes/tide-3-aaaa", "/episodes/tide-3-aaaa/about", "/search?q=lamp"):
        page = seen(tide.get(path))
        assert not [each for each in page.all("script") if "src" not in each.attributes]
        assert not page.all("img", src="x")
        assert not page.all("i")
        assert len(tide.get(path).content) <= MOST_BYTES or path.startswith(("/episodes/", "/search"))


def test_what_is_edited_or_removed_later_is_not_quoted(
    tide_home: Path, tmp_path: Path, encoder: Any, rewrite: Callable[[Path, str, int, str], None]
) -> None:
    """Until the next index is published, such a quote and such a step are left out."""
    home = shutil.copytree(tide_home, tmp_path, dirs_exist_ok=True)
    with TestClient(create_app(Settings(home=home), encoder)) as client:
        before = client.get("/api/start").json()
        changed = before["about"]["episode"]["id"]
        rewrite(home, changed, 0, "Welcome to Somewhere, the podcast about towers and the people who paint it all.")
        assert client.get("/api/start").json()["about"] is None
        gone = before["steps"][0]["episode"]["id"]
        remove_episode(home, gone, "asked for", purge=False)
        after = client.get("/api/start").json()
        assert gone not in {step["episode"]["id"] for step in after["steps"]}
        assert gone not in {one["episode"]["id"] for one in quotes(after)}
        assert client.get("/start").status_code == 200
        for path in ("/api/start", *(f"/api{one['url']}" for one in client.get("/api/topics").json()["topics"])):
            linked = set(re.findall(r'"(/(?:people|terms)/[^"]+)"', client.get(path).text))
            assert [one for one in linked if client.get(one).status_code != 200] == []


def told(home: Path, capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(["--home", str(home), *arguments])
    printed = capsys.readouterr()
    return code, printed.out, printed.err


def test_the_terminal_says_the_same(tide: TestClient, tide_home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As JSON the same objects, as text every title and quote; an unknown topic is one line and exit code 1."""
    topics = tide.get("/api/topics").json()
    first = topics["topics"][0]
    assert json.loads(told(tide_home, capsys, "topics", "--json")[1]) == topics
    assert (
        json.loads(told(tide_home, capsys, "topics", first["id"], "--json")[1])
        == tide.get(f"/api{first['url']}").json()
    )
    assert json.loads(told(tide_home, capsys, "start", "--json")[1]) == tide.get("/api/start").json()
    lines = told(tide_home, capsys, "topics")[1].splitlines()
    assert [line.partition(":")[0] for line in lines] == [one["id"] for one in topics["topics"]]
    assert WELCOME in told(tide_home, capsys, "start")[1]
    assert first["title"] in told(tide_home, capsys, "topics", first["id"])[1]
    code, out, err = told(tide_home, capsys, "topics", "nothing")
    assert (code, out) == (1, "")
    assert err.count("\n") == 1


def test_chapters_are_shown_where_an_episode_is(
    tide: TestClient, tide_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """On its page with links to time and turn, in its account on every door, and with hits."""
    about = tide.get("/api/episodes/tide-0-aaaa/about").json()
    chapters = about["chapters"]
    assert "When does the apple harvest begin?" in [one["title"] for one in chapters]
    assert chapters[-1]["start"] == 600.0 * chapters[-1]["turn"]
    page = seen(tide.get("/episodes/tide-0-aaaa"))
    held = {(str(each.attributes["href"]), each.text.split(maxsplit=1)[-1]) for each in page.all("a")}
    for one in chapters:
        assert (f"?t={one['start']:.10g}#turn-{one['turn']}", one["title"]) in held
    assert chapters[0]["title"] in " ".join(seen(tide.get("/episodes/tide-0-aaaa/about")).all("main")[0].text.split())
    assert json.loads(told(tide_home, capsys, "show", "tide-0-aaaa", "--json")[1])["chapters"] == chapters
    assert chapters[0]["title"] in told(tide_home, capsys, "show", "tide-0-aaaa")[1]
    assert [one["timing"] for one in chapters] == ["aligned"] * len(chapters)
    assert f"Chapter: {chapters[-1]['title']}" in " ".join(
        seen(tide.get("/search?q=orchard")).all("main")[0].text.split()
    )


def test_titles_of_chapters_begin_with_a_capital(
    tmp_path: Path, encoder: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """On pages, in the account, in a terminal and in what apps read; the words are else as they were said."""
    # A question that leans on what was said before is no title, so that the chapter is named with its own phrases.
    said = interview(("And what did that do to them?", "harvest"), ("How do keepers clean a brass lamp?", "lamp"))
    episode = Episode("tide-1-aaaa", "t1", Show("tide", "Tidewater"), 1, "Keepers", "2021-01-01", 3000.0)
    save_record(tmp_path, Record(episode, ()))
    turns = tuple(turn_of(name, text, 600.0 * place) for place, (name, text) in enumerate(said))
    save_transcript(tmp_path, Transcript(episode, turns), "made by a test")
    build(tmp_path, encoder)
    with TestClient(create_app(Settings(home=tmp_path), encoder)) as client:
        first, second = (one["title"] for one in client.get("/api/episodes/tide-1-aaaa/about").json()["chapters"])
        published = client.get("/api/episodes/tide-1-aaaa/chapters.json").json()["chapters"]
        pages = [client.get(f"/episodes/tide-1-aaaa{page}").text for page in ("", "/about")]
        found = client.get("/search?q=orchard").text
    assert second == "How do keepers clean a brass lamp?"
    assert first[0].isupper() and first not in said[1][1]
    assert all(phrase in said[1][1] for phrase in (first[0].lower() + first[1:]).split(", "))
    assert [one["title"] for one in published] == [first, second]
    assert f"Chapter: {first}" in found
    assert all(first in shown for shown in (*pages, told(tmp_path, capsys, "show", "tide-1-aaaa")[1]))


def test_the_account_says_of_an_estimated_chapter_that_it_is_one(
    tide_home: Path, tmp_path: Path, encoder: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """On its page, for a terminal and as JSON; a guess must not look like a time that somebody knows."""
    home = shutil.copytree(tide_home, tmp_path, dirs_exist_ok=True)
    transcript = load_transcript(home, "tide-0-aaaa")
    assert transcript is not None
    turns = tuple(replace(turn, timing="estimated") for turn in transcript.turns)
    save_transcript(home, replace(transcript, turns=turns), "made by a test")
    with TestClient(create_app(Settings(home=home), encoder)) as client:
        chapter = client.get("/api/episodes/tide-0-aaaa/about").json()["chapters"][-1]
        page = " ".join(seen(client.get("/episodes/tide-0-aaaa/about")).all("main")[0].text.split())
    shown = f"about {clock(chapter['start'])}"
    assert chapter["timing"] == "estimated"
    assert f"{shown}{chapter['title']}" in page
    assert shown in told(home, capsys, "show", "tide-0-aaaa")[1]


def test_a_word_lies_in_the_last_chapter_that_began() -> None:
    """None if an episode has no chapters."""
    first, second = Chapter("Tides", 0, 0, None), Chapter("Ropes", 4, 700, None)
    assert [chapter_at((first, second), word) for word in (0, 699, 700, 9000)] == [first, first, second, second]
    assert chapter_at((), 5) is None


def test_a_chapter_whose_words_have_gone_is_not_shown(
    tide_home: Path, tmp_path: Path, encoder: Any, rewrite: Callable[[Path, str, int, str], None]
) -> None:
    """It would lead to other words."""
    home = shutil.copytree(tide_home, tmp_path, dirs_exist_ok=True)
    with TestClient(create_app(Settings(home=home), encoder)) as client:
        chapter = client.get("/api/episodes/tide-0-aaaa/about").json()["chapters"][-1]
        rewrite(home, "tide-0-aaaa", chapter["turn"], "Something else is said here now.")
        after = client.get("/api/episodes/tide-0-aaaa/about").json()["chapters"]
        assert chapter["title"] not in [one["title"] for one in after]
