"""Values that are read for many keys at once and kept for the next time, as what is read never changes."""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from threading import Lock
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


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
