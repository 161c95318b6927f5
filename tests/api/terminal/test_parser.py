"""A mistyped word is answered with the nearest one, in one line and with exit code 2."""

import importlib.metadata
import shutil
import subprocess
from pathlib import Path

import pytest

from api import cli


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("aks", "x"), "playback: argument COMMAND: invalid choice: 'aks'; did you mean: ask; see playback --help"),
        (("it's",), """playback: argument COMMAND: invalid choice: "it's" (choose from"""),
        (("serch", "x"), "did you mean: search;"),
        (("ask", "x", "--jsn"), "playback ask: unrecognized arguments: --jsn; did you mean: --json; see playback ask"),
        (("ask", "x", "--speeker=Mina"), "unrecognized arguments: --speeker=Mina; did you mean: --speaker"),
        (("ingest", "feed.xml", "--no-adio"), "did you mean: --no-audio"),
        (("search", "x", "--format", "cvs"), "invalid choice: 'cvs'; did you mean: csv"),
        (("lessons", "acept", "x"), "invalid choice: 'acept'; did you mean: accept"),
        (("--verison",), "playback: unrecognized arguments: --verison; did you mean: --version; see playback --help"),
        (("--hoem", "x", "status"), "playback: unrecognized arguments: --hoem; did you mean: --home; see"),
        (
            ("ask", "--josn", "x"),
            "playback ask: unrecognized arguments: --josn; did you mean: --json; see playback ask",
        ),
        (("clip", "--formt", "png"), "playback clip: unrecognized arguments: --formt; did you mean: --format; see"),
        (("ask", "x", "--home", "y"), "unrecognized arguments: --home; --home stands before the command; see"),
        (("ask", "x", "-json"), "unrecognized arguments: -json; did you mean: --json"),
        (("ask", "x", "--k", "9" * 5_000), "is not a whole number from 1 to 999,999,999; see"),
        (("ask", "x", "a\nb"), "unrecognized arguments: a b; see"),
        (("ask", "x", "--zzzzzz"), "unrecognized arguments: --zzzzzz; see"),
    ],
)
def test_a_mistyped_word_is_answered_with_the_nearest(
    arguments: tuple[str, ...], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Commands, options and choices; where nothing is near, the line says so much as is known."""
    with pytest.raises(SystemExit) as left:
        cli.main(arguments)
    said = capsys.readouterr()
    assert says in said.err
    assert (left.value.code, said.out, said.err.count("\n")) == (2, "", 1)


@pytest.mark.parametrize("words", [("--", "--josn"), ("--what is it",), ("--js", "x"), ("-5",)])
def test_what_argparse_takes_is_taken(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    """Words after "--", a question that begins with a dash, the beginning of an option, a number."""
    with pytest.raises(SystemExit) as left:
        cli.main(["ask", *words, "--k", "no"])
    assert left.value.code == 2
    assert "unrecognized arguments: --k no" in (said := capsys.readouterr().err) or "argument --k: no" in said


def test_the_version_is_that_of_the_distribution(capsys: pytest.CaptureFixture[str]) -> None:
    """`playback --version` prints it and exits with 0."""
    with pytest.raises(SystemExit) as left:
        cli.main(["--version"])
    assert (left.value.code, capsys.readouterr().out) == (
        0,
        f"playback {importlib.metadata.version('gds-playback')}\n",
    )


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
