#!/usr/bin/env bash
# faiss-cpu 1.15.1: write_index returns normally although the end of the file found no room.
#
# A good guess: a write that fails is an error. Where most of the file does not fit, faiss does raise one.
# What happens: the last bytes (fewer than 4,096) wait in a buffer until the file is closed. If they find no room then,
# faiss prints a line to standard error and write_index returns as usual. The file is too short and cannot be read.
# The script bounds the size of files instead of filling a disk; /dev/full, a disk without room, gives the same.
# Output seen: 100 bytes short: no error, 255945 of 256045 bytes
#              5000 bytes short: RuntimeError, 251045 of 256045 bytes
#              reading the first: RuntimeError
# Why it matters: Playback publishes an index once it is written. It asks faiss for the bytes and writes them itself.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet faiss-cpu==1.15.1 numpy==2.4.6
cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import resource
import signal
import sys
from pathlib import Path

import faiss
import numpy as np

index = faiss.IndexFlatIP(64)
index.add(np.random.default_rng(0).standard_normal((1000, 64)).astype(np.float32))
size = len(faiss.serialize_index(index))
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # a write beyond the bound then fails like one to a full disk
hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]


def failure(action, *arguments):
    try:
        action(*arguments)
    except RuntimeError as error:
        return error
    return None


outcomes = {}
for short in (100, 5000):
    path = Path(f"{short}.faiss")
    resource.setrlimit(resource.RLIMIT_FSIZE, (size - short, hard))
    outcomes[short] = failure(faiss.write_index, index, str(path))
    outcome = type(outcomes[short]).__name__ if outcomes[short] else "no error"
    print(f"{short} bytes short: {outcome}, {path.stat().st_size} of {size} bytes")
if outcomes[5000] is None:
    sys.exit("changed: faiss no longer raises where a large part found no room")
if outcomes[100] is not None:
    sys.exit("changed: faiss now raises where the end found no room")
if Path("100.faiss").stat().st_size >= size or failure(faiss.read_index, "100.faiss") is None:
    sys.exit("changed: the file is whole, or can be read although it is not")
print("reading the first: RuntimeError")
print("as stated")
PYTHON
