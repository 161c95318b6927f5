"""Ask a file of questions and report the contract's figures; reaches the podcast only through functions it is given."""

import html
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from functools import cache
from typing import Any

from api.evaluation.metrics import Row, figures, intervals, is_right, name_count, ndcg, normalise
from api.evaluation.questions import Question

HITS = 20
HIT_WORDS = 180  # only this many first words of a hit, and CITATION_WORDS of a citation, count
CITATION_WORDS = 80
NOTES = (
    "latency_ms leaves out the first question, whose call warms up.",
    "intervals: 95 %, paired bootstrap over questions, 2,000 seeded resamples.",
)


def evaluate(
    questions: Sequence[Question],
    ask: Callable[[str], Mapping[str, Any]],
    find: Callable[[str, int], Mapping[str, Any]],
    transcript: Callable[[str], Mapping[str, Any] | None],
    progress: Callable[[int, int], None] | None = None,
    clock: Callable[[], float] = time.perf_counter,
) -> dict[str, Any]:
    """Ask every question once and return the figures (all, by kind, by persona), intervals and a row per question.

    `ask` returns the contract's answer, `find(question, 20)` the contract's search result, `transcript(episode id)` the
    contract's transcript, or None for an unknown episode; their exceptions pass through. `progress` gets (questions
    done, all questions). `clock` gives seconds and times `ask` only; everything except the latencies is the same on
    every run.
    """

    @cache
    def turns(episode: str) -> list[dict[str, Any]]:
        # Word times are most of a transcript; without them the transcripts of a whole library fit in memory.
        found = transcript(episode)
        return [] if found is None else [{key: turn[key] for key in _CHECKED} for turn in found["turns"]]

    rows: list[Row] = []
    for question in questions:
        started = clock()
        answer = ask(question.question)
        milliseconds = (clock() - started) * 1000.0
        hits = find(question.question, HITS)["hits"][:HITS]
        rows.append(_judge(question, answer, hits, turns, milliseconds if rows else None))
        if progress is not None:
            progress(len(rows), len(questions))
    return {
        **figures(rows),
        "by_kind": {kind: figures([row for row in rows if row.kind == kind]) for kind in _sorted(rows, "kind")},
        "by_persona": {who: figures([row for row in rows if row.persona == who]) for who in _sorted(rows, "persona")},
        "intervals": intervals(rows),
        "notes": list(NOTES),
        "rows": [asdict(row) for row in rows],
    }


