"""docs/security.md names tests and sections that are there."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "security.md").read_text()
# Read in the text of release v5.0.0; the number of each section's chapter with those that were looked up there.
SECTIONS = {
    1: "2.1 2.2 2.3 2.4 2.5 3.2 3.6 3.7 5.1 5.2",
    2: "2.1 2.2 4.1",
    3: "2.1 4.1 4.2 4.3 4.4 4.5 4.6 5.3",
    4: "1.1",
    5: "2.1 2.2 2.3 3.1 3.2 4.3",
    8: "2.1 3.1",
    11: "4.1 4.3",
    12: "2.1 3.2",
    13: "2.4 3.1 3.2 4.2 4.3 4.4 4.5",
    14: "2.1 2.3",
    15: "1.1 1.2 2.1 2.2 2.5 3.2",
    16: "2.1 2.5 3.1 3.2 4.1 5.1 5.2 5.3",
}


def test_every_section_was_looked_up() -> None:
    """A number that is new on the page must first be read in ASVS 5.0.0, whose chapters are not those of 4.0.3."""
    known = {f"{chapter}.{section}" for chapter, sections in SECTIONS.items() for section in sections.split()}
    assert (
        set(re.findall(r"(?<![\w.-])\d{1,2}\.\d\.\d(?![\d.])", PAGE)) - {"1.0.1", "5.0.0", "18.1.0", "8.1.2"} == known
    )


def test_the_lists_of_risks_end_at_ten() -> None:
    """API1 to API10 of 2023, LLM01 to LLM10 of 2025."""
    assert {int(number) for number in re.findall(r"\bAPI(\d+)", PAGE)} <= set(range(1, 11))
    assert set(re.findall(r"\bLLM(\d+)", PAGE)) <= {f"{number:02}" for number in range(1, 11)}


def test_every_file_is_there() -> None:
    """Files that the page names, by their path or by the name of a test."""
    names = set(re.findall(r"`((?:\w+/)*\w+\.(?:py|md|lock))`", PAGE))
    assert len(names) > 30
    tests = {path.name for path in (ROOT / "tests").rglob("*.py")}
    missing = [name for name in names if not (ROOT / name).is_file() and name not in tests]
    assert missing == []
