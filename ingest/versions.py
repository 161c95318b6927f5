"""The oldest versions of packages that are used: below them are holes that a stranger's file or request can reach."""

import importlib.metadata
import re

from ingest.errors import ModelMissing

# Package: the first version without the hole, and what the hole is. pyproject.toml asks for the same or later ones.
OLDEST = {
    "av": ("17.1", "a crafted recording writes outside its memory (CVE-2026-40962)"),
    "sentence-transformers": ("6.0", "a model's folder names code of its own, which is run untrusted"),
    "starlette": ("1.0.1", "a crafted Host header leads past checks of the path (CVE-2026-48710)"),
    "torch": ("2.10", "crafted weights run code in spite of weights_only (CVE-2025-32434, CVE-2026-24747)"),
}


def require_versions() -> None:
    """Raise ModelMissing, one line that says what to install, if a package that is here has a known hole.

    Reads the packages' metadata only; what is not installed cannot be reached.
    """
    for package in OLDEST:
        _require(package)


def require_pyav() -> None:
    """Raise ModelMissing, one line that says what to install, where PyAV is missing or has a known hole."""
    if _require("av") is None:
        raise ModelMissing("recordings need PyAV: pip install 'gds-playback[transcribe]'")


def _require(package: str) -> str | None:
    oldest, hole = OLDEST[package]
    try:
        installed = importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None
    if numbers(installed) < numbers(oldest):
        raise ModelMissing(f"{package} {installed} has a known hole: {hole}; run: pip install '{package}>={oldest}'")
    return installed


def numbers(version: str) -> tuple[int, ...]:
    """Return the release of a version as numbers without zeros at the end; (2, 10) for "2.10.0+cpu" and "2.10rc1"."""
    found = re.match(r"\d+(?:\.\d+)*", version)
    parts = [int(part) for part in found.group().split(".")] if found else []
    while parts and not parts[-1]:
        parts.pop()
    return tuple(parts)
