"""Measure the alignment of official words: the alignment corpus, AMI's words, five kinds of damage, and its speed.

python benchmarks/alignment.py --shared ../shared [--json] [--only corpus,words,damage,speed]
"""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import mean, median
from typing import Any

# When this runs as a script, Python looks for packages only in benchmarks/.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.alignment_cases import Case, Meeting, cases, corrupted, damaged, meeting, repeated
from benchmarks.figures import print_figures
from benchmarks.measure import measured
from ingest.alignment.align import align

CUE_PRECISION, WORD_PRECISION = 0.5, 0.1  # seconds
SEEDS = 20


def corpus(all_cases: list[Case]) -> dict[str, Any]:
    """Return figures of the start errors in seconds over all turns; a turn without a time counts as over 2 s off."""
    errors: list[float] = []
    bounds: list[float] = []
    inside = untimed = 0
    for case in all_cases:
        turns, _ = align(case.turns, case.heard, case.duration, CUE_PRECISION)
        for turn, true in zip(turns, case.starts, strict=True):
            if turn.start is None or turn.timing_error is None:
                untimed += 1
                errors.append(float("inf"))
                continue
            errors.append(abs(turn.start - true))
            bounds.append(turn.timing_error)
            inside += errors[-1] <= turn.timing_error + 0.5
    return {
        "turns": len(errors),
        "untimed": untimed,
        "median_error": median(errors),
        "within_1s": mean(error <= 1 for error in errors),
        "within_2s": mean(error <= 2 for error in errors),
        "within_timing_error_and_half": inside / len(errors),
        "median_timing_error": median(bounds),
    }


def words(data: Meeting) -> dict[str, Any]:
    """Return mean word start errors in seconds at 10, 30 and 50 % corruption, each for the worst seed."""
    return {f"{round(100 * share)}%": _worst(data, share) for share in (0.1, 0.3, 0.5)}


def _worst(data: Meeting, share: float) -> dict[str, Any]:
    means, largest, untimed, all_means, all_untimed, beyond = [], [], [], [], [], []
    for seed in range(SEEDS):
        heard, right = corrupted(data, share, seed)
        turns, _ = align(data.turns, heard, data.duration, WORD_PRECISION)
        judged: list[float | None] = []
        every: list[float | None] = []
        for index, (turn, times) in enumerate(zip(turns, data.starts, strict=True)):
            for place, (word, true) in enumerate(zip(turn.words, times, strict=True)):
                every.append(None if word.start is None else abs(word.start - true))
                if (index, place) in data.alone and index in right:
                    judged.append(every[-1])
        known = [error for error in judged if error is not None]
        means.append(mean(known))
        largest.append(max(known))
        beyond.append(sum(error > 3 for error in known))
        untimed.append(len(judged) - len(known))
        all_known = [error for error in every if error is not None]
        all_means.append(mean(all_known))
        all_untimed.append(len(every) - len(all_known))
    return {
        "worst_mean_error": max(means),
        "mean_error": mean(means),
        "largest_error": max(largest),
        "words_over_3s_worst": max(beyond),
        "seeds_with_words_over_3s": sum(map(bool, beyond)),
        "untimed_worst": max(untimed),
        "all_words_worst_mean_error": max(all_means),
        "all_words_untimed_worst": max(all_untimed),
    }


def damage(all_cases: list[Case]) -> dict[str, Any]:
    """Return for each kind of damage how many undamaged turns stay within 1 s of their time without damage."""
    results: dict[str, Any] = {}
    for number, case in enumerate(all_cases[:3]):
        other = all_cases[(number + 1) % len(all_cases)]
        whole, _ = align(case.turns, case.heard, case.duration, CUE_PRECISION)
        for damage_case in damaged(case, other, whole):
            turns, divergence = align(damage_case.turns, damage_case.heard, damage_case.duration, CUE_PRECISION)
            moved = [
                None if turn.start is None else abs(turn.start - expected)
                for turn, expected in zip(turns, damage_case.expected, strict=True)
                if expected is not None
            ]
            results[f"{case.name} {damage_case.kind}"] = {
                "undamaged_turns": len(moved),
                "not_within_1s": sum(error is None or error > 1 for error in moved),
                "timed_turns": sum(turn.start is not None for turn in turns),
                "damaged_turns_timed": sum(
                    turn.start is not None
                    for turn, when in zip(turns, damage_case.expected, strict=True)
                    if when is None
                ),
                "coverage": divergence.coverage,
            }
    return results


def speed(all_cases: list[Case]) -> dict[str, Any]:
    """Return CPU seconds and peak memory in MB of aligning 10 minutes, 1 hour and 10 hours, each in its own process."""
    return {
        label: measured(lambda seconds=seconds: _align_whole(repeated(all_cases, seconds)))
        for label, seconds in (("10 min", 600), ("1 h", 3600), ("10 h", 36000))
    }


def _align_whole(case: Case) -> Callable[[], object]:
    return lambda: align(case.turns, case.heard, case.duration, CUE_PRECISION)


def main() -> None:
    """Print the figures, as JSON with --json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=Path("../shared"), help="folder with corpora/ and audio/")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--only", default="corpus,words,damage,speed", help="parts to run, separated by commas")
    options = parser.parse_args()
    wanted = options.only.split(",")
    all_cases = cases(options.shared)
    figures: dict[str, Any] = {}
    if "corpus" in wanted:
        figures["corpus"] = corpus(all_cases)
    if "words" in wanted:
        figures["words"] = words(meeting(options.shared))
    if "damage" in wanted:
        figures["damage"] = damage(all_cases)
    if "speed" in wanted:
        figures["speed"] = speed(all_cases)
    print_figures(figures, options.json)


if __name__ == "__main__":
    main()
