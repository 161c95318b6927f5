import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HEAVY = {
    "torch",
    "faiss",
    "av",
    "sentence_transformers",
    "transformers",
    "faster_whisper",
    "whisper",
    "tantivy",
    "fastapi",
}


def loaded_by(program: str) -> set[str]:
    """The heavy packages that a program loads in a process of its own."""
    program += "\nimport sys\nprint('loaded:', *sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    return HEAVY.intersection(done.stdout.rpartition("loaded:")[2].split())


@pytest.mark.parametrize("module", ["ingest.transcript", "index.passage", "ingest.library.records", "ingest.pipeline"])
def test_values_and_files_load_no_model(module):
    """Whoever reads transcripts or passages pays for no engine, model, decoder or web server."""
    assert loaded_by(f"import {module}") == set()


def test_help_loads_no_model():
    """`playback --help` answers at once because it loads nothing heavy."""
    program = (
        "from contextlib import suppress\nfrom api.cli import main\nwith suppress(SystemExit):\n    main(['--help'])"
    )
    assert loaded_by(program) == set()


def test_the_check_sees_what_is_loaded():
    """A module that is loaded is found, so an empty set means something."""
    assert "av" in loaded_by("import av")
