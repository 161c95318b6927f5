"""Split a text into whitespace-separated pieces, find its marks, and normalise words for comparison."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

_PIECE = re.compile(r"\S+")
_BRACKET = re.compile(r"\[[^\[\]\n]{1,60}\]|\([^()\n]{1,60}\)")
_WORD = re.compile(r"\w+")

# Any bracket that contains one of these is a mark: "[Angus laughs]", "[inaudible 00:12]".
_SOUND = re.compile(
    r"\b(laugh(s|ter|ing|ed)?|chuckl(es|ing)|giggl(es|ing)|inaudible|unintelligible|indistinct|crosstalk|cross-talk"
    r"|applause|applauds|sighs?|sighing|coughs?|coughing|sneezes|snorts|gasps|groans|whistles|bleep(ed|s)?|soundbite"
    r"|clears? (his|her|their|my )?\s*throat)\b"
)
# A bracket with only these words is a mark: "[Audio starts]", "[music]", "[background noise]". A name such as
# "[Music Streaming Service]" has other words, so it is speech.
_STAGE = frozenset(
    "audio clip clips music jingle theme tune sound sounds noise noises recording video voiceover vox pops silence "
    "pause "
    "pauses long short break advert adverts ad ads background foreground starts start started begins begin plays play "
    "playing played ends end ended stops stop stopped finishes finish fades fade fading in out up down and of the a "
    "over beginning intro outro overlapping speech voices talking at once speakers both all claps clapping cheers "
    "cheering".split()
)
# "[SFX: a door slams]", "[Music – Blue Steam]". "(clip-on microphone)" is speech.
_CUE = re.compile(
    r"\s*(?:sfx|fx|f/x|sounds?(?: effects?)?|music(?: cue)?|theme|jingle|ambi(?:ence|ent)?|clip)"
    r"(?:\s*:|\s+[–—-]\s)\s*\S"
)
# Stands where Whisper heard no words for long. Whether there was speech is not known.
NOTHING_HEARD = "[no words heard]"
_STAGE_NOUNS = frozenset(
    "audio clip clips music jingle theme tune sound sounds noise noises recording video voiceover silence pause pauses "
    "advert adverts overlapping claps clapping cheers cheering intro outro vox".split()
)
_CLIP_BEGINS = re.compile(
    r"^[\[(]\s*(?!.*\b(ends?|ended|stops?|stopped|finish(es)?|fades?)\b).*\b(audio|clip|music|jingle|recording|soundbite|video|vox)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Piece:
    """One whitespace-separated piece of a text, at characters [start, end); `mark` says that it lies in a mark."""

    text: str
    start: int
    end: int
    mark: bool


def is_mark(bracket: str) -> bool:
    """Return whether a bracketed text is a stage direction ("[laughs]") and not speech ("[Tea Board]")."""
    inside = unicodedata.normalize("NFKC", bracket)[1:-1].casefold()
    if _SOUND.search(inside) or _CUE.match(inside) or f"[{inside}]" == NOTHING_HEARD:
        return True
    words = [word for word in _WORD.findall(inside) if not word.isdigit()]
    return bool(words) and _STAGE.issuperset(words) and not _STAGE_NOUNS.isdisjoint(words)


def begins_clip(mark: str) -> bool:
    """Return whether a mark announces that a recording is played ("[Audio starts]", "[Music]")."""
    is_bracket = _BRACKET.fullmatch(mark.rstrip(" .:")) is not None
    return is_bracket and is_mark(mark.rstrip(" .:")) and _CLIP_BEGINS.match(mark) is not None


def marks(text: str) -> list[tuple[int, int]]:
    """Return the character spans [start, end) of a text's marks, in order."""
    return [found.span() for found in _BRACKET.finditer(text) if is_mark(found.group())]


def pieces(text: str) -> Iterator[Piece]:
    """Yield the whitespace-separated pieces of a text in order, lazily.

    A piece is a mark if every letter and digit in it lies inside a mark, so "[laughs]." is one and
    "software[laughs]" is not.
    """
    spoken = without_marks(text)
    has_marks = spoken != text
    for found in _PIECE.finditer(text):
        start, end = found.span()
        rest = spoken[start:end] if has_marks else found.group()
        mark = rest != found.group() and not any(map(str.isalnum, rest))
        yield Piece(found.group(), start, end, mark)


def without_marks(text: str) -> str:
    """Return the text with each mark replaced by as many spaces, so that offsets stay valid."""
    return _BRACKET.sub(lambda found: " " * len(found.group()) if is_mark(found.group()) else found.group(), text)


def as_title(text: str) -> str:
    """Return a text with a capital at its beginning; a word that has one inside ("iPhone") stays as it is written."""
    first = next((place for place, letter in enumerate(text) if letter.isalnum()), len(text))
    capital = text[first : first + 1].title()
    is_written_so = text[first:].partition(" ")[0] != text[first:].partition(" ")[0].lower()
    return text if is_written_so or len(capital) != 1 else text[:first] + capital + text[first + 1 :]


def normalise(text: str) -> list[str]:
    """Return a text's words in lower case, split at every run of non-word characters, without marks.

    Quote ids count and fingerprint words in this form; changing it changes every quote id.
    """
    return _WORD.findall(without_marks(text).lower())
