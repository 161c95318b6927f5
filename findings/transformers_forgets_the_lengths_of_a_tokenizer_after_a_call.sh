#!/usr/bin/env bash
# transformers 5.23.0 with tokenizers 0.23.3: what a tokenizer's `backend_tokenizer` gives depends on whether somebody
# has called the tokenizer before.
#
# A good guess: options such as padding and truncation belong to a call. The padding and the longest length that stand in
# a model's tokenizer.json belong to the tokenizer, and its backend keeps to them.
# What happens: the backend begins with those of tokenizer.json, which for many published sentence encoders fill and cut
# each text to 128 pieces. The first call of the tokenizer without options removes both from the backend for good. So the
# same line of code returns 8 pieces and later 2, or cuts a long text and later does not; a call that pads and cuts leaves
# its own lengths behind in the same way.
# Output seen: before a call: 8 8; after one: 2 12; after one to 4: 4 4
# Why it matters: who reads the pieces of a text by the backend, for offsets or for training, reads padded and cut texts
# or whole ones, by what ran before in the process. Playback's encoder reads by a copy of the backend that has neither
# (index/models/uncompiled.py); the training of its second encoder did not, and read texts of 128 pieces
# (docs/adr/0044-a-second-encoder-learned-from-questions.md).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet transformers==5.23.0 tokenizers==0.23.3
cd "$folder"
cat > look.py <<'PYTHON'
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast

words = "the boat came in at dawn with the tide and nobody saw".split()
known = {"[PAD]": 0, "[UNK]": 1} | {word: 2 + place for place, word in enumerate(dict.fromkeys(words))}
made = Tokenizer(models.WordLevel(known, unk_token="[UNK]"))
made.pre_tokenizer = pre_tokenizers.Whitespace()
made.enable_padding(length=8, pad_token="[PAD]")
made.enable_truncation(8)
made.save("tokenizer.json")

tokenizer = PreTrainedTokenizerFast(tokenizer_file="tokenizer.json", pad_token="[PAD]", unk_token="[UNK]")


def lengths():
    backend = tokenizer.backend_tokenizer
    return f"{len(backend.encode('the boat').ids)} {len(backend.encode(' '.join(words)).ids)}"


before = lengths()
tokenizer("the tide")
after = lengths()
tokenizer("the tide", padding="max_length", truncation=True, max_length=4)
print(f"before a call: {before}; after one: {after}; after one to 4: {lengths()}")
PYTHON
seen=$("$folder/venv/bin/python" look.py 2> /dev/null)
echo "$seen"
[ "$seen" = "before a call: 8 8; after one: 2 12; after one to 4: 4 4" ] || {
    echo "the behaviour changed: a call leaves the lengths of the backend as they are, or others" >&2
    exit 1
}
echo "as stated"
