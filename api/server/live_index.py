"""The open knowledge base of a running server: switches to newly published generations without failing a request."""

import logging
from collections.abc import Hashable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import PurePath
from threading import Event, Lock, Thread
from time import monotonic
from typing import Literal

from api.episodes.listing import entries_of
from api.knowledge_base import KnowledgeBase, open_base, removed_since
from api.lessons.register import warm_register
from api.quotes.said_words import words_of
from api.server.memory import release_memory
from api.settings import Settings
from index.errors import IndexBroken, IndexMissing
from index.generation import Generation
from index.generations.published import published_manifest, published_stamp
from index.manifest import Manifest
from index.models.encoder import UNCOMPILED, Encoder
from index.store import open_generation
from ingest.errors import PlaybackError, StoreError

logger = logging.getLogger(__name__)

# Changes whenever a generation is published (see index.generations.published).
Stamp = Hashable
# "degraded": questions are answered, or will be within seconds, but something needs attention. "broken": none can be.
Health = Literal["ok", "empty", "degraded", "broken"]

# Seconds before retrying a generation that could not be opened; the error may be transient, such as too many open
# files.
_TRY_AGAIN = 30.0
# Seconds between checks for a newly published generation.
_LOOK = 1.0


@dataclass(frozen=True, slots=True)
class Standing:
    """The health of the service; `manifest` is that of the generation in use, if any.

    `failure` is why something cannot be opened. If it is None and the status is "degraded", the encoder is loading, or
    with `has_encoder` another one stands in for the one that made the index.
    """

    status: Health
    manifest: Manifest | None
    has_encoder: bool
    failure: PlaybackError | None = None


