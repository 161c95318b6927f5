"""`playback config` says what holds and whence it comes, and tells no secret."""

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from api.cli import main
from api.settings import Settings

SECRET = "kumquat"


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Run the command with a file and variables that set something; return what it printed."""
    (tmp_path / "playback.toml").write_text(
        f"rate = 7\nhosts = ['a', 'b']\ntoken = '{SECRET}'\nllm_url = 'http://ada:{SECRET}@localhost/v1?key={SECRET}'\n"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PLAYBACK_RATE", "9")
    monkeypatch.setenv("PLAYBACK_LLM_KEY", SECRET)

    def ran(*arguments: str) -> str:
        assert main(["--home", "h", "config", *arguments]) == 0
        return capsys.readouterr().out

    return ran


def test_every_setting_stands_there_with_its_source(config: Any) -> None:
    """The default, the file, the environment or the command line, with the name that it has there."""
    lines = {line.pop("name"): line for line in json.loads(config("--json"))["settings"]}
    assert list(lines) == [field.name for field in fields(Settings)]
    assert {
        (name, line["value"], line["source"], line["where"])
        for name, line in lines.items()
        if name not in ("hosts", "cors")
    } >= {
        ("home", "h", "command line", "--home"),
        ("rate", 9, "environment", "PLAYBACK_RATE"),
        ("token", "hidden", "file", "token in playback.toml"),
        ("llm_url", "http://localhost/v1?…", "file", "llm_url in playback.toml"),
        ("llm_key", "hidden", "environment", "PLAYBACK_LLM_KEY"),
        ("metrics", False, "default", None),
        ("notice", None, "default", None),
    }
    assert lines["hosts"] == {
        "variable": "PLAYBACK_HOSTS",
        "value": ["a", "b"],
        "source": "file",
        "where": "hosts in playback.toml",
    }


def test_people_read_the_same_and_no_secret(config: Any) -> None:
    """A line for each, and neither key, token nor password in any form of it."""
    printed = config()
    assert "rate       = 9 (PLAYBACK_RATE)" in printed.splitlines()
    assert "hosts      = a, b (hosts in playback.toml)" in printed.splitlines()
    assert "metrics    = off (default)" in printed.splitlines()
    assert len(printed.splitlines()) == len(fields(Settings))
    assert SECRET not in printed + config("--json")
