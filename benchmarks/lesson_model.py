"""Fit the weights by which stretches are judged to be lessons, and print how well they do on episodes they did not see.

    python -m benchmarks.lesson_model HOME [--questions QUESTIONS.jsonl] [--write]

HOME holds the 60 interviews and an index of them. Two readers marked the lessons of each (`lesson_marks.jsonl`, which
says who they were and what they saw). A stretch is worth what the best mark is that it covers: 1 for a lesson and a
half for a borderline one if two thirds of the words are the same, half of that if two fifths are; the mean of both
readers. The weights are a logistic regression on that with a strong ridge, to which is added how surely a lesson begins
and ends there (`benchmarks/lesson_edges.py`). Figures are out of fold, by folds over episodes: of all stretches, and of
those that would be proposed, the best first that share no sentence. With QUESTIONS, also how many questions such
proposals meet, as `benchmarks.lessons` counts. With --write the weights are stored in `edges.json` and `model.json` of
`index/mining/lessons`, in the latter for the encoder of the index and for none; probabilities are calibrated out of
fold.
"""

import argparse
import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from api.evaluation.questions import Question, read_questions
from benchmarks import lesson_edges
from benchmarks.figures import machine, table, today
from benchmarks.lessons import Read, Stretch, read, shares
from index.generation import Generation
from index.mining.lessons import find
from index.mining.lessons.edges import Edges, edge_figures
from index.mining.lessons.figures import FIGURES, Places, stretch_figures
from index.mining.lessons.find import MOST_WORDS, read_sentences, stretches_of, told
from index.mining.lessons.model import JUDGED, SIGNS, STEP, means, probability, sides
from index.mining.lessons.signs import KINDS
from index.passage import Sentence
from index.store import open_generation
from ingest.library.records import load_transcript, records

MARKS = Path(__file__).with_name("lesson_marks.jsonl")
WEIGHTS = Path(__file__).parents[1] / "index" / "mining" / "lessons" / "model.json"
# What a mark is worth to a reader; the shares of words that a stretch must have in common with it, and what it gets.
VALUES = {"y": 1.0, "b": 0.5}
COVERS = ((0.65, 1.0), (0.4, 0.5))
LESSON = 0.75  # both readers say so, or nearly
FOLDS = 6
# Stretches overlap; so many of each episode say as much as all.
FITTED = 700
# Vectors are shorter than deviations by so much, and the ridge of figures and vectors for lessons and for kinds.
SCALE = 10.0
RIDGE, KIND_RIDGE = 300.0, 300.0
# What both edges weigh beside the rest. Worth hardly depends on a sentence more or less, which readers mind.
EDGES = 0.2
# An edge is the reader's if it is at most so many words away.
NEAR = 2
PER_EPISODE = (5, 10, 15, 20, 30, 40)

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Stretches:
    """All stretches of an episode that can be lessons: places, figures, vectors, mean worth, and the kind or "".

    `marks` are what the readers marked, `marked` its figures and vectors, `edges` what it says of the sentences.
    """

    read: Read
    marks: Sequence[Mapping[str, Any]]
    marked: tuple[Floats, Floats]
    edges: lesson_edges.Marked
    texts: tuple[str, ...]
    places: tuple[Places, Places]
    figures: Floats
    vectors: Floats
    worth: Floats
    kinds: NDArray[np.str_]


@dataclass(frozen=True, slots=True)
class Fit:
    """Weights and constants of a lesson and of each kind, of figures and vectors as they are."""

    lesson: LogisticRegression
    kind: LogisticRegression
    mean: Floats
    spread: Floats


