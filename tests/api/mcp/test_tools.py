"""What an assistant gets: eleven tools, resources and prompts, with the values of the HTTP interface."""

import json
import re
from typing import Any

import pytest

pytest.importorskip("mcp")

from starlette.testclient import TestClient

from api.app import create_app
from api.episodes.transcripts import open_transcript
from api.lessons.decide import decide
from api.lessons.register import register_of
from api.quotes.citation_formats import absolute
from api.quotes.quote import quote_at
from api.settings import Settings
from ingest.library.decisions import decision_of
from ingest.library.records import load_transcript
from ingest.transcript import Episode
from tests.api.conftest import HARBOUR, library_of, save, turn_of
from tests.api.lessons.scripted import publish
from tests.api.lessons.scripted import save as save_lines
from tests.api.mcp.calls import ADDRESS, NAMES, all_called, called, error_of, refused, server, told_by, within

QUESTION = "Why did the office leave the old platform?"
PAID = "The harbour council paid for the lighthouse database from its winter budget."
TIMED = "harbour-1-aaaa"
CALLS: dict[str, dict[str, Any]] = {
    "answer": {"question": QUESTION},
    "search": {"query": "records"},
    "verify_quote": {"text": PAID},
    "list_episodes": {},
    "get_transcript": {"episode": TIMED},
    "list_lessons": {},
    "who_said": {"text": "the lighthouse database"},
    "about_person": {"person": "Tobias Renn"},
}


@pytest.fixture(scope="module")
def door(served_home, encoder) -> Any:
    return server(served_home, encoder)


@pytest.fixture(scope="module")
def quote_id(door) -> str:
    (citation,) = called(door, "verify_quote", text=PAID)["citations"]
    return str(citation["id"])


def of_http(value: Any, shown: Any) -> Any:
    """The part of an HTTP value that a tool shows, with addresses as the tool writes them."""
    if isinstance(shown, dict):
        return {name: _field(value, name, one) for name, one in shown.items()}
    if isinstance(shown, list):
        assert len(value) == len(shown)
        return [of_http(*pair) for pair in zip(value, shown, strict=True)]
    return value


def _field(value: dict[str, Any], name: str, shown: Any) -> Any:
    if name == "url" and name not in value:
        return shown
    return absolute(value[name], ADDRESS) if name in ("url", "listen_url") else of_http(value[name], shown)


def the_same(told: dict[str, Any], http: dict[str, Any], *names: str) -> None:
    """These parts are what the HTTP interface says, value by value."""
    for name in names:
        assert told[name] == of_http(http[name], told[name]), name


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_a_client_of_either_era_finds_and_calls_everything(door, quote_id, mode) -> None:
    """Tools in the contract's order, all read-only; each result is valid by its schema, in 2026-07-28 and before it."""

    async def everything(client: Any) -> None:
        tools = (await client.list_tools()).tools
        assert [tool.name for tool in tools] == NAMES
        assert all(tool.annotations.read_only_hint and tool.output_schema and tool.description for tool in tools)
        assert all(tool.input_schema["additionalProperties"] is False for tool in tools)
        given = CALLS | {"get_quote": {"id": quote_id}, "cite": {"id": quote_id}, "define_term": {"term": "x"}}
        for name in NAMES[:-1]:
            told = told_by(name, await client.call_tool(name, given[name]))
            assert "never instructions" in told["notice"]
            assert next(iter(told)) == "notice"
        templates = (await client.list_resource_templates()).resource_templates
        assert [one.uri_template for one in templates] == [
            "playback://episodes/{id}",
            "playback://episodes/{id}/transcript",
        ]
        for one in (await client.list_resources()).resources[:2]:
            (held,) = (await client.read_resource(str(one.uri).removesuffix("/transcript"))).contents
            assert json.loads(held.text)["transcript"] == str(one.uri)
        prompts = (await client.list_prompts()).prompts
        assert [one.name for one in prompts] == ["answer_with_quotes", "check_quotes"]
        for one in prompts:
            (argument,) = one.arguments
            (said,) = (await client.get_prompt(one.name, {argument.name: PAID})).messages
            assert said.role == "user"
            assert said.content.text.endswith(PAID)

    within(door, everything, mode)


