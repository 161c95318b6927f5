"""How often a definition or person question is answered first by a right quote.

    python -m benchmarks.introduced HOME QUESTIONS.jsonl [--seed SEEDHOME]

Takes those questions of the file that are labelled "definition" or "who", and those that have the form of one
(`api.answer.asked_form`), whatever their label. Judges the first citation by the contract's rule; none is wrong.
With `--seed` it also asks seven questions of a data folder that holds GDS podcast 35 alone: five must be answered
first by the right person's sentence, two must be refused.
"""

from collections import Counter
from pathlib import Path

from api.answer.asked_form import form_of
from api.answer.compose import ask
from api.answer.question import parse_question
from api.evaluation.metrics import is_right, normalise
from api.evaluation.questions import Question, read_questions
from api.knowledge_base import KnowledgeBase, open_base
from api.settings import Settings
from benchmarks.figures import arguments

# Only so much of a citation counts (contract).
_MOST_WORDS = 80
_LABELS = ("definition", "who")
# A question, who must answer it first, and words that must be in the quote; nobody: it must be refused.
_SEED = (
    ("What is GOV.UK Pay?", "Vanessa Schneider", "common platforms"),
    ("Who is Jonathan Harden?", "Jonathan Harden", "site reliability engineer"),
    ("Who is the co-tech lead?", "Kat Stevens", "co tech lead"),
    ("When did Kat Stevens join GDS?", "Kat Stevens", "since 2017"),
    ("What did Pay run on before Fargate?", "Kat Stevens", "ecs ec2"),
    ("Which database does GOV.UK Pay use?", None, ""),
    ("How much money did the migration save?", None, ""),
)


def main() -> None:
    """Print the figures and the misses."""
    parser = arguments(__doc__)
    parser.add_argument("--seed", type=Path)
    given = parser.parse_args()
    base = open_base(Settings(home=given.home))
    asked: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for question in read_questions(given.questions):
        form = form_of(question.question)
        groups = [f"label {question.kind}"] if question.kind in _LABELS else []
        groups += [] if form is None else [f"form {form.kind}"]
        if not groups or not question.answerable:
            continue
        quote = _first(base, question.question)
        is_good = quote is not None and _is_right(question, *quote)
        asked.update(groups)
        right.update(groups if is_good else ())
        if not is_good:
            print(f"miss  {question.question}  {'none' if quote is None else quote[1][:90]}")
    for group in sorted(asked):
        print(f"{group:20} {right[group]:3} of {asked[group]:3}")
    if given.seed is not None:
        _print_seed(open_base(Settings(home=given.seed)))


def _first(base: KnowledgeBase, question: str) -> tuple[str, str] | None:
    """Return the guid and text of the first citation, None of a refusal."""
    citations = ask(base, parse_question(question)).citations
    return (citations[0].episode.guid, citations[0].quote) if citations else None


def _is_right(question: Question, guid: str, quote: str) -> bool:
    words = normalise(quote)[:_MOST_WORDS]
    return any(
        gold.episode == guid and is_right(words, normalise(gold.quote)) for gold in (*question.gold, *question.also)
    )


def _print_seed(base: KnowledgeBase) -> None:
    for question, speaker, words in _SEED:
        answer = ask(base, parse_question(question))
        first = answer.citations[0] if answer.citations else None
        said = "" if first is None else " ".join(normalise(first.quote))
        good = first is None if speaker is None else first is not None and first.speaker == speaker and words in said
        print(f"{'right' if good else 'WRONG'}  {question}  {answer.status}  {said[:60]}")


if __name__ == "__main__":
    main()
