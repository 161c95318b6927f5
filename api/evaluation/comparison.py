"""Compare two indexes on the same questions: each figure of both, with a confidence interval of the difference."""

from collections.abc import Mapping
from typing import Any

from api.evaluation.metrics import Row, paired_intervals

# The figures by which encoders and indexes are chosen.
FIGURES = (
    "recall@1",
    "recall@5",
    "recall@20",
    "mrr",
    "first_citation_right",
    "citation_right@5",
    "abstention_auroc",
    "abstention_auroc_equal_names",
)


def compared(report: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """Return for each figure `here` (report), `there` (other), their `difference` and its 95 % `interval`.

    Raises ValueError unless both reports have the same questions. The interval is a paired bootstrap over questions
    (Efron 1979); if it holds 0, these questions do not separate the two indexes. Difference and interval are None where
    a figure is None.
    """
    ours, theirs = ([Row(**row) for row in given["rows"]] for given in (report, other))
    intervals = paired_intervals(ours, theirs)
    result: dict[str, Any] = {}
    for name in FIGURES:
        here, there = report[name], other[name]
        difference = None if here is None or there is None else round(here - there, 6)
        result[name] = {"here": here, "there": there, "difference": difference, "interval": intervals[name]}
    return result


def comparison_text(comparison: Mapping[str, Any], here: str, there: str) -> str:
    """Return a comparison for a terminal; `here` and `there` name the two indexes."""
    lines = [
        f"here:  {here}",
        f"there: {there}",
        f"{'':<30}{'here':>8}{'there':>8}{'here - there':>15}   95 % interval",
    ]
    for name, row in comparison.items():
        if row["difference"] is None or row["interval"] is None:
            lines.append(f"{name:<30}{'-':>8}{'-':>8}")
            continue
        low, high = row["interval"]
        told = "" if low <= 0 <= high else "   differs"
        lines.append(
            f"{name:<30}{row['here']:>8.3f}{row['there']:>8.3f}{row['difference']:>+15.3f}"
            f"   {low:+.3f} to {high:+.3f}{told}"
        )
    return "\n".join(lines)
