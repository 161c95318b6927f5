"""What stands in deploy/ and the Containerfile is what the tools that read it accept, where they are installed."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from api.cli import _parser
from api.server.security_headers import MOST_BODY_BYTES, MOST_BODY_BYTES_OF
from api.server.time_limit import TIME_LIMIT

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"
UNITS = sorted(DEPLOY.glob("*.service")) + sorted(DEPLOY.glob("*.timer"))
MOST_BYTES = 900_000_000
# Asks for the health from inside the container, which has no network, until the server answers.
ASK = """
import sys, time, urllib.request as web
for _ in range(60):
    try:
        sys.exit(print(web.urlopen("http://127.0.0.1:8000/healthcheck").read().decode()))
    except OSError:
        time.sleep(1)
"""


def tool(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


def test_systemd_accepts_the_units(tmp_path: Path) -> None:
    """`systemd-analyze verify` has nothing to say but that the program is not installed here."""
    verify = tool("systemd-analyze")
    for unit in UNITS:
        text = unit.read_text("utf-8").replace("/opt/playback/bin/playback", shutil.which("true") or "/bin/true")
        (tmp_path / unit.name).write_text(text.replace("man:systemd.exec(5)", ""), "utf-8")
    done = subprocess.run(
        [verify, "--man=no", "verify", *(tmp_path / unit.name for unit in UNITS)], capture_output=True, text=True
    )
    assert (done.returncode, [line for line in done.stderr.splitlines() if str(tmp_path) in line]) == (0, [])


def test_units_run_commands_that_exist() -> None:
    """Each command line is one that the parser takes."""
    for unit in DEPLOY.glob("*.service"):
        (line,) = re.findall(r"^ExecStart=/opt/playback/bin/playback (.+)$", unit.read_text("utf-8"), re.MULTILINE)
        assert _parser().parse_args(line.split()).command in ("serve", "refresh")


def test_nginx_accepts_the_example(tmp_path: Path) -> None:
    """`nginx -t` on the example, with a certificate made for it."""
    nginx, openssl = tool("nginx"), tool("openssl")
    key, certificate = tmp_path / "key.pem", tmp_path / "fullchain.pem"
    subprocess.run(
        [
            openssl,
            "req",
            "-x509",
            "-nodes",
            "-newkey",
            "rsa:2048",
            "-subj",
            "/CN=x",
            "-keyout",
            key,
            "-out",
            certificate,
        ],
        check=True,
        capture_output=True,
    )
    text = (DEPLOY / "nginx.conf").read_text("utf-8").replace("/etc/ssl/quotes.example.org", str(tmp_path))
    (tmp_path / "all.conf").write_text(f"pid {tmp_path}/pid;\nevents {{}}\nhttp {{\n{text}\n}}\n")
    done = subprocess.run([nginx, "-t", "-c", tmp_path / "all.conf"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_nginx_has_the_limits_of_the_server() -> None:
    """It lets through what the server takes, and waits longer than the server does."""
    text = (DEPLOY / "nginx.conf").read_text("utf-8")
    (size,) = re.findall(r"client_max_body_size (\d+)k;", text)
    (seconds,) = re.findall(r"proxy_read_timeout (\d+)s;", text)
    assert int(size) * 1024 >= max(MOST_BODY_BYTES, *MOST_BODY_BYTES_OF.values())
    assert int(seconds) > TIME_LIMIT


def test_the_container_copies_what_there_is() -> None:
    """Every path that the first stage copies is there and not ignored; the server is not root."""
    text = (ROOT / "Containerfile").read_text("utf-8")
    ignored = (ROOT / ".containerignore").read_text("utf-8").splitlines()
    copied = [word for line in re.findall(r"^COPY (?!--)(.+)$", text, re.MULTILINE) for word in line.split()[:-1]]
    assert {"ingest", "index", "api", "data/catalogue.json"} <= set(copied)
    for path in copied:
        assert (ROOT / path).exists(), path
        assert f"!{path}" in ignored
    stages = text.split("\nFROM ")
    assert len(stages) == 3
    assert "USER 10001:10001" in stages[-1]
    assert "HEALTHCHECK" in stages[-1]


@pytest.mark.long
def test_the_container_serves_without_network_and_without_writing(tmp_path: Path) -> None:
    """Built and run by podman: at most 900 MB, a read-only root, no network, and healthy."""
    podman = tool("podman")
    built = subprocess.run(
        [podman, "build", "--format", "docker", "-t", "playback-test", ROOT], capture_output=True, text=True
    )
    if re.search(r"pinging container registry|initializing source|no such host", built.stderr):
        pytest.skip("the registry of images cannot be reached")
    assert built.returncode == 0, built.stderr[-2000:]
    size = subprocess.run(
        [podman, "image", "inspect", "--format", "{{.Size}}", "playback-test"],
        check=True,
        capture_output=True,
        text=True,
    )
    assert int(size.stdout) <= MOST_BYTES
    run = [podman, "run", "--rm", "--detach", "--read-only", "--tmpfs", "/tmp", "--tmpfs", "/data", "--network", "none"]
    started = subprocess.run([*run, "playback-test"], check=True, capture_output=True, text=True)
    name = started.stdout.strip()
    try:
        asked = subprocess.run(
            [podman, "exec", name, "/opt/playback/bin/python", "-c", ASK], capture_output=True, text=True
        )
        assert '"status":"empty"' in asked.stdout.replace(" ", "")
        who = subprocess.run([podman, "exec", name, "id", "-u"], capture_output=True, text=True)
        assert who.stdout.strip() == "10001"
    finally:
        subprocess.run([podman, "kill", name], capture_output=True)
