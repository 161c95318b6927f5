"""What the shells themselves complete with the scripts that `playback completion` prints."""

import fcntl
import os
import pty
import re
import select
import shutil
import struct
import subprocess
import termios
from pathlib import Path

import pytest

from api import cli

# What is typed before the tabulator key, and the arguments that the command gets: one command, option, choice and file.
TYPED = {
    "ser": ["serve"],
    "ask x --j": ["ask", "x", "--json"],
    "--home x stat": ["--home", "x", "status"],
    "search x --format m": ["search", "x", "--format", "md"],
    "lessons acc": ["lessons", "accept"],
    "ingest fe": ["ingest", "feed.xml"],
}


@pytest.fixture
def shell_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder with a feed and a program of our name in it, which is the working directory too."""
    (tmp_path / "feed.xml").touch()
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "playback").write_text("#!/bin/sh\n")
    (tmp_path / "bin" / "playback").chmod(0o755)  # fish completes no program that is not there
    monkeypatch.setenv("PATH", f"{tmp_path}/bin:{os.environ['PATH']}")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "ZDOTDIR"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def installed(shell: str, script: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Write a shell's script to a file, or skip the test where there is no such shell."""
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    assert cli.main(["completion", shell]) == 0
    script.parent.mkdir(parents=True, exist_ok=True)
    script.write_text(capsys.readouterr().out)


@pytest.mark.parametrize(("shell", "check"), [("bash", "-n"), ("zsh", "-n"), ("fish", "--no-execute")])
def test_a_shell_reads_its_completion(
    shell: str, check: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every command and option stands in the script; the shell, where it is installed, finds no mistake in it."""
    assert cli.main(["completion", shell]) == 0
    script = capsys.readouterr().out
    assert all(word in script for word in ("divergence", "completion", "no-audio", "captions-json"))
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    (tmp_path / "script").write_text(script)
    done = subprocess.run([shell, check, tmp_path / "script"], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_bash_completes_commands_options_and_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What a person gets for the tabulator key after `playback se`, an option's beginning, and a source's."""
    if shutil.which("bash") is None:
        pytest.skip("bash is not installed")
    assert cli.main(["completion", "bash"]) == 0
    (tmp_path / "script").write_text(capsys.readouterr().out)
    (tmp_path / "feed.xml").touch()

    def completed(*words: str) -> list[str]:
        line = " ".join(f"'{word}'" for word in words)
        program = (
            f"source ./script; COMP_WORDS=({line}); COMP_CWORD={len(words) - 1}; "
            '$(complete -p playback | sed "s/.*-F //; s/ .*//"); printf "%s\\n" "${COMPREPLY[@]}"'
        )
        return subprocess.run(["bash", "-c", program], cwd=tmp_path, capture_output=True, text=True).stdout.split()

    assert completed("playback", "se") == ["search", "serve"]
    assert completed("playback", "ask", "--j") == ["--json"]
    assert completed("playback", "ingest", "fe") == ["feed.xml"]


def test_fish_completes_commands_options_and_files(shell_home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The script lies where docs/commands.md says; each line has a description beside what it completes."""
    installed("fish", shell_home / ".config/fish/completions/playback.fish", capsys)

    def completed(typed: str) -> list[str]:
        done = subprocess.run(["fish", "-c", f"complete -C 'playback {typed}'"], capture_output=True, text=True)
        assert done.stderr == ""
        return [line.split("\t")[0] for line in done.stdout.splitlines()]

    for typed, arguments in TYPED.items():
        assert completed(typed) == arguments[-1:]
    assert completed("se") == ["search", "serve"]


def test_zsh_completes_commands_options_and_files(shell_home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The script lies where docs/commands.md says; a terminal types, presses the tabulator key, and runs the line."""
    installed("zsh", shell_home / ".zfunc/_playback", capsys)
    (shell_home / ".zshrc").write_text(
        "fpath=(~/.zfunc $fpath); autoload -U compinit; compinit -u; unsetopt beep; PS1='ready> '\n"
        'playback() { print -r -- "got:${(j:|:)@}:" }\n'
    )
    child, terminal = pty.fork()
    if child == 0:
        os.environ["TERM"] = "xterm"
        os.execvp("zsh", ["zsh", "-d", "-i"])  # -d: no files of this machine
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 200, 0, 0))
    got = []
    read_until(terminal, "ready> ")
    for typed in TYPED:
        os.write(terminal, f"playback {typed}\t\n".encode())
        got.append(re.findall(r"got:(.*):", read_until(terminal, "got:.*ready> "))[-1].split("|"))
    os.write(terminal, b"\x04")
    os.waitpid(child, 0)
    os.close(terminal)
    assert got == list(TYPED.values())


def read_until(terminal: int, pattern: str) -> str:
    """Return what a terminal shows, up to a regular expression's first match."""
    shown = ""
    while re.search(pattern, shown, re.DOTALL) is None:
        assert select.select([terminal], [], [], 120)[0], f"nothing more is shown after: {shown}"
        shown += os.read(terminal, 65536).decode(errors="replace")
    return shown
