"""Files of postings: the same bytes for the same texts, and nothing else is read as one."""

import contextlib
import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import keywords
from index.bm25 import Keywords
from index.errors import IndexBroken
from index.keywords import open_postings, stems
from index.segments.postings import load

TEXTS = ["the boat and the sail", "", "the mast", "boats [laughs] and boats", "a rope", "the sea, the sea"]
# A few words make the same ones frequent in one part and rare in another.
WORDS = st.lists(st.lists(st.sampled_from("the and boat mast rope sail sea tide".split()), max_size=9), max_size=9)


def test_what_is_written_is_what_is_read(tmp_path: Path) -> None:
    """Stems, the rows that hold them and how often come back for frequent and for rare stems."""
    keywords.write(tmp_path / "postings", TEXTS)
    postings = load(tmp_path / "postings")
    assert list(postings.lengths) == [len(stems(text)) for text in TEXTS]
    assert postings.stems() == sorted({stem.encode() for text in TEXTS for stem in stems(text)})
    assert len(postings.frequent) == 3  # "the", "and" and "boat" are in more than a sixth of six texts
    for stem in postings.stems():
        number = postings.find(stem.decode())
        assert number is not None
        rows, counts = postings.occurrences(number)
        found = np.zeros(len(TEXTS), np.int64)
        found[rows] = counts
        assert list(found) == [stems(text).count(stem.decode()) for text in TEXTS]
        assert postings.frequencies[number] == np.count_nonzero(found)
    assert [postings.find(word) for word in ("", "bo", "boats", "zebra", "\udcff")] == [None] * 5


@pytest.mark.parametrize("count", [0, 1, 15, 16, 17, 32, 100])
def test_each_of_many_stems_is_found(count: int, tmp_path: Path) -> None:
    """Every stem is found by its number, and none between, before or after them."""
    keywords.write(tmp_path / "postings", [" ".join(f"n{2 * number:03}" for number in range(count))])
    postings = load(tmp_path / "postings")
    assert [postings.find(f"n{2 * number:03}") for number in range(count)] == list(range(count))
    others = ["m", "o", *(f"n{2 * number + 1:03}" for number in range(-1, count))]
    assert [postings.find(stem) for stem in others] == [None] * len(others)


@pytest.mark.parametrize(("count", "kind"), [(255, np.uint8), (256, np.uint16), (70_000, np.uint32)])
def test_counts_of_any_size(count: int, kind: type, tmp_path: Path) -> None:
    """However often a text repeats a word, the count is exact."""
    keywords.write(tmp_path / "postings", ["boat " * count, "mast", "mast", "sail boat"])
    postings = load(tmp_path / "postings")
    number = postings.find("boat")
    assert number is not None
    _, counts = postings.occurrences(number)
    assert counts.dtype == kind
    assert list(counts[counts > 0]) == [count, 1]


def test_more_rows_than_two_bytes_count(tmp_path: Path) -> None:
    """Rows above 65,535 are found."""
    texts = ["boat"] * 65_537
    texts[65_536] = texts[3] = "mast"
    keywords.write(tmp_path / "postings", texts)
    postings = load(tmp_path / "postings")
    number = postings.find("mast")
    assert number is not None
    assert np.array_equal(postings.occurrences(number)[0], [3, 65_536])


def test_equal_texts_are_equal_bytes(tmp_path: Path) -> None:
    """The file depends on the texts alone, and on each of them."""
    for name, texts in (("one", TEXTS), ("same", list(TEXTS)), ("other", TEXTS[::-1])):
        keywords.write(tmp_path / name, texts)
    one, same, other = ((tmp_path / name).read_bytes() for name in ("one", "same", "other"))
    assert one == same
    assert one != other


@given(parts=st.lists(WORDS, max_size=4), chance=st.randoms(use_true_random=False))
def test_merging_is_writing(
    parts: list[list[list[str]]], chance: random.Random, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Parts merged without their texts give the bytes that their kept texts give, whatever was left out."""
    folder = tmp_path_factory.mktemp("parts")
    kept_texts, sources = [], []
    for number, words in enumerate(parts):
        texts = [" ".join(text) for text in words]
        kept = [row for row in range(len(texts)) if chance.random() < 0.7]
        keywords.write(folder / str(number), texts)
        sources.append((folder / str(number), np.array(kept, np.int64)))
        kept_texts += [texts[row] for row in kept]
    keywords.merge(folder / "merged", sources)
    keywords.write(folder / "written", kept_texts)
    assert (folder / "merged").read_bytes() == (folder / "written").read_bytes()


def test_any_damage_is_one_line_or_a_score(tmp_path: Path) -> None:
    """With any byte changed, or cut off anywhere, a reader raises IndexBroken or answers, and never fails otherwise."""
    path = tmp_path / "postings"
    keywords.write(path, TEXTS)
    whole = path.read_bytes()
    places = [*range(len(whole) - 1100), *range(len(whole) - 1100, len(whole), 50)]  # the end is text
    refused = 0
    for place in places:
        for value in {0, 255, whole[place] ^ 1} - {whole[place]}:
            path.write_bytes(whole[:place] + bytes([value]) + whole[place + 1 :])
            try:
                index = Keywords([open_postings(path)], len(TEXTS), np.arange(place % 2))
                assert index.scores(["the", "boat", "mast", "rope", "sea"]).shape == (len(TEXTS),)
            except IndexBroken as error:
                refused += 1
                assert str(error).endswith("run: playback index --rebuild")
                assert "\n" not in str(error)
            with contextlib.suppress(IndexBroken):
                keywords.merge(tmp_path / "merged", [(path, np.arange(1, len(TEXTS)))])
    assert refused > len(places)
    for end in range(0, len(whole), 40):
        path.write_bytes(whole[:end])
        with pytest.raises(IndexBroken, match="cannot be read"):
            load(path)
    path.write_bytes(whole + bytes(8))
    with pytest.raises(IndexBroken, match="cannot be read"):
        load(path)


@pytest.mark.parametrize("place", range(1, 8))
def test_absurd_sizes_take_no_memory(place: int, tmp_path: Path) -> None:
    """A header that promises more than the file holds is refused before anything is made of that size."""
    path = tmp_path / "postings"
    keywords.write(path, TEXTS)
    whole = path.read_bytes()
    for size in (2**31, 2**62, 2**64 - 1):
        path.write_bytes(whole[: 8 * place] + size.to_bytes(8, "little") + whole[8 * place + 8 :])
        with pytest.raises(IndexBroken, match="these are no postings of this version; run: playback index --rebuild"):
            load(path)


def test_a_missing_file_is_one_line(tmp_path: Path) -> None:
    """The system's reason is given."""
    with pytest.raises(IndexBroken, match="postings cannot be read: No such file or directory; run: playback index"):
        load(tmp_path / "postings")
