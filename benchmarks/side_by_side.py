"""Do the same work with two commits in turns, and give what it took each of them."""

import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import numpy as np

from benchmarks.commits import ROOT, Commit, Cost, cost_of
from benchmarks.invented_episodes import feed_of
from benchmarks.served import Served, cpu_seconds, memory_of, served

PUBLICATIONS = 8
ASKED = 10
# None of them is among the questions that are measured, in case an answer is remembered.
_WARM_UP = ("What changed?", "Who spoke about backups?", "Why did the release wait?", "How many people are on call?")
_MOST_SECONDS = 120.0

Pair = tuple[Commit, Commit]


@dataclass(frozen=True, slots=True)
class Compared:
    """The figures of one kind of work, of the older and the newer code, of the same repetition at the same place.

    `share` is the quantile of the figures to compare, None for their mean.
    """

    work: str
    unit: str
    older: tuple[float, ...]
    newer: tuple[float, ...]
    share: float | None = None


def ingesting(pair: Pair, feed: Path, times: int) -> list[Compared]:
    """Ingest a feed without audio into empty data folders, and keep one of them for the other parts."""
    return _costs("ingesting", in_turns([lambda _, of=commit: _ingest(of, feed) for commit in pair], times))


def plain_script(newer: Commit, feed: Path, times: int) -> list[Compared]:
    """Compare ingesting a feed with encoding its passages in a plain script of sentence-transformers."""
    prepare(newer, feed)
    with TemporaryDirectory() as folder:
        texts = Path(folder) / "passages.json"
        texts.write_text(json.dumps(list(_passages(newer.home))), "utf-8")
        script = [str(newer.python), str(ROOT / "benchmarks" / "plain_encoding.py")]
        works = [lambda _: cost_of(newer, script, texts), lambda _: _ingest(newer, feed)]
        return _costs("ingesting, against a plain script", in_turns(works, times))


def publishing(pair: Pair, feed: Path) -> list[Compared]:
    """Add one short episode to the library, and publish; again and again with another episode."""
    with TemporaryDirectory() as folder:
        works = [_publish_in(commit, feed, Path(folder) / str(place)) for place, commit in enumerate(pair)]
        return _costs("publishing after one new episode", in_turns(works, PUBLICATIONS))


