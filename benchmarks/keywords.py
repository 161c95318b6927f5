"""Measure looking up the words of questions in many passages, beside tantivy's own search of the same texts.

    python -m benchmarks.keywords HOME QUESTIONS.jsonl [--passages 100000] [--parts 1]

The passages have about 120 words: sentences of the library in HOME drawn at random, and four words of a made-up
vocabulary that grows as that of a library does. The questions are those of 5 to 15 words, with all their small words.
A look-up is the scores of all passages, their mean and deviation, and the best 200. Each question is asked of one after
another, so that other work on the machine disturbs all of them alike. Compare only figures of one run. What words add
to scores is kept once it is known, so questions are asked of an index that was just opened, of one that has answered
500 questions from the library's own sentences, and again.
"""

import random
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from statistics import median
from time import perf_counter, thread_time

import numpy as np
import tantivy

from api.evaluation.questions import read_questions
from benchmarks.figures import arguments, table
from index import keywords
from index.bm25 import Keywords
from index.generations.manifests import current_number_or_zero, index_folder
from index.keywords import analyser, open_postings
from index.segments.best_rows import best
from index.segments.tables import open_read_only

BEST = 200
WORDS = 116
MADE_UP = 4
# tantivy makes Python objects of all scores, which takes so long that not every question is asked.
EVERY = 8
OTHERS = 500


def sentences_of(home: Path) -> list[str]:
    """Return the sentences of a library."""
    found: list[str] = []
    for database in sorted((index_folder(home) / str(current_number_or_zero(home))).glob("*/passages.sqlite")):
        with closing(open_read_only(database)) as opened:
            found += (text for (text,) in opened.execute("SELECT text FROM sentences ORDER BY row"))
    return found


def other_questions(sentences: Sequence[str]) -> list[str]:
    """Return questions that were asked in the podcast, of as many words as those that are measured."""
    asked = [text for text in dict.fromkeys(sentences) if text.endswith("?") and 5 <= len(text.split()) <= 15]
    return random.Random(0).sample(asked, min(OTHERS, len(asked)))  # noqa: S311 - no secret


def passages(sentences: Sequence[str], count: int) -> Iterator[str]:
    """Yield passages of sentences drawn at random, always the same ones."""
    chance = random.Random(0)  # noqa: S311 - no secret
    ranks = np.random.default_rng(0).zipf(1.2, size=(count, MADE_UP)) % 2_000_000
    for rare in ranks.tolist():
        words: list[str] = [f"zq{rank:x}" for rank in rare]
        while len(words) < WORDS:
            words += chance.choice(sentences).split()
        yield " ".join(words)


def schema() -> tantivy.Schema:
    """Return the fields as the index had them in tantivy."""
    builder = tantivy.SchemaBuilder().add_unsigned_field("row", stored=True)
    return builder.add_text_field("text", stored=False, tokenizer_name="english", index_option="freq").build()


def tantivys(folder: Path, texts: Sequence[str]) -> tantivy.Searcher:
    """Index the texts with tantivy and open them."""
    index = tantivy.Index(schema(), path=str(folder))
    index.register_tokenizer("english", analyser())
    writer = index.writer(256 * 2**20, 1)
    for row, text in enumerate(texts):
        writer.add_document(tantivy.Document(row=row, text=text))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    return index.searcher()


def resident() -> int:
    """Return the resident memory of this process in bytes."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS"))


def timed(work: Callable[..., object], *given: object) -> tuple[float, float]:
    """Return the milliseconds and CPU milliseconds of this thread that work takes."""
    begun, used = perf_counter(), thread_time()
    work(*given)
    return (perf_counter() - begun) * 1e3, (thread_time() - used) * 1e3


def figures(home: Path, questions: Path, count: int, parts: int) -> str:
    """Measure and return the table."""
    asked = [item.question for item in read_questions(questions) if 5 <= len(item.question.split()) <= 15]
    with tempfile.TemporaryDirectory() as name:
        sentences = sentences_of(home)
        texts = list(passages(sentences, count))
        paths = [Path(name) / f"{number}.postings" for number in range(parts)]
        cuts = np.linspace(0, count, parts + 1).astype(int)
        written = [
            timed(keywords.write, path, texts[begin:end])[1]
            for path, (begin, end) in zip(paths, pairwise(cuts), strict=True)
        ]
        (Path(name) / "tantivy").mkdir()
        searcher = tantivys(Path(name) / "tantivy", texts)
        before = resident()
        opening = timed(lambda: Keywords([open_postings(path) for path in paths], count))[0]
        index = Keywords([open_postings(path) for path in paths], count)
        terms = [index.terms(question) for question in asked]

        def ours(stems: Sequence[str]) -> None:
            scores = index.scores(stems)
            index.spread(scores)
            best(scores, BEST)

        def theirs(stems: Sequence[str], limit: int) -> None:
            parts = [tantivy.Query.term_query(schema(), "text", stem, "freq") for stem in stems]
            query = tantivy.Query.boolean_query([(tantivy.Occur.Should, part) for part in parts])
            for _score, _address in searcher.search(query, limit, count=False).hits:
                pass

        first = [timed(ours, stems) for stems in terms]
        grown = resident() - before
        index = Keywords([open_postings(path) for path in paths], count)
        for question in other_questions(sentences):
            ours(index.terms(question))
        warm = [timed(ours, stems) for stems in terms]
        rounds = [(timed(ours, stems), timed(theirs, stems, BEST), timed(theirs, stems, BEST)) for stems in terms]
        whole = [timed(theirs, stems, count) for stems in terms[::EVERY]]
        rows = [
            ("postings just opened", *summary(first)),
            (f"postings after {OTHERS} other questions", *summary(warm)),
            ("postings, asked again", *summary([times[0] for times in rounds])),
            (f"tantivy, best {BEST} alone", *summary([min(times[1:]) for times in rounds])),
            ("tantivy, all scores", *summary(whole)),
        ]
        size = sum(path.stat().st_size for path in paths)
    stated = (
        f"{count:,} passages in {parts} files, {len(asked)} questions of {np.mean([len(item) for item in terms]):.1f} "
        f"stems; written in {sum(written) / 1e3:.1f} CPU s, opened in {opening:.1f} ms, {size / count:.0f} bytes a "
        f"passage on disk, {grown / count:.0f} resident after all questions"
    )
    return f"{stated}\n\n{table(('look-up', 'ms, median', 'ms, 95 %', 'CPU ms, median'), rows)}"


def summary(times: Sequence[tuple[float, float]]) -> tuple[str, str, str]:
    """Return the median, the 95th percentile and the median CPU time in milliseconds."""
    wall, used = zip(*times, strict=True)
    return f"{median(wall):.3f}", f"{np.percentile(wall, 95):.3f}", f"{median(used):.3f}"


if __name__ == "__main__":
    parser = arguments(__doc__)
    parser.add_argument("--passages", type=int, default=100_000)
    parser.add_argument("--parts", type=int, default=1)
    options = parser.parse_args()
    print(figures(options.home, options.questions, options.passages, options.parts))
