"""Sentences with which people begin a reply before they say anything: "Yeah, that's a great question."

The words are those of assent, thanks, hesitation and praise of a question, as English grammars list them.
"""

import re

from index.function_words import is_function_word
from index.sentences import WORD

_COURTESY = frozenset(
    "absolutely ah alright amazing appreciate ask asked asking awesome brilliant certainly cool correct course "
    "definitely er erm excellent exactly fair fantastic fascinating fine glad good great guess happy hm hmm huge "
    "indeed interesting lot lovely mhm mm nah nice oh perfect pleasure point precisely pretty question questions right "
    "sense sort sounds sure totally true uh um wonderful wow yeah yep yup".split()
)
_MOST_CHARACTERS = 120
_ENDING = re.compile(r"['’](?:s|re|d|ll|ve|m)\Z")


def is_lead_in(sentence: str) -> bool:
    """Say whether a sentence only assents, thanks, hesitates or praises a question."""
    if len(sentence) > _MOST_CHARACTERS:
        return False
    words = [_ENDING.sub("", found.group().casefold()) for found in WORD.finditer(sentence)]
    return all(word in _COURTESY or is_function_word(word) or len(word) == 1 for word in words)
