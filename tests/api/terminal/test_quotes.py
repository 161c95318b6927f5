"""`playback verify` and `playback quote`: the same as over HTTP, for a terminal."""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.episodes.transcripts import open_transcript
from api.quotes.quote import quote_at
from tests.api.terminal.conftest import Run

SAID = "The harbour council paid for the lighthouse database"
TIMED = "harbour-1-aaaa"


@pytest.fixture
def run(home: Path, playback: Run) -> Run:
    """Run a command over the harbour library; return its exit code and what it printed and complained."""
    return partial(playback, "--home", str(home))


@pytest.fixture
def council(home: Path) -> str:
    source = open_transcript(home, TIMED)
    assert source is not None
    return quote_at(source, 54, 12).id


def test_a_text_or_a_file_is_verified(run: Run, client: TestClient, tmp_path: Path) -> None:
    """JSON equals the route's; text says word for word, nearly with marks, or nobody and the nearest."""
    code, out, err = run("verify", SAID, "--json")
    assert (code, err) == (0, "")
    expected = client.post("/api/quotes/verify", json={"text": SAID}).json()
    for found in (given := json.loads(out)), expected:
        for citation in found["citations"]:
            citation["episode"]["audio_url"] = citation["listen_url"] = None
    assert given == expected
    draft = tmp_path / "draft.txt"
    draft.write_text(SAID.replace("paid", "asked"), "utf-8")
    code, out, _ = run("verify", str(draft), "--speaker", "Mina")
    assert code == 0
    assert "[-asked-] {+paid+}" in out
    assert "Not Mina said it, but Tobias Renn." in out
    assert run("verify", SAID)[1].startswith(f"Said word for word:\n  “{SAID}”\n  Tobias Renn, Moving the records")
    by_other = run("verify", SAID, "--speaker", "Mina")[1]
    assert by_other.startswith("Said word for word, by somebody else:\n")
    assert "The nearest quotes:" in run("verify", "some council once bought a database for its lamps")[1]


@pytest.mark.parametrize("text", ["two words", "x" * 2_001, "", "a\0b"])
def test_texts_out_of_bounds_are_wrong_usage(run: Run, text: str) -> None:
    """One line, exit 2."""
    code, out, err = run("verify", text)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "the text has 1 word; give 3 to 400" in run("verify", "one")[2]


def test_a_long_file_is_for_check_links(run: Run, tmp_path: Path) -> None:
    """The error says which command reads drafts."""
    draft = tmp_path / "draft.md"
    draft.write_text("word " * 1_000, "utf-8")
    code, _, err = run("verify", str(draft))
    assert (code, "playback check-links" in err) == (2, True)


@pytest.mark.parametrize("name", ["drafts/one.txt", "draft-of-a-post.md", "/"])
def test_a_file_that_is_not_there_is_no_text(run: Run, name: str) -> None:
    """A mistyped name is not looked for among what was said."""
    code, out, err = run("verify", name)
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert f"{name}: there is no such file" in err


@pytest.mark.parametrize(("form", "part"), [
    ("blog", "> The harbour council"), ("html", "<blockquote cite="), ("text", "“The harbour council"),
    ("json-ld", '"@type": "Quotation"'),
])  # fmt: skip
def test_a_quote_has_every_form(run: Run, council: str, form: str, part: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """By its id or address, with the public address where one is set."""
    monkeypatch.setenv("PLAYBACK_PUBLIC_URL", "https://quotes.example")
    code, out, err = run("quote", council, "--form", form)
    assert (code, err) == (0, "")
    assert part in out
    assert f"https://quotes.example/quotes/{council}" in out
    assert run("quote", f"https://old.example/quotes/{council}/", "--form", form)[1] == out
    monkeypatch.delenv("PLAYBACK_PUBLIC_URL")
    code, out, err = run("quote", council, "--form", form)
    assert (code, err.count("set PLAYBACK_PUBLIC_URL to")) == (0, form != "text")
    assert err.count("\n") == (form != "text")


def test_a_changed_quote_says_what_it_said(
    run: Run, council: str, home: Path, rewrite: Callable[[Path, str, int, str], None]
) -> None:
    """The text has both, JSON is the route's, and what is gone or unknown is one line."""
    rewrite(home, TIMED, 3, f"{SAID}s from its winter budget.")
    out = run("quote", council)[1]
    assert f"When it was cited it said: Tobias Renn: “{SAID} from its winter budget.”" in out
    assert "[-database-] {+databases+}" in out
    found: dict[str, Any] = json.loads(run("quote", council, "--json")[1])
    assert (found["changed"], found["cited"]["quote"]) == (True, f"{SAID} from its winter budget.")
    rewrite(home, TIMED, 3, "Something else entirely was meant by us.")
    for identifier in (council, "none", "https://x.example/quotes/"):
        code, out, err = run("quote", identifier)
        assert (code, out, err.count("\n")) == (1, "", 1)
