"""Measure everything but speed and write docs/evaluation.md.

    python benchmarks/report.py HOME --shared ../shared [--output docs/evaluation.md]

HOME holds the engineering lessons, ingested and indexed (`make evaluate` does both). Every number comes from the run,
except in paragraphs that give another date. A second process measures what needs no index of HOME. All of it takes some
twenty minutes on two cores.
"""

import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter
from typing import Any

from api.evaluation.evaluate import CITATION_WORDS, HIT_WORDS
from api.evaluation.questions import Question, read_questions
from api.evaluation.report import report_of
from api.knowledge_base import KnowledgeBase, open_base
from api.settings import Settings
from benchmarks import alone, candidates, earlier, misheard, quotes, retrieval, second_set, swaps, typos
from benchmarks.confidence import ALONE, READERS, RELIABILITY, RISK, Measured, measured
from benchmarks.figures import machine, paragraph, table, today, write_page
from benchmarks.halves import bases_for, report_by
from benchmarks.placed_questions import placed_questions
from benchmarks.retrieval import HEADS, Line, Scoreboard, scoreboard
from benchmarks.times import times
from index.building.build import build
from index.fitted import usual

SAMPLE = Path(__file__).resolve().parents[1] / "data" / "sample"
Figures = Mapping[str, Any]


def page(home: Path, shared: Path) -> str:
    """Measure and return the page."""
    begun, on = perf_counter(), machine()
    corpora = shared / "corpora"
    asked = corpora / "engineering-lessons" / "questions.jsonl"
    questions = read_questions(asked)
    # Spawned, because a process that has loaded torch must not fork.
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as second:
        heard = second.submit(misheard.measured, shared)
        timed = second.submit(times, shared)
        base = open_base(Settings(home=home))
        board = scoreboard(base, questions)
        with bases_for(home) as bases:
            fitted = measured(bases, questions, placed_questions(home, READERS))
        blocks = [
            *answers(fitted, on_second_set(base, corpora / "alignment" / "feed.xml"), questions),
            *signals(board),
            *choice(base, questions),
            *refusal(fitted, sample(base)),
            *absolute(base, asked),
            *typing(base, questions),
            *mishearing(heard.result()),
            *timed.result(),
        ]
    return "\n\n".join([*introduction(base, questions, on, perf_counter() - begun), *blocks])


def introduction(base: KnowledgeBase, questions: Sequence[Question], on: str, seconds: float) -> Iterator[str]:
    """Yield when, where and on what it was measured, and how to read it."""
    held = base.generation.manifest
    words = sum(len(text.split()) for *_, text in base.generation.spoken())
    yield "# How often it is right"
    yield paragraph(
        f"Written by `make evaluate` on {today()}, on {on}, in {seconds / 60:.0f} minutes. It needs the data in "
        "`../shared`. `make bench` writes how long an answer takes, in `speed.md`. Each part below names the command "
        "that prints it alone. HOME is the data folder (`data/evaluation`), QUESTIONS.jsonl the questions."
    )
    yield paragraph(
        "Definitions are those of `playback evaluate`. A hit or citation is right if it shares enough word trigrams "
        "with a gold quote of the same episode: at least a third of those of the shorter of the two. Only the first "
        f"{HIT_WORDS} words of a hit and {CITATION_WORDS} of a citation count. recall@k is the share of answerable "
        "questions with a right hit among the first k. MRR is the mean of one over the rank of the first right hit "
        "among 20. Abstention AUROC looks at pairs of an answerable and an unanswerable question. It is the share of "
        "pairs in which the answerable one has the higher confidence. Within equal name counts, only pairs with "
        "equally many names count, because every unanswerable question of this set names something and many "
        "answerable ones do not."
    )
    yield paragraph(
        "Intervals are 95 %, by bootstrap over questions. Intervals of changes are paired. If the interval of a change "
        "includes 0, these questions cannot tell it from no change."
    )
    yield paragraph(
        f"The {len(questions)} development questions ({sum(question.answerable for question in questions)} answerable) "
        f"are about {held.episodes} long interviews of {words:,} words, {held.passages:,} passages, encoder "
        f"{held.encoder}. We also used them to choose settings. The confidence is fitted on the [readers' "
        "questions](#the-readers-questions). The weights of retrieval and of the choice of quotes are round numbers in "
        "a flat region. They were compared on the development questions, so figures on these are optimistic (see [what "
        "choosing costs](#what-choosing-costs)). Only other questions can decide."
    )


