"""How well times are found, as a section of docs/evaluation.md: alignment, damage, starts, and real hearing."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks import alignment, edges, spoken
from benchmarks.alignment_cases import cases, meeting
from benchmarks.figures import paragraph, table

Figures = Mapping[str, Any]


def times(shared: Path) -> list[str]:
    """Return how well times are found: alignment to captions and words, damage, starts, and real hearing."""
    known = cases(shared)
    corpus, words, damage = alignment.corpus(known), alignment.words(meeting(shared)), alignment.damage(known)
    return [
        "## Times",
        paragraph(
            f"`python benchmarks/alignment.py --shared ../shared`. The official texts of {len(known)} recordings are "
            "aligned to captions that somebody else made. The true times are in whole seconds:"
        ),
        table(
            ("figure", "value"),
            [
                (f"median start error, {corpus['turns']:,} turns", f"{corpus['median_error']:.3f} s"),
                ("within 1 s / within 2 s", f"{corpus['within_1s']:.3f} / {corpus['within_2s']:.3f}"),
                ("within `timing_error` + 0.5 s", corpus["within_timing_error_and_half"]),
                ("median `timing_error`", f"{corpus['median_timing_error']:.2f} s"),
            ],
        ),
        paragraph(
            "The constants of caption alignment were fitted on these recordings. In November 2026 neighbouring "
            "settings gave medians of 0.304 to 0.316 s."
        ),
        paragraph(
            "Meetings with overlapping speech (AMI): official text is aligned to the true words, corrupted at random. "
            f"The errors are those of the starts of words that nobody else talks over, with {alignment.SEEDS} seeds:"
        ),
        table(
            ("corrupted", "mean error", "worst mean error", "largest error", "seeds with words over 3 s off"),
            [
                (
                    share.replace("%", " %"),
                    *(f"{value[name]:.3f} s" for name in ("mean_error", "worst_mean_error", "largest_error")),
                    value["seeds_with_words_over_3s"],
                )
                for share, value in words.items()
            ],
        ),
        "Three of the texts were damaged. Undamaged turns should stay in place, and another recording be refused.",
        table(
            ("damage", "undamaged turns", "moved by more than 1 s", "damaged turns that got a time"), _damage(damage)
        ),
        *_starts(edges.figures_of(shared)),
        *spoken.section(shared / "audio" / "spoken"),
    ]


def _damage(found: Figures) -> list[tuple[object, ...]]:
    kinds: dict[str, list[Figures]] = {}
    for name, values in found.items():
        kinds.setdefault(name.split(" ", 1)[1], []).append(values)
    names = ("undamaged_turns", "not_within_1s", "damaged_turns_timed")
    return [(kind, *(sum(one[name] for one in values) for name in names)) for kind, values in kinds.items()]


def _starts(found: Figures) -> Iterator[str]:
    yield paragraph(
        "`python benchmarks/edges.py --shared ../shared`: with a recording, starts are moved to the pause before the "
        f"first word. A start is good from {edges.EARLY * 1000:.0f} ms before to {edges.LATE * 1000:.0f} ms after the "
        "first sound of that word. Shares of good starts before and after this step:"
    )
    kinds = [name.removesuffix(", before") for name in found if name.endswith(", before")]
    rows = []
    for kind in kinds:
        before, after = found[f"{kind}, before"], found[f"{kind}, after"]
        shares = [part[what]["just_before"] for what in ("turns", "sentences") for part in (before, after)]
        rows.append((kind, before["turns"]["count"], *shares))
    yield table(("recording", "turns", "turns before", "after", "sentences before", "after"), rows)
