"""refresh, remove and status: what a person and a timetable see of a library that changes."""

import http.server
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.errors import QuoteGone, QuoteUnknown
from api.quotes.resolve import resolve
from api.settings import Settings
from index.generations.manifests import encoded_folder, index_folder, numbers
from ingest.library.records import episode_folder, episode_ids, feeds, feeds_folder, load_transcript
from ingest.library.removal import remove_episode
from tests.api.terminal.conftest import Run

ROOT = Path(__file__).parents[3]
TURNS = (
    "<p><strong>Ann Smith:</strong> Hello and welcome to the tea show, I am Ann Smith.</p>"
    "<p><strong>Bob Jones:</strong> Thank you. For {0} everybody needs a {1}, I always say.</p>"
    "<p><strong>Ann Smith:</strong> How long does it take until the water is ready?</p>"
    "<p><strong>Bob Jones:</strong> About four minutes, if nobody has filled it to the brim.</p>"
)
KETTLE, TEAPOT, SPOON = ("the boiler", "kettle"), ("the brewing", "teapot"), ("the stirring", "spoon")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def run(playback: Run, monkeypatch: pytest.MonkeyPatch, encoder: Any, home: Path) -> Run:
    """Run a command on `home` with the encoder that counts shared words; its exit code, output and complaints."""
    for name in ("index.models.encoders.encoder_to_build_with", "api.knowledge_base.encoder_to_ask_with"):
        monkeypatch.setattr(name, lambda *_: encoder)
    monkeypatch.setattr("index.models.encoders.weights_and_form", lambda *_: (encoder.weights, encoder.form))
    monkeypatch.setenv("PLAYBACK_ENCODER", encoder.name)
    return partial(playback, "--home", str(home))


@pytest.fixture
def web() -> Iterator[SimpleNamespace]:
    """A server on this machine with one feed; `told` are its episodes, `status` overrides what it answers."""
    there = SimpleNamespace(told=[KETTLE, TEAPOT], status=200, asked=[])

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            items = "".join(
                f"<item><guid>g-{n}</guid><title>Episode {n}: On {about[1]}s</title>"
                f"<description><![CDATA[{TURNS.format(*about)}]]></description></item>"
                for n, about in enumerate(there.told, 1)
            )
            title = "<title>Tea show</title><link>https://tea.example/</link>"
            body = f'<rss version="2.0"><channel>{title}{items}</channel></rss>'.encode()
            tag = f'"{len(body)}"'
            same = self.headers.get("If-None-Match") == tag
            status = 304 if same and there.status == 200 else there.status
            there.asked.append(status)
            self.send_response(status)
            self.send_header("ETag", tag)
            self.send_header("Content-Length", "0" if status == 304 else str(len(body)))
            self.end_headers()
            if status != 304:
                self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            return

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    there.host = f"127.0.0.1:{server.server_port}"
    there.url = f"http://{there.host}/feed.xml"
    yield there
    server.shutdown()
    server.server_close()
    thread.join()


def files_of(home: Path) -> dict[Path, int]:
    return {path: path.stat().st_mtime_ns for path in home.rglob("*") if path.is_file()}


def said(run: Run, words: str) -> list[str]:
    """What a search finds."""
    return [hit["text"] for hit in json.loads(run("search", words, "--json")[1])["hits"]]


def holding(folder: Path, text: str) -> list[Path]:
    """The files that hold a text."""
    return [path for path in folder.rglob("*") if path.is_file() and text.encode() in path.read_bytes()]


# --- refresh


def test_refresh_reads_what_is_new_and_asks_politely(run: Run, home: Path, web: SimpleNamespace) -> None:
    """An unchanged feed costs one conditional request, writes nothing and prints no episode; a new one is ingested."""
    allow = ("--allow-host", web.host)
    assert run("ingest", web.url, "--quiet", *allow)[0] == 0
    before = files_of(home)
    code, out, err = run("refresh", "--quiet", *allow)
    assert (code, err, web.asked) == (0, "", [200, 304])
    assert out == "2 episodes: 2 unchanged\nthe index is up to date\n"
    assert files_of(home) == before
    web.told.append(SPOON)
    code, out, err = run("refresh", "--quiet", *allow)
    assert (code, err) == (0, "")
    assert out.count("  ingested: ") == 1
    assert "3 episodes: 2 unchanged, 1 ingested" in out
    assert "generation 2 published" in out
    assert any("spoon" in text for text in said(run, "spoon"))


