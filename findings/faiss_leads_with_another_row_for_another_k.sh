#!/usr/bin/env bash
# faiss-cpu 1.15.1: among equal vectors, how many results are asked for decides which one is the first.
#
# A good guess: an exact index breaks ties by row number, or at least the k best are the first k of the k + 1 best.
# What happens: IndexFlatIP lists equal rows backwards, from those that it met first. Every k has another leader, and
# with k = 1 a large batch of the same query names another row than the query alone. IndexFlatL2 lists them forwards.
# Output seen: inner product, k = 1, 2, 3, 4: [10] [60, 10] [110, 60, 10] [160, 110, 60, 10]
#              the same query 5,000 times, k = 1: [160]
#              distance, k = 1, 2, 3, 4: [10] [10, 60] [10, 60, 110] [10, 60, 110, 160]
# Why it matters: an advert or a greeting that comes in many episodes has one vector in all of them. With other things
# equal, a list that asks for more results would begin with another episode. An order that must hold needs ties broken
# by our own code, over more than k results.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet faiss-cpu==1.15.1 numpy==2.4.6
"$folder/venv/bin/python" - <<'PYTHON'
import sys

import faiss
import numpy as np

# Every product is exactly 0 or 1, so that rounding plays no part.
vectors = np.zeros((200, 32), np.float32)
vectors[:, 1] = 1
equal = [10, 60, 110, 160]
vectors[equal] = np.eye(32, dtype=np.float32)[0]
query = vectors[10:11]


def rows(index, k, times=1):
    scores, found = index.search(np.repeat(query, times, axis=0), k)
    assert len(set(scores.ravel().tolist())) == 1, "the rows found are equally good"
    return found[0].tolist()


product, distance = faiss.IndexFlatIP(32), faiss.IndexFlatL2(32)
product.add(vectors)
distance.add(vectors)
by_product = [rows(product, k) for k in (1, 2, 3, 4)]
by_distance = [rows(distance, k) for k in (1, 2, 3, 4)]
batch = rows(product, 1, 5000)
print("inner product, k = 1, 2, 3, 4:", *by_product)
print("the same query 5,000 times, k = 1:", batch)
print("distance, k = 1, 2, 3, 4:", *by_distance)
if [found[0] for found in by_product] != equal:
    sys.exit("changed: the first of equal rows no longer depends on k")
if batch == by_product[0]:
    sys.exit("changed: a batch names the same row as the query alone")
if by_distance != [equal[:k] for k in (1, 2, 3, 4)]:
    sys.exit("changed: equal distances are no longer listed by row")
print("as stated")
PYTHON
