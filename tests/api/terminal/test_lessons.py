"""`playback lessons`: the same register as the pages, from the command line."""

import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from ingest.library.decisions import read_decisions
from tests.api.conftest import HashedStems, library_of
from tests.api.lessons.scripted import publish, reword
from tests.api.terminal.conftest import Run

MONTHS = "Moving away took nineteen months and two rehearsals."


@pytest.fixture
def run(tmp_path: Path, playback: Run) -> Run:
    """Run the command over the harbour library; return its exit code and what it printed and complained."""
    library_of(tmp_path)
    publish(tmp_path).generation.close()
    return partial(playback, "--home", str(tmp_path), "lessons")


def lessons(run: Run, *arguments: str) -> list[dict[str, Any]]:
    code, out, err = run(*arguments, "--json")
    assert (code, err) == (0, "")
    found: list[dict[str, Any]] = json.loads(out)["lessons"]
    return found


def test_lessons_are_listed_and_filtered(run: Run) -> None:
    """As JSON of the contract, and as text with quote, speaker, episode and id."""
    everything = lessons(run)
    assert lessons(run, "list", "--limit", "2") == everything[:2]
    assert {one["citations"][0]["speaker"] for one in lessons(run, "--person", "oluchi")} == {"Oluchi Varga"}
    assert {one["citations"][0]["episode"]["number"] for one in lessons(run, "--episode", "1")} == {1}
    code, out, _ = run("--theme", "rehearsals")
    assert code == 0
    for words in (f"“{MONTHS}”", "Tobias Renn: Moving the records, 28 October 2021", "1 lesson"):
        assert words in out
    assert run("--state", "rejected")[1].startswith("no lessons")
    assert (
        run("--limit", "2")[1]
        .rstrip()
        .endswith(f"\n2 of {len(everything)} lessons; --limit N shows more, --page 2 the next ones")
    )
    assert run("--limit", "99")[1].rstrip().endswith(f"\n{len(everything)} lessons")


def test_pages_are_those_of_the_http_interface(run: Run, tmp_path: Path) -> None:
    """The same JSON with the number of the next page, null after the last; together they are all lessons, once."""
    following, seen = 1, []
    with TestClient(create_app(Settings(home=tmp_path), HashedStems())) as http:
        while following:
            code, out, _ = run("--json", "--limit", "3", "--page", str(following))
            assert code == 0
            told = json.loads(out)
            assert told == http.get("/api/lessons", params={"limit": 3, "page": following}).json()
            following = told["next"]
            seen += [one["id"] for one in told["lessons"]]
    everything = lessons(run, "--limit", "99")
    assert len(everything) > 3
    assert seen == [one["id"] for one in everything]
    (last,) = lessons(run, "--limit", str(len(everything) - 1), "--page", "2")
    assert last == everything[-1]
    assert json.loads(run("accept", seen[0], "--by", "Ann", "--json")[1])["next"] is None
    beyond = run("--limit", "3", "--page", "99")[1]
    assert beyond == f"no lessons on page 99, of {len(everything)} lessons in all\n"


def test_decisions_are_stored_with_who_and_when(run: Run, tmp_path: Path) -> None:
    """Each action shows the lesson as it is then."""
    first, second, *_ = (one["id"] for one in lessons(run))
    assert [one["state"] for one in lessons(run, "accept", first, second, "--by", "Ann")] == ["accepted"] * 2
    assert lessons(run, "retitle", first, "Mind", "the", "gap", "--by", "Ann")[0]["title"] == "Mind the gap"
    assert lessons(run, "tag", first, "moving platforms", "--by", "Ann")[0]["themes"][:1] == ["moving platforms"]
    assert lessons(run, "note", first, "Ask them again.", "--by", "Ann")[0]["notes"][0]["by"] == "Ann"
    assert lessons(run, "merge", first, second, "--by", "Ann")[0]["merged"] == [second]
    assert lessons(run, "propose", first, "--by", "Ann")[0]["state"] == "proposed"
    assert {one.by for one in read_decisions(tmp_path)} == {"Ann"}
    code, out, _ = run("untag", first, "moving platforms")
    assert (code, "Mind the gap" in out) == (0, True)
    assert read_decisions(tmp_path)[-1].by


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("accept",), 2, "needs the id of a lesson"),
        (("accept", "nothing"), 1, "no lesson 'nothing'"),
        (("retitle", "x"), 2, "needs an id and a title"),
        (("merge", "x"), 1, "no lesson 'x'"),
        (("list", "x"), 2, "takes filters only"),
        (("--episode", "99"), 1, "no episode"),
        (("burn", "x"), 2, "invalid choice"),
        (("--kind", "joke"), 2, "invalid choice"),
        (("--year", "20x"), 2, "year must be a year such as 2021, not '20x'"),
    ],
)
def test_wrong_usage_is_one_line(run: Run, tmp_path: Path, arguments: Any, code: int, message: str) -> None:
    """It says what is wrong, and nothing is stored."""
    found, out, err = run(*arguments)
    assert (found, out, message in err) == (code, "", True)
    assert read_decisions(tmp_path) == []


def test_words_that_changed_since_they_were_listed_are_not_judged(run: Run, tmp_path: Path) -> None:
    """The refusal and the list give the id that they have now."""
    listed = next(one["id"] for one in lessons(run) if one["citations"][0]["quote"] == MONTHS)
    reword(tmp_path, "harbour-1-aaaa", lambda text: text.replace("nineteen", "eighteen"))
    code, out, err = run("accept", listed)
    assert (code, out, "not the words of the lesson today" in err) == (1, "", True)
    assert read_decisions(tmp_path) == []
    today = err.split()[-1]
    assert today in run("--theme", "rehearsals")[1]
    assert [one["state"] for one in lessons(run, "accept", today)] == ["accepted"]


def test_one_wrong_id_stores_nothing(run: Run, tmp_path: Path) -> None:
    """All ids are looked up before the first is decided about."""
    first = lessons(run)[0]["id"]
    assert run("reject", first, "nothing")[0] == 1
    assert read_decisions(tmp_path) == []
