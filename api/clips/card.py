"""A quote as a square picture for posts, drawn as SVG or PNG."""

import contextlib
import importlib.util
import io
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from html import escape
from typing import TYPE_CHECKING, Any

from api.errors import NoClip
from api.formatting import day
from api.quotes.citation import Citation
from api.quotes.citation_formats import name_of, one_line
from api.quotes.quote import MOST_QUOTE_WORDS
from ingest.errors import ModelMissing

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

MEDIA_TYPES = {"svg": "image/svg+xml", "png": "image/png"}
# Pixels of a side and of the margin; the picture's other measures are derived from them.
SIDE, _MARGIN = 1080, 90
_INK, _PAPER, _BAR = "#0b0c0c", "#ffffff", "#1d70b8"
_SIZES = range(64, 27, -4)  # pixels of the quote's letters, the largest that fits
_SMALL, _SMALLEST, _LEADING = 30, 24, 1.35
_FOOT = 250  # pixels for who said it, where, and the address
_MOST_LETTERS = 1_000  # of a quote; 80 words have about 450, and each is measured several times
# Fonts with the letters of many languages, by the names that Pillow looks for; its own has little more than ASCII.
_FONTS = ("DejaVuSans.ttf", "LiberationSans-Regular.ttf", "NotoSans-Regular.ttf", "Arial.ttf")
_MOST_LINE = 300  # characters of a name or title


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    top: float
    size: int
    is_bold: bool = False


def has_card(citation: Citation) -> bool:
    """Return whether pictures can be drawn here, and the quote is short enough for one."""
    return importlib.util.find_spec("PIL") is not None and _is_short(one_line(citation.quote))


def _is_short(words: str) -> bool:
    return len(words.split()) <= MOST_QUOTE_WORDS and len(words) <= _MOST_LETTERS


def has_png(citation: Citation) -> bool:
    """Return whether the font of pictures has all letters of a quote and its source; SVG takes those of any script."""
    episode = citation.episode
    words = (citation.quote, citation.speaker or "", citation.role or "", name_of(episode), episode.show.title)
    text = one_line(" ".join(words))
    return has_card(citation) and (text.isascii() or _lacking(text) is None)


def card_svg(citation: Citation, base: str | None) -> str:
    """Return the picture as SVG, whose text stays text; raises NoClip and ModelMissing."""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIDE} {SIDE}" width="{SIDE}" height="{SIDE}">',
        f"<title>{_written(_title(citation))}</title>",
        f'<rect width="{SIDE}" height="{SIDE}" fill="{_PAPER}"/><rect width="24" height="{SIDE}" fill="{_BAR}"/>',
    ]
    for line in _lines(citation, base):
        weight = ' font-weight="700"' if line.is_bold else ""
        at = f'x="{_MARGIN}" y="{line.top + line.size * 0.8:.0f}" font-size="{line.size}"'
        # The reader's font is another one; its letters are set as wide as those that were measured, if they were.
        width = f' textLength="{_width(line.text, line.size):.0f}" lengthAdjust="spacingAndGlyphs"'
        if _lacking(line.text) is not None:
            width = ""
        parts.append(f'<text {at}{width} font-family="sans-serif"{weight} fill="{_INK}">{_written(line.text)}</text>')
    return "\n".join((*parts, "</svg>\n"))


def card_png(citation: Citation, base: str | None) -> bytes:
    """Return the picture as PNG; raises NoClip if the font lacks a letter, and ModelMissing."""
    lines = list(_lines(citation, base))
    from PIL import Image, ImageDraw

    lacking = _lacking("".join(line.text for line in lines))
    if lacking:
        raise NoClip(f"the font of pictures has no {lacking!r}; use svg")
    image = Image.new("RGB", (SIDE, SIDE), _PAPER)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, 23, SIDE), fill=_BAR)
    for line in lines:
        width = 1 if line.is_bold else 0
        draw.text((_MARGIN, line.top), line.text, fill=_INK, font=_font(line.size), stroke_width=width)
    file = io.BytesIO()
    image.save(file, "PNG", optimize=True)
    return file.getvalue()


