#!/usr/bin/env bash
# numpy 2.4.6 (OpenBLAS of its Linux wheel): after a small product of matrices a second thread spins until the next one.
#
# A good guess: a product of 120 x 384 by 384 x 64 numbers takes a tenth of a millisecond, so a process that makes one of
# them beside each 20 ms of other work takes the CPU time of that work. A thread pool that has nothing to do sleeps.
# What happens: the product wakes a thread of OpenBLAS, which afterwards does not sleep but asks the scheduler for work in
# a loop for longer than 20 ms. The process takes up to twice the CPU time, on a core that others need.
# Output seen (29 November 2026, two cores):
#     CPU seconds for each second: 1.9 with a small product every 20 ms, 1.0 without, 1.0 with one thread
# Why it matters: beside an encoder that has a thread on each core, the spinning threads take a third of its speed.
# Playback sets OPENBLAS_NUM_THREADS=1 before numpy is imported, unless its user has set it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
test "$(nproc)" -ge 2 || { echo "needs two cores"; exit 2; }
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --only-binary :all: numpy==2.4.6
cat > "$folder/work.py" <<'PYTHON'
import hashlib
import sys
from time import perf_counter, process_time

import numpy as np

left, right = np.ones((120, 384), np.float32), np.ones((384, 64), np.float32)
some = bytes(1 << 20)
begun, used = perf_counter(), process_time()
while perf_counter() - begun < 3:
    until = perf_counter() + 0.02
    while perf_counter() < until:
        hashlib.sha256(some)
    if sys.argv[1] == "product":
        left @ right
print(f"{(process_time() - used) / (perf_counter() - begun):.2f}")
PYTHON
unset OPENBLAS_NUM_THREADS OMP_NUM_THREADS GOTO_NUM_THREADS
python="$folder/venv/bin/python"
with=$("$python" "$folder/work.py" product)
without=$("$python" "$folder/work.py" nothing)
one=$(OPENBLAS_NUM_THREADS=1 "$python" "$folder/work.py" product)
echo "CPU seconds for each second: $with with a small product every 20 ms, $without without, $one with one thread"
"$python" -c "import sys; a, b, c = map(float, sys.argv[1:]); assert a > 1.4 > 1.15 > max(b, c), 'it no longer spins'" \
    "$with" "$without" "$one"
