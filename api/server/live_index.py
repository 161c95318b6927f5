"""The opened knowledge base of a running server: follows what is published, without failing a request."""

import logging
from contextlib import closing
from dataclasses import dataclass
from threading import Event, Lock
from time import monotonic
from typing import Literal

from api.episodes.listing import entries_of
from api.knowledge_base import KnowledgeBase, open_base, removed_since
from api.quotes.claimed_quote import words_of
from api.server.memory import release_memory
from api.settings import Settings
from index.encode import Encoder
from index.errors import IndexBroken, IndexMissing
from index.generation import Generation, Manifest
from index.store import current_number, index_folder, manifest_of, open_generation
from ingest.errors import PlaybackError

logger = logging.getLogger(__name__)

# Changes whenever `index/current` is replaced: its inode, and when and how long it was written.
Stamp = tuple[int, int, int]
# "degraded": questions are answered, or will be in seconds, and somebody should look. "broken": none can be answered.
Health = Literal["ok", "empty", "degraded", "broken"]

# Seconds until a generation that could not be opened is tried again, as the reason may be gone: too many open files.
_TRY_AGAIN = 30.0
# Seconds between looks at what is published.
_LOOK = 1.0


@dataclass(frozen=True, slots=True)
class Standing:
    """How well questions can be answered: `manifest` is that of the generation that answers, None if none does.

    `failure` is why something cannot be opened; where it is None and the status is "degraded", the encoder is loading.
    """

    status: Health
    manifest: Manifest | None
    has_encoder: bool
    failure: PlaybackError | None = None


class Live:
    """What a server answers from; asked by many threads, switched by one at a time.

    A request holds the base it was given, so one that began before a switch ends with the generation it began with;
    an old generation's files are let go when the last such request is done.
    """

    def __init__(self, settings: Settings, encoder: Encoder | None = None) -> None:
        """Open nothing yet; without `encoder` the generation's own is loaded when it is first needed."""
        self.settings = settings
        self._encoder = encoder
        self._base: KnowledgeBase | None = None
        # What was tried last: its stamp, why it failed, and from when on it is tried again (monotonic seconds).
        self._stamp: Stamp | None = None
        self._failure: PlaybackError | None = None
        self._again = 0.0
        self._switching = Lock()
        self._warmed: KnowledgeBase | None = None

    def base(self) -> KnowledgeBase:
        """Return the knowledge base of the published generation, opening it if it is another than before.

        Costs one stat while nothing new is published. The first call takes seconds, because it loads the encoder.
        During a switch other threads get the generation before; so do all if the new one cannot be opened, which is
        tried again after half a minute. Raises IndexMissing if nothing was published, IndexBroken or EncoderError if
        nothing can be opened.
        """
        stamp = self._published()
        base = self._base
        if base is not None and self._is_tried(stamp):
            return base
        if not self._switching.acquire(blocking=base is None):
            assert base is not None
            return base
        try:
            return self._switched(stamp)
        finally:
            self._switching.release()

    def manifest(self) -> Manifest | None:
        """Return what the generation that answers says of itself, None if nothing was published; loads no encoder.

        Raises IndexBroken if it cannot be read.
        """
        if self._base is not None:
            return self.base().generation.manifest
        number = current_number(self.settings.home)
        return None if number is None else manifest_of(self.settings.home, number)

    def starters(self) -> tuple[str, ...]:
        """Return the questions to start from, none where nothing can be opened; waits for no encoder.

        Until one is loaded, the generation is opened for this alone: 0.15 s for 60 interviews. It does not say in which
        episode they were asked, so none is shown while it holds one that was removed.
        """
        if self._base is not None:
            return self._starters(self.base().generation)
        try:
            generation = open_generation(self.settings.home)
        except (IndexMissing, IndexBroken):
            return ()  # what is wrong is said to those who ask
        with closing(generation):
            return self._starters(generation)

    def _starters(self, generation: Generation) -> tuple[str, ...]:
        return () if removed_since(self.settings.home, generation) else generation.starters()

    def warm(self) -> None:
        """Open what is published before anybody asks; what is wrong is said to those who ask."""
        try:
            base = self.base()
            if base is not self._warmed:
                words_of(base.generation)
                entries_of(self.settings.home)
                self._warmed = base
                release_memory()  # the generation before is gone, or goes with its last request
        except PlaybackError as error:
            logger.debug("not opened yet: %s", error)

    def follow(self, stop: Event) -> None:
        """Warm what is published, and whatever is published later, until `stop` is set: for a thread of its own."""
        while True:
            self.warm()
            if stop.wait(_LOOK):
                return

    def standing(self) -> Standing:
        """Say how well questions can be answered; opens what is published, but loads no encoder."""
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
        if not has_encoder or self._failure is not None:
            return Standing("degraded", manifest, has_encoder, self._failure)
        return Standing("ok", manifest, has_encoder)

    def close(self) -> None:
        """Let go of the files."""
        with self._switching:
            if self._base is not None:
                self._base.generation.close()
            self._base = None
            self._warmed = None

    def _is_tried(self, stamp: Stamp) -> bool:
        """Say whether this was opened, or failed so short a time ago that it is not tried again."""
        return stamp == self._stamp and (self._failure is None or monotonic() < self._again)

    def _switched(self, stamp: Stamp) -> KnowledgeBase:
        before = self._base
        if self._is_tried(stamp):
            if before is not None:
                return before  # another thread switched while this one waited
            if self._failure is not None:
                raise _repeated(self._failure)
        try:
            opened = open_base(self.settings, self._encoder if before is None else before.encoder)
        except PlaybackError as error:
            # In this order, because other threads look at the stamp first.
            self._failure, self._again = _repeated(error), monotonic() + _TRY_AGAIN
            self._stamp = stamp
            if before is None:
                raise
            logger.error("the published generation cannot be opened, the one before goes on: %s", error)
            return before
        logger.info("generation %d answers now", opened.generation.manifest.generation)
        # The one before is not closed: it closes when the last request that holds it lets go of it.
        self._base, self._failure = opened, None
        self._stamp = stamp
        return opened

    def _published(self) -> Stamp:
        try:
            found = (index_folder(self.settings.home) / "current").stat()
        except FileNotFoundError:
            raise IndexMissing(f"{self.settings.home} holds no index yet; run: playback ingest SOURCE") from None
        return found.st_ino, found.st_mtime_ns, found.st_size


def _repeated(error: PlaybackError) -> PlaybackError:
    """Return the same error without its traceback, which would hold what was half open and grow with each raise."""
    return type(error)(*error.args)
