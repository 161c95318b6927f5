"""Format a benchmark's figures as Markdown tables, prose and pages, or as JSON; and compute intervals of changes."""

import argparse
import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from textwrap import fill
from typing import Any

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 2000


def arguments(description: str | None) -> argparse.ArgumentParser:
    """Return a parser of a benchmark on an index: its data folder, then a file of questions."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("home", type=Path)
    parser.add_argument("questions", type=Path)
    return parser


def print_figures(figures: Mapping[str, Mapping[str, Any]], as_json: bool) -> None:
    """Print figures by part, one per line, or as JSON."""
    if as_json:
        print(json.dumps(figures, indent=1))
        return
    for part, values in figures.items():
        print(part)
        for name, value in values.items():
            print(f"  {name}: {shown(value)}")


def shown(value: Any) -> str:
    """Return a figure as text: three decimals, "" for None, the parts of a compound figure side by side."""
    if isinstance(value, Mapping):
        return " · ".join(f"{name} {shown(item)}" for name, item in value.items())
    if value is None:
        return ""
    return f"{value:.3f}" if isinstance(value, float) else str(value)


def table(heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Return a Markdown table."""
    lines = [heads, ["---"] * len(heads), *([shown(cell) for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def interval(changes: NDArray[np.float64]) -> tuple[float, float]:
    """Return the bootstrap 95 % interval of the mean over questions: 2,000 seeded resamples, equal for all changes."""
    dice = np.random.default_rng(0)
    means = changes[dice.integers(len(changes), size=(RESAMPLES, len(changes)))].mean(axis=1)
    low, high = np.quantile(means, (0.025, 0.975))
    return float(low), float(high)


def median_of(ratios: NDArray[np.float64]) -> str:
    """Return the median of ratios with its bootstrap 95 % interval, as "1.02 (0.98 to 1.07)"."""
    draws = np.random.default_rng(0).integers(0, len(ratios), (RESAMPLES, len(ratios)))
    low, high = np.percentile(np.median(ratios[draws], axis=1), [2.5, 97.5])
    return f"{np.median(ratios):.2f} ({low:.2f} to {high:.2f})"


def signed(difference: float, limits: Sequence[float]) -> str:
    """Return a difference and its interval, as "+0.012 [-0.003, +0.027]"; "" if there is no difference."""
    low, high = limits
    return f"{_signed(difference)} [{_signed(low)}, {_signed(high)}]" if low or high else ""


def paragraph(text: str) -> str:
    """Return prose wrapped at 120 characters."""
    return fill(" ".join(text.split()), width=120, break_long_words=False, break_on_hyphens=False)


def machine() -> str:
    """Return this machine's size and its current load."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()} cores and {memory:.0f} GiB (load {os.getloadavg()[0]:.1f} at the start)"


def today() -> str:
    """Return today's date in words."""
    return f"{date.today().day} {date.today():%B %Y}"


def _signed(value: float) -> str:
    return f"{round(value, 3) + 0.0:+.3f}"  # adding 0.0 makes -0.0 positive


def write_page(about: str | None, page: Callable[[Path, Path], str]) -> None:
    """Parse the command line of a benchmark that makes a page, measure, and write the page or print it."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("home", type=Path)
    parser.add_argument("--shared", type=Path, default=Path("../shared"), help="folder with corpora/ and audio/")
    parser.add_argument("--output", type=Path, help="file to write; printed without it")
    options = parser.parse_args()
    text = page(options.home, options.shared)
    if options.output is None:
        print(text)
    else:
        options.output.write_text(f"{text}\n", "utf-8")
