"""Make URL-safe ids from names; pure."""

import re
import unicodedata
from collections.abc import Container
from hashlib import sha256

MOST_LETTERS = 40
_FALLBACK_LETTERS = 8


def slug_of(name: str, taken: Container[str] = frozenset()) -> str:
    """Return a name in small letters and digits with hyphens, at most 40 characters, and "-2", "-3" … if it is taken.

    A name without a Latin letter or digit gets eight characters of its SHA-256.
    """
    folded = unicodedata.normalize("NFKD", name.casefold().replace("ø", "o").replace("ł", "l"))
    plain = re.sub(r"[^a-z0-9]+", "-", "".join(letter for letter in folded if not unicodedata.combining(letter)))
    slug = plain.strip("-")[:MOST_LETTERS].strip("-") or sha256(name.encode()).hexdigest()[:_FALLBACK_LETTERS]
    found, number = slug, 1
    while found in taken:
        number += 1
        found = f"{slug}-{number}"
    return found