class Live:
    """The knowledge base a server answers from; read by many threads, switched by one at a time.

    A request keeps the base it got, so it finishes with the generation it started with. An old generation's files are
    closed when the last such request is done.
    """

    def __init__(self, settings: Settings, encoder: Encoder | None = None) -> None:
        """Open nothing yet; without `encoder`, the generation's own is loaded when it is first needed."""
        self.settings = settings
        self._encoder = encoder
        self._base: KnowledgeBase | None = None
        # The last attempt: its stamp, its error if it failed, and when to retry (monotonic seconds).
        self._stamp: Stamp | None = None
        self._failure: PlaybackError | None = None
        self._retry_at = 0.0
        self._switching = Lock()
        self._warmed: KnowledgeBase | None = None

    def base(self) -> KnowledgeBase:
        """Return the knowledge base of the published generation, opening it if it is new.

        Costs one stat call while nothing new is published, in a database a query every half second. The first call
        takes seconds, because it loads the encoder. During a switch other threads get the previous generation. If the
        new one cannot be opened, all threads do, with a retry after half a minute, or a second if the database could
        not be asked. Raises IndexMissing if nothing was published, StoreError if the database cannot be asked,
        IndexBroken or EncoderError if nothing can be opened.
        """
        stamp = self._published_stamp()
        base = self._base
        if base is not None and self._is_tried(stamp):
            return base
        if not self._switching.acquire(blocking=base is None):
            assert base is not None
            return base
        try:
            return self._switch(stamp)
        finally:
            self._switching.release()

    def manifest(self) -> Manifest | None:
        """Return the manifest of the generation in use, None if nothing was published; loads no encoder.

        Raises IndexBroken if it cannot be read.
        """
        if self._base is not None:
            return self.base().generation.manifest
        return published_manifest(self.settings.home)

    def starters(self) -> tuple[str, ...]:
        """Return suggested questions, () if no index can be opened; does not wait for the encoder.

        Until the encoder is loaded, this opens the generation on each call: 0.15 s for 60 interviews. None are shown of
        an episode that has been removed.
        """
        if self._base is not None:
            return self._starters(self.base().generation)
        try:
            generation = open_generation(self.settings.home)
        except (IndexMissing, IndexBroken, StoreError):
            return ()  # requests that ask a question report the error
        with closing(generation):
            return self._starters(generation)

    def _starters(self, generation: Generation) -> tuple[str, ...]:
        return generation.starters(removed_since(self.settings.home, generation))

    def warm(self) -> None:
        """Open the published generation before the first question; errors are reported to requests that ask one."""
        try:
            base = self.base()
            if base is not self._warmed:
                words_of(base.generation)
                entries_of(self.settings.home)
                warm_register(self.settings.home, base.generation)
                self._warmed = base
                release_memory()  # the previous generation is closed, or will be after its last request
        except PlaybackError as error:
            logger.debug("not opened yet: %s", error)

    def follow(self, stop: Event) -> None:
        """Warm the published generation and every later one until `stop` is set; runs in its own thread."""
        while True:
            self.warm()
            if stop.wait(_LOOK):
                return

    def reranker(self) -> str | None:
        """Return the reranker in use and what it runs in, without the folder it lies in; None without one."""
        found = None if self._base is None else self._base.reranker
        return None if found is None else f"{PurePath(found.name).name} ({found.form})"

    def standing(self) -> Standing:
        """Return the health of the service; may open the published generation, but loads no encoder."""
        has_encoder = self._encoder is not None or self._base is not None
        try:
            manifest = self.base().generation.manifest if has_encoder else self.manifest()
        except IndexMissing:
            return Standing("empty", None, has_encoder)
        except PlaybackError as error:
            return Standing("broken", None, has_encoder, error)
        if manifest is None:
            return Standing("empty", None, has_encoder)
        if not has_encoder and self._failure is not None:
            return Standing("broken", None, has_encoder, self._failure)
        if not has_encoder or self._failure is not None or self._has_substitute():
            return Standing("degraded", manifest, has_encoder, self._failure)
        return Standing("ok", manifest, has_encoder)

    def close(self) -> None:
        """Close the files."""
        with self._switching:
            if self._base is not None:
                self._base.generation.close()
            self._base = None
            self._warmed = None

    def _has_substitute(self) -> bool:
        base = self._base
        return base is not None and base.encoder.form != base.generation.manifest.form

    def _is_tried(self, stamp: Stamp) -> bool:
        """Say whether this generation is open, or failed too recently to retry."""
        return stamp == self._stamp and (self._failure is None or monotonic() < self._retry_at)

    def _switch(self, stamp: Stamp) -> KnowledgeBase:
        before = self._base
        if self._is_tried(stamp):
            if before is not None:
                return before  # another thread has switched meanwhile
            if self._failure is not None:
                raise _without_traceback(self._failure)
        try:
            encoder, reranker = (self._encoder, None) if before is None else (before.encoder, before.reranker)
            if reranker is not None and reranker.form == UNCOMPILED:
                reranker = None  # it may have been compiled meanwhile
            opened = open_base(self.settings, encoder, reranker)
        except PlaybackError as error:
            # The stamp is set last, because other threads check it first.
            wait = _LOOK if isinstance(error, StoreError) else _TRY_AGAIN
            self._failure, self._retry_at = _without_traceback(error), monotonic() + wait
            self._stamp = stamp
            if before is None:
                raise
            logger.error("the published generation cannot be opened, the previous one stays in use: %s", error)
            return before
        logger.info("generation %d is in use now", opened.generation.manifest.generation)
        # The previous generation is not closed here: it closes with the last request that holds it.
        self._base, self._failure = opened, None
        self._stamp = stamp
        return opened

    def _published_stamp(self) -> Stamp:
        found = published_stamp(self.settings.home)
        if found is None:
            raise IndexMissing(f"{self.settings.home} holds no index yet; run: playback ingest SOURCE")
        return found


@contextmanager
def followed(settings: Settings, encoder: Encoder | None = None) -> Iterator[Live]:
    """Open the live index while the block lasts.

    Without `encoder`, a background thread loads the generation's own and opens each newly published generation.
    """
    live = Live(settings, encoder)
    is_closing = Event()
    following = Thread(target=live.follow, args=(is_closing,), name="follow", daemon=True)
    if encoder is None:
        following.start()
    try:
        yield live
    finally:
        is_closing.set()
        if encoder is None:
            following.join()  # exiting while torch is being imported would crash the interpreter
        live.close()


def _without_traceback(error: PlaybackError) -> PlaybackError:
    """Return the same error without its traceback, which would keep objects alive and grow with each raise."""
    return type(error)(*error.args)
