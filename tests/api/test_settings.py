"""What the environment and a file set, and how each mistake in them is named."""

from pathlib import Path

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
            "PLAYBACK_PUBLIC_URL": "https://example.org:8443/",
            "PLAYBACK_RATE": "0",
            "PLAYBACK_TOKEN": "a secret",
        }
    )
    assert found.hosts == ("playback.example.org", "10.0.0.1")
    assert found.public_url == "https://example.org:8443"
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
        ("PLAYBACK_RATE", "9" * 5_000),  # more digits than int() reads
        ("PLAYBACK_PUBLIC_URL", "example.org"),
        ("PLAYBACK_PUBLIC_URL", "https://example.org/?x=1"),
        ("PLAYBACK_PUBLIC_URL", "https://example.org/podcast"),  # pages link to addresses at the root
        ("PLAYBACK_PUBLIC_URL", "https://reader:secret@example.org"),
        ("PLAYBACK_PUBLIC_URL", "https://["),
        ("PLAYBACK_PUBLIC_URL", "https://[::1"),
        ("PLAYBACK_PUBLIC_URL", "https://example.org:99999"),
        ("PLAYBACK_PUBLIC_URL", "https://example.org:port"),
        ("PLAYBACK_PUBLIC_URL", "https://:80"),
        ("PLAYBACK_PUBLIC_URL", 'https://a"b.example.org'),
        ("PLAYBACK_METRICS", "maybe"),
        ("PLAYBACK_FEEDBACK", "2"),
        ("PLAYBACK_LOG", "loud"),
        ("PLAYBACK_CORS", "example.org"),
        ("PLAYBACK_CORS", "https://example.org/"),
        ("PLAYBACK_CORS", "https://*.example.org/x"),
        ("PLAYBACK_CORS", "https://example.org:99999"),
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
    assert (said.count("\n"), len(said) < 300) == (1, True)


@pytest.mark.parametrize("word", ["off", "no", "false", "0", "No", " OFF "])
def test_every_usual_word_turns_a_setting_off(word: str) -> None:
    """And its opposite on, in capitals too; nothing stays on because a word was not understood."""
    opposite = {"off": "on", "no": "yes", "false": "true", "0": "1"}[word.strip().lower()]
    found = read_settings({"PLAYBACK_FEEDBACK": word, "PLAYBACK_METRICS": opposite})
    assert (found.feedback, found.metrics) == (False, True)
    found = read_settings({"PLAYBACK_FEEDBACK": opposite.upper(), "PLAYBACK_METRICS": word})
    assert (found.feedback, found.metrics) == (True, False)


@pytest.mark.parametrize("address", ["http://[::1]:8000", "https://10.0.0.1", "https://bücher.example:65535"])
def test_a_public_address_can_have_any_host_and_port(address: str) -> None:
    """A name in any script, an address with or without colons, and a port."""
    assert read_settings({"PLAYBACK_PUBLIC_URL": address}).public_url == address


WHOLE = """
home = "elsewhere"
rate = 7
feedback = false
metrics = true
hosts = ["a.example.org", "b.example.org"]
public_url = "https://quotes.example.org"
notice = ""
"""


def test_a_file_holds_settings_and_the_environment_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each type of TOML is read; an empty value counts as unset, in both places."""
    (tmp_path / "playback.toml").write_text(WHOLE)
    monkeypatch.chdir(tmp_path)
    assert read_settings({"PLAYBACK_RATE": ""}) == Settings(
        Path("elsewhere"),
        rate=7,
        feedback=False,
        metrics=True,
        hosts=("a.example.org", "b.example.org"),
        public_url="https://quotes.example.org",
    )
    found = read_settings({"PLAYBACK_RATE": "9", "PLAYBACK_METRICS": "off"})
    assert (found.rate, found.metrics, found.home) == (9, False, Path("elsewhere"))


def test_another_file_can_be_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the named one is read then, and it must be there; without either, the defaults hold."""
    monkeypatch.chdir(tmp_path)
    assert read_settings({}) == Settings()
    (tmp_path / "playback.toml").write_text("rate = 1")
    (tmp_path / "other.toml").write_text("log = 'info'")
    assert read_settings({"PLAYBACK_CONFIG": "other.toml"}) == Settings(log="INFO")
    with pytest.raises(SettingError, match=r"none\.toml cannot be read: No such file"):
        read_settings({"PLAYBACK_CONFIG": "none.toml"})


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("ratte = 3", "playback.toml has no setting 'ratte'; did you mean: rate"),
        ("zzz = 3", "playback.toml has no setting 'zzz'; it can have home, encoder"),
        ("PLAYBACK_RATE = 3", "has no setting 'PLAYBACK_RATE'"),
        ("[rate]\nx = 3", "rate in playback.toml must be a text"),
        ("rate = 1.5", "rate in playback.toml must be a text"),
        ("hosts = [1]", "hosts in playback.toml must be a text"),
        ("rate = -1", "rate in playback.toml must be a number of requests"),
        ("public_url = 'example.org'", "public_url in playback.toml must be an address"),
        ("metrics = 'maybe'", "metrics in playback.toml must be on or off"),
        ("metrics = 2", "metrics in playback.toml must be on or off"),
        (f"rate = 0x{'f' * 5_000}", "rate in playback.toml must be a text, a whole number up to"),
        (f"rate = 3 #{' ' * 100_000}", "playback.toml is longer than 100,000 bytes"),
        ("rate =", "playback.toml is not TOML: "),
        ("rate = 'Ã¼\udcff'", "playback.toml is not TOML: "),
        ("rate = " + "[" * 5_000, "playback.toml is not TOML: "),
    ],
)
def test_a_mistake_in_the_file_is_one_line(
    text: str, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It names the file and the setting, and the nearest for one that does not exist; nothing is run."""
    (tmp_path / "playback.toml").write_bytes(text.encode("utf-8", "surrogateescape"))
    monkeypatch.chdir(tmp_path)
    assert main(["status"]) == 1
    said = capsys.readouterr()
    assert says in said.err
    assert (said.out, said.err.count("\n")) == ("", 1)
