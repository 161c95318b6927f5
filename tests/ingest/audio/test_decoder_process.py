"""Recordings are decoded in a cell: a process that can reach nothing and whose failures are one line."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from ingest.audio import decoder_process
from ingest.audio.decoder_messages import ERROR, INFO, MOST_BYTES, SAMPLES, message
from ingest.audio.decoder_process import line_in, run_decoder, sandbox_limits
from ingest.audio.load import LONGEST, blocks, probe
from ingest.errors import AudioError

pytest.importorskip("av")
ROOT = Path(__file__).parents[3]
linux = pytest.mark.skipif(sys.platform != "linux", reason="walls of Linux")


@pytest.fixture
def walled():
    """Run lines of Python behind the walls; `canary` is an address that listens. Returns what they print."""

    def ran(lines: str, *walls: str, argument: str = "") -> str:
        program = "import socket, sys, os\nfrom ingest.audio import sandbox\n" + "\n".join(walls) + "\n" + lines
        done = subprocess.run(
            [sys.executable, "-c", program, argument], cwd=ROOT, capture_output=True, text=True, check=False
        )
        return done.stdout + done.stderr

    return ran


CONNECT = "socket.create_connection(('127.0.0.1', int(sys.argv[1])), 5)\nprint('connected')"
NETWORK, FILES, LIMITS = "sandbox.leave_network()", "sandbox.close_files()", "sandbox.limit_resources()"


@linux
@pytest.mark.parametrize("wall", [NETWORK, FILES, LIMITS])
def test_each_wall_by_itself_keeps_the_network_out(walled, wall):
    """A listening port of this machine is reached without walls, and behind any one that this kernel has it is not."""
    with socket.create_server(("127.0.0.1", 0)) as canary:
        port = str(canary.getsockname()[1])
        assert "connected" in walled(CONNECT, argument=port)
        canary.accept()[0].close()
        held = {NETWORK: "no interfaces", FILES: "no TCP", LIMITS: "no socket"}[wall] in sandbox_limits()["network"]
        if not held:
            pytest.skip("this kernel has no such wall")
        assert "connected" not in walled(CONNECT, wall, argument=port)
        canary.settimeout(0.1)
        with pytest.raises(TimeoutError):
            canary.accept()


@linux
@pytest.mark.parametrize(
    ("lines", "wall"),
    [
        ("open('/etc/passwd').read()", FILES),
        ("open('/etc/passwd').read()", LIMITS),
        ("open('new', 'w')", FILES),
        ("os.execv('/bin/true', ['true'])", FILES),
        ("os.pipe()", LIMITS),
        ("x = bytearray(800 * 2**20)", LIMITS),
    ],
)
def test_files_programs_and_memory_are_out_of_reach(walled, lines, wall):
    """What a decoder under foreign control would try fails with an error."""
    if wall == FILES and "Landlock" not in sandbox_limits()["files"]:
        pytest.skip("this kernel has no Landlock")
    assert "Error" in walled(lines, wall)
    assert "Error" not in walled(lines)
    (Path(ROOT) / "new").unlink(missing_ok=True)


@linux
def test_written_files_and_time_are_limited(walled):
    """A file that is open already takes no byte more, and the limit on CPU seconds is the one that is stated."""
    lines = "import resource\nprint(resource.getrlimit(resource.RLIMIT_CPU), resource.getrlimit(resource.RLIMIT_FSIZE))"
    assert walled(lines, LIMITS).strip() == f"{(600, 600)} {(0, 0)}"


def test_doctor_can_say_what_holds():
    """Five lines, each true of this machine; on Linux memory and time are always limited."""
    limits = sandbox_limits()
    assert list(limits) == ["process", "memory", "time", "files", "network"]
    if sys.platform == "linux":
        assert limits["memory"] == "512 MiB"
        assert limits["time"] == "600 s of CPU"
        assert "no socket can be opened" in limits["network"]


def test_the_cell_knows_no_secret(monkeypatch):
    """Keys of the environment are not handed on."""
    monkeypatch.setenv("PLAYBACK_LLM_KEY", "canary-key")
    environment = decoder_process._environment()
    assert "canary-key" not in environment.values()
    assert set(environment) <= {"PYTHONPATH", "LC_ALL", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"}


def pretend(monkeypatch, tmp_path, program: str) -> None:
    """Let another program stand where the decoder is; `say(kind, body)` sends a message."""
    folder = tmp_path / "ingest" / "audio"
    folder.mkdir(parents=True)
    prologue = "import os, sys, time, signal, struct\ndef say(k, b): os.write(1, struct.pack('>cI', k, len(b)) + b)\n"
    for package in (folder, folder.parent):
        (package / "__init__.py").write_text("")
    (folder / "decoder.py").write_text(prologue + program)
    monkeypatch.setattr(decoder_process, "_environment", lambda: {"PYTHONPATH": str(tmp_path)})


INFORM = "say(b'I', b'%s')"


@pytest.mark.parametrize(
    ("program", "says"),
    [
        ("os.kill(os.getpid(), signal.SIGSEGV)", "its decoder stopped (Segmentation fault)"),
        ("os.kill(os.getpid(), signal.SIGKILL)", "its decoder stopped (Killed)"),
        ("os.kill(os.getpid(), signal.SIGXCPU)", "takes more than 600 s of CPU"),
        ("sys.exit(3)", "its decoder stopped (status 3)"),
        ("raise ValueError", "its decoder stopped (status 1)"),
        ("pass", "its decoder returned no facts"),
        ("say(b'I', b'x' * 5000)", "sent an invalid message"),
        ("say(b'Z', b'')", "sent an invalid message"),
        ("os.write(1, b'I' + bytes([255] * 4))", "sent an invalid message"),
        ("say(b'I', b'[' * 3000)", "returned invalid facts"),
        ("say(b'I', b'[]')", "returned invalid facts"),
        ("say(b'I', b'{}')", "returned invalid facts"),
        (INFORM % '{"duration": NaN, "sample_rate": 1, "channels": 1, "codec": "mp3"}', "returned invalid facts"),
        (INFORM % '{"duration": "1", "sample_rate": 1, "channels": 1, "codec": "mp3"}', "returned invalid facts"),
        (INFORM % '{"duration": 1.5, "sample_rate": 1, "channels": 1, "codec": "<b>"}', "returned invalid facts"),
        (INFORM % '{"duration": 1e9, "sample_rate": 1, "channels": 1, "codec": "mp3"}', "longer than 24 hours"),
        ("say(b'E', b'line one\\nline two\\x1b[31m' + b'x' * 900)", "line one line two [31mxxx"),
    ],
)
def test_whatever_the_cell_does_is_one_line(monkeypatch, tmp_path, record, program, says):
    """A crash, a lie or an endless line of a decoder under foreign control: one error that names the recording."""
    path = record(tmp_path / "a.wav", np.zeros(100), codec="pcm_s16le")
    pretend(monkeypatch, tmp_path, program)
    with pytest.raises(AudioError) as caught:
        probe(path)
    line = str(caught.value)
    assert line.startswith(f"{path}: ")
    assert says in line
    assert line.isprintable()
    assert len(line) < 500


def test_a_hung_cell_is_stopped(monkeypatch, tmp_path, record):
    """Without a message for the time that is allowed the child is killed."""
    path = record(tmp_path / "a.wav", np.zeros(100), codec="pcm_s16le")
    pretend(monkeypatch, tmp_path, f"time.sleep(60)\nopen({str(tmp_path / 'ended')!r}, 'w')")
    monkeypatch.setattr(decoder_process, "SILENCE", 1.0)
    with pytest.raises(AudioError, match="silent for 1 s"):
        probe(path)
    assert not children()
    assert not (tmp_path / "ended").exists()


def test_a_cell_that_never_stops_talking_is_stopped(monkeypatch, tmp_path, record):
    """More sound than a day, as a few bytes of FLAC may promise, ends the recording."""
    path = record(tmp_path / "a.wav", np.zeros(100), codec="pcm_s16le")
    pretend(monkeypatch, tmp_path, f"while True: say(b'S', bytes({MOST_BYTES}))")
    monkeypatch.setattr("ingest.audio.load.LONGEST", 60.0)
    heard = 0
    with pytest.raises(AudioError, match="lasts longer"):
        for block in blocks(path):
            heard += len(block)
    assert heard <= 60 * 16_000
    assert LONGEST == 24 * 3600


def test_the_cell_ends_with_whoever_reads_it(tmp_path, record):
    """Taking one block only leaves no process behind."""
    path = record(tmp_path / "a.wav", np.zeros(2_000_000), codec="pcm_s16le")
    reading = blocks(path, 1.0)
    next(reading)
    assert children()
    reading.close()
    assert not children()


def children() -> list[str]:
    """The decoders that this process has started and not ended."""
    listed = subprocess.run(["ps", "-o", "args=", "--ppid", str(os.getpid())], capture_output=True, text=True).stdout
    return [line for line in listed.splitlines() if "ingest.audio.decoder" in line and "defunct" not in line]


def test_messages_are_bytes_with_a_length(tmp_path):
    """No object passes the wall: a kind, a length, bytes; a body is cut to what its kind may hold."""
    assert message(INFO, b"{}") == b"I\x00\x00\x00\x02{}"
    assert len(message(SAMPLES, bytes(100_000))) == 5 + MOST_BYTES
    with (tmp_path / "none").open("wb+") as nothing:
        ((kind, body),) = run_decoder("probe", "wav", nothing)
    assert kind == ERROR
    assert "not a recording" in line_in(body)


def test_the_parent_never_loads_ffmpeg(tmp_path, record):
    """PyAV is imported by the child only."""
    path = record(tmp_path / "a.wav", np.zeros(16_000), codec="pcm_s16le")
    program = (
        "import sys\nfrom pathlib import Path\nfrom ingest.audio.load import blocks, probe\n"
        "probe(Path(sys.argv[1])), sum(map(len, blocks(Path(sys.argv[1]))))\nprint('av' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program, str(path)], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.strip() == "False", done.stderr
