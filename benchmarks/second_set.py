"""Questions by readers of transcripts who had seen neither the code nor its answers, and that nothing is fitted on.

The second set: 120 questions on six interviews of `corpora/alignment` and twenty of `corpora/engineering-lessons`: 40
of an engineer, 25 of a newcomer, 25 of a writer, 30 near their topics that nothing answers. It was looked at where two
choices did equally well on other questions, so it is not unseen. The third set: 400 questions on twenty others of the
sixty, fifteen that somebody answers and five that nobody does about each. It decided which encoder is the default.
The texts may not be copied, so a quote is kept as its place: the publisher's guid, the turn, and the characters
[start, end) of the turn's text.

    python -m benchmarks.second_set HOME [third]

Prints the figures of `playback evaluate` with the constants in use. HOME holds the corpora that are asked about. No
question is asked of an encoder that learned from its interview (`benchmarks/halves.py`).
"""

import sys
from pathlib import Path

from api.evaluation.evaluate import render
from api.evaluation.questions import Question
from benchmarks.halves import bases_for, report_by
from benchmarks.placed_questions import placed_questions

QUESTIONS = Path(__file__).with_name("second_questions.jsonl")
THIRD = Path(__file__).with_name("third_questions.jsonl")


def second_set(home: Path) -> tuple[Question, ...]:
    """Return the questions; raises KeyError if the library of a data folder lacks an interview."""
    return placed_questions(home, QUESTIONS)


if __name__ == "__main__":
    home, path = Path(sys.argv[1]), THIRD if sys.argv[2:] == ["third"] else QUESTIONS
    with bases_for(home) as bases:
        print(render(report_by(bases, placed_questions(home, path))))