def main() -> None:
    """Parse the command line, fit, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("home", type=Path)
    parser.add_argument("--questions", type=Path)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    generation = open_generation(options.home)
    episodes = marked_episodes(options.home, generation)
    print(f"{today()}, {machine()}\n\n{described(episodes)}")
    questions = [] if options.questions is None else read_questions(options.questions)
    read_guids = {one.read.transcript.episode.guid for one in episodes}
    wanted = [
        one
        for one in questions
        if one.answerable
        and one.kind in ("lesson", "why", "how")
        and read_guids.issuperset(gold.episode for gold in one.gold)
    ]
    if questions:
        print(f"{len(wanted)} questions about them are of the kinds lesson, why and how")
    models = {model["weights"]: model for model in json.loads(WEIGHTS.read_text("utf-8"))["models"]}
    edges = unseen_edges(episodes)
    print(lesson_edges.described([one.edges for one in episodes], edges))
    for name in (generation.manifest.weights, SIGNS):
        with_vectors = name != SIGNS
        logits = unseen(episodes, edges, with_vectors)
        factor, constant = stretching(episodes, logits)
        scores = [probability(factor * one[:, 0] + constant) for one in logits]
        print(f"\n{'signs and vectors' if with_vectors else 'signs'}\n\n{measured(episodes, logits, scores, wanted)}")
        models[name] = model_of(episodes, name, generation.manifest.encoder, factor, constant)
    if options.write:
        WEIGHTS.write_text(as_text([*models.values()]), "utf-8")
        fit = lesson_edges.fitted_edges([one.edges for one in episodes])
        lesson_edges.WEIGHTS.write_text(lesson_edges.as_text(fit), "utf-8")


def marked_episodes(home: Path, generation: Generation) -> list[Stretches]:
    """Return the stretches of the interviews that readers marked."""
    marks: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for line in map(json.loads, MARKS.read_text("utf-8").splitlines()[1:]):  # the first says what they are
        marks[line["episode"]].append(line)
    found = []
    for record in records(home):
        transcript = load_transcript(home, record.episode.id)
        if transcript is None or record.episode.guid not in marks:
            continue
        episode = read(transcript, generation)
        sentences = episode.sentences
        texts = tuple(transcript.turns[one.turn].text[one.start : one.end] for one in sentences)
        turns = told(transcript, sentences, episode.askers)
        own = read_sentences(texts, turns)
        places, figures = stretches_of(sentences, texts, turns, own)
        words = np.array([one.words for one in sentences], np.float64)
        rows = episode.vectors.rows.astype(np.float64)
        vectors = means(rows, words, places)
        mine = marks[record.episode.guid]
        worth, kinds = _judged(sentences, places, mine)
        numbers = np.array([one.turn for one in sentences], np.int64)
        edges = lesson_edges.marked_edges(edge_figures(texts, own, numbers), sentences, mine)
        spans = np.array([lesson_edges.span_of(mark, sentences) for mark in mine]).T
        around = spans[0], spans[1] + 1
        marked = stretch_figures(own, words, around), means(rows, words, around)
        found.append(Stretches(episode, mine, marked, edges, texts, places, figures, vectors, worth, kinds))
    return found


def _judged(
    sentences: Sequence[Sentence], places: tuple[Places, Places], marks: Sequence[Mapping[str, Any]]
) -> tuple[Floats, NDArray[np.str_]]:
    """Return the worth of stretches to the readers together, and the kind of the mark that each is worth most for."""
    first_words = np.array([one.first_word for one in sentences])
    lasts = np.array([one.first_word + one.words for one in sentences])
    begin, end = first_words[places[0]], lasts[places[1] - 1]
    readers = sorted({mark["reader"] for mark in marks})
    worth = np.zeros((len(readers), len(begin)))
    kinds, best = np.full(len(begin), "", dtype="<U8"), np.zeros(len(begin))
    for mark in marks:
        start, stop = mark["words"][0], sum(mark["words"])
        common = np.clip(np.minimum(end, stop) - np.maximum(begin, start), 0, None)
        # Of a mark that is longer than a lesson may be, as much as one may hold.
        covered = np.minimum(common / (end - begin), common / min(stop - start, MOST_WORDS - 10))
        value = VALUES[mark["label"]] * np.select([covered >= least for least, _ in COVERS], [got for _, got in COVERS])
        row = readers.index(mark["reader"])
        kinds[value > best] = mark["kind"]
        best, worth[row] = np.maximum(best, value), np.maximum(worth[row], value)
    return worth.mean(axis=0), kinds


def described(episodes: Sequence[Stretches]) -> str:
    """Return how many stretches there are, and how many of them are lessons."""
    worth = np.concatenate([one.worth for one in episodes])
    return f"{len(worth)} stretches of {len(episodes)} episodes, {(worth >= LESSON).mean():.3f} of them lessons"


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


def _values(figures: Floats, vectors: Floats, with_vectors: bool) -> Floats:
    return np.hstack([figures, vectors * SCALE]) if with_vectors else figures


def fitted(episodes: Sequence[Stretches], with_vectors: bool) -> Fit:
    """Fit a lesson on stretches of these episodes, drawn by chance, and the kind on those that are one and on marks."""
    dice = np.random.default_rng(0)
    drawn = [dice.permutation(len(one.worth))[:FITTED] for one in episodes]
    values = np.vstack(
        [_values(one.figures[rows], one.vectors[rows], with_vectors) for one, rows in zip(episodes, drawn, strict=True)]
    )
    worth = np.concatenate([one.worth[rows] for one, rows in zip(episodes, drawn, strict=True)])
    marked = np.vstack([_values(*one.marked, with_vectors) for one in episodes])
    is_lesson = worth >= LESSON
    kinds = np.concatenate(
        [[mark["kind"] for one in episodes for mark in one.marks]]
        + [one.kinds[rows] for one, rows in zip(episodes, drawn, strict=True)]
    )[np.concatenate([np.ones(len(marked), bool), is_lesson])]
    mean, spread = np.zeros(values.shape[1]), np.ones(values.shape[1])
    mean[: len(FIGURES)], spread[: len(FIGURES)] = (
        values[:, : len(FIGURES)].mean(axis=0),
        values[:, : len(FIGURES)].std(axis=0),
    )
    lesson = _weighed((values - mean) / spread, worth, RIDGE)
    told = np.vstack([marked, values[is_lesson]])
    return Fit(lesson, _kinds((told - mean) / spread, kinds), mean, spread)


def _folds(episodes: Sequence[Stretches]) -> NDArray[np.int64]:
    numbers: NDArray[np.int64] = np.random.default_rng(0).permutation(len(episodes)) % FOLDS
    return numbers


def unseen_edges(episodes: Sequence[Stretches]) -> list[Edges]:
    """Return the edges of the episodes, by weights fitted without them."""
    folds, found = _folds(episodes), {}
    for fold in range(FOLDS):
        read = [one.edges for one, number in zip(episodes, folds, strict=True) if number != fold]
        fit = lesson_edges.fitted_edges(read)
        for place in np.flatnonzero(folds == fold).tolist():
            found[place] = lesson_edges.edges_by(fit, episodes[place].edges)
    return [found[place] for place in range(len(episodes))]


def unseen(episodes: Sequence[Stretches], edges: Sequence[Edges], with_vectors: bool) -> list[Floats]:
    """Return the logits of all judgements of the stretches, shape (stretches, judgements), by weights fitted without
    their episodes; `edges` are those of `unseen_edges`.
    """
    folds, found = _folds(episodes), {}
    for fold in range(FOLDS):
        fit = fitted([one for one, number in zip(episodes, folds, strict=True) if number != fold], with_vectors)
        order = [fit.kind.classes_.tolist().index(kind) for kind in KINDS]
        for place in np.flatnonzero(folds == fold).tolist():
            one = episodes[place]
            values = (_values(one.figures, one.vectors, with_vectors) - fit.mean) / fit.spread
            lesson = fit.lesson.decision_function(values) + EDGES * sides(edges[place], one.places)
            found[place] = np.column_stack([lesson, fit.kind.decision_function(values)[:, order]])
    return [found[place] for place in range(len(episodes))]


def stretching(episodes: Sequence[Stretches], logits: Sequence[Floats]) -> tuple[float, float]:
    """Return factor and constant that make logits of unseen stretches calibrated."""
    model = _weighed(np.concatenate(logits)[:, :1], np.concatenate([one.worth for one in episodes]), 1e-6)
    return float(model.coef_[0, 0]), float(model.intercept_[0])


def measured(
    episodes: Sequence[Stretches], logits: Sequence[Floats], scores: Sequence[Floats], questions: Sequence[Question]
) -> str:
    """Return tables of what unseen stretches get: of the best that share no sentence, and of all by score."""
    proposed = [_proposed(*each) for each in zip(episodes, scores, strict=True)]
    every = sorted(((score, number, row) for number, rows in enumerate(proposed) for score, row in rows), reverse=True)
    by_guid = {one.read.transcript.episode.guid: one.read for one in episodes}
    rows = []
    for count in PER_EPISODE:
        best = every[: count * len(episodes)]
        worth = np.array([episodes[number].worth[row] for _, number, row in best])
        kinds = [(episodes[number].kinds[row], KINDS[int(logits[number][row, 1:].argmax())]) for _, number, row in best]
        right = [ours == theirs for theirs, ours in kinds if theirs]
        met: list[object] = []
        if questions:
            chosen: dict[str, list[Stretch]] = {guid: [] for guid in by_guid}
            for _, number, row in best:
                one = episodes[number]
                stretch = int(one.places[0][row]), int(one.places[1][row])
                chosen[one.read.transcript.episode.guid].append(stretch)
            met = [shares(questions, by_guid, chosen)[0]]
        at_least = float((worth >= LESSON).mean()), float((worth >= LESSON / 2).mean())
        edges = np.mean([_edges_right(episodes[number], row) for _, number, row in best], axis=0).tolist()
        rows.append((count, best[-1][0], *at_least, *edges, float(np.mean(right)), *met))
    heads = ["per episode, on average", "score from", "lessons", "with borderline"]
    heads += ["begin right", "end right", "kind right"]
    score, worth = np.concatenate(scores), np.concatenate([one.worth for one in episodes])
    inside = [(low, (score >= low) & (score < low + 0.1)) for low in np.arange(0.1, 0.9, 0.1)]
    bins = [
        (f"{low:.1f}", float(those.mean()), float(score[those].mean()), float(worth[those].mean()))
        for low, those in inside
        if those.any()
    ]
    return (
        f"AUC of a lesson {roc_auc_score(worth >= LESSON, score):.3f}\n\n"
        f"{table((*heads, 'questions met') if questions else tuple(heads), rows)}\n\n"
        f"{table(('score from', 'share of stretches', 'mean score', 'mean worth'), bins)}"
    )


def _edges_right(one: Stretches, row: int) -> tuple[bool, bool]:
    """Say whether a stretch begins and ends where a reader's mark does that has two fifths of the words in common."""
    sentences = one.read.sentences
    first, last = sentences[one.places[0][row]], sentences[one.places[1][row] - 1]
    begin, end = first.first_word, last.first_word + last.words
    begins, ends = False, False
    for mark in one.marks:
        start, stop = mark["words"][0], sum(mark["words"])
        if min(end, stop) - max(begin, start) >= COVERS[-1][0] * max(end - begin, stop - start):
            begins, ends = begins or abs(begin - start) <= NEAR, ends or abs(end - stop) <= NEAR
    return begins, ends


