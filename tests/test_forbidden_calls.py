"""What our own code never does, read from its syntax trees: no format that runs code, no shell, no guessable file."""

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("ingest", "index", "api")
FILES = [
    path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py")) if "node_modules" not in path.parts
]

MODULES = {
    "pickle",
    "cPickle",
    "dill",
    "cloudpickle",
    "joblib",
    "marshal",
    "shelve",
    "yaml",
    "imp",
    "telnetlib",
    "ftplib",
}
CALLS = {
    *("eval", "exec", "compile", "__import__", "builtins.eval", "builtins.exec"),
    *("os.system", "os.popen", "os.execv", "os.fork", "pty.spawn", "subprocess.getoutput", "tempfile.mktemp"),
    *("torch.load", "torch.hub.load", "numpy.fromfile", "pandas.read_pickle", "faiss.deserialize_index"),
}
METHODS = {"load_extension", "enable_load_extension"}
# An argument, and the one value that it may have.
ARGUMENTS = {"shell": False, "allow_pickle": False, "trust_remote_code": False, "weights_only": True, "verify": True}
# Named for the error that openai-whisper's own loader raises, not used to read (docs/adr/0014).
ALLOWED = {("ingest/speech/weights.py", "import of pickle")}


def findings(source: str, name: str) -> Iterator[tuple[str, str]]:
    """Yield (file, what) for each thing that is forbidden; names are followed through their imports."""
    nodes = list(ast.walk(ast.parse(source, name)))
    meant: dict[str, str] = {}
    for node in nodes:
        if isinstance(node, ast.Import):
            for alias in node.names:
                first = alias.name.split(".")[0]
                meant[alias.asname or first] = alias.name if alias.asname else first
        elif isinstance(node, ast.ImportFrom) and node.module:
            meant |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    yield from ((name, f"import of {first}") for first in {value.split(".")[0] for value in meant.values()} & MODULES)
    for node in nodes:
        if isinstance(node, ast.Call):
            yield from ((name, what) for what in of_call(node, meant))


def of_call(node: ast.Call, meant: dict[str, str]) -> Iterator[str]:
    called = dotted(node.func, meant)
    if called in CALLS:
        yield f"call of {called}"
    if isinstance(node.func, ast.Attribute) and node.func.attr in METHODS:
        yield f"call of {node.func.attr}"
    for keyword in node.keywords:
        harmless = ARGUMENTS.get(keyword.arg or "")
        if harmless is not None and not (isinstance(keyword.value, ast.Constant) and keyword.value.value is harmless):
            yield f"argument {keyword.arg}"


def dotted(node: ast.expr, meant: dict[str, str]) -> str:
    if isinstance(node, ast.Name):
        return meant.get(node.id, node.id)
    return f"{dotted(node.value, meant)}.{node.attr}" if isinstance(node, ast.Attribute) else ""


def everything() -> set[tuple[str, str]]:
    return {found for path in FILES for found in findings(path.read_text(), path.relative_to(ROOT).as_posix())}


def test_our_code_runs_nothing_that_it_reads():
    """Of all files of the three packages, the exceptions are the ones that are written down, and none is left over."""
    assert len(FILES) > 100
    assert everything() == ALLOWED


@pytest.mark.parametrize(
    ("source", "what"),
    [
        ("import pickle", "import of pickle"),
        ("def f():\n    from joblib import load", "import of joblib"),
        ("import yaml as y", "import of yaml"),
        ("import torch as t\nt.load('x')", "call of torch.load"),
        ("from torch import load as l\nl('x')", "call of torch.load"),
        ("eval('1')", "call of eval"),
        ("exec('1')", "call of exec"),
        ("import os\nos.system('x')", "call of os.system"),
        ("from os import system\nsystem('x')", "call of os.system"),
        ("import tempfile\ntempfile.mktemp()", "call of tempfile.mktemp"),
        ("import subprocess\nsubprocess.run('x', shell=True)", "argument shell"),
        ("import subprocess\nsubprocess.run('x', shell=maybe)", "argument shell"),
        ("import numpy as np\nnp.load('x', allow_pickle=True)", "argument allow_pickle"),
        ("f(trust_remote_code=True)", "argument trust_remote_code"),
        ("f(weights_only=False)", "argument weights_only"),
        ("import httpx\nhttpx.Client(verify=False)", "argument verify"),
        ("c.load_extension('x')", "call of load_extension"),
        ("c.enable_load_extension(True)", "call of enable_load_extension"),
    ],
)
def test_the_check_finds_each_of_them(source, what):
    """The test above means something."""
    assert ("x.py", what) in set(findings(source, "x.py"))


