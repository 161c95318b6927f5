"""What stands in deploy/ and the Containerfile is what the tools that read it accept, where they are installed."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from api.server.security_headers import MOST_BODY_BYTES, MOST_BODY_BYTES_OF
from api.server.time_limit import TIME_LIMIT
from api.terminal.arguments import command_parser

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"
UNITS = sorted(DEPLOY.glob("*.service")) + sorted(DEPLOY.glob("*.timer"))
MOST_BYTES = 900_000_000
CAUGHT: Any = {"capture_output": True, "text": True}
QUESTION = "How did they keep both databases in step?"
# Waits for the health and asks the question from inside the container, which has no network.
ASK = f"""
import json, time, urllib.request as web
for _ in range(120):
    try:
        health = json.load(web.urlopen("http://127.0.0.1:8000/healthcheck"))
        if health["status"] == "ok":
            break
    except OSError:
        pass
    time.sleep(1)
asked = web.Request("http://127.0.0.1:8000/api/answers", json.dumps(dict(question={QUESTION!r})).encode())
asked.add_header("Content-Type", "application/json")
print(web.urlopen(asked).read().decode())
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
        assert command_parser().parse_args(line.split()).command in ("serve", "refresh")


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


@pytest.fixture
def image() -> Iterator[str]:
    """The image, built by podman; needs the registries of images and of Python's packages."""
    podman = tool("podman")
    built = subprocess.run([podman, "build", "--format", "docker", "-t", "playback-test", ROOT], **CAUGHT)
    if re.search(r"pinging container registry|initializing source|no such host", built.stderr):
        pytest.skip("the registry of images cannot be reached")
    assert built.returncode == 0, built.stderr[-2000:]
    yield "playback-test"
    subprocess.run([podman, "image", "rm", "--force", "playback-test"], **CAUGHT)


@pytest.mark.long
def test_the_container_answers_without_network_and_without_writing(image: str, tmp_path: Path) -> None:
    """At most 900 MB; a restored backup is served by a user who is not root, from a root that is read-only."""
    full = [sys.executable, "-m", "api.cli", "--home", tmp_path / "home"]
    said(*full, "ingest", ROOT / "data" / "sample" / "feed.xml", "--no-audio")
    said(*full, "backup", tmp_path / "backup.tar")
    podman = tool("podman")
    assert int(said(podman, "image", "inspect", "--format", "{{.Size}}", image)) <= MOST_BYTES
    volume = said(podman, "volume", "create")
    run = [podman, "run", "--rm", "--read-only", "--tmpfs", "/tmp", "--network", "none", "-v", f"{volume}:/data"]
    try:
        said(*run, "-v", f"{tmp_path}/backup.tar:/backup.tar:ro,U", image, "restore", "/backup.tar")
        name = said(*run, "--detach", image)
        answer = json.loads(said(podman, "exec", name, "/opt/playback/bin/python", "-c", ASK))
        assert "For six weeks we used dual writes" in answer["citations"][0]["quote"]
        said(podman, "healthcheck", "run", name)
        assert said(podman, "exec", name, "id", "-u") == "10001"
        touched = subprocess.run([podman, "exec", "--user", "root", name, "touch", "/opt/playback/x"], **CAUGHT)
        assert "Read-only file system" in touched.stderr
        said(podman, "stop", "--time", "30", name)
    finally:
        subprocess.run([podman, "volume", "rm", "--force", volume], **CAUGHT)


def said(*command: object) -> str:
    done = subprocess.run([str(part) for part in command], cwd=ROOT, **CAUGHT)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.strip()
