"""What compose.yaml starts: two servers behind one address, a worker, a database, and nothing open that need not be."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from api.server.security_headers import MOST_BODY_BYTES, MOST_BODY_BYTES_OF
from api.server.time_limit import TIME_LIMIT
from api.terminal.arguments import command_parser

ROOT = Path(__file__).parents[1]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
SERVICES: dict[str, Any] = COMPOSE["services"]
PLAYBACK = ("prepare", "worker", "server1", "server2")
PROXY = (ROOT / "deploy" / "two-servers.conf").read_text("utf-8")


def test_docker_compose_accepts_it(tmp_path: Path) -> None:
    """`docker compose config`, which needs no running Docker, finds no mistake."""
    docker = shutil.which("docker")
    if docker is None or subprocess.run([docker, "compose", "version"], capture_output=True).returncode != 0:
        pytest.skip("docker compose is not installed")
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "database_password").write_text("x")
    shutil.copy(ROOT / "compose.yaml", tmp_path)
    done = subprocess.run([docker, "compose", "config", "--quiet"], cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_one_address_is_open_and_only_to_this_machine() -> None:
    """The proxy's, on the loopback interface unless it is said otherwise; the database reaches nothing outside."""
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]
    assert SERVICES["proxy"]["ports"] == ["${PLAYBACK_ADDRESS:-127.0.0.1:8000}:8080"]
    assert [name for name, service in SERVICES.items() if "outside" in service["networks"]] == ["worker", "proxy"]
    assert COMPOSE["networks"]["inside"] == {"internal": True}


def test_the_password_stands_in_a_file_alone() -> None:
    """Every service that needs it reads the secret; no variable holds a word that could be one."""
    for name in ("database", *PLAYBACK):
        assert SERVICES[name]["secrets"] == ["database_password"]
    assert SERVICES["server1"]["environment"]["PLAYBACK_STORE"] == "postgresql://playback@database:5432/playback"
    assert SERVICES["database"]["environment"]["POSTGRES_PASSWORD_FILE"] == "/run/secrets/database_password"
    ignored = (ROOT / ".gitignore").read_text("utf-8").splitlines()
    assert "/secrets/" in ignored


def test_playback_runs_without_rights_and_writes_no_program() -> None:
    """A read-only root, no capabilities, and no user but the one that the image names."""
    for name in PLAYBACK:
        service = SERVICES[name]
        assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])
        assert "user" not in service
        assert "privileged" not in service
    assert SERVICES["server1"]["volumes"] == SERVICES["server2"]["volumes"] == ["data:/data:ro"]


def test_the_password_reaches_a_command_that_exists(tmp_path: Path) -> None:
    """The entrypoint runs what stands after it, with the secret in its environment; the parser takes each command."""
    (tmp_path / "secret").write_text("pass word'\n")
    *shell, script, zeroth = SERVICES["server1"]["entrypoint"]
    script = script.replace("$$", "$").replace("/run/secrets/database_password", str(tmp_path / "secret"))
    said = subprocess.run(
        [*shell, script, zeroth, "sh", "-c", 'echo "$PGPASSWORD|$1"', "sh", "a b"], capture_output=True, text=True
    )
    assert said.stdout == "pass word'|a b\n"
    for name in ("server1", "server2"):
        assert SERVICES[name]["command"][0] == "playback"
        assert command_parser().parse_args(SERVICES[name]["command"][1:]).command == "serve"
    assert "playback refresh;" in SERVICES["worker"]["command"][-1]


def test_everything_waits_for_what_it_needs() -> None:
    """The tables for a healthy database, servers and worker for the tables, the proxy for healthy servers."""

    def awaited(name: str) -> dict[str, str]:
        return {other: how["condition"] for other, how in SERVICES[name]["depends_on"].items()}

    assert awaited("prepare") == {"database": "service_healthy"}
    for name in ("worker", "server1", "server2"):
        assert awaited(name) == {"prepare": "service_completed_successfully"}
    assert awaited("proxy") == {"server1": "service_healthy", "server2": "service_healthy"}
    assert all("interval" in SERVICES[name]["healthcheck"] for name in ("database", "server1", "server2", "proxy"))
    for name in ("prepare", "worker"):  # the image's check asks a server, which they are not
        assert SERVICES[name]["healthcheck"] == {"disable": True}


def test_the_proxy_knows_the_servers_and_their_limits() -> None:
    """It names both, lets through what they take, waits longer than they do, and shows no counts."""
    assert re.findall(r"server (\w+):8000 ", PROXY) == ["server1", "server2"]
    (size,) = re.findall(r"client_max_body_size (\d+)k;", PROXY)
    (seconds,) = re.findall(r"proxy_read_timeout (\d+)s;", PROXY)
    assert int(size) * 1024 >= max(MOST_BODY_BYTES, *MOST_BODY_BYTES_OF.values())
    assert int(seconds) > TIME_LIMIT
    assert "location = /metrics {\n        return 404;" in PROXY