def test_only_the_cell_and_the_archive_start_processes():
    """Two files use subprocess: for our own decoder and for pagefind; neither program takes words from strangers."""
    users = {path.relative_to(ROOT).as_posix() for path in FILES if "import subprocess" in path.read_text()}
    assert users == {"ingest/audio/decoder_process.py", "api/archive/search_index.py"}


# Each door of the system has one place: what decodes, what listens, what fetches, what asks a language model.
DOORS = {
    # The second reads no file; whisper's engines bring their own.
    "av": {"ingest/audio/decoder.py", "ingest/audio/encode.py"},
    "whisper": {"ingest/speech/engines.py"},
    "faster_whisper": {"ingest/speech/engines.py"},
    "ctranslate2": {
        "index/models/compile.py",
        "index/models/compiled.py",
        "index/models/compiled_reranker.py",
        "ingest/speech/engines.py",
    },
    # The client asks a server that its user names; it runs in other programs, not in this one.
    "httpx": {"api/client/clients.py", "ingest/fetch/client.py", "ingest/fetch/polite.py", "ingest/fetch/transport.py"},
    "httpcore": {"ingest/fetch/public_addresses.py", "ingest/fetch/transport.py"},
    "openai": {"api/llm/rewrite.py"},
    "prometheus_client": {"api/server/metrics.py"},
    "ray": {"ingest/cluster/driver.py"},
    "shtab": {"api/terminal/completion.py"},
    "mcp": {"api/mcp/endpoint.py", "api/mcp/server.py", "api/mcp/standard_streams.py"},
    "mcp_types": {"api/mcp/server.py"},
    "psycopg": {
        *(f"ingest/library/postgres/{name}.py" for name in ("connection", "documents", "leases", "schema")),
        *(f"index/postgres/{name}.py" for name in ("connections", "opening", "publish", "schema", "segments")),
    },
    "pgvector": {"index/postgres/segments.py"},
    "faiss": {"index/vectors.py"},
    "tantivy": {"index/keywords.py"},
    "sentence_transformers": {"index/models/uncompiled.py"},
}


@cache
def nodes_of(path):
    return list(ast.walk(ast.parse(path.read_text())))


@pytest.mark.parametrize("package", DOORS)
def test_a_door_is_imported_in_its_place_alone(package):
    """A stranger's bytes and the network meet no other code of ours."""
    found = {
        path.relative_to(ROOT).as_posix()
        for path in FILES
        for node in nodes_of(path)
        if (isinstance(node, ast.Import) and any(alias.name.split(".")[0] == package for alias in node.names))
        or (isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == package)
    }
    assert found == DOORS[package]


# What bandit holds for dangerous and is not, each with its reason.
OVERLOOKED = {
    ("api/routes/quote_page.py", "B704"),  # the JSON that is marked as markup holds no "<", ">" or "&"
    ("index/models/encoder_files.py", "B615"),  # the owner names the model; each manifest has its safetensors' SHA-256
    ("ingest/cluster/outcomes.py", "B108"),  # the parent of a folder that tempfile makes
    ("ingest/library/postgres/documents.py", "B608"),  # SQL from literals; values are bound
    ("index/segments/segment.py", "B608"),  # SQL from literals, row numbers and question marks; values are bound
    ("index/segments/tables.py", "B608"),  # SQL from a column of ours and a question mark
    ("index/postgres/segments.py", "B608"),  # SQL from names of ours; values are bound
    ("index/mined/rows.py", "B608"),  # SQL from literals and question marks; values are bound
    ("index/building/encoding.py", "B608"),  # SQL from literals and question marks; values are bound
}


def test_bandit_finds_nothing_of_medium_weight():
    """The independent linter agrees, except on what is listed above."""
    pytest.importorskip("bandit")
    done = subprocess.run(
        [sys.executable, "-m", "bandit", "--quiet", "--recursive", "--format=json", "-ll", *PACKAGES],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    report = json.loads(done.stdout)
    found = {
        (result["filename"], result["test_id"])
        for result in report["results"]
        if "node_modules" not in result["filename"]
    }
    assert report["errors"] == []
    assert found == OVERLOOKED
