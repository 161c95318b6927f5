#!/usr/bin/env bash
# hypothesis 6.170.15: with derandomize=True, the examples of a property depend on which modules of ours are imported.
#
# A good guess: "every run will test the same set of examples until you update Hypothesis, Python, or the test function",
# as the description of `derandomize` says. No database, the same property: the same examples.
# What happens: numbers and texts are also drawn from the constants of the modules of the project that are loaded when the
# property runs. A module that it does not use, imported before it, changes its examples.
# Output seen: alone: 1993da87 1993da87; after an import: 8436e8f9 8436e8f9
# Why it matters: which modules are loaded depends on the tests that ran before in the same process. A property that fails
# in the whole suite may pass alone, and tests that are spread over processes see other examples in each run. Playback
# imports all of its modules before the first property (tests/conftest.py).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet hypothesis==6.170.15
mkdir "$folder/work"
cd "$folder/work"
cat > constants.py <<'PYTHON'
def answer(number, text):
    if number in (271_828_182, 314_159_265, 161_803_398) or text in ("lighthouse", "harbour master", "tide table"):
        return 1
    if number in (141_421_356, 173_205_080, 223_606_797) or text in ("breakwater", "pilot boat", "fog signal"):
        return 2
    return 0
PYTHON
cat > look.py <<'PYTHON'
import hashlib
import sys

from hypothesis import given, settings
from hypothesis import strategies as st

seen = []


@settings(derandomize=True, database=None, max_examples=300)
@given(st.integers(), st.text(max_size=30))
def property_of_nothing(number, text):
    seen.append((number, text))


if sys.argv[1:] == ["after"]:
    import constants
property_of_nothing()
print(hashlib.sha256(repr(seen).encode()).hexdigest()[:8])
PYTHON
run() { "$folder/venv/bin/python" look.py "$@"; }
alone="$(run) $(run)"
after="$(run after) $(run after)"
echo "alone: $alone; after an import: $after"
[ "${alone% *}" = "${alone#* }" ] && [ "${after% *}" = "${after#* }" ] && [ "$alone" != "$after" ] || {
    echo "the behaviour changed: the examples do not depend on what is imported, or differ from run to run" >&2
    exit 1
}
echo "as stated"
