"""What Ray's errors become before the command prints them."""

import errno
from pathlib import Path

import pytest

from ingest.cluster import outcomes
from ingest.cluster.driver import in_a_line, remove_folder
from ingest.cluster.worker import Cluster

ADDRESS = "10.0.0.1:6379"
# The text of Ray 2.60 for a driver of another version.
OTHER_VERSION = """Version mismatch: The cluster was started with:
    Ray: 2.59.0
    Python: 3.12.1
This process on node 10.0.0.2 was started with:
    Ray: 2.60.0
    Python: 3.11.2
"""


def refused_because(text):
    """What Ray raises, which says nothing; its cause does."""
    error = ConnectionError("Failed to connect to Ray cluster at 10.0.0.1:6379")
    error.__cause__ = RuntimeError(text)
    return error


def line_of(error, address=ADDRESS, is_connected=False):
    line = str(in_a_line(error, Cluster(address, Path("home")), is_connected))
    assert "\n" not in line
    return line


def test_a_cluster_that_cannot_be_used_is_a_line_with_what_to_do():
    """Other versions, another token, no node here."""
    assert line_of(RuntimeError(OTHER_VERSION)) == (
        "cannot use the Ray cluster 10.0.0.1:6379: it runs Ray 2.59.0 and Python 3.12.1, and this machine Ray 2.60.0 "
        "and Python 3.11.2; install the same on all"
    )
    token = refused_because("Last connection error: Traceback\n  InvalidAuthToken: Authentication token is incorrect\n")
    assert "its token is another than this machine's" in line_of(token)
    node = refused_because("No node info found matching attributes: '' when trying to resolve node to connect to.")
    assert "this machine is no node of it; run ray start --address=10.0.0.1:6379 here" in line_of(node)
    assert line_of(OSError("pages\nno such thing")) == "cannot use the Ray cluster 10.0.0.1:6379: no such thing"
    assert line_of(OSError("pages\nno room"), "auto") == "cannot use the Ray cluster auto: no room"


def test_a_cluster_that_is_lost_can_be_continued():
    """Whatever Ray says."""
    said = line_of(RuntimeError("pages\n\nit is gone\n"), is_connected=True)
    assert said == "Ray failed: it is gone; run the same command again to continue"


def test_the_folder_of_a_ray_is_removed_when_its_processes_have_ended(tmp_path, monkeypatch):
    """They may write there while it is removed."""
    writes = iter((True, True, False))
    monkeypatch.setattr("shutil.rmtree", lambda path, ignore_errors: next(writes) or Path(path).rmdir())
    (tmp_path / "ray").mkdir()
    remove_folder(str(tmp_path / "ray"))
    assert not (tmp_path / "ray").exists()
    remove_folder(None)


def test_a_driver_that_cannot_be_started_is_told_as_it_is(tmp_path, monkeypatch):
    """The reason is that of the machine, and the folder that was made for Ray goes."""
    folder = tmp_path / "ray"
    folder.mkdir()
    monkeypatch.setattr("tempfile.mkdtemp", lambda **_: str(folder))
    monkeypatch.setattr(outcomes, "_require", lambda address: None)

    def start(self):
        raise OSError(errno.EAGAIN, "Resource temporarily unavailable")

    monkeypatch.setattr(outcomes._SPAWN.Process, "start", start)
    with pytest.raises(OSError, match="Resource temporarily unavailable"):
        list(outcomes.outcomes_on_cluster([], print, print, Cluster("auto", tmp_path)))
    assert not folder.exists()
