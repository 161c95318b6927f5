"""Encode finished episodes of an ingest run in a thread, while others are read, heard, aligned or cut into passages."""

import atexit
import logging
import os
import sys
from queue import SimpleQueue
from threading import Event, Thread
from typing import Self

from api.settings import Settings
from index.models.encoder import Encoder
from ingest.library.records import load_record, load_transcript
from ingest.transcript import with_episode

logger = logging.getLogger(__name__)

_PATIENCE = 2.0  # seconds
_INTERRUPTED = 130  # the exit code of a command that a person stopped


class _Stopped(Exception):
    """A person ended the run; what is not encoded yet is left to the next build."""


class EncodeAhead:
    """Takes the ids of finished episodes and encodes them one by one, each on `threads` cores.

    Only saves time: what is missing when the build encodes, or fails here, is encoded by the build, which also says
    what is wrong.
    """

    def __init__(self, settings: Settings, threads: int) -> None:
        self._encoder: Encoder | None = None
        self._settings = settings
        self._threads = threads
        self._waiting: SimpleQueue[str | None] = SimpleQueue()
        self._enough, self._interrupted = Event(), Event()  # after this episode, at once
        self._loaded, self._ended = Event(), Event()
        self._thread = Thread(target=self._run, name="encode-ahead", daemon=True)
        self._begun = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """End as `finish` does; if the run fails, after the loading of the model or 32 texts; if a person
        interrupts it, in a moment.
        """
        if kind is not None:
            self._interrupted.set()
        try:
            self._finish(None if kind is None or issubclass(kind, Exception) else _PATIENCE)
        finally:
            if self._begun and not self._ended.is_set():
                self._interrupted.set()
                atexit.register(self._leave)  # now, because what is registered last runs first

    def add(self, episode_id: str) -> None:
        """Encode an episode whose transcript was just made; returns at once."""
        self._waiting.put(episode_id)
        if not self._begun:
            self._begun = True
            try:
                self._thread.start()
            except RuntimeError as error:  # the system allows no further thread
                logger.info("no episode is encoded ahead: %s", error)
                self._loaded.set()
                self._ended.set()

    def encoder(self) -> Encoder | None:
        """Return the encoder as soon as it is loaded; None if nothing was added or it cannot be loaded."""
        if self._begun:
            self._loaded.wait()
        return self._encoder

    def finish(self) -> None:
        """Return when the episode that is being encoded is done; no other one is begun."""
        self._finish(None)

    def _finish(self, patience: float | None) -> None:
        self._enough.set()
        self._waiting.put(None)
        if self._begun:
            self._ended.wait(patience)  # an interrupted join would call the thread dead

    def _leave(self) -> None:
        """End an interrupted process at once: one that is taken apart while a model is being loaded aborts."""
        if not self._ended.is_set():
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(_INTERRUPTED)

    def _run(self) -> None:
        home = self._settings.home
        try:
            from index.building.ahead import encode_ahead
            from index.building.segments import basis_for
            from index.models.encoders import encoder_to_build_with

            encoder = self._encoder = encoder_to_build_with(home, self._settings.encoder, self._threads)
            self._loaded.set()
            basis = basis_for(home, encoder)
            while (identifier := self._waiting.get()) is not None and not self._enough.is_set():
                transcript = load_transcript(home, identifier)
                if transcript is not None:
                    named = with_episode(transcript, load_record(home, identifier).episode)
                    encode_ahead(home, encoder, basis, named, self._stop)
        except _Stopped:
            return
        except Exception as error:  # noqa: BLE001 - the build, which tries again, says it
            logger.info("no episode is encoded ahead any more: %s", error)
        finally:
            self._loaded.set()
            self._ended.set()

    def _stop(self, *_: int) -> None:
        """Interrupt the encoding of an episode between two steps of its progress."""
        if self._interrupted.is_set():
            raise _Stopped
