"""What the environment sets about who may ask."""

import pytest

from api.cli import main
from api.errors import SettingError
from api.settings import Settings, read_settings


def test_who_may_ask_is_read_from_the_environment() -> None:
    """Lists are separated by commas or blanks; the token stands in no representation."""
    found = read_settings(
        {
            "PLAYBACK_HOSTS": "playback.example.org, 10.0.0.1",
            "PLAYBACK_CORS": "https://example.org http://localhost:3000",
            "PLAYBACK_PUBLIC_URL": "https://example.org/podcast/",
            "PLAYBACK_RATE": "0",
            "PLAYBACK_TOKEN": "a secret",
        }
    )
    assert found.hosts == ("playback.example.org", "10.0.0.1")
    assert found.public_url == "https://example.org/podcast"
    assert found.cors == ("https://example.org", "http://localhost:3000")
    assert (found.rate, found.token) == (0, "a secret")
    assert "a secret" not in repr(found)
    assert (Settings().hosts, Settings().cors, Settings().rate, Settings().token) == ((), (), 120, None)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PLAYBACK_RATE", "many"),
        ("PLAYBACK_RATE", "-1"),
        ("PLAYBACK_RATE", "²"),
        ("PLAYBACK_PUBLIC_URL", "example.org"),
        ("PLAYBACK_PUBLIC_URL", "https://example.org/?x=1"),
        ("PLAYBACK_PUBLIC_URL", "https://reader:secret@example.org"),
        ("PLAYBACK_CORS", "example.org"),
        ("PLAYBACK_CORS", "https://example.org/"),
        ("PLAYBACK_CORS", "https://*.example.org/x"),
    ],
)
def test_a_setting_that_means_nothing_is_named(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It fails at the start, in one line that names the variable, and not later."""
    with pytest.raises(SettingError, match=name):
        read_settings({name: value})
    monkeypatch.setenv(name, value)
    assert main(["status"]) == 1
    said = capsys.readouterr().err
    assert said.startswith(f"playback: {name}")
    assert said.count("\n") == 1
