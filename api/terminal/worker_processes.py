"""Work on episodes in several processes, of which each may be killed without ending the run."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context

from ingest.library.outcome import Outcome
from ingest.transcript import Episode

Work = Callable[[Episode], Outcome]


def outcomes_of(episodes: Iterable[Episode], work: Work, died: Work, workers: int) -> Iterator[Outcome]:
    """Yield the outcome of every episode as it comes, worked on by `workers` processes; lazily.

    Processes, because decoding and aligning hold the interpreter. `work` must be picklable. Where one is killed, as by
    the kernel for want of memory, nobody can say which of those at work it was: each of these is worked on again in a
    process of its own, and one that kills that too gets its outcome from `died`.
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
                is_done = future.done() and future.exception() is None  # before another was killed
                yield future.result() if is_done else _alone(episode, work, died)


def _alone(episode: Episode, work: Work, died: Work) -> Outcome:
    try:
        with _pool(1) as pool:
            return pool.submit(work, episode).result()
    except BrokenProcessPool:
        return died(episode)


def _pool(workers: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(workers, mp_context=get_context("spawn"))
