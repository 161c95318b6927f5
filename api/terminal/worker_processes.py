"""Work on episodes in several processes; if one is killed, the run continues."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context

from ingest.library.outcome import Outcome
from ingest.transcript import Episode

Work = Callable[[Episode], Outcome]


def outcomes_of(episodes: Iterable[Episode], work: Work, died: Work, workers: int) -> Iterator[Outcome]:
    """Yield the outcome of every episode as it comes, using `workers` processes; lazily.

    Uses processes because decoding and aligning hold the GIL. `work` must be picklable. If a process is killed, for
    example by the kernel when memory runs out, its episode is unknown. So every episode that was in progress is retried
    in its own process, and one that kills that process too gets its outcome from `died`.
    """
    waiting = deque(episodes)
    while waiting:
        at_work: dict[Future[Outcome], Episode] = {}
        try:
            with _pool(workers) as pool:
                while waiting or at_work:
                    while waiting and len(at_work) < workers:
                        at_work[pool.submit(work, waiting[0])] = waiting[0]
                        waiting.popleft()
                    for done in wait(at_work, return_when=FIRST_COMPLETED).done:
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


def _pool(workers: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(workers, mp_context=get_context("spawn"))
