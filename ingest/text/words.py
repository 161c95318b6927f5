"""Words of a text: whitespace-separated pieces, marks, and the normal form that comparisons use."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

_PIECE = re.compile(r"\S+")
_BRACKET = re.compile(r"\[[^\[\]\n]{1,60}\]|\([^()\n]{1,60}\)")
_WORD = re.compile(r"\w+")

# A bracket with one of these is a mark whatever else it holds: "[Angus laughs]", "[inaudible 00:12]".
_SOUND = re.compile(
    r"\b(laugh(s|ter|ing|ed)?|chuckl(es|ing)|giggl(es|ing)|inaudible|unintelligible|indistinct|crosstalk|cross-talk"
    r"|applause|applauds|sighs?|sighing|coughs?|coughing|sneezes|snorts|gasps|groans|whistles|bleep(ed|s)?"
    r"|clears? (his|her|their|my )?\s*throat)\b"
)
# A bracket made of these alone is a mark: "[Audio starts]", "[music]", "[background noise]". A name such as
# "[Music Streaming Service]" holds other words, so it is speech.
_STAGE = frozenset(
    "audio clip clips music jingle theme tune sound sounds noise noises recording video voiceover vox pops silence "
    "pause "
    "pauses long short break advert adverts ad ads background foreground starts start started begins begin plays play "
    "playing played ends end ended stops stop stopped finishes finish fades fade fading in out up down and of the a "
    "over beginning intro outro overlapping speech voices talking at once speakers both all claps clapping cheers "
    "cheering".split()
)
_STAGE_NOUNS = frozenset(
    "audio clip clips music jingle theme tune sound sounds noise noises recording video voiceover silence pause pauses "
    "advert adverts overlapping claps clapping cheers cheering intro outro vox".split()
)
_CLIP_BEGINS = re.compile(
    r"^[\[(]\s*(?!.*\b(ends?|ended|stops?|stopped|finish(es)?|fades?)\b).*\b(audio|clip|music|jingle|recording|video|vox)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Piece:
    """One whitespace-separated piece of a text, as characters [start, end) of it; `mark` if it lies in a mark."""

    text: str
    start: int
    end: int
    mark: bool


def is_mark(bracket: str) -> bool:
    """Say whether a bracketed text is a stage direction ("[laughs]") and no speech ("[Tea Board]")."""
    inside = unicodedata.normalize("NFKC", bracket)[1:-1].casefold()
    if _SOUND.search(inside):
        return True
    words = [word for word in _WORD.findall(inside) if not word.isdigit()]
    return bool(words) and _STAGE.issuperset(words) and not _STAGE_NOUNS.isdisjoint(words)


def begins_clip(mark: str) -> bool:
    """Say whether a mark announces that a recording is played ("[Audio starts]", "[Music]")."""
    return is_mark(mark) and _CLIP_BEGINS.match(mark) is not None


def marks(text: str) -> list[tuple[int, int]]:
    """Return the character spans [start, end) of the marks of a text, in order."""
    return [found.span() for found in _BRACKET.finditer(text) if is_mark(found.group())]


def pieces(text: str) -> Iterator[Piece]:
    """Yield the whitespace-separated pieces of a text in order, lazily.

    A piece is a mark if every letter and digit in it lies inside a mark, so "[laughs]." is one and
    "software[laughs]" is not.
    """
    spoken = without_marks(text)
    for found in _PIECE.finditer(text):
        start, end = found.span()
        mark = found.group() != spoken[start:end] and not any(map(str.isalnum, spoken[start:end]))
        yield Piece(found.group(), start, end, mark)


def without_marks(text: str) -> str:
    """Return the text with each mark replaced by blanks of the same length, so that offsets keep their meaning."""
    return _BRACKET.sub(lambda found: " " * len(found.group()) if is_mark(found.group()) else found.group(), text)


def normalise(text: str) -> list[str]:
    """Return the words of a text in normal form: lower case, every run of non-word characters a border, no marks.

    This is the form in which quote ids count and fingerprint words; changing it changes every quote id.
    """
    return _WORD.findall(without_marks(text).lower())
