"""The register over HTTP: open to read, closed to change without the token, and every text as text."""

import csv
import json
import re
import shutil
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.routes import lesson_pages
from api.settings import Settings
from ingest.library.decisions import read_decisions
from ingest.library.removal import remove_episode
from tests.api.conftest import library_of
from tests.api.lessons.scripted import publish, reword, save
from tests.api.markup import Seen, seen

TOKEN = "a secret"
AS_ANN = {"authorization": f"Bearer {TOKEN}"}
FORM = {"content-type": "application/x-www-form-urlencoded", "accept": "text/html"}
MONTHS = "Moving away took nineteen months and two rehearsals."
EVIL = "<script>alert(1)</script>\"'&<img src=x onerror=alert(2)>"
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The harbour library with lessons of a scripted miner; nobody writes to it."""
    home = tmp_path_factory.mktemp("shelf")
    library_of(home)
    publish(home).generation.close()
    return home


@pytest.fixture
def place(shelf: Path, tmp_path: Path) -> Path:
    """A copy that a test may change."""
    return shutil.copytree(shelf, tmp_path / "home")


@pytest.fixture
def site(place: Path, encoder: Any) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(home=place, token=TOKEN, rate=0), encoder)) as opened:
        yield opened


def listed(site: TestClient, query: str = "") -> list[dict[str, Any]]:
    response = site.get(f"/api/lessons{query}")
    assert response.status_code == 200, response.text
    found: list[dict[str, Any]] = response.json()["lessons"]
    return found


def saying(site: TestClient, text: str) -> str:
    return next(one["id"] for one in listed(site) if one["citations"][0]["quote"] == text)


def act(site: TestClient, identifier: str, action: str, value: str | None = None) -> dict[str, Any]:
    sent = {"action": action, "value": value, "by": "Ann Ash"}
    response = site.post(f"/api/lessons/{identifier}", json=sent, headers=AS_ANN)
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


def test_lessons_have_the_contracts_form(site: TestClient) -> None:
    """Every field is there, the best come first, and each quote is one of this service."""
    found = listed(site, "?limit=3")
    assert len(found) == 3
    assert set(found[0]) >= {"id", "title", "kind", "state", "score", "themes", "citations"}
    assert [one["score"] for one in found] == sorted((one["score"] for one in found), reverse=True)
    for one in found:
        cited = one["citations"][0]
        assert site.get(f"/api/quotes/{cited['id']}").json()["quote"] == cited["quote"]
        assert site.get(f"/api/lessons/{one['id']}").json() == one


def test_filters_narrow_the_list(site: TestClient) -> None:
    """By episode (id or number), kind, theme, person, show, year and state; what no lesson can have is refused."""
    assert {one["citations"][0]["episode"]["id"] for one in listed(site, "?episode=2")} == {"harbour-2-bbbb"}
    assert len(listed(site, "?person=oluchi")) == 2
    assert [one["themes"] for one in listed(site, "?theme=council")] == [["council"]]
    assert {one["kind"] for one in listed(site, "?kind=cause&kind=problem")} == {"cause", "problem"}
    assert {one["citations"][0]["episode"]["published"][:4] for one in listed(site, "?year=2022")} == {"2022"}
    assert listed(site, "?state=rejected") == listed(site, "?year=1999") == listed(site, "?show=none") == []
    assert listed(site, "?year=&kind=+&state=") == listed(site)
    for query in (
        "?limit=0",
        "?limit=101",
        "?limit=x",
        f"?theme={'x' * 201}",
        "?kind=other",
        "?state=new",
        "?year=20x",
    ):
        assert site.get(f"/api/lessons{query}").status_code == 422
    assert site.get("/api/lessons?episode=99").status_code == 404


def test_pages_and_files_take_the_number_of_an_episode(site: TestClient) -> None:
    """As the list over HTTP does; a number of no episode is a 404."""
    for form in ("", "/report", ".md", ".csv", ".json", ".atom", "/review"):
        by_number, by_id = (site.get(f"/lessons{form}?episode={one}") for one in ("2", "harbour-2-bbbb"))
        typed = by_id.text.replace('name="episode" value="harbour-2-bbbb"', 'name="episode" value="2"')
        assert (by_number.status_code, by_number.text) == (200, typed)
        assert site.get(f"/lessons{form}?episode=99").status_code == 404


def test_deciding_needs_the_token(site: TestClient, place: Path, encoder: Any) -> None:
    """401 without the right one; where none is set it is 403, and the message says what to set."""
    identifier, sent = saying(site, MONTHS), {"action": "accept", "by": "Ann"}
    for headers in ({}, {"authorization": "Bearer other"}):
        assert site.post(f"/api/lessons/{identifier}", json=sent, headers=headers).status_code == 401
    with TestClient(create_app(Settings(home=place), encoder)) as closed:
        for headers in ({}, AS_ANN, {"authorization": "Bearer "}):
            refused = closed.post(f"/api/lessons/{identifier}", json=sent, headers=headers)
            assert (refused.status_code, "PLAYBACK_TOKEN" in refused.text) == (403, True)
    assert read_decisions(place) == []
    assert act(site, identifier, "accept")["state"] == "accepted"
    assert listed(site)[0]["id"] == identifier


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"action": "burn", "by": "Ann"}, 422),
        ({"action": "accept", "by": ""}, 422),
        ({"action": "accept"}, 422),
        ({"action": "retitle", "by": "Ann"}, 422),
        ({"action": "note", "by": "Ann", "value": "x" * 1_001}, 422),
        ({"action": "note", "by": "Ann", "value": "\ud800"}, 200),
        ({"action": "merge", "by": "Ann", "value": "harbour-1-aaaa.0.5.0123456789"}, 404),
        ([], 422),
    ],
)
def test_what_makes_no_sense_is_refused(site: TestClient, place: Path, sent: Any, status: int) -> None:
    """With one line that says why, and nothing is stored."""
    body = json.dumps(sent)
    headers = AS_ANN | {"content-type": "application/json"}
    response = site.post(f"/api/lessons/{saying(site, MONTHS)}", content=body, headers=headers)
    assert response.status_code == status, response.text
    assert len(read_decisions(place)) == (status == 200)


def test_the_page_lists_lessons_with_their_quotes(site: TestClient) -> None:
    """Title, quote, speaker, episode, date, links to play, read and cite; facets; the page is in the navigation."""
    page = seen(site.get("/lessons"))
    cards = page.of_class("app-card")
    assert len(cards) == len(listed(site))
    card = next(card for card in cards if MONTHS in card.text)
    for words in ("Tobias Renn", "Moving the records", "28 October 2021", "Play from here", "Cite"):
        assert words in card.text
    links = {str(link.attributes["href"]) for link in page.all("a")}
    assert {f"/lessons/{saying(site, MONTHS)}", f"/quotes/{saying(site, MONTHS)}#cite"} <= links
    assert "Lessons" in {link.text.strip() for link in seen(site.get("/")).all("a")}
    names = {box.attributes["name"] for box in page.all("input", type="checkbox")}
    assert names == {"theme", "kind", "show", "person", "year"}
    assert len(seen(site.get("/lessons?theme=council")).of_class("app-card")) == 1
    assert "No lesson has all of this" in site.get("/lessons?theme=none").text


def test_a_long_list_has_pages(place: Path, encoder: Any) -> None:
    """Twenty on each; a number past the end gives the last."""
    said = " ".join(f"We learned lesson {number} by doing it ourselves here." for number in range(45))
    save(place, "harbour-9-zzzz", [("Ann", "What did you learn?"), ("Bo", said)])
    publish(place).generation.close()
    with TestClient(create_app(Settings(home=place), encoder)) as site:
        counts = [
            len(seen(site.get(f"/lessons?person=Bo&page={number}")).of_class("app-card")) for number in (1, 2, 3, 9)
        ]
        assert counts == [20, 20, 5, 5]
        assert "/lessons?person=Bo&amp;page=2" in site.get("/lessons?person=Bo").text


def test_the_page_of_a_lesson(site: TestClient) -> None:
    """Its quotes, notes with who and when, what people decided; a merged lesson leads there."""
    first, second = saying(site, MONTHS), listed(site)[0]["id"]
    for action, value in (("accept", None), ("note", "Ask\nagain."), ("merge", second)):
        act(site, first, action, value)
    page = seen(site.get(f"/lessons/{first}"))
    assert len(page.of_class("app-card")) == 2
    text = " ".join(element.text for element in page.all("main"))
    for words in (MONTHS, "Ask\nagain.", "Ann Ash", "Accepted", "Merged with another lesson", "Note added"):
        assert words in text
    moved = site.get(f"/lessons/{second}", follow_redirects=False)
    assert (moved.status_code, moved.headers["location"]) == (303, f"/lessons/{first}")
    assert site.get("/lessons/nothing", headers={"accept": "text/html"}).status_code == 404


def test_a_removed_episode_is_withdrawn_at_once(site: TestClient, place: Path) -> None:
    """Before the next publication nothing of it is shown but that and why."""
    identifier = saying(site, MONTHS)
    act(site, identifier, "accept")
    remove_episode(place, "harbour-1-aaaa", "the guest asked", purge=True)
    assert "harbour-1-aaaa" not in {one["citations"][0]["episode"]["id"] for one in listed(site)}
    text = site.get(f"/lessons/{identifier}").text
    assert "the guest asked" in text
    assert "nineteen" not in text
    assert [one["id"] for one in listed(site, "?state=withdrawn")] == [identifier]


def test_exports_hold_the_same_lessons(site: TestClient) -> None:
    """Markdown, CSV, JSON and Atom, with the filters of the page."""
    act(site, saying(site, MONTHS), "tag", "time")
    query = "?person=tobias"
    wanted = {one["id"]: one for one in listed(site, query)}
    assert {one["id"]: one for one in site.get(f"/lessons.json{query}").json()["lessons"]} == wanted
    rows = list(csv.DictReader(StringIO(site.get(f"/lessons.csv{query}").text.removeprefix("\ufeff"))))
    assert {row["link"].rsplit("/", 1)[1] for row in rows} == set(wanted)
    assert next(row for row in rows if row["quote"] == MONTHS)["themes"] == "time; rehearsals"
    document = site.get(f"/lessons.md{query}").text
    assert document.startswith(f"# All lessons (tobias)\n\n{len(wanted)} lessons.")
    assert document.count("\n## ") == len(wanted)
    feed = ElementTree.fromstring(site.get(f"/lessons.atom{query}").text)
    entries = feed.findall(f"{ATOM}entry")
    links = [entry.find(f"{ATOM}link") for entry in entries]
    assert {one.attrib["href"].rsplit("/", 1)[1] for one in links if one is not None} == set(wanted)
    assert {one.attrib["rel"]: one.attrib["href"] for one in feed.findall(f"{ATOM}link")} == {
        "self": f"http://testserver/lessons.atom{query}",
        "alternate": f"http://testserver/lessons{query}",
    }
    elsewhere = site.get(f"/lessons.atom{query}", headers={"host": "localhost"}).text
    assert "http://localhost/lessons" in elsewhere
    assert [one.text for one in ElementTree.fromstring(elsewhere).iter(f"{ATOM}id")] == [
        one.text for one in feed.iter(f"{ATOM}id")
    ]
    dates = [entry.findtext(f"{ATOM}updated", "") for entry in entries]
    assert dates == sorted(dates, reverse=True)
    assert feed.findtext(f"{ATOM}updated") == dates[0]
    assert site.get("/lessons.exe").status_code == 404


def test_a_document_says_what_it_leaves_out(site: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """A list that is cut never looks complete."""
    count = len(listed(site))
    monkeypatch.setattr(lesson_pages, "MOST_EXPORTED", 2)
    assert f"\n2 lessons. {count - 2} more with lower scores left out.\n" in site.get("/lessons.md").text


def test_a_long_history_is_cut(site: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """The latest decisions and notes are shown, with how many there were; the JSON has all notes."""
    monkeypatch.setattr(lesson_pages, "MOST_DECISIONS", 3)
    identifier = saying(site, MONTHS)
    assert "The latest" not in site.get(f"/lessons/{identifier}").text
    for number in range(4):
        act(site, identifier, "note", f"note number {number}")
        text = site.get(f"/lessons/{identifier}").text
        assert ("The latest 3 of 4 decisions." in text) == ("The latest 3 of 4 notes." in text) == (number == 3)
    assert "note number 0" not in text
    assert "note number 3" in text


def test_the_report_numbers_its_sources(site: TestClient) -> None:
    """By kind, each number leads to a source at the end, with its address for paper."""
    page = seen(site.get("/lessons/report?theme=council&theme=platform"))
    assert page.all("h1")[0].text == "All lessons on council or platform"
    numbers = [link for link in page.all("a") if str(link.attributes["href"]).startswith("#source-")]
    assert [link.text for link in numbers] == ["[1]", "[2]"]
    assert {str(link.attributes["href"]).removeprefix("#") for link in numbers} == {
        item.attributes["id"] for item in page.all("li") if item.attributes.get("id")
    }
    assert "http://testserver/quotes/harbour-1-aaaa" in page.all("main")[0].text
    nothing = seen(site.get("/lessons/report?theme=heraldry")).all("main")[0].text
    assert "No lesson has all of this." in nothing
    assert "0 lessons" not in nothing


def form(**fields: str) -> str:
    return urlencode(fields)


def test_review_goes_through_proposals(site: TestClient, place: Path) -> None:
    """Sign in once; accept, reject and skip each bring the next; title and note are stored with the state."""
    begun = seen(site.get("/lessons/review?person=tobias"))
    assert begun.all("input", name="token")[0].attributes["type"] == "password"
    assert begun.all("input", name="person")[0].attributes["value"] == "tobias"
    given = {"token": TOKEN, "by": "Ann", "person": "tobias"}
    order = [one["id"] for one in listed(site, "?person=tobias")]
    skipped = 0
    shown = seen(site.post("/lessons/review", content=form(**given, button="begin"), headers=FORM))
    for identifier, button in zip(order, ("accept", "skip", "reject"), strict=False):
        assert shown.all("input", name="id")[0].attributes["value"] == identifier
        assert shown.all("input", name="token")[0].attributes["value"] == TOKEN
        assert [one.attributes["value"] for one in shown.all("button", name="button")] == ["accept", "reject", "skip"]
        more = {"title": "Better", "note": "Why not"} if button == "accept" else {}
        sent = form(**given, id=identifier, button=button, skipped=str(skipped), **more)
        response = site.post("/lessons/review", content=sent, headers=FORM)
        assert response.headers["cache-control"] == "no-store"
        assert "set-cookie" not in response.headers
        shown = seen(response)
        skipped += button == "skip"
    decided = [(one.action, one.quote, one.value) for one in read_decisions(place)]
    assert decided == [
        ("note", order[0], "Why not"),
        ("retitle", order[0], "Better"),
        ("accept", order[0], None),
        ("reject", order[2], None),
    ]


@pytest.mark.parametrize(
    ("fields", "status", "message"),
    [
        ({"token": "wrong", "by": "Ann"}, 401, "This is not the token"),
        ({"token": "", "by": "Ann"}, 401, "This is not the token"),
        ({"token": TOKEN, "by": " "}, 422, "Enter your name"),
        ({"token": TOKEN, "by": "Ann", "note": "bell \x07"}, 422, "control characters"),
        ({"token": TOKEN, "by": "Ann\x1b"}, 422, "control characters"),
        ({"token": TOKEN, "by": "Ann", "button": "burn"}, 422, "choose accept"),
    ],
)
def test_review_refuses_and_keeps_what_was_typed(
    site: TestClient, place: Path, fields: dict[str, str], status: int, message: str
) -> None:
    """The wrong token stores nothing and shows nothing typed; another fault shows the same proposal again."""
    identifier = saying(site, MONTHS)
    sent = form(**{"button": "accept", "id": identifier, "title": "Typed title", **fields})
    response = site.post("/lessons/review", content=sent, headers=FORM)
    assert (response.status_code, message in response.text) == (status, True)
    assert read_decisions(place) == []
    if "control" in message:
        assert "Typed title" in response.text
        assert MONTHS in response.text


def test_review_keeps_what_was_typed_about_a_lesson_that_is_gone(site: TestClient, place: Path) -> None:
    """A newer index may propose it no more; the words belong to no other lesson, and the next one is shown."""
    gone = "harbour-1-aaaa.0.5.0123456789"
    sent = form(token=TOKEN, by="Ann", button="accept", id=gone, title="Typed title", note="Typed note")
    response = site.post("/lessons/review", content=sent, headers=FORM)
    page = seen(response, status=422)
    assert page.all("input", name="id")[0].attributes["value"] == listed(site)[0]["id"]
    assert page.all("input", name="title")[0].attributes["value"] == listed(site)[0]["title"]
    assert page.all("textarea")[0].text == ""
    for text in ("no lesson", "Typed title", "Typed note"):
        assert text in response.text
    assert read_decisions(place) == []


def test_review_also_shows_decided_lessons_whose_words_changed(site: TestClient, place: Path) -> None:
    """Accepting it again takes it off; the form names the words that it shows."""
    act(site, saying(site, MONTHS), "accept")
    reword(place, "harbour-1-aaaa", lambda text: text.replace("nineteen", "eighteen"))
    for expected in (True, False):
        given = form(token=TOKEN, by="Ann", person="tobias", button="begin")
        response = site.post("/lessons/review", content=given, headers=FORM)
        read = seen(response).all("input", name="id")[0].attributes["value"]
        assert ("took eighteen months" in response.text) == expected
        if expected:
            act(site, read, "accept")


def test_words_that_changed_since_they_were_read_are_not_judged(site: TestClient, place: Path) -> None:
    """The API says which id they have now; the page shows them, with what was typed; nothing is stored."""
    identifier = saying(site, MONTHS)
    reword(place, "harbour-1-aaaa", lambda text: text.replace("nineteen", "eighteen"))
    sent = {"action": "accept", "by": "Ann"}
    refused = site.post(f"/api/lessons/{identifier}", json=sent, headers=AS_ANN)
    today = site.get(f"/api/lessons/{identifier}").json()["citations"][0]["id"]
    assert (refused.status_code, refused.json()["errors"][0]["error"]) == (409, "WordsChanged")
    assert today in refused.json()["errors"][0]["message"]
    typed = form(token=TOKEN, by="Ann", button="reject", id=identifier, title="Typed title")
    page = site.post("/lessons/review", content=typed, headers=FORM)
    assert (page.status_code, "changed since you read them" in page.text) == (409, True)
    assert "took eighteen months" in page.text
    assert "Typed title" in page.text
    assert read_decisions(place) == []
    assert act(site, today, "accept")["id"] == identifier
    assert [one.words for one in read_decisions(place)] == [MONTHS.replace("nineteen", "eighteen")]


def test_review_is_closed_without_a_token(shelf: Path, encoder: Any) -> None:
    """The page and the form say which setting to set."""
    with TestClient(create_app(Settings(home=shelf), encoder)) as closed:
        assert "PLAYBACK_TOKEN" in closed.get("/lessons/review").text
        response = closed.post("/lessons/review", content=form(token="", by="Ann", button="begin"), headers=FORM)
        assert (response.status_code, "PLAYBACK_TOKEN" in response.text) == (403, True)
        assert "This is not allowed" in response.text


def test_hostile_text_stays_text(place: Path, encoder: Any) -> None:
    """In words, names, titles, tags, notes and filters, on every page and in every format."""
    save(
        place, "harbour-9-zzzz", [("Ann", f"Why {EVIL}?"), (EVIL, f"Because =1+1 we said {EVIL} to all of them twice.")]
    )
    publish(place).generation.close()
    with TestClient(create_app(Settings(home=place, token=TOKEN, rate=0), encoder)) as site:
        identifier = next(one["id"] for one in listed(site, "?episode=harbour-9-zzzz") if "1+1" in str(one))
        for action, value in (
            ("accept", None),
            ("retitle", f"=cmd {EVIL}"),
            ("tag", EVIL[:59]),
            ("note", f"@x {EVIL}"),
        ):
            sent = {"action": action, "value": value, "by": EVIL}
            assert site.post(f"/api/lessons/{identifier}", json=sent, headers=AS_ANN).status_code == 200
        query = urlencode({"theme": EVIL, "person": EVIL, "show": EVIL})
        wanted = urlencode({"episode": "harbour-9-zzzz"})
        for path in (
            f"/lessons?{wanted}",
            f"/lessons?{query}",
            f"/lessons/{identifier}",
            f"/lessons/report?{wanted}",
            f"/lessons/report?{query}",
            f"/lessons/review?{query}",
        ):
            harmless(seen(site.get(path)))
        given = form(token=TOKEN, by=EVIL, button="skip", id=identifier, title=EVIL, note=EVIL)
        harmless(seen(site.post("/lessons/review", content=given, headers=FORM)))
        harmless(seen(site.post("/lessons/review", content=form(token=EVIL, by=EVIL), headers=FORM), status=401))
        document = site.get(f"/lessons.md?{wanted}").text
        assert not re.search(r"(?<!\\)<", document)
        ElementTree.fromstring(site.get(f"/lessons.atom?{wanted}").text)
        rows = list(csv.reader(StringIO(site.get(f"/lessons.csv?{wanted}").text.removeprefix("\ufeff"))))
        assert not [cell for row in rows[1:] for cell in row if cell[:1] in ("=", "@", "+", "-")]
        assert rows[1][0].startswith("'=cmd")


def harmless(page: Seen) -> None:
    """No element or attribute came out of the text."""
    assert not [one for one in page.all("script") if "src" not in one.attributes]
    assert not page.all("img")
    assert not [one for one in page.elements if "onerror" in one.attributes]


def test_an_empty_library_says_what_to_run(empty: TestClient) -> None:
    """The page is there before there is a podcast."""
    for path in ("/lessons", "/people", "/terms"):
        response = empty.get(path)
        assert (response.status_code, "playback ingest SOURCE" in response.text) == (200, True)
    assert empty.get("/lessons/report").status_code == 200
    assert empty.get("/lessons.json").json() == {"lessons": []}
    ElementTree.fromstring(empty.get("/lessons.atom").text)
    for path in ("/lessons.md", "/lessons.csv"):
        assert empty.get(path).status_code == 200
    assert empty.get("/api/lessons").json() == {"lessons": [], "next": None}