def on_second_set(base: KnowledgeBase, feed: Path) -> Figures:
    """Return the report on the second set, whose questions are about the interviews of a further feed too."""
    with tempfile.TemporaryDirectory() as temporary:
        home = Path(temporary) / "home"
        shutil.copytree(base.home, home)
        misheard.ingested(feed, home)
        build(home, base.encoder)
        with bases_for(home) as bases:
            return report_by(bases, second_set.second_set(home))


def answers(fitted: Measured, other: Figures, questions: Sequence[Question]) -> Iterator[str]:
    """Yield the main figures, by kind and persona too."""
    report, readers = fitted.others.report, fitted.fitted.report
    yield "## Retrieval and answers"
    yield paragraph(
        "`python -m benchmarks.confidence HOME QUESTIONS.jsonl`: the development questions, ranking and choice of "
        "quotes in sample, the confidence fitted on the [readers' questions](#the-readers-questions); and those, "
        "ranking not chosen on them, the confidence out of fold. `python -m benchmarks.second_set HOME`: the [second "
        "set](#the-second-set), on which nothing is fitted."
    )
    names = {
        "recall@1": "recall@1",
        "recall@5": "recall@5",
        "recall@20": "recall@20",
        "mrr": "MRR",
        "first_citation_right": "first citation right",
        "citation_right@5": "a right one among the citations, at most four",
        "citation_precision": "precision of the citations",
        "verbatim": "verbatim",
        "speaker_right": "speaker right",
        "time_right": "time right",
        "abstention_auroc": "abstention AUROC",
        "abstention_auroc_equal_names": "abstention AUROC within equal name counts",
        "coverage": "answerable questions that are answered",
        "answered_when_unanswerable": "unanswerable questions that are answered",
    }
    rows = [
        (
            label,
            *(cell for each in (report, other, readers) for cell in (each[name], _range(each["intervals"].get(name)))),
        )
        for name, label in names.items()
    ]
    yield table(("figure", "development", "interval", "second set", "interval", "readers'", "interval"), rows)
    yield "If an answerable question is refused, its citations count as wrong."
    shown = ("recall@1", "recall@5", "recall@20", "mrr", "first_citation_right", "citation_right@5")
    groups = {f"kind: {name}": group for name, group in report["by_kind"].items()}
    groups |= {f"asked by: {name}": group for name, group in report["by_persona"].items()}
    yield table(
        ("answerable questions", "number", "@1", "@5", "@20", "MRR", "first citation", "among five"),
        [
            (name, group["answerable"], *(group[figure] for figure in shown))
            for name, group in groups.items()
            if group["answerable"]
        ],
    )
    several = sum(question.kind == "cross" for question in questions)
    yield paragraph(
        f"Kinds with few questions say little. {several} questions are across episodes (`cross`): a citation is right "
        "for any one of the quotes that together make the answer."
    )
    yield from earlier.SECOND_SET
    yield from earlier.READERS


def signals(board: Scoreboard) -> Iterator[str]:
    """Yield what each part of retrieval is worth, what was tried, and what choosing weights costs."""
    weights = ", ".join(f"{weight:g} for {retrieval.SIGNALS[name]}" for name, weight in retrieval.WEIGHTS.items())
    yield "### What each signal is worth"
    yield "`python benchmarks/retrieval.py HOME QUESTIONS.jsonl`, and `candidates.py` for smaller parts:"
    yield _lines([*retrieval.ablation(board), *candidates.small_parts(board)])
    yield paragraph(
        f"Each score enters as its deviation from the mean over all passages. The weights are {weights}. We keep the "
        "passage's cosine because a turn of one long answer says little of its parts. Whole episodes bring no hits of "
        "their own, and change nothing in a library of one."
    )
    yield "### Tried and left out"
    yield paragraph(
        "`python benchmarks/candidates.py HOME QUESTIONS.jsonl`. A number after a comma is the weight at which a "
        "score is added to the signals in use. A line without a number replaces one of them."
    )
    found = candidates.candidates(board)
    yield _lines(found)
    better = [line.name for line in found if line.limits[0] > 0]
    worse = [line.name for line in found if line.limits[1] < 0]
    raised = f"{len(better)} raise ({'; '.join(better)})" if better else "none raises"
    yield paragraph(
        f"Of these {len(found)} lines {raised} MRR by more than its interval, and {len(worse)} lower it by more. By "
        "luck alone, one in forty would raise it and one in forty lower it. The other weights of soft BM25 are those "
        "that an earlier study found best: 0.36 passage, 0.24 turns, 0.1 words, 0.3 soft words. An episode's card is "
        "its title, its people and its first 300 words. Late interaction is the mean, over the question's word pieces, "
        "of the best cosine with a piece of the passage."
    )
    yield paragraph(
        "This command does not measure what needs an index of its own. We did so in November 2026, with the passage's "
        "cosine alone. Title and speakers in front of the encoded text lowered recall@1 from .352 to .273. Only the "
        "speakers in front moved MRR from .460 to .470 and recall@20 from .797 to .773. Title and speakers among the "
        "words that BM25 matches, which is in use, moved MRR from .595 to .604 with the three signals of that time."
    )
    yield "### What choosing costs"
    yield paragraph(
        f"We compared {len(candidates.GRID)} combinations of nearby weights (passage, turns, words, episode). The best "
        "is chosen on all questions, or without the fold it is measured on. Changes are against the weights in use:"
    )
    yield _lines(candidates.chosen_weights(board))


