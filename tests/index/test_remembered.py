"""Values that are read for many keys at once and kept for the next time."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

from index.remembered import ReadOnce, Remembered


def test_what_is_not_kept_is_read_by_one_call() -> None:
    """Each key once, in their order; what was read before is not read again."""
    calls: list[list[int]] = []

    def squares(keys: Sequence[int]) -> dict[int, int]:
        calls.append([*keys])
        return {key: key * key for key in keys}

    remembered = Remembered(squares, 10)
    assert remembered.of([3, 1, 3]) == {3: 9, 1: 1}
    assert remembered.of([1, 2, 3, 4]) == {1: 1, 2: 4, 3: 9, 4: 16}
    assert remembered.of([4, 1]) == {4: 16, 1: 1}
    assert calls == [[3, 1], [2, 4]]


def test_those_that_were_asked_for_last_are_kept() -> None:
    """Also if one call asks for more than are kept."""
    calls: list[list[str]] = []

    def upper(keys: Sequence[str]) -> dict[str, str]:
        calls.append([*keys])
        return {key: key.upper() for key in keys}

    remembered = Remembered(upper, 2)
    remembered.of("ab")
    remembered.of("a")
    remembered.of("c")
    assert remembered.of("ca") == {"c": "C", "a": "A"}
    assert remembered.of("dabc") == {key: key.upper() for key in "dabc"}
    assert calls == [["a", "b"], ["c"], ["d", "b"]]


def test_one_thread_reads_and_the_others_have_what_it_read() -> None:
    """Each object has its own value, which is the same for all that asked while it was read and after."""
    asked, reading = Barrier(5), Event()

    class Library:
        times = 0

        @ReadOnce
        def words(self) -> list[str]:
            self.times += 1
            reading.wait(10)
            return ["rope"]

    library, other = Library(), Library()

    def ask(_: int) -> list[str]:
        asked.wait()
        return library.words

    with ThreadPoolExecutor(4) as threads:
        found = threads.map(ask, range(4))
        asked.wait()
        reading.set()
        assert all(words is library.words for words in found)
    assert (library.times, other.words, other.words is library.words) == (1, ["rope"], False)
