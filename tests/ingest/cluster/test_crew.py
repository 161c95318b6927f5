"""Who tries an episode next, decided by the driver over a stand-in for Ray."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from ingest.cluster import crew
from ingest.cluster.worker import ALONE, Cluster
from ingest.errors import ClusterError
from ingest.library.outcome import Outcome


class Lost(Exception):
    """Ray's base of errors."""


class TaskFailed(Lost):
    def __init__(self, cause):
        super().__init__(f"Traceback\n  page after page\n{type(cause).__name__}: {cause}")
        self.cause = cause


class Ray:
    """Ray as the driver uses it. `does` says what comes of an episode on the n-th worker, from 1: an outcome, an error,
    or None for an answer that never comes; `answers` whether that worker says how far it is, or the error that it
    does not start with, or the reference that it is asked by.
    """

    exceptions = SimpleNamespace(RayError=Lost, RayTaskError=TaskFailed)

    def __init__(self, does, answers=lambda worker: True, cpus=1):
        self.does, self.answers, self.cpus = does, answers, cpus
        self.now, self.workers, self.nodes_alive = 1000.0, 0, True

    def remote(self, **_):
        return lambda kind: SimpleNamespace(remote=self._start)

    def _start(self, *_):
        self.workers += 1
        number = self.workers
        far = SimpleNamespace(remote=lambda: self._far(self.answers(number)))
        ingest = SimpleNamespace(remote=lambda episode, work: self._answer(self.does(number, episode)))
        return SimpleNamespace(far=far, ingest=ingest, number=number)

    def _far(self, answers):
        if isinstance(answers, list):
            return answers
        return [(answers if isinstance(answers, Exception) else None,)] if answers else []

    def _answer(self, value):
        return [] if value is None else [(value,)]

    def wait(self, references, timeout):
        ready = [reference for reference in references if reference]
        self.now += 0 if timeout == 0 else 0.5
        return ready, []

    def get(self, reference):
        (value,) = reference[0]
        if isinstance(value, Exception):
            raise value
        return value

    def kill(self, actor):
        pass

    def nodes(self):
        return [{"NodeID": "here", "Alive": self.nodes_alive}]

    def cluster_resources(self):
        return {"CPU": self.cpus}

    def get_runtime_context(self):
        return SimpleNamespace(get_node_id=lambda: "here")


class FromThen(list):
    """A reference whose answer is there from a time on."""

    def __init__(self, ray, time):
        super().__init__([(None,)])
        self._ray, self._time = ray, time

    def __bool__(self):
        return self._ray.now >= self._time


@pytest.fixture
def said(episodes, monkeypatch):
    """What the driver says of the three episodes; its `lines` are those that warn."""

    def run(ray):
        def sleep(seconds):
            ray.now += seconds

        monkeypatch.setattr(crew, "time", SimpleNamespace(monotonic=lambda: ray.now, sleep=sleep))
        parent = SimpleNamespace(poll=lambda: False)
        found = list(crew.Crew(ray, Cluster("auto", Path("home")), episodes, print).sayings(parent))
        run.lines = [one for one in found if isinstance(one, str)]
        return [one for one in found if not isinstance(one, crew.Sign | str)]

    return run


def ingested(_, episode):
    return Outcome(episode, "ingested", "")


def test_every_episode_gets_its_outcome(said, episodes):
    """However many workers there are, each episode is said once, and nobody is asked for who has nothing to do."""
    for cpus in (1, 2, 9):
        ray = Ray(ingested, cpus=cpus)
        assert sorted(one.episode.title for one in said(ray)) == ["One", "Three", "Two"]
        assert ray.workers == min(cpus, 3)


def test_a_lost_worker_costs_a_try(said):
    """Its episode goes to another worker, and after the second is said to be lost with them."""
    once = Ray(lambda worker, episode: Lost("gone") if worker == 1 else ingested(worker, episode))
    found = said(once)
    assert [one.status for one in found] == ["ingested"] * 3
    (line,) = said.lines
    assert line == f"a worker was lost at {found[-1].episode.id}, which is tried once more (gone)"
    tried = []

    def deadly(worker, episode):
        tried.append(episode.title)
        return Lost("gone") if episode.title == "Two" else ingested(worker, episode)

    found = said(Ray(deadly))
    assert tried.count("Two") == 2
    assert sorted(one.episode.title for one in found if isinstance(one, Outcome)) == ["One", "Three"]
    assert [one.title for one in found if not isinstance(one, Outcome)] == ["Two"]