def choice(base: KnowledgeBase, questions: Sequence[Question]) -> Iterator[str]:
    """Yield what each part of a quote's score is worth."""
    yield "### The choice of quotes"
    yield paragraph(
        "`python benchmarks/quotes.py HOME QUESTIONS.jsonl`: the answerable questions, without refusals. A candidate "
        "is one to six sentences of a hit. Its cosine, its words of the question, its match with them and its length "
        "enter as deviations over all candidates."
    )
    yield table(quotes.HEADS, quotes.choices(base, questions))


def _numbers(values: Sequence[float]) -> str:
    return ", ".join(f"{value:.3f}" for value in values)


def refusal(fitted: Measured, unseen: Figures) -> Iterator[str]:
    """Yield how well the confidence tells what the podcast answers."""
    fit, in_use = fitted.fit, usual()
    yield "## Confidence"
    yield paragraph(
        "The confidence that a question is answered is a logistic function of five figures: how well the best hit's "
        "words match the question's, and how well they match its weakest name; how well the question's weakest word is "
        "matched in the hit that matches it best; the cosine of the nearest hit; and whether a number is asked for and "
        "the first quote holds none. Whether the first quote answers is a second one, of how well its words match, by "
        "how much its score is above the mean of the next three, and of the first and last of the five. An answer "
        "whose first quote is sure is above every other. A question without a subject is refused. The constants are "
        "fitted on the readers' questions and stand in `index/encoders.toml`:"
    )
    yield table(
        ("constant", "this run", "in use"),
        [
            ("weights", *(_numbers(each) for each in (fit.weights, in_use.confidence_weights))),
            ("constant", fit.constant, in_use.confidence_constant),
            (
                "weights, quote",
                *(", ".join(f"{one:.3f}" for one in each) for each in (fit.quote_weights, in_use.quote_weights)),
            ),
            ("constant, quote", fit.quote_constant, in_use.quote_constant),
            ("`partial` from", fit.touches, in_use.touches),
            ("a quote is sure from", fit.sure, in_use.sure),
            ("weakest name if the question has none", fit.usual_weakest_name, in_use.usual_weakest_name),
        ],
    )
    yield paragraph(
        "A question is `unanswerable` below the highest value that keeps 92 % of the answerable development questions. "
        "A quote is sure from where 80 % of their first quotes and two of three of the readers' are right, if all "
        "names of the question stand in the best hits. Of those answers that are `answered`, "
        f"{fitted.others.right_above:.2f} of the development questions and {fitted.fitted.right_above:.2f} of the "
        "readers' have a right first citation."
    )
    for name, judged in (("the development questions", fitted.others), ("the readers' questions", fitted.fitted)):
        yield f"Of {name}: reliability; risk and coverage, if only the surest are answered; all figures and each alone."
        yield table(RELIABILITY, judged.reliability)
        yield table(RISK, judged.risk)
        yield table(ALONE, judged.alone)
    yield paragraph(
        f"The sample show has {unseen['questions']} questions, {unseen['answerable']} of them answerable, which were "
        f"never used for fitting. There AUROC is {unseen['abstention_auroc']:.2f}, and "
        f"{unseen['abstention_auroc_equal_names']:.2f} within equal name counts. Of the answerable questions "
        f"{unseen['coverage']:.2f} are answered, and of the others {unseen['answered_when_unanswerable']:.2f}."
    )
    yield from earlier.SIMULATED


