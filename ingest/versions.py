"""The oldest package versions allowed; older ones have vulnerabilities that an untrusted file or request can reach."""

import importlib.metadata
import re

from ingest.errors import ModelMissing

# Package: its first fixed version, and the vulnerability. pyproject.toml requires the same versions or later ones.
OLDEST = {
    "av": ("17.1", "a crafted recording can write out of bounds (CVE-2026-40962)"),
    "sentence-transformers": ("6.0", "a model's folder can name code, which is run without being trusted"),
    "starlette": ("1.0.1", "a crafted Host header bypasses checks of the path (CVE-2026-48710)"),
    "torch": ("2.10", "crafted weights can run code despite weights_only (CVE-2025-32434, CVE-2026-24747)"),
}


def require_versions() -> None:
    """Raise ModelMissing, one line that says what to install, if an installed package has a known vulnerability.

    Reads only the packages' metadata; a package that is not installed is no risk.
    """
    for package in OLDEST:
        _require(package)


def require_pyav(extra: str = "transcribe") -> None:
    """Raise ModelMissing, in one line with the extra to install, if PyAV is missing or has a known vulnerability."""
    if _require("av") is None:
        raise ModelMissing(f"recordings need PyAV: pip install 'gds-playback[{extra}]'")


def _require(package: str) -> str | None:
    oldest, flaw = OLDEST[package]
    try:
        installed = importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None
    if numbers(installed) < numbers(oldest):
        raise ModelMissing(
            f"{package} {installed} has a known vulnerability: {flaw}; run: pip install '{package}>={oldest}'"
        )
    return installed


def own_version() -> str:
    """Return the version of the installed distribution, "unknown" where the code runs without being installed."""
    try:
        return importlib.metadata.version("gds-playback")
    except importlib.metadata.PackageNotFoundError:
        return "unknown"


def numbers(version: str) -> tuple[int, ...]:
    """Return a version's release numbers without trailing zeros: (2, 10) for both "2.10.0+cpu" and "2.10rc1"."""
    found = re.match(r"\d+(?:\.\d+)*", version)
    parts = [int(part) for part in found.group().split(".")] if found else []
    while parts and not parts[-1]:
        parts.pop()
    return tuple(parts)