def test_a_silent_worker_is_given_up(said):
    """Neither an outcome nor an answer comes from it, so another gets its episode."""
    given = set()

    def never(worker, episode):
        given.add(worker)
        return None if worker == 1 else ingested(worker, episode)

    ray = Ray(never, answers=lambda worker: worker > 1 or worker not in given)
    assert [one.status for one in said(ray)] == ["ingested"] * 3
    assert ray.now > 1000 + crew.SILENCE


def test_the_lease_of_a_worker_that_was_given_up_is_waited_for(said):
    """It may still run where nobody sees it; once it has ended, the episode is tried. A stranger's is not."""
    tries = []

    def busy(worker, episode):
        if episode.title == "Two":
            return Outcome(episode, "busy", "another process has it")
        if episode.title == "Three":
            return ingested(worker, episode)
        tries.append(worker)
        return Lost("gone") if len(tries) == 1 else Outcome(episode, "busy" if len(tries) < 5 else "ingested", "")

    found = {one.episode.title: one.status for one in said(Ray(busy))}
    assert found == {"One": "ingested", "Two": "busy", "Three": "ingested"}
    assert len(tries) == 5
    ray = Ray(lambda worker, episode: Lost("gone") if worker == 1 else Outcome(episode, "busy", ""))
    assert [one.status for one in said(ray)] == ["busy"] * 3  # in the end it is said as it is
    assert ray.now > 1000 + 2 * ALONE


def test_a_machine_whose_workers_do_not_start_is_left_aside(said):
    """The run goes on with the others and says why it has fewer, whichever is first; it does not try for ever."""
    refused = Lost("pages\nno module")
    line = "workers do not start: no module; is Playback installed on every node?; the run goes on with 1 at a time"
    first = Ray(ingested, answers=lambda worker: worker == 1 or refused, cpus=2)
    later = Ray(ingested, answers=lambda worker: FromThen(later, 1003) if worker == 1 else refused, cpus=2)
    for ray in (first, later):
        assert [one.status for one in said(ray)] == ["ingested"] * 3
        assert said.lines == [line]
        assert ray.workers == 4


def test_what_a_machine_lacks_is_said_though_the_run_ends_before_it_is_left_aside(said):
    """Once, when the first of its workers has said it; if it is left aside later, that is said without the reason."""
    refused = Lost("pages\ningest.errors.ClusterError: far: PLAYBACK_STORE needs packages")
    line = "workers do not start: far: PLAYBACK_STORE needs packages"
    ray = Ray(ingested, answers=lambda worker: worker == 1 or (refused if worker == 2 else []), cpus=2)
    assert [one.status for one in said(ray)] == ["ingested"] * 3
    assert said.lines == [line]
    long = Ray(ingested, answers=lambda worker: worker == 1 or refused, cpus=2)
    assert [one.status for one in said(long)] == ["ingested"] * 3
    assert said.lines == [line, "the run goes on with 1 at a time"]
    late = Ray(ingested, answers=lambda worker: FromThen(late, 1003) if worker == 1 else refused, cpus=2)
    assert [one.status for one in said(late)] == ["ingested"] * 3
    assert said.lines == [f"{line}; the run goes on with 1 at a time"]


def test_what_ends_the_run_is_a_line(said):
    """Workers that do not start anywhere, a node without the library, a machine whose Ray has stopped."""
    with pytest.raises(ClusterError, match=r"workers do not start: no module; is Playback installed on every node\?"):
        broken = Ray(ingested)
        broken.get = lambda reference: (_ for _ in ()).throw(Lost("pages\n\nno module\n"))
        said(broken)
    with pytest.raises(ClusterError, match=r"workers do not start: postgresql://a/b: it is away$"):
        refused = Ray(ingested)
        refused.get = lambda reference: (_ for _ in ()).throw(
            Lost("pages\ningest.errors.StoreError: postgresql://a/b: it is away")
        )
        said(refused)
    with pytest.raises(ClusterError, match="does not see the library"):
        said(Ray(lambda worker, episode: TaskFailed(ClusterError("it does not see the library"))))
    with pytest.raises(ClusterError, match="has a free CPU"):
        said(Ray(ingested, answers=lambda worker: False))
    stopped = Ray(lambda worker, episode: Lost("gone"))
    stopped.nodes_alive = False
    with pytest.raises(ClusterError, match="Ray on this machine has stopped"):
        said(stopped)


def test_an_outcome_that_cannot_be_had_fails_its_episode(said):
    """The others go on."""
    ray = Ray(lambda worker, episode: TaskFailed(MemoryError("full")) if worker < 2 else ingested(worker, episode))
    assert [(one.status, one.message) for one in said(ray)] == [
        ("failed", "its worker failed: MemoryError: full; please report it")
    ] * 3
