"""Ask the same questions of interviews alone, of six together and of the whole library (Law 10).

    python -m benchmarks.alone HOME QUESTIONS.jsonl

Makes libraries of the six interviews that most questions are about, each alone and all together, in a temporary folder.
Prints how often a question has the same status there as in the whole library and how far its confidence differs. Then
fits the confidence that a library speaks of a question's subject at all: an interview alone speaks of what the
questions about it ask, answerable or not, and hardly of what the others ask. Printed are the numbers for
`index/encoders.toml`, and how they do on each interview with the fit on the other five.
"""

import json
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from api.answer.compose import WEIGHED_HITS, Answer, ask
from api.answer.question import parse_question, query_of
from api.answer.subject import said_words, subject_figures
from api.evaluation.questions import Question, read_questions
from api.knowledge_base import KnowledgeBase, open_base
from api.settings import Settings
from benchmarks.figures import arguments, table
from index.building.build import build
from index.models.encoders import encoder_to_build_with
from index.search import search
from ingest.library.records import episode_folder, records

_INTERVIEWS = 6
_NEAR = 0.05
HEADS = (
    "library",
    "questions",
    "same status",
    "difference, median",
    "90th percentile",
    "largest",
    f"within {_NEAR}",
)
RELIABILITY = ("confidence", "questions", "of the subject", "share")
_LIMITS = (0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 1.0)


@dataclass(frozen=True)
class Fit:
    """Weights and constant of the confidence in a subject, with its quality on interviews that it was not fitted on."""

    weights: tuple[float, ...]
    constant: float
    auroc: float
    reliability: list[tuple[object, ...]]


def main() -> None:
    """Parse the command line, measure and print."""
    options = arguments(__doc__).parse_args()
    agreement, fit = measured(options.home, options.questions)
    print(table(HEADS, agreement))
    print(f"\nsubject_weights = [{', '.join(f'{weight:.3f}' for weight in fit.weights)}]")
    print(f"subject_constant = {fit.constant:.3f}")
    print(f"\nAUROC on interviews that were left out: {fit.auroc:.3f}\n")
    print(table(RELIABILITY, fit.reliability))


def measured(home: Path, asked: Path) -> tuple[list[tuple[object, ...]], Fit]:
    """Return the rows of the table HEADS and the fit, for a data folder and a file of questions on its interviews."""
    questions, about = read_questions(asked), episodes_asked_about(asked)
    counts = Counter(guid for guids in about.values() if len(guids) == 1 for guid in guids)
    chosen = [guid for guid, _ in counts.most_common(_INTERVIEWS)]
    whole = open_base(Settings(home=home))
    with TemporaryDirectory(prefix="playback-") as folder, libraries(home, chosen, Path(folder)) as (alone, six):
        return agreement(questions, about, whole, alone, six), fitted(questions, about, alone)


def episodes_asked_about(path: Path) -> dict[str, set[str]]:
    """Return for each question, by its id, the publisher's guids of the episodes that it is about."""
    found = {}
    for given in map(json.loads, path.read_text("utf-8").splitlines()):
        quotes = [*given.get("gold", []), *given.get("also", [])]
        found[given["id"]] = {quote["episode"] for quote in quotes} | (
            {given["episode"]} if given.get("episode") else set()
        )
    return found


@contextmanager
def libraries(
    home: Path, guids: Sequence[str], folder: Path
) -> Iterator[tuple[Mapping[str, KnowledgeBase], KnowledgeBase]]:
    """Yield a library of each interview alone, by its guid, and one of all of them, indexed like that of `home`."""
    ids = {record.episode.guid: record.episode.id for record in records(home)}
    bases = {}
    for name, members in {**{guid: [guid] for guid in guids}, "all": guids}.items():
        place = folder / name
        for guid in members:
            shutil.copytree(episode_folder(home, ids[guid]), episode_folder(place, ids[guid]))
        shutil.copytree(home / "index" / "encoders", place / "index" / "encoders")
        settings = Settings(home=place)
        build(place, encoder_to_build_with(place, settings.encoder))
        bases[name] = open_base(settings)
    try:
        yield {guid: bases[guid] for guid in guids}, bases["all"]
    finally:
        for base in bases.values():
            base.generation.close()


def agreement(
    questions: Sequence[Question],
    about: Mapping[str, set[str]],
    whole: KnowledgeBase,
    alone: Mapping[str, KnowledgeBase],
    six: KnowledgeBase,
) -> list[tuple[object, ...]]:
    """Return for the interviews alone, and for the six, how far answers differ from those of the whole library."""
    mine = [(question, next(iter(about[question.id]))) for question in questions if len(about[question.id]) == 1]
    mine = [(question, guid) for question, guid in mine if guid in alone]
    answers = [_answer(whole, question) for question, _ in mine]
    rows = []
    for name, others in (
        ("alone", [_answer(alone[guid], question) for question, guid in mine]),
        ("six", [_answer(six, question) for question, _ in mine]),
    ):
        differences = np.array([abs(a.confidence - b.confidence) for a, b in zip(answers, others, strict=True)])
        same = sum(a.status == b.status for a, b in zip(answers, others, strict=True))
        spread = (float(value) for value in np.quantile(differences, (0.5, 0.9, 1)))
        rows.append((name, len(mine), same, *spread, int((differences <= _NEAR).sum())))
    return rows


def fitted(questions: Sequence[Question], about: Mapping[str, set[str]], alone: Mapping[str, KnowledgeBase]) -> Fit:
    """Fit a logistic with classes of equal weight, and try it on each interview with the fit on the others."""
    values, speaks, guids = [], [], []
    for guid, base in alone.items():
        for question in questions:
            query = query_of(base, parse_question(question.question))
            hits = search(base.generation, query, WEIGHED_HITS)
            values.append(subject_figures(query, hits, said_words(base, query)))
            speaks.append(guid in about[question.id])
            guids.append(guid)
    figures, held, names = np.array(values), np.array(speaks), np.array(guids)
    outside = np.zeros(len(held))
    for guid in alone:
        left_out = names == guid
        model = LogisticRegression(C=10, class_weight="balanced").fit(figures[~left_out], held[~left_out])
        outside[left_out] = model.predict_proba(figures[left_out])[:, 1]
    model = LogisticRegression(C=10, class_weight="balanced").fit(figures, held)
    rows: list[tuple[object, ...]] = []
    for begin, end in pairwise(_LIMITS):
        inside = held[(outside >= begin) & ((outside < end) | (end == _LIMITS[-1]))]
        rows.append(
            (f"{begin:g} to {end:g}", len(inside), int(inside.sum()), float(inside.mean()) if len(inside) else None)
        )
    weights = tuple(float(weight) for weight in model.coef_[0])
    return Fit(weights, float(model.intercept_[0]), float(roc_auc_score(held, outside)), rows)


def _answer(base: KnowledgeBase, question: Question) -> Answer:
    return ask(base, parse_question(question.question))


if __name__ == "__main__":
    main()