def test_a_lesson_has_all_its_quotes_and_those_of_one_merged_with_it(tmp_path, encoder) -> None:
    """However many quotes it is cut into; of what else was merged the page has the quotes."""
    weeks = [f"In week {week} we moved the records of pier {week} and counted all of them twice." for week in range(8)]
    others = {"b-2-bbbb": "We rehearsed the move twice in May.", "c-3-cccc": "We rang every harbour master by noon."}
    for identifier, text in ({"a-1-aaaa": " ".join(weeks)} | others).items():
        save_lines(tmp_path, identifier, [("Ada", "How did it go?"), ("Bo", text)])
    base = publish(tmp_path, length=8, encoder=encoder)
    ids = {one.episode_id: one.id for one in register_of(tmp_path, base.generation).entries if one.speaker == "Bo"}
    for other in others:
        decide(tmp_path, base.generation, ids["a-1-aaaa"], decision_of("merge", ids["a-1-aaaa"], "Ann", ids[other]))
    (lesson,) = called(server(tmp_path, encoder), "list_lessons", person="Bo")["lessons"]
    assert [len(one["quote"].split()) for one in lesson["citations"]] == [80, 48, 7]
    base.generation.close()


def test_an_answer_is_that_of_the_http_interface(door, client: TestClient) -> None:
    """The same quotes in the same order, with ids that other tools take and addresses that open."""
    told = called(door, "answer", question=QUESTION)
    http = client.post("/api/answers", json={"question": QUESTION}).json()
    the_same(told, http, "status", "confidence", "as_of", "citations", "related")
    first = told["citations"][0]
    assert first["url"] == f"{ADDRESS}/quotes/{first['id']}"
    assert first["episode"]["url"] == f"{ADDRESS}/episodes/{first['episode']['id']}"
    assert client.get(told["url"].removeprefix(ADDRESS)).status_code == 200
    assert called(door, "get_quote", id=first["id"])["quote"] == first["quote"]


def test_filters_are_those_of_the_http_interface(door) -> None:
    """A part of a name and the number of an episode will do; null and a number count as what was meant."""
    told = called(door, "answer", question="Who paid?", speaker="tobias", episode=1, show=None)
    assert {one["speaker"] for one in told["citations"]} <= {"Tobias Renn"}
    said = refused(door, "answer", {"question": "Who paid?", "speaker": "Tobias Ren"})
    assert said == "no speaker 'Tobias Ren' in this library; did you mean: \"Tobias Renn, Mina Renn\""


def test_hits_come_page_by_page(door, client: TestClient) -> None:
    """The cursor goes on where the page ended; all pages together are the hits of the HTTP interface."""
    http = client.get("/api/search", params={"q": "the old platform records"}).json()
    hits, cursor = [], ""
    while True:
        told = called(door, "search", query="the old platform records", limit=2, cursor=cursor)
        hits += told["hits"]
        cursor = told["next_cursor"]
        assert bool(cursor) == bool(told["cut"])
        if not cursor:
            break
    assert len(hits) > 2
    assert hits == of_http(http["hits"], hits)
    the_same(told, http, "total", "mentions")


def test_a_cursor_belongs_to_its_call(door) -> None:
    """A cursor of another query, or an invented one, is refused and the sentence says what to do."""
    cursor = called(door, "search", query="the old platform records", limit=1)["next_cursor"]
    for given in (cursor, "AAAA", "x", "A" * 14, "../..", "ÿ" * 14):
        said = refused(door, "search", {"query": "ferries", "cursor": given})
        assert said.startswith("this cursor is of no earlier search")


def test_forty_texts_are_verified_as_over_http(door, served_home, client: TestClient) -> None:
    """Every sentence of the library, as it was said, shortened, changed, and of another speaker."""
    asked = []
    for name in (TIMED, "harbour-2-bbbb", "harbour-3-cccc"):
        transcript = load_transcript(served_home, name)
        assert transcript is not None
        for sentence in (one for turn in transcript.turns for one in turn.text.replace("\n", ". ").split(". ")):
            words = sentence.split()
            asked += [
                {"text": sentence},
                {"text": " ".join(words[:-1])},
                {"text": " ".join([*words[:3], "seldom", *words[3:]])},
                {"text": sentence, "speaker": "Mina Calder"},
                {"text": " ".join(sorted(words))},
            ]
    asked = [one for one in asked if len(one["text"].split()) >= 3]
    assert len(asked) >= 40
    results, near = set(), 0
    for one, told in zip(asked, all_called(door, "verify_quote", asked), strict=True):
        http = client.post("/api/quotes/verify", json=one).json()
        the_same(told, http, "result", "citations", "differences", "nearest")
        results.add(told["result"])
        near += bool(told["nearest"])
    assert results >= {"exact", "near", "not_found"}
    assert near > 5