def _proposed(one: Stretches, scores: Floats) -> list[tuple[float, int]]:
    """Return scores and rows of the stretches of an episode that would be proposed, the best first."""
    rows = {(first, last): row for row, (first, last) in enumerate(zip(*(p.tolist() for p in one.places), strict=True))}
    given = [
        find.Stretch(score, first, last, np.empty(0))
        for score, (first, last) in zip(scores.tolist(), rows, strict=True)
    ]
    found = islice(find.apart(given, one.texts), max(PER_EPISODE))
    return [(stretch.score, rows[stretch.first, stretch.last]) for stretch in found]


def model_of(episodes: Sequence[Stretches], name: str, encoder: str, factor: float, constant: float) -> dict[str, Any]:
    """Fit the weights on everything, for the vectors of an encoder or for none."""
    with_vectors = name != SIGNS
    fit = fitted(episodes, with_vectors)
    order = [fit.kind.classes_.tolist().index(one) for one in KINDS]
    weights = np.vstack([fit.lesson.coef_ * factor, fit.kind.coef_[order]]) / fit.spread
    constants = np.concatenate([fit.lesson.intercept_ * factor + constant, fit.kind.intercept_[order]])
    constants = constants - weights @ fit.mean
    found: dict[str, Any] = {
        "weights": name,
        "encoder": encoder if with_vectors else None,
        "constants": dict(zip(JUDGED, constants.round(3).tolist(), strict=True)),
        "edges": round(EDGES * factor, 3),
        "figures": {
            figure: dict(zip(JUDGED, column.round(3).tolist(), strict=True))
            for figure, column in zip(FIGURES, weights[:, : len(FIGURES)].T, strict=True)
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
        lines = [f'"{key}": {json.dumps(model[key])}' for key in ("weights", "encoder", "constants", "edges")]
        for key in ("figures", "hundredths"):
            if key in model:
                inner = ",\n    ".join(f'"{name}": {json.dumps(value)}' for name, value in model[key].items())
                lines.append(f'"{key}": {{\n    {inner}\n  }}')
        parts.append("{\n  " + ",\n  ".join(lines) + "\n }")
    return '{"models": [\n ' + ",\n ".join(parts) + "\n]}\n"


if __name__ == "__main__":
    main()
