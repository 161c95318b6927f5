"""Ask questions that are answered with one name or number swapped for another, so that nothing answers them.

    python -m benchmarks.swaps HOME QUESTIONS.jsonl

In an answerable question a number gets other digits, or a name, a run of words with capitals, gives way to a name of a
question about another episode. Which one is random, with a fixed seed; 50 questions, those with a number first. Prints
what is said of them, and of the same questions as they were. By chance a swapped question may be answered too.
"""

import random
import re
from collections.abc import Sequence

from api.answer.compose import ask, verdict
from api.answer.question import parse_question
from api.evaluation.questions import Question, read_questions
from api.knowledge_base import KnowledgeBase, open_base
from api.settings import Settings
from benchmarks.figures import arguments, machine, table, today

SWAPPED = 50
VERDICTS = ("answers", "may answer", "touches on", "does not answer")
HEADS = ("", "questions", *VERDICTS)
_NUMBER = re.compile(r"\d+")
# Words with a capital that follow another word; names of several words are swapped as one.
_NAME = re.compile(r"(?<=[a-z,] )[A-Z][\w.+-]*\w(?: [A-Z][\w.+-]*\w)*")


def main() -> None:
    """Parse the command line, measure and print."""
    options = arguments(__doc__).parse_args()
    print(f"{today()}, {machine()}")
    print(table(HEADS, measured(open_base(Settings(home=options.home)), read_questions(options.questions))))


def measured(base: KnowledgeBase, questions: Sequence[Question]) -> list[tuple[object, ...]]:
    """Return the rows of the table HEADS: how many questions are answered as they were, and swapped."""
    pairs = swapped(questions)
    return [
        ("as they were", len(pairs), *_verdicts(base, [before for before, _ in pairs])),
        ("swapped", len(pairs), *_verdicts(base, [after for _, after in pairs])),
    ]


def swapped(questions: Sequence[Question]) -> list[tuple[str, str]]:
    """Return up to 50 answerable questions, each before and after the swap."""
    mine = [question for question in questions if question.answerable]
    names = [(name, _episodes(question)) for question in mine for name in _NAME.findall(question.question)]
    pairs = []
    for question in sorted(mine, key=lambda one: _NUMBER.search(one.question) is None):
        after = _without_its_number(question) or _with_another_name(question, names)
        pairs += [(question.question, after)] if after else []
    return pairs[:SWAPPED]


def _without_its_number(question: Question) -> str | None:
    """Return a question with another number, as long, in place of its first; None if it has no number."""
    found = _NUMBER.search(question.question)
    if found is None:
        return None
    chance = random.Random(question.id)  # noqa: S311 - the same swaps every time
    digits = found.group()
    while digits == found.group():
        digits = str(chance.randrange(10 ** (len(digits) - 1), 10 ** len(digits)))
    return question.question[: found.start()] + digits + question.question[found.end() :]


def _with_another_name(question: Question, names: Sequence[tuple[str, frozenset[str]]]) -> str | None:
    """Return a question with a name of other episodes in place of one of its own; None if it has no name."""
    mine = list(_NAME.finditer(question.question))
    others = [name for name, episodes in names if not episodes & _episodes(question) and name not in question.question]
    if not (mine and others):
        return None
    chance = random.Random(question.id)  # noqa: S311 - the same swaps every time
    place = chance.choice(mine)
    return question.question[: place.start()] + chance.choice(others) + question.question[place.end() :]


def _episodes(question: Question) -> frozenset[str]:
    return frozenset(gold.episode for gold in (*question.gold, *question.also))


def _verdicts(base: KnowledgeBase, questions: Sequence[str]) -> list[int]:
    said = [verdict(ask(base, parse_question(question))) for question in questions]
    return [sum(f"The podcast {one} this" == each for each in said) for one in VERDICTS]


if __name__ == "__main__":
    main()
