"""What a worker refuses, and what it says of an episode."""

import socket

import pytest

from ingest.cluster.worker import Cluster, Worker
from ingest.errors import ClusterError, StoreError
from ingest.library.outcome import Outcome
from ingest.speech import engines
from ingest.versions import own_version

HERE = socket.gethostname()


@pytest.fixture(autouse=True)
def _stays(monkeypatch):
    """A worker that nobody asks would end this process."""
    monkeypatch.setattr(Worker, "_end_when_alone", lambda self: None)
    monkeypatch.setattr(engines, "_kept", None)


def test_a_worker_refuses_what_would_go_wrong(tmp_path, episodes):
    """Another version of Playback, and a node that does not see the library; where it does, it says how far it is."""
    with pytest.raises(ClusterError, match=rf"{HERE} has Playback .*, and this machine has 0\.0\.0"):
        Worker(Cluster("auto", tmp_path), "0.0.0")
    elsewhere = tmp_path / "elsewhere"
    with pytest.raises(ClusterError, match="does not see the library in"):
        Worker(Cluster("auto", elsewhere), own_version()).ingest(episodes[0], None)
    assert not elsewhere.exists()
    worker = Worker(Cluster("auto", tmp_path), own_version())

    def work(episode, *, progress):
        progress("download", 1.0, 2.0)
        assert worker.far() is None
        progress("transcribe", 3.0, 4.0)
        assert worker.far() == (episode.id, 3.0, 4.0)
        return Outcome(episode, "ingested", "2 turns")

    assert worker.ingest(episodes[0], work).message == "2 turns"


def test_another_machine_is_named(tmp_path, episodes, monkeypatch):
    """It may lack a package or weights that this one has, or not reach a database that this one reaches."""
    there = Cluster("auto", tmp_path, host="command")
    waits = Outcome(episodes[0], "waiting", "transcription needs faster_whisper")
    done = Worker(there, own_version()).ingest(episodes[0], lambda episode, progress: waits)
    assert done.message == f"transcription needs faster_whisper (on {HERE})"

    def away(home, store):
        raise StoreError("postgresql://db/playback cannot be reached")

    monkeypatch.setattr("ingest.cluster.worker.mount_store", away)
    with pytest.raises(ClusterError, match=rf"^{HERE}: postgresql://db/playback cannot be reached$"):
        Worker(there, own_version())


def test_a_worker_says_which_database_has_no_library(tmp_path, episodes, monkeypatch):
    """An address such as localhost is another database on each node; one that is away fails the episode, for now."""
    monkeypatch.setattr("ingest.cluster.worker.mount_store", lambda home, store: None)
    elsewhere = Cluster("auto", tmp_path / "elsewhere", store="postgresql://ann:secret@localhost/playback")
    worker = Worker(elsewhere, own_version())
    with pytest.raises(ClusterError, match=r"does not see the library in postgresql://localhost/playback: ") as refused:
        worker.ingest(episodes[0], None)
    assert "secret" not in f"{refused.value} {elsewhere}"

    def away(home):
        raise StoreError("the connection was lost")

    monkeypatch.setattr("ingest.cluster.worker.episode_ids", away)
    assert worker.ingest(episodes[0], None) == Outcome(episodes[0], "failed", "the connection was lost", passing=True)
