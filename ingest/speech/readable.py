"""Make heard words readable: full stops where only pauses say so, capitals, and paragraphs; pure.

A word that is shown in another way keeps what was heard in `Word.heard`.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from ingest.transcript import Word

# A stretch of more words without a full stop is one that Whisper wrote without punctuation; there a pause of so many
# seconds ends a sentence, unless fewer words were said since the last end. `index.sentences` cuts by the same numbers.
UNPUNCTUATED_WORDS = 40
SENTENCE_PAUSE = 0.7
_FEWEST_BEFORE_PAUSE = 3
# A paragraph of so many words ends at the next sentence that a pause follows; at most so many, at the next sentence.
PARAGRAPH_WORDS, LONG_PARAGRAPH_WORDS = 60, 120
PARAGRAPH_PAUSE = 0.5  # seconds
_FEWEST_LEFT = 20  # a turn does not end with a paragraph of fewer words

_STOP = re.compile(r"(?<!\.)[.?!][\"'”’)\]]*$")  # dots in a row say that the sentence goes on or breaks off
_ABBREVIATION = re.compile(r"\W*(?:(?:mr|mrs|ms|dr|prof|st|vs)\.|(?:\w\.)+)$", re.IGNORECASE)
# A word in small letters; not an address such as "gov.uk", which begins a sentence as it is.
_SMALL = re.compile(r"\W*[^\W\d_]+(?:['’-][^\W\d_]+)*\W*")


def ends_sentence(text: str) -> bool:
    """Return whether a word ends a sentence: "Yes." does, "Dr.", "U.S." and "so..." do not."""
    return _STOP.search(text) is not None and _ABBREVIATION.fullmatch(text) is None


def shown(word: Word, text: str) -> Word:
    """Return the word with another text, and with what was heard if that is not the same."""
    heard = word.text if word.heard is None else word.heard
    return replace(word, text=text, heard=None if text == heard else heard)


def punctuated(words: Sequence[Word]) -> tuple[Word, ...]:
    """Return a turn's words with a capital at each start of a sentence, and full stops where pauses must tell.

    Nothing else changes, and a second call changes nothing.
    """
    found = _with_stops(words)
    for place, word in enumerate(found):
        if place == 0 or ends_sentence(found[place - 1].text):
            found[place] = shown(word, capitalised(word.text))
    return tuple(found)


def capitalised(text: str) -> str:
    """Return a word in small letters with a capital; words such as "iPhone", "gov.uk" and "2nd" stay as they are."""
    if not text.islower() or _SMALL.fullmatch(text) is None:
        return text
    first = next(place for place, letter in enumerate(text) if letter.isalpha())
    return text[:first] + text[first].upper() + text[first + 1 :]


def paragraphs(words: Sequence[Word]) -> str:
    """Return a turn's words as its text, its paragraphs joined with a line break; a paragraph ends with a sentence."""
    text, length = "", 0
    for place, word in enumerate(words):
        text += word.text
        length += 1
        left = len(words) - place - 1
        if not left:
            break
        needed = PARAGRAPH_WORDS if _pause(word, words[place + 1]) >= PARAGRAPH_PAUSE else LONG_PARAGRAPH_WORDS
        ends = length >= needed and left >= _FEWEST_LEFT and ends_sentence(word.text)
        text += "\n" if ends else " "
        length = 0 if ends else length
    return text


def _with_stops(words: Sequence[Word]) -> list[Word]:
    found = list(words)
    first = 0
    for place, word in enumerate(words):
        if ends_sentence(word.text) or place == len(words) - 1:
            if place + 1 - first > UNPUNCTUATED_WORDS:
                _end_at_pauses(found, first, place)
            first = place + 1
    return found


def _end_at_pauses(words: list[Word], first: int, last: int) -> None:
    """Add a full stop to each of words [first, last) that a pause follows, if it ends with a letter or digit."""
    held = 0
    for place in range(first, last):
        held += 1
        is_end = held >= _FEWEST_BEFORE_PAUSE and _pause(words[place], words[place + 1]) >= SENTENCE_PAUSE
        if is_end and words[place].text[-1].isalnum():
            words[place] = shown(words[place], f"{words[place].text}.")
            held = 0


def _pause(before: Word, after: Word) -> float:
    """Return the seconds between two words, 0 if unknown; rounded, because sums of times are not exact."""
    return 0.0 if before.end is None or after.start is None else round(after.start - before.end, 3)
