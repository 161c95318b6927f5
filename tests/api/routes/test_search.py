"""GET /api/search by pages, and everything about a question to download."""

import csv
from io import StringIO

import pytest
from starlette.testclient import TestClient

from api.answer import gather as gathering
from api.routes.response_schemas import SearchResponse

QUESTION = "Which council paid for the lighthouse database?"


def test_a_page_says_how_many_there_are_and_which_is_next(client: TestClient) -> None:
    """All hits by pages, each marked as about the question or not; the counts are the same on every page."""
    pages = [
        SearchResponse.model_validate(client.get("/api/search", params={"q": QUESTION, "k": 3, "page": page}).json())
        for page in (1, 2, 3)
    ]
    whole = client.get("/api/search", params={"q": QUESTION, "k": 100}).json()
    assert [page.next for page in pages] == [2, None, None]
    assert [hit.rank for page in pages for hit in page.hits] == [hit["rank"] for hit in whole["hits"]] == [1, 2, 3, 4]
    assert {(page.total, page.mentions) for page in pages} == {(1, 0)}
    assert [hit["about"] for hit in whole["hits"]] == [True, False, False, False]
    assert whole["episodes"] == [{"id": whole["hits"][0]["episode"]["id"], "hits": 1}]
    assert whole["hits"][0]["coverage"] == 1.0


@pytest.mark.parametrize("extension", ["csv", "md", "json"])
def test_links_of_a_download_lead_back_to_the_server(client: TestClient, extension: str) -> None:
    """They are absolute, and the quote's page is there."""
    response = client.get(f"/api/search.{extension}", params={"q": QUESTION})
    quote = client.get("/api/search", params={"q": QUESTION}).json()["hits"][0]["quote_id"]
    assert f"http://testserver/quotes/{quote}" in response.text
    assert response.headers["content-disposition"] == f'attachment; filename="search.{extension}"'


def test_filters_restrict_a_download(client: TestClient) -> None:
    """The same filters by name as for a search."""
    response = client.get("/api/search.csv", params={"q": QUESTION, "until": "2020-12-31"})
    assert len(list(csv.reader(StringIO(response.text)))) == 1


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/search?q=x&page=0", 422),
        ("/api/search?q=x&page=501", 422),
        ("/api/search.csv", 422),
        ("/api/search.csv?q=+", 422),
        ("/api/search.csv?q=x&speaker=Mina", 422),
        ("/api/search.pdf?q=x", 404),
        ("/search?q=x&page=0", 422),
    ],
)
def test_what_cannot_be_had_is_refused(client: TestClient, path: str, status: int) -> None:
    """In the one shape of errors."""
    response = client.get(path, headers={"accept": "application/json"})
    assert (response.status_code, response.json()["status_code"]) == (status, status)


def test_as_many_hits_come_as_were_asked_for(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where counting ended before: `k` hits, if there are as many, and a next page for the others."""
    monkeypatch.setattr(gathering, "IDLE_HITS", 1)
    for k, page, ranks, following in ((3, 1, [1, 2, 3], 2), (3, 2, [4], None), (4, 1, [1, 2, 3, 4], None)):
        found = client.get("/api/search", params={"q": QUESTION, "k": k, "page": page}).json()
        assert ([hit["rank"] for hit in found["hits"]], found["next"], found["total"]) == (ranks, following, 1)


def test_an_empty_library_has_nothing_to_download(empty: TestClient) -> None:
    """It says what to run; a question that is none is refused all the same."""
    assert empty.get("/api/search.csv?q=x").status_code == 503
    assert empty.get("/api/search.csv?q=").status_code == 422
