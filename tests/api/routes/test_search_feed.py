"""A saved search is a valid Atom feed of the newest passages, whose ids stay."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from starlette.testclient import TestClient

from api.answer.search_atom import MOST_ENTRIES
from api.app import create_app
from api.knowledge_base import KnowledgeBase
from api.settings import Settings
from index.building.build import build
from ingest.library.removal import remove_episode
from tests.api.lighthouses import LIGHTHOUSES
from tests.api.markup import seen

ATOM = "{http://www.w3.org/2005/Atom}"
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_URN = re.compile(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@pytest.fixture
def many(base_of: Callable[..., KnowledgeBase], encoder: Any, tmp_path: Path) -> Iterator[TestClient]:
    """A server over episodes that speak of lighthouses, once or five times."""
    base_of(LIGHTHOUSES)
    with TestClient(create_app(Settings(home=tmp_path), encoder)) as opened:
        yield opened


def feed_of(client: TestClient, path: str) -> ElementTree.Element:
    """A feed, after checking what RFC 4287 requires of every feed and entry."""
    response = client.get(path)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "application/atom+xml; charset=utf-8"
    feed = ElementTree.fromstring(response.text)
    assert feed.tag == f"{ATOM}feed"
    for each in (feed, *feed.findall(f"{ATOM}entry")):
        for name, form in (("id", _URN), ("updated", _TIME), ("title", re.compile(r"(?s).+"))):
            (found,) = each.findall(f"{ATOM}{name}")
            assert form.fullmatch(found.text or "")
        assert each.findtext(f"{ATOM}author/{ATOM}name")
        assert len(each.findall(f"{ATOM}link[@rel='alternate']")) == 1
    ids = [each.findtext(f"{ATOM}id") for each in feed.iter(f"{ATOM}entry")]
    assert len(set(ids)) == len(ids) <= MOST_ENTRIES
    return feed


def entries(feed: ElementTree.Element) -> list[dict[str, str]]:
    return [
        {
            "id": each.findtext(f"{ATOM}id") or "",
            "updated": each.findtext(f"{ATOM}updated") or "",
            "words": each.findtext(f"{ATOM}content") or "",
            "link": each.find(f"{ATOM}link").attrib["href"],  # type: ignore[union-attr]
        }
        for each in feed.findall(f"{ATOM}entry")
    ]


def test_the_newest_passages_come_first_and_can_be_opened(many: TestClient) -> None:
    """Those that the search counts as being about the question, with their words and a link to each."""
    found = entries(feed_of(many, "/search.atom?q=lighthouse"))
    assert len(found) == many.get("/api/search?q=lighthouse").json()["total"]
    assert [one["updated"][:10] for one in found] == ["2021-01-02", *["2021-01-01"] * 5]
    for one in found:
        assert one["link"].startswith("http://testserver/quotes/")
        opened = many.get(one["link"].removeprefix("http://testserver").replace("/quotes/", "/api/quotes/")).json()
        assert opened["quote"] == one["words"]


def test_what_xml_cannot_hold_is_replaced(many: TestClient) -> None:
    """A query may hold it."""
    assert "\ufffd" in (feed_of(many, "/search.atom?q=lighthouse+%EF%BF%BF").findtext(f"{ATOM}title") or "")


def test_a_feed_says_when_its_newest_passage_was_published(many: TestClient) -> None:
    """And where it and its page are."""
    feed = feed_of(many, "/search.atom?q=lighthouse&episode=five-1-aaaa")
    assert feed.findtext(f"{ATOM}updated") == "2021-01-01T00:00:00Z"
    addresses = {each.attrib["rel"]: each.attrib["href"] for each in feed.findall(f"{ATOM}link")}
    assert addresses == {
        "self": "http://testserver/search.atom?q=lighthouse&episode=five-1-aaaa",
        "alternate": "http://testserver/search?q=lighthouse&episode=five-1-aaaa",
    }


def test_ids_stay_when_the_library_grows_and_on_another_server(
    many: TestClient, tmp_path: Path, encoder: Any, add_episode: Callable[[Path], None]
) -> None:
    """A reader shows nothing twice."""
    feed = feed_of(many, "/search.atom?q=lighthouse")
    before = entries(feed)
    add_episode(tmp_path)
    build(tmp_path, encoder)
    other = ElementTree.fromstring(many.get("/search.atom?q=lighthouse", headers={"host": "other.example"}).text)
    assert [one["id"] for one in entries(other)] == [one["id"] for one in before]
    assert other.findtext(f"{ATOM}id") == feed.findtext(f"{ATOM}id")


def test_an_unchanged_feed_is_not_searched_again(
    many: TestClient, tmp_path: Path, encoder: Any, add_episode: Callable[[Path], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its ETag is that of the index, the removed episodes and the query; when one changes, the feed comes anew."""
    path = "/search.atom?q=lighthouse"
    tag = many.get(path).headers["etag"]
    with monkeypatch.context() as patch:
        patch.setattr("api.routes.search_feed.gather", None)
        for sent in (tag, f'"other", {tag}', tag.removeprefix("W/")):
            unchanged = many.get(path, headers={"If-None-Match": sent})
            assert (unchanged.status_code, unchanged.content, unchanged.headers["etag"]) == (304, b"", tag)
    assert many.get(f"{path}+lamp", headers={"If-None-Match": tag}).status_code == 200
    assert many.get(f"{path}&episode=five-1-aaaa", headers={"If-None-Match": tag}).status_code == 200
    remove_episode(tmp_path, "five-1-aaaa", "wrong", purge=False)
    removed = many.get(path, headers={"If-None-Match": tag})
    assert (removed.status_code, len(entries(ElementTree.fromstring(removed.text)))) == (200, 1)
    add_episode(tmp_path)
    build(tmp_path, encoder)
    assert many.get(path, headers={"If-None-Match": removed.headers["etag"]}).status_code == 200


def test_a_search_without_hits_is_an_empty_feed(many: TestClient) -> None:
    """It has a time all the same, as Atom requires."""
    assert entries(feed_of(many, "/search.atom?q=volcano")) == []


def test_hostile_words_are_text(client: TestClient) -> None:
    """Markup in a transcript, a name, a title or a question is escaped, and the feed stays XML."""
    feed = feed_of(client, "/search.atom?q=favourite+walrus+%3C/title%3E%26%00%0B%F0%9F%98%80")
    feed_of(client, "/search.atom?q=favourite+walrus")
    assert "</title>&" in (feed.findtext(f"{ATOM}title") or "")
    (one,) = entries(feed_of(client, "/search.atom?q=favourite+walrus"))
    assert "<script>alert(5)</script>" in one["words"]


@pytest.mark.parametrize(
    ("query", "status"), [("q=", 422), ("", 422), ("q=x&since=soon", 422), ("q=" + "x" * 2001, 422)]
)
def test_what_cannot_be_searched_is_refused(client: TestClient, query: str, status: int) -> None:
    """As by the search of the interface."""
    assert client.get(f"/search.atom?{query}").status_code == status


def test_the_search_page_names_its_feed(many: TestClient) -> None:
    """For readers that look for one, and as a link; with the filters; not without a search."""
    page = seen(many.get("/search?q=lighthouse&episode=five-1-aaaa&k=3"))
    (link,) = page.all("link", rel="alternate")
    assert link.attributes["type"] == "application/atom+xml"
    assert link.attributes["href"] == "/search.atom?q=lighthouse&episode=five-1-aaaa"
    assert [each.attributes["href"] for each in page.all("a") if "feed" in each.text] == [link.attributes["href"]]
    assert not seen(many.get("/search")).all("link", rel="alternate")
