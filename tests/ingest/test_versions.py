"""Packages with known holes are refused before they are used."""

import importlib.metadata
import re
from pathlib import Path

import pytest

from ingest.errors import ModelMissing
from ingest.versions import OLDEST, numbers, require_pyav, require_versions

ROOT = Path(__file__).parents[2]


def test_what_is_installed_here_has_no_known_hole():
    """The check passes with the locked versions."""
    require_versions()
    require_pyav()


@pytest.mark.parametrize(
    ("package", "old"),
    [("starlette", "1.0.0"), ("av", "17.0.9"), ("torch", "2.9.1+cpu"), ("sentence-transformers", "5.9")],
)
def test_an_old_version_is_refused_with_what_to_install(monkeypatch, package, old):
    """One line: the package, its version, the hole, the command."""
    installed = importlib.metadata.version
    monkeypatch.setattr(importlib.metadata, "version", lambda name: old if name == package else installed(name))
    with pytest.raises(ModelMissing) as caught:
        require_versions()
    line = str(caught.value)
    assert line.startswith(f"{package} {old} has a known vulnerability: ")
    assert line.endswith(f"pip install '{package}>={OLDEST[package][0]}'")
    assert "\n" not in line


def test_what_is_not_installed_cannot_be_reached(monkeypatch):
    """Without PyAV everything but recordings works."""

    def missing(package: str) -> str:
        raise importlib.metadata.PackageNotFoundError(package)

    monkeypatch.setattr(importlib.metadata, "version", missing)
    require_versions()
    with pytest.raises(ModelMissing, match="pip install"):
        require_pyav()


@pytest.mark.parametrize(
    ("version", "expected"),
    [("2.10.0+cpu", (2, 10)), ("17.1", (17, 1)), ("1.10.0", (1, 10)), ("2.10rc1", (2, 10)), ("odd", ())],
)
def test_versions_are_compared_as_numbers(version, expected):
    """1.10 comes after 1.9; a suffix does not count."""
    assert numbers(version) == expected


def test_pyproject_asks_for_no_older_version():
    """pip cannot install what the check would refuse."""
    asked = dict(re.findall(r'"([a-z-]+)>=([\d.]+)', (ROOT / "pyproject.toml").read_text()))
    for package, (oldest, _) in OLDEST.items():
        assert numbers(asked[package]) >= numbers(oldest), package