def test_one_feed_that_cannot_be_read_stops_no_other(
    run: Run, home: Path, web: SimpleNamespace, tmp_path: Path
) -> None:
    """Exit 1 and a line for it; the feed beside it is read all the same, and nothing is lost."""
    allow = ("--allow-host", web.host)
    local = tmp_path / "feed.xml"
    local.write_text(
        "<rss version='2.0'><channel><title>Coffee show</title><item><guid>c</guid><title>On mugs</title>"
        f"<description><![CDATA[{TURNS.format('the pouring', 'mug')}]]></description></item></channel></rss>"
    )
    assert run("ingest", web.url, str(local), "--quiet", *allow)[0] == 0
    web.status = 404
    local.write_text(local.read_text().replace("mug", "cup"))
    code, out, err = run("refresh", "--quiet", *allow)
    assert code == 1
    assert err.count("\n") == 1
    assert "was not found; check the address" in err or "status 404" in err
    assert "1 episode: 1 ingested" in out
    assert any("kettle" in text for text in said(run, "kettle"))
    assert any("cup" in text for text in said(run, "cup"))


def test_a_second_refresh_leaves_the_work_to_the_first(run: Run, home: Path, web: SimpleNamespace) -> None:
    """A run that takes longer than the timetable allows is not joined by another; that is no failure."""
    run("ingest", web.url, "--quiet", "--allow-host", web.host)
    program = "import sys\nfrom pathlib import Path\nfrom ingest.storage.files import lock\n"
    program += "with lock(Path(sys.argv[1])):\n    print('held', flush=True)\n    sys.stdin.read()\n"
    command = [sys.executable, "-c", program, str(feeds_folder(home))]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        assert run("refresh") == (0, "another refresh is running; nothing to do\n", "")
        other.kill()
    assert run("refresh", "--quiet", "--allow-host", web.host)[0] == 0


def test_refresh_without_a_feed_says_what_to_do(run: Run, home: Path) -> None:
    """One line, exit 1, and nothing is created."""
    code, out, err = run("refresh")
    assert (code, out) == (1, "")
    assert err.endswith("knows no feed; run: playback ingest FEED\n")
    assert not home.exists()


