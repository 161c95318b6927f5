"""Fit the weights by which stretches are judged to be lessons, and print how well they do on episodes they did not see.

    python -m benchmarks.lesson_model HOME [LABELS.jsonl...] [--write]

HOME holds the labelled interviews and an index of them; LABELS are places with the judgements of readers, usually those
beside this file, which say who read them and how. A lesson counts 1, a borderline one a half, and readers of the same
stretch are averaged: the weights are a logistic regression on that with a strong ridge. Figures are out of fold, eight
folds over episodes, the mean of five divisions. With --write the weights are stored in `index/mining/lessons.json`,
for the encoder of the index and for none; its probabilities are stretched so that they are calibrated out of fold.
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from benchmarks.figures import machine, table, today
from benchmarks.lessons import read
from index.generation import Generation
from index.mined.episode import Span
from index.mining.lesson_figures import FIGURES, figures_of, stretch_figures
from index.mining.lesson_model import JUDGED, SIGNS, STEP, means, probability
from index.mining.lesson_signs import KINDS
from index.store import open_generation
from ingest.library.records import load_transcript, records

LABELS = Path(__file__).with_name("lesson_labels.jsonl")
WEIGHTS = Path(__file__).parents[1] / "index" / "mining" / "lessons.json"
VALUES = {"y": 1.0, "b": 0.5, "n": 0.0}
FOLDS, DIVISIONS = 8, 5
# Vectors are shorter than deviations by so much, and the ridge of figures and vectors for lessons and for kinds.
SCALE = 10.0
RIDGE, KIND_RIDGE = 150.0, 30.0
BEST = (150, 300, 600)

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Labelled:
    """The labelled stretches: figures, vectors, the mean judgement, the kind or "", and the episode of each."""

    figures: Floats
    vectors: Floats
    worth: Floats
    kinds: NDArray[np.str_]
    episodes: NDArray[np.str_]

    def values(self, with_vectors: bool) -> Floats:
        """Return what the regression sees."""
        scaled = (self.figures - self.figures.mean(axis=0)) / self.figures.std(axis=0)
        return np.hstack([scaled, self.vectors * SCALE]) if with_vectors else scaled


def main() -> None:
    """Parse the command line, fit, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("home", type=Path)
    parser.add_argument("labels", type=Path, nargs="*", default=[LABELS])
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    generation = open_generation(options.home)
    labelled = labelled_of(options.home, generation, _lines(options.labels))
    print(f"{today()}, {machine()}\n\n{measured(labelled)}")
    if options.write:
        weights = generation.manifest.weights
        models = {model["weights"]: model for model in json.loads(WEIGHTS.read_text("utf-8"))["models"]}
        models |= {name: model_of(labelled, name, generation.manifest.encoder) for name in (weights, SIGNS)}
        WEIGHTS.write_text(as_text([*models.values()]), "utf-8")


def _lines(paths: Sequence[Path]) -> list[dict[str, Any]]:
    lines = [json.loads(line) for path in paths for line in path.read_text("utf-8").splitlines()]
    return [line for line in lines if "label" in line]


def labelled_of(home: Path, generation: Generation, lines: Sequence[Mapping[str, Any]]) -> Labelled:
    """Read the labelled stretches of the interviews that this data folder holds."""
    names = {record.episode.guid: record.episode.id for record in records(home)}
    by_place: dict[tuple[str, Span], list[Mapping[str, Any]]] = {}
    for line in lines:
        by_place.setdefault((names[line["episode"]], Span(*line["words"])), []).append(line)
    figures, vectors, worth, kinds = [], [], [], []
    for name in dict.fromkeys(name for name, _ in by_place):
        transcript = load_transcript(home, name)
        assert transcript is not None, name
        episode = read(transcript, generation)
        sentences = episode.sentences
        texts = [transcript.turns[one.turn].text[one.start : one.end] for one in sentences]
        words = np.array([one.words for one in sentences], np.float64)
        begins = {one.first_word: number for number, one in enumerate(sentences)}
        ends = {one.first_word + one.words: number + 1 for number, one in enumerate(sentences)}
        mine = {span: found for (episode, span), found in by_place.items() if episode == name}
        places = (
            np.array([begins[span.first_word] for span in mine]),
            np.array([ends[span.first_word + span.words] for span in mine]),
        )
        own = np.array([figures_of(text) for text in texts], np.float64)
        figures.append(stretch_figures(texts, own, words, places))
        vectors.append(means(episode.vectors.rows.astype(np.float64), words, places))
        worth += [float(np.mean([VALUES[line["label"]] for line in found])) for found in mine.values()]
        kinds += [_usual([line["kind"] for line in found if line["kind"]]) for found in mine.values()]
    episodes = [name for name in dict.fromkeys(name for name, _ in by_place) for one, _ in by_place if one == name]
    return Labelled(
        np.vstack(figures), np.vstack(vectors), np.array(worth), np.array(kinds, np.str_), np.array(episodes, np.str_)
    )


