#!/usr/bin/env bash
# faiss-cpu 1.15.1: FAISS_OPT_LEVEL, the variable that chose the instruction set, is read no more; another one decides.
#
# A good guess: FAISS_OPT_LEVEL=generic makes faiss run without AVX2 and AVX-512, as it did for years. loader.py of the
# package still holds the name and advises it in its error messages.
# What happens: one library with all kernels is loaded whatever the variable says, and the kernels of the machine run.
# FAISS_SIMD_LEVEL=NONE, which loader.py does not name, turns them off.
# Output seen, on a machine with AVX-512:
#              nothing set: level 3 · FAISS_OPT_LEVEL=generic: level 3 · FAISS_SIMD_LEVEL=NONE: level 0
# Why it matters: whoever compares a search on old and new instructions, or looks for the reason of another last bit,
# measures the same kernels twice. benchmarks/commits.py sets the one that works.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet faiss-cpu==1.15.1 numpy==2.4.6
level() {
    env -u FAISS_OPT_LEVEL -u FAISS_SIMD_LEVEL "$@" "$folder/venv/bin/python" -c \
        'import faiss; print(int(faiss.SIMDConfig.get_level()))'
}
usual=$(level)
generic=$(level FAISS_OPT_LEVEL=generic)
none=$(level FAISS_SIMD_LEVEL=NONE)
echo "nothing set: level $usual · FAISS_OPT_LEVEL=generic: level $generic · FAISS_SIMD_LEVEL=NONE: level $none"
if [ "$usual" = 0 ]; then
    echo "this machine has no kernels to turn off, so nothing can be seen here"
    exit 0
fi
grep -q "FAISS_OPT_LEVEL" "$folder"/venv/lib/python3*/site-packages/faiss/loader.py || {
    echo "changed: loader.py no longer names FAISS_OPT_LEVEL"
    exit 1
}
if [ "$generic" != "$usual" ]; then
    echo "changed: FAISS_OPT_LEVEL is obeyed"
    exit 1
fi
if [ "$none" != 0 ]; then
    echo "changed: FAISS_SIMD_LEVEL=NONE does not turn the kernels off"
    exit 1
fi
echo "as stated"
