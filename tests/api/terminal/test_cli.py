"""The command line: from a feed to figures, exit codes, one line for what is wrong, and what docs/ says of it."""

import argparse
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest

from api.settings import Settings, read_settings
from api.terminal.arguments import command_parser
from ingest.library.records import episode_ids, load_transcript, save_transcript
from tests.api.terminal.conftest import Run

ROOT = Path(__file__).parents[3]
SAMPLE = ROOT / "data" / "sample"
COMMANDS = (ROOT / "docs" / "commands.md").read_text("utf-8")
SETTINGS = (ROOT / "docs" / "settings.md").read_text("utf-8")
QUESTION = "Why could the office not stay on Capstan?"


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch, encoder: Any) -> None:
    """Commands load the encoder that counts shared words."""
    for name in ("index.models.encoders.encoder_to_build_with", "api.knowledge_base.encoder_to_ask_with"):
        monkeypatch.setattr(name, lambda *_: encoder)
    monkeypatch.setattr("index.models.encoders.weights_and_form", lambda *_: (encoder.weights, encoder.form))


@pytest.fixture
def run(playback: Run, fake: None) -> Run:
    """Run a command; return its exit code and what it printed and complained."""
    return playback


def test_a_transcript_edited_by_hand_is_one_clear_line(run: Run, base_of: Any, tmp_path: Path) -> None:
    """Its text has other words than those with times: a quote of it cannot be timed."""
    base_of({"a-1-aaaa": [("Ada Moor", "We left Tideline because it was slow. We did not come back to it.")]})
    transcript = load_transcript(tmp_path, "a-1-aaaa")
    assert transcript is not None
    (turn,) = transcript.turns
    edited = replace(turn, text=turn.text.replace("was slow", "was so very slow"))
    save_transcript(tmp_path, replace(transcript, turns=(edited,)), "edited by a test")
    code, out, err = run("--home", str(tmp_path), "ask", "Why did they leave Tideline?")
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert "playback: the turn that begins “We left Tideline" in err
    assert "edited by hand: restore it" in err


