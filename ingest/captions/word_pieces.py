"""Join captions that hold less than a word: punctuation of its own, pieces of words, single letters."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from statistics import median

from ingest.captions.cues import Block, Cue
from ingest.captions.tags import text_of

_CLOSING = re.compile(
    r"[.,;:!?…%)\]}”’»、。，？！]+|['’](?:s|t|m|d|re|ve|ll)\b[.,;:!?…]*|n['’]t\b[.,;:!?…]*", re.IGNORECASE
)
_APOSTROPHES = ("'", "’")
_SHORT_END = re.compile(r"s|t|m|d|re|ve|ll", re.IGNORECASE)
_OPENING = re.compile(r"[(\[{“«¿¡$£€]+")
_SENTENCE_END = re.compile(r"[.?!…][\"”’)]*$")
# In a file of words or letters, this share of the captions is one piece, or one letter.
_MOST = 0.8
_SPACED = 0.2
_FEWEST = 8
_NO_GAP = 0.005  # seconds
_FAR = 2.0  # a gap of more than this many usual ones stands between words
_SHORT = 2.5  # characters; a mean caption of more is a line, not a word, in a script without spaces
_PAUSE = 0.5  # seconds
_ENDS_THERE = re.compile(r"[。？！…、，?!][」』”]?\s*$")
_UNSPACED = ("CJK UNIFIED", "HIRAGANA", "KATAKANA", "THAI ", "LAO ", "KHMER ")


def continuing(blocks: Sequence[Block]) -> list[bool]:
    """Return for each block whether its text belongs to the word that the block before ends with.

    Punctuation alone belongs to the word before. In a file of single words whose words bring their own spaces, a block
    without one continues the word. In a file of single letters, words are told apart by empty captions, or by gaps in
    time if only some letters have one before them. In scripts without spaces, short words follow each other up to a
    sign or a pause.
    """
    texts = [block.text if block.is_plain else text_of(block.text) for block in blocks]
    found = [bool(_CLOSING.fullmatch(text.strip())) for text in texts]
    is_open = False  # whether a straight quote opened and none closed
    for place, text in enumerate(texts):
        bare = text.strip()
        after = texts[place + 1].strip() if place + 1 < len(texts) else ""
        if bare == '"':
            found[place], is_open = is_open, not is_open
        is_inside = (
            (bare in _APOSTROPHES and _SHORT_END.fullmatch(after))
            or (  # "I", "'", "m"
                bare in (".", ":") and place > 0 and texts[place - 1].strip()[-1:].isdecimal() and after[:1].isdecimal()
            )
        )
        if is_inside:
            found[place] = True
        if after and (is_inside or (bare == '"' and is_open) or _OPENING.fullmatch(bare)):
            found[place + 1] = True
    joins = _joins(blocks, texts)
    return [place > 0 and (own or joins[place]) for place, own in enumerate(found)]


def joined(spoken: Sequence[Sequence[Cue]], continues: Sequence[bool]) -> list[Cue]:
    """Return all blocks' cues in order, those that continue a word added to the cue before; times of words stay."""
    cues: list[Cue] = []
    for own, joins in zip(spoken, continues, strict=True):
        if joins and own and cues and own[0].speaker in (None, cues[-1].speaker) and not own[0].opens:
            before, first = cues[-1], own[0]
            adds_sound = any(map(str.isalnum, first.text))
            cues[-1] = replace(before, text=before.text + first.text, end=first.end if adds_sound else before.end)
            cues.extend(own[1:])
        else:
            cues.extend(own)
    return cues


def _joins(blocks: Sequence[Block], texts: Sequence[str]) -> list[bool]:
    """Return which blocks continue a word in a file of words with spaces or of letters; none in any other file."""
    words = [text for text in texts if text.strip()]
    none = [False] * len(texts)
    if len(words) < _FEWEST or sum(len(text.split()) == 1 for text in words) < _MOST * len(words):
        return none
    spaced = [text[:1].isspace() for text in texts]
    ends_spaced = [text[-1:].isspace() for text in texts]
    if sum(map(bool, spaced)) + sum(ends_spaced) >= _SPACED * len(words):
        return [
            place > 0 and text.strip() != "" and not spaced[place] and not ends_spaced[place - 1]
            and not _SENTENCE_END.search(texts[place - 1])
            for place, text in enumerate(texts)
        ]  # fmt: skip
    is_short = sum(map(len, words)) <= _SHORT * len(words)
    if is_short and any(map(str.isalpha, words)) and all(map(_is_unspaced, words)):
        return [
            place > 0 and block.start - blocks[place - 1].end < _PAUSE and not _ENDS_THERE.search(texts[place - 1])
            for place, block in enumerate(blocks)
        ]
    if sum(len(text.strip()) == 1 for text in words) < _MOST * len(words):
        return none
    blank = [not text.strip() for text in texts]
    gaps = [block.start - before.end for before, block in pairwise(blocks)]
    most = max(_NO_GAP, _FAR * median(gaps))
    close = [place > 0 and gaps[place - 1] <= most and not blank[place - 1] for place in range(len(blocks))]
    return close if any(blank) or not all(close[1:]) else none


def _is_unspaced(text: str) -> bool:
    """Return whether a text's letters are of scripts that write no spaces between words."""
    letters = [letter for letter in text if letter.isalpha() and not letter.isascii()]
    ascii_letters = any(letter.isascii() and letter.isalpha() for letter in text)
    return not ascii_letters and all(unicodedata.name(letter, "").startswith(_UNSPACED) for letter in letters)
