"""How many passages count as being about a question, and how many of the right ones do.

    python benchmarks/gathering.py HOME QUESTIONS.jsonl

Prints the share of passages among the first 20 that count, right ones and others apart, then how many passages count
in all and how long it takes to gather them.
"""

from time import process_time

import numpy as np

from api.answer.gather import MOST_GATHERED, by_episode, gather
from api.answer.question import parse_question
from api.evaluation.evaluate import HIT_WORDS
from api.evaluation.questions import read_questions
from api.knowledge_base import open_base
from api.settings import Settings
from benchmarks.figures import arguments, table
from benchmarks.retrieval import right_for

_FIRST = 20


def main() -> None:
    """Print the figures."""
    options = arguments(__doc__).parse_args()
    base = open_base(Settings(home=options.home))
    counts: dict[str, list[bool]] = {"right": [], "other": [], "unanswerable": []}
    some: list[bool] = []
    totals, episodes, read, seconds = [], [], [], []
    for question in read_questions(options.questions):
        begun = process_time()
        found = gather(base, parse_question(question.question))
        seconds.append(process_time() - begun)
        read.append(len(found.hits))
        totals.append(len(found.about))
        episodes.append(len(by_episode(found.about)))
        found_right: bool | None = None  # whether a right one counts; None without a right one
        for one in found.hits[:_FIRST]:
            is_right = right_for(question, one.hit.episode.guid, one.hit.passage.text, HIT_WORDS)
            kind = "unanswerable" if not question.answerable else "right" if is_right else "other"
            counts[kind].append(one.relevance.is_about)
            if is_right:
                found_right = bool(found_right) or one.relevance.is_about
        if found_right is not None:
            some.append(found_right)
    rows = [[kind, str(len(those)), f"{np.mean(those):.2f}"] for kind, those in counts.items()]
    print(table((f"first {_FIRST} passages", "number", "share about it"), rows))
    print(f"Of {len(some)} questions with a right passage among them, {np.mean(some):.2f} have one that counts.")
    parts = {
        "passages about it": totals, "episodes": episodes, f"passages read (of {MOST_GATHERED})": read,
        "CPU milliseconds": [1000 * each for each in seconds],
    }  # fmt: skip
    rows = [[name, *(f"{np.percentile(values, share):,.0f}" for share in (50, 95))] for name, values in parts.items()]
    print(table(("a question", "p50", "p95"), rows))


if __name__ == "__main__":
    main()
