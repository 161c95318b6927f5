"""Encode finished episodes of an ingest run in a thread, while the next ones are read, heard and aligned."""

import atexit
import logging
import os
import sys
from queue import SimpleQueue
from threading import Event, Thread
from typing import Self

from api.settings import Settings
from index.encode import Encoder
from ingest.library.records import load_record, load_transcript
from ingest.transcript import with_episode

logger = logging.getLogger(__name__)

_PATIENCE = 2.0  # seconds
_INTERRUPTED = 130  # the exit code of a command that a person stopped


class _Stopped(Exception):
    """The run is over; what is not encoded yet is left to the build."""


class EncodeAhead:
    """Takes the ids of finished episodes and encodes them one by one, each on `threads` cores.

    Only saves time: what is missing when the run ends, or fails here, is encoded when the index is built, which also
    says what is wrong. `encoder` is the one that was loaded, None before.
    """

    def __init__(self, settings: Settings, threads: int) -> None:
        self.encoder: Encoder | None = None
        self._settings = settings
        self._threads = threads
        self._waiting: SimpleQueue[str | None] = SimpleQueue()
        self._over, self._ended = Event(), Event()
        self._thread = Thread(target=self._run, name="encode-ahead", daemon=True)
        self._begun = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        """Stop after at most 32 texts; if a person interrupts the run, do not wait for more than a moment."""
        self._over.set()
        self._waiting.put(None)
        if not self._begun:
            return
        try:
            self._ended.wait(None if kind is None else _PATIENCE)  # an interrupted join would call the thread dead
        finally:
            if not self._ended.is_set():
                atexit.register(self._leave)  # now, because what is registered last runs first

    def add(self, episode_id: str) -> None:
        """Encode an episode whose transcript was just made; returns at once."""
        self._waiting.put(episode_id)
        if not self._begun:
            self._begun = True
            self._thread.start()

    def _leave(self) -> None:
        """End an interrupted process at once: one that is taken apart while a model is being loaded aborts."""
        if not self._ended.is_set():
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(_INTERRUPTED)

    def _run(self) -> None:
        from index.building.ahead import encode_ahead
        from index.building.segments import basis_for
        from index.encoders import encoder_to_build_with

        home = self._settings.home
        try:
            self.encoder = encoder_to_build_with(home, self._settings.encoder, self._threads)
            basis = basis_for(home, self.encoder)
            while (identifier := self._waiting.get()) is not None:
                transcript = load_transcript(home, identifier)
                if transcript is not None:
                    named = with_episode(transcript, load_record(home, identifier).episode)
                    encode_ahead(home, self.encoder, basis, named, self._stop)
        except _Stopped:
            return
        except Exception as error:  # noqa: BLE001 - the build, which tries again, says it
            logger.info("no episode is encoded ahead any more: %s", error)
        finally:
            self._ended.set()

    def _stop(self, *_: int) -> None:
        """Interrupt the encoding of an episode between two steps of its progress."""
        if self._over.is_set():
            raise _Stopped
