"""Work on episodes in several processes; if one is killed, the run continues."""

import contextlib
import json
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from multiprocessing.connection import Connection

from ingest.library.outcome import Outcome
from ingest.transcript import Episode

Work = Callable[[Episode], Outcome]
Report = Callable[[str, float, float], None]  # an episode's id, amount done, total

_INTERVAL = 0.5  # seconds between looks at what the processes report
_SPAWN = get_context("spawn")
_reports: Connection | None = None  # in a worker process: where it reports to


def outcomes_of(
    episodes: Iterable[Episode], work: Work, died: Work, workers: int, report: Report | None = None
) -> Iterator[Outcome]:
    """Yield the outcome of every episode as it comes, using `workers` processes; lazily.

    `report` is called in this process with what `work` passes to `tell` in the others, while outcomes are awaited.

    Uses processes because decoding and aligning hold the GIL. `work` must be picklable. If a process is killed, for
    example by the kernel when memory runs out, its episode is unknown. So every episode that was in progress is retried
    in its own process, and one that kills that process too gets its outcome from `died`.
    """
    waiting = deque(episodes)
    while waiting:
        at_work: dict[Future[Outcome], Episode] = {}
        try:
            with _channel(report) as (reports, sender), _pool(workers, sender) as pool:
                while waiting or at_work:
                    while waiting and len(at_work) < workers:
                        at_work[pool.submit(work, waiting[0])] = waiting[0]
                        waiting.popleft()
                    finished = wait(at_work, None if report is None else _INTERVAL, FIRST_COMPLETED).done
                    _pass_on(reports, report)
                    for done in finished:
                        outcome = done.result()
                        del at_work[done]
                        yield outcome
        except BrokenProcessPool:
            for future, episode in at_work.items():
                is_done = future.done() and future.exception() is None  # finished before the kill
                yield future.result() if is_done else _alone(episode, work, died)


def _alone(episode: Episode, work: Work, died: Work) -> Outcome:
    try:
        with _pool(1) as pool:
            return pool.submit(work, episode).result()
    except BrokenProcessPool:
        return died(episode)


def tell(episode: str, done: float, whole: float) -> None:
    """Report progress from a worker process; does nothing where nobody listens, and never waits.

    Several processes share the pipe without a lock, which one that is killed would keep. Messages this short are
    written whole or not at all.
    """
    if _reports is not None:
        with contextlib.suppress(OSError):  # the pipe is full or nobody reads it any more
            _reports.send_bytes(json.dumps([episode, done, whole]).encode())


@contextlib.contextmanager
def _channel(report: Report | None) -> Iterator[tuple[Connection | None, Connection | None]]:
    if report is None:
        yield None, None
        return
    reader, writer = _SPAWN.Pipe(duplex=False)
    with reader, writer:
        os.set_blocking(writer.fileno(), False)
        yield reader, writer


def _pass_on(reports: Connection | None, report: Report | None) -> None:
    while reports is not None and report is not None and reports.poll():
        report(*json.loads(reports.recv_bytes()))


def _report_to(sender: Connection | None) -> None:
    global _reports
    _reports = sender


def _pool(workers: int, sender: Connection | None = None) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(workers, mp_context=_SPAWN, initializer=_report_to, initargs=(sender,))
