"""Measure CPU seconds and peak memory of one call in its own process, so that nothing else counts."""

import multiprocessing
import resource
import time
from collections.abc import Callable
from multiprocessing.connection import Connection


def measured(prepare: Callable[[], Callable[[], object]]) -> dict[str, float]:
    """Return the CPU seconds of the call that `prepare` returns, and the peak memory in MB before and after it.

    Forks, so that the call needs no pickling; `prepare` itself is not timed.
    """
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_measure, args=(prepare, sender))
    process.start()
    result: dict[str, float] = receiver.recv()
    process.join()
    return result


def _measure(prepare: Callable[[], Callable[[], object]], sender: Connection) -> None:
    call = prepare()
    before = _peak()
    started = time.process_time()
    call()
    sender.send({"cpu_s": time.process_time() - started, "peak_mb_before": before, "peak_mb": _peak()})


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