def test_an_episode_that_failed_is_tried_again_though_its_feed_did_not_change(
    run: Run, home: Path, web: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """304 says that the feed is as it was, not that its episodes are done."""
    allow = ("--allow-host", web.host)
    with monkeypatch.context() as broken:
        broken.setattr("ingest.pipeline.assemble", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left")))
        code, out, err = run("ingest", web.url, "--quiet", *allow)
    assert (code, out.count("failed: ")) == (1, 2)
    assert "2 of 2 episodes failed or wait" in err
    assert "2 episodes: 2 ingested" in run("refresh", "--quiet", *allow)[1]
    assert web.asked == [200, 304]


# --- remove


@pytest.fixture
def ingested(run: Run, home: Path, web: SimpleNamespace) -> list[str]:
    """Two episodes, about a kettle and a teapot, in library and index."""
    assert run("ingest", web.url, "--quiet", "--allow-host", web.host)[0] == 0
    return episode_ids(home)


def quote_of(home: Path, run: Run, words: str) -> str:
    identifier: str = json.loads(run("search", words, "--json", "--k", "1")[1])["hits"][0]["quote_id"]
    assert resolve(home, identifier)
    return identifier


def test_a_removed_episode_is_out_of_everything_that_answers(
    run: Run, home: Path, ingested: list[str], encoder: Any
) -> None:
    """Search, answers, export and pages know it no more at once; its quotes say 410 with the reason."""
    quote = quote_of(home, run, "kettle")
    with TestClient(create_app(Settings(home=home), encoder)) as client:
        assert client.get(f"/api/quotes/{quote}").status_code == 200
        code, out, err = run("remove", "1", "--reason", "Bob <b>asked</b> for it", "--quiet")
        assert (code, err) == (0, "")
        assert f"{ingested[0]}  removed from this library on " in out
        assert "1 episodes" in out
        gone = client.get(f"/api/quotes/{quote}")
        assert gone.status_code == 410
        assert gone.json()["errors"][0]["message"].endswith("Bob <b>asked</b> for it")
        page = client.get(f"/quotes/{quote}", headers={"Accept": "text/html"})
        assert page.status_code == 410
        assert "Bob &lt;b&gt;asked&lt;/b&gt; for it" in page.text
        hits = client.get("/api/search", params={"q": "kettle"}).json()["hits"]
        assert all("kettle" not in hit["text"] for hit in hits)
        assert [found["id"] for found in client.get("/api/episodes").json()["episodes"]] == [ingested[1]]
        assert client.get(f"/api/episodes/{ingested[0]}").status_code == 410
    assert not any("kettle" in text for text in said(run, "kettle"))
    assert run("export", ingested[0], "--format", "txt")[0] == 1
    with pytest.raises(QuoteUnknown):
        resolve(home, quote.replace(ingested[0], "tea-show-9-aaaa"))


@pytest.mark.parametrize("first", [False, True])
def test_a_purged_episode_is_in_no_file(
    run: Run, home: Path, ingested: list[str], web: SimpleNamespace, first: bool
) -> None:
    """Not in the library, not in any generation, its vectors neither; whether it was removed before or not."""
    web.told.append(SPOON)
    run("refresh", "--quiet", "--allow-host", web.host)
    quote = quote_of(home, run, "kettle")
    assert len(numbers(home)) == 2
    words = "needs a kettle, I always say"
    assert holding(home, words)
    assert holding(index_folder(home), words)
    if first:
        run("remove", "1", "--quiet")
        assert holding(home, words)
    code, out, err = run("remove", "1", "--purge", "--quiet")
    assert (code, err) == (0, "")
    assert "nothing of it is kept" in out
    assert holding(home, "kettle") == []
    assert len(numbers(home)) == 1
    with pytest.raises(QuoteGone, match="no reason was given"):
        resolve(home, quote)
    assert any("teapot" in text for text in said(run, "teapot"))
    code, out, _ = run("remove", "1", "--purge", "--quiet")
    assert (code, "the index is up to date" in out) == (0, True), "again is no failure"


def test_what_another_machine_purged_is_dropped_by_the_next_index(run: Run, home: Path, ingested: list[str]) -> None:
    """As on a machine whose own purge ended before it was published; with a database it would be published again."""
    remove_episode(home, ingested[0], "", purge=True)
    assert holding(index_folder(home), "kettle")
    code, out, _ = run("index")
    assert (code, "the words of what was purged were removed" in out) == (0, True)
    assert holding(home, "kettle") == []
    assert len(numbers(home)) == 1
    assert "purged" not in run("index")[1]


def test_a_purge_before_anything_was_published_leaves_nothing(run: Run, home: Path, web: SimpleNamespace) -> None:
    """What the first build encoded and wrote until it was killed goes too; the compiled encoder stays."""
    run("ingest", web.url, "--no-index", "--quiet", "--allow-host", web.host)
    killed = (encoded_folder(home) / episode_ids(home)[0], index_folder(home) / ".building-1" / "1" / "passages.sqlite")
    model = index_folder(home) / "encoders" / "model.bin"
    for path in (*killed, model):
        path.parent.mkdir(parents=True)
        path.write_bytes(b"words")
    assert run("remove", "1", "--purge", "--quiet")[0] == 0
    assert holding(index_folder(home), "words") == [model]


def test_refresh_and_ingest_leave_out_what_was_removed(
    run: Run, home: Path, ingested: list[str], web: SimpleNamespace
) -> None:
    """A line says so each time; --again or the episode's id brings it back, and with it its quotes."""
    allow = ("--quiet", "--allow-host", web.host)
    quote = quote_of(home, run, "kettle")
    run("remove", ingested[0], "--quiet")
    web.told[1] = ("the brewing of leaves", "teapot")
    for command in (("refresh",), ("ingest", web.url)):
        code, out, err = run(*command, *allow)
        assert (code, err) == (0, "")
        assert f"{ingested[0]}  left out: removed from this library on" in out
        assert not any("kettle" in text for text in said(run, "kettle"))
    assert run("ingest", ingested[0], "--quiet")[0] == 0
    assert any("kettle" in text for text in said(run, "kettle"))
    assert resolve(home, quote).quote.id == quote
    run("remove", ingested[0], "--purge", "--quiet")
    assert run("ingest", ingested[0], "--quiet")[0] == 1
    assert run("ingest", web.url, "--again", *allow)[0] == 0
    assert episode_ids(home) == ingested
    assert resolve(home, quote).quote.id == quote, "words, place and id are as they were"


def test_a_show_is_removed_with_all_that_is_of_it(
    run: Run, home: Path, ingested: list[str], web: SimpleNamespace
) -> None:
    """Its episodes leave, the index is empty, its feed is not asked again until somebody wants it."""
    quote = quote_of(home, run, "kettle")
    code, out, _ = run("remove", "tea-show", "--reason", "it ended", "--quiet")
    assert code == 0
    assert "its feed is not read again" in out
    assert "the index was removed" in out
    assert (episode_ids(home), numbers(home)) == ([], [])
    asked = len(web.asked)
    assert run("refresh", "--quiet") == (0, "", "")
    assert len(web.asked) == asked
    assert run("search", "kettle")[0] == 1
    with pytest.raises(QuoteGone, match="it ended"):
        resolve(home, quote)
    code, out, _ = run("ingest", web.url, "--quiet", "--allow-host", web.host)
    assert (code, "the show was removed" in out, episode_ids(home)) == (0, True, [])
    assert run("remove", "tea-show", "--purge", "--quiet")[0] == 0
    assert holding(home, "kettle") == []
    assert run("ingest", web.url, "--again", "--quiet", "--allow-host", web.host)[0] == 0
    assert episode_ids(home) == ingested


def test_an_index_of_nothing_goes_though_a_removal_of_it_was_killed(run: Run, home: Path, ingested: list[str]) -> None:
    """Without the file that names it a generation answers nobody, but holds every word; the same command ends it."""
    (index_folder(home) / "current").unlink()
    code, out, _ = run("remove", "tea-show", "--purge", "--quiet")
    assert (code, "the index was removed" in out, numbers(home)) == (0, True, [])
    assert holding(home, "kettle") == []


@pytest.mark.parametrize(("name", "code"), [("nobody", 1), ("7", 1), ("../home", 1), ("", 1), ("\udcff", 1)])
def test_a_name_that_names_nothing_is_refused(run: Run, home: Path, ingested: list[str], name: str, code: int) -> None:
    """One line, and nothing happens."""
    before = files_of(home)
    found, out, err = run("remove", name)
    assert (found, out) == (code, "")
    assert "playback status lists the episodes" in err
    assert err.count("\n") == 1
    assert files_of(home) == before


def test_a_number_of_two_shows_is_not_guessed(run: Run, home: Path, ingested: list[str], tmp_path: Path) -> None:
    """The ids are named and the exit code is that of wrong usage."""
    other = tmp_path / "feed.xml"
    other.write_text(
        "<rss version='2.0'><channel><title>Coffee show</title><item><guid>c</guid><title>Episode 1: Mugs</title>"
        f"<description><![CDATA[{TURNS.format('the pouring', 'mug')}]]></description></item></channel></rss>"
    )
    run("ingest", str(other), "--quiet")
    code, out, err = run("remove", "1")
    assert (code, out) == (2, "")
    assert ingested[0] in err


# --- status


def test_status_says_why(run: Run, home: Path, ingested: list[str], web: SimpleNamespace) -> None:
    """Why an episode is in quarantine, when it was edited, when its feed dropped it, what was removed and why."""
    allow = ("--quiet", "--allow-host", web.host)
    web.told[0] = ("the boiler", "copper kettle")
    web.told.append(SPOON)
    run("refresh", *allow)
    run("remove", "3", "--reason", "a mistake", "--quiet")
    del web.told[1:]
    run("refresh", *allow)
    state = json.loads(run("status", "--json")[1])
    first, second = state["episodes"]
    assert (first["status"], first["attempts"], first["unlisted"], first["edited"] is None) == (
        "ingested",
        0,
        None,
        False,
    )
    assert (second["edited"], second["unlisted"] is None) == (None, False)
    assert [(entry["reason"], entry["purged"]) for entry in state["removed"]] == [("a mistake", False)]
    assert state["index_problem"] is None
    text = run("status")[1]
    assert f"edited since {first['edited']}" in text
    assert f"not in its feed since {second['unlisted']}" in text
    assert ": a mistake" in text


def test_status_names_what_is_in_quarantine(
    run: Run, home: Path, web: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After three attempts refresh exits 1 without trying, and status tells the failure and the way out."""

    def failing(*_: object) -> None:
        raise ValueError("odd words")

    monkeypatch.setattr("ingest.pipeline.assemble", failing)
    monkeypatch.setattr("ingest.pipeline.logger.exception", lambda *_: None)
    allow = ("--quiet", "--allow-host", web.host)
    assert run("ingest", web.url, *allow)[0] == 1
    for _ in range(3):
        code, out, err = run("refresh", *allow)
        assert (code, "2 of 2 episodes failed or wait" in err) == (1, True)
    monkeypatch.undo()
    assert "quarantined: ValueError: odd words; please report it; failed 3 times; it is tried again with --again" in out
    state = json.loads(run("status", "--json")[1])
    assert state["counts"] == {"quarantined": 2}
    assert {episode["attempts"] for episode in state["episodes"]} == {3}


def test_one_damaged_episode_hides_no_other(run: Run, home: Path, ingested: list[str]) -> None:
    """Status, export and index do what can be done, name the file, and the index says so by its exit code."""
    path = episode_folder(home, ingested[0]) / "transcript.json"
    path.write_bytes(path.read_bytes().replace(b"kettle", b"kattle"))
    code, out, err = run("index", "--quiet")
    assert code == 1
    assert f"playback: {ingested[0]} is not in the index: " in err
    assert "1 episodes" in out
    assert run("index", "--quiet")[0] == 1, "and each time again"
    assert not any("kattle" in text for text in said(run, "kattle"))
    assert run("export", ingested[1], "--format", "txt")[0] == 0
    (episode_folder(home, ingested[0]) / "episode.json").write_text("{")
    code, out, _ = run("status")
    assert (code, f"{ingested[0]}  broken: " in out, f"{ingested[1]}  ingested: " in out) == (0, True, True)
    assert run("export", ingested[1], "--format", "txt")[0] == 0
    assert load_transcript(home, ingested[1]) is not None
    (index_folder(home) / "current").write_text("x")
    code, out, _ = run("status")
    assert (code, "--rebuild" in out) == (0, True)


def test_a_full_disk_is_one_clear_line(
    run: Run, home: Path, ingested: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the kernel refuses leaves as what to do about it, and the feed's state is that of before."""
    known = feeds(home)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device", "file")

    monkeypatch.setattr("ingest.library.removal.write_json", full)
    code, out, err = run("remove", "1", "--quiet")
    assert (code, out) == (1, "")
    assert "no space is left on the disk" in err
    assert err.count("\n") == 1
    assert (feeds(home), episode_ids(home)) == (known, ingested)
