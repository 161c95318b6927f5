"""Two servers under load while generations are published: no request fails, mixes two generations, or is stale."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from index.building.build import build
from index.chunk import PassageShape
from index.postgres.publish import publish_generation
from ingest.transcript import Transcript

ROOT = Path(__file__).parents[3]
SERVERS, PUBLICATIONS = 2, 10
STALE_SECONDS = 2.0
# Three threads ask as a server's do, until standard input is closed; prints a line for each request.
SERVER = """
import json, sys, threading, time
from pathlib import Path
from api.server.live_index import Live
from api.settings import Settings
from index.postgres.opening import mount_database
from index.search import Query, search
from tests.index.conftest import HashedStems
home, url = Path(sys.argv[1]), sys.argv[2]
mount_database(home, url)
encoder, stop = HashedStems(), threading.Event()
live = Live(Settings(home=home), encoder)
def ask():
    while not stop.is_set():
        began, wrong = time.monotonic(), None
        try:
            generation = live.base().generation
            number = generation.manifest.generation
            texts = [text for *_, text in generation.spoken()]
            query = Query("mast", encoder.encode_query("the mast of the boat"), tuple(generation.terms("mast")))
            hits = search(generation, query, 5)
            texts += [one.text for hit in hits for one in hit.sentences]
            if not hits or not all(f"round {number} " in text for text in texts):
                wrong = "mixed"
        except Exception as error:
            number, wrong = 0, repr(error)
        sys.stdout.write(json.dumps([began, number, wrong]) + chr(10))
        sys.stdout.flush()
threads = [threading.Thread(target=ask) for _ in range(3)]
for one in threads: one.start()
sys.stdin.read(); stop.set()
for one in threads: one.join()
"""


@pytest.mark.long
def test_servers_switch_under_load(
    tmp_path: Path, database: str, save: Any, transcript_of: Callable[..., Transcript], encoder: Any
) -> None:
    """Of every request all words are of one generation, and two seconds after a commit of no earlier one."""
    home = tmp_path / "home"
    committed = []

    def publication(number: int) -> None:
        words = "mast rope sail hull deck keel anchor tide".split()
        said = " ".join(f"In round {number} of the race the {word} was mended by the people." for word in words)
        save(home, transcript_of("a-1-aaaa", ("Ada", said)))
        build(home, encoder, shape=PassageShape(20, 1))
        assert publish_generation(home, database).generation == number
        committed.append(time.monotonic())

    publication(1)
    servers = []
    for number in range(SERVERS):
        command = [sys.executable, "-c", SERVER, str(tmp_path / str(number)), database]
        with (tmp_path / f"{number}.jsonl").open("w") as log:
            servers.append(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=log, cwd=ROOT, text=True))
    logs = [tmp_path / f"{number}.jsonl" for number in range(SERVERS)]
    while not all(path.read_text().count("\n") > 5 for path in logs):
        assert all(one.poll() is None for one in servers)
        time.sleep(0.2)
    for number in range(2, PUBLICATIONS + 2):
        publication(number)
        time.sleep(0.5)
    time.sleep(STALE_SECONDS + 1)
    for one in servers:
        one.communicate()
    requests = [json.loads(line) for path in logs for line in path.read_text().splitlines()]
    newest = [sum(at + STALE_SECONDS < began for at in committed) for began, *_ in requests]
    wrong = [one for one in requests if one[2] is not None]
    stale = [one for one, least in zip(requests, newest, strict=True) if one[1] < least]
    assert (wrong, stale) == ([], [])
    assert {one[1] for one in requests} >= {1, PUBLICATIONS + 1}
