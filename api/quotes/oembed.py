"""A quote as a small card for an iframe on another site, and its oEmbed description; pure."""

from html import escape
from typing import Any

from api.quotes.citation import Citation
from api.quotes.citation_formats import title_of

WIDTH = 600  # pixels, the width of a blog column
_LEAST_WIDTH = 200
# Pixels in the card's style sheet, rounded up: a letter, a line of the quote, everything else (source, recording).
_LETTER_WIDTH, _LINE_HEIGHT, _REST_HEIGHT = 11, 31, 250
_PADDING = 42


def as_iframe(citation: Citation, base: str, width: int, most_height: int | None = None) -> str:
    """Return the iframe of the card, `width` pixels wide and at most `most_height` high; longer cards scroll."""
    height = card_height(citation, width)
    return (
        f'<iframe src="{escape(f"{base}/embed/{citation.id}")}" width="{width}" '
        f'height="{height if most_height is None else min(height, most_height)}" '
        f'title="{escape(f"Quote: {title_of(citation)}")}" loading="lazy"></iframe>'
    )


def card_height(citation: Citation, width: int) -> int:
    """Return the height in pixels that the card needs at this width."""
    letters = max(1, (max(width, _LEAST_WIDTH) - _PADDING) // _LETTER_WIDTH)
    lines = sum(1 + len(paragraph) // letters for paragraph in citation.quote.split("\n"))
    return _REST_HEIGHT + lines * _LINE_HEIGHT


def oembed(citation: Citation, base: str, most_width: int | None, most_height: int | None) -> dict[str, Any]:
    """Return the card as oEmbed 1.0 rich content, within the maximum width and height in pixels."""
    width = WIDTH if most_width is None else min(WIDTH, most_width)
    height = card_height(citation, width)
    return {
        "version": "1.0",
        "type": "rich",
        "title": title_of(citation),
        **({"author_name": citation.speaker} if citation.speaker else {}),
        "provider_name": "Playback",
        "provider_url": f"{base}/",
        "html": as_iframe(citation, base, width, most_height),
        "width": width,
        "height": height if most_height is None else min(height, most_height),
    }
