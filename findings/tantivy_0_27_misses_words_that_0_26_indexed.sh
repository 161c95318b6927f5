#!/usr/bin/env bash
# tantivy 0.27.0 (Python) opens an index of 0.26.2 without complaint and then does not find common words in it.
#
# A good guess: an index that opens is compatible, and "en_stem" is one fixed algorithm, or the version is checked.
# What happens: the English stems changed between the two (organization: organ, now organiz; university: univers, now
# universiti; evening: even, now evening). The index holds the old ones and the question is cut to the new ones, so such
# words have no hits while others have; nothing is raised or logged. It is the same the other way round.
# Output seen: 0.26.2 {'organization': 1, 'international': 1, 'university': 1, 'emergency': 1, 'evening': 1, 'city': 1}
#              0.27.0 {'organization': 0, 'international': 0, 'university': 0, 'emergency': 0, 'evening': 0, 'city': 1}
# Why it matters: Playback's search by words stands on these stems. After an upgrade of tantivy the index must be made
# anew. A second store with a stemmer of its own must be given our tokens, not our text.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/0.26.2"
"$folder/0.26.2/bin/pip" install --quiet tantivy==0.26.2
python3 -m venv "$folder/0.27.0"
"$folder/0.27.0/bin/pip" install --quiet tantivy==0.27.0
cd "$folder"
cat >search.py <<'PYTHON'
import json
import sys

import tantivy

index = tantivy.Index.open("index")
searcher = index.searcher()
words = ("organization", "international", "university", "emergency", "evening", "city")
json.dump({word: len(searcher.search(index.parse_query(word, ["text"]), 9).hits) for word in words}, sys.stdout)
PYTHON
mkdir index
0.26.2/bin/python - <<'PYTHON'
import tantivy

schema = tantivy.SchemaBuilder().add_text_field("text", stored=True, tokenizer_name="en_stem").build()
writer = tantivy.Index(schema, path="index").writer(15_000_000, 1)
for text in (
    "She leads an international organization in the city.",
    "He studied emergency medicine at the university.",
    "We met one evening.",
):
    writer.add_document(tantivy.Document(text=text))
writer.commit()
writer.wait_merging_threads()
PYTHON
0.26.2/bin/python search.py >old.json
0.27.0/bin/python search.py >new.json
0.27.0/bin/python - <<'PYTHON'
import json
import sys
from pathlib import Path

old, new = (json.loads(Path(name).read_text()) for name in ("old.json", "new.json"))
print("0.26.2", old)
print("0.27.0", new)
if set(old.values()) != {1}:
    sys.exit("changed: 0.26.2 does not find what it wrote")
if [word for word, hits in new.items() if hits] != ["city"]:
    sys.exit("changed: 0.27.0 finds more, or less, of what 0.26.2 wrote")
print("as stated")
PYTHON
