"""Episodes in several processes: one that is killed costs its episode, not the run."""

import textwrap
import time
from dataclasses import replace
from importlib import import_module
from itertools import pairwise

import pytest

from api.terminal.worker_processes import outcomes_of
from ingest.item import Item
from ingest.library.outcome import Outcome, load_state
from ingest.library.records import episode_folder, load_record
from ingest.library.register import register_items
from ingest.library.removal import remove_episode
from ingest.pipeline import record_killed

# What the processes run is imported by them, so it is a module of its own.
DEADLY = """
import os, signal, time
from ingest.library.outcome import Outcome

def work(episode):
    if episode.title in ("Two", "Five"):
        time.sleep(1.0)  # until the others have ended
        os.kill(os.getpid(), signal.SIGKILL)
    return Outcome(episode, "ingested", str(os.getpid()))
"""
TITLES = ("One", "Two", "Three", "Four", "Five", "Six")


@pytest.fixture
def episodes(tmp_path):
    return register_items(tmp_path, [Item(title, "f", show_title="Tea", title=title) for title in TITLES]).episodes


def test_a_killed_process_costs_its_episode_alone(episodes, tmp_path, monkeypatch):
    """Every episode has one outcome; those that kill their process fail, whoever was at work beside them."""
    (tmp_path / "deadly.py").write_text(textwrap.dedent(DEADLY))
    monkeypatch.syspath_prepend(str(tmp_path))
    import deadly  # the module written above

    found = list(outcomes_of(episodes, deadly.work, lambda episode: Outcome(episode, "failed", "killed"), 2))
    assert sorted(outcome.episode.id for outcome in found) == sorted(episode.id for episode in episodes)
    assert {outcome.episode.title: outcome.status for outcome in found} == {
        title: "failed" if title in ("Two", "Five") else "ingested" for title in TITLES
    }


def test_what_was_finished_before_a_death_is_not_done_again(episodes, tmp_path, monkeypatch):
    """However slowly outcomes are taken, each episode that ended well was worked on once."""
    count = tmp_path / "count"
    noting = f"""
def work(episode):
    open({str(count)!r}, 'a').write(episode.title + ' ')
    until = time.monotonic() + 60
    while len(open({str(count)!r}).read().split()) < 4 and time.monotonic() < until:
        time.sleep(0.02)  # until the others have begun
"""
    (tmp_path / "counting.py").write_text(DEADLY.replace("def work(episode):", noting.strip()))
    monkeypatch.syspath_prepend(str(tmp_path))
    import counting  # the module written above

    def died(episode):
        return Outcome(episode, "failed", "killed")

    for _ in outcomes_of(episodes[:4], counting.work, died, 4):
        time.sleep(0.5)
    worked = (tmp_path / "count").read_text().split()
    assert worked.count("Two") == 2
    assert {title: worked.count(title) for title in ("One", "Three", "Four")} == dict.fromkeys(
        ("One", "Three", "Four"), 1
    )


TELLING = """
import os, signal, time
from api.terminal.worker_processes import tell
from ingest.library.outcome import Outcome

def work(episode):
    for number in range({reports}):
        tell(episode.id, number, {reports})
    if episode.title == "Two":
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(1.0)  # until somebody has listened
    return Outcome(episode, "ingested", "")
"""


@pytest.mark.parametrize("reports", [3, 5000], ids=["a few reports", "more than anybody reads in time"])
def test_progress_comes_from_the_processes_and_never_holds_them_up(episodes, tmp_path, monkeypatch, reports):
    """Each episode's reports come in order; a full pipe, a slow reader or a killed process stops nobody."""
    name = f"telling_{reports}"
    (tmp_path / f"{name}.py").write_text(TELLING.format(reports=reports))
    monkeypatch.syspath_prepend(str(tmp_path))
    told = {}

    def report(episode, done, whole):
        told.setdefault(episode, []).append((done, whole))

    found = outcomes_of(
        episodes[:3], import_module(name).work, lambda episode: Outcome(episode, "failed", ""), 2, report
    )
    assert {outcome.episode.title: outcome.status for outcome in found} == {
        "One": "ingested",
        "Two": "failed",
        "Three": "ingested",
    }
    assert told.keys() & {episodes[0].id, episodes[2].id}  # the one that is at work when the other dies begins anew
    for reported in told.values():
        assert {whole for _, whole in reported} == {reports}
        done = [number for number, _ in reported]
        rounds = [done[first:last] for first, last in pairwise([*[i for i, n in enumerate(done) if n == 0], len(done)])]
        assert all(numbers == sorted(numbers) for numbers in rounds)


@pytest.mark.parametrize("loss", ["damaged", "removed"])
def test_the_death_of_a_process_ends_no_run_whose_episode_is_lost(episodes, tmp_path, loss):
    """Where the episode cannot be read any more, that is its outcome."""
    identifier = episodes[0].id
    if loss == "removed":
        remove_episode(tmp_path, identifier, "asked for", purge=False)
    else:
        (episode_folder(tmp_path, identifier) / "episode.json").write_bytes(b"{")
    assert record_killed(episodes[0], tmp_path).status == {"removed": "skipped", "damaged": "failed"}[loss]


def test_an_episode_that_kills_its_process_is_in_quarantine_after_three(episodes, tmp_path):
    """Each death counts as an attempt, so that a scheduled run does not die of it for ever."""
    statuses = [record_killed(episodes[0], tmp_path).status for _ in range(3)]
    assert statuses == ["failed", "failed", "quarantined"]
    state = load_state(tmp_path, episodes[0].id)
    assert "its process was killed" in state.message
    assert load_record(tmp_path, episodes[0].id).episode == replace(episodes[0])
