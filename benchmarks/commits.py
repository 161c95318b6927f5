"""Run the command line of the working tree and of an older commit, each with its own environment and data folder."""

import os
import resource
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from time import perf_counter

ROOT = Path(__file__).parents[1]
_INSTALLED = ".venv/.installed"
# What lets each library of a CPU with AVX-512 or AMX use no more than AVX2. onnxruntime has no such switch.
AVX2 = {
    "ATEN_CPU_CAPABILITY": "avx2",
    "CT2_FORCE_CPU_ISA": "AVX2",
    "FAISS_SIMD_LEVEL": "AVX2",
    "MKL_ENABLE_INSTRUCTIONS": "AVX2",
    "NPY_DISABLE_CPU_FEATURES": "X86_V4,AVX512_ICL,AVX512_SPR",
    "ONEDNN_MAX_CPU_ISA": "AVX2",
    "OPENBLAS_CORETYPE": "Haswell",
}


@dataclass(frozen=True, slots=True)
class Commit:
    """Code that can be run: its name, its folder, its Python, and where its data folder with all episodes is kept."""

    name: str
    folder: Path
    python: Path
    home: Path
    environment: Mapping[str, str] = field(default_factory=dict)

    def command(self, home: Path, *words: object) -> list[str]:
        """Return the command line that runs `playback` with these words on a data folder."""
        return [str(self.python), "-m", "api.cli", "--home", str(home), *(str(word) for word in words)]

    def variables(self) -> dict[str, str]:
        """Return the environment that the commit's processes run in: this one's, and what was asked for."""
        own = {name: value for name, value in os.environ.items() if not name.startswith(("PLAYBACK_", "PYTHONPATH"))}
        return own | dict(self.environment)


@dataclass(frozen=True, slots=True)
class Cost:
    """The seconds that work took, by the clock and of the CPU in all its processes."""

    wall: float
    cpu: float


def working_tree(keep: Path, environment: Mapping[str, str]) -> Commit:
    """Return the code of this repository as it lies here, run with the Python that runs this."""
    return Commit("working tree", ROOT, Path(sys.executable), keep / "tree-home", environment)


def commit_of(reference: str, keep: Path, environment: Mapping[str, str]) -> Commit:
    """Unpack a commit below `keep` and install what its own lock and Makefile say, unless that was done before.

    Takes minutes the first time. Raises SystemExit if git knows no such commit or the installation fails.
    """
    name = _git("rev-parse", "--verify", "--quiet", "--short=12", f"{reference}^{{commit}}").decode().strip()
    folder = keep / name
    if not folder.exists():
        unpacked = keep / f"{name}-unpacking"
        shutil.rmtree(unpacked, ignore_errors=True)
        with tarfile.open(fileobj=BytesIO(_git("archive", name))) as archive:
            archive.extractall(unpacked, filter="data")
        unpacked.rename(folder)
    # Without the flags and variables of a `make` that started this.
    variables = {name: value for name, value in os.environ.items() if "MAKE" not in name and name != "MFLAGS"}
    made = subprocess.run(["make", _INSTALLED, f"PYTHON={sys.executable}"], cwd=folder, env=variables)  # noqa: S603, S607
    if made.returncode:
        raise SystemExit(f"the environment of {name} could not be installed in {folder}")
    return Commit(name, folder, folder / ".venv" / "bin" / "python", keep / f"{name}-home", environment)


def cost_of(commit: Commit, command: Sequence[str], stdin: Path | None = None) -> Cost:
    """Run a command in the folder of a commit and return what it took; raises SystemExit with its errors if it fails.

    Counts the processes that it starts and waits for, as the operating system does.
    """

    def run() -> None:
        with (stdin or Path(os.devnull)).open("rb") as given:
            done = subprocess.run(  # noqa: S603 - our own programs
                command, cwd=commit.folder, env=commit.variables(), stdin=given, capture_output=True, check=False
            )
        if done.returncode:
            raise SystemExit(f"{commit.name}: {' '.join(command)}\n{done.stderr.decode(errors='replace')}")

    return _cost(run)


def _cost(run: Callable[[], None]) -> Cost:
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), perf_counter()
    run()
    wall, after = perf_counter() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
    return Cost(wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def _git(*words: str) -> bytes:
    done = subprocess.run(["git", "-C", str(ROOT), *words], capture_output=True, check=False)  # noqa: S603, S607
    if done.returncode:
        raise SystemExit(f"git {' '.join(words)}: {done.stderr.decode(errors='replace').strip() or 'no such commit'}")
    return done.stdout