def _usual(kinds: Sequence[str]) -> str:
    return max(kinds, key=kinds.count, default="")


def _weighed(values: Floats, worth: Floats, ridge: float) -> LogisticRegression:
    """Fit on shares: each stretch counts as a lesson with its worth and as none with the rest."""
    both, share = np.vstack([values, values]), np.concatenate([worth, 1 - worth])
    is_lesson = np.concatenate([np.ones(len(worth)), np.zeros(len(worth))])
    return LogisticRegression(C=1 / ridge, max_iter=1000).fit(
        both[share > 0], is_lesson[share > 0], sample_weight=share[share > 0]
    )


def _kinds(values: Floats, kinds: NDArray[np.str_]) -> LogisticRegression:
    """Fit the kind; a rare one counts more by the fourth root of its share, which loses nothing and names it sooner."""
    counts = Counter(kinds.tolist())
    weight = {kind: float((len(kinds) / count) ** 0.25) for kind, count in counts.items()}
    return LogisticRegression(C=1 / KIND_RIDGE, max_iter=1000, class_weight=weight).fit(values, kinds)


def _folds(labelled: Labelled, division: int) -> NDArray[np.int64]:
    names = np.unique(labelled.episodes)
    numbers = np.random.default_rng(division).permutation(len(names)) % FOLDS
    fold: NDArray[np.int64] = numbers[np.searchsorted(names, labelled.episodes)]
    return fold


def unseen(labelled: Labelled, with_vectors: bool, division: int) -> Floats:
    """Return the logits of all stretches by weights fitted without their episodes."""
    values, folds = labelled.values(with_vectors), _folds(labelled, division)
    found = np.zeros(len(values))
    for fold in range(FOLDS):
        held = folds == fold
        found[held] = _weighed(values[~held], labelled.worth[~held], RIDGE).decision_function(values[held])
    return found


def unseen_kinds(labelled: Labelled, with_vectors: bool, division: int) -> float:
    """Return the share of stretches whose kind is right by weights fitted without their episodes."""
    values, folds, has = labelled.values(with_vectors), _folds(labelled, division), labelled.kinds != ""
    right = 0
    for fold in range(FOLDS):
        held, rest = (folds == fold) & has, (folds != fold) & has
        model = _kinds(values[rest], labelled.kinds[rest])
        right += int((model.predict(values[held]) == labelled.kinds[held]).sum())
    return right / int(has.sum())


def stretching(labelled: Labelled, with_vectors: bool) -> tuple[float, float]:
    """Return factor and constant that make logits of unseen stretches calibrated."""
    logits = np.concatenate([unseen(labelled, with_vectors, division) for division in range(DIVISIONS)])
    model = _weighed(logits[:, None], np.tile(labelled.worth, DIVISIONS), 1e-6)
    return float(model.coef_[0, 0]), float(model.intercept_[0])


