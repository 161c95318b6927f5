"""Documents lead somewhere: their links, the files they name, and the table of contents."""

import re
import tomllib
from pathlib import Path

import pytest

from index.building.build import BUILD_VERSION
from index.manifest import SCHEMA

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "data/README.md")),
    *sorted(DOCS.rglob("*.md")),
]
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_NAMED = re.compile(
    r"`((?:ingest|index|api|tests|benchmarks|docs|data/sample|\.ci|\.github)/[\w./-]*\w\.(?:py|md|json|scss|yml|txt|xml))`"
)


def anchors_of(page: Path) -> set[str]:
    """The anchors of a page's headings, as code hosts make them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_and_named_files_are_there(page: Path) -> None:
    """Each relative link leads to a file and to a heading in it, and each path of the repository is one."""
    text = page.read_text("utf-8")
    broken = []
    for link in _LINK.findall(text):
        path, _, anchor = link.partition("#")
        if "://" in link:
            continue
        target = page.parent / path if path else page
        if not target.exists() or (anchor and anchor not in anchors_of(target)):
            broken.append(link)
    broken += [name for name in _NAMED.findall(text) if not (ROOT / name).is_file()]
    assert broken == []


def test_the_contents_list_every_page() -> None:
    """docs/README.md links every page of docs once."""
    links = [link for link in _LINK.findall((DOCS / "README.md").read_text("utf-8")) if not link.startswith("..")]
    pages = [page.relative_to(DOCS).as_posix() for page in PAGES if DOCS in page.parents]
    assert sorted(links) == sorted(page for page in pages if page != "README.md")


def test_the_readme_is_short() -> None:
    """A stranger with five minutes reads it to the end."""
    assert len((ROOT / "README.md").read_text("utf-8").splitlines()) < 200


def test_the_upgrade_notes_name_the_index_of_today() -> None:
    """Whoever upgrades reads there whether the index is built anew."""
    assert f"| schema {SCHEMA}, build {BUILD_VERSION} |" in (DOCS / "upgrade.md").read_text("utf-8")


def test_every_extra_is_explained() -> None:
    """A machine gets what it needs: the README says what each extra brings."""
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    readme = (ROOT / "README.md").read_text("utf-8")
    assert [
        name for name in extras if name != "dev" and not re.search(rf"\[{name}\]|^\| `{name}` \|", readme, re.M)
    ] == []
