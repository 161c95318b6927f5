"""What work costs beside other work: a larger input beside a smaller one. No clock and no machine sets a limit."""

import gc
from collections.abc import Callable
from time import thread_time

TIMES = 16
# What is in proportion takes 16 times as long, what grows with the square 256 times. What else a machine does makes the
# figure wrong by half of it, not by four times.
LINEAR = 64.0


def growth(work: Callable[[int], object], size: int) -> float:
    """Return how many times the CPU of `work(size)` is needed for `work(16 * size)`; the smaller should take 1 ms."""
    work(size)  # what is loaded or compiled once is counted for neither
    small = min(cost(lambda: work(size)) for _ in range(3))
    return cost(lambda: work(TIMES * size)) / small


def cost(work: Callable[[], object]) -> float:
    """Return the CPU of this thread that work takes; only for comparison with the cost of other work."""
    gc.disable()  # it would look through all that other tests left
    try:
        begun = thread_time()
        work()
        return thread_time() - begun
    finally:
        gc.enable()