def misses(report: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the rows that went wrong: no right first citation, or an answer to an unanswerable question."""
    return [
        row
        for row in report["rows"]
        if (row["first_right_citation"] != 1 if row["answerable"] else row["status"] != "unanswerable")
    ]


def render(report: Mapping[str, Any]) -> str:
    """Return the figures of a report as plain text: one column for all questions, one per kind and per persona."""
    columns = [("all", report), *report["by_kind"].items()]
    tables = [_table(columns, report["intervals"]), _table(list(report["by_persona"].items()), {})]
    return "\n".join(["\n\n".join(tables), "", *report["notes"], f"misses: {len(misses(report))}", ""])


def misses_html(report: Mapping[str, Any]) -> str:
    """Return a self-contained page without scripts that lists each miss: question, expected quotes, actual result."""
    missed = misses(report)
    body = "".join(_miss(row) for row in missed)
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>Missed questions</title>\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        "<style>body{font:1rem/1.5 sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem}"
        "section{border-top:1px solid}blockquote{margin:0 0 1rem 1rem}dt{font-weight:bold}</style>\n</head>\n<body>\n"
        f"<main>\n<h1>Missed questions</h1>\n<p>{len(missed)} of {report['questions']} questions.</p>\n{body}</main>\n"
        "</body>\n</html>\n"
    )


_CHECKED = ("speaker", "text", "start", "end")


def _sorted(rows: Sequence[Row], name: str) -> list[str]:
    return sorted({getattr(row, name) for row in rows})


def _judge(
    question: Question,
    answer: Mapping[str, Any],
    hits: Sequence[Mapping[str, Any]],
    turns: Callable[[str], list[dict[str, Any]]],
    latency_ms: float | None,
) -> Row:
    citations = answer["citations"]
    right_hits = [_right_for(question, hit["episode"], hit["text"], HIT_WORDS) for hit in hits]
    right_citations = [_right_for(question, cited["episode"], cited["quote"], CITATION_WORDS) for cited in citations]
    checks = [_checks(cited, turns(cited["episode"]["id"])) for cited in citations]
    return Row(
        id=question.id,
        question=question.question,
        kind=question.kind,
        persona=question.persona,
        answerable=question.answerable,
        status=answer["status"],
        confidence=float(answer["confidence"]),
        names=name_count(question.question),
        first_right_hit=_first(right_hits),
        first_right_citation=_first(right_citations),
        ndcg=ndcg(right_hits, len(question.gold) + len(question.also)),
        right_citations=sum(map(bool, right_citations)),
        hits=len(hits),
        hit_words=sum(len(normalise(hit["text"])) for hit in hits),
        citations=len(citations),
        citation_words=sum(len(normalise(cited["quote"])) for cited in citations),
        verbatim=sum(verbatim for verbatim, _, _ in checks),
        speaker_right=sum(speaker for _, speaker, _ in checks),
        time_right=sum(in_time for _, _, in_time in checks),
        latency_ms=latency_ms,
        expected=[asdict(gold) for gold in question.gold],
        first_hit={"episode": hits[0]["episode"]["guid"], "text": hits[0]["text"]} if hits else None,
        first_citation={
            "episode": citations[0]["episode"]["guid"],
            **{key: citations[0][key] for key in ("turn", "speaker", "quote", "start")},
        }
        if citations
        else None,
    )


def _right_for(question: Question, episode: Mapping[str, Any], text: str, limit: int) -> set[int]:
    """Return the positions of the gold and also quotes for which the first `limit` words of a text are right."""
    words = normalise(text)[:limit]
    return {
        position
        for position, gold in enumerate(question.gold + question.also)
        if gold.episode == episode["guid"] and is_right(words, normalise(gold.quote))
    }


def _first(right: Sequence[set[int]]) -> int | None:
    return next((rank for rank, quotes in enumerate(right, 1) if quotes), None)


def _checks(cited: Mapping[str, Any], turns: Sequence[Mapping[str, Any]]) -> tuple[bool, bool, bool]:
    """Return (verbatim, speaker right, time right), all False if the turn does not exist.

    A citation without a start is right in time only if its turn has none either.
    """
    if not 0 <= cited["turn"] < len(turns):
        return False, False, False
    turn = turns[cited["turn"]]
    verbatim = bool(cited["quote"].strip()) and cited["quote"] in turn["text"]
    start = cited["start"]
    if start is None or turn["start"] is None:
        in_time = start is None and turn["start"] is None
    else:
        in_time = turn["start"] <= start and (turn["end"] is None or start <= turn["end"])
    return verbatim, cited["speaker"] == turn["speaker"], in_time


def _table(columns: Sequence[tuple[str, Mapping[str, Any]]], ranges: Mapping[str, Sequence[float] | None]) -> str:
    heads = [_printable(name)[:14] for name, _ in columns]
    lines = ["".join([" " * 30, *(f"{head:>{max(8, len(head) + 2)}}" for head in heads)])]
    flat = [_flat(column) for _, column in columns]
    for name in flat[0] if flat else ():
        cells = [f"{_cell(column[name]):>{max(8, len(head) + 2)}}" for column, head in zip(flat, heads, strict=True)]
        limits = ranges.get(name)
        if limits is not None:
            cells.append(f"   all: {limits[0]:.3f} to {limits[1]:.3f}")
        lines.append("".join([f"{name:<30}", *cells]))
    return "\n".join(lines)


def _flat(column: Mapping[str, Any]) -> dict[str, Any]:
    """Return the single figures of a group; {"latency_ms": {"p50": …}} becomes "latency_ms p50"."""
    pairs: dict[str, Any] = {}
    for name, value in column.items():
        if name in ("latency_ms", "mean_words"):
            pairs.update({f"{name} {part}": number for part, number in value.items()})
        elif value is None or isinstance(value, int | float):
            pairs[name] = value
    return pairs


def _cell(value: float | None) -> str:
    if value is None:
        return "-"
    return str(value) if isinstance(value, int) else f"{value:.3f}" if value < 10 else f"{value:.1f}"


def _printable(text: str) -> str:
    """Replace control characters, because names come from the questions file and go to a terminal."""
    return "".join(character if character.isprintable() else "?" for character in text)


def _miss(row: Mapping[str, Any]) -> str:
    expected = "".join(map(_quote, row["expected"])) or "<p>No answer: the podcast does not say.</p>\n"
    cited = "<p>No citation.</p>\n" if row["first_citation"] is None else _quote(row["first_citation"])
    hit = (
        "<p>No hit.</p>\n"
        if row["first_hit"] is None
        else _quote({"quote": row["first_hit"]["text"], **row["first_hit"]})
    )
    facts = (
        f"{row['id']} · {row['kind']} · {row['persona']} · {row['status']} · confidence {row['confidence']:.2f}"
        f" · first right hit: {row['first_right_hit'] or 'none'}"
        f" · first right citation: {row['first_right_citation'] or 'none'}"
    )
    return (
        f"<section>\n<h2>{html.escape(row['question'])}</h2>\n<p>{html.escape(facts)}</p>\n<dl>\n<dt>Expected</dt><dd>{expected}</dd>\n"
        f"<dt>First citation</dt><dd>{cited}</dd>\n<dt>First hit</dt><dd>{hit}</dd>\n</dl>\n</section>\n"
    )


def _quote(given: Mapping[str, Any]) -> str:
    parts = (given.get("speaker"), given["episode"], f"turn {given['turn']}" if "turn" in given else None)
    source = ", ".join(part for part in parts if part)
    return f"<blockquote>{html.escape(given['quote'])}</blockquote>\n<p>{html.escape(source)}</p>\n"
