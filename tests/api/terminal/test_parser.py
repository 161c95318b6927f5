"""A mistyped word is answered with the nearest one, in one line and with exit code 2."""

import importlib.metadata

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


@pytest.mark.parametrize("home", [("--home", "store"), ("--home=store",), ("--hom", "store")])
def test_a_data_folder_may_be_called_like_a_command(home: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    """The options are those of the command after it."""
    with pytest.raises(SystemExit):
        cli.main([*home, "ask", "x", "--k", "no"])
    assert "playback ask: argument --k: no" in capsys.readouterr().err


def test_the_version_is_that_of_the_distribution(capsys: pytest.CaptureFixture[str]) -> None:
    """`playback --version` prints it and exits with 0."""
    with pytest.raises(SystemExit) as left:
        cli.main(["--version"])
    assert (left.value.code, capsys.readouterr().out) == (
        0,
        f"playback {importlib.metadata.version('gds-playback')}\n",
    )
