"""Real `playback serve` processes that answer from one database, and a network to it that can be cut."""

import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from index.building.build import build
from index.chunk import PassageShape
from index.models.compiled_files import encoders_folder
from index.models.encoder import Encoder
from index.postgres.publish import publish_generation
from ingest.library.records import Record, save_record, save_transcript
from ingest.library.store import mount_store
from ingest.storage.mounts import unmount
from ingest.transcript import Episode, Show, Transcript
from tests.api.conftest import turn_of

ROOT = Path(__file__).parents[2]
THINGS = ("foremast", "halyard", "capstan", "rudder")
QUESTIONS = (
    "Who mended the {}?",
    "What happened to the {} in the race?",
    "What did the {} cost?",
    "the {} and the boat",
)
# How soon a database that listens itself notices a client that is gone (see `ingest.library.postgres.connection`).
_NOTICED = (
    (socket.TCP_KEEPIDLE, 5),
    (socket.TCP_KEEPINTVL, 3),
    (socket.TCP_KEEPCNT, 3),
    (socket.TCP_USER_TIMEOUT, 15_000),
)
_RACE = Show("race", "The Race Podcast", None)


def transcripts_of(number: int) -> list[Transcript]:
    """Return the episodes of a round, whose ids and sentences all say its number, as in `round7`."""
    found = []
    for place, thing in enumerate(THINGS):
        episode = Episode(f"race-{number}-{place}aaa", f"r{number}.{place}", _RACE, None, "Talk", "2021-01-01")
        turns = (
            turn_of("Ada Quill", f"What happened to the {thing} in round{number} of the race?", 1.0),
            turn_of(
                "Bob Oak",
                f"The {thing} was mended in round{number} by my neighbour, who borrowed a boat for three evenings. "
                f"The harbour paid for the {thing} in round{number}, so it cost the crew nothing at all.",
                9.0,
            ),
        )
        found.append(Transcript(episode, turns))
    return found


def store_rounds(folder: Path, url: str, last: int) -> None:
    """Put the episodes of rounds 1 to `last` into the database's library; quotes are checked there."""
    mount_store(folder, url)
    try:
        for number in range(1, last + 1):
            _save(folder, number)
    finally:
        unmount(folder)


def publish_round(home: Path, url: str, encoder: Encoder, number: int) -> None:
    """Publish a generation that holds the episodes of one round alone, from a library in files."""
    shutil.rmtree(home / "library", ignore_errors=True)
    _save(home, number)
    build(home, encoder, shape=PassageShape(40, 1))
    assert publish_generation(home, url).generation == number


def _save(home: Path, number: int) -> None:
    for transcript in transcripts_of(number):
        save_record(home, Record(transcript.episode, ()))
        save_transcript(home, transcript, f"round {number}")


@dataclass(frozen=True, slots=True)
class Server:
    """A server that runs, where it listens, and the file that it logs to."""

    process: "subprocess.Popen[bytes]"
    host: str
    port: int
    log: Path

    def get(self, path: str, accept: str = "application/json") -> tuple[int, str]:
        """Return status and body."""
        return self._asked("GET", path, None, {"Accept": accept})

    def answer(self, question: str) -> tuple[int, str]:
        """Return status and body of an answer."""
        body = json.dumps({"question": question})
        return self._asked("POST", "/api/answers", body, {"Content-Type": "application/json"})

    def health(self) -> dict[str, Any]:
        """Return the healthcheck; {} while nobody listens."""
        try:
            found: dict[str, Any] = json.loads(self.get("/healthcheck")[1])
        except ConnectionError:
            return {}
        return found

    def files(self) -> int:
        """Return how many files and connections the process has open."""
        return len(list(Path(f"/proc/{self.process.pid}/fd").iterdir()))

    def _asked(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> tuple[int, str]:
        connection = HTTPConnection(self.host, self.port, timeout=90)
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            return response.status, response.read().decode()
        finally:
            connection.close()


@contextmanager
def serving(
    home: Path, url: str, encoders: Path | None, host: str = "127.0.0.1", inside: tuple[str, ...] = ()
) -> Iterator[Server]:
    """Run `playback serve` on a data folder that holds nothing but compiled encoders, if any, until the block ends.

    `inside` is the command that runs it elsewhere, such as in another network. Waits until it is ready.
    """
    if encoders is not None:
        shutil.copytree(encoders, encoders_folder(home), copy_function=os.link)
    with socket.create_server(("", 0)) as listening:
        port = listening.getsockname()[1]
    log = home.parent / f"{home.name}.log"
    command = [
        *inside,
        sys.executable,
        "-m",
        "api.cli",
        "--home",
        str(home),
        "serve",
        "--host",
        host,
        "--port",
        f"{port}",
    ]
    with log.open("wb") as out:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT), "PLAYBACK_STORE": url, "PLAYBACK_RATE": "0"},
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    server = Server(process, host, port, log)
    try:
        until = time.monotonic() + 300
        while server.health().get("status") != "ok":
            assert process.poll() is None and time.monotonic() < until, log.read_text()
            time.sleep(0.1)
        yield server
    finally:
        process.terminate()
        try:
            process.wait(60)
        finally:
            process.kill()


class Wire:
    """Passes on what clients and the database's socket send each other, until it is cut: then all of it vanishes.

    Nobody is told: connections stay open and new ones are taken.
    """

    def __init__(self, url: str, host: str = "127.0.0.1") -> None:
        """Listen on a free port; `url` names the folder of the database's socket."""
        from psycopg.conninfo import conninfo_to_dict

        given = conninfo_to_dict(url)
        self._socket = f"{given['host']}/.s.PGSQL.{given.get('port', 5432)}"
        self._listening = socket.create_server((host, 0))
        self.url = f"postgresql://{given['user']}@{host}:{self._listening.getsockname()[1]}/{given['dbname']}"
        self._whole = threading.Event()
        self._whole.set()
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """Pass nothing on from now."""
        self._whole.clear()

    def mend(self) -> None:
        """Pass on again, also what came meanwhile."""
        self._whole.set()

    def close(self) -> None:
        """Take no new connection; those that are open end with either side."""
        self.mend()
        self._listening.close()

    def _accept(self) -> None:
        with suppress(OSError):  # it is closed
            while True:
                client, _ = self._listening.accept()
                for option, value in _NOTICED:
                    client.setsockopt(socket.IPPROTO_TCP, option, value)
                client.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
                threading.Thread(target=self._join, args=(client,), daemon=True).start()

    def _join(self, client: socket.socket) -> None:
        self._whole.wait()
        database = socket.socket(socket.AF_UNIX)
        try:
            database.connect(self._socket)
        except OSError:
            client.close()
            return
        back = threading.Thread(target=self._pass, args=(database, client), daemon=True)
        back.start()
        self._pass(client, database)
        back.join()
        client.close()
        database.close()

    def _pass(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                self._whole.wait()
                target.sendall(data)
        self._whole.wait()
        for one in (source, target):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