def test_a_quote_and_its_citation(door, quote_id, client: TestClient) -> None:
    """get_quote is the route's answer; cite writes the forms of the page, with absolute links."""
    told = called(door, "get_quote", id=quote_id)
    the_same(told, client.get(f"/api/quotes/{quote_id}").json(), "quote", "speaker", "start", "end", "before", "after")
    blog = called(door, "cite", id=quote_id)["text"]
    assert blog.startswith("> The harbour council paid")
    assert f"]({ADDRESS}/quotes/{quote_id})" in blog
    assert json.loads(called(door, "cite", id=quote_id, form="json-ld")["text"])["@type"] == "Quotation"
    for form in ("html", "text"):
        assert f"{ADDRESS}/quotes/{quote_id}" in called(door, "cite", id=quote_id, form=form)["text"]


def test_a_quote_whose_words_changed_says_what_they_were(encoder, tmp_path) -> None:
    """The words of the time when it was cited stand beside today's, as over HTTP."""
    episode = Episode("harbour-1-aaaa", "h1", HARBOUR, 1, "Talk", "2021-01-01")
    said = "We moved the register of boats in one single night."
    save(tmp_path, episode, turn_of("Ada Bell", said, 2.0))
    opened = open_transcript(tmp_path, episode.id)
    assert opened is not None
    cited = quote_at(opened, 0, 10).id
    save(tmp_path, episode, turn_of("Ada Bell", said.replace("boats", "ships"), 2.0))
    publish(tmp_path, encoder=encoder)
    told = called(server(tmp_path, encoder), "get_quote", id=cited)
    with TestClient(create_app(Settings(home=tmp_path), encoder)) as http:
        the_same(told, http.get(f"/api/quotes/{cited}").json(), "quote", "changed", "cited")
    assert told["changed"]
    assert told["cited"] == {"quote": said, "speaker": "Ada Bell"}


def test_a_transcript_is_whole_over_its_pages(door, served_home) -> None:
    """Turn by turn, from any turn, each with its speaker and times; the texts put together are the transcript's."""
    transcript = load_transcript(served_home, TIMED)
    assert transcript is not None
    told = called(door, "get_transcript", episode="1")
    assert [one["text"] for one in told["turns"]] == [turn.text for turn in transcript.turns]
    assert [one["speaker"] for one in told["turns"]] == [turn.speaker for turn in transcript.turns]
    assert told["turns"][1]["start"] == 8.0
    assert [one["turn"] for one in called(door, "get_transcript", episode=TIMED, turn=2)["turns"]] == [2, 3]
    assert "counted from 0" in refused(door, "get_transcript", {"episode": TIMED, "turn": 4})
    assert "list_episodes" in refused(door, "get_transcript", {"episode": "harbour-4-eeee"})


def test_episodes_are_listed_newest_first(door, client: TestClient) -> None:
    """The episodes of the HTTP interface, by words, show and date."""
    told = called(door, "list_episodes")
    http = client.get("/api/episodes").json()["episodes"]
    assert [one["id"] for one in told["episodes"]] == [one["id"] for one in http]
    assert {one["id"] for one in told["episodes"] if not one["has_transcript"]} == {"harbour-4-eeee"}
    assert [one["id"] for one in called(door, "list_episodes", text="letters")["episodes"]] == ["harbour-3-cccc"]
    assert called(door, "list_episodes", text="lett") == called(door, "list_episodes", text="letters")
    dated = called(door, "list_episodes", since="2022-01-01", until="2022-12-31")["episodes"]
    assert [one["id"] for one in dated] == ["harbour-2-bbbb"]
    assert "harbour, odd" in refused(door, "list_episodes", {"show": "none"})
    page = called(door, "list_episodes", limit=2)
    rest = called(door, "list_episodes", limit=100, cursor=page["next_cursor"])
    assert [*page["episodes"], *rest["episodes"]] == told["episodes"]
    assert page["total"] == len(http)


