"""How words are written inside sentences, which tells names from words however a question is typed."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator

# A word with what holds it together: "GOV.UK", "O'Neil", "co-Tech".
WORD = re.compile(r"\w[\w'’.\-]*\w|\w")


def count(sentences: Iterable[str]) -> Iterator[tuple[str, int, int]]:
    """Yield (word in lower case, times with a capital, times without), leaving out the first word of each sentence."""
    capital: Counter[str] = Counter()
    small: Counter[str] = Counter()
    for sentence in sentences:
        for found in list(WORD.finditer(sentence))[1:]:
            word = found.group()
            (capital if word[0].isupper() else small)[word.lower()] += 1
    for word in capital.keys() | small.keys():
        yield word, capital[word], small[word]
