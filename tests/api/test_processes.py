"""Episodes in several processes: one that is killed costs its episode, not the run."""

import textwrap
from dataclasses import replace

import pytest

from api.processes import outcomes_of
from ingest.item import Item
from ingest.library import load_record
from ingest.outcome import Outcome, load_state
from ingest.pipeline import died
from ingest.register import register

# What the processes run is imported by them, so it is a module of its own.
DEADLY = """
import os, signal, time
from ingest.outcome import Outcome

def work(episode):
    if episode.title in ("Two", "Five"):
        time.sleep(0.3)  # until the others are at work too
        os.kill(os.getpid(), signal.SIGKILL)
    return Outcome(episode, "ingested", str(os.getpid()))
"""
TITLES = ("One", "Two", "Three", "Four", "Five", "Six")


@pytest.fixture
def episodes(tmp_path):
    return register(tmp_path, [Item(title, "f", show_title="Tea", title=title) for title in TITLES])


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


def test_an_episode_that_kills_its_process_is_in_quarantine_after_three(episodes, tmp_path):
    """Each death counts as an attempt, so that a scheduled run does not die of it for ever."""
    statuses = [died(episodes[0], tmp_path).status for _ in range(3)]
    assert statuses == ["failed", "failed", "quarantined"]
    state = load_state(tmp_path, episodes[0].id)
    assert "its process was killed" in state.message
    assert load_record(tmp_path, episodes[0].id).episode == replace(episodes[0])