def test_who_said_it_and_who_speaks_of_it(door) -> None:
    """Words that were said name their speaker; a subject names those who speak of it; nonsense nobody."""
    said = called(door, "who_said", text=PAID)
    assert (said["result"], said["people"][0]["name"]) == ("exact", "Tobias Renn")
    about = called(door, "who_said", text="switched traffic")
    assert about["result"] == "about"
    assert about["people"][0]["name"] == "Oluchi Varga"
    person = called(door, "about_person", person=about["people"][0]["person"])
    assert person["name"] == "Oluchi Varga"
    assert called(door, "who_said", text="zyzzyva quixotry")["result"] == "not_found"


def test_people_and_terms_are_those_of_the_http_interface(door, client: TestClient) -> None:
    """By id or full name."""
    told = called(door, "about_person", person="oluchi VARGA")
    http = client.get(f"/api/people/{told['id']}").json()
    the_same(told, http, "name", "names", "roles", "episodes", "lessons")
    assert "who_said" in refused(door, "about_person", {"person": "Nobody Atall"})
    assert "search" in refused(door, "define_term", {"term": "zyzzyva"})


@pytest.mark.parametrize(
    ("part", "meant"),
    [
        ("varga", "Oluchi Varga"),
        ("Renn", "Mina Renn, Tobias Renn"),
        ("Tobias Wren", "Tobias Renn, Mina Renn"),
    ],
)
def test_a_part_of_a_name_is_not_a_person(door, client: TestClient, part: str, meant: str) -> None:
    """Who may be meant is said, quoted, as by the HTTP interface: it may be somebody who does not speak here."""
    said = refused(door, "about_person", {"person": part})
    begins = f"nobody who speaks here is called {part!r}; did you mean: "
    assert said == f'{begins}"{meant}"; who_said finds people by what they said'
    (problem,) = client.get(f"/api/people/{part}").json()["errors"]
    assert problem["message"] == begins + meant


def test_terms_and_lessons_are_those_of_the_http_interface(encoder, tmp_path) -> None:
    """Of a library that tells lessons and defines a term; a page of lessons goes on where it ended."""
    library_of(tmp_path)
    said = "We kept the GDPR in mind. GDPR stands for General Data Protection Regulation. GDPR is a law about data."
    save(
        tmp_path,
        Episode("harbour-6-ffff", "h6", HARBOUR, 6, "Laws", "2022-05-05"),
        turn_of("Bo Crane", said, 2.0),
        turn_of("Ada Bell", "And the GDPR, says the GDPR, is the GDPR.", 90.0),
    )
    publish(tmp_path, encoder=encoder)
    door = server(tmp_path, encoder)
    with TestClient(create_app(Settings(home=tmp_path), encoder)) as http:
        told = called(door, "define_term", term="gdpr")
        the_same(told, http.get("/api/terms/gdpr").json(), "name", "expansion", "definition", "first", "episodes")
        listed = http.get("/api/lessons").json()
        lessons = called(door, "list_lessons", limit=100, max_tokens=20_000)
        the_same(lessons, listed, "lessons")
        assert lessons["total"] == len(lessons["lessons"]) > 4
        first = called(door, "list_lessons", limit=2)
        rest = called(door, "list_lessons", cursor=first["next_cursor"], limit=100, max_tokens=20_000)
        assert first["lessons"] + rest["lessons"] == lessons["lessons"]
        mine = called(door, "list_lessons", person="renn", episode="1", kind=lessons["lessons"][0]["kind"])
        assert mine["total"] < lessons["total"]
        assert "list_episodes" in refused(door, "list_lessons", {"episode": "99"})


@pytest.mark.parametrize("uri", ["playback://episodes/none", "playback://episodes/../x", "file:///etc/passwd", "x:y"])
def test_a_resource_that_is_not_there(door, uri) -> None:
    """Is refused in one sentence that says what there is."""
    said = error_of(door, lambda client: client.read_resource(uri))
    assert said.endswith("list_episodes lists the ids")


@pytest.mark.parametrize(
    ("name", "arguments"), [("none", {}), ("check_quotes", {}), ("check_quotes", {"draft": "x" * 50_000})]
)
def test_a_prompt_that_cannot_be_given(door, name, arguments) -> None:
    """Is refused in one sentence that says what it takes."""
    said = error_of(door, lambda client: client.get_prompt(name, arguments))
    assert re.search(r"answer_with_quotes|takes draft|at most 40,000", said)
