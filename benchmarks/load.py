"""Measure a server under load: 1, 8, 32 and 128 clients on the loopback interface, which has no rate limit.

    python benchmarks/load.py HOME QUESTIONS.jsonl [--seconds 20]

Each client asks its next question as soon as it has an answer; after a refusal it waits for Retry-After first. Prints
for each number of clients how many questions were answered and refused, the median and 99th percentile of an answer's
time, and the size of the server's process. Exits with 1 if there was a status other than 200 and 503, a refusal without
Retry-After, a 99th percentile at 8 clients of more than 12 medians of the single client, or a process that is over 128
MiB larger with 128 clients than with 8. Machines are shared, so compare only figures of one run.
"""

import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Barrier, Thread
from time import monotonic, perf_counter, sleep

import numpy as np

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))  # run as a script

from api.evaluation.questions import read_questions  # noqa: E402
from benchmarks.figures import arguments  # noqa: E402
from benchmarks.served import Served, asked, read_all, served, size_of  # noqa: E402

CLIENTS = (1, 8, 32, 128)
MOST_MEDIANS = 12
MOST_GROWTH = 128 * 2**20  # bytes
_MILLISECONDS = 1000


@dataclass(frozen=True, slots=True)
class Level:
    """The results of one number of clients: statuses, refusals without Retry-After, seconds of each answer, memory."""

    clients: int
    statuses: Counter[int]
    unexplained: int
    seconds: tuple[float, ...]
    memory: int

    def quantile(self, share: float) -> float:
        """Return a quantile of the answers' times in seconds."""
        return float(np.quantile(self.seconds, share))


def main() -> int:
    """Parse the command line, measure and print; 1 if a promise was broken."""
    parser = arguments(__doc__)
    parser.add_argument("--seconds", type=float, default=20.0, help="for each number of clients")
    options = parser.parse_args()
    questions = [question.question for question in read_questions(options.questions)]
    with served(options.home) as server:
        read_all(server)
        measured(server, questions, 1, options.seconds / 4)  # warm up before measuring
        levels = []
        for clients in CLIENTS:
            levels.append(measured(server, questions, clients, options.seconds))
            print(line_of(levels[-1]), flush=True)
    broken = broken_promises(levels)
    print("\n".join(broken) or "every promise was kept")
    return 1 if broken else 0


def measured(server: Served, questions: Sequence[str], clients: int, seconds: float) -> Level:
    """Let this many clients ask questions for this many seconds, all starting at the same time."""
    found: list[tuple[int, float, float]] = []  # status, seconds to wait, seconds it took; append is atomic
    begin = Barrier(clients + 1)

    def ask_on(number: int) -> None:
        connection = server.connection()
        begin.wait()
        until = monotonic() + seconds
        position = number * 7
        while monotonic() < until:
            begun = perf_counter()
            status, pause = asked(connection, questions[position % len(questions)])
            found.append((status, pause, perf_counter() - begun))
            position += 1
            sleep(min(pause, max(0.0, until - monotonic())))
        connection.close()

    threads = [Thread(target=ask_on, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    begin.wait()
    for thread in threads:
        thread.join()
    return Level(
        clients=clients,
        statuses=Counter(status for status, _, _ in found),
        unexplained=sum(status == 503 and pause == 0 for status, pause, _ in found),
        seconds=tuple(took for status, _, took in found if status == 200),
        memory=size_of(server).memory,
    )


def line_of(level: Level) -> str:
    """Return the report's line for one number of clients."""
    others = {status: count for status, count in level.statuses.items() if status not in (200, 503)}
    return (
        f"{level.clients:3} clients: {level.statuses[200]:5,} answered, {level.statuses[503]:5,} refused, "
        f"{sum(others.values())} other; p50 {level.quantile(0.5) * _MILLISECONDS:5.0f} ms, "
        f"p99 {level.quantile(0.99) * _MILLISECONDS:5.0f} ms; {level.memory / 2**20:4.0f} MiB"
    )


def broken_promises(levels: Sequence[Level]) -> list[str]:
    """Return a sentence for each promise that was not kept."""
    by_clients = {level.clients: level for level in levels}
    broken = []
    for level in levels:
        if others := level.statuses.keys() - {200, 503}:
            broken.append(f"{level.clients} clients got {sorted(others)}")
        if level.unexplained:
            broken.append(f"{level.clients} clients: {level.unexplained} refusals without Retry-After")
    medians = by_clients[8].quantile(0.99) / by_clients[1].quantile(0.5)
    print(f"p99 at 8 clients is {medians:.1f} medians of a single client (at most {MOST_MEDIANS})")
    if medians > MOST_MEDIANS:
        broken.append(f"p99 at 8 clients is {medians:.1f} medians of a single client")
    growth = by_clients[128].memory - by_clients[8].memory
    if growth > MOST_GROWTH:
        broken.append(f"the process grew by {growth / 2**20:.0f} MiB")
    return broken


if __name__ == "__main__":
    sys.exit(main())
