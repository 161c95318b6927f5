"""Run a server under mixed load and check that it does not grow: memory, threads, descriptors, temporary files.

    python benchmarks/soak.py HOME QUESTIONS.jsonl [--seconds 300] [--clients 4]

Clients ask, search, read pages, open quotes, and disconnect in the middle of answers. Every ten seconds the generation
is published again, so that the server switches; this writes to HOME, where `index/current` is replaced by an equal
file. Prints the size of the process during the run. Exits with 1 if there was a status other than 200, 404, 410 and
503, or if the last fifth of the run is larger than the second fifth: by more than 5 % and 16 MiB of memory, 3 threads,
8 descriptors, or by any temporary file. The first fifth does not count, because caches fill up during it.
"""

import random
import sys
from collections import Counter
from collections.abc import Sequence
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from threading import Event, Thread
from time import monotonic
from urllib.parse import quote_plus

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))  # run as a script

from api.evaluation.questions import read_questions  # noqa: E402
from benchmarks.figures import arguments  # noqa: E402
from benchmarks.served import Served, Size, asked, read_all, served, size_of  # noqa: E402

_FIFTHS = 5
_EVERY = 1.0  # seconds between measurements of the process
_SWITCH_EVERY = 10.0  # seconds
_MOST_RATIO, _MOST_BYTES, _MOST_THREADS, _MOST_DESCRIPTORS = 1.05, 16 * 2**20, 3, 8
_SEED = 6
_ALLOWED = {200, 404, 410, 503}


def main() -> int:
    """Parse the command line, run and print; return 1 if the process grew or sent an unexpected status."""
    parser = arguments(__doc__)
    parser.add_argument("--seconds", type=float, default=300.0)
    parser.add_argument("--clients", type=int, default=4)
    options = parser.parse_args()
    questions = [question.question for question in read_questions(options.questions)]
    statuses: Counter[int] = Counter()
    stop = Event()
    with served(options.home) as server:
        threads = [
            Thread(target=use, args=(server, questions, statuses, stop, number)) for number in range(options.clients)
        ]
        read_all(server)
        for thread in threads:
            thread.start()
        sizes = watched(server, options.home, options.seconds)
        stop.set()
        for thread in threads:
            thread.join()
    second, last = (typical(fifth(sizes, number)) for number in (1, _FIFTHS - 1))
    print(f"{statuses.total():,} requests: {dict(sorted(statuses.items()))}")
    for name, size in (("second fifth", second), ("last fifth", last)):
        print(f"{name}: {text_of(size)}")
    broken = grown(second, last)
    if others := statuses.keys() - _ALLOWED:
        broken.append(f"statuses {sorted(others)}")
    print("\n".join(broken) or "nothing grew")
    return 1 if broken else 0


def use(server: Served, questions: Sequence[str], statuses: Counter[int], stop: Event, number: int) -> None:
    """Act as one client until `stop` is set, in a random order seeded by its number."""
    chance = random.Random(_SEED + number)  # noqa: S311 - the same order in every run
    connection = server.connection()
    while not stop.is_set():
        question = chance.choice(questions)
        kind = chance.randrange(8)
        if kind == 0:
            leave(server, question)
            continue
        if kind < 4:
            status, pause = asked(connection, question)
            stop.wait(min(pause, 2.0))
        else:
            words = quote_plus(question)
            paths = ("/healthcheck", "/episodes", f"/?q={words}", f"/api/search?q={words}", "/api/quotes/none")
            status = _read(connection, chance.choice(paths))
        statuses[status] += 1
    connection.close()


def leave(server: Served, question: str) -> None:
    """Ask a question and disconnect without waiting for the answer."""
    connection = server.connection()
    connection.request("GET", f"/?q={quote_plus(question)}")
    connection.close()


def watched(server: Served, home: Path, seconds: float) -> list[Size]:
    """Measure the process every second, and publish the same generation again every ten seconds."""
    sizes = []
    begun = monotonic()
    switched = begun
    pause = Event()
    while (now := monotonic()) - begun < seconds:
        sizes.append(size_of(server))
        if now - switched >= _SWITCH_EVERY:
            publish_again(home)
            switched = now
        if len(sizes) % 30 == 1:
            print(f"{now - begun:4.0f} s: {text_of(sizes[-1])}", flush=True)
        pause.wait(_EVERY)
    return sizes


def publish_again(home: Path) -> None:
    """Replace the pointer to the live generation by an equal file, which the server treats as a new publication."""
    current = home / "index" / "current"
    other = current.with_name(".current-again")
    other.write_bytes(current.read_bytes())
    other.replace(current)


def fifth(sizes: Sequence[Size], number: int) -> Sequence[Size]:
    """Return one fifth of a run, counted from 0."""
    return sizes[len(sizes) * number // _FIFTHS : len(sizes) * (number + 1) // _FIFTHS]


def typical(sizes: Sequence[Size]) -> Size:
    """Return the median sizes in a part of a run."""
    return Size(
        *(round(median(getattr(size, name) for size in sizes)) for name in Size.__dataclass_fields__),
    )


def grown(before: Size, after: Size) -> list[str]:
    """Return a sentence for each resource that grew beyond its limit."""
    more = after.memory - before.memory
    limits = {
        f"memory grew by {more / 2**20:.0f} MiB": more > _MOST_BYTES and after.memory > before.memory * _MOST_RATIO,
        f"{after.threads - before.threads} threads were added": after.threads - before.threads > _MOST_THREADS,
        f"{after.descriptors - before.descriptors} descriptors were added": (
            after.descriptors - before.descriptors > _MOST_DESCRIPTORS
        ),
        f"{after.temporary} temporary files were left": after.temporary > before.temporary,
    }
    return [sentence for sentence, is_broken in limits.items() if is_broken]


def text_of(size: Size) -> str:
    """Return a size in words."""
    return (
        f"{size.memory / 2**20:.0f} MiB, {size.threads} threads, {size.descriptors} descriptors, "
        f"{size.temporary} temporary files"
    )


def _read(connection: HTTPConnection, path: str) -> int:
    connection.request("GET", path)
    response = connection.getresponse()
    response.read()
    return response.status


if __name__ == "__main__":
    sys.exit(main())