def measured(labelled: Labelled) -> str:
    """Return tables of what unseen stretches get."""
    lesson, none = labelled.worth >= 0.75, labelled.worth <= 0.25
    rows, bins = [], []
    for name, with_vectors in (("signs and vectors", True), ("signs", False)):
        found = [unseen(labelled, with_vectors, division) for division in range(DIVISIONS)]
        factor, constant = stretching(labelled, with_vectors)
        cells: list[object] = [
            float(np.mean([roc_auc_score(lesson, one) for one in found])),
            float(np.mean([roc_auc_score(~none, one) for one in found])),
        ]
        for best in BEST:
            tops = [np.argsort(-one)[:best] for one in found]
            shares = (np.mean([lesson[top].mean() for top in tops]), np.mean([1 - none[top].mean() for top in tops]))
            cells.append(" / ".join(f"{share:.2f}" for share in shares))
        kinds = float(np.mean([unseen_kinds(labelled, with_vectors, division) for division in range(DIVISIONS)]))
        rows.append((name, *cells, kinds))
        scores, worth = probability(factor * np.concatenate(found) + constant), np.tile(labelled.worth, DIVISIONS)
        for low in np.arange(0.1, 0.8, 0.1):
            inside = (scores >= low) & (scores < low + 0.1)
            if inside.sum() >= 5 * DIVISIONS:
                share = float(inside.sum() / len(scores))
                bins.append((name, f"{low:.1f}", share, float(scores[inside].mean()), float(worth[inside].mean())))
    heads = (
        "weights",
        "AUC lesson",
        "AUC lesson or borderline",
        *(f"of the best {best}" for best in BEST),
        "kind right",
    )
    return (
        f"{len(labelled.worth)} stretches of {len(set(labelled.episodes))} episodes: {lesson.mean():.2f} lessons, "
        f"{1 - lesson.mean() - none.mean():.2f} borderline; of the best: lessons / with borderline ones\n\n"
        f"{table(heads, rows)}\n\n{table(('weights', 'score from', 'share', 'mean score', 'mean worth'), bins)}"
    )


def model_of(labelled: Labelled, name: str, encoder: str) -> dict[str, Any]:
    """Fit the weights on everything, for the vectors of an encoder or for none."""
    with_vectors = name != SIGNS
    values, has = labelled.values(with_vectors), labelled.kinds != ""
    factor, constant = stretching(labelled, with_vectors)
    lesson = _weighed(values, labelled.worth, RIDGE)
    kind = _kinds(values[has], labelled.kinds[has])
    order = [kind.classes_.tolist().index(one) for one in KINDS]
    weights = np.vstack([lesson.coef_ * factor, kind.coef_[order]])
    constants = np.concatenate([lesson.intercept_ * factor + constant, kind.intercept_[order]])
    figures = weights[:, : len(FIGURES)] / labelled.figures.std(axis=0)
    constants = constants - figures @ labelled.figures.mean(axis=0)
    found: dict[str, Any] = {
        "weights": name,
        "encoder": encoder if with_vectors else None,
        "constants": dict(zip(JUDGED, constants.round(3).tolist(), strict=True)),
        "figures": {
            figure: dict(zip(JUDGED, column.round(3).tolist(), strict=True))
            for figure, column in zip(FIGURES, figures.T, strict=True)
        },
    }
    if with_vectors:
        steps = (weights[:, len(FIGURES) :] * SCALE / STEP).round().astype(int)
        found["hundredths"] = dict(zip(JUDGED, steps.tolist(), strict=True))
    return found


def as_text(models: Sequence[Mapping[str, Any]]) -> str:
    """Return models as JSON with one list or table per line."""
    parts = []
    for model in models:
        lines = [f'"{key}": {json.dumps(model[key])}' for key in ("weights", "encoder", "constants")]
        for key in ("figures", "hundredths"):
            if key in model:
                inner = ",\n    ".join(f'"{name}": {json.dumps(value)}' for name, value in model[key].items())
                lines.append(f'"{key}": {{\n    {inner}\n  }}')
        parts.append("{\n  " + ",\n  ".join(lines) + "\n }")
    return '{"models": [\n ' + ",\n ".join(parts) + "\n]}\n"


if __name__ == "__main__":
    sys.exit(main())
