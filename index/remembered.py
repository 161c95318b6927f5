"""Values that are kept for the next time, as what is read never changes: for many keys at once, or a long one once."""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, MutableMapping, Sequence
from concurrent.futures import Future
from functools import partial
from threading import Lock
from typing import Any, Generic, TypeVar

from index.time_limits import unlimited

K = TypeVar("K")
V = TypeVar("V")
_keeping = Lock()


def read_once(kept: MutableMapping[Any, Any], key: object, read: Callable[[], V]) -> V:
    """Return what is kept under a key; the first thread that asks reads it, with no time limit, and the others wait.

    They wait without a connection, so that a long read takes one of them only. If it fails, all that wait have its
    error, and the next one that asks reads again.
    """
    mine: Future[V] = Future()
    with _keeping:
        found: Future[V] = kept.setdefault(key, mine)
    try:
        if found is mine:
            try:
                with unlimited():
                    mine.set_result(read())
            except BaseException as error:
                with _keeping:
                    if kept.get(key) is mine:  # it may have been dropped and asked for again
                        del kept[key]
                mine.set_exception(error)
                raise
        return found.result()
    finally:
        del mine, found  # else an error would keep itself and a generation until a full garbage collection


class ReadOnce(Generic[V]):
    """A property that is read at its first use, by one thread (see `read_once`); a decorator."""

    def __init__(self, read: Callable[[Any], V]) -> None:
        """Take what reads the value from its object."""
        self._read = read
        self.__doc__ = read.__doc__
        self._kept_as = f"{read.__name__}, read once"  # no name of an attribute

    def __get__(self, instance: Any, owner: object = None) -> V:
        """Return the value."""
        return read_once(instance.__dict__, self._kept_as, partial(self._read, instance))


class Remembered(Generic[K, V]):
    """At most so many values, those that were asked for last; many threads may ask."""

    def __init__(self, read: Callable[[Sequence[K]], Mapping[K, V]], most: int) -> None:
        """Take what reads the values of keys, each of which it must have."""
        self._read = read
        self._most = most
        self._kept: OrderedDict[K, V] = OrderedDict()
        self._keeping = Lock()

    def of(self, keys: Iterable[K]) -> dict[K, V]:
        """Return the values of all these keys; those that are not kept are read by one call."""
        wanted = dict.fromkeys(keys)
        with self._keeping:
            found = {key: self._kept[key] for key in wanted if key in self._kept}
            for key in found:
                self._kept.move_to_end(key)
        missing = [key for key in wanted if key not in found]
        if missing:
            found |= self._read(missing)
            with self._keeping:
                self._kept |= {key: found[key] for key in missing}
                while len(self._kept) > self._most:
                    self._kept.popitem(last=False)
        return found
