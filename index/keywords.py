"""Look up words of a question in passages: BM25 by tantivy with English stems."""

import json
import logging
import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path

import numpy as np
import tantivy
from numpy.typing import NDArray

from index.errors import IndexBroken
from ingest.errors import LibraryError
from ingest.storage.disk_space import GO_ON, disk_problem
from ingest.text.words import without_marks

logger = logging.getLogger(__name__)

Floats = NDArray[np.float32]
Rows = NDArray[np.int64]

_ANALYSER = "english"
_HEAP_BYTES = 64 * 2**20
_SYNONYM_WEIGHT = 0.3
_ROWS_FILE = "rows.json"
_REMOVALS = 5


def analyser() -> tantivy.TextAnalyzer:
    """Return the analyser for passages and questions: words in lower case, stemmed, without a stop list."""
    return (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
        .filter(tantivy.Filter.remove_long(60))
        .filter(tantivy.Filter.lowercase())
        .filter(tantivy.Filter.ascii_fold())
        .filter(tantivy.Filter.stemmer("english"))
        .build()
    )


def stems(text: str) -> list[str]:
    """Return the stems of a text's words in order, leaving out marks."""
    found: list[str] = _shared_analyser().analyze(without_marks(text))
    return found


@cache
def _shared_analyser() -> tantivy.TextAnalyzer:
    return analyser()


def write(folder: Path, texts: Iterable[str]) -> None:
    """Write the postings of passages into a new folder; row numbers are positions in `texts`."""
    folder.mkdir(parents=True)
    try:
        index = tantivy.Index(_schema(), path=str(folder))
        index.register_tokenizer(_ANALYSER, analyser())
        writer = index.writer(_HEAP_BYTES, 1)
        for row, text in enumerate(texts):
            writer.add_document(tantivy.Document(row=row, text=without_marks(text)))
        writer.commit()
        writer.wait_merging_threads()
        index.reload()
    except (ValueError, OSError) as error:
        raise LibraryError(f"{folder} cannot be written: {error}; make room on the disk, {GO_ON}") from error
    # tantivy returns addresses inside its segments. This table maps them to rows, which saves a look-up per result.
    searcher = index.searcher()
    segments: dict[int, dict[int, int]] = {}
    for _, address in searcher.search(tantivy.Query.all_query(), max(searcher.num_docs, 1)).hits:
        segments.setdefault(address.segment_ord, {})[address.doc] = int(searcher.doc(address)["row"][0])
    rows = [[segments[number].get(doc, -1) for doc in range(max(segments[number]) + 1)] for number in sorted(segments)]
    (folder / _ROWS_FILE).write_text(json.dumps(rows))
    for lock in folder.glob("*.lock"):  # empty files that tantivy leaves; not part of the postings
        lock.unlink()


class Keywords:
    """The open postings of a generation."""

    def __init__(self, folder: Path, rows: int) -> None:
        """Open postings whose checksums were verified; raises IndexBroken if they do not hold `rows` passages."""
        try:
            self._searcher = _searcher({path.name: path.read_bytes() for path in folder.iterdir()})
            self._segments = [np.array(segment, np.int64) for segment in json.loads((folder / _ROWS_FILE).read_bytes())]
        except (ValueError, OSError) as error:
            raise IndexBroken(f"{folder} cannot be read by tantivy: {error}; run: playback index --rebuild") from error
        self._analyser = analyser()
        self._rows = rows
        if self._searcher.num_docs != rows:
            raise IndexBroken(
                f"{folder} holds {self._searcher.num_docs} passages, not {rows}; run: playback index --rebuild"
            )

    def terms(self, text: str) -> list[str]:
        """Return the distinct stems of a question in order."""
        return list(dict.fromkeys(self._analyser.analyze(text)))

    def frequency(self, term: str) -> int:
        """Return how many passages hold a stem."""
        return int(self._searcher.doc_freq("text", term))

    def check_stems(self, texts: Iterable[str]) -> None:
        """Raise IndexBroken unless the postings hold every stem of these passages.

        English stems differ between versions of tantivy: 0.26 cuts "university" to "univers", 0.27 to "universiti".
        tantivy opens postings of another version without an error, but then does not find such words.
        """
        lost = next((stem for text in texts for stem in stems(text) if not self.frequency(stem)), None)
        if lost is not None:
            raise IndexBroken(
                f"the index was built with other word stems than this version of tantivy uses (such as {lost!r}); "
                "run: playback index --rebuild"
            )

    def scores(self, terms: Sequence[str], synonyms: Sequence[str] = ()) -> Floats:
        """Return the BM25 score of every passage for these stems, shape (rows,), 0 where none occurs.

        Synonyms count less, so that the question's own words outweigh them.
        """
        scores = np.zeros(self._rows, np.float32)
        if not terms or not self._rows:
            return scores
        schema = _schema()
        wanted = [tantivy.Query.term_query(schema, "text", term, "freq") for term in terms]
        wanted += [
            tantivy.Query.boost_query(tantivy.Query.term_query(schema, "text", term, "freq"), _SYNONYM_WEIGHT)
            for term in synonyms
        ]
        query = tantivy.Query.boolean_query([(tantivy.Occur.Should, part) for part in wanted])
        for score, address in self._searcher.search(query, self._rows, count=False).hits:
            scores[self._segments[address.segment_ord][address.doc]] = score
        return scores


def _searcher(files: Mapping[str, bytes]) -> tantivy.Searcher:
    """Open a temporary copy of the postings and delete its files.

    tantivy writes a lock file into any folder it opens, but a published generation must not be written to. Postings are
    a hundredth of a generation, so copying takes milliseconds.
    """
    folder = _copy(files)
    try:
        index = tantivy.Index(_schema(), path=folder)
        index.register_tokenizer(_ANALYSER, analyser())
        return index.searcher()
    finally:
        _delete_copy(folder)


def _copy(files: Mapping[str, bytes]) -> str:
    folder = None
    try:
        folder = tempfile.mkdtemp(prefix="playback-")
        for name, data in files.items():
            (Path(folder) / name).write_bytes(data)
    except OSError as error:
        if folder is not None:
            _delete_copy(folder)
        reason = disk_problem(error) or error
        raise LibraryError(f"the index cannot be opened without a folder for temporary files: {reason}") from error
    return folder


def _delete_copy(folder: str) -> None:
    """Delete a temporary copy; retry because tantivy's own thread may write its lock file meanwhile (once at most)."""
    for _ in range(_REMOVALS):
        shutil.rmtree(folder, ignore_errors=True)
        if not Path(folder).exists():
            return
    logger.warning("%s: a temporary copy of postings could not be deleted", folder)


def _schema() -> tantivy.Schema:
    return (
        tantivy.SchemaBuilder()
        .add_unsigned_field("row", stored=True)
        .add_text_field("text", stored=False, tokenizer_name=_ANALYSER, index_option="freq")
        .build()
    )
