"""The opened knowledge base of a running server: follows what is published, without failing a request."""

import logging
from contextlib import closing
from threading import Lock

from api.base import KnowledgeBase, open_base
from api.listing import entries_of
from api.settings import Settings
from api.verification import spoken_words
from index.encode import Encoder
from index.errors import IndexBroken, IndexMissing
from index.generation import Manifest
from index.store import current_number, index_folder, manifest_of, open_generation
from ingest.errors import PlaybackError

logger = logging.getLogger(__name__)

# Changes whenever `index/current` is replaced: its inode, and when and how long it was written.
Stamp = tuple[int, int, int]


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
        self._stamp: Stamp | None = None
        self._switching = Lock()

    def base(self) -> KnowledgeBase:
        """Return the knowledge base of the published generation, opening it if it is another than before.

        Costs one stat while nothing new is published. The first call takes seconds, because it loads the encoder.
        During a switch other threads get the generation before; so do all if the new one cannot be opened. Raises
        IndexMissing if nothing was published, IndexBroken or EncoderError if nothing can be opened.
        """
        stamp = self._published()
        base = self._base
        if base is not None and stamp == self._stamp:
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

        Until one is loaded, the generation is opened for this alone: 0.15 s for 60 interviews.
        """
        if self._base is not None:
            return self.base().generation.starters()
        try:
            generation = open_generation(self.settings.home)
        except (IndexMissing, IndexBroken):
            return ()  # what is wrong is said to those who ask
        with closing(generation):
            return generation.starters()

    def warm(self) -> None:
        """Open what is published before anybody asks; what is wrong is said to those who ask."""
        try:
            spoken_words(self.base().generation)
            entries_of(self.settings.home)
        except PlaybackError as error:
            logger.info("not opened yet: %s", error)

    def close(self) -> None:
        """Let go of the files."""
        with self._switching:
            if self._base is not None:
                self._base.generation.close()
            self._base = None

    def _switched(self, stamp: Stamp) -> KnowledgeBase:
        before = self._base
        if before is not None and stamp == self._stamp:
            return before  # another thread switched while this one waited
        try:
            opened = open_base(self.settings, self._encoder if before is None else before.encoder)
        except PlaybackError as error:
            if before is None:
                raise
            logger.error("the published generation cannot be opened, the one before goes on: %s", error)
            opened = before
        else:
            logger.info("generation %d answers now", opened.generation.manifest.generation)
        self._base = opened
        # Kept for one that failed too: it is tried again when another is published, not at every request.
        self._stamp = stamp
        return opened

    def _published(self) -> Stamp:
        try:
            found = (index_folder(self.settings.home) / "current").stat()
        except FileNotFoundError:
            raise IndexMissing(f"{self.settings.home} holds no index yet; run: playback ingest SOURCE") from None
        return found.st_ino, found.st_mtime_ns, found.st_size
