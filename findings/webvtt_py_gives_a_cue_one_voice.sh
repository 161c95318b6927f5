#!/usr/bin/env bash
# webvtt-py 0.6.0 knows one voice per cue: what the second speaker says is put into the first one's mouth.
#
# A good guess: a reader of WebVTT gives each <v> span with its name, or none, and decodes &amp; and &lt; as it removes
# the tags.
# What happens: `voice` is the name of the first span, `text` the words of all of them, without a trace of the change.
# The entities stay as they are written, so that `text` is neither plain text nor the cue's source.
# Output seen: voice Ada / text 'Is it ready?\nR&amp;D says &lt;soon&gt;.'
# Why it matters: a short exchange in one cue is common in captions of interviews. An answer would quote the wrong
# person. Playback reads captions by its own code and uses webvtt-py only to check what it writes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet webvtt-py==0.6.0
"$folder/venv/bin/python" - <<'PYTHON'
import sys

import webvtt

CAPTIONS = """WEBVTT

00:01.000 --> 00:04.000
<v Ada>Is it ready?</v>
<v Ben>R&amp;D says &lt;soon&gt;.</v>
"""

(caption,) = webvtt.from_string(CAPTIONS)
print("voice", caption.voice, "/ text", repr(caption.text))
if caption.voice != "Ada" or "Ben" in caption.text:
    sys.exit("changed: the second voice is no longer lost")
if caption.text != "Is it ready?\nR&amp;D says &lt;soon&gt;.":
    sys.exit("changed: the text of the cue reads otherwise")
print("as stated")
PYTHON
