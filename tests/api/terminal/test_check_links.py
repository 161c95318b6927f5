"""`playback check-links`: what does not hold, as text, JSON and SARIF, and the exit code that CI looks at."""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from api.episodes.transcripts import open_transcript
from api.quotes.quote import quote_at
from ingest.library.removal import remove_episode
from tests.api.terminal.conftest import Run

TIMED, UNTIMED = "harbour-1-aaaa", "harbour-2-bbbb"
SAID = "The harbour council paid for the lighthouse database"
BASE = "https://quotes.example"


@pytest.fixture
def run(home: Path, playback: Run, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the command over the harbour library; return its exit code and what it printed and complained."""
    monkeypatch.setenv("PLAYBACK_PUBLIC_URL", BASE)
    return partial(playback, "--home", str(home), "check-links")


@pytest.fixture
def council(home: Path) -> str:
    source = open_transcript(home, TIMED)
    assert source is not None
    return quote_at(source, 54, 12).id


@pytest.fixture
def draft(tmp_path_factory: pytest.TempPathFactory, council: str) -> Path:
    """A draft with a right statement, a misquote, a wrong speaker and a link that never was."""
    path = tmp_path_factory.mktemp("drafts") / "a post.md"
    path.write_text(
        f"# Post\n\n> {SAID} from its winter budget.\n\nTobias Renn in [Moving]({BASE}/quotes/{council})\n\n"
        f"“{SAID.replace('paid', 'begged')}”, said Tobias Renn on The Harbour Podcast.\n\n"
        f"“{SAID}”, said Mina Calder on The Harbour Podcast.\n\n"
        f"{BASE}/quotes/{TIMED}.0.5.0000000000 and https://elsewhere.example/quotes/other-1-xxxx.0.5.0000000000\n",
        "utf-8",
    )
    return path


def statuses(run: Run, *arguments: str) -> list[str]:
    found: dict[str, Any] = json.loads(run(*arguments, "--json")[1])
    return [finding["status"] for finding in found["findings"]]


def test_what_does_not_hold_is_printed_and_is_an_error(run: Run, draft: Path) -> None:
    """With its line, the true speaker, the nearest words with marks; a link to another Playback is none of ours."""
    code, out, err = run(str(draft))
    assert (code, err) == (1, "")
    for words in (
        f"{draft}:7: never said: nobody says these words",
        "[-begged-] {+paid+}",
        f"{draft}:9: wrong speaker: not Mina Calder said it, but Tobias Renn",
        f"{draft}:11: gone: no words of",
        "4 quotes in 1 document: 1 holds, 1 gone, 1 never said, 1 wrong speaker",
    ):
        assert words in out
    assert statuses(run, str(draft)) == ["holds", "never said", "wrong speaker", "gone"]


def test_a_draft_that_holds_is_done(run: Run, draft: Path, council: str) -> None:
    """Exit 0, also for a draft without quotes, and for words of which few are left out."""
    draft.write_text(f"As Tobias Renn told The Harbour Podcast: “{SAID[:24]} … from its winter budget.”", "utf-8")
    assert run(str(draft))[:2] == (0, "1 quote in 1 document: 1 holds\n")
    draft.write_text("“Some words that are no quote of ours”, said the minister.", "utf-8")
    assert run(str(draft))[:2] == (0, "No quotes found in 1 document.\n")


def test_sarif_has_what_code_hosts_need(run: Run, draft: Path) -> None:
    """Version 2.1.0, each result with a rule that is listed, a level, a message, a place and a fingerprint."""
    code, out, _ = run(str(draft), str(draft.parent / "none.md"), "--sarif")
    sarif = json.loads(out)
    (found,) = sarif["runs"]
    assert (code, sarif["version"]) == (1, "2.1.0")
    rules = [rule["id"] for rule in found["tool"]["driver"]["rules"]]
    assert [result["ruleId"] for result in found["results"]] == [
        "quote-never-said",
        "quote-wrong-speaker",
        "quote-gone",
    ]
    for result in found["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
        assert result["level"] == "error"
        place = result["locations"][0]["physicalLocation"]
        assert place["artifactLocation"]["uri"].endswith("/a%20post.md")
        assert place["region"]["startLine"] > 1
        assert result["message"]["text"]
    assert len({result["partialFingerprints"]["statement/v1"] for result in found["results"]}) == 3
    (run_of,) = found["invocations"]
    assert run_of["executionSuccessful"] is False
    assert "none.md" in run_of["toolExecutionNotifications"][0]["message"]["text"]


def test_what_became_of_a_link(
    run: Run, draft: Path, council: str, home: Path, rewrite: Callable[[Path, str, int, str], None]
) -> None:
    """Changed with both words, moved without failing, gone with what it said, withdrawn with the reason."""
    draft.write_text(f"[Listen]({BASE}/embed/{council})", "utf-8")
    assert statuses(run, str(draft)) == ["holds"]
    rewrite(home, TIMED, 3, f"So now. {SAID} from its winter budget.")
    assert (statuses(run, str(draft)), run(str(draft))[0]) == (["moved"], 0)
    rewrite(home, TIMED, 3, f"{SAID}s from its winter budget.")
    code, out, _ = run(str(draft))
    assert code == 1
    assert f"then:   “{SAID} from its winter budget.”" in out
    assert f"“{SAID}s from its winter budget.”" in out
    rewrite(home, TIMED, 3, "Something else entirely was meant by us.")
    assert "gone" in run(str(draft))[1]
    remove_episode(home, TIMED, "the guest asked for it", purge=True)
    code, out, _ = run(str(draft))
    assert code == 1
    assert "withdrawn: the episode was removed" in out
    assert "the guest asked for it" in out


def test_hosts_that_are_not_public_are_not_read(run: Run) -> None:
    """Pages come through the safe fetch."""
    code, out, _ = run("http://127.0.0.1:1/post")
    assert code == 1
    assert "not read" in out