def absolute(base: KnowledgeBase, asked: Path) -> Iterator[str]:
    """Yield how far the confidence depends on the library, how the subject is recognised, and what swaps do."""
    yield from earlier.INTRODUCED
    questions = read_questions(asked)
    agreement, fit = alone.measured(base.home, asked)
    yield "### The same transcript in other libraries"
    yield paragraph(
        "`python -m benchmarks.alone HOME QUESTIONS.jsonl`: questions about one interview, asked of it alone and of "
        "six together, against the answers of the whole library. The confidence differs where another interview has a "
        "better hit, and where a word that only another uses decides whether it is a name."
    )
    yield table(alone.HEADS, agreement)
    yield paragraph(
        "Whether a library speaks of a question's subject at all is a third estimate: a logistic of the share of its "
        "words that somebody says, of the best hit's match and of its nearest sentence. It is fitted on the six "
        "interviews alone, each asked all questions, and tried on the interview that was left out. Questions about "
        "other interviews count as not of the subject, though some are near it, and both classes weigh the same, so "
        f"the numbers rank rather than count. AUROC is {fit.auroc:.3f}. The fit gives the weights "
        f"{_numbers(fit.weights)} and the constant {fit.constant:.3f}; in use are {_numbers(usual().subject_weights)} "
        f"and {usual().subject_constant:.3f}."
    )
    yield table(alone.RELIABILITY, fit.reliability)
    yield "### Swapped names and numbers"
    yield paragraph(
        "`python -m benchmarks.swaps HOME QUESTIONS.jsonl`: answerable questions with another number, or with a name "
        "of a question about another episode in place of one of theirs."
    )
    yield table(swaps.HEADS, swaps.measured(base, questions))


def sample(base: KnowledgeBase) -> dict[str, Any]:
    """Return the figures of the sample show's questions."""
    with tempfile.TemporaryDirectory() as folder:
        misheard.ingested(SAMPLE / "feed.xml", Path(folder))
        build(Path(folder), base.encoder)
        return report_of(read_questions(SAMPLE / "questions.jsonl"), Settings(home=Path(folder)))


def typing(base: KnowledgeBase, questions: Sequence[Question]) -> Iterator[str]:
    """Yield what a typo in each question costs."""
    yield "## Typing as people do"
    yield paragraph(
        "`python benchmarks/typos.py HOME QUESTIONS.jsonl`: in each question one letter of one word is dropped, "
        "doubled, replaced or swapped with the next, mean of 3 seeds. A word that no passage holds, and that the "
        "encoder does not know whole, is searched beside the nearest word of the library, and encoded as that word."
    )
    yield table(typos.HEADS, typos.measured(base, questions))
    yield paragraph(
        "`words added` is the share of questions with such a word. Encoding the nearest word after the typed one "
        "instead of in its place gave a recall@5 of .781 (.784 in its place) with other typos; only searching its "
        "stems gave .750 (November 2026)."
    )


def mishearing(found: Figures) -> Iterator[str]:
    """Yield how retrieval falls on misheard words."""
    of = found["of"]
    yield "## When Whisper mishears"
    yield paragraph(
        f"`python benchmarks/misheard.py --shared ../shared`: {of['interviews']} interviews, {100 * of['share']:.0f} % "
        "of the words inserted, deleted or replaced by words that sound alike. "
        f"{of['questions']} questions, mean of {of['seeds']} seeds. A hit is right if the clean words of the same "
        "stretch of the recording are right."
    )
    yield table(
        ("words", *misheard.FIGURES),
        [
            *((name, *(found[name][figure] for figure in misheard.FIGURES)) for name in ("clean", "misheard")),
            ("drop by seed", *(", ".join(map("{:+.3f}".format, one)) for one in found["drop by seed"].values())),
        ],
    )
    yield from earlier.SPELLINGS


def _lines(lines: Sequence[Line]) -> str:
    return table(HEADS, [line.cells() for line in lines])


def _range(limits: Sequence[float] | None) -> str:
    return "" if limits is None else f"{limits[0]:.2f}–{limits[1]:.2f}"


if __name__ == "__main__":
    write_page(__doc__, page)
