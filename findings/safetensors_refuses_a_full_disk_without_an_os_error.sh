#!/usr/bin/env bash
# safetensors 0.8.0 and tokenizers 0.23.3: what the disk refuses is no OSError, and has no errno.
#
# A good guess: a function that writes a file raises OSError when the disk refuses, so that `except OSError` catches it
# and `errno` says why, as with Python's own files, numpy.save and torch.save.
# What happens: safetensors raises SafetensorError and tokenizers a bare Exception. Neither is an OSError; the reason
# stands in the text only, as Rust writes it.
# Output seen (30 November 2026), where no file may be larger than 4 KiB:
#     safetensors: SafetensorError, an OSError: False, errno: None, "...  I/O error: File too large (os error 27)"
#     tokenizers: Exception, an OSError: False, errno: None, "... File too large (os error 27)"
# Why it matters: a model is saved with both before it is converted. Whoever catches OSError shows a traceback; whoever
# catches everything takes a full disk for a property of the model, and never converts it again. Playback looks for
# the system's words in the text and raises the OSError that they mean.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet safetensors==0.8.0 tokenizers==0.23.3 numpy==2.4.6
cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import resource
import signal
import sys

import numpy as np
from safetensors.numpy import save_file
from tokenizers import Tokenizer
from tokenizers.models import WordLevel

tokenizer = Tokenizer(WordLevel({f"word{number}": number for number in range(2_000)}, unk_token="word0"))
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # so that a write that is refused is an error and no signal
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
try:
    np.save("array.npy", np.zeros(10_000))
    sys.exit("changed: the system lets larger files be written, so nothing is shown")
except OSError:
    pass
for name, save in (
    ("safetensors", lambda: save_file({"a": np.zeros(10_000)}, "model.safetensors")),
    ("tokenizers", lambda: tokenizer.save("tokenizer.json")),
):
    try:
        save()
    except Exception as error:
        kind, text = type(error).__name__, str(error)[-40:]
        code = getattr(error, "errno", None)
        print(f'{name}: {kind}, an OSError: {isinstance(error, OSError)}, errno: {code}, "... {text}"')
        if isinstance(error, OSError) or code is not None:
            sys.exit(f"changed: {name} raises an OSError now")
        if "os error 27" not in text:
            sys.exit(f"changed: the text of {name} has no number of the system's error")
    else:
        sys.exit(f"changed: {name} does not notice")
print("as stated")
PYTHON