def _lines(citation: Citation, base: str | None) -> Iterator[_Line]:
    """Yield the lines from top to bottom: the quote in the largest letters that fit, then its source."""
    words = one_line(citation.quote)
    if not _is_short(words):
        raise NoClip(f"a picture holds at most {MOST_QUOTE_WORDS} words of {_MOST_LETTERS} letters in all")
    room = SIDE - 2 * _MARGIN - _FOOT
    for size in _SIZES:
        wrapped = _wrapped(f"“{words}”", size)
        if len(wrapped) * size * _LEADING <= room:
            break
    else:
        raise NoClip("the words are too long for a picture")
    for number, text in enumerate(wrapped):
        yield _Line(text, _MARGIN + number * size * _LEADING, size)
    episode = citation.episode
    show = " · ".join(fact for fact in (one_line(episode.show.title), day(episode.published)) if fact)
    source = (
        (one_line(citation.speaker or ""), _SMALL, True),
        (one_line(citation.role or ""), _SMALL, False),
        (name_of(episode), _SMALL, False),
        (show, _SMALL, False),
        (f"{base}{citation.url}".partition("://")[2] if base else "", _SMALLEST, False),
    )
    top = SIDE - _MARGIN - _FOOT + 40.0
    for text, size, is_bold in source:
        if text:
            yield _Line(_fitted(text, size), top, size, is_bold)
            top += _SMALL * _LEADING


def _wrapped(text: str, size: int) -> list[str]:
    """Return a text as lines that are no wider than the picture allows; a long word is broken."""
    lines, line = [], ""
    width = SIDE - 2 * _MARGIN
    for word in text.split():
        longer = f"{line} {word}" if line else word
        if _width(longer, size) <= width:
            line = longer
            continue
        if line:
            lines.append(line)
        while _width(word, size) > width:
            fits = max(1, int(len(word) * width / _width(word, size)) - 1)
            lines.append(word[:fits])
            word = word[fits:]
        line = word
    return [*lines, line]


def _fitted(text: str, size: int) -> str:
    """Return a text on one line, cut where the picture ends."""
    lines = _wrapped(text[:_MOST_LINE], size)
    return lines[0] if len(lines) == 1 else f"{lines[0][:-1].rstrip()}…"


def _width(text: str, size: int) -> float:
    """Return how wide a text is; letters of East Asia, which the font lacks, count as wide as high."""
    narrow = "".join(letter for letter in text if unicodedata.east_asian_width(letter) not in "WF")
    return float(_font(size).getlength(narrow)) + (len(text) - len(narrow)) * size


def _lacking(text: str) -> str | None:
    """Return the first letter that cannot be drawn, None if all can.

    That is one that the font lacks, or one that has to be joined with others or set from right to left.
    """
    font = _font(_SMALL)
    nothing = _drawn(font, "\uffff")
    letters = [letter for letter in dict.fromkeys(text) if not letter.isspace()]
    return next((one for one in letters if _is_set_otherwise(one) or _drawn(font, one) == nothing), None)


def _is_set_otherwise(letter: str) -> bool:
    return unicodedata.bidirectional(letter) in ("R", "AL") or unicodedata.category(letter).startswith("M")


def _drawn(font: "FreeTypeFont", letter: str) -> bytes:
    mask: Any = font.getmask(letter)
    return bytes(mask)


@cache
def _font(size: int) -> "FreeTypeFont":
    try:
        from PIL import ImageFont
    except ImportError as error:
        raise ModelMissing("pictures need Pillow: pip install 'gds-playback[clip]'") from error
    for name in _FONTS:
        with contextlib.suppress(OSError):  # it is not installed
            return ImageFont.truetype(name, size)
    font: Any = ImageFont.load_default(size)
    return font  # type: ignore[no-any-return]


def _title(citation: Citation) -> str:
    name = one_line(citation.speaker) if citation.speaker else "Somebody"
    return f"{name} in {name_of(citation.episode)}: “{one_line(citation.quote)}”"


def _written(text: str) -> str:
    return escape("".join(one for one in text if one.isprintable()))