def test_from_a_feed_to_figures(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ingest the sample show, ask, search, export every format, ask for its state, and measure it."""
    monkeypatch.setenv("PLAYBACK_ENCODER", "hashed-stems")
    home = ("--home", str(tmp_path / "home"))
    code, out, err = run(*home, "ingest", str(SAMPLE / "feed.xml"), "--no-audio", "--quiet")
    assert (code, err) == (0, "")
    assert "3 episodes: 3 ingested" in out
    assert "generation 1 published" in out
    assert "the index is up to date" in run(*home, "ingest", str(SAMPLE / "feed.xml"), "--no-audio", "--quiet")[1]
    identifiers = list(episode_ids(tmp_path / "home"))

    code, out, err = run(*home, "ask", QUESTION, "--json", "--k", "3")
    answer = json.loads(out)
    quotes = answer["citations"] or answer["related"]
    assert (code, err, answer["question"]) == (0, "", QUESTION)
    assert 1 <= len(quotes) <= 3
    assert "Capstan" in quotes[0]["quote"]
    assert quotes[0]["quote"].split()[0] in run(*home, "ask", QUESTION)[1]

    hits = json.loads(run(*home, "search", "Capstan", "--json", "--k", "2")[1])
    assert [hit["rank"] for hit in hits["hits"]] == [1, 2]
    counted, first, *lines, more = run(*home, "search", "Capstan", "--k", "1")[1].splitlines()
    assert counted.startswith(f"{hits['total']} passages in {len(hits['episodes'])} episodes are about this")
    assert first.startswith("1. ")
    assert "Capstan" in " ".join(lines)
    assert all(line.startswith(tuple(f"   {name}: " for name in hits["hits"][0]["speakers"])) for line in lines)
    assert more == "More: --page 2"
    assert run(*home, "search", "Capstan", "--k", "1", "--page", "500")[1].splitlines()[-1] == "There is no page 500."
    second = json.loads(run(*home, "search", "Capstan", "--json", "--k", "1", "--page", "2")[1])
    assert second["hits"] == hits["hits"][1:]
    assert {
        hit["episode"]["number"]
        for hit in json.loads(run(*home, "search", "boats", "--json", "--episode", "2")[1])["hits"]
    } == {2}

    for name in ("csv", "md", "json"):
        code, out, err = run(*home, "search", "Capstan", "--format", name)
        assert (code, err) == (0, "")
        assert out.count("/quotes/") >= hits["total"]
        path = tmp_path / f"search.{name}"
        assert run(*home, "search", "Capstan", "--format", name, "--output", str(path))[:2] == (0, "")
        assert path.read_bytes().decode() == out

    starts = {"json": "{", "vtt": "WEBVTT", "srt": "1\n", "md": "# ", "txt": "", "captions-json": "{"}
    for name, start in starts.items():
        code, out, _ = run(*home, "export", "1", "--format", name)
        assert code == 0
        assert out.startswith(start)
        path = tmp_path / f"transcript.{name}"
        assert run(*home, "export", identifiers[0], "--format", name, "--output", str(path))[:2] == (0, "")
        assert path.read_text("utf-8").rstrip("\n") == out.rstrip("\n")

    state = json.loads(run(*home, "status", "--json")[1])
    assert state["counts"] == {"ingested": 3}
    assert state["generation"]["episodes"] == 3
    assert "3 episodes: 3 ingested" in run(*home, "status")[1]

    asked = tmp_path / "questions.jsonl"  # some of the sample's, of which every one takes a tenth of a second
    asked.write_text("".join((SAMPLE / "questions.jsonl").read_text("utf-8").splitlines(keepends=True)[::5]), "utf-8")
    report = json.loads(run(*home, "evaluate", str(asked), "--json")[1])
    assert report["index"]["generation"] == 1
    assert "recall@1" in json.dumps(report)
    assert "recall@1" in run(*home, "evaluate", str(asked))[1]


@pytest.fixture
def at(served_home: Path) -> tuple[str, str]:
    return "--home", str(served_home)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("ask", ""), "the question is empty"),
        (("ask", "x" * 2001), "2,001 characters"),
        (("search", " \n"), "the question is empty"),
        (("ask", "x", "--k", "0"), "0 is not a whole number from 1 to 999,999,999"),
        (("ask", "x", "--k", "-3"), "argument --k"),
        (("search", "x", "--k", "0"), "0 is not a whole number from 1 to 999,999,999"),
        (("search", "x", "--k", "101"), "from 1 to 100, not 101"),
        (("search", "x", "--k", "9" * 5000), "argument --k"),
        (("search", "x", "--page", "0"), "0 is not a whole number from 1 to 999,999,999"),
        (("search", "x", "--format", "pdf"), "invalid choice: 'pdf'"),
        (("search", "x", "--output", "x.csv"), "--output needs --format csv, md or json"),
        (("search", "x", "--page", "501"), "--page must be a number from 1 to 500, not 501"),
        (("search", "x", "--format", "md", "--json"), "leave out --json and --page"),
        (("search", "x", "--format", "md", "--page", "2"), "leave out --json and --page"),
        (("ask", "x", "--since", "yesterday"), "since must be a date such as 2021-10-28"),
        (("ask", "x", "--speaker", "Mina"), "may be Mina Calder or Mina Renn"),
        (("ask", "x", "--speaker", "Olushi"), "no speaker 'Olushi' in this library; did you mean: Oluchi Varga"),
        (("ask", "x", "--speaker", "\udcff"), "no speaker '\\udcff' in this library"),
        (("search", "x", "--show", "harbor"), "no searchable show 'harbor' in this library; did you mean: harbour"),
        (("search", "x", "--show", "\udcff"), "no searchable show '\\udcff' in this library"),
        (("ask", "x", "--episode", "9"), "no searchable episode '9' in this library; did you mean: harbour-3-cccc"),
        (("ask", "x", "--episode", "harbour-4-eeee"), "no searchable episode 'harbour-4-eeee' in this library"),
        (("serve", "--port", "65536"), "65536 is not a port"),
        (("serve", "--port", "0"), "0 is not a whole number from 1 to 999,999,999"),
        (("export", "1", "--format", "pdf"), "invalid choice: 'pdf'"),
        (("dance",), "invalid choice: 'dance'"),
        ((), "required: COMMAND"),
    ],
)
def test_wrong_usage_exits_with_2(run: Run, at: tuple[str, str], arguments: tuple[str, ...], says: str) -> None:
    """The reason is the one line on standard error."""
    code, out, err = run(*at, *arguments)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert says in err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("ask", "x"), "holds no index yet; run: playback ingest SOURCE"),
        (("search", "x"), "holds no index yet; run: playback ingest SOURCE"),
        (("index",), "holds no transcripts to index; run: playback ingest SOURCE"),
        (("export", "1", "--format", "txt"), "no episode '1' in this library"),
        (("export", "\udcff", "--format", "txt"), "no episode"),
        (("evaluate", "none.jsonl"), "none.jsonl"),
        (("ingest", "no\udcff-such-file"), "no"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_1(run: Run, tmp_path: Path, arguments: tuple[str, ...], says: str) -> None:
    """On an empty library every command says in one line what to do."""
    code, _, err = run("--home", str(tmp_path / "nothing"), *arguments)
    assert code == 1
    assert err.count("\n") == 1
    assert err.startswith("playback: ")
    assert says in err


def test_a_mistake_of_ours_is_one_line_too(run: Run, at: tuple[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """What nobody expected leaves as one line that says how to see more, not as a traceback."""

    def failing(*_: object, **__: object) -> None:
        raise RuntimeError("something\nodd")

    monkeypatch.setattr("api.terminal.questions.open_base", failing)
    assert run(*at, "ask", "x") == (1, "", "playback: RuntimeError: something odd; PLAYBACK_LOG=debug shows where\n")


def test_an_answer_takes_any_k(run: Run, at: tuple[str, str]) -> None:
    """More than eight citations are asked for without complaint, and eight at most are given."""
    code, out, _ = run(*at, "ask", "office platform switch letters", "--json", "--k", "50")
    answer = json.loads(out)
    assert code == 0
    assert 1 <= len(answer["citations"] or answer["related"]) <= 8


@pytest.mark.parametrize("command", ["ask", "search"])
@pytest.mark.parametrize("json_", [("--json",), ()])
def test_bytes_that_are_no_text_are_read_as_unknown(run: Run, at: tuple[str, str], command: str, json_: Any) -> None:
    """An argument that is not UTF-8 arrives as halves of pairs; it is answered or refused like any other."""
    code, out, err = run(*at, command, "\udcff lighthouse", *json_)
    assert (code, err) == (0, "")
    assert "lighthouse" in out
    assert run(*at, command, "\udcff")[0] == 0


def test_a_home_whose_name_is_no_text_can_be_printed(run: Run, tmp_path: Path) -> None:
    """A folder's name may be any bytes."""
    code, out, _ = run("--home", str(tmp_path / "\udcff"), "status", "--json")
    assert code == 0
    assert json.loads(out)["home"].endswith("\ufffd")


def test_a_terminal_gets_no_commands(
    run: Run, home: Path, encoder: Any, rewrite: Callable[[Path, str, int, str], None]
) -> None:
    """Escape sequences in a transcript are shown as unknown characters, and a quote is one line."""
    from index.building.build import build

    rewrite(home, "harbour-1-aaaa", 3, "The lighthouse\x1b[2J \x9b31m was paid\nfor by \x07 the council.")
    build(home, encoder)
    for command in ("ask", "search"):
        out = run("--home", str(home), command, "Was the lighthouse paid for by the council?")[1]
        assert "The lighthouse\ufffd[2J \ufffd31m was paid" in out


# --- settings


def test_settings_are_read_from_their_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each has its variable; an empty one counts as unset, and no variable but ours is read."""
    given = {
        "PLAYBACK_HOME": "h",
        "PLAYBACK_ENCODER": "e",
        "PLAYBACK_RERANKER": "r",
        "PLAYBACK_MODELS": "m",
        "HOME": "x",
    }
    assert read_settings(given) == Settings(Path("h"), encoder="e", reranker="r", models=Path("m"))
    assert read_settings(dict.fromkeys(given, "")) == Settings()
    monkeypatch.setenv("PLAYBACK_HOME", "elsewhere")
    assert read_settings({}) == Settings()
    assert read_settings().home == Path("elsewhere")


@pytest.mark.parametrize(("level", "code"), [("loud", 1), ("", 0), ("info", 0), ("ERROR", 0)])
def test_the_level_of_logging_is_checked(
    run: Run, at: tuple[str, str], monkeypatch: pytest.MonkeyPatch, level: str, code: int
) -> None:
    """A level that does not exist is named in one line; an empty one counts as unset."""
    monkeypatch.setenv("PLAYBACK_LOG", level)
    found, _, err = run(*at, "status")
    assert found == code
    assert ("PLAYBACK_LOG must be debug, info, warning or error, not 'loud'" in err) == (code == 1)


def test_the_home_of_the_command_line_wins(run: Run, at: tuple[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """--home stands before PLAYBACK_HOME."""
    monkeypatch.setenv("PLAYBACK_HOME", "elsewhere")
    assert json.loads(run(*at, "status", "--json")[1])["home"] == at[1]


# --- as a program, and on paper


def test_help_is_quick_and_a_reader_may_leave(tmp_path: Path) -> None:
    """Help loads neither torch nor faiss; a closed pipe is no error."""
    heavy = "import sys, api.cli as c\ntry: c.main(['--help'])\nexcept SystemExit: pass\n"
    check = heavy + "sys.exit(any(name in sys.modules for name in ('torch', 'faiss', 'fastapi', 'tantivy')))"
    assert subprocess.run([sys.executable, "-c", check], cwd=ROOT, capture_output=True, timeout=60).returncode == 0
    command = [sys.executable, "-m", "api.cli", "--home", str(tmp_path), "status", "--json"]
    buffered = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    left = subprocess.Popen(command, cwd=ROOT, env=buffered, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert left.stdout is not None
    assert left.stderr is not None
    left.stdout.close()
    assert (left.wait(60), left.stderr.read()) == (0, b"")
    left.stderr.close()


def test_an_answer_loads_only_what_it_needs(served_home: Path, tmp_path: Path) -> None:
    """Neither web server, feeds, audio, captions nor a model's library; numpy, the index and the quotes are enough.

    The encoder is the tests' own, because with which packages a real one is loaded is shown in `tests/index`.
    """
    program = tmp_path / "ask.py"
    program.write_text(
        "import json, pathlib, sys\n"
        "import numpy as np\n"
        "import api.knowledge_base as base, api.cli as cli\n"
        "class Flat:\n"
        "    def encode_query(self, text): return np.full(DIMENSION, DIMENSION ** -0.5, np.float32)\n"
        "    def encode_pieces(self, texts):\n"
        "        return [PieceVectors(((0, 1),), self.encode_query(text)[None]) for text in texts]\n"
        "    def pieces(self, text): return 1\n"
        "def flat(home, name, weights, form):\n"
        "    global DIMENSION, PieceVectors\n"
        "    from index.piece_vectors import PieceVectors\n"
        "    from index.store import open_generation\n"
        "    DIMENSION = open_generation(home).manifest.dimension\n"
        "    found = Flat(); found.weights, found.form, found.dimension = weights, form, DIMENSION\n"
        "    return found\n"
        "base.encoder_to_ask_with = flat\n"
        "code = cli.main(['--home', sys.argv[1], 'ask', sys.argv[2], '--json'])\n"
        "pathlib.Path(sys.argv[3]).write_text(json.dumps([code, *sys.modules]))\n"
    )
    result = tmp_path / "loaded.json"
    command = [sys.executable, str(program), str(served_home), QUESTION, str(result)]
    path = os.pathsep.join([str(ROOT), *sys.path])
    ran = subprocess.run(command, env={**os.environ, "PYTHONPATH": path}, capture_output=True, timeout=120)
    assert (ran.returncode, ran.stderr) == (0, b"")
    code, *loaded = json.loads(result.read_text())
    assert (code, json.loads(ran.stdout)["question"]) == (0, QUESTION)
    needless = {
        "torch", "transformers", "sentence_transformers", "ctranslate2", "fastapi", "starlette", "uvicorn", "httpx",
        "httpcore", "jinja2", "feedparser", "nh3", "tqdm", "openai", "av", "defusedxml", "asyncio", "multiprocessing",
        "ingest.pipeline", "ingest.audio.load", "ingest.alignment.anchors", "api.terminal.ingest_run",
        "api.llm.rewrite", "index.building.build", "index.word_index", "api.episodes.about",
    }  # fmt: skip
    assert needless.isdisjoint(loaded)


def commands() -> Iterator[tuple[str, str]]:
    """Every (command, option) of the parser."""
    parser = command_parser()
    (subparsers,) = (action for action in parser._actions if isinstance(action, argparse._SubParsersAction))
    for name, command in subparsers.choices.items():
        yield name, ""
        yield from ((name, action.option_strings[-1]) for action in command._actions if action.option_strings)


@pytest.mark.parametrize(("command", "option"), [pair for pair in commands() if pair[1] != "--help"])
def test_options_are_documented(command: str, option: str) -> None:
    """docs/commands.md has a row for every command, which names every option."""
    row = re.search(rf"^\| `playback {command}\b.*", COMMANDS, re.MULTILINE)
    assert row is not None
    assert re.search(rf"`{option}\b", row[0])


def test_no_other_command_is_documented() -> None:
    """docs/commands.md names no command that is gone."""
    assert set(re.findall(r"^\| `playback ([a-z-]+)", COMMANDS, re.MULTILINE)) == {name for name, _ in commands()}


def test_settings_are_documented() -> None:
    """docs/settings.md has a row for every variable that is read."""
    names = {f"PLAYBACK_{field.name.upper()}" for field in fields(Settings)} | {"PLAYBACK_CONFIG"}
    assert set(re.findall(r"^\| `(PLAYBACK_\w+)`", SETTINGS, re.MULTILINE)) == names


def test_commands_keep_the_products_of_matrices_to_one_thread(tmp_path: Path) -> None:
    """An idle second thread of OpenBLAS would spin on a core that the encoder needs."""
    pytest.importorskip("threadpoolctl")
    script = (
        "import sys; from api.cli import main; main(sys.argv[1:]); import numpy; from threadpoolctl import "
        "threadpool_info; print({pool['num_threads'] for pool in threadpool_info() if pool['user_api'] == 'blas'})"
    )
    variables = {name: value for name, value in os.environ.items() if not name.endswith("_NUM_THREADS")}
    command = [sys.executable, "-c", script, "--home", str(tmp_path), "status"]
    done = subprocess.run(command, cwd=ROOT, env=variables, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "{1}"
