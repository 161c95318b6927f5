#!/usr/bin/env bash
# tantivy 0.27.0 (Python): an index that nobody writes cannot be opened for reading in a folder that is read-only.
#
# A good guess: opening and searching a finished index only reads; locks are for writers, as in Lucene.
# What happens: Index.open creates the file .tantivy-meta.lock beside the index and needs to write it. Without the right
# to do so it raises ValueError, although every file of the index can be read.
# Output seen: opening wrote ['.tantivy-meta.lock']
#              read-only: ValueError Failed to acquire Lockfile: ... PermissionDenied
# Why it matters: a published index of Playback is never written, so that its checksums hold and it can lie on a
# read-only disk. Playback opens a short-lived copy of the postings.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
chmod 755 "$folder" # the reader below may be another user
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet tantivy==0.27.0
cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import os
import sys
from pathlib import Path

import tantivy

folder = Path("index").absolute()
folder.mkdir()
schema = tantivy.SchemaBuilder().add_text_field("text", stored=True).build()
writer = tantivy.Index(schema, path=str(folder)).writer(15_000_000, 1)
writer.add_document(tantivy.Document(text="straw keeps the soil damp"))
writer.commit()
writer.wait_merging_threads()
del writer
for lock in folder.glob(".*.lock"):
    lock.unlink()
before = set(folder.iterdir())
assert tantivy.Index.open(str(folder)).searcher().num_docs == 1
written = sorted(path.name for path in set(folder.iterdir()) - before)
print("opening wrote", written)
if written != [".tantivy-meta.lock"]:
    sys.exit("changed: opening for reading no longer writes a lock")

(folder / written[0]).unlink()
for path in folder.iterdir():
    path.chmod(0o444)
folder.chmod(0o555)
sys.stdout.flush()
reader = os.fork()
if not reader:
    if os.geteuid() == 0:  # root may write anywhere
        os.setgid(65534)
        os.setuid(65534)
    assert all(path.read_bytes() for path in folder.iterdir()), "every file can be read"
    try:
        tantivy.Index.open(str(folder))
    except ValueError as error:
        print("read-only: ValueError", error, flush=True)
        os._exit(0 if "Lockfile" in str(error) else 1)
    os._exit(1)
status = os.waitpid(reader, 0)[1]
folder.chmod(0o755)
if status:
    sys.exit("changed: a read-only index can be opened, or fails for another reason")
print("as stated")
PYTHON
