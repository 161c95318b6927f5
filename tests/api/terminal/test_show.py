"""`playback show` gives one episode's account, as text and as JSON, and refuses as the other commands do."""

import json
from pathlib import Path

import pytest

from api.cli import main
from ingest.item import Item
from ingest.library.records import Record, episode_ids, save_record
from ingest.library.removal import remove_episode
from ingest.pipeline import IngestSettings, ingest_episode
from ingest.sources import register_source
from ingest.transcript import Episode, Show

SAMPLE = Path(__file__).parents[3] / "data" / "sample"


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample show, ingested without its recordings."""
    home = tmp_path_factory.mktemp("sample")
    for episode in register_source(str(SAMPLE / "feed.xml"), home).episodes:
        assert ingest_episode(episode, home, IngestSettings(audio=False)).status == "ingested"
    return home


def told(home: Path, capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(["--home", str(home), "show", *arguments])
    printed = capsys.readouterr()
    return code, printed.out, printed.err


def test_an_account_for_people(sample: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By its number: each part under its title, with the choice, its reason and where the times come from."""
    code, out, err = told(sample, capsys, "1")
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0] == f"Rehearsing the data move ({episode_ids(sample)[0]})"
    assert [line for line in lines[1:] if not line.startswith(" ")] == [
        "Last outcome",
        "Facts",
        "Sources",
        "Choices",
        "Doubts",
    ]
    assert "  Number: 1, from feed.xml" in lines
    assert "  Transcript link: 1-rehearsal.vtt (vtt, en-gb): used" in lines
    (words,) = [line for line in lines if line.startswith("  Words: ")]
    assert words.startswith("  Words: the notes’ text, 485 words in 17 turns, because the captions do not name")
    assert "  Times: 17 turns: aligned with the captions" in lines
    assert str(SAMPLE) not in out


def test_an_account_for_programs(sample: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """JSON has the same parts under fixed names."""
    code, out, _ = told(sample, capsys, "1", "--json")
    found = json.loads(out)
    assert code == 0
    assert list(found) == ["episode", "outcome", "facts", "sources", "choice", "doubts", "chapters"]
    assert found["choice"]["text"] == "notes"
    assert found["choice"]["times"] == [{"timing": "aligned", "turns": 17, "source": "the captions"}]
    assert found["outcome"]["status"] == "ingested"


def test_text_of_a_source_does_not_command_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Control characters of a title or a message are not printed, and each stays on its line."""
    episode = Episode("tea-1-aaaa", "1", Show("tea", "Tea"), 1, "Ket\x1b[31mtles\nDoubts")
    save_record(tmp_path, Record(episode, (Item("1", "feed.xml", title="Ket\x9b31mtles"),)))
    code, out, _ = told(tmp_path, capsys, "1")
    assert code == 0
    assert not {"\x1b", "\x9b"} & set(out)
    assert out.splitlines()[0] == "Ket\ufffd[31mtles Doubts (tea-1-aaaa)"
    assert "    also: Ket\ufffd31mtles, from feed.xml" in out.splitlines()


def test_unknown_removed_and_ambiguous_episodes(sample: Path, tmp_path: Path, capsys) -> None:
    """One line and exit 1 for what is not there; a number that several episodes have is wrong usage."""
    code, out, err = told(sample, capsys, "nothing")
    assert (code, out) == (1, "")
    assert err.startswith("playback: no episode 'nothing'")
    for show in ("one", "two"):
        (tmp_path / f"{show}.xml").write_text(
            f"<rss version='2.0'><channel><title>Show {show}</title><item><title>Episode 7: Tea</title>"
            f"<guid>{show}</guid><description>Nothing.</description></item></channel></rss>"
        )
        register_source(str(tmp_path / f"{show}.xml"), tmp_path / "home")
    code, out, err = told(tmp_path / "home", capsys, "7")
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    gone = episode_ids(tmp_path / "home")[0]
    remove_episode(tmp_path / "home", gone, "a wish", purge=False)
    assert told(tmp_path / "home", capsys, gone)[0] == 1