def asking(pair: Pair, feed: Path, questions: Sequence[str]) -> list[Compared]:
    """Ask questions in fresh processes, after one that is not counted."""
    chosen = questions[:: max(1, len(questions) // ASKED)][:ASKED]
    works = []
    for commit in pair:
        prepare(commit, feed)
        cost_of(commit, commit.command(commit.home, "ask", _WARM_UP[0]))
        works.append(lambda place, of=commit: cost_of(of, of.command(of.home, "ask", chosen[place])))
    return _costs("`playback ask` in a fresh process", in_turns(works, len(chosen)))


def answering(pair: Pair, feed: Path, questions: Sequence[str]) -> tuple[list[Compared], str]:
    """Ask questions of two running servers; return what they took and hold, and a line on how alike the answers are."""
    with ExitStack() as stack:
        servers = []
        for commit in pair:
            prepare(commit, feed)
            server = served(commit.home, commit.command(commit.home, "serve"), commit.folder, commit.variables())
            servers.append(stack.enter_context(server))
            for question in _WARM_UP:
                _answer(servers[-1], question)
        works = [lambda place, of=server: _answer(of, questions[place]) for server in servers]
        older, newer = in_turns(works, len(questions))
        memory = [memory_of(server) / 2**20 for server in servers]
    first, second = (tuple(cost.wall * 1000 for cost, _ in answers) for answers in (older, newer))
    used = [tuple(cost.cpu * 1000 for cost, _ in answers) for answers in (older, newer)]
    found = [
        Compared("an answer, warm: median", "ms", first, second, 0.5),
        Compared("an answer, warm: 95th percentile", "ms", first, second, 0.95),
        Compared("an answer, warm: CPU", "ms", *used),
        Compared("memory of `serve` after the questions", "MiB", (memory[0],), (memory[1],)),
    ]
    return found, _likeness([one for _, one in older], [one for _, one in newer])


def prepare(commit: Commit, feed: Path) -> None:
    """Bring the commit's own data folder up to date with the feed; takes seconds if it is, else minutes."""
    print(f"bringing {commit.home} up to date", flush=True)
    cost_of(commit, commit.command(commit.home, "ingest", feed, "--no-audio", "--quiet"))


def in_turns(works: Sequence[Callable[[int], Any]], times: int) -> list[list[Any]]:
    """Return the results of each work for the numbers from 0 on; each number goes to all works, in changing order."""
    results: list[list[Any]] = [[] for _ in works]
    for number in range(times):
        for place in sorted(range(len(works)), reverse=number % 2 == 1):
            results[place].append(works[place](number))
    return results


def ratio(compared: Compared) -> tuple[float, float, float]:
    """Return newer by older with its 95 % interval: 2,000 seeded resamples of the repetitions, in pairs.

    The interval is not a number (nan) if there are fewer than three repetitions.
    """
    older, newer = np.array(compared.older), np.array(compared.newer)
    value = figure(newer, compared.share) / figure(older, compared.share)
    if len(older) < 3:
        return float(value), float("nan"), float("nan")
    chosen = np.random.default_rng(0).integers(len(older), size=(2000, len(older)))
    ratios = figure(newer[chosen], compared.share) / figure(older[chosen], compared.share)
    low, high = np.quantile(ratios, (0.025, 0.975))
    return float(value), float(low), float(high)


def figure(values: Any, share: float | None) -> Any:
    """Return the mean of the last axis, or its quantile."""
    return np.mean(values, axis=-1) if share is None else np.quantile(values, share, axis=-1)


def _ingest(commit: Commit, feed: Path) -> Cost:
    with TemporaryDirectory(dir=commit.home.parent) as folder:
        home = Path(folder) / "home"
        cost = cost_of(commit, commit.command(home, "ingest", feed, "--no-audio", "--quiet"))
        if not commit.home.exists():
            home.rename(commit.home)
    return cost


def _publish_in(commit: Commit, feed: Path, folder: Path) -> Callable[[int], Cost]:
    prepare(commit, feed)
    home, invented = folder / "home", folder / "feed.xml"
    shutil.copytree(commit.home, home)

    def publish(number: int) -> Cost:
        invented.write_text(feed_of(number + 1), "utf-8")
        cost_of(commit, commit.command(home, "ingest", invented, "--no-audio", "--quiet", "--no-index"))
        return cost_of(commit, commit.command(home, "index"))

    return publish


def _passages(home: Path) -> Iterator[str]:
    number = (home / "index" / "current").read_text().split()[0]
    for database in sorted((home / "index" / number).rglob("passages.sqlite")):
        with closing(sqlite3.connect(database)) as opened:
            yield from (text for (text,) in opened.execute("SELECT text FROM passages ORDER BY row"))


def _answer(server: Served, question: str) -> tuple[Cost, dict[str, Any]]:
    connection = server.connection(_MOST_SECONDS)
    with closing(connection):
        connection.connect()
        used, begun = cpu_seconds(server), perf_counter()
        connection.request(
            "POST", "/api/answers", json.dumps({"question": question}), {"Content-Type": "application/json"}
        )
        response = connection.getresponse()
        body = response.read()
        cost = Cost(perf_counter() - begun, cpu_seconds(server) - used)
    if response.status != 200:
        raise SystemExit(f"a server answered {response.status} to {question!r}: {body.decode(errors='replace')}")
    return cost, json.loads(body)


def _likeness(older: Sequence[dict[str, Any]], newer: Sequence[dict[str, Any]]) -> str:
    pairs = list(zip(older, newer, strict=True))
    quotes = sum(_first_quote(one) == _first_quote(other) for one, other in pairs)
    verdicts = sum(one["status"] == other["status"] for one, other in pairs)
    return f"Of {len(pairs)} questions {quotes} have the same first quote, and {verdicts} the same verdict."


def _first_quote(answer: dict[str, Any]) -> str | None:
    return answer["citations"][0]["quote"] if answer["citations"] else None


def _costs(work: str, results: Sequence[Sequence[Cost]]) -> list[Compared]:
    older, newer = results
    return [
        Compared(f"{work}: CPU", "s", tuple(cost.cpu for cost in older), tuple(cost.cpu for cost in newer)),
        Compared(f"{work}: elapsed", "s", tuple(cost.wall for cost in older), tuple(cost.wall for cost in newer)),
    ]
