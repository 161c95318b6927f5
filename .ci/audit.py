"""Look the locked packages up in a list of known holes, and succeed only if every one of them was looked up.

    python .ci/audit.py requirements.lock        (with the Python of .venv-tools)

pip-audit by itself ends with 0 and "No known vulnerabilities found" where its service knows none of the packages, as
mirrors of the registry do.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any


def report_of(lock: Path) -> dict[str, Any]:
    """Return pip-audit's report on a lock file; where there is none, its last line as `error`."""
    command = [sys.executable, "-m", "pip_audit", "--require-hashes", "--disable-pip", "--format=json", "-r", str(lock)]
    done = subprocess.run(command, capture_output=True, text=True)  # noqa: S603 - a tool of ours with words of ours
    try:
        found: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        return {"error": (done.stderr.strip().splitlines() or ["pip-audit said nothing"])[-1]}
    return found


def verdict(report: dict[str, Any], locked: int) -> tuple[list[str], bool]:
    """Return lines on what was found and on what was not looked up, and whether all `locked` packages are well."""
    packages = report.get("dependencies", [])
    locked = max(locked, len(packages))
    holes = [
        f"{package['name']} {package['version']}: {hole['id']}, mended in {', '.join(hole['fix_versions']) or 'none'}"
        for package in packages
        for hole in package.get("vulns", ())
    ]
    looked_up = sum("skip_reason" not in package for package in packages)
    lines = [f"{looked_up} of {locked} locked packages looked up: {len(holes)} known holes", *holes]
    if looked_up < locked:
        reasons = [package["skip_reason"] for package in packages if "skip_reason" in package]
        reason = report.get("error") or (reasons[0] if reasons else "pip-audit left them out")
        lines.append(
            f"NOT looked up: {locked - looked_up} ({reason[:200]}). What was checked is our own code, and that no "
            "locked version is older than the oldest safe one; try again where pip-audit's service can be reached"
        )
    return lines, not holes and looked_up >= locked


def main(lock: Path) -> int:
    """Print the verdict; 1 unless every package was looked up and has no known hole."""
    # Those with a condition are not for every machine.
    lines = [line for line in lock.read_text().splitlines() if "==" in line and not line.startswith((" ", "#"))]
    locked = sum(" ; " not in line for line in lines)
    lines, is_well = verdict(report_of(lock), locked)
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    return 0 if is_well else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
